"""A running order to put something right, and the people who handle it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.people import NOW, People, make_user
from tests.services.letter_cases import draft_of
from tests.store.rows import Rows

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.services.cases import take_step
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.rectification import Order, draft_order
from xinheng.store.models import Case, CaseDeadline, User

KEY = "rectification.correct_workdays"


@dataclass
class Orders:
    """Wang drafts and handles for the city, Sun beside him, Zhao decides, Qian decides beside her."""

    people: People
    policy: Policy
    rows: Rows
    sun: User
    qian: User

    def draft(self, **given: object) -> Case:
        record = given.get("record") or self.rows.record()
        order = Order(
            subject=record.subject, record=record.record_key, wanted="改正标签", reason="标签不合格"
        )  # type: ignore[attr-defined]
        return draft_order(order, actor=self.people.wang, policy=self.policy, now=NOW)

    def take(self, case: Case, verb: str, actor: User | None, *, on: datetime = NOW, **more: object) -> Case:
        return take_step(
            case.public_id,
            verb,
            actor=actor,
            policy=self.policy,
            now=on,
            reason="理由",
            **more,  # type: ignore[arg-type]
        )

    def correcting(self, *, served_on: date | None = None) -> Case:
        """An order that was given and served."""
        case = self.draft()
        self.confirm(case)
        return self.take(case, "serve", self.people.wang, counted_from=served_on)

    def confirm(self, case: Case) -> Case:
        ground = Ground(GroundKind.RECORD, int(case.ground.partition(":")[2]))
        return self.take(case, "confirm", self.people.zhao, ground=ground)

    def serve(self, case: Case, *, on: date) -> None:
        """The letter of the order is written and served by hand."""
        call = {"actor": self.people.wang, "policy": self.policy}
        early = NOW - timedelta(days=5)
        letter = issue_letter(case.public_id, draft_of("rectification_order"), **call, now=early)  # type: ignore[arg-type]
        serve(letter.public_id, Try(way=Way.DIRECT, on=on, proof="SD-1"), **call, now=NOW)  # type: ignore[arg-type]

    def deadline(self, case: Case, key: str = KEY) -> CaseDeadline:
        return CaseDeadline.objects.filter(case=case, key=key).latest("pk")


def make_orders(people: People, policy: Policy) -> Orders:
    return Orders(
        people,
        policy,
        Rows(people),
        make_user("sun", "孙审核", people.city, Role.REVIEWER),
        make_user("qian", "钱决定", people.city, Role.DECIDER),
    )


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)
