"""The clocks of a case as rows: what a step, a service, a person or a new calendar does to them.

A clock that starts with a letter starts at its service (legal guard G17); an unknown length has no due day (G15).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction

from xinheng.core import clocks
from xinheng.core.flows import Step
from xinheng.core.parameters import Reading, Status, Unit
from xinheng.core.policy import Policy
from xinheng.store.casework import Case, CaseDeadline


def running_clocks(cases: Collection[Case]) -> list[CaseDeadline]:
    """Those of cases that are under lock, in their order, under lock."""
    running = CaseDeadline.objects.select_for_update().filter(case__in=cases, ended_on__isnull=True)
    return list(running.order_by("pk"))


def move_clocks(
    case: Case, step: Step, *, running: Sequence[CaseDeadline], policy: Policy, on: date
) -> list[CaseDeadline]:
    """What the step does to the ``running`` clocks of the case, counted from ``on``; those that run then."""
    for row in running:
        before = clock_of(row)
        after = clocks.after_step(before, step, on=on, calendar=policy.calendar)
        if after != before:
            keep(row, after, policy)
    left = [row for row in running if row.ended_on is None]
    over = frozenset(row.key for row in left)
    return left + _start(case, step, policy=policy, on=on, served_on=None, over=over)


def start_clocks(
    case: Case,
    step: Step,
    *,
    policy: Policy,
    on: date,
    served_on: date | None = None,
    over: frozenset[str] = frozenset(),
) -> None:
    """Start the clocks of a step but those that run or are ``over``: with a letter on the day of its service."""
    running = CaseDeadline.objects.filter(case=case, ended_on__isnull=True)
    over |= set(running.values_list("key", flat=True))
    _start(case, step, policy=policy, on=on, served_on=served_on, over=over)


def _start(
    case: Case, step: Step, *, policy: Policy, on: date, served_on: date | None, over: frozenset[str]
) -> list[CaseDeadline]:
    started: list[CaseDeadline] = []
    readings = {key: policy.parameter(key, on=served_on or on) for key in step.starts}
    for clock in clocks.clocks_of(step, readings=readings, taken_on=on, served_on=served_on):
        if clock.key not in over:
            started.append(CaseDeadline(case=case, organisation_id=case.organisation_id, key=clock.key))
            keep(started[-1], clock, policy)
    return started


@transaction.atomic
def recompute_deadlines(*, policy: Policy) -> int:
    """Compute running terms again that were computed with another calendar; returns how many were looked at."""
    running = CaseDeadline.objects.filter(ended_on__isnull=True).order_by("pk")
    outdated = list(running.exclude(calendar_version=policy.calendar.version).select_for_update())
    for row in outdated:
        keep(row, clock_of(row), policy)
    return len(outdated)


def rule_of(row: CaseDeadline, policy: Policy) -> Reading:
    """The rule of a clock as it is told: where a list or a promise set its length, that length and not 待确认 beside a day."""
    rule = policy.parameter(row.key, on=row.started_on)
    if rule.value is not None or row.count is None:
        return rule
    known = replace(rule, value=row.count, unit=Unit(row.unit), status=Status.KNOWN)
    return replace(known, citation=rule.note) if rule.note else known


def clock_of(row: CaseDeadline) -> clocks.Clock:
    return clocks.Clock(
        key=row.key,
        started_on=row.started_on,
        count=row.count,
        unit=Unit(row.unit),
        suspended_on=row.suspended_on,
        ended_on=row.ended_on,
    )


def keep(row: CaseDeadline, clock: clocks.Clock, policy: Policy) -> None:
    """An unknown length has no due day and is shown as 待确认 (legal guard G15). A clock that ends keeps its last day."""
    due = clocks.due(clock, calendar=policy.calendar)
    row.started_on, row.count, row.unit = clock.started_on, clock.count, clock.unit
    row.suspended_on, row.ended_on = clock.suspended_on, clock.ended_on
    if clock.ended_on is None:
        row.due_on, row.provisional = (due.on, due.provisional) if due else (None, False)
    row.calendar_version = policy.calendar.version
    row.save()
