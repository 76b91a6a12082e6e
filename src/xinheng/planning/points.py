"""The points table: a text file that a person can read, check by hand and sign; its digest shows a changed sign.

Points add up: every ``points_to_double`` of them double the odds that a visit finds something. The file says what was
learnt from, in which time, and which columns were kept out and why.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError, model_validator

from xinheng.core.canonical import digest_of
from xinheng.core.policy_file import PolicyError, read_strict_text
from xinheng.core.refusal import Refusal
from xinheng.planning.features import Feature, Kind
from xinheng.planning.visits import Floats, Ints

FORMAT = 1
TO_DOUBLE = 1000
_AGAIN = "请用 xinheng plan fit 重新生成，不要编辑。"
Decimal = Annotated[StrictStr, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Part):
    """Points, and from how many visits with how many findings they were learnt."""

    points: StrictInt
    visits: StrictInt
    failed: StrictInt


class Step(Cell):
    """Numbers below ``below`` (and not below the step before); the last one has no end."""

    below: Decimal | None


class Row(_Part):
    """One feature. Numbers have ``steps``, words have ``words``; ``otherwise`` is for what is unknown or new."""

    title: StrictStr
    kind: Kind
    column: StrictStr = ""
    half_life: StrictInt = 0
    steps: tuple[Step, ...] = ()
    words: dict[StrictStr, Cell] = {}
    otherwise: Cell

    @model_validator(mode="after")
    def _whole(self) -> "Row":
        edges = [step.below for step in self.steps]
        if self.kind.worded == bool(edges) or (edges and edges[-1] is not None) or None in edges[:-1]:
            raise ValueError("分档不完整")
        if list(self.edges) != sorted(self.edges):
            raise ValueError("分档没有从小到大")
        return self

    @property
    def feature(self) -> Feature:
        return Feature(self.kind, self.column, self.half_life)

    @property
    def edges(self) -> Floats:
        return np.array([float(step.below) for step in self.steps if step.below is not None])

    def places(self, values: Floats | Sequence[str]) -> Ints:
        """Of each value the place of its cell; the last place is ``otherwise``."""
        return places_of(self.edges, list(self.words), self.kind.worded, values)

    def points(self) -> Ints:
        cells: list[Cell] = [*self.steps, *self.words.values(), self.otherwise]
        return np.array([cell.points for cell in cells], dtype=np.int64)


def places_of(edges: Floats, words: Sequence[str], worded: bool, values: Floats | Sequence[str]) -> Ints:
    if worded:
        known = {word: place for place, word in enumerate(words)}
        new = len(words)
        return np.array([known.get(str(value), new) for value in values], dtype=np.int64)
    numbers = np.asarray(values, dtype=np.float64)
    places = np.searchsorted(edges, numbers, side="right")
    places[~np.isfinite(numbers)] = edges.size + 1
    return places.astype(np.int64)


class Learnt(_Part):
    """From what the table was learnt. ``areas``: area under the curve in the windows of the check inside the history."""

    first_day: StrictStr
    last_day: StrictStr
    visits: StrictInt
    entities: StrictInt
    failed: StrictInt
    base_rate: Decimal
    history: StrictStr
    ridge: StrictInt
    areas: tuple[Decimal, ...]


class LeftOut(_Part):
    column: StrictStr
    refused: bool
    reason: StrictStr


class PointsTable(_Part):
    """What ``MODEL.yml`` holds, without its digest."""

    format: Literal[1]
    points_to_double: StrictInt = Field(gt=0)
    intercept: StrictInt
    learnt: Learnt
    left_out: tuple[LeftOut, ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a list of visits must have."""
        return tuple(dict.fromkeys(row.column for row in self.rows if row.column))

    @property
    def base(self) -> float:
        return float(self.learnt.base_rate)

    def chances(self, points: Ints) -> Floats:
        """The probability of a finding that these points stand for."""
        odds = (self.intercept + points) * (math.log(2) / self.points_to_double)
        chance: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        return chance


def written(table: PointsTable) -> str:
    """The file, with its digest at the end."""
    content = table.model_dump(mode="json")
    content["digest"] = digest_of(content)
    head = "# 检查风险积分表：每项特征按所在的档得分，相加即为总分；分数越高，越应先查。由 xinheng plan fit 生成，请勿编辑。\n"
    return head + yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=160)


class _Dumper(yaml.SafeDumper):
    """Texts always quoted, so that no reader takes a word for a number; a cell on one line."""

    def represent_text(self, text: str) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"')

    def represent_table(self, table: Mapping[str, Any]) -> Any:
        flow = "points" in table and "title" not in table
        pairs = [(self._key(key), self.represent_data(value)) for key, value in table.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)

    def _key(self, key: str) -> Any:
        plain = key in _PLAIN
        return self.represent_scalar("tag:yaml.org,2002:str", key, style=None if plain else '"')


_PLAIN = frozenset(
    {
        *PointsTable.model_fields,
        *Learnt.model_fields,
        *LeftOut.model_fields,
        *Row.model_fields,
        *Step.model_fields,
        "digest",
    }
)
_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(dict, _Dumper.represent_table)


def read(text: str, *, name: str) -> PointsTable:
    """The table of a file. Raises Refusal PLN10 for what is no points table and PLN11 where a sign was changed."""
    try:
        content = read_strict_text(text, file=name)
    except PolicyError as error:
        raise _unusable(name, "不是可以读的 YAML") from error
    if not isinstance(content, dict) or "digest" not in content or "rows" not in content:
        raise _unusable(name, "不是 xinheng plan fit 生成的模型")
    digest = content.pop("digest")
    if content.get("format") != FORMAT:
        raise _unusable(name, f"格式不是 {FORMAT}")
    try:
        agrees = digest == digest_of(content)
        table = PointsTable.model_validate(content) if agrees else None
    except (TypeError, ValueError, ValidationError) as error:
        raise _unusable(name, "内容不完整或不合格式") from error
    if table is None:
        raise Refusal("PLN11", f"{name} 在生成之后被改动过，摘要不符。", advice=_AGAIN)
    return table


def _unusable(name: str, cause: str) -> Refusal:
    return Refusal("PLN10", f"{name}：{cause}。", advice=_AGAIN)
