"""The policy of supervision of a field as it is being written: what keeps it from being published, and what changed.

Who is supervised, by which standard graded, how often, and which measures follow each grade is written down and fixed
(汴政办〔2020〕46号第13项; 宛政办〔2020〕17号四（四）). A field may not go beyond the city's own: no higher ceiling, no further reason to
pass it (legal guard G7).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinheng.core.grading import Band, Dated, GradingPolicy, overlay_causes
from xinheng.core.parameters import Line, Unit, percentage
from xinheng.core.policy import Policy
from xinheng.core.policy_checks import citations_in, names_nowhere
from xinheng.core.policy_file import PolicyError, parse
from xinheng.core.sources import Citation, citation_causes

Tree = Mapping[str, Any]
"""A policy of supervision as it is being written, sound or not."""
GENERAL = "general"
"""The key under which the city's own policy is published; all others are keys of fields."""
HEAD = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What keeps a policy from being published. ``band`` is its key, empty for the policy as a whole."""

    band: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version says otherwise than another; ``place`` is a band or the policy as a whole."""

    kind: str
    place: str
    what: str
    was: str
    becomes: str


def key_of(sector: str | None) -> str:
    return sector or GENERAL


def parse_grading(tree: Tree) -> GradingPolicy:
    """Raises PolicyError with every mistake in it."""
    return parse(GradingPolicy, tree, file="分级分类政策")


def next_tree(base: GradingPolicy, *, sector: str | None, title: str) -> dict[str, Any]:
    """The draft of the next version: what holds for the field now, under its own name."""
    tree = base.model_dump(mode="json")
    if base.sector != sector:
        tree |= {"id": f"{base.id}-{str(sector).replace('_', '-')}", "title": title, "sector": sector}
        tree |= {"fields": [], "scope": "", "standard": "", "cycle_months": None}
    return tree


def findings(tree: Tree, policy: Policy, *, longest_cycle: int | None, on: date) -> tuple[Finding, ...]:
    """Everything that speaks against a policy on the day from which it is to hold. ``longest_cycle``: months after which a
    grade is too old to steer anything."""
    try:
        grading = parse_grading(tree)
    except PolicyError as error:
        return tuple(_unsound(tree, cause) for cause in error.causes)
    return tuple(_against(grading, policy, longest_cycle=longest_cycle, on=on))


def _unsound(tree: Tree, cause: str) -> Finding:
    _, _, rest = cause.partition("：")
    place, _, why = rest.partition("：")
    parts = place.split(".")
    bands = tree.get("bands") or []
    if parts[0] == "bands" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(bands):
        what = _BAND.get(parts[2], parts[2]) if len(parts) > 2 else ""
        return Finding(str(bands[int(parts[1])].get("key") or ""), f"{what}：{why}" if what else why)
    what = _HEAD.get(parts[0], "")
    return Finding(HEAD, f"{what}：{why}" if what else why or rest)


def _against(
    grading: GradingPolicy, policy: Policy, *, longest_cycle: int | None, on: date
) -> Iterator[Finding]:
    for name in ("title", "scope", "standard"):
        if not getattr(grading, name).strip():
            yield Finding(HEAD, f"还没有写{_HEAD[name]}")
    if grading.cycle_months is None:
        yield Finding(HEAD, "还没有写评价周期")
    elif longest_cycle is not None and grading.cycle_months > longest_cycle:
        yield Finding(
            HEAD, f"评价周期{grading.cycle_months}个月，超过{longest_cycle}个月的结果不能再用于安排检查"
        )
    for _, cause in names_nowhere(policy, grading):
        yield Finding(HEAD, cause)
    if grading.sector is not None:
        for cause in overlay_causes(upper=policy.grading, lower=grading):
            yield Finding(HEAD, cause.partition("：")[2])
    yield from _grounds(grading, policy, on=on)


