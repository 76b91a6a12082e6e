"""Counts what measures do: applied, standing, ended and why, answered in time, used, and how often duties were done after.

A figure of effect says only what was reported; whether a measure caused it nobody knows (南阳方案五（三）).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from xinheng.core.grounds import EndCause
from xinheng.core.policy import Policy
from xinheng.services.time import day_of
from xinheng.store.measures import MeasureApplied, MeasureTask, MeasureUse, UseOutcome

_GOOD_ENDS = (EndCause.REPAIRED.value,)
_WRONG_ENDS = (EndCause.REVOKED.value, EndCause.CORRECTED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Figures of one measure in a period. ``repaired``: ended because its ground was repaired; ``wrong``: ended because
    the ground was revoked or corrected, or the measure annulled; ``days``: mean days from beginning to repair."""

    measure: str
    title: str
    group: int
    applied: int
    standing: int
    repaired: int
    wrong: int
    expired: int
    asked: int
    answered: int
    in_time: int
    uses: int
    performed: int
    days: int | None


def effects_of_measures(
    *, policy: Policy, from_on: date, to_on: date, units: Collection[int] | None = None
) -> list[Effect]:
    """Measures that began in the half-open period, by row of the list, in its order; rows never applied are left out.
    ``units``: only those of these organs."""
    began = MeasureApplied.objects.filter(from_on__gte=from_on, from_on__lt=to_on)
    if units is not None:
        began = began.filter(organisation__in=list(units))
    counted, lengths = _counted(began), _lengths(began)
    return [
        Effect(
            measure=key,
            title=row.title,
            group=int(row.group),
            days=round(sum(lengths[key]) / len(lengths[key])) if lengths[key] else None,
            **counted[key],
        )
        for key, row in policy.measures.measures.items()
        if key in counted
    ]


def _counted(began: QuerySet[MeasureApplied]) -> dict[str, dict[str, int]]:
    """Ends, answers and uses by row of the list."""
    ends = _by_row(
        began.values(row=F("measure")),
        applied=Count("pk"),
        standing=Count("pk", filter=Q(ended_at__isnull=True)),
        repaired=Count("pk", filter=Q(end_cause__in=_GOOD_ENDS)),
        wrong=Count("pk", filter=Q(end_cause__in=_WRONG_ENDS)),
        expired=Count("pk", filter=Q(end_cause=EndCause.TERM_EXPIRED.value)),
    )
    tasks = _by_row(
        MeasureTask.objects.filter(measure__in=began).values(row=F("measure__measure")),
        asked=Count("pk"),
        answered=Count("pk", filter=~Q(answer="")),
        in_time=Count("pk", filter=Q(answered_at__date__lte=F("due_on"))),
    )
    uses = _by_row(
        MeasureUse.objects.filter(measure__in=began).values(row=F("measure__measure")),
        uses=Count("pk"),
        performed=Count("pk", filter=Q(outcome=UseOutcome.PERFORMED)),
    )
    none = dict.fromkeys(("asked", "answered", "in_time", "uses", "performed"), 0)
    return {key: none | found | tasks.get(key, {}) | uses.get(key, {}) for key, found in ends.items()}


def _by_row(rows: QuerySet[Any, Any], **counts: Count) -> dict[str, dict[str, int]]:
    found = rows.order_by().annotate(**counts)
    return {one["row"]: {name: one[name] for name in counts} for one in found}


def _lengths(began: QuerySet[MeasureApplied]) -> dict[str, list[int]]:
    """Days from beginning to repair, by row of the list."""
    lengths: dict[str, list[int]] = defaultdict(list)
    repaired = began.filter(end_cause__in=_GOOD_ENDS, ended_at__isnull=False)
    for key, start, ended in repaired.values_list("measure", "from_on", "ended_at"):
        assert ended is not None
        lengths[key].append((day_of(ended) - start).days)
    return lengths
