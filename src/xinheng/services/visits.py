"""Sends the teams of a draw, and of leads, to enterprises: on an approved plan, within the yearly ceiling, with the reason
why it cannot be done off-site on record (国办发〔2024〕54号; legal guard G7).

Above the ceiling goes only the check of a case plan, on a reason of the closed list; the supervisor of enforcement is told
when its plan is approved or begins.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.grading import VisitAllowed, may_visit
from xinheng.core.grounds import Ground, GroundKind, decision_lives
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS, Point, ResultCode
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import CODE_LENGTH, CODE_SIGNS, TEAM, Kind, Officer, check_team
from xinheng.services.cases import Opening, open_case
from xinheng.services.draw_substitutes import team_now
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.services.visit_counts import visits_so_far
from xinheng.services.visit_items import items_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.inspection_plans import CaseCheck
from xinheng.store.inspections import Draw, DrawnObject, Inspector, Plan
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject
from xinheng.store.visits import NEVER_MADE, Visit

KIND = "inspection_visit"
SERIES = "JC"
MOST = 200
"""Visits of one dispatch; more are sent in turns."""


@dataclass(frozen=True, slots=True)
class Held:
    """An enterprise that was drawn and cannot be visited, and why."""

    drawn: DrawnObject
    why: Refusal


@dataclass(frozen=True, slots=True)
class Dispatched:
    """``waiting``: how many of the draw are still to be sent."""

    made: tuple[Visit, ...]
    held: tuple[Held, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class _Trip:
    """What a visit is made of, once it may be made."""

    plan: Plan
    subject: Subject
    drawn: DrawnObject | None
    kind: Kind
    certificates: Sequence[str]
    offsite: str
    allowed: VisitAllowed
    beyond: str
    year: int
    reason: str
    urgent: bool = False


@transaction.atomic
def dispatch(public_id: str, *, offsite: str, actor: User, policy: Policy, now: datetime) -> Dispatched:
    """Put the visits of a draw to the decider, ``MOST`` at a time, in the order of the draw.

    Refusals: VD1 no draw or plan in force, VD2 no reason why it cannot be checked off-site.
    """
    draw = Draw.objects.select_related("announcement__plan__organisation").filter(public_id=public_id).first()
    if draw is None:
        raise Refusal("VD1", "没有这次抽取，不能派出检查。", advice="请从抽取记录中派出。")
    plan = _living(draw.announcement.plan_id)
    why = _offsite(offsite)
    waiting = DrawnObject.objects.filter(draw=draw, visits__isnull=True).select_related("subject")
    made, held = [], []
    for one in waiting.order_by("position")[:MOST]:
        try:
            made.append(_send_drawn(one, plan, why, actor=actor, policy=policy, now=now))
        except Refusal as refusal:
            held.append(Held(one, refusal))
    note(
        "visit.dispatched",
        now=now,
        actor=actor,
        object=f"draw:{draw.public_id}",
        payload={"made": len(made), "held": len(held)},
    )
    return Dispatched(tuple(made), tuple(held), waiting.count())


def _send_drawn(
    one: DrawnObject, plan: Plan, offsite: str, *, actor: User, policy: Policy, now: datetime
) -> Visit:
    team = team_now(one)
    _check_officers(team, plan.organisation, policy=policy, on=day_of(now))
    so_far = visits_so_far(plan.organisation, one.subject, year=plan.year, before=one)
    grading = policy.grading_for(plan.sector)
    allowed = may_visit(grading, band=one.band, visits_so_far=so_far, on=day_of(now))
    trip = _Trip(
        plan=plan,
        subject=one.subject,
        drawn=one,
        kind=Kind(plan.kind),
        certificates=team,
        offsite=offsite,
        allowed=allowed,
        beyond="",
        year=plan.year,
        reason=offsite,
    )
    return _opened(trip, verb="apply", actor=actor, policy=policy, now=now)


@transaction.atomic
def follow_lead(
    plan: Plan, *, certificates: Sequence[str], offsite: str, actor: User, policy: Policy, now: datetime
) -> Visit:
    """Put the check of the enterprise that a case plan names to the decider; in an emergency that has begun the team goes
    at once and the paper follows.

    Refusals: VD1, VD2, VD3 no check of this kind or one that is under way, those of the team and the ceiling.
    """
    check = CaseCheck.objects.select_related("subject").filter(plan=plan).first()
    if check is None or Visit.objects.filter(plan=plan).exclude(case__state__in=NEVER_MADE).exists():
        raise Refusal(
            "VD3",
            "这个计划没有待派出的个案检查。",
            citation=ENTERPRISE_CHECKS,
            advice="抽取以外的检查须先按个案事由立项；已经派出的，请从检查事项中打开。",
        )
    urgent = check.begun_at is not None and plan.approved_at is None
    plan, today = _living(plan.pk, begun=urgent), day_of(now)
    Subject.objects.select_for_update().get(pk=check.subject_id)
    _check_officers(certificates, plan.organisation, policy=policy, on=today)
    so_far = visits_so_far(plan.organisation, check.subject, year=today.year)
    grading = policy.grading_for(plan.sector)
    allowed = may_visit(grading, band=grading.ungraded, visits_so_far=so_far, on=today, reason=check.reason)
    trip = _Trip(
        plan=plan,
        subject=check.subject,
        drawn=None,
        kind=Kind.CASE,
        certificates=certificates,
        offsite=_offsite(offsite),
        allowed=allowed,
        beyond=check.reason if allowed.tell else "",
        year=today.year,
        reason=check.explanation,
        urgent=urgent,
    )
    return _opened(trip, verb="rush" if urgent else "apply", actor=actor, policy=policy, now=now)


def points_of(visit: Visit, *, policy: Policy) -> dict[str, Point]:
    """The points of the matter that the grade leaves; empty where the plan names none of the list."""
    return items_of(visit, policy=policy).points


def results_of(visit: Visit, *, policy: Policy) -> dict[str, ResultCode]:
    """The results that the matter may have; all there are where the plan names none of the list."""
    matters = policy.inspection_matters
    return dict(
        matters.results_of(visit.matter_key) if visit.matter_key in matters.matters else matters.results
    )


def officers_of(certificates: Sequence[str]) -> QuerySet[Inspector]:
    """The team as the library knows it."""
    return Inspector.objects.filter(certificate_no__in=certificates).order_by("certificate_no")


def _check_officers(
    certificates: Sequence[str], organisation: Organisation, *, policy: Policy, on: date
) -> None:
    check_team(
        [officer_of(one) for one in officers_of(certificates)],
        needed=policy.parameter(TEAM, on=on).required(),
        organisation=organisation.pk,
        on=on,
        named=certificates,
    )


def certificates_of(user: User) -> list[str]:
    """Under which certificates a person is sent; empty for one who is no inspector."""
    return list(Inspector.objects.filter(user=user).values_list("certificate_no", flat=True))


def team_of(case: Case) -> frozenset[int]:
    """Accounts of those who are sent; nobody for a case that is no visit."""
    if case.kind != KIND:
        return frozenset()
    named = Visit.objects.filter(case=case).values_list("certificates", flat=True).first() or []
    persons = Inspector.objects.filter(certificate_no__in=named, user__isnull=False)
    return frozenset(user for user in persons.values_list("user_id", flat=True) if user is not None)


def officer_of(one: Inspector) -> Officer:
    return Officer(
        certificate=one.certificate_no,
        organisation=one.organisation_id,
        certified_until=one.certified_until,
        taking=bool(one.lines),
    )


def _living(plan: int, *, begun: bool = False) -> Plan:
    """The plan under lock, so that two dispatches do not count past each other. ``begun``: an emergency that somebody let
    begin before its paper."""
    found = Plan.objects.select_for_update(of=("self",)).select_related("case", "organisation").get(pk=plan)
    if (found.approved_at is None and not begun) or not decision_lives(found.case.state):
        raise Refusal(
            "VD1",
            f"“{found.title}”没有批准或者已经失效，不能派出检查。",
            citation=ENTERPRISE_CHECKS,
            advice="没有计划不得入企检查；请先完成计划的审批。",
        )
    return found


def _offsite(words: str) -> str:
    said = mask_personal(words.strip()).text[:500]
    if len(said) < 8:
        raise Refusal(
            "VD2",
            "没有写明为什么不能以非现场方式检查。",
            citation=ENTERPRISE_CHECKS,
            advice="能够通过书面、网络、数据共享核查的，不入企；不能的，请写明理由。",
        )
    return said


def _opened(trip: _Trip, *, verb: str, actor: User, policy: Policy, now: datetime) -> Visit:
    plan, subject = trip.plan, trip.subject
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{trip.kind.label}：{subject.name}",
        organisation=plan.organisation,
        subject=subject,
        ground=Ground(GroundKind.DECISION, plan.case_id),
        details={"matter": plan.matter, "tell": list(trip.allowed.tell)},
    )
    case = open_case(opening, verb=verb, actor=actor, policy=policy, now=now, reason=trip.reason)
    visit = Visit.objects.create(
        case=case,
        plan=plan,
        drawn=trip.drawn,
        subject=subject,
        organisation=plan.organisation,
        kind=trip.kind.value,
        urgent=trip.urgent,
        matter=plan.matter,
        matter_key=plan.matter_key,
        offsite=trip.offsite,
        certificates=list(trip.certificates),
        year=trip.year,
        number=trip.allowed.number,
        limit=trip.allowed.limit,
        beyond=trip.beyond,
        code="".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH)),
    )
    if trip.beyond:
        note(
            "visit.beyond_ceiling",
            now=now,
            actor=actor,
            subject=subject.public_id,
            object=f"case:{case.number}",
            payload={"number": visit.number, "limit": visit.limit, "reason": trip.beyond},
        )
    return visit
