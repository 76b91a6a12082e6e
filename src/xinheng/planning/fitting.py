"""Learns a points table from a history: bins, coefficients, whole points.

Each visit of the history is looked at twice: as it was known on the morning of its day, and as it was known at the
start of its period, because visits to come are ordered by a history that ends before them. How strongly points are
drawn together is chosen by windows inside the history: learnt before, tried after.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from xinheng.core.refusal import Refusal
from xinheng.planning import logistic
from xinheng.planning.columns import Judged, Use, judge
from xinheng.planning.features import (
    ENTITY_HALF_LIVES,
    GROUP_HALF_LIVES,
    Feature,
    History,
    Kind,
    Values,
    values_of,
)
from xinheng.planning.figures import area_under_curve
from xinheng.planning.logistic import Codes, Fitted
from xinheng.planning.points import (
    FORMAT,
    TO_DOUBLE,
    Cell,
    Learnt,
    LeftOut,
    PointsTable,
    Row,
    Step,
    places_of,
)
from xinheng.planning.visits import Floats, Ints, Visits

RIDGES = (1000, 300, 100, 30)
"""How strongly points are drawn to zero, strongest first; neighbours are drawn together by thrice as much."""
_PLAIN = (Kind.LEVEL, Kind.NUMBER, Kind.AGE, Kind.GROUP_RATE)
_MEMORY = (*_PLAIN, Kind.RATE, Kind.LAST, Kind.SINCE_FAILURE, Kind.FAILURES)
WINDOWS = (0.62, 0.75, 0.88)
"""Where in the history a window of the check begins, as a share of its visits."""
LEAST_VISITS, LEAST_FAILED = 100, 10
_BINS, _LEAST_WORD = 8, 30
_MOST_ROWS, _TRIAL_ROWS = 240_000, 40_000
_LEAST_SPAN = 4
_LEAST_SLOPE, _GREATEST_SLOPE = 0.5, 2.5
_BETTER = 0.001
_MONTHS_FROM = 730


@dataclass(frozen=True, slots=True)
class Bins:
    """Of one feature: edges for numbers, words for words. The last place is for what is unknown."""

    feature: Feature
    edges: Floats
    words: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.words) + 1 if self.feature.kind.worded else self.edges.size + 2

    def places(self, values: Floats | Sequence[str]) -> Ints:
        return places_of(self.edges, self.words, self.feature.kind.worded, values)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows to learn from: bins, their places counted over all features, results and weights."""

    bins: tuple[Bins, ...]
    codes: Codes
    failed: Floats
    weight: Floats

    @property
    def starts(self) -> Ints:
        """Where the places of each feature begin, and where the last one's end."""
        return np.cumsum([0, *(one.size for one in self.bins)])

    def only(self, chosen: Sequence[int]) -> "Sheet":
        """The same rows with some of the features."""
        codes = self.recoded(self.codes, chosen)
        return Sheet(tuple(self.bins[at] for at in chosen), codes, self.failed, self.weight)

    def recoded(self, codes: Codes, chosen: Sequence[int]) -> Codes:
        """Places of this sheet's features as places of ``only`` the chosen ones."""
        starts = np.cumsum([0, *(self.bins[at].size for at in chosen)])[:-1]
        moved: Codes = (codes[:, chosen] - self.starts[list(chosen)] + starts).astype(np.int32)
        return moved

    def form(self, ridge: float) -> Floats:
        ordered = [not one.feature.kind.worded for one in self.bins]
        return logistic.penalty([one.size for one in self.bins], ordered, ridge=ridge, smooth=3 * ridge)