def _grounds(grading: GradingPolicy, policy: Policy, *, on: date) -> Iterator[Finding]:
    bands = {f"bands.{place}": band.key for place, band in enumerate(grading.bands)}
    for place, citation in citations_in(grading, "policy"):
        parts = place.split(".")
        band = bands.get(".".join(parts[1:3]), HEAD)
        for cause in citation_causes(citation, sources=policy.sources, area=policy.city.area, on=on):
            yield Finding(band, cause)


def differences(
    old: GradingPolicy, new: GradingPolicy, policy: Policy, *, on: date
) -> tuple[Difference, ...]:
    """What the new one says otherwise on a day, the policy as a whole first."""
    words = _Words(policy, on)
    found = [
        Difference("修改", "政策", label, was, becomes)
        for name, label in _HEAD.items()
        if (was := words.head(old, name)) != (becomes := words.head(new, name))
    ]
    before, after = ({band.key: band for band in one.bands} for one in (old, new))
    for key in dict.fromkeys([*before, *after]):
        found += _of_band(before.get(key), after.get(key), words)
    return tuple(found)


def _of_band(old: Band | None, new: Band | None, words: "_Words") -> Iterator[Difference]:
    if old is None or new is None:
        assert old or new
        one = new or old
        assert one is not None
        told = "；".join(f"{label} {words.band(one, name)}" for name, label in _BAND.items())
        yield Difference("新增" if new else "删除", one.name, "", "" if new else told, told if new else "")
        return
    for name, label in _BAND.items():
        was, becomes = words.band(old, name), words.band(new, name)
        if was != becomes:
            yield Difference("修改", new.name, label, was, becomes)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a policy says, as people read it on a day."""

    policy: Policy
    on: date

    def head(self, grading: GradingPolicy, name: str) -> str:
        value = getattr(grading, name)
        if name == "ceiling":
            return self._figure(value, Unit.COUNT)
        if name == "cycle_months":
            return f"{value}个月" if value else ""
        if name == "watch":
            return f"{value.items}（{self._cited(value.basis)}）" if value else ""
        if name == "eased_by":
            return "、".join(self._measure(key) for key in value)
        return self._cited(value) if name == "basis" else str(value)

    def band(self, band: Band, name: str) -> str:
        value = getattr(band, name)
        if isinstance(value, Dated):
            return self._figure(value, Unit.COUNT if name == "visits_per_year" else Unit.PER_MILLE)
        if name == "exempt":
            return "免于日常抽查" if value else "不免"
        if name == "depth":
            return f"查到{value.label}" if value else "全部"
        if name == "grades":
            return "、".join(value) or "未评价"
        return self._cited(value) if name == "basis" else str(value or "")

    def _figure(self, dated: Dated, unit: Unit) -> str:
        line = dated.on(self.on) or dated.values[min(dated.values)]
        value = (
            "待确认"
            if line.value is None
            else percentage(line.value)
            if unit is Unit.PER_MILLE
            else f"{line.value}次"
        )
        return f"{value}（{self._cited((line,))}）"

    def _cited(self, basis: tuple[Citation | Line, ...]) -> str:
        sources = self.policy.sources
        return "；".join(
            (sources[one.source].cite(one.clause) if one.source in sources else one.source)
            + ("" if one.verified else "，待核")
            for one in basis
        )

    def _measure(self, key: str) -> str:
        measure = self.policy.measures.measures.get(key)
        return measure.title if measure else key


_HEAD = {
    "title": "名称",
    "scope": "适用对象",
    "standard": "分级标准",
    "cycle_months": "评价周期",
    "ceiling": "年度频次上限",
    "eased_by": "降低比例的激励措施",
    "watch": "重点关注对象的检查内容",
    "basis": "依据",
}
_BAND = {
    "name": "名称",
    "grades": "等级",
    "ratio": "抽查比例",
    "eased": "守信激励对象的比例",
    "visits_per_year": "年度频次",
    "depth": "检查内容",
    "items": "检查内容的说明",
    "exempt": "免于日常抽查",
    "waivers": "免查和替代",
    "basis": "依据",
}
