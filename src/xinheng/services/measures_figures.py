"""Counts what measures do: applied, standing, ended and why, answered in time, used, and how often duties were done after.

A figure of effect says only what was reported; whether a measure caused it nobody knows (南阳方案五（三）).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from xinheng.core.grounds import EndCause
from xinheng.core.policy import Policy
from xinheng.services.time import day_of
from xinheng.store.measures import MeasureApplied, MeasureTask, MeasureUse, UseOutcome

_GOOD_ENDS = (EndCause.REPAIRED.value,)


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
    began = MeasureApplied.objects.filter(from_on__gte=from_on, from_on__lt=to_on)
    ends = {row[0]: row[1:] for row in began.order_by().values_list("measure").annotate(
        Count("pk"),
        Count("pk", filter=Q(ended_at__isnull=True)),
        Count("pk", filter=Q(end_cause__in=_GOOD_ENDS)),
        Count("pk", filter=Q(end_cause__in=[EndCause.REVOKED.value, EndCause.CORRECTED.value])),
        Count("pk", filter=Q(end_cause=EndCause.TERM_EXPIRED.value)),
    )}  # fmt: skip
    tasks = {row[0]: row[1:] for row in MeasureTask.objects.filter(measure__in=began).order_by()
        .values_list("measure__measure").annotate(
            Count("pk"),
            Count("pk", filter=~Q(answer="")),
            Count("pk", filter=Q(answered_at__date__lte=F("due_on"))),
    )}  # fmt: skip
    uses = {row[0]: row[1:] for row in MeasureUse.objects.filter(measure__in=began).order_by()
        .values_list("measure__measure").annotate(
            Count("pk"), Count("pk", filter=Q(outcome=UseOutcome.PERFORMED)),
    )}  # fmt: skip
    lengths: dict[str, list[int]] = defaultdict(list)
    for key, start, end in began.filter(end_cause__in=_GOOD_ENDS).values_list(
        "measure", "from_on", "ended_at"
    ):
        if end is not None:
            lengths[key].append((day_of(end) - start).days)
    found = []
    for key, row in policy.measures.measures.items():
        if key not in ends:
            continue
        applied, standing, repaired, wrong, expired = ends[key]
        asked, answered, in_time = tasks.get(key, (0, 0, 0))
        used, performed = uses.get(key, (0, 0))
        days = lengths.get(key)
        found.append(
            Effect(
                measure=key,
                title=row.title,
                group=int(row.group),
                applied=applied,
                standing=standing,
                repaired=repaired,
                wrong=wrong,
                expired=expired,
                asked=asked,
                answered=answered,
                in_time=in_time,
                uses=used,
                performed=performed,
                days=round(sum(days) / len(days)) if days else None,
            )
        )
    return found
