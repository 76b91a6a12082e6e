"""People who recognise, evidence that is final, and a recognition brought as far as a test needs it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.people import NOW, TODAY, People, make_user
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.store.rows import DIGEST, Rows

from xinheng.core.listing import Head, hurdles
from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.services.case_deadlines import run_out
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.listings import By, Proposal, clear_hurdle, decide, notify, propose, review
from xinheng.services.listings_entries import enter
from xinheng.store.models import Case, ListEntry, Record, Subject, User

LIST = "market_serious"
HEADS = {head.value: "造成多人受害，拒不改正，较轻的做法已经用过" for head in Head}


@dataclass
class Listers:
    """Wang proposes and handles for the city, Sun reviews the law, Zhao decides; the market office gave the penalty."""

    people: People
    policy: Policy
    rows: Rows
    sun: User

    def evidence(self, **given: Any) -> Record:
        number = next(self.rows.numbers)
        fact: dict[str, Any] = {
            "record_key": 1_000_000 + number,
            "item": 4,
            "seriousness": Seriousness.SERIOUS,
            "finality": Finality.FINAL,
            "decided_on": date(2026, 3, 2),
            "batch": self.rows.batch(
                organisation=self.people.market, file_digest=f"{DIGEST[:-6]}{number:06d}"
            ),
        }
        if "subject" not in given:
            fact["subject"] = self.subject(number)
        record = self.rows.record(**fact | given)
        self.rows.detail(record=record, document_no=f"汴市监罚〔2026〕{number}号")
        return record

    def subject(self, number: int) -> Subject:
        """An enterprise that a delivered row finds by its code."""
        called = f"开封某某{number}号食品有限公司"
        made = self.rows.subject(name=called, code=code(number))
        self.rows.name(made, name=called, normalised=normalise_name(called))
        return made

    def by(self, who: User, *, on: datetime = NOW) -> By:
        return By(actor=who, policy=self.policy, now=on)

    def propose(self, record: Record | None = None, *, key: str = LIST, **given: Any) -> Case:
        found = record or self.evidence()
        of = self.policy.lists.lists.get(key)
        proposal = Proposal(
            list_key=key,
            subject=found.subject,
            record=found.record_key,
            matter=of.grounds[0] if of else "",
            reason="情节严重",
        )
        return propose(proposal, self.by(given.get("actor", self.people.wang), on=given.get("on", NOW)))

    def letter(self, case: Case, kind: str, *, on: datetime) -> None:
        """Written and served by hand on the same day."""
        letter = issue_letter(
            case.public_id, draft_of(kind), actor=self.people.wang, policy=self.policy, now=on
        )
        self.serve(letter.public_id, on=on)

    def serve(self, letter: str, *, on: datetime) -> None:
        made = Try(way=Way.DIRECT, on=(on + timedelta(hours=8)).date(), proof="SD-1")
        serve(letter, made, actor=self.people.wang, policy=self.policy, now=on)

    def heard(self, record: Record | None = None, *, key: str = LIST) -> Case:
        """The notice was served long ago and nobody said anything."""
        early = NOW - timedelta(days=40)
        case = self.propose(record, key=key, on=early)
        notify(case, self.by(self.people.wang, on=early), reason="拟列入")
        self.letter(case, "prior_notice", on=early)
        run_out(policy=self.policy, now=NOW - timedelta(days=20))
        case.refresh_from_db()
        assert case.state == "prepared"
        return case

    def reviewed(self, record: Record | None = None, *, key: str = LIST) -> Case:
        case = self.heard(record, key=key)
        for hurdle in hurdles(self.policy.lists.require(key)):
            clear_hurdle(
                case, hurdle, self.by(self.people.wang), document="省局批复1号", on=TODAY, reason="已同意"
            )
        return review(case, self.by(self.sun), reason="事实清楚、程序合法")

    def decided(self, record: Record | None = None, *, key: str = LIST) -> Case:
        case = self.reviewed(record, key=key)
        return decide(case, self.by(self.people.zhao), heads=HEADS, term_confirmed=True, reason="决定列入")

    def served(self, record: Record | None = None, *, key: str = LIST) -> Case:
        case = self.decided(record, key=key)
        words = {"actor": self.people.wang, "policy": self.policy, "now": NOW}
        letter = issue_letter(case.public_id, draft_of("decision"), **words)  # type: ignore[arg-type]
        self.serve(letter.public_id, on=NOW)
        case.refresh_from_db()
        return case

    def listed(self, record: Record | None = None, *, key: str = LIST) -> ListEntry:
        return enter(self.served(record, key=key), self.by(self.people.wang), reason="两书已送达")


def make_listers(people: People, policy: Policy) -> Listers:
    return Listers(people, policy, Rows(people), make_user("sun", "孙法审", people.city, Role.LEGAL_REVIEWER))
