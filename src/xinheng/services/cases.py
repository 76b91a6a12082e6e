"""Opens cases and takes their steps: who may, with what reason and ground, and which clocks start and end.

One verb serves every procedure; what a step means for the matter itself is done by the caller in the same
transaction (《行政处罚法》第五十七、五十八条 on review and decision by different persons).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from xinheng.core import clocks
from xinheng.core.flows import NEW, Flow, Past, Step, available, check_step, flow_of, newest
from xinheng.core.grounds import Ground
from xinheng.core.parameters import Unit
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.accounts import actor_of
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case, CaseDeadline, CaseEvent, NumberSeries
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a new case is about. ``series`` begins its number, e.g. ``SP`` for approvals."""

    flow: str
    kind: str
    series: str
    title: str
    organisation: Organisation
    subject: Subject | None = None
    details: Mapping[str, Any] | None = None


@transaction.atomic
def open_case(opening: Opening, *, verb: str, actor: User, policy: Policy, now: datetime) -> Case:
    """Begin a case with its first step."""
    flow = newest(opening.flow)
    case = Case.objects.create(
        number=_next_number(opening.series, year=day_of(now).year),
        kind=opening.kind,
        flow=flow.name,
        flow_version=flow.version,
        state=NEW,
        organisation=opening.organisation,
        subject=opening.subject,
        title=opening.title[:200],
        details=dict(opening.details or {}),
        opened_by=actor,
        opened_at=now,
    )
    return _take(
        case, flow, verb=verb, actor=actor, policy=policy, now=now, reason="", ground=None, details={}
    )


@transaction.atomic
def take_step(
    public_id: str,
    verb: str,
    *,
    actor: User | None,
    policy: Policy,
    now: datetime,
    reason: str = "",
    ground: Ground | None = None,
    details: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
) -> Case:
    """Take a step of a running case. ``seen_version``: the version on the page; an older one is refused."""
    case = Case.objects.select_for_update().filter(public_id=public_id).first()
    if case is None:
        raise Refusal("C01", "没有这个事项。", advice="请从工作台重新进入。")
    if seen_version is not None and seen_version != case.version:
        raise Refusal("C02", "这个事项刚刚被别人办理过。", advice="请刷新页面，看清现状后再办理。")
    flow = flow_of(case.flow, case.flow_version)
    return _take(
        case,
        flow,
        verb=verb,
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        ground=ground,
        details=dict(details or {}),
    )


def steps_for(case: Case, user: User, *, on: date) -> tuple[Step, ...]:
    """The buttons of the page for this person."""
    return available(
        flow_of(case.flow, case.flow_version),
        state=case.state,
        actor=user.pk,
        roles=roles_in(user, case.organisation, on=on),
        history=history_of(case),
    )


def roles_in(user: User, organisation: Organisation, *, on: date) -> frozenset[Any]:
    """Roles in force that reach the organisation."""
    path = tree().path(organisation.pk)
    return frozenset(
        grant.role for grant in actor_of(user).grants if grant.in_force(on) and grant.organisation in path
    )


def history_of(case: Case) -> Sequence[Past]:
    """Steps taken so far."""
    return tuple(Past(verb=event.verb, actor=event.actor_id) for event in case.events.order_by("sequence"))


def desk(organisations: Sequence[int]) -> QuerySet[Case]:
    """Open cases of these organisations, oldest first."""
    return (
        Case.objects.filter(organisation__in=organisations, closed_at__isnull=True)
        .select_related("subject", "organisation")
        .order_by("id")
    )


@transaction.atomic
def recompute_deadlines(*, policy: Policy) -> int:
    """Compute running terms again that were computed with another calendar; returns how many were looked at."""
    running = CaseDeadline.objects.filter(ended_on__isnull=True).order_by("pk")
    outdated = list(running.exclude(calendar_version=policy.calendar.version).select_for_update())
    for row in outdated:
        _keep(row, _clock(row), policy)
    return len(outdated)


