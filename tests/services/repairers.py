"""A published penalty of an enterprise, its account, and the people who handle the repair of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.orders import make_orders
from tests.store import enterprise_rows
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.services.cases import take_step
from xinheng.services.enterprises import Party, party_of
from xinheng.services.repair_decisions import Act, accept, grant
from xinheng.services.repairs import Application, Lodging, lodge
from xinheng.store.models import Case, Publication, Record, RepairSource, Subject, User

DECIDED = date(2026, 7, 1)
EARLIEST = date(2026, 10, 1)
STOPS = date(2027, 7, 1)
CODE = code(1)
PROVED = {"duty_done": "缴款书 2026-09-12"}
WHOLE = Application(handed=PROVED, pledged=True)


@dataclass
class Repairs:
    """Li of the market regulation delivered, Wang handles, Sun beside him, Zhao decides."""

    people: People
    policy: Policy
    rows: Rows
    sun: User
    firm: Subject
    record: Record

    def party(self, *matters: str) -> Party:
        account = enterprise_rows.account(self.rows, number=f"9{next(self.rows.numbers)}")
        enterprise_rows.mandate(
            self.rows,
            account=account,
            subject=self.firm,
            matters=list(matters or ("file", "requests")),
            to_on=TODAY + timedelta(days=90),
        )
        return party_of(account, on=TODAY)

    def act(self, actor: User, reason: str = "缴款书核对无误") -> Act:
        return Act(actor=actor, policy=self.policy, now=NOW, reason=reason)

    def lodging(self, external: str = "XYZG-1", **days: date) -> Lodging:
        told = {"lodged_on": TODAY, "pushed_on": TODAY} | days
        return Lodging(source=RepairSource.PUBLICITY_SYSTEM, external=external, **told)

    def lodged(self, application: Application = WHOLE, external: str = "XYZG-1") -> Case:
        return lodge(
            self.record.record_key,
            application,
            self.lodging(external),
            actor=self.people.wang,
            policy=self.policy,
            now=NOW,
        )

    def step(self, case: Case, verb: str, actor: User, **more: object) -> Case:
        return take_step(
            case.public_id,
            verb,
            actor=actor,
            policy=self.policy,
            now=NOW,
            reason="理由",
            **more,  # type: ignore[arg-type]
        )

    def examined(self) -> Case:
        case = accept(self.lodged(), self.act(self.people.wang))
        return self.step(case, "examine", self.sun)

    def granted(self) -> Case:
        return grant(self.examined(), self.act(self.people.zhao))

    def current(self) -> Record:
        return Record.objects.get(record_key=self.record.record_key, known_until__isnull=True)

    def shown(self) -> bool:
        return Publication.objects.filter(record_key=self.record.record_key, stopped_at__isnull=True).exists()


def penalty(rows: Rows, firm: Subject, **given: object) -> Record:
    """A penalty of the market regulation, general unless said otherwise."""
    batch = rows.batch(state="loaded", loaded_at=NOW, published_at=NOW, published_by=rows.people.zhou)
    values: Mapping[str, object] = {"seriousness": 2, "finality": 6, "decided_on": DECIDED} | given
    number = next(rows.numbers)
    record = rows.record(subject=firm, batch=batch, **values)
    rows.detail(
        record=record,
        document_no=f"汴市监罚〔2026〕{number}号",
        authority="开封市市场监督管理局",
        title="标签不合格",
    )
    return record


def make_repairs(people: People, policy: Policy) -> Repairs:
    rows = Rows(people)
    firm = rows.subject(name="开封蓝天食品有限公司", code=CODE)
    record = penalty(rows, firm)
    rows.publication(
        ground=record,
        decided_on=DECIDED,
        earliest_repair_on=EARLIEST,
        stop_on=STOPS,
        published_at=NOW - timedelta(days=30),
    )
    return Repairs(people, policy, rows, make_orders(people, policy).sun, firm, record)
