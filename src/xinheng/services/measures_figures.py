"""Counts what measures do: applied, standing, ended and why, answered in time, used, and how often duties were done after.

A figure of effect says only what was reported; whether a measure caused it nobody knows (南阳方案五（三）).
"""

from collections import defaultdict
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


def effects_of_measures(*, policy: Policy, from_on: date, to_on: date) -> list[Effect]:
    """Measures that began in the half-open period, by row of the list, in its order; rows never applied are left out."""
    ends, tasks, uses, lengths = _counted(
        MeasureApplied.objects.filter(from_on__gte=from_on, from_on__lt=to_on)
    )
    found = []
    for key, row in policy.measures.measures.items():
        if key not in ends:
            continue
        end = ends[key]
        task: dict[str, Any] = tasks.get(key, {})
        use: dict[str, Any] = uses.get(key, {})
        days = lengths.get(key)
        found.append(
            Effect(
                measure=key,
                title=row.title,
                group=int(row.group),
                applied=end["applied"],
                standing=end["standing"],
                repaired=end["repaired"],
                wrong=end["wrong"],
                expired=end["expired"],
                asked=task.get("asked", 0),
                answered=task.get("answered", 0),
                in_time=task.get("in_time", 0),
                uses=use.get("uses", 0),
                performed=use.get("performed", 0),
                days=round(sum(days) / len(days)) if days else None,
            )
        )
    return found


def _counted(
    began: QuerySet[MeasureApplied],
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, list[int]]]:
    """Ends, answers, uses and days to repair by row of the list."""
    ends: dict[str, Any] = {
        row["measure"]: row
        for row in began.order_by()
        .values("measure")
        .annotate(
            applied=Count("pk"),
            standing=Count("pk", filter=Q(ended_at__isnull=True)),
            repaired=Count("pk", filter=Q(end_cause__in=_GOOD_ENDS)),
            wrong=Count("pk", filter=Q(end_cause__in=_WRONG_ENDS)),
            expired=Count("pk", filter=Q(end_cause=EndCause.TERM_EXPIRED.value)),
        )
    }
    tasks: dict[str, Any] = {
        row["measure__measure"]: row
        for row in MeasureTask.objects.filter(measure__in=began)
        .order_by()
        .values("measure__measure")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=~Q(answer="")),
            in_time=Count("pk", filter=Q(answered_at__date__lte=F("due_on"))),
        )
    }
    uses: dict[str, Any] = {
        row["measure__measure"]: row
        for row in MeasureUse.objects.filter(measure__in=began)
        .order_by()
        .values("measure__measure")
        .annotate(uses=Count("pk"), performed=Count("pk", filter=Q(outcome=UseOutcome.PERFORMED)))
    }
    lengths: dict[str, list[int]] = defaultdict(list)
    for key, start, ended in began.filter(end_cause__in=_GOOD_ENDS).values_list(
        "measure", "from_on", "ended_at"
    ):
        if ended is not None:
            lengths[key].append((day_of(ended) - start).days)
    return ends, tasks, uses, lengths
