"""Grades one subject row by row: the plain meaning of a model, against which every engine is held.

All numbers are whole thousandths and never negative until the last step, ages are whole days. A point can be
followed to the record it comes from (《优化营商环境条例》第五十三条 on supervision by credit).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from xinheng.core.models import (
    CLASSES,
    FEN,
    Ceiling,
    Decay,
    Effect,
    Facts,
    Family,
    Indicator,
    Measure,
    ScoringModel,
    Step,
    milli,
)
from xinheng.core.treatment import Fact, Treatment, weighing

__all__ = ["Contribution", "Evaluation", "Evaluator", "Fact", "FamilyTotal", "Triggered", "evaluate"]

Part = TypeVar("Part", Indicator, Ceiling)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one indicator adds; points that are taken are negative.

    ``uncapped_milli`` has the same sign. ``uses`` names the records with their own share before the cap; where a
    number or total of records is looked up in bands the share of each is 0.
    """

    indicator: str
    points_milli: int
    uncapped_milli: int
    cap_hit: bool
    uses: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FamilyTotal:
    """The indicators of a family together; signs as in Contribution."""

    family: str
    points_milli: int
    uncapped_milli: int
    cap_hit: bool


@dataclass(frozen=True, slots=True)
class Triggered:
    """A veto or limit whose facts are there."""

    ceiling: str
    grade: str
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``grade`` is None where nothing is on file to judge by. ``decided_by``: the veto or limit that lowered it."""

    points_milli: int
    grade: str | None
    contributions: tuple[Contribution, ...]
    families: tuple[FamilyTotal, ...]
    vetoes: tuple[Triggered, ...]
    decided_by: str | None
    missing: bool


def evaluate(model: ScoringModel, facts: Iterable[Fact], *, as_of: date, treatment: Treatment) -> Evaluation:
    """Grade one subject by its facts as they stand on ``as_of``; their order does not matter."""
    return Evaluator(model, treatment=treatment).evaluate(facts, as_of=as_of)


class Evaluator:
    """A model made ready for many subjects: which indicators an item feeds is looked up, not searched."""

    def __init__(self, model: ScoringModel, *, treatment: Treatment) -> None:
        self.model = model
        self.treatment = treatment
        self._indicators = _dispatch(model.indicators)
        self._ceilings = _dispatch(model.ceilings)
        self._evidence = Facts(items=model.evidence.items).numbers
        self._points = {
            indicator.id: fact_points(indicator)
            for indicator in model.indicators
            if indicator.measure.per_fact
        }

    def evaluate(self, facts: Iterable[Fact], *, as_of: date) -> Evaluation:
        weighs = weighing(self.treatment, as_of=as_of)
        used: dict[str, list[tuple[int, Fact]]] = {}
        evident = False
        for fact in sorted((fact for fact in facts if weighs(fact)), key=_order):
            age = (as_of - fact.decided_on).days
            evident = evident or self._is_evidence(fact, age)
            for indicator, fits in self._indicators.get(fact.item, ()):
                if age < indicator.window_days and fits(fact):
                    used.setdefault(indicator.id, []).append((age, fact))
            for ceiling, fits in self._ceilings.get(fact.item, ()):
                if (ceiling.window_days is None or age < ceiling.window_days) and fits(fact):
                    used.setdefault(ceiling.id, []).append((age, fact))
        contributions = tuple(
            self._contribution(each, used.get(each.id, [])) for each in self.model.indicators
        )
        vetoes = tuple(
            Triggered(ceiling.id, ceiling.grade, tuple(fact.record_id for _, fact in used[ceiling.id]))
            for ceiling in self.model.ceilings
            if ceiling.id in used
        )
        return self._conclude(contributions, vetoes, missing=not evident and not vetoes)

    def _is_evidence(self, fact: Fact, age: int) -> bool:
        return age < self.model.evidence.window_days and (not self._evidence or fact.item in self._evidence)

    def _contribution(self, indicator: Indicator, used: list[tuple[int, Fact]]) -> Contribution:
        uses = self._uses(indicator, used)
        if indicator.measure is Measure.EACH:
            total = sum(points for _, points in uses)
        elif indicator.measure is Measure.ONCE:
            total = max((points for _, points in uses), default=0)
        else:
            total = _banded(indicator, used)
        points = min(total, milli(indicator.cap))
        sign = -1 if self.model.family_of[indicator.family].effect is Effect.MINUS else 1
        return Contribution(indicator.id, sign * points, sign * total, total > points, uses)

    def _uses(self, indicator: Indicator, used: list[tuple[int, Fact]]) -> tuple[tuple[int, int], ...]:
        if indicator.measure is Measure.DAYS_SINCE:
            return tuple((fact.record_id, 0) for _, fact in sorted(used, key=lambda pair: pair[0])[:1])
        if not indicator.measure.per_fact:
            return tuple((fact.record_id, 0) for _, fact in used)
        points_of = self._points[indicator.id]
        each = tuple((fact.record_id, points_of(fact, age)) for age, fact in used)
        if indicator.measure is Measure.ONCE and each:
            return (max(each, key=lambda use: use[1]),)
        return each

    def _conclude(
        self, contributions: tuple[Contribution, ...], vetoes: tuple[Triggered, ...], *, missing: bool
    ) -> Evaluation:
        model = self.model
        families = tuple(_family_total(family, model, contributions) for family in model.families)
        reached = milli(model.scale.start) + sum(total.points_milli for total in families)
        points = max(0, min(milli(model.scale.max), reached))
        grade, decided_by = model.grade_of(points), None
        for veto in vetoes:
            if model.rank(veto.grade) > model.rank(grade):
                grade, decided_by = veto.grade, veto.ceiling
        return Evaluation(
            points_milli=points,
            grade=None if missing else grade,
            contributions=contributions,
            families=families,
            vetoes=vetoes,
            decided_by=decided_by,
            missing=missing,
        )


def _order(fact: Fact) -> tuple[date, int]:
    return fact.decided_on, fact.record_id


def _dispatch(parts: tuple[Part, ...]) -> dict[int, list[tuple[Part, Callable[[Fact], bool]]]]:
    table: dict[int, list[tuple[Part, Callable[[Fact], bool]]]] = {}
    for part in parts:
        fits = fact_filter(part.facts)
        for number in sorted(part.facts.numbers):
            table.setdefault(number, []).append((part, fits))
    return table


def fact_filter(facts: Facts) -> Callable[[Fact], bool]:
    """Whether a fact of a fitting item is meant. An unknown amount or headcount is taken as nothing."""
    classes = frozenset(CLASSES.index(word) for word in facts.seriousness) or frozenset(range(len(CLASSES)))
    wanted, unwanted = frozenset(facts.results), frozenset(facts.not_results)
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
    by_amount, decay = bool(indicator.by_amount), indicator.decay
    fixed = None if indicator.points is None else milli(indicator.points)
    steps = _milli_steps(indicator.by_amount or indicator.by_headcount, unit=FEN if by_amount else 1)

    def points_of(fact: Fact, age: int) -> int:
        value = _whole(fact.amount_fen if by_amount else fact.headcount)
        base = _step_points(steps, value) if fixed is None else fixed
        return base if decay is None else base * share(decay, age) // 1000

    return points_of


def share(decay: Decay, age: int) -> int:
    """What is left at an age, in thousandths."""
    left = 0
    for step in decay.table:
        if age >= step.from_day:
            left = step.per_mille
    return left


def _banded(indicator: Indicator, used: list[tuple[int, Fact]]) -> int:
    if not used:
        return 0
    unit = FEN if indicator.measure is Measure.AMOUNT else 1
    steps = _milli_steps(indicator.bands, unit=unit)
    if indicator.measure is Measure.COUNT:
        return _step_points(steps, len(used))
    if indicator.measure is Measure.AMOUNT:
        return _step_points(steps, sum(_whole(fact.amount_fen) for _, fact in used))
    if indicator.measure is Measure.HEADCOUNT:
        return _step_points(steps, sum(_whole(fact.headcount) for _, fact in used))
    return _step_points(steps, min(age for age, _ in used))


def _milli_steps(steps: tuple[Step, ...], *, unit: int) -> tuple[tuple[int, int], ...]:
    return tuple((step.start * unit, milli(step.points)) for step in steps)


def _step_points(steps: tuple[tuple[int, int], ...], value: int) -> int:
    points = 0
    for start, worth in steps:
        if value >= start:
            points = worth
    return points


def _family_total(
    family: Family, model: ScoringModel, contributions: tuple[Contribution, ...]
) -> FamilyTotal:
    sign = -1 if family.effect is Effect.MINUS else 1
    total = sum(
        abs(contribution.points_milli)
        for contribution, indicator in zip(contributions, model.indicators, strict=True)
        if indicator.family == family.id
    )
    points = min(total, milli(family.cap))
    return FamilyTotal(family.id, sign * points, sign * total, total > points)


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * FEN


def _whole(value: int | None) -> int:
    return max(0, value or 0)
