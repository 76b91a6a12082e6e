"""Ends measures: by a decider, as a mistake, by their last day; and follows those that ended with their ground.

A measure ends in the transaction in which its ground ends (services.effects). What follows is queued there: the case is
closed, and everybody who acted on it or was given it is told to stop (《河南省社会信用条例》第三十七、四十二条).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from xinheng.core.grounds import EndCause, Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.cases import locked, take_step
from xinheng.services.effects import write_ending
from xinheng.services.ledger import note
from xinheng.services.measures_tasks import ask_to_stop
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.measures import MeasureApplied
from xinheng.store.subjects import Subject

_VERBS = {"lift": EndCause.WITHDRAWN, "annul": EndCause.REVOKED}


@transaction.atomic
def end_measures(
    case: Case, verb: str, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> int:
    """Lift what a case applied, or annul it as wrong from the beginning (verbs ``lift`` and ``annul``); everybody is told
    at once. Refusal MX1 where nothing of it lies on the enterprise any more."""
    if verb not in _VERBS:
        raise ValueError(verb)
    assert case.subject is not None
    Subject.objects.select_for_update().get(pk=case.subject.pk)
    locked(case.public_id, seen_version=seen)
    lying = list(MeasureApplied.objects.select_for_update().filter(decision=case, ended_at__isnull=True))
    if not lying:
        raise Refusal("MX1", "这项决定的措施都已经终止。", advice="请刷新页面查看。")
    take_step(case.public_id, verb, actor=actor, policy=policy, now=now, reason=reason, seen_version=seen)
    _end(lying, _VERBS[verb], why=verb, policy=policy, now=now)
    return len(lying)


def remedy_wrong(measure: MeasureApplied, *, reason: str, policy: Policy, now: datetime) -> None:
    """End one measure that an upheld objection or a corrected listing showed to be wrong; runs in the caller's
    transaction, who decided it (M10-10)."""
    _end_one(measure, EndCause.REVOKED, why="remedy", reason=reason, policy=policy, now=now)


def end_reviewed(measure: MeasureApplied, *, reason: str, policy: Policy, now: datetime) -> None:
    """End one incentive that a review, confirmed by another person, found deserved no more; in their transaction."""
    _end_one(measure, EndCause.WITHDRAWN, why="review", reason=reason, policy=policy, now=now)


_SAID = {"remedy": "measure.remedied", "review": "incentive.ended"}


def _end_one(
    measure: MeasureApplied, cause: EndCause, *, why: str, reason: str, policy: Policy, now: datetime
) -> None:
    Subject.objects.select_for_update().get(pk=measure.subject_id)
    lying = MeasureApplied.objects.select_for_update().filter(pk=measure.pk, ended_at__isnull=True)
    found = list(lying)
    if not found:
        return
    _end(found, cause, why=why, policy=policy, now=now)
    note(
        _SAID[why],
        now=now,
        subject=measure.subject.public_id,
        object=f"measure:{measure.public_id}",
        reason=reason,
    )
    follow_ended([measure.pk], policy=policy, now=now)


def end_due(*, policy: Policy, now: datetime) -> int:
    """End every measure whose last day is over; returns how many. Runs every night."""
    today, count = day_of(now), 0
    due = MeasureApplied.objects.filter(ended_at__isnull=True, until_on__lte=today)
    for subject in due.order_by("subject_id").values_list("subject_id", flat=True).distinct():
        with transaction.atomic():
            Subject.objects.select_for_update().get(pk=subject)
            rows = list(due.select_for_update().filter(subject=subject))
            _end(rows, EndCause.TERM_EXPIRED, why="expired", policy=policy, now=now)
            follow_ended([row.pk for row in rows], policy=policy, now=now)
            count += len(rows)
    return count


@transaction.atomic
def follow_ended(ids: Iterable[int], *, policy: Policy, now: datetime) -> int:
    """What follows when measures have ended or rest for a while: stop is told, and a case of which nothing lies any more
    is closed. Returns how many were told; a second run adds nothing."""
    told = 0
    rows = MeasureApplied.objects.select_related("decision").filter(pk__in=list(ids)).order_by("pk")
    for measure in rows:
        if measure.ended_at is None and measure.suspended_at is None:
            continue
        told += ask_to_stop(measure, policy=policy, now=now)
        case = measure.decision
        over = measure.ended_at is not None and not case.measures.filter(ended_at__isnull=True).exists()
        case.refresh_from_db()
        if over and case.state == "in_force":
            take_step(case.public_id, "end", actor=None, policy=policy, now=now)
    return told


def _end(rows: list[MeasureApplied], cause: EndCause, *, why: str, policy: Policy, now: datetime) -> None:
    """The rows of one enterprise, locked by the caller."""
    if not rows:
        return
    MeasureApplied.objects.filter(pk__in=[row.pk for row in rows], ended_at__isnull=True).update(
        ended_at=now, end_cause=cause.value, ended_why=why
    )
    subject = rows[0].subject
    Subject.objects.filter(pk=subject.pk).update(version=F("version") + 1)
    first = rows[0]
    ground = Ground(GroundKind(first.ground_kind), first.ground_key)
    write_ending(
        cause,
        now=now,
        ground=ground,
        subjects={subject.pk},
        records=[],
        effects={"measure": len(rows)},
    )
    for row in rows:
        ask_to_stop(row, policy=policy, now=now)
        note(
            "measure.ended",
            now=now,
            subject=subject.public_id,
            object=f"measure:{row.public_id}",
            payload={"cause": cause.value},
        )


def in_force(*, on: date) -> QuerySet[MeasureApplied]:
    """What lies on enterprises on a day: begun, not ended, not resting, term not over."""
    rows = MeasureApplied.objects.filter(ended_at__isnull=True, suspended_at__isnull=True, from_on__lte=on)
    return rows.exclude(until_on__lte=on)
