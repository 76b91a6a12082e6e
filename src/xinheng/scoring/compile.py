"""Turns a model and the rules of treatment into one plan of whole numbers for one day, which every engine can carry out.

A plan holds no word of the model: codes are numbers, points are thousandths, money is fen, and the product of
points and decay is worked out here, so that no engine divides or rounds. It is the only thing an engine sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from xinheng.core.contributions import share
from xinheng.core.models import (
    CLASSES,
    FEN,
    Effect,
    Facts,
    Indicator,
    Measure,
    Rule,
    ScoringModel,
    milli,
)
from xinheng.core.treatment import Treatment

Ladder = tuple[tuple[int, int], ...]
"""(from, value) ascending; below the first start the value is 0."""


class Reduce(StrEnum):
    """How the facts of one subject become one number.

    LATEST takes the points of the youngest fact, of several of that day the highest.
    """

    SUM = "sum"
    MAX = "max"
    LATEST = "latest"
    COUNT = "count"
    AMOUNT = "amount"
    HEADCOUNT = "headcount"
    YOUNGEST = "youngest"

    @property
    def of_points(self) -> bool:
        return self in (Reduce.SUM, Reduce.MAX, Reduce.LATEST)


REDUCE: Mapping[Measure, Reduce] = MappingProxyType(
    {
        Measure.EACH: Reduce.SUM,
        Measure.ONCE: Reduce.MAX,
        Measure.LATEST: Reduce.LATEST,
        Measure.EXISTS: Reduce.MAX,
        Measure.COUNT: Reduce.COUNT,
        Measure.DISTINCT: Reduce.COUNT,
        Measure.AMOUNT: Reduce.AMOUNT,
        Measure.HEADCOUNT: Reduce.HEADCOUNT,
        Measure.DAYS_SINCE: Reduce.YOUNGEST,
    }
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which weighing facts are taken. Empty sets mean any, None no limit; lower limits are included, upper not."""

    items: tuple[int, ...]
    classes: tuple[int, ...] = ()
    results: tuple[str, ...] = ()
    not_results: tuple[str, ...] = ()
    amount_from: int | None = None
    amount_below: int | None = None
    headcount_from: int | None = None
    headcount_below: int | None = None
    age_from: int = 0
    age_below: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One class of an operation's facts. A fact whose result has several words may lie in several slots."""

    item: int | None = None
    result: str | None = None
    age_from: int = 0
    age_below: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One indicator.

    The facts that meet ``condition`` are reduced in each slot apart (all together without slots); each number is
    capped at ``slot_cap`` and the numbers are added. ``bands``, if any, turn the sum into points; no fact at all
    is no points. The indicator is ``max(floor, min(cap, points))``.

    Points of one fact: its value is the highest milli of ``result_points`` whose word it has (0 without), if
    there are any, else amount or headcount by ``valued_by``, else 0. ``points`` holds an age ladder from each
    start of that value on; its first start is 0. ``clamp`` is the greatest single amount or headcount that can
    matter to ``bands``.
    """

    key: str
    condition: Condition
    slots: tuple[Slot, ...]
    slot_cap: int | None
    reduce: Reduce
    valued_by: Reduce | None
    points: tuple[tuple[int, Ladder], ...]
    result_points: tuple[tuple[str, int], ...]
    bands: Ladder
    clamp: int
    floor: int
    cap: int
    family: int


@dataclass(frozen=True, slots=True)
class Group:
    """One family of indicators: ``max(floor, min(cap, sum))``."""

    key: str
    sign: int
    floor: int
    cap: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A veto or limit: the grade can be no better than the band of this rank."""

    key: str
    condition: Condition
    rank: int


@dataclass(frozen=True, slots=True)
class Downgrade:
    """Facts that lower the grade by ``levels`` bands, once however many there are."""

    key: str
    condition: Condition
    levels: int


