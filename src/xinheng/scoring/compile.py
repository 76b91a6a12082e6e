"""Turns a model and the rules of treatment into one plan of whole numbers for one day, which every engine can carry out.

A plan holds no word of the model: codes are numbers, points are thousandths, money is fen, and the product of
points and decay is worked out here, so that no engine divides or rounds. It is the only thing an engine sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from xinheng.core.evaluation import share
from xinheng.core.models import (
    CLASSES,
    FEN,
    Ceiling,
    Effect,
    Facts,
    Indicator,
    Measure,
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
        Measure.COUNT: Reduce.COUNT,
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
    return Plan(
        model=model.id,
        version=model.version,
        model_digest=model.digest,
        as_of=as_of,
        treatment=treatment,
        kinds=tuple(kind.value for kind in model.population.kinds),
        sectors=model.population.sectors,
        evidence=_condition(Facts(items=model.evidence.items), window=model.evidence.window_days),
        operations=tuple(_operation(each, family=places[each.family]) for each in model.indicators),
        groups=_groups(model),
        limits=tuple(_limit(ceiling, model) for ceiling in model.ceilings),
        downgrades=(),
        starts=(),
        start=milli(model.scale.start),
        least=0,
        greatest=milli(model.scale.max),
        bands=tuple(bands),
        grades=tuple(band.grade for band in model.scale.bands),
    )


def _condition(facts: Facts, *, window: int | None) -> Condition:
    return Condition(
        items=tuple(sorted(facts.numbers)),
        classes=tuple(sorted(CLASSES.index(word) for word in set(facts.seriousness))),
        results=tuple(sorted(set(facts.results))),
        not_results=tuple(sorted(set(facts.not_results))),
        amount_from=_fen(facts.amount_from_yuan),
        amount_below=_fen(facts.amount_below_yuan),
        headcount_from=facts.headcount_from,
        headcount_below=facts.headcount_below,
        age_below=window,
    )


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * FEN


def _operation(indicator: Indicator, *, family: int) -> Operation:
    unit = FEN if indicator.measure is Measure.AMOUNT else 1
    bands = tuple((step.start * unit, milli(step.points)) for step in indicator.bands)
    valued_by = Reduce.AMOUNT if indicator.by_amount else Reduce.HEADCOUNT if indicator.by_headcount else None
    return Operation(
        key=indicator.id,
        condition=_condition(indicator.facts, window=indicator.window_days),
        slots=(),
        slot_cap=None,
        reduce=REDUCE[indicator.measure],
        valued_by=valued_by,
        points=_points(indicator),
        result_points=(),
        bands=bands,
        clamp=bands[-1][0] if bands else 0,
        floor=0,
        cap=milli(indicator.cap),
        family=family,
    )


def _points(indicator: Indicator) -> tuple[tuple[int, Ladder], ...]:
    if indicator.bands:
        return ()
    unit = FEN if indicator.by_amount else 1
    steps = [
        (step.start * unit, milli(step.points)) for step in indicator.by_amount or indicator.by_headcount
    ]
    if indicator.points is not None:
        steps = [(0, milli(indicator.points))]
    return tuple((start, _by_age(indicator, base)) for start, base in steps)


def _by_age(indicator: Indicator, base: int) -> Ladder:
    """The same integer division as the reference, done once; equal neighbours become one step."""
    if indicator.decay is None:
        return ((0, base),)
    ladder: list[tuple[int, int]] = []
    for step in indicator.decay.table:
        value = base * share(indicator.decay, step.from_day) // 1000
        if step.from_day < indicator.window_days and (not ladder or ladder[-1][1] != value):
            ladder.append((step.from_day, value))
    return tuple(ladder)


def _groups(model: ScoringModel) -> tuple[Group, ...]:
    return tuple(
        Group(
            key=family.id,
            sign=-1 if family.effect is Effect.MINUS else 1,
            floor=0,
            cap=milli(family.cap),
            members=tuple(place for place, each in enumerate(model.indicators) if each.family == family.id),
        )
        for family in model.families
    )


def _limit(ceiling: Ceiling, model: ScoringModel) -> Limit:
    return Limit(
        key=ceiling.id,
        condition=_condition(ceiling.facts, window=ceiling.window_days),
        rank=model.rank(ceiling.grade),
    )
