"""The city's own visits as columns from which a points table is learnt, and the visits of a draw that it may order.

No inspector, no person, nothing of ownership, place or size (legal guard G12): matter, line, kind and band of the visit, and how
many standing, final findings were known before its day. What was repaired or withdrawn teaches nothing any more, and 个体工商户 are
left out unless a rule of the sector covers them (G1). Points order visits; whom to visit the draw has said (G7).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

import numpy as np

from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Finality
from xinheng.core.refusal import Refusal
from xinheng.planning.visits import Visits
from xinheng.services.time import day_of
from xinheng.store.inspections import Draw, DrawnObject
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectKind
from xinheng.store.visits import NEVER_MADE, Visit

COLUMNS = ("检查事项", "行业", "检查类别", "档次", "此前失信记录数")
ON_A_LEAD = "个案"
"""The band of a visit that no draw chose."""
_SETTLED = (Finality.UPHELD, Finality.FINAL)
"""A decision that may still be overturned, or of which nobody said so, moves nobody forward (legal guard G3)."""
T = TypeVar("T", Visit, DrawnObject)
_Trip = tuple[str, Subject, date, tuple[str, str, str, str]]


def history_of(*, policy: Policy) -> Visits:
    """Visits whose confirmed result stands, in the order of their days; entities are public ids."""
    found = _steerable(
        Visit.objects.filter(record_key__isnull=False, arrival__isnull=False)
        .select_related("case", "subject", "subject__merged_into", "plan", "drawn", "arrival")
        .order_by("arrival__at", "pk"),
        policy,
    )
    living = Record.objects.filter(
        record_key__in=[one.record_key for one in found],
        known_until__isnull=True,
        state__in=list(STANDING),
    )
    results = dict(living.values_list("record_key", "seriousness"))
    kept = [one for one in found if one.record_key in results]
    trips = [(one.case.number, _standing(one.subject), day_of(one.arrival.at), _said(one)) for one in kept]
    failed = [int(results[one.record_key] > 0) for one in kept if one.record_key is not None]
    return _columns(trips, failed=failed, besides=results)


def coming_of(draw: Draw, *, policy: Policy, on: date) -> Visits:
    """What was drawn and not visited yet; ids are the places in the draw. Refusal VH1 where nothing waits."""
    plan = draw.announcement.plan
    gone = Visit.objects.filter(drawn__draw=draw, arrival__isnull=False) | Visit.objects.filter(
        drawn__draw=draw, case__state__in=NEVER_MADE
    )
    waiting = DrawnObject.objects.filter(draw=draw).exclude(pk__in=gone.values("drawn"))
    found = _steerable(waiting.select_related("subject", "subject__merged_into").order_by("position"), policy)
    if not found:
        raise Refusal(
            "VH1",
            "这次抽取没有可以排先后的检查：都查过了，或者都是个体工商户。",
            advice="个体工商户按抽取的先后检查；请核对抽取编号。",
        )
    trips = [
        (str(one.position), _standing(one.subject), on, (plan.matter, plan.sector, plan.kind, one.band))
        for one in found
    ]
    return _columns(trips, failed=None, besides=())


def _steerable(rows: Iterable[T], policy: Policy) -> list[T]:
    if policy.grading.sole_traders.covered:
        return list(rows)
    return [one for one in rows if _standing(one.subject).kind != SubjectKind.SOLE_TRADER]


def _standing(subject: Subject) -> Subject:
    return subject.merged_into or subject


def _said(visit: Visit) -> tuple[str, str, str, str]:
    band = visit.drawn.band if visit.drawn else ON_A_LEAD
    return visit.matter, visit.plan.sector, visit.kind, band


def _columns(
    trips: Sequence[_Trip], *, failed: Sequence[int] | None, besides: Collection[int] | Mapping[int, int]
) -> Visits:
    """``besides``: records that are results of these visits, and no knowledge from before them."""
    known = _known_days({subject.pk for _, subject, _, _ in trips}, besides)
    before = [str(bisect_left(known.get(subject.pk, ()), day.toordinal())) for _, subject, day, _ in trips]
    words = [list(cells) for cells in zip(*(said for _, _, _, said in trips), strict=True)]
    return Visits(
        ids=[number for number, _, _, _ in trips],
        entities=[subject.public_id for _, subject, _, _ in trips],
        days=np.array([day.toordinal() for _, _, day, _ in trips], dtype=np.int64),
        failed=None if failed is None else np.array(failed, dtype=np.int64),
        columns=dict(zip(COLUMNS, [*(words or [[], [], [], []]), before], strict=True)),
    )


def _known_days(subjects: Collection[int], besides: Iterable[int]) -> dict[int, list[int]]:
    """Days, as ordinals, on which the standing findings about each subject became known, in order."""
    rows = Record.objects.filter(
        subject__in=subjects,
        known_until__isnull=True,
        state__in=list(STANDING),
        seriousness__gt=0,
        finality__in=_SETTLED,
    ).exclude(record_key__in=list(besides))
    days: defaultdict[int, list[int]] = defaultdict(list)
    for subject, known_at in rows.values_list("subject", "known_at"):
        days[subject].append(day_of(known_at).toordinal())
    return {subject: sorted(own) for subject, own in days.items()}
