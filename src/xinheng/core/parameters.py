"""A figure of law as data: value, unit, first day in force, document and clause, day last checked.

Each level (nation, province, city) has its own dated lines; the lowest level with a line in force
governs. A figure nobody knows is ``null``: it is shown as 待确认 and blocks automatic adverse effects, and
one province's figures never fill another's gap (G15).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt

from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Citation, Rank, Source, citation_causes


class Level(StrEnum):
    NATION = "national"
    PROVINCE = "province"
    CITY = "city"

    @property
    def label(self) -> str:
        return {"national": "国家", "province": "省", "city": "市（区）"}[self.value]


class Unit(StrEnum):
    WORKDAY = "workday"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    POINT = "point"
    PER_MILLE = "per_mille"
    COUNT = "count"
    YUAN = "yuan"
    MIB = "mib"
    MEGAPIXEL = "megapixel"

    @property
    def label(self) -> str:
        return _UNITS[self]


_UNITS = {
    Unit.WORKDAY: "个工作日",
    Unit.DAY: "日",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
    Unit.POINT: "分",
    Unit.PER_MILLE: "%",
    Unit.COUNT: "次（个）",
    Unit.YUAN: "元",
    Unit.MIB: " MiB",
    Unit.MEGAPIXEL: " 百万像素",
}


def percentage(per_mille: int) -> str:
    """A ratio in thousandths as people read it, with one decimal: 15 → 1.5%, 30 → 3.0%."""
    return f"{per_mille // 10}.{per_mille % 10}%"


def figure(value: int, unit: Unit) -> str:
    """A number of policy with its unit."""
    return percentage(value) if unit is Unit.PER_MILLE else f"{value}{unit.label}"


class Bound(StrEnum):
    """What a lower level may do with a figure that a higher level has set."""

    NOT_ABOVE = "not_above"
    NOT_BELOW = "not_below"
    FIXED = "fixed"
    OPEN = "open"


class Line(Citation):
    """The figure from one day on; ``None`` is 待确认."""

    value: Annotated[StrictInt, Field(ge=0)] | None
    note: str = ""


class ParameterOverlay(PolicyModel):
    """Lines of a province or city for a parameter the nation defines."""

    values: dict[date, Line] = Field(min_length=1)
    checked_on: date


class Parameter(PolicyModel):
    """Definition with the nation's lines. ``unless``: ranks that may go beyond the bound at lower levels."""

    title: str
    unit: Unit
    bound: Bound
    unless: tuple[Rank, ...] = ()
    values: dict[date, Line] = {}
    checked_on: date


class Status(StrEnum):
    """KNOWN has a value, UNCONFIRMED is null in the policy, NO_RULE has no line in force that day."""

    KNOWN = "known"
    UNCONFIRMED = "unconfirmed"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Reading:
    """A parameter as it stands on one day."""

    key: str
    title: str
    unit: Unit
    value: int | None
    status: Status
    since: date | None = None
    level: Level | None = None
    source: str = ""
    clause: str = ""
    citation: str = ""
    verified: bool = False
    checked_on: date | None = None
    note: str = ""

    def __str__(self) -> str:
        if self.status is Status.KNOWN:
            return figure(self.required(), self.unit)
        return "待确认" if self.status is Status.UNCONFIRMED else "没有规定"

    def required(self) -> int:
        """The value; an unknown one refuses, because nothing adverse may rest on it (G15)."""
        if self.value is None:
            raise Refusal(
                "POLICY-UNCONFIRMED",
                f"“{self.title}”{self}，系统不能据此自动作出不利处理",
                citation=self.citation,
                advice="请法制机构核对文件原文，在 policy 中补上数值和条款后再办理",
            )
        return self.value


@dataclass(frozen=True, slots=True)
class LayerLines:
    """The lines of one level."""

    level: Level
    values: Mapping[date, Line]
    checked_on: date

    def on(self, day: date) -> tuple[date, Line] | None:
        start = max((start for start in self.values if start <= day), default=None)
        return None if start is None else (start, self.values[start])


@dataclass(frozen=True, slots=True)
class Series:
    """One parameter with the lines of all levels, nation first."""

    key: str
    definition: Parameter
    layers: tuple[LayerLines, ...]
    names: Mapping[str, str]

    def on(self, day: date) -> Reading:
        title, unit = self.definition.title, self.definition.unit
        for layer in reversed(self.layers):
            found = layer.on(day)
            if found is None:
                continue
            since, line = found
            known = Status.KNOWN if line.value is not None else Status.UNCONFIRMED
            name = self.names[line.source]
            return Reading(
                key=self.key, title=title, unit=unit, value=line.value, status=known, since=since,
                level=layer.level, source=line.source, clause=line.clause, citation=name + _place(line.clause),
                verified=line.verified, checked_on=layer.checked_on, note=line.note,
            )  # fmt: skip
        return Reading(key=self.key, title=title, unit=unit, value=None, status=Status.NO_RULE)


def _place(clause: str) -> str:
    return f"第{clause}项" if clause.isascii() and clause.isdigit() else clause


def line_causes(
    values: Mapping[date, Line], *, sources: Mapping[str, Source], area: tuple[str, ...]
) -> list[tuple[str, str]]:
    """(day, cause) for lines whose source does not carry them, or outlived its source."""
    causes = [
        (str(day), cause)
        for day, line in values.items()
        for cause in citation_causes(line, sources=sources, area=area, on=day)
    ]
    days = sorted(values)
    for day, until in zip(days, [*days[1:], None], strict=False):
        source = sources.get(values[day].source)
        ended = source.repealed_on if source else None
        if source and ended and day < ended and (until is None or until > ended):
            causes.append((str(day), f"{source.cite()}于{ended}废止，须从该日起另写一行"))
    return causes


def overlay_causes(
    above: Series, overlay: ParameterOverlay, *, sources: Mapping[str, Source]
) -> list[tuple[str, str]]:
    """(day, cause) where a lower level goes further than its source allows, on every day a value changes."""
    definition = above.definition
    if definition.bound is Bound.FIXED:
        return [("values", "上级规定不得由下级另行规定")]
    own = LayerLines(Level.CITY, overlay.values, overlay.checked_on)
    days = {*own.values, *(day for layer in above.layers for day in layer.values)}
    causes: dict[str, str] = {}
    for day in sorted(days):
        found, higher = own.on(day), above.on(day)
        if found is None or higher.status is not Status.KNOWN:
            continue
        cause = _beyond(found[1], higher, definition=definition, sources=sources)
        if cause:
            causes.setdefault(str(found[0]), cause)
    return list(causes.items())


def _beyond(
    line: Line, higher: Reading, *, definition: Parameter, sources: Mapping[str, Source]
) -> str | None:
    if line.value is None:
        return f"上级规定为{higher}，下级不能改为待确认"
    limit = higher.required()
    longer = definition.bound is Bound.NOT_ABOVE and line.value > limit
    shorter = definition.bound is Bound.NOT_BELOW and line.value < limit
    source = sources.get(line.source)
    if not (longer or shorter) or source is None or source.rank in definition.unless:
        return None
    verb = "高于" if longer else "低于"
    return (
        f"{figure(line.value, definition.unit)}{verb}上级规定的{higher}（{higher.citation}），"
        f"{source.cite()}（{source.rank.label}）无权作此规定"
    )
