"""Turns a model and the rules of treatment into one plan of whole numbers that every engine can carry out.

A plan holds no word of the model: codes are numbers, points are thousandths, money is fen, and the product of
points and decay is worked out here, so that no engine divides or rounds. It is the only thing an engine sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """How the facts of one subject become one number."""

    SUM = "sum"
    MAX = "max"
    COUNT = "count"
    AMOUNT = "amount"
    HEADCOUNT = "headcount"
    YOUNGEST = "youngest"


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
    """Which weighing facts an operation takes; empty sets mean any, None no limit, upper limits excluded."""

    items: tuple[int, ...]
    classes: tuple[int, ...] = ()
    results: tuple[str, ...] = ()
    not_results: tuple[str, ...] = ()
    amount_from: int | None = None
    amount_below: int | None = None
    headcount_from: int | None = None
    headcount_below: int | None = None
    age_below: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One indicator. ``points``: by value (amount or headcount, see ``valued_by``), then by age.

    ``bands`` turns a reduced number into points; ``clamp`` is the greatest single addend that can matter.
    """

    key: str
    condition: Condition
    reduce: Reduce
    valued_by: Reduce | None
    points: tuple[tuple[int, Ladder], ...]
    bands: Ladder
    clamp: int
    cap: int
    family: int


@dataclass(frozen=True, slots=True)
class Group:
    """One family of indicators."""

    key: str
    sign: int
    cap: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A veto or limit: the grade can be no better than the band of this rank."""

    key: str
    condition: Condition
    rank: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A model for engines. ``bands`` leads from points to the rank of the grade; ``grades`` names the ranks."""

    model: str
    version: int
    model_digest: str
    treatment: Treatment
    kinds: tuple[str, ...]
    sectors: tuple[str, ...]
    evidence: Condition
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...]
    limits: tuple[Limit, ...]
    start: int
    greatest: int
    bands: Ladder
    grades: tuple[str, ...]


def compile_model(model: ScoringModel, *, treatment: Treatment) -> Plan:
    """The plan of a model under the rules of one place and day."""
    places = {family.id: place for place, family in enumerate(model.families)}
    bands = sorted((milli(band.start), rank) for rank, band in enumerate(model.scale.bands))
    return Plan(
        model=model.id,
        version=model.version,
        model_digest=model.digest,
        treatment=treatment,
        kinds=tuple(kind.value for kind in model.population.kinds),
        sectors=model.population.sectors,
        evidence=_condition(Facts(items=model.evidence.items), window=model.evidence.window_days),
        operations=tuple(_operation(each, family=places[each.family]) for each in model.indicators),
        groups=_groups(model),
        limits=tuple(_limit(ceiling, model) for ceiling in model.ceilings),
        start=milli(model.scale.start),
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
        reduce=REDUCE[indicator.measure],
        valued_by=valued_by,
        points=_points(indicator),
        bands=bands,
        clamp=bands[-1][0] if bands else 0,
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
