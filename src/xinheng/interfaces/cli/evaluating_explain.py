"""`xinheng explain`: why one subject of a snapshot has its points and grade, what would change them, and from when."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xinheng.core.counterfactual import Way, ways_up
from xinheng.core.evaluation import Evaluation, Fact, evaluate
from xinheng.core.explanation import Explanation, Line, left_out, points_text
from xinheng.core.explanation import explain as explained
from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.what_if import Supposition, WhatIf, what_if
from xinheng.interfaces.cli.evaluating_words import padded
from xinheng.interfaces.cli.models_open import (
    AsOf,
    City,
    Place,
    Province,
    Root,
    SnapshotFolder,
    day_of,
    open_model,
    open_place,
    repair_day,
)

if TYPE_CHECKING:
    from xinheng.scoring.exchange import Folder

FORMAT = 1
_SUPPOSED = {
    "repaired": Supposition.REPAIRED,
    "修复": Supposition.REPAIRED,
    "withdrawn": Supposition.WITHDRAWN,
    "撤回": Supposition.WITHDRAWN,
    "paid": Supposition.PAID,
    "缴清": Supposition.PAID,
}
_SUPPOSITION = re.compile(r"(?:记录)?\s*(\d{1,18})\s*[=＝:：]?\s*(\S+)")


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is said of one subject."""

    model: ScoringModel
    place: Place
    subject_id: int
    code: str | None
    day: date
    facts: tuple[Fact, ...]
    evaluation: Evaluation
    explanation: Explanation
    unused: tuple[tuple[int, str], ...]
    ways: tuple[Way, ...]
    supposed: WhatIf | None


def explain(
    model: Annotated[str, typer.Option("--model", help="模型标识（如 general/trial）或模型文件")],
    as_of: AsOf,
    snapshot: SnapshotFolder,
    subject: Annotated[str, typer.Option("--subject", help="统一社会信用代码，或快照中的主体编号")],
    suppose: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="假如某条记录已修复、撤回或缴清，如 123=修复；可写多次"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    city: City = None,
    province: Province = None,
    policy: Root = None,
) -> None:
    """说明快照中一户的得分和等级：每项指标的数值、分数、封顶、记录和条款，以及怎样到达更高等级。"""
    from xinheng.scoring.exchange import look

    day = day_of(as_of)
    supposed = _suppositions(suppose or [])
    place = open_place(city=city, province=province, root=policy)
    told = _tell(
        open_model(model, place=place, on=day),
        look(snapshot),
        place=place,
        day=day,
        wanted=subject,
        supposed=supposed,
    )
    print(json.dumps(_plain(told), ensure_ascii=False, indent=1) if as_json else "\n".join(_lines(told)))


def _suppositions(texts: list[str]) -> dict[int, Supposition]:
    found: dict[int, Supposition] = {}
    for text in texts:
        parsed = _SUPPOSITION.fullmatch(text.strip())
        supposed = _SUPPOSED.get(parsed[2].lower()) if parsed else None
        if parsed is None or supposed is None:
            raise Refusal(
                "EXPLAIN-WHAT-IF",
                f"看不懂假设“{text}”",
                advice="写作 --what-if 123=修复；可用的词：修复、撤回、缴清",
            )
        if found.setdefault(int(parsed[1]), supposed) is not supposed:
            raise Refusal("EXPLAIN-WHAT-IF", f"记录 {parsed[1]} 有两个不同的假设", advice="请只留一个")
    return found


def _tell(
    model: ScoringModel,
    folder: "Folder",
    *,
    place: Place,
    day: date,
    wanted: str,
    supposed: Mapping[int, Supposition],
) -> _Told:
    from xinheng.scoring.exchange import subject_of
    from xinheng.scoring.exchange_facts import facts_checked, person_of

    subject_id = subject_of(folder, wanted)
    if subject_id is None:
        raise Refusal(
            "EXPLAIN-SUBJECT",
            f"{folder.subjects.name} 中没有“{wanted}”",
            advice="请写统一社会信用代码（快照有 code 栏时）或主体编号",
        )
    person = person_of(folder, subject_id)
    if not model.covers(kind=person.kind, sector=person.sector):
        raise Refusal(
            "EXPLAIN-COVERS",
            f"“{model.title}”不评价这一主体（类型 {person.kind}，行业 {person.sector or '未填'}）",
            advice="请换一个模型",
        )
    facts = facts_checked(folder, subject_id=subject_id)
    treatment = place.treatment(day)
    evaluation = evaluate(model, facts, as_of=day, treatment=treatment)
    return _Told(
        model=model,
        place=place,
        subject_id=subject_id,
        code=person.code,
        day=day,
        facts=facts,
        evaluation=evaluation,
        explanation=explained(model, evaluation),
        unused=left_out(facts, treatment=treatment, as_of=day),
        ways=ways_up(
            model,
            facts,
            as_of=day,
            treatment=treatment,
            repair_from=repair_day(place.policy, sector=person.sector),
        ),
        supposed=what_if(model, facts, supposed, as_of=day, treatment=treatment) if supposed else None,
    )


