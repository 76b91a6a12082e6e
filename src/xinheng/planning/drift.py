"""Whether what was learnt still holds in a later window: the scores, the failures, the order and single features.

The later window is compared with the last window of like length that was learnt from, seen in the same way: by a history
that ends where the window begins and reaches back equally far, for who is known longer has scores further apart. Small windows differ by chance; what chance explains is taken off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from xinheng.planning.features import Kind
from xinheng.planning.figures import area_error, area_under_curve, shift_index
from xinheng.planning.ordering import places_by_row, sum_of
from xinheng.planning.points import PointsTable
from xinheng.planning.visits import Floats, Ints, Visits

_STRAY = 6.0
"""Standard errors beyond which failures over the steps of one feature are no chance; clusters of one firm need room."""
_GAP = 0.25
"""Share of the expected failures that stand on another step than the points say."""
_LEAST_STEP = 0.25
"""Width of a step of scores, as a part of the points that double the odds: 19 % of the odds."""
_ABOUT_THE_VISIT = (Kind.LEVEL, Kind.NUMBER)
_BY_COLUMN = (*_ABOUT_THE_VISIT, Kind.AGE, Kind.GROUP_RATE)


class Verdict(StrEnum):
    STABLE = "stable"
    WATCH = "watch"
    DRIFT = "drift"

    @property
    def label(self) -> str:
        return {"stable": "稳定", "watch": "注意", "drift": "漂移"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where to watch and from where to raise the alarm; all in thousandths."""

    shift_watch: int
    shift_alarm: int
    rate_watch: int
    rate_alarm: int
    order_watch: int
    order_alarm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """``shift``: stability index of the scores; ``rate_change``: relative; ``order_change``: of the area under the curve."""

    verdict: Verdict
    reasons: tuple[str, ...]
    shift: float
    rate_before: float
    rate_after: float
    rate_change: float
    order_before: float | None
    order_after: float
    moved: tuple[tuple[str, float], ...]
    broken: tuple[str, ...]


