"""Turns the facts of one subject under one indicator into points: the plain meaning of every measure.

All numbers are whole thousandths, ages are whole days. What is left out by window, filter or treatment has been left
out before; here facts are only valued, parted by year, item or result, and added up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xinheng.core.indicators import CLASSES, FEN, Decay, Facts, Indicator, Measure, Step, milli
from xinheng.core.treatment import Fact

Used = list[tuple[int, Fact]]
"""Facts of one indicator or rule with their age, oldest first."""
Valued = list[tuple[int, Fact, int]]
"""The same with the points of each fact; 0 where the measure gives a fact none of its own."""


@dataclass(frozen=True, slots=True)
class SlotTotal:
    """Facts of one calendar year, item or result: their number or points before and after the cap of a slot."""

    slot: int | str
    reduced: int
    capped: int
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one indicator adds; points that are taken are negative.

    ``uncapped_milli`` has the same sign. ``uses`` names the records with their own share before the cap; where a
    number or total of records is looked up in bands the share of each is 0. ``value`` is what was looked up: a
    number of facts or kinds, fen, persons or days; None where there was no fact or none was needed.
    """

    indicator: str
    points_milli: int
    uncapped_milli: int
    cap_hit: bool
    uses: tuple[tuple[int, int], ...]
    floor_hit: bool = False
    value: int | None = None
    slots: tuple[SlotTotal, ...] = ()


class Reckoner:
    """One indicator made ready for many subjects."""

    def __init__(self, indicator: Indicator, *, sign: int) -> None:
        self._indicator, self._sign = indicator, sign
        self._points_of = fact_points(indicator) if indicator.measure.per_fact else None
        self._cap, self._floor = milli(indicator.cap), milli(indicator.floor)

    def contribution(self, used: Used) -> Contribution:
        """``used``: the facts in the window that meet the filter."""
        indicator, points_of = self._indicator, self._points_of
        valued = [(age, fact, points_of(fact, age) if points_of else 0) for age, fact in used]
        slots = _slots(indicator, valued) if indicator.of or indicator.per else ()
        value = None
        if points_of is None:
            value = _value(indicator, used, slots) if used else None
            total = _banded(indicator, value)
        else:
            total = sum(slot.capped for slot in slots) if slots else _reduced(indicator, valued)
        return Contribution(
            indicator=indicator.id,
            points_milli=self._sign * max(self._floor, min(self._cap, total)),
            uncapped_milli=self._sign * total,
            cap_hit=total > self._cap,
            uses=_uses(indicator, valued),
            floor_hit=total < self._floor,
            value=value,
            slots=slots,
        )


def fact_filter(facts: Facts) -> Callable[[Fact], bool]:
    """Whether a fact of a fitting item is meant. An unknown amount or headcount is taken as nothing."""
    classes = frozenset(CLASSES.index(word) for word in facts.seriousness) or frozenset(range(len(CLASSES)))
    wanted, unwanted = frozenset(facts.words), frozenset(facts.not_results)
    least, below = _fen(facts.amount_from_yuan), _fen(facts.amount_below_yuan)

    def fits(fact: Fact) -> bool:
        if fact.seriousness not in classes:
            return False
        amount, persons = _whole(fact.amount_fen), _whole(fact.headcount)
        if (least is not None and amount < least) or (below is not None and amount >= below):
            return False
        if facts.headcount_from is not None and persons < facts.headcount_from:
            return False
        if facts.headcount_below is not None and persons >= facts.headcount_below:
            return False
        if not wanted and not unwanted:
            return True
        words = frozenset(fact.result.split("+"))
        return (not wanted or bool(words & wanted)) and not words & unwanted

    return fits


def fact_points(indicator: Indicator) -> Callable[[Fact, int], int]:
    """Points of one fact by its age, before the cap."""
    decay, base_of = indicator.decay, _base_points(indicator)

    def points_of(fact: Fact, age: int) -> int:
        base = base_of(fact)
        return base if decay is None else base * share(decay, age) // 1000

    return points_of


def _base_points(indicator: Indicator) -> Callable[[Fact], int]:
    """Points of one fact before decay."""
    if indicator.points is not None:
        fixed = milli(indicator.points)
        return lambda fact: fixed
    if indicator.by_result:
        worth = {indicator.facts.word_of(each.result): milli(each.points) for each in indicator.by_result}
        return lambda fact: max((worth.get(word, 0) for word in fact.result.split("+")), default=0)
    if indicator.by_amount:
        steps = _milli_steps(indicator.by_amount, unit=FEN)
        return lambda fact: _step_points(steps, _whole(fact.amount_fen))
    persons = _milli_steps(indicator.by_headcount, unit=1)
    return lambda fact: _step_points(persons, _whole(fact.headcount))


