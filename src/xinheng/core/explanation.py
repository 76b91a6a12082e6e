"""Says in words why a subject has its points and grade, and on which day what will change by itself.

Each line names indicator, points, cap, clause and records; the steps lead from the starting points to the result
without a gap. A grade without reasons may not be used (《个人信息保护法》第二十四条; 国办发〔2020〕49号).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from xinheng.core.evaluation import Contribution, Evaluation, Evaluator, Fact
from xinheng.core.models import Ceiling, Effect, Indicator, Measure, ScoringModel, milli
from xinheng.core.sources import Citation
from xinheng.core.treatment import Treatment, why_not

MOST_DAYS = 60
"""Days to come that are tried for one subject."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Where an indicator stands; the reader turns ``source`` into the title of the document."""

    source: str
    clause: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator. Points that are taken are negative; ``cap_milli`` has no sign. ``value`` is what was counted."""

    indicator: str
    label: str
    family: str
    effect: str
    value: str
    points_milli: int
    uncapped_milli: int
    cap_milli: int
    cap_hit: bool
    clauses: tuple[Clause, ...]
    records: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the waterfall, in thousandths. ``limit`` is the correction by a cap or an end of the scale."""

    label: str
    from_milli: int
    to_milli: int
    kind: Literal["start", "plus", "minus", "limit", "total"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A veto or limit that applies; ``decides``: it made the grade worse than the points would."""

    label: str
    grade: str
    sentence: str
    clauses: tuple[Clause, ...]
    records: tuple[int, ...]
    decides: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """``lines`` holds every indicator in the order of the model; those that moved nothing have no points."""

    summary: str
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """What the file gives on a later day if nothing is added to it."""

    on: date
    records: tuple[int, ...]
    points_milli: int
    grade: str | None
    better: bool
    sentence: str


def explain(model: ScoringModel, evaluation: Evaluation) -> Explanation:
    """Everything a person needs to argue with the result."""
    pairs = list(zip(model.indicators, evaluation.contributions, strict=True))
    return Explanation(
        summary=_summary(model, evaluation),
        lines=tuple(_line(model, indicator, contribution) for indicator, contribution in pairs),
        steps=tuple(_steps(model, evaluation)),
        verdicts=tuple(_verdicts(model, evaluation)),
    )


def points_text(points_milli: int) -> str:
    """``812.5``: no sign of rounding, no trailing zeros."""
    sign, rest = ("-" if points_milli < 0 else ""), abs(points_milli)
    whole, part = divmod(rest, 1000)
    return f"{sign}{whole}.{part:03d}".rstrip("0").rstrip(".") if part else f"{sign}{whole}"


def _summary(model: ScoringModel, evaluation: Evaluation) -> str:
    trial = "（试算，不发布）" if model.trial else ""
    if evaluation.grade is None:
        return f"可用信息不足，暂不评级{trial}"
    grade = f"{evaluation.grade} {model.label_of(evaluation.grade)}"
    points = points_text(evaluation.points_milli)
    if evaluation.decided_by is None:
        return f"{points} 分，等级 {grade}{trial}"
    rule = next(ceiling for ceiling in model.ceilings if ceiling.id == evaluation.decided_by)
    by_points = model.grade_of(evaluation.points_milli)
    return f"{points} 分，按分数为 {by_points} {model.label_of(by_points)}；因“{rule.label}”，等级为 {grade}{trial}"


def _clauses(citations: Iterable[Citation]) -> tuple[Clause, ...]:
    return tuple(Clause(each.source, each.clause, each.verified) for each in citations)


def _line(model: ScoringModel, indicator: Indicator, contribution: Contribution) -> Line:
    family = model.family_of[indicator.family]
    return Line(
        indicator=indicator.id,
        label=indicator.label,
        family=family.label,
        effect=family.effect.label,
        value=_value(indicator, contribution),
        points_milli=contribution.points_milli,
        uncapped_milli=contribution.uncapped_milli,
        cap_milli=milli(indicator.cap),
        cap_hit=contribution.cap_hit,
        clauses=_clauses(indicator.basis),
        records=contribution.uses,
    )


def _value(indicator: Indicator, contribution: Contribution) -> str:
    if not contribution.uses:
        return "无相关记录"
    count = f"{len(contribution.uses)} 条记录"
    return {
        Measure.EACH: count,
        Measure.ONCE: "取分值最高的 1 条记录",
        Measure.COUNT: count,
        Measure.AMOUNT: f"{count}的金额合计",
        Measure.HEADCOUNT: f"{count}的人数合计",
        Measure.DAYS_SINCE: "最近 1 条记录距今的天数",
    }[indicator.measure]


def _steps(model: ScoringModel, evaluation: Evaluation) -> Iterator[Step]:
    reached = milli(model.scale.start)
    yield Step("起评分", 0, reached, "start")
    for family, total in zip(model.families, evaluation.families, strict=True):
        kind: Literal["plus", "minus"] = "plus" if family.effect is Effect.PLUS else "minus"
        for indicator, contribution in zip(model.indicators, evaluation.contributions, strict=True):
            if indicator.family == family.id and contribution.points_milli:
                yield Step(indicator.label, reached, reached + contribution.points_milli, kind)
                reached += contribution.points_milli
        if total.cap_hit:
            back = total.points_milli - total.uncapped_milli
            yield Step(f"“{family.label}”封顶 {family.cap} 分", reached, reached + back, "limit")
            reached += back
    if reached != evaluation.points_milli:
        label = "最低 0 分" if reached < 0 else f"最高 {model.scale.max} 分"
        yield Step(label, reached, evaluation.points_milli, "limit")
    yield Step("得分", 0, evaluation.points_milli, "total")


def _verdicts(model: ScoringModel, evaluation: Evaluation) -> Iterator[Verdict]:
    rules: dict[str, Ceiling] = {ceiling.id: ceiling for ceiling in model.ceilings}
    vetoes = {veto.id for veto in model.vetoes}
    for triggered in evaluation.vetoes:
        rule = rules[triggered.ceiling]
        verb = "直接判为" if rule.id in vetoes else "等级不得高于"
        yield Verdict(
            label=rule.label,
            grade=rule.grade,
            sentence=f"{rule.label}，{verb} {rule.grade} {model.label_of(rule.grade)}",
            clauses=_clauses(rule.basis),
            records=triggered.records,
            decides=evaluation.decided_by == rule.id,
        )


def left_out(facts: Iterable[Fact], *, treatment: Treatment, as_of: date) -> tuple[tuple[int, str], ...]:
    """Records on file that were not used, each with the rule by which it was left out."""
    found = ((fact.record_id, why_not(fact, treatment=treatment, as_of=as_of)) for fact in facts)
    return tuple((record, reason) for record, reason in found if reason)


def next_grade_hints(
    model: ScoringModel, facts: Iterable[Fact], *, as_of: date, treatment: Treatment
) -> tuple[Hint, ...]:
    """Days on which a record that takes points or lowers the grade ceases to weigh, and what follows.

    Counts on no new record. A day on which points only fade is named where it lifts the grade. The first day with
    a better grade is marked ``better``; it is the last hint.
    """
    known = tuple(facts)
    evaluator = Evaluator(model, treatment=treatment)
    now = evaluator.evaluate(known, as_of=as_of)
    if now.grade is None:
        return ()
    leaving = _leaving(model, now, known, treatment=treatment)
    fading = _fading(model, now, known, as_of=as_of)
    hints: list[Hint] = []
    for day in sorted({*leaving, *fading})[:MOST_DAYS]:
        then = evaluator.evaluate(known, as_of=day)
        better = then.grade is not None and model.rank(then.grade) < model.rank(now.grade)
        if day in leaving:
            hints.append(_hint(model, day, leaving[day], "移出评价窗口", then, better=better))
        elif better:
            hints.append(_hint(model, day, fading[day], "按时间衰减", then, better=better))
        if better:
            break
    return tuple(hints)


def _hint(
    model: ScoringModel, day: date, records: tuple[int, ...], what: str, then: Evaluation, *, better: bool
) -> Hint:
    grade = "暂不评级" if then.grade is None else f"等级 {then.grade} {model.label_of(then.grade)}"
    numbers = "、".join(str(record) for record in records)
    return Hint(
        on=day,
        records=records,
        points_milli=then.points_milli,
        grade=then.grade,
        better=better,
        sentence=(
            f"记录 {numbers} 将于 {day.isoformat()} {what}，"
            f"届时得分 {points_text(then.points_milli)}，{grade}（按现有记录推算）"
        ),
    )


def _leaving(
    model: ScoringModel, now: Evaluation, facts: tuple[Fact, ...], *, treatment: Treatment
) -> dict[date, tuple[int, ...]]:
    """Records by the day on which each leaves the last adverse rule that uses it."""
    by_id = {fact.record_id: fact for fact in facts}
    ends: dict[int, date] = {}
    for window, record in _adverse(model, now):
        end = _end(by_id[record], window=window, treatment=treatment)
        if end is not None:
            ends[record] = max(end, ends.get(record, end))
    return _by_day((end, record) for record, end in ends.items())


def _fading(
    model: ScoringModel, now: Evaluation, facts: tuple[Fact, ...], *, as_of: date
) -> dict[date, tuple[int, ...]]:
    """Records by the days to come on which a decay table takes off some of the points they cost."""
    by_id = {fact.record_id: fact for fact in facts}
    found: set[tuple[date, int]] = set()
    for indicator, contribution in zip(model.indicators, now.contributions, strict=True):
        if contribution.points_milli < 0 and indicator.decay:
            for record, _ in contribution.uses:
                days = (
                    by_id[record].decided_on + timedelta(days=step.from_day) for step in indicator.decay.table
                )
                found.update((day, record) for day in days if day > as_of)
    return _by_day(found)


def _by_day(pairs: Iterable[tuple[date, int]]) -> dict[date, tuple[int, ...]]:
    days: dict[date, list[int]] = {}
    for day, record in sorted(pairs):
        days.setdefault(day, []).append(record)
    return {day: tuple(records) for day, records in days.items()}


def _adverse(model: ScoringModel, now: Evaluation) -> Iterator[tuple[int | None, int]]:
    """(window, record) of everything that took points or lowered the grade."""
    for indicator, contribution in zip(model.indicators, now.contributions, strict=True):
        if contribution.points_milli < 0:
            yield from ((indicator.window_days, record) for record, _ in contribution.uses)
    windows = {ceiling.id: ceiling.window_days for ceiling in model.ceilings}
    for triggered in now.vetoes:
        yield from ((windows[triggered.ceiling], record) for record in triggered.records)


def _end(fact: Fact, *, window: int | None, treatment: Treatment) -> date | None:
    """The first day on which the fact no longer weighs in a window; None if no day is known."""
    longest = treatment.longest(item=fact.item, seriousness=fact.seriousness)
    ends = [fact.decided_on + timedelta(days=days) for days in (window, longest) if days is not None]
    if fact.valid_to is not None and fact.item not in treatment.outlive_validity:
        ends.append(fact.valid_to)
    return min(ends, default=None)
