"""An enterprise that objects, with its account, the window that helps, and the people who look and answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.people import NOW, TODAY, People, make_user
from tests.store import enterprise_rows
from tests.store.rows import Rows

from xinheng.core.objections import Answer, Claim
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.cases import Taker, take_step
from xinheng.services.enterprises import Party, party_of
from xinheng.services.objections import Found, Lodged, answer, lodge, report_finding
from xinheng.store.models import Case, Objection, Record, Subject, User


@dataclass
class Objectors:
    """Wang looks into it, Zhao answers, Sun sits at the window; the record came from the market department."""

    people: People
    policy: Policy
    rows: Rows
    firm: Subject
    party: Party
    sun: User

    def record(self, *, document: str = "汴市监罚〔2026〕1号", **given: Any) -> Record:
        fact = {
            "subject": self.firm,
            "item": 4,
            "seriousness": 2,
            "decided_on": TODAY,
            "batch": self.rows.loaded,
        }
        record = self.rows.record(**fact | given)
        self.rows.detail(record=record, title="处罚", document_no=document)
        return record

    def lodge(
        self, reference: str, *, actor: Taker | None = None, policy: Policy | None = None, now: datetime = NOW
    ) -> Lodged:
        return lodge(
            Claim(wrong="金额写错，应为五百元", wanted="更正金额"),
            subject=self.firm,
            reference=reference,
            actor=actor or self.party,
            policy=policy or self.policy,
            now=now,
        )

    def found(self, case: Case, proposal: Answer = Answer.UPHELD, **right: Any) -> Case:
        found = Found(finding="经核对原件", proposal=proposal, **right)
        case.refresh_from_db()
        return report_finding(case, found, actor=self.people.wang, policy=self.policy, now=NOW)

    def answer(self, case: Case, verb: str, *, actor: User | None = None, now: datetime = NOW) -> Case:
        case.refresh_from_db()
        return answer(
            case, verb, reason="核对无误", actor=actor or self.people.zhao, policy=self.policy, now=now
        )

    def serve(self, case: Case) -> Case:
        return take_step(
            case.public_id, "serve", actor=self.people.wang, policy=self.policy, now=NOW, reason="送达回证1号"
        )

    def upheld(self, reference: str) -> Case:
        """An objection whose answer changed nothing, told to the enterprise."""
        case = self.found(self.lodge(reference).case)
        return self.serve(self.answer(case, "uphold"))


def now_of(record: Record) -> Record:
    """The open version."""
    return Record.objects.get(record_key=record.record_key, known_until__isnull=True)


def of(case: Case) -> Objection:
    return Objection.objects.get(case=case)


def make_objectors(people: People, policy: Policy) -> Objectors:
    rows = Rows(people)
    firm = rows.subject(name="开封蓝天食品有限公司")
    account = enterprise_rows.account(rows)
    enterprise_rows.mandate(
        rows, account=account, subject=firm, matters=["file", "requests"], to_on=TODAY + timedelta(90)
    )
    clerk = make_user("sun", "孙窗口", people.city, Role.WINDOW_CLERK)
    return Objectors(people, policy, rows, firm, party_of(account, on=TODAY), clerk)