@dataclass(frozen=True, slots=True)
class Start:
    """Starting points of subjects with such a fact; the first whose facts are there holds."""

    key: str
    condition: Condition
    milli: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A model for engines on one day. ``bands`` leads from points to the rank of the grade; ``grades`` names ranks.

    points = clamp(start + plus - minus, least, greatest). The rank by points is raised by the levels of all
    downgrades whose facts are there, at most to the last band; then the strictest limit whose facts are there
    holds. What decided is the first of the strictest limits if it lowers the grade so reached; else the first
    downgrade if one lowered the grade by points; else nothing. Without evidence and limit there is no grade and
    nothing decides.
    """

    model: str
    version: int
    model_digest: str
    as_of: date
    treatment: Treatment
    kinds: tuple[str, ...]
    sectors: tuple[str, ...]
    evidence: Condition
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...]
    limits: tuple[Limit, ...]
    downgrades: tuple[Downgrade, ...]
    starts: tuple[Start, ...]
    start: int
    least: int
    greatest: int
    bands: Ladder
    grades: tuple[str, ...]


def compile_model(model: ScoringModel, *, treatment: Treatment, as_of: date) -> Plan:
    """The plan of a model for one day under the rules that hold in one place on that day."""
    places = {family.id: place for place, family in enumerate(model.families)}
    bands = sorted((milli(band.start), rank) for rank, band in enumerate(model.scale.bands))
    evidence = Condition(
        items=tuple(sorted(Facts(items=model.evidence.items).numbers)), age_below=model.evidence.window_days
    )
    return Plan(
        model=model.id,
        version=model.version,
        model_digest=model.digest,
        as_of=as_of,
        treatment=treatment,
        kinds=tuple(kind.value for kind in model.population.kinds),
        sectors=model.population.sectors,
        evidence=evidence,
        operations=tuple(
            _operation(each, family=places[each.family], as_of=as_of) for each in model.indicators
        ),
        groups=_groups(model),
        limits=tuple(
            Limit(each.id, _condition(each, as_of=as_of), model.rank(each.grade)) for each in model.ceilings
        ),
        downgrades=tuple(
            Downgrade(each.id, _condition(each, as_of=as_of), each.levels) for each in model.downgrades
        ),
        starts=tuple(
            Start(each.id, _condition(each, as_of=as_of), milli(each.points)) for each in model.starts
        ),
        start=milli(model.scale.start),
        least=milli(model.scale.min),
        greatest=milli(model.scale.max),
        bands=tuple(bands),
        grades=tuple(band.grade for band in model.scale.bands),
    )


def _condition(part: Indicator | Rule, *, as_of: date) -> Condition:
    facts = part.facts
    since, below = part.ages(as_of=as_of)
    return Condition(
        items=tuple(sorted(facts.numbers)),
        classes=tuple(sorted(CLASSES.index(word) for word in set(facts.seriousness))),
        results=tuple(sorted(set(facts.words))),
        not_results=tuple(sorted(set(facts.not_results))),
        amount_from=_fen(facts.amount_from_yuan),
        amount_below=_fen(facts.amount_below_yuan),
        headcount_from=facts.headcount_from,
        headcount_below=facts.headcount_below,
        age_from=since,
        age_below=below,
    )


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * FEN


def _operation(indicator: Indicator, *, family: int, as_of: date) -> Operation:
    bands = _bands(indicator)
    condition = _condition(indicator, as_of=as_of)
    return Operation(
        key=indicator.id,
        condition=condition,
        slots=_slots(indicator, condition, as_of=as_of),
        slot_cap=_slot_cap(indicator),
        reduce=REDUCE[indicator.measure],
        valued_by=Reduce.AMOUNT
        if indicator.by_amount
        else Reduce.HEADCOUNT
        if indicator.by_headcount
        else None,
        points=_points(indicator, age_below=condition.age_below),
        result_points=tuple(
            (indicator.facts.word_of(each.result), milli(each.points)) for each in indicator.by_result
        ),
        bands=bands,
        clamp=bands[-1][0] if bands else 0,
        floor=milli(indicator.floor),
        cap=milli(indicator.cap),
        family=family,
    )


def _bands(indicator: Indicator) -> Ladder:
    """A number of facts is never 0 where there are any, so that 0 can stand for none."""
    unit = FEN if indicator.measure is Measure.AMOUNT else 1
    least = 1 if REDUCE[indicator.measure] is Reduce.COUNT else 0
    return tuple({max(least, step.start * unit): milli(step.points) for step in indicator.bands}.items())


def _slots(indicator: Indicator, condition: Condition, *, as_of: date) -> tuple[Slot, ...]:
    by = indicator.of or indicator.per
    if by == "item":
        return tuple(Slot(item=item) for item in condition.items)
    if by == "result":
        return tuple(Slot(result=word) for word in condition.results)
    return _years(condition, as_of=as_of) if by == "year" else ()


def _years(condition: Condition, *, as_of: date) -> tuple[Slot, ...]:
    """The calendar years of the window, this one first."""
    below = condition.age_below or 0
    slots: list[Slot] = []
    since = 0
    while since < below:
        year = (as_of - timedelta(days=since)).year
        end = (as_of - date(year, 1, 1)).days + 1
        if end > condition.age_from:
            slots.append(Slot(age_from=max(since, condition.age_from), age_below=min(end, below)))
        since = end
    return tuple(slots)


def _slot_cap(indicator: Indicator) -> int | None:
    if indicator.measure is Measure.DISTINCT:
        return 1
    if indicator.year_cap is None:
        return None
    return int(indicator.year_cap) if indicator.measure is Measure.COUNT else milli(indicator.year_cap)


def _points(indicator: Indicator, *, age_below: int | None) -> tuple[tuple[int, Ladder], ...]:
    if indicator.bands:
        return ()
    if indicator.by_result:
        values = sorted({0, *(milli(each.points) for each in indicator.by_result)})
        steps = [(value, value) for value in values]
    elif indicator.points is not None:
        steps = [(0, milli(indicator.points))]
    else:
        unit = FEN if indicator.by_amount else 1
        given = indicator.by_amount or indicator.by_headcount
        steps = [(step.start * unit, milli(step.points)) for step in given]
    return tuple((start, _by_age(indicator, base, age_below=age_below)) for start, base in steps)


def _by_age(indicator: Indicator, base: int, *, age_below: int | None) -> Ladder:
    """The same integer division as the reference, done once; equal neighbours become one step."""
    if indicator.decay is None:
        return ((0, base),)
    ladder: list[tuple[int, int]] = []
    for step in indicator.decay.table:
        value = base * share(indicator.decay, step.from_day) // 1000
        inside = age_below is None or step.from_day < age_below
        if inside and (not ladder or ladder[-1][1] != value):
            ladder.append((step.from_day, value))
    return tuple(ladder)


def _groups(model: ScoringModel) -> tuple[Group, ...]:
    return tuple(
        Group(
            key=family.id,
            sign=-1 if family.effect is Effect.MINUS else 1,
            floor=milli(family.floor),
            cap=milli(family.cap),
            members=tuple(place for place, each in enumerate(model.indicators) if each.family == family.id),
        )
        for family in model.families
    )
