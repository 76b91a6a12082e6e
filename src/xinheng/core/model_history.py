"""What changed from one version of a model to the next, in words, and when a model is due to be run again.

A second person approves what he can read: every part that came, went or was altered is named with both values.
Results are made at least once a cycle (汴政办〔2020〕46号第13项; the cycle is the model's or the city's).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinheng.core.days import add_months
from xinheng.core.model_draft import LISTS
from xinheng.core.models import ScoringModel

WORDS = {
    "title": "名称",
    "kind": "类型",
    "use": "用途",
    "owner": "主管领域",
    "note": "说明",
    "cycle_months": "评价周期（月）",
    "population": "评价对象",
    "kinds": "主体类型",
    "sectors": "行业领域",
    "sole_traders": "个体工商户",
    "scale": "分制",
    "max": "满分",
    "min": "最低分",
    "start": "起评分",
    "bands": "分档",
    "evidence": "评价所需信息",
    "items": "目录事项",
    "label": "名称",
    "effect": "方向",
    "cap": "封顶分",
    "floor": "保底分",
    "family": "指标类",
    "facts": "计入的记录",
    "seriousness": "失信程度",
    "results": "结果",
    "not_results": "不计的结果",
    "amount_from_yuan": "金额起（元）",
    "amount_below_yuan": "金额止（元）",
    "headcount_from": "人数起",
    "headcount_below": "人数止",
    "grades_of": "引用的模型",
    "grades": "引用的等级",
    "window_days": "评价窗口（天）",
    "skip_days": "最近不计（天）",
    "calendar_years": "自然年",
    "measure": "计算方式",
    "of": "按什么数",
    "per": "按年计",
    "year_cap": "每年封顶",
    "points": "分值",
    "by_amount": "按金额",
    "by_headcount": "按人数",
    "by_result": "按结果",
    "decay": "衰减",
    "basis": "依据",
    "national_rule": "国家规定",
    "grade": "等级",
    "levels": "降几级",
    "figures": "分值来源",
}
"""Names of the fields of a model."""

_SILENT = frozenset({"id", "version"})
_NESTED = {
    "start": "起点",
    "source": "文件",
    "clause": "条款",
    "verified": "已核对",
    "table": "表",
    "from_day": "第",
    "per_mille": "天起千分之",
    "half_life_days": "半衰期（天）",
    "result": "结果",
    "window_days": "天数",
}
"""Names inside a value, where a word means something else than at the top."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One altered value. ``part``: where, in words; ``was`` or ``becomes`` is empty for what came or went."""

    part: str
    field: str
    was: str
    becomes: str


def differences(old: ScoringModel, new: ScoringModel) -> tuple[Difference, ...]:
    """In the order of the file; parts of lists are told apart by their key."""
    before, after = (model.model_dump(mode="json", exclude_defaults=True) for model in (old, new))
    return tuple(_between("", before, after))


def _between(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        was, becomes = before.get(key), after.get(key)
        if key in _SILENT or was == becomes:
            continue
        if key in LISTS:
            yield from _listed(LISTS[key], was or (), becomes or ())
        elif (
            isinstance(was, Mapping)
            and isinstance(becomes, Mapping)
            and key in ("population", "scale", "evidence")
        ):
            yield from _between(WORDS[key], was, becomes)
        else:
            yield Difference(part or "模型", WORDS.get(key, key), written(was), written(becomes))


def _listed(
    name: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    old, new = ({each["id"]: each for each in parts} for parts in (before, after))
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            yield Difference(f"{name}“{old[key]['label']}”", "", "有", "取消")
        elif key not in old:
            yield Difference(f"{name}“{new[key]['label']}”", "", "", "新增")
        else:
            yield from _between(f"{name}“{new[key]['label']}”", old[key], new[key])
    if list(old) != list(new) and sorted(old) == sorted(new):
        yield Difference(name, "先后", "、".join(old), "、".join(new))


def written(value: Any) -> str:
    """A value of a model file in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        named = (
            f"{_NESTED.get(key) or WORDS.get(key, key)} {text}"
            for key, each in value.items()
            if (text := written(each))
        )
        return " ".join(named)
    if isinstance(value, list | tuple):
        mark = "；" if any(isinstance(each, Mapping) for each in value) else "、"
        return mark.join(written(each) for each in value)
    return str(value)


def due_on(*, last_as_of: date | None, in_force_on: date, months: int) -> date:
    """The day by which a model is to be run: a cycle after its last run, or at once where it never was."""
    return in_force_on if last_as_of is None else add_months(last_as_of, months)
