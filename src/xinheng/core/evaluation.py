"""Grades one subject row by row: the plain meaning of a model, against which every engine is held.

All numbers are whole thousandths and never negative until the last step, ages are whole days. A point can be
followed to the record it comes from (《优化营商环境条例》第五十三条 on supervision by credit).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xinheng.core.contributions import (
    Contribution,
    Reckoner,
    SlotTotal,
    Used,
    fact_filter,
    fact_points,
    share,
)
from xinheng.core.models import (
    Effect,
    Facts,
    Family,
    Indicator,
    Rule,
    ScoringModel,
    StartSwitch,
    Window,
    milli,
)
from xinheng.core.treatment import Fact, Treatment, weighing

__all__ = [
    "Contribution",
    "Evaluation",
    "Evaluator",
    "Fact",
    "FamilyTotal",
    "Lowered",
    "SlotTotal",
    "Started",
    "Triggered",
    "evaluate",
    "fact_filter",
    "fact_points",
    "in_window",
    "rebuilt",
    "share",
]


@dataclass(frozen=True, slots=True)
class FamilyTotal:
    """The indicators of a family together; signs as in Contribution."""

    family: str
    points_milli: int
    uncapped_milli: int
    cap_hit: bool
    floor_hit: bool = False


@dataclass(frozen=True, slots=True)
class Triggered:
    """A veto or limit whose facts are there."""

    ceiling: str
    grade: str
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lowered:
    """A downgrade whose facts are there."""

    downgrade: str
    levels: int
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """The switch that fixed the starting points, with its records."""

    switch: str
    milli: int
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``grade`` is None where nothing is on file to judge by.

    ``decided_by``: the veto or limit that lowered the grade below what points and downgrades give, else the first
    downgrade if one lowered it. ``start`` is None where the model's own starting points hold.
    """

    points_milli: int
    grade: str | None
    contributions: tuple[Contribution, ...]
    families: tuple[FamilyTotal, ...]
    vetoes: tuple[Triggered, ...]
    decided_by: str | None
    missing: bool
    downgrades: tuple[Lowered, ...] = ()
    start: Started | None = None


def evaluate(model: ScoringModel, facts: Iterable[Fact], *, as_of: date, treatment: Treatment) -> Evaluation:
    """Grade one subject by its facts as they stand on ``as_of``; their order does not matter."""
    return Evaluator(model, treatment=treatment).evaluate(facts, as_of=as_of)


def in_window(window: Window, age: int, *, as_of: date) -> bool:
    """Whether a fact of an age is within a window on a day."""
    since, below = window.ages(as_of=as_of)
    return age >= since and (below is None or age < below)


def rebuilt(
    model: ScoringModel, *, points_milli: int, grade: str, decided_by: str, contributions: Sequence[int]
) -> Evaluation:
    """A stored result in the form that explanations are made from; which records were used is not stored.

    Of several switches that give the stored points the first is taken.
    """
    pairs = list(zip(model.indicators, contributions, strict=True))
    given = tuple(Contribution(one.id, value, value, False, ()) for one, value in pairs)
    families = tuple(_family_total(family, model, given) for family in model.families)
    moved = sum(total.points_milli for total in families)
    start = None
    if _clamped(model, milli(model.scale.start) + moved) != points_milli:
        fitting = (
            each for each in model.starts if _clamped(model, milli(each.points) + moved) == points_milli
        )
        start = next((Started(each.id, milli(each.points), ()) for each in fitting), None)
    return Evaluation(
        points_milli=points_milli,
        grade=grade or None,
        contributions=given,
        families=families,
        vetoes=tuple(Triggered(each.id, each.grade, ()) for each in model.ceilings if each.id == decided_by),
        decided_by=decided_by or None,
        missing=not grade,
        downgrades=tuple(
            Lowered(each.id, each.levels, ()) for each in model.downgrades if each.id == decided_by
        ),
        start=start,
    )


def _clamped(model: ScoringModel, points: int) -> int:
    return max(milli(model.scale.min), min(milli(model.scale.max), points))