def learn(visits: Visits) -> PointsTable:
    """The points table of a history in any order. Raises Refusal PLN20 or PLN21 where nothing can be learnt."""
    _check(visits)
    visits = visits.only(np.argsort(visits.days, kind="stable"))
    judged = judge(visits)
    features = features_of(judged, visits)
    kept, ridge, areas, slope = _chosen(visits, features)
    features = [features[at] for at in kept]
    sheet = sheet_of(visits, features, most=_MOST_ROWS)
    fitted = logistic.fit(sheet.codes, sheet.failed, sheet.weight, sheet.form(ridge))
    telling = _telling(sheet, fitted)
    if len(telling) < len(features):
        sheet = sheet.only(telling)
        fitted = logistic.fit(sheet.codes, sheet.failed, sheet.weight, sheet.form(ridge))
    fitted = logistic.stretched(fitted, slope, sheet.codes, sheet.failed, sheet.weight)
    return _table(visits, judged, sheet, fitted, ridge, areas)


def _check(visits: Visits) -> None:
    failed = int(visits.results.sum())
    if failed in (0, len(visits)):
        said = "全部合格" if not failed else "全部不合格"
        raise Refusal("PLN20", f"历史检查{said}，学不出先后。", advice="请给出既有合格又有不合格的检查历史。")
    if len(visits) < LEAST_VISITS or min(failed, len(visits) - failed) < LEAST_FAILED:
        raise Refusal(
            "PLN21",
            f"历史检查{len(visits)}次，不合格{failed}次，不足以学习。",
            advice=f"至少需要{LEAST_VISITS}次检查，其中合格与不合格各{LEAST_FAILED}次；请放长历史。",
        )
    if np.unique(visits.days).size < _LEAST_SPAN:
        raise Refusal("PLN22", "历史检查集中在三天以内，分不出先后。", advice="请放长历史。")


def features_of(judged: Sequence[Judged], visits: Visits) -> list[Feature]:
    """What may be looked at in this history."""
    found = [Feature(Kind.RATE, half_life=life) for life in ENTITY_HALF_LIVES]
    found += [
        Feature(kind)
        for kind in (
            Kind.LAST,
            Kind.SINCE_FAILURE,
            Kind.FAILURES,
            Kind.VISITS,
            Kind.CLEAN,
            Kind.KNOWN_FOR,
            Kind.SINCE_VISIT,
        )
    ]
    for one in judged:
        if not one.enters:
            continue
        if one.use is Use.DAY:
            found.append(Feature(Kind.AGE, one.column))
        if one.use is Use.NUMBER:
            found.append(Feature(Kind.NUMBER, one.column))
        if one.use is Use.LEVELS:
            found += [Feature(Kind.LEVEL, one.column), Feature(Kind.OWN_KIND_RATE, one.column)]
        if one.use in (Use.LEVELS, Use.GROUPS) or _repeats(visits.columns[one.column], one.use):
            found += [Feature(Kind.GROUP_RATE, one.column, life) for life in GROUP_HALF_LIVES]
    if visits.days.max() - visits.days.min() >= _MONTHS_FROM:
        found.append(Feature(Kind.MONTH))
    return found


def _repeats(cells: Sequence[str], use: Use) -> bool:
    """Whether numbers return often enough to be kinds as well, as postcodes do."""
    return use is Use.NUMBER and len(set(cells)) * 20 < len(cells)


def sheet_of(visits: Visits, features: Sequence[Feature], *, most: int) -> Sheet:
    """The rows of a history to learn from; of too many, every n-th."""
    history = History(visits, base=_base(visits.results))
    step = max(1, math.ceil(2 * len(visits) / most))
    asked = visits if step == 1 else visits.only(np.arange(len(visits) % step, len(visits), step))
    looks = [values_of(features, asked, cutoffs, history) for cutoffs in (asked.days, _frozen(asked.days))]
    bins = tuple(_bins(one, looks) for one in features)
    starts = np.cumsum([0, *(one.size for one in bins)])
    codes = [
        np.stack(
            [one.places(look[one.feature]) + start for one, start in zip(bins, starts, strict=False)], axis=1
        )
        for look in looks
    ]
    failed = np.tile(asked.results.astype(np.float64), 2)
    return Sheet(bins, np.concatenate(codes).astype(np.int32), failed, np.full(failed.size, 0.5 * step))


