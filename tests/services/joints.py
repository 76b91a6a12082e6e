"""Two departments that want to visit the same enterprise in the same days, each with its own plan, team and officer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.people import NOW, TODAY, make_organisation, make_user
from tests.services.deliveries import code
from tests.services.trips import CODE, OFFSITE, TEAM, Trips

from xinheng.core.roles import Role
from xinheng.services.joint_checks import agree, propose_joints
from xinheng.services.visits import dispatch
from xinheng.store.models import (
    Inspector,
    JointCheck,
    Organisation,
    OrganisationKind,
    Plan,
    PlanBatch,
    Subject,
    User,
    Visit,
)

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)
"""Monday to Friday: the days that suit both."""
OTHER_TEAM = ("4102000011", "4102000012")
PLACE = "金明大道1号"


@dataclass
class Joints:
    """Sun and his team work for emergency management; Liu agrees for it, He for market supervision."""

    trips: Trips
    safety: Organisation
    sun: User
    liu: User
    he: User
    plan: Plan
    subject: Subject

    @property
    def market(self) -> Organisation:
        return self.trips.people.market

    def approved(self, plan: Plan, subject: Subject, team: Sequence[str]) -> Visit:
        """A visit that was drawn, sent out and approved; nobody told the enterprise."""
        trips = self.trips
        draw = trips.rows.draw(
            announcement=trips.rows.announcement(
                plan=plan, run=trips.rows.run(), attempt=plan.announcements.count() + 1
            )
        )
        drawn = trips.rows.drawn(draw, subject=subject, inspectors=list(team), band="ungraded")
        (visit,) = dispatch(drawn.draw.public_id, offsite=OFFSITE, **trips.by(trips.people.wang)).made
        trips.take(visit.case, "approve", trips.people.zhao)
        return visit

    def both(self, subject: Subject | None = None) -> tuple[Visit, Visit]:
        """The visit of market supervision and that of emergency management."""
        one = subject or self.subject
        return (
            self.approved(self.trips.plan, one, TEAM),
            self.approved(self.plan, one, OTHER_TEAM),
        )

    def proposed(self) -> JointCheck:
        self.both()
        propose_joints(policy=self.trips.policy, now=NOW)
        return JointCheck.objects.get()

    def agree(
        self, joint: JointCheck, organisation: Organisation, user: User, day: date = LAST
    ) -> JointCheck:
        joint.refresh_from_db()
        return agree(joint.public_id, organisation.pk, day=day, seen=joint.version, **self.trips.by(user))

    def tied(self) -> JointCheck:
        joint = self.proposed()
        self.agree(joint, self.market, self.he)
        return self.agree(joint, self.safety, self.liu)

    def visits(self, joint: JointCheck) -> list[Visit]:
        return list(Visit.objects.filter(joints__joint=joint).order_by("joints__position"))


def window(trips: Trips, plan: Plan, first: date, last: date) -> PlanBatch:
    return PlanBatch.objects.create(
        plan=plan, position=1, scope="全市经营者", planned=10, from_on=first, until_on=last
    )


def make_joints(trips: Trips) -> Joints:
    people = trips.people
    safety = make_organisation(
        "kaifeng.emergency_management", OrganisationKind.DEPARTMENT, "市应急管理局", people.city
    )
    sun = make_user("sun", "孙检查", safety, Role.INSPECTOR)
    for certificate, user in zip(OTHER_TEAM, (sun, None), strict=True):
        Inspector.objects.create(
            organisation=safety,
            user=user,
            certificate_no=certificate,
            name="孙检查",
            lines=["food"],
            certified_until=date(2028, 1, 1),
        )
    plan = trips.rows.plan(
        case=trips.rows.case(state="in_force", kind="inspection_plan", organisation=safety),
        matter="安全生产监督检查",
        approved_by=people.zhao,
        approved_at=NOW,
    )
    plan.organisation = safety
    plan.save()
    window(trips, trips.plan, TODAY - timedelta(days=5), LAST)
    window(trips, plan, FIRST, LAST + timedelta(days=30))
    return Joints(
        trips=trips,
        safety=safety,
        sun=sun,
        liu=make_user("liu", "刘应急", safety, Role.REVIEWER),
        he=make_user("he", "何市监", people.market, Role.REVIEWER),
        plan=plan,
        subject=trips.subject(CODE, address=PLACE),
    )


OTHER_CODE = code(8)
