"""A published list of matters with its letters, and the people who take commitments under it."""

from dataclasses import dataclass
from datetime import date, datetime

from tests.people import NOW, People, make_user
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.store.rows import Rows

from xinheng.core.commitment_items import Item, ItemList, Material
from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.services.commitments import AtWindow, Promise, take_at_window
from xinheng.services.commitments_lists import approve_draft, begin_draft, submit_draft
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.loading import refresh_search
from xinheng.services.time import day_of
from xinheng.store.models import Case, Commitment, PolicyVersion, Subject, SubjectName, User

FORM, PLAN = "申请表", "平面图"
ANSWERS = {"matter": "食品经营许可", "place": "鼓楼区某路 1 号"}
PROMISED = date(2026, 11, 27)


def an_item(**given: object) -> Item:
    known = {
        "key": "food-shop",
        "title": "食品经营许可新办",
        "kind": "substitution",
        "basis": ["示例文件（待核）"],
        "conditions": ["有与经营品种相适应的场所"],
        "materials": [Material(name=FORM), Material(name=PLAN, later=True)],
        "letter": "approval-standard",
        "check_workdays": 20,
    }
    return Item.model_validate(known | given)


def a_list(*items: Item, **given: object) -> ItemList:
    known = {"key": "food", "sector": "food", "title": "食品领域", "items": items or (an_item(),)}
    return ItemList.model_validate(known | given)


@dataclass
class Desk:
    """Wang drafts and checks, Zhao decides, Sun stands at the window, the firm has its own number."""

    people: People
    policy: Policy
    firm: Subject
    sun: User
    qian: User

    def publish(self, draft: ItemList | None = None, *, now: datetime = NOW) -> PolicyVersion:
        case = begin_draft(
            draft or a_list(),
            organisation=self.people.city,
            actor=self.people.wang,
            policy=self.policy,
            now=now,
        )
        submit_draft(case.public_id, actor=self.people.wang, policy=self.policy, now=now)
        return approve_draft(case.public_id, actor=self.people.zhao, policy=self.policy, now=now)

    def promise(self, **given: object) -> Promise:
        known: dict[str, object] = {
            "subject": self.firm,
            "list_key": "food",
            "item": "food-shop",
            "answers": ANSWERS,
            "handed_in": frozenset({FORM, PLAN}),
        }
        return Promise(**known | given)  # type: ignore[arg-type]

    def take(self, *, now: datetime = NOW, **given: object) -> Commitment:
        decided = AtWindow(promised_on=given.pop("promised_on", None), reason="企业信用良好")  # type: ignore[arg-type]
        return take_at_window(self.promise(**given), decided, actor=self.sun, policy=self.policy, now=now)

    def serve_notice(self, case: Case, *, now: datetime = NOW) -> None:
        """The notice of a breach, written upon the step that ordered it and handed over the same day."""
        words = {"actor": self.people.wang, "policy": self.policy, "now": now}
        letter = issue_letter(case.public_id, draft_of("breach_notice"), **words)  # type: ignore[arg-type]
        made = Try(way=Way.DIRECT, on=day_of(now), proof="送达回证 1 号")
        serve(letter.public_id, made, **words)  # type: ignore[arg-type]

    def case(self, commitment: Commitment) -> Case:
        assert commitment.case is not None
        commitment.case.refresh_from_db()
        return commitment.case


def make_desk(people: People, policy: Policy) -> Desk:
    return Desk(
        people,
        policy,
        a_firm(people, 1, "开封蓝天食品有限公司"),
        make_user("sun", "孙窗口", people.city, Role.WINDOW_CLERK),
        make_user("qian", "钱决定", people.city, Role.DECIDER),
    )


def a_firm(people: People, number: int, name: str, **given: object) -> Subject:
    """A registered enterprise, known by its name."""
    made = Rows(people).subject(code=code(number), name=name, **given)
    SubjectName.objects.create(subject=made, name=name, normalised=normalise_name(name), known_at=NOW)
    refresh_search([made.pk])
    return made
