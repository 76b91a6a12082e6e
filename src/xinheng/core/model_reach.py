"""Works out from a model alone how far it can move anybody: the most points of each indicator, the range of points, and
by what each grade can be given at all.

A band that nothing leads to, or an indicator that outweighs all others, is seen before anybody is graded
(汴政办〔2020〕46号第9、11项). Bounds are upper bounds: that two records may exclude each other is not considered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xinheng.core.models import Band, Effect, Family, Indicator, Measure, ScoringModel, milli

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Weight:
    """``one``: the most that a single fact, or a single step, gives; ``most``: all of them, within the caps."""

    indicator: Indicator
    effect: Effect
    one: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class BandReach:
    """``below`` is where the next band begins, None for the last; ``by_points`` and ``by_rule`` say what leads there."""

    band: Band
    below: Decimal | None
    by_points: bool
    by_rule: bool

    @property
    def reachable(self) -> bool:
        return self.by_points or self.by_rule


@dataclass(frozen=True, slots=True)
class Reach:
    """``plain``: the points of a subject that is graded and has nothing that counts."""

    lowest: Decimal
    plain: Decimal
    highest: Decimal
    bands: tuple[BandReach, ...]


def one_gives(indicator: Indicator) -> Decimal:
    """The most points that one fact, or one step of bands, gives."""
    steps = (*indicator.by_amount, *indicator.by_headcount, *indicator.bands)
    points = [step.points for step in steps] + [each.points for each in indicator.by_result]
    return max([*points, indicator.points or ZERO])


def most_of(indicator: Indicator) -> Decimal:
    """The most points of an indicator, its cap included."""
    repeats = indicator.measure is Measure.EACH or indicator.per is not None
    return indicator.cap if repeats else min(indicator.cap, one_gives(indicator))


def weights(model: ScoringModel) -> tuple[Weight, ...]:
    """Indicators by what they can move, the greatest first."""
    found = [_weight(indicator, model.family_of.get(indicator.family)) for indicator in model.indicators]
    return tuple(sorted(found, key=lambda weight: -weight.most))


def _weight(indicator: Indicator, family: Family | None) -> Weight:
    cap = family.cap if family else indicator.cap
    effect = family.effect if family else Effect.PLUS
    one, most = (min(cap, indicator.cap, points) for points in (one_gives(indicator), most_of(indicator)))
    return Weight(indicator, effect, one, most)


def reach(model: ScoringModel) -> Reach:
    """The range of points and what leads to each band, best grade first."""
    starts = [model.scale.start, *(switch.points for switch in model.starts)]
    least, most = _sums(model, Effect.PLUS)
    kept, taken = _sums(model, Effect.MINUS)
    lowest = _within(model, min(starts) + least - taken)
    highest = _within(model, max(starts) + most - kept)
    points = {band.grade: _met(model, band, lowest, highest) for band in model.scale.bands}
    ruled = _by_rules(model, [grade for grade, met in points.items() if met])
    bands = tuple(
        BandReach(band, _below(model, band), points[band.grade], band.grade in ruled)
        for band in model.scale.bands
    )
    return Reach(lowest, _within(model, model.scale.start + least - kept), highest, bands)


def grade_after(model: ScoringModel, weight: Weight) -> str:
    """The grade by points of a subject that has nothing but the most of one indicator."""
    plain = reach(model).plain
    moved = plain + weight.most if weight.effect is Effect.PLUS else plain - weight.most
    return model.grade_of(milli(_within(model, moved)))


def _sums(model: ScoringModel, effect: Effect) -> tuple[Decimal, Decimal]:
    """The least and most points of all families of one effect."""
    least = most = ZERO
    for family in model.families:
        if family.effect is effect:
            mine = [each for each in model.indicators if each.family == family.id]
            least += max(family.floor, min(family.cap, sum((each.floor for each in mine), ZERO)))
            most += max(family.floor, min(family.cap, sum((most_of(each) for each in mine), ZERO)))
    return least, most


def _within(model: ScoringModel, points: Decimal) -> Decimal:
    return max(model.scale.min, min(model.scale.max, points))


def _below(model: ScoringModel, band: Band) -> Decimal | None:
    return min((each.start for each in model.scale.bands if each.start > band.start), default=None)


def _met(model: ScoringModel, band: Band, lowest: Decimal, highest: Decimal) -> bool:
    below = _below(model, band)
    return band.start <= highest and (below is None or lowest < below)


def _by_rules(model: ScoringModel, reached: list[str]) -> set[str]:
    """Grades to which a veto, limit or downgrade leads from a better one that is reached."""
    ranks = {model.rank(grade) for grade in reached}
    ruled = set[int]()
    for ceiling in model.ceilings:
        if any(rank < model.rank(ceiling.grade) for rank in ranks):
            ruled.add(model.rank(ceiling.grade))
    for downgrade in model.downgrades:
        last = len(model.scale.bands) - 1
        ruled |= set(_lowered(ranks | ruled, downgrade.levels, last))
    return {model.scale.bands[rank].grade for rank in ruled}


def _lowered(ranks: set[int], levels: int, last: int) -> Iterator[int]:
    yield from (min(rank + levels, last) for rank in ranks if rank < last)
