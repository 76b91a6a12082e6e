"""A plan with a draw of one food operator, its certified team, and the people who handle, decide and publish the visit."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from tests.people import NOW, People, make_user
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.store.rows import Rows

from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.core.service_proof import Try, Way
from xinheng.core.visits import Arrival, Finding, Seen, Sheet
from xinheng.services.cases import take_step
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.services.visits import Dispatched, dispatch
from xinheng.services.visits_on_site import Arrived, record_visit
from xinheng.services.visits_results import confirm_result, publish_result
from xinheng.store.models import (
    Case,
    DrawnObject,
    Inspector,
    IssuedLetter,
    Plan,
    Subject,
    SubjectName,
    User,
    Visit,
    VisitSheet,
)

MATTER = "food_operation"
OFFSITE = "加工场所卫生须当场查看，照片不能代替"
TEAM = ("4102000001", "4102000002")
CODE = code(7)
POINTS = ("permit", "hygiene", "sourcing", "storage", "staff", "self_check")
SITE = NOW + timedelta(hours=5)
"""The moment at which the team stands at the door."""
SHEET = Sheet(
    client_id="phone-1",
    result="no_problem",
    found="查看了许可证、操作间和冷藏柜，没有发现问题",
    views="没有意见",
    present=TEAM,
    recorded_at=SITE + timedelta(hours=1),
    points={key: Seen(finding=Finding.FIT) for key in POINTS},
)
UNFIT = replace(
    SHEET,
    result="ordered_to_correct",
    found="冷藏柜温度 12 度，超过标签要求",
    points={**SHEET.points, "storage": Seen(finding=Finding.UNFIT, note="冷藏柜 12 度")},
)
OBSTRUCTED = replace(UNFIT, result="not_cooperating", found="拒绝打开冷藏间，两次劝告后仍拒绝")
ARRIVED = Arrived(client_id="phone-0", way=Arrival.CODE, at=SITE, code=CODE)


@dataclass
class Trips:
    """Li goes with Ma, Wang handles, Zhao and Qian decide, Zhou reviews secrecy."""

    people: People
    policy: Policy
    rows: Rows
    li: User
    ma: User
    plan: Plan

    def drawn(self, **given: object) -> DrawnObject:
        attempt = self.plan.announcements.count() + 1
        announcement = self.rows.announcement(plan=self.plan, run=self.rows.run(), attempt=attempt)
        draw = self.rows.draw(announcement=announcement)
        known = {"inspectors": list(TEAM), "band": "ungraded"}
        subject = given.pop("subject", None) or self.subject()
        return self.rows.drawn(draw, subject=subject, **known | given)

    def subject(self, number: str = CODE, **given: object) -> Subject:
        named = {"name": "开封某某食品有限公司", "code": number, "kind": "enterprise", "last_known_at": NOW}
        made = Subject.objects.create(**named | given)
        SubjectName.objects.create(
            subject=made, name=made.name, normalised=normalise_name(made.name), known_at=NOW
        )
        return made

    def sent(self, drawn: DrawnObject | None = None) -> Dispatched:
        one = drawn or self.drawn()
        return dispatch(one.draw.public_id, offsite=OFFSITE, **self.by(self.people.wang))

    def take(self, case: Case, verb: str, actor: User, *, at: datetime = NOW) -> Case:
        return take_step(
            case.public_id, verb, actor=actor, policy=self.policy, now=at, reason="情况属实，依法办理"
        )

    def approved(self, drawn: DrawnObject | None = None) -> Visit:
        """A visit with its notice in the hands of the team."""
        (visit,) = self.sent(drawn).made
        self.take(visit.case, "approve", self.people.zhao)
        self.letter(visit, "inspection_notice")
        return visit

    def letter(self, visit: Visit, kind: str, *, at: datetime = NOW) -> IssuedLetter:
        return issue_letter(visit.case.public_id, draft_of(kind), **self.by(self.people.wang, at))

    def recorded(self, sheet: Sheet = SHEET, *, visit: Visit | None = None) -> VisitSheet:
        there = visit or self.approved()
        return record_visit(
            there.case.public_id,
            sheet,
            arrived=replace(ARRIVED, code=there.code),
            **self.by(self.li, SITE + timedelta(hours=2)),
        )

    def confirmed(self, sheet: Sheet = SHEET) -> Visit:
        case = self.recorded(sheet).visit.case
        later = SITE + timedelta(hours=3)
        return confirm_result(case, reason="与现场情况相符", **self.by(self.people.zhao, later))

    def told(self, sheet: Sheet = SHEET) -> Visit:
        visit = self.confirmed(sheet)
        kind = "inspection_cleared" if sheet is SHEET else "inspection_result"
        later = SITE + timedelta(hours=4)
        row = self.letter(visit, kind, at=later)
        serve(
            row.public_id,
            Try(way=Way.DIRECT, on=later.date(), proof="SD-1"),
            **self.by(self.people.wang, later),
        )
        return visit

    def published(self, sheet: Sheet = SHEET) -> Visit:
        visit = self.told(sheet)
        later = SITE + timedelta(hours=5)
        return publish_result(visit.case, reason="不涉密，不涉隐私", **self.by(self.people.zhou, later))

    def by(self, actor: User, at: datetime = NOW) -> dict[str, Any]:
        return {"actor": actor, "policy": self.policy, "now": at}


def make_trips(people: People, policy: Policy) -> Trips:
    rows = Rows(people)
    li = make_user("lili", "李检查", people.market, Role.INSPECTOR)
    ma = make_user("ma", "马检查", people.market, Role.INSPECTOR)
    for certificate, user in zip(TEAM, (li, ma), strict=True):
        Inspector.objects.create(
            organisation=people.market,
            user=user,
            certificate_no=certificate,
            name=user.display_name,
            lines=["food"],
            certified_until=date(2028, 1, 1),
        )
    plan = rows.plan(
        case=rows.case(state="in_force", kind="inspection_plan", organisation=people.market),
        matter_key=MATTER,
        matter="食品经营监督检查",
        sector="food",
        approved_by=people.zhao,
        approved_at=NOW,
    )
    return Trips(people, policy, rows, li, ma, plan)