def share(decay: Decay, age: int) -> int:
    """What is left at an age, in thousandths."""
    left = 0
    for step in decay.table:
        if age >= step.from_day:
            left = step.per_mille
    return left


def _reduced(indicator: Indicator, valued: Valued) -> int:
    """Points of facts that lie in one slot."""
    if indicator.measure is Measure.EACH:
        return sum(points for _, _, points in valued)
    return max((points for _, _, points in _candidates(indicator, valued)), default=0)


def _candidates(indicator: Indicator, valued: Valued) -> Valued:
    """Facts of which the one with the most points is taken."""
    if indicator.measure is not Measure.LATEST or not valued:
        return valued
    youngest = min(age for age, _, _ in valued)
    return [each for each in valued if each[0] == youngest]


def _slots(indicator: Indicator, valued: Valued) -> tuple[SlotTotal, ...]:
    """The facts by calendar year, item or result."""
    found: dict[int | str, Valued] = {}
    for each in valued:
        for slot in _slots_of(each[1], indicator):
            found.setdefault(slot, []).append(each)
    cap, totals = _slot_cap(indicator), []
    for slot in sorted(found, key=str):
        own = found[slot]
        reduced = _reduced(indicator, own) if indicator.measure.per_fact else len(own)
        capped = reduced if cap is None else min(cap, reduced)
        totals.append(SlotTotal(slot, reduced, capped, tuple(fact.record_id for _, fact, _ in own)))
    return tuple(totals)


def _slots_of(fact: Fact, indicator: Indicator) -> Iterable[int | str]:
    if indicator.of == "item":
        return (fact.item,)
    if indicator.of == "result":
        return set(fact.result.split("+")) & set(indicator.facts.words)
    return (fact.decided_on.year,)


def _slot_cap(indicator: Indicator) -> int | None:
    if indicator.measure is Measure.DISTINCT:
        return 1
    if indicator.year_cap is None:
        return None
    return int(indicator.year_cap) if indicator.measure is Measure.COUNT else milli(indicator.year_cap)


def _uses(indicator: Indicator, valued: Valued) -> tuple[tuple[int, int], ...]:
    """Records with their share; where one fact is taken (of each year), that one."""
    if indicator.measure is Measure.DAYS_SINCE:
        _, latest, _ = min(valued, key=lambda each: each[0], default=(0, None, 0))
        return ((latest.record_id, 0),) if latest else ()
    if not indicator.measure.per_fact or indicator.measure is Measure.EACH:
        return tuple((fact.record_id, points) for _, fact, points in valued)
    years: dict[int, Valued] = {}
    for each in valued:
        years.setdefault(each[1].decided_on.year if indicator.per else 0, []).append(each)
    best = (max(_candidates(indicator, own), key=lambda each: each[2]) for own in years.values())
    return tuple((fact.record_id, points) for _, fact, points in best)


def _value(indicator: Indicator, used: Used, slots: tuple[SlotTotal, ...]) -> int:
    """What is looked up in bands."""
    if slots:
        return sum(slot.capped for slot in slots)
    if indicator.measure is Measure.AMOUNT:
        return sum(_whole(fact.amount_fen) for _, fact in used)
    if indicator.measure is Measure.HEADCOUNT:
        return sum(_whole(fact.headcount) for _, fact in used)
    if indicator.measure is Measure.DAYS_SINCE:
        return min(age for age, _ in used)
    return len(used)


def _banded(indicator: Indicator, value: int | None) -> int:
    if value is None:
        return 0
    unit = FEN if indicator.measure is Measure.AMOUNT else 1
    return _step_points(_milli_steps(indicator.bands, unit=unit), value)


def _milli_steps(steps: tuple[Step, ...], *, unit: int) -> tuple[tuple[int, int], ...]:
    return tuple((step.start * unit, milli(step.points)) for step in steps)


def _step_points(steps: tuple[tuple[int, int], ...], value: int) -> int:
    points = 0
    for start, worth in steps:
        if value >= start:
            points = worth
    return points


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * FEN


def _whole(value: int | None) -> int:
    return max(0, value or 0)