def _take(
    case: Case,
    flow: Flow,
    *,
    verb: str,
    actor: User | None,
    policy: Policy,
    now: datetime,
    reason: str,
    ground: Ground | None,
    details: dict[str, Any],
) -> Case:
    past, before = history_of(case), case.state
    step = check_step(
        flow,
        state=before,
        verb=verb,
        actor=actor.pk if actor else None,
        roles=roles_in(actor, case.organisation, on=day_of(now)) if actor else (),
        history=past,
        reason=reason,
        ground=ground,
    )
    CaseEvent.objects.create(
        case=case,
        sequence=len(past) + 1,
        at=now,
        verb=verb,
        from_state=before,
        to_state=step.to_state,
        actor=actor,
        reason=reason[:1000],
        ground=f"{ground.kind}:{ground.reference}" if ground else "",
        details=details,
    )
    _move_clocks(case, step, policy=policy, today=day_of(now))
    settled = flow.state(step.to_state).settled
    Case.objects.filter(pk=case.pk).update(
        state=step.to_state, version=F("version") + 1, closed_at=now if settled else None
    )
    case.refresh_from_db()
    note(
        f"case.{verb}",
        now=now,
        actor=actor,
        subject=case.subject.public_id if case.subject else "",
        object=f"case:{case.number}",
        payload={"from": before, "to": step.to_state, "reason": reason},
    )
    return case


def _move_clocks(case: Case, step: Step, *, policy: Policy, today: date) -> None:
    running = CaseDeadline.objects.select_for_update().filter(case=case, ended_on__isnull=True)
    for row in running.order_by("pk"):
        clock = _clock(row)
        if row.key in step.ends:
            _keep(row, clocks.end(clock, on=today), policy)
        elif row.key in step.suspends and clock.running:
            _keep(row, clocks.suspend(clock, on=today, calendar=policy.calendar), policy)
        elif row.key in step.resumes and not clock.running:
            _keep(row, clocks.resume(clock, on=today), policy)
    readings = {key: policy.parameter(key, on=today) for key in step.starts}
    for clock in clocks.clocks_of(step, readings=readings, taken_on=today):
        _keep(CaseDeadline(case=case, key=clock.key), clock, policy)


def start_on_service(case: Case, verb: str, *, on: date, policy: Policy) -> None:
    """The letter of the step ``verb`` was served: the clocks that waited for it run from that day (legal guard G17).

    None starts in a settled case, and none that runs already or that a later step has ended.
    """
    flow = flow_of(case.flow, case.flow_version)
    step = next((one for one in flow.steps if one.verb == verb), None)
    taken = case.events.filter(verb=verb).order_by("-sequence").first()
    if step is None or taken is None or flow.state(case.state).settled:
        return
    later = set(case.events.filter(sequence__gt=taken.sequence).values_list("verb", flat=True))
    over = {key for one in flow.steps if one.verb in later for key in one.ends}
    over |= set(CaseDeadline.objects.filter(case=case, ended_on__isnull=True).values_list("key", flat=True))
    readings = {key: policy.parameter(key, on=on) for key in step.starts}
    for clock in clocks.clocks_of(step, readings=readings, taken_on=on, served_on=on):
        if clock.key not in over:
            _keep(CaseDeadline(case=case, key=clock.key), clock, policy)


def _clock(row: CaseDeadline) -> clocks.Clock:
    return clocks.Clock(
        key=row.key,
        started_on=row.started_on,
        count=row.count,
        unit=Unit(row.unit),
        suspended_on=row.suspended_on,
        ended_on=row.ended_on,
    )


def _keep(row: CaseDeadline, clock: clocks.Clock, policy: Policy) -> None:
    """An unknown length has no due day and is shown as 待确认 (legal guard G15)."""
    due = clocks.due(clock, calendar=policy.calendar)
    row.started_on, row.count, row.unit = clock.started_on, clock.count, clock.unit
    row.suspended_on, row.ended_on = clock.suspended_on, clock.ended_on
    row.due_on, row.provisional = (due.on, due.provisional) if due else (None, False)
    row.calendar_version = policy.calendar.version
    row.save()


def _next_number(series: str, *, year: int) -> str:
    row, _ = NumberSeries.objects.select_for_update().get_or_create(series=series, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{series}-{year}-{row.last:06d}"