def _lines(told: _Told) -> Iterator[str]:
    model = told.model
    yield f"{model.title}（{model.id} 第 {model.version} 版）"
    number = f"{told.code}（编号 {told.subject_id}）" if told.code else f"编号 {told.subject_id}"
    yield f"主体 {number}，评价日 {told.day}，按{told.place.name}的规则"
    yield told.explanation.summary
    yield from ("", "得分过程")
    for step in told.explanation.steps:
        moved = step.to_milli - step.from_milli
        change = "" if step.kind in ("start", "total") else f"{'+' if moved > 0 else ''}{points_text(moved)}"
        yield f"  {padded(step.label, 40)}{change:>10}{points_text(step.to_milli):>10}"
    name = _namer(told)
    yield from ("", "指标")
    silent = [line for line in told.explanation.lines if not line.records and not line.points_milli]
    for line in told.explanation.lines:
        if line not in silent:
            yield from _indicator(line, told, name)
    if silent:
        yield f"  没有相关记录：{'、'.join(line.label for line in silent)}"
    if told.explanation.verdicts:
        yield from ("", "否决、限制和降档")
        for verdict in told.explanation.verdicts:
            mark = "（决定了等级）" if verdict.decides else ""
            yield f"  {verdict.sentence}{mark}"
            yield from (f"    {name(record)}" for record in verdict.records)
            yield from (f"    依据：{clause}" for clause in _clauses(told, verdict.clauses))
    if told.unused:
        yield from ("", "没有参与评价的记录")
        yield from (f"  {name(record)}：{reason}" for record, reason in told.unused)
    yield from ("", "怎样到达更高等级")
    for way in told.ways:
        yield f"  {way.on}（{way.kind.label}）：{way.sentence}"
    if not told.ways:
        yield "  按现有记录和已知的期限，没有可以推算的途径。"
    if told.supposed:
        yield from _supposed_lines(told, told.supposed)


def _indicator(line: Line, told: _Told, name: Callable[[int], str]) -> Iterator[str]:
    ends = f"封顶 {points_text(line.cap_milli)} 分"
    hit = f"，已{ends}（未封顶 {points_text(line.uncapped_milli)} 分）" if line.cap_hit else f"，{ends}"
    if line.floor_hit:
        hit += f"，保底 {points_text(line.floor_milli)} 分"
    yield f"  {line.label}：{points_text(line.points_milli)} 分（{line.family}，{line.effect}{hit}）；{line.value}"
    for slot in line.slots:
        yield f"    {slot.label}：{slot.sentence}"
    for record, share in line.records:
        yield f"    {name(record)}" + (f"，{points_text(share)} 分" if share else "")
    yield from (f"    依据：{clause}" for clause in _clauses(told, line.clauses))


def _supposed_lines(told: _Told, supposed: WhatIf) -> Iterator[str]:
    model = told.model
    labels = {indicator.id: indicator.label for indicator in model.indicators}
    yield from ("", "假如（只是推算，不是决定或承诺）")
    before, after = supposed.before, supposed.after
    yield f"  得分 {points_text(before.points_milli)} → {points_text(after.points_milli)}"
    yield f"  等级 {_grade(model, before)} → {_grade(model, after)}"
    for moved in supposed.moved:
        yield (
            f"  {labels[moved.indicator]}：{points_text(moved.before_milli)} → {points_text(moved.after_milli)} 分"
        )


def _grade(model: ScoringModel, evaluation: Evaluation) -> str:
    grade = evaluation.grade
    return "暂不评级" if grade is None else f"{grade} {model.label_of(grade)}"


def _namer(told: _Told) -> Callable[[int], str]:
    """A record by number, day and catalogue item."""
    catalogue = {item.number: item.title for item in told.place.policy.catalogue.items.values()}
    facts = {fact.record_id: fact for fact in told.facts}

    def name(record: int) -> str:
        fact = facts[record]
        return f"记录 {record}（{fact.decided_on}，{catalogue.get(fact.item, fact.item)}）"

    return name


def _clauses(told: _Told, clauses: tuple[Any, ...]) -> Iterator[str]:
    sources = told.place.policy.sources
    for clause in clauses:
        source = sources.get(clause.source)
        checked = "已与原文核对" if clause.verified else "未与原文核对"
        yield f"{source.cite(clause.clause) if source else clause.source + clause.clause}（{checked}）"


def _plain(told: _Told) -> dict[str, Any]:
    """The same as JSON; points in thousandths."""
    evaluation = told.evaluation
    content: dict[str, Any] = {
        "format": FORMAT,
        "model": {"id": told.model.id, "version": told.model.version, "digest": told.model.digest},
        "place": told.place.code,
        "as_of": told.day,
        "subject_id": told.subject_id,
        "code": told.code,
        "points_milli": evaluation.points_milli,
        "grade": evaluation.grade,
        "decided_by": evaluation.decided_by,
        **asdict(told.explanation),
        "not_used": [{"record": record, "reason": reason} for record, reason in told.unused],
        "ways": [asdict(way) for way in told.ways],
    }
    if told.supposed:
        after = told.supposed.after
        content["what_if"] = {
            "points_milli": after.points_milli,
            "grade": after.grade,
            "decided_by": after.decided_by,
            "moved": [asdict(moved) for moved in told.supposed.moved],
        }
    return dict(_jsonable(content))


def _jsonable(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return value