def _base(failed: Ints) -> float:
    """Rounded as it is written down."""
    return round(float(failed.mean()), 6)


def _frozen(days: Ints) -> Ints:
    """The first day of the period in which each day lies: an eighth of the history, two months to a year."""
    first, span = int(days.min()), int(days.max() - days.min())
    length = int(np.clip(span // 8, min(60, max(span // 2, 1)), 365))
    frozen: Ints = first + (days - first) // length * length
    return frozen


def _bins(feature: Feature, looks: Sequence[Values]) -> Bins:
    if feature.kind.worded:
        words, counts = np.unique(np.array([str(word) for word in looks[0][feature]]), return_counts=True)
        return Bins(feature, np.zeros(0), tuple(map(str, words[counts >= _LEAST_WORD])))
    values = np.concatenate([np.asarray(look[feature], dtype=np.float64) for look in looks])
    values = values[np.isfinite(values)]
    if feature.kind is Kind.LAST:
        parts = [_quantiles(values[values < 0], 4), np.zeros(1), _quantiles(values[values > 0], 5)]
        return Bins(feature, np.unique(np.concatenate(parts)))
    return Bins(feature, _quantiles(values, _BINS))


def _quantiles(values: Floats, count: int) -> Floats:
    """Edges between ``count`` groups of like size, as they are written down."""
    if not values.size:
        return np.zeros(0)
    edges = np.quantile(values, np.linspace(0, 1, count + 1)[1:-1])
    edges = np.unique([float(_decimal(edge)) for edge in edges])
    kept: Floats = edges[edges > values.min()]
    return kept


def _decimal(value: float) -> str:
    return f"{value:.6g}"


@dataclass(frozen=True, slots=True)
class Trial:
    """Of one window: for each choice the area under the curve, and how far its log-odds have to be stretched."""

    areas: tuple[float, ...]
    slopes: tuple[float, ...]


def sets_of(features: Sequence[Feature]) -> list[list[int]]:
    """Places of the features that are tried together, the simplest set first: the rate so far and the columns; what an
    enterprise did; and all of them."""
    everything = list(range(len(features)))
    plain = [at for at, one in enumerate(features) if one.kind in _PLAIN or one == Feature(Kind.RATE)]
    memory = [at for at, one in enumerate(features) if one.kind in _MEMORY]
    return [plain, memory, everything]


def _chosen(visits: Visits, features: Sequence[Feature]) -> tuple[list[int], int, tuple[float, ...], float]:
    """The set of features and the ridge whose orders are best in the windows, their areas there and their slope."""
    sets = sets_of(features)
    found = [
        trial for start, end in _windows(visits.days) if (trial := _trial(visits, features, sets, start, end))
    ]
    if not found:
        return sets[0], RIDGES[0], (), 1.0
    means = np.mean([trial.areas for trial in found], axis=0)
    best = int(np.argmax(means >= means.max() - _BETTER))
    slope = float(np.mean([trial.slopes[best] for trial in found]))
    slope = min(max(slope, _LEAST_SLOPE), _GREATEST_SLOPE)
    areas = tuple(trial.areas[best] for trial in found)
    return sets[best // len(RIDGES)], RIDGES[best % len(RIDGES)], areas, slope


def _windows(days: Ints) -> list[tuple[int, int]]:
    """First day and day after the last one of each window."""
    starts = [int(np.quantile(days, share)) for share in WINDOWS]
    return list(zip(starts, [*starts[1:], int(days.max()) + 1], strict=True))


def _trial(
    visits: Visits, features: Sequence[Feature], sets: Sequence[Sequence[int]], start: int, end: int
) -> Trial | None:
    """One window, learnt from the days before it. None where either has hardly more than one result."""
    before, after = (
        visits.only(visits.days < start),
        visits.only((visits.days >= start) & (visits.days < end)),
    )
    results = [part.results for part in (before, after)]
    if any(part.size < LEAST_FAILED or part.min() == part.max() for part in results):
        return None
    whole = sheet_of(before, features, most=_TRIAL_ROWS)
    history = History(before, base=_base(before.results))
    values = values_of(features, after, np.full(len(after), start), history)
    places = [one.places(values[one.feature]) for one in whole.bins]
    codes = (np.stack(places, axis=1) + whole.starts[:-1]).astype(np.int32)
    areas, slopes = list[float](), list[float]()
    for chosen in sets:
        sheet, asked = whole.only(chosen), whole.recoded(codes, chosen)
        fitted: Fitted | None = None
        for ridge in RIDGES:
            fitted = logistic.fit(sheet.codes, sheet.failed, sheet.weight, sheet.form(ridge), fitted)
            odds = fitted.log_odds(asked)
            areas.append(area_under_curve(after.results, odds))
            slopes.append(logistic.slope_of(odds, after.results.astype(np.float64)))
    return Trial(tuple(areas), tuple(slopes))


def _telling(sheet: Sheet, fitted: Fitted) -> list[int]:
    """Places of the features whose points differ enough to matter; all where none does."""
    starts = np.cumsum([0, *(one.size for one in sheet.bins)])
    spreads = []
    for at, (start, end) in enumerate(pairwise(starts)):
        spreads.append(float(np.std(fitted.weights[start:end][sheet.codes[:, at] - start])))
    most = max(spreads)
    return [at for at, spread in enumerate(spreads) if spread >= most * 0.08] or list(range(len(spreads)))


def _table(
    visits: Visits,
    judged: Sequence[Judged],
    sheet: Sheet,
    fitted: Fitted,
    ridge: int,
    areas: Sequence[float],
) -> PointsTable:
    per_point = math.log(2) / TO_DOUBLE
    rows, intercept, start = [], fitted.intercept, 0
    for at, one in enumerate(sheet.bins):
        places = sheet.codes[:, at] - start
        weights = fitted.weights[start : start + one.size]
        counts = np.bincount(places, weights=sheet.weight, minlength=one.size)
        failed = np.bincount(places, weights=sheet.weight * sheet.failed, minlength=one.size)
        middle = float(np.average(weights, weights=counts))
        intercept += middle
        points = np.where(counts > 0, np.rint((weights - middle) / per_point), 0).astype(int)
        cells = zip(points.tolist(), counts.tolist(), failed.tolist(), strict=True)
        rows.append(_row(one, [Cell(points=p, visits=round(n), failed=round(f)) for p, n, f in cells]))
        start += one.size
    learnt = Learnt(
        first_day=date.fromordinal(int(visits.days.min())).isoformat(),
        last_day=date.fromordinal(int(visits.days.max())).isoformat(),
        visits=len(visits),
        entities=len(set(visits.entities)),
        failed=int(visits.results.sum()),
        base_rate=f"{_base(visits.results):.6f}",
        history=visits.digest(),
        ridge=ridge,
        areas=tuple(f"{area:.4f}" for area in areas),
    )
    left_out = tuple(
        LeftOut(column=one.column, refused=one.use is Use.REFUSED, reason=one.reason)
        for one in judged
        if not one.enters
    )
    return PointsTable(
        format=FORMAT,
        points_to_double=TO_DOUBLE,
        intercept=round(intercept / per_point),
        learnt=learnt,
        left_out=left_out,
        rows=tuple(rows),
    )


def _row(bins: Bins, cells: list[Cell]) -> Row:
    feature = bins.feature
    if feature.kind.worded:
        return Row(
            title=feature.title, kind=feature.kind, column=feature.column, half_life=feature.half_life,
            words=dict(zip(bins.words, cells[:-1], strict=True)), otherwise=cells[-1],
        )  # fmt: skip
    below = [*map(_decimal, bins.edges.tolist()), None]
    steps = tuple(Step(below=edge, **dict(cell)) for edge, cell in zip(below, cells[:-1], strict=True))
    return Row(
        title=feature.title, kind=feature.kind, column=feature.column, half_life=feature.half_life,
        steps=steps, otherwise=cells[-1],
    )  # fmt: skip
