"""Says in words why a subject has its points and grade.

Each line names indicator, points, cap, clause and records; the steps lead from the starting points to the result
without a gap. A grade without reasons may not be used (《个人信息保护法》第二十四条; 国办发〔2020〕49号).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xinheng.core.evaluation import Contribution, Evaluation, Fact, SlotTotal
from xinheng.core.feeds import ITEMS
from xinheng.core.models import FEN, Effect, Indicator, Measure, Rule, ScoringModel, milli
from xinheng.core.sources import Citation
from xinheng.core.treatment import Treatment, why_not

ITEM_WORDS = {number: word for word, number in ITEMS.items()}
"""Words of the catalogue items by number."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Where an indicator stands; the reader turns ``source`` into the title of the document."""

    source: str
    clause: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """Facts of one calendar year, item or result, as an indicator counts them apart."""

    label: str
    sentence: str
    records: tuple[int, ...]


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
    floor_milli: int = 0
    floor_hit: bool = False
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the waterfall, in thousandths. ``limit`` is the correction by a cap, a floor or an end of the scale."""

    label: str
    from_milli: int
    to_milli: int
    kind: Literal["start", "plus", "minus", "limit", "total"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A veto, limit or downgrade that applies; ``decides``: it made the grade worse than the rest would.

    ``grade`` is the best that a veto or limit leaves; empty for a downgrade.
    """

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
    rule = next(rule for rule in model.rules if rule.id == evaluation.decided_by)
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
        floor_milli=milli(indicator.floor),
        floor_hit=contribution.floor_hit,
        slots=tuple(_slot(indicator, slot) for slot in contribution.slots),
    )


def _slot(indicator: Indicator, slot: SlotTotal) -> Slot:
    label = f"{slot.slot}年" if indicator.per or indicator.of == "year" else str(slot.slot)
    if indicator.of == "item":
        label = ITEM_WORDS.get(int(slot.slot), label)
    if indicator.measure.per_fact:
        sentence = f"{len(slot.records)} 条记录，{points_text(slot.reduced)} 分"
        if slot.capped < slot.reduced:
            sentence += f"，每年至多 {points_text(slot.capped)} 分"
    else:
        sentence = f"{slot.reduced} 条记录"
        if slot.capped < slot.reduced:
            sentence += f"，计 {slot.capped}"
    return Slot(label=label, sentence=sentence, records=slot.records)


def _value(indicator: Indicator, contribution: Contribution) -> str:
    if not contribution.uses:
        return "无相关记录"
    count = f"{len(contribution.uses)} 条记录"
    value = contribution.value
    if indicator.measure is Measure.DISTINCT:
        return f"{count}，不同的{_KINDS[indicator.of or '']} {_number(value)} 种"
    if indicator.measure is Measure.COUNT and indicator.per:
        return f"{count}，按年封顶后计 {_number(value)} 条"
    return {
        Measure.EACH: count,
        Measure.ONCE: f"各年取分值最高的，共 {count}" if indicator.per else "取分值最高的 1 条记录",
        Measure.LATEST: "取最近 1 条记录",
        Measure.EXISTS: "有相关记录",
        Measure.COUNT: count,
        Measure.AMOUNT: f"{count}的金额合计{_yuan(value)}",
        Measure.HEADCOUNT: f"{count}的人数合计{_number(value, ' 人')}",
        Measure.DAYS_SINCE: f"最近 1 条记录距今{_number(value, ' 天') or '的天数'}",
    }[indicator.measure]


_KINDS = {"item": "事项", "result": "结果", "year": "年度"}


def _number(value: int | None, unit: str = "") -> str:
    return "" if value is None else f" {value:,}{unit}"


def _yuan(fen: int | None) -> str:
    """Yuan with the fen only where there are any."""
    if fen is None:
        return ""
    yuan, rest = divmod(fen, FEN)
    return f" {yuan:,}.{rest:02d} 元" if rest else f" {yuan:,} 元"


def _steps(model: ScoringModel, evaluation: Evaluation) -> Iterator[Step]:
    reached, label = milli(model.scale.start), "起评分"
    if evaluation.start is not None:
        rule = next(rule for rule in model.starts if rule.id == evaluation.start.switch)
        reached, label = evaluation.start.milli, f"起评分（{rule.label}）"
    yield Step(label, 0, reached, "start")
    for family, total in zip(model.families, evaluation.families, strict=True):
        kind: Literal["plus", "minus"] = "plus" if family.effect is Effect.PLUS else "minus"
        for indicator, contribution in zip(model.indicators, evaluation.contributions, strict=True):
            if indicator.family == family.id and contribution.points_milli:
                yield Step(indicator.label, reached, reached + contribution.points_milli, kind)
                reached += contribution.points_milli
        if total.points_milli != total.uncapped_milli:
            back = total.points_milli - total.uncapped_milli
            end = f"封顶 {family.cap}" if total.cap_hit else f"保底 {family.floor}"
            yield Step(f"“{family.label}”{end} 分", reached, reached + back, "limit")
            reached += back
    if reached != evaluation.points_milli:
        low = reached < evaluation.points_milli
        label = f"最低 {model.scale.min} 分" if low else f"最高 {model.scale.max} 分"
        yield Step(label, reached, evaluation.points_milli, "limit")
    yield Step("得分", 0, evaluation.points_milli, "total")


def _verdicts(model: ScoringModel, evaluation: Evaluation) -> Iterator[Verdict]:
    rules = {rule.id: rule for rule in model.rules}
    vetoes = {veto.id for veto in model.vetoes}
    for triggered in evaluation.vetoes:
        verb = "直接判为" if triggered.ceiling in vetoes else "等级不得高于"
        sentence = f"{verb} {triggered.grade} {model.label_of(triggered.grade)}"
        rule = rules[triggered.ceiling]
        yield _verdict(rule, evaluation, triggered.records, grade=triggered.grade, sentence=sentence)
    for lowered in evaluation.downgrades:
        rule, sentence = rules[lowered.downgrade], f"等级下降 {lowered.levels} 级"
        yield _verdict(rule, evaluation, lowered.records, grade="", sentence=sentence)


def _verdict(
    rule: Rule, evaluation: Evaluation, records: tuple[int, ...], *, grade: str, sentence: str
) -> Verdict:
    return Verdict(
        label=rule.label,
        grade=grade,
        sentence=f"{rule.label}，{sentence}",
        clauses=_clauses(rule.basis),
        records=records,
        decides=evaluation.decided_by == rule.id,
    )


def left_out(facts: Iterable[Fact], *, treatment: Treatment, as_of: date) -> tuple[tuple[int, str], ...]:
    """Records on file that were not used, each with the rule by which it was left out."""
    found = ((fact.record_id, why_not(fact, treatment=treatment, as_of=as_of)) for fact in facts)
    return tuple((record, reason) for record, reason in found if reason)