def drift_of(table: PointsTable, before: Visits, after: Visits, *, freeze: int, limits: Limits) -> Drift:
    """Scores that shifted while all else holds are no more than watched.

    ``before`` is what was learnt from, all of it before the day ``freeze``; ``after`` what came from that day on.
    """
    length = int(after.days.max()) - freeze + 1
    length = min(length, max((int(before.days.max()) - int(before.days.min())) // 2, 1))
    start = int(before.days.max()) + 1 - length
    recent = before.only(before.days >= freeze - (start - int(before.days.min())))
    last = before.only(before.days >= start)
    old = places_by_row(last, table, history=before, known_before=start)
    new = places_by_row(after, table, history=before, known_before=freeze)
    points = _points(table, new, len(after))
    alike = places_by_row(after, table, history=recent, known_before=freeze)
    shift = _score_shift(
        _points(table, old, len(last)),
        _points(table, alike, len(after)),
        least=table.points_to_double * _LEAST_STEP,
    )
    moved = _moved(table, old, new, limits)
    broken = _broken(table, new, after.results, table.chances(points))
    rate_before, rate_after = float(before.results.mean()), float(after.results.mean())
    change = (rate_after - rate_before) / rate_before
    areas = [float(area) for area in table.learnt.areas]
    area = area_under_curve(after.results, points)
    order_before = float(np.mean(areas)) if areas else None
    sure = abs(change) if _beyond_chance(before, after, length) else 0.0
    worse = -_order_change(area, areas, after.results)
    found = [
        (
            _level(shift, limits.shift_watch, limits.shift_alarm),
            f"分数分布变化（PSI {shift:.3f}）",
        ),
        (
            _level(sure, limits.rate_watch, limits.rate_alarm),
            f"不合格率由{rate_before:.1%}变为{rate_after:.1%}",
        ),
        (
            _level(worse, limits.order_watch, limits.order_alarm),
            f"排序效果下降（AUC 由{order_before or 0:.3f}变为{area:.3f}）",
        ),
        *((1, f"“{name}”的构成变化（PSI {value:.3f}）") for name, value in moved),
        *((1, f"“{name}”各档的不合格率与积分不再一致") for name in broken),
    ]
    reasons = tuple(sentence for level, sentence in sorted(found, key=lambda one: -one[0]) if level)
    first, *others = (level for level, _ in found)
    verdict = list(Verdict)[max(min(first, 1 + any(others)), *others)]
    return Drift(
        verdict=verdict, reasons=reasons, shift=shift, rate_before=rate_before, rate_after=rate_after, rate_change=change,
        order_before=order_before, order_after=area, moved=tuple(moved), broken=tuple(broken),
    )  # fmt: skip


def _points(table: PointsTable, places: Sequence[Ints], count: int) -> Ints:
    return sum_of([row.points()[at] for row, at in zip(table.rows, places, strict=True)], count)


def _level(value: float, watch: int, alarm: int) -> int:
    return 2 if value >= alarm / 1000 else 1 if value >= watch / 1000 else 0


def _score_shift(old: Ints, new: Ints, *, least: float) -> float:
    """Over tenths of the old scores, fewer where there are few visits; steps are ``least`` points wide or more."""
    count = int(np.clip(min(old.size, new.size) // 50, 3, 10))
    edges = _apart(np.unique(np.quantile(old, np.linspace(0, 1, count + 1)[1:-1])), least)
    before, after = (np.searchsorted(edges, scores, side="right") for scores in (old, new))
    return _shift(before, after, edges.size + 1)


def _apart(edges: Floats, least: float) -> Floats:
    """Without edges nearer than ``least`` to the one before: where scores stand close together a small change is none."""
    kept: list[float] = []
    for edge in edges.tolist():
        if not kept or edge - kept[-1] >= least:
            kept.append(edge)
    return np.array(kept)


def _shift(old: Ints, new: Ints, size: int) -> float:
    """Stability index without what chance alone would give."""
    counts = [np.bincount(places, minlength=size).astype(np.float64) for places in (old, new)]
    chance = (np.count_nonzero(counts[0] + counts[1]) - 1) * (1 / max(old.size, 1) + 1 / max(new.size, 1))
    return max(0.0, shift_index(*counts) - float(chance))


def _moved(
    table: PointsTable, old: Sequence[Ints], new: Sequence[Ints], limits: Limits
) -> list[tuple[str, float]]:
    """Columns of the visits themselves that are made up otherwise than before, most changed first."""
    found = [
        (row.column, _shift(before, after, row.points().size))
        for row, before, after in zip(table.rows, old, new, strict=True)
        if row.kind in _ABOUT_THE_VISIT
    ]
    return sorted(
        ((name, round(value, 4)) for name, value in found if value >= limits.shift_watch / 1000),
        key=lambda one: -one[1],
    )


def _broken(table: PointsTable, places: Sequence[Ints], failed: Ints, chances: Floats) -> list[str]:
    """Features whose steps fail otherwise than their points say, after the level of all is put right."""
    level = float(failed.sum()) / float(chances.sum())
    expected = np.clip(chances * level, 1e-6, 1 - 1e-6)
    found = []
    for row, at in zip(table.rows, places, strict=True):
        if row.kind not in _BY_COLUMN:
            continue
        gap = np.bincount(at, weights=failed - expected)
        spread = np.bincount(at, weights=expected * (1 - expected))
        used = spread >= 5
        freedom = max(int(used.sum()) - 1, 1)
        stray = float((gap[used] ** 2 / spread[used]).sum()) if used.any() else 0.0
        share = float(np.abs(gap).sum()) / float(expected.sum())
        if (stray - freedom) / np.sqrt(2 * freedom) > _STRAY and share >= _GAP:
            found.append(row.title)
    return found


def _beyond_chance(before: Visits, after: Visits, length: int) -> bool:
    """Whether the change of the rate is more than visits drawn anew, and windows of this length, differ by."""
    rate, count = float(before.results.mean()), len(after)
    spread = rate * (1 - rate) * (1 / count + 1 / len(before))
    windows = (int(before.days.max()) - before.days) // length
    counts = np.bincount(windows)
    rates = (np.bincount(windows, weights=before.results) / np.maximum(counts, 1))[counts >= 30]
    if rates.size >= 3:
        own = float(np.mean(rate * (1 - rate) / counts[counts >= 30]))
        spread += max(float(np.var(rates, ddof=1)) - own, 0.0)
    return bool(abs(float(after.results.mean()) - rate) > 3 * np.sqrt(spread))


def _order_change(area: float, areas: Sequence[float], failed: Ints) -> float:
    """Change of the area against the windows of the history; 0 where chance explains it."""
    if not areas:
        return 0.0
    change = area - float(np.mean(areas))
    spread = np.hypot(area_error(failed, area), np.std(areas, ddof=1) if len(areas) > 1 else 0.0)
    return change if abs(change) > 2 * spread else 0.0