class Evaluator:
    """A model made ready for many subjects: which indicators an item feeds is looked up, not searched."""

    def __init__(self, model: ScoringModel, *, treatment: Treatment) -> None:
        self.model = model
        self.treatment = treatment
        self._dispatch = _dispatch((*model.indicators, *model.rules))
        self._evidence = Facts(items=model.evidence.items).numbers
        self._reckoners = tuple(
            Reckoner(each, sign=_sign(model.family_of[each.family])) for each in model.indicators
        )
        self._ages: tuple[date, dict[str, tuple[int, int]]] = (date.min, {})

    def evaluate(self, facts: Iterable[Fact], *, as_of: date) -> Evaluation:
        weighs, ages = weighing(self.treatment, as_of=as_of), self._windows(as_of)
        used: dict[str, Used] = {}
        evident = False
        for fact in sorted((fact for fact in facts if weighs(fact)), key=_order):
            age = (as_of - fact.decided_on).days
            evident = evident or self._is_evidence(fact, age)
            for key, fits in self._dispatch.get(fact.item, ()):
                since, below = ages[key]
                if since <= age < below and fits(fact):
                    used.setdefault(key, []).append((age, fact))
        contributions = tuple(
            reckoner.contribution(used.get(each.id, []))
            for each, reckoner in zip(self.model.indicators, self._reckoners, strict=True)
        )
        return self._conclude(contributions, used, evident=evident)

    def _windows(self, as_of: date) -> dict[str, tuple[int, int]]:
        """Ages from and below which each indicator and rule takes facts on a day."""
        day, ages = self._ages
        if day != as_of:
            parts: tuple[Indicator | Rule, ...] = (*self.model.indicators, *self.model.rules)
            ages = {}
            for part in parts:
                since, below = part.ages(as_of=as_of)
                ages[part.id] = (since, _NO_END if below is None else below)
            self._ages = (as_of, ages)
        return ages

    def _is_evidence(self, fact: Fact, age: int) -> bool:
        return age < self.model.evidence.window_days and (not self._evidence or fact.item in self._evidence)

    def _conclude(
        self, contributions: tuple[Contribution, ...], used: Mapping[str, Used], *, evident: bool
    ) -> Evaluation:
        model = self.model
        families = tuple(_family_total(family, model, contributions) for family in model.families)
        vetoes = tuple(
            Triggered(each.id, each.grade, _records(used[each.id]))
            for each in model.ceilings
            if each.id in used
        )
        downgrades = tuple(
            Lowered(each.id, each.levels, _records(used[each.id]))
            for each in model.downgrades
            if each.id in used
        )
        start = _started(model.starts, used)
        reached = (start.milli if start else milli(model.scale.start)) + sum(
            total.points_milli for total in families
        )
        points = _clamped(model, reached)
        missing = not evident and not vetoes
        grade, decided_by = (None, None) if missing else _grade(model, points, vetoes, downgrades)
        return Evaluation(
            points_milli=points,
            grade=grade,
            contributions=contributions,
            families=families,
            vetoes=vetoes,
            decided_by=decided_by,
            missing=missing,
            downgrades=downgrades,
            start=start,
        )


_NO_END = 10**9
"""More days than any fact is old."""


def _grade(
    model: ScoringModel, points: int, vetoes: tuple[Triggered, ...], downgrades: tuple[Lowered, ...]
) -> tuple[str, str | None]:
    """Points give a band, downgrades lower it, the strictest ceiling holds."""
    by_points = model.rank(model.grade_of(points))
    lowered = min(len(model.scale.bands) - 1, by_points + sum(each.levels for each in downgrades))
    rank, decided_by = lowered, downgrades[0].downgrade if lowered > by_points else None
    for veto in vetoes:
        if model.rank(veto.grade) > rank:
            rank, decided_by = model.rank(veto.grade), veto.ceiling
    return model.scale.bands[rank].grade, decided_by


def _started(starts: tuple[StartSwitch, ...], used: Mapping[str, Used]) -> Started | None:
    for switch in starts:
        if switch.id in used:
            return Started(switch.id, milli(switch.points), _records(used[switch.id]))
    return None


def _records(used: Used) -> tuple[int, ...]:
    return tuple(fact.record_id for _, fact in used)


def _order(fact: Fact) -> tuple[date, int]:
    return fact.decided_on, fact.record_id


def _dispatch(parts: tuple[Indicator | Rule, ...]) -> dict[int, list[tuple[str, Callable[[Fact], bool]]]]:
    table: dict[int, list[tuple[str, Callable[[Fact], bool]]]] = {}
    for part in parts:
        fits = fact_filter(part.facts)
        for number in sorted(part.facts.numbers):
            table.setdefault(number, []).append((part.id, fits))
    return table


def _sign(family: Family) -> int:
    return -1 if family.effect is Effect.MINUS else 1


def _family_total(
    family: Family, model: ScoringModel, contributions: tuple[Contribution, ...]
) -> FamilyTotal:
    sign = _sign(family)
    total = sum(
        abs(contribution.points_milli)
        for contribution, indicator in zip(contributions, model.indicators, strict=True)
        if indicator.family == family.id
    )
    cap, floor = milli(family.cap), milli(family.floor)
    points = max(floor, min(cap, total))
    return FamilyTotal(family.id, sign * points, sign * total, total > cap, total < floor)
