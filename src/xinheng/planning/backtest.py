"""What an order by points would have found on days that nobody had seen when it was learnt.

The table is learnt from the days before a frozen day and orders the visits that really took place from then on. It is
compared with a random order, with the order as it was, and with two simple rules.
"""

from dataclasses import dataclass

import numpy as np

from xinheng.core.refusal import Refusal
from xinheng.planning.drift import Drift, Limits, drift_of
from xinheng.planning.features import Feature, History, Kind, numbers_of
from xinheng.planning.figures import area_error, area_under_curve, found_in_first, precision_at
from xinheng.planning.fitting import learn
from xinheng.planning.ordering import order
from xinheng.planning.points import PointsTable
from xinheng.planning.visits import Floats, Ints, Visits

SHARES = (50, 100, 200, 500)
"""Parts of the visits, in thousandths, for which precision is told."""
_BANDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first ``visits`` of an order: how many of them found something, and as a multiple of a random order."""

    share: float
    visits: int
    precision: float
    lift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Visits of like points: what the table expected and what was found."""

    least: int
    most: int
    visits: int
    expected: float
    found: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """``half``: share of all findings met by the first half of the visits, by order. ``earlier``: days, mean of findings."""

    table: PointsTable
    visits: int
    failed: int
    area: float
    error: float
    half: dict[str, float]
    first: tuple[First, ...]
    earlier: float
    bands: tuple[Band, ...]
    drift: Drift


def backtest(visits: Visits, *, freeze: int, limits: Limits) -> Backtest:
    """``freeze`` is the ordinal of the first day that is tried. Raises Refusal PLN40 or PLN41, and those of ``learn``."""
    before, after = visits.only(visits.days < freeze), visits.only(visits.days >= freeze)
    if not len(before) or not len(after):
        side = "之前没有检查，无从学习" if not len(before) else "及以后没有检查，无从检验"
        raise Refusal("PLN40", f"冻结日{side}。", advice="冻结日须在历史的第一天之后、最后一天之前或当天。")
    failed = after.results
    if failed.min() == failed.max():
        raise Refusal(
            "PLN41", "冻结日及以后的检查只有一种结果，比不出先后。", advice="请把冻结日提前，使两种结果都有。"
        )
    table = learn(before)
    points = order(after, table, history=before, known_before=freeze)
    area = area_under_curve(failed, points)
    return Backtest(
        table=table,
        visits=len(after),
        failed=int(failed.sum()),
        area=area,
        error=area_error(failed, area),
        half=_half(before, after, points, freeze),
        first=tuple(_first(failed, points, share) for share in SHARES),
        earlier=_earlier(after, points),
        bands=_bands(table, points, failed),
        drift=drift_of(table, before, after, freeze=freeze, limits=limits),
    )


def _half(before: Visits, after: Visits, points: Ints, freeze: int) -> dict[str, float]:
    history = History(before, base=float(before.results.mean()))
    cutoffs = np.full(len(after), freeze)
    rate = numbers_of(Feature(Kind.RATE), after, cutoffs, history)
    last = np.nan_to_num(history.known(after, cutoffs).last_failed(), nan=history.base)
    orders: dict[str, Floats | Ints] = {
        "model": points,
        "random": np.zeros(len(after)),
        "as_it_was": -after.days,
        "last_result": last,
        "own_rate": rate,
    }
    return {name: found_in_first(after.results, scores, 0.5) for name, scores in orders.items()}


def _first(failed: Ints, points: Ints, share: int) -> First:
    count = max(1, round(failed.size * share / 1000))
    precision = precision_at(failed, points, count)
    return First(share=share / 1000, visits=count, precision=precision, lift=precision / float(failed.mean()))


def _earlier(after: Visits, points: Ints) -> float:
    """Days by which findings come sooner when the same days are given out by points."""
    place = np.argsort(np.argsort(-points, kind="stable"), kind="stable")
    given = np.sort(after.days)[place]
    return float((after.days - given)[after.results == 1].mean())


def _bands(table: PointsTable, points: Ints, failed: Ints) -> tuple[Band, ...]:
    edges = np.unique(np.quantile(points, np.linspace(0, 1, _BANDS + 1)[1:-1]))
    places, chances = np.searchsorted(edges, points, side="right"), table.chances(points)
    return tuple(
        Band(
            least=int(points[places == band].min()),
            most=int(points[places == band].max()),
            visits=int((places == band).sum()),
            expected=float(chances[places == band].mean()),
            found=float(failed[places == band].mean()),
        )
        for band in np.unique(places)
    )
