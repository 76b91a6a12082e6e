"""What a scoring model may say: starting points, indicators, caps and floors, vetoes, downgrades and grade bands.

How disputed, repaired or not-final records weigh is not the author's to say: that is core.treatment. Whether a
model may be used is core.model_check. One scale for the whole city (汴政办〔2020〕46号第11项).
"""

from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictInt, model_validator

from xinheng.core.canonical import digest_of
from xinheng.core.indicators import (
    CLASSES,
    FEN,
    MILLI,
    ClassWord,
    Days,
    Decay,
    DecayStep,
    Effect,
    Facts,
    Family,
    Indicator,
    Item,
    Key,
    Letter,
    Measure,
    ModelId,
    Points,
    ResultPoints,
    Step,
    Text,
    Window,
    grade_word,
    milli,
    unused,
)
from xinheng.core.policy_file import PolicyModel, parse, read_strict
from xinheng.core.sources import Citation

__all__ = [
    "CLASSES",
    "FEN",
    "GRADES",
    "MILLI",
    "Band",
    "Ceiling",
    "ClassWord",
    "Decay",
    "DecayStep",
    "Downgrade",
    "Effect",
    "Evidence",
    "Facts",
    "Family",
    "Indicator",
    "Measure",
    "ModelKind",
    "Points",
    "Population",
    "ResultPoints",
    "Rule",
    "Scale",
    "ScoringModel",
    "SoleTraderRule",
    "StartSwitch",
    "Step",
    "SubjectKind",
    "Use",
    "Window",
    "grade_word",
    "kind_label",
    "milli",
    "model_schema",
    "parse_model",
    "read_model",
]

GRADES = {"A": "优秀", "B": "良好", "C": "中等", "D": "较差", "E": "差"}
"""Grades of a scoring model, best first (汴政办〔2020〕46号第11项)."""


class ModelKind(StrEnum):
    """A sector model grades, a general one is run on trial only (G4), a warning model has classes of its own."""

    SECTOR = "sector"
    GENERAL = "general"
    WARNING = "warning"

    @property
    def label(self) -> str:
        return {"sector": "行业信用评价", "general": "综合信用评价", "warning": "风险预警"}[self.value]


class Use(StrEnum):
    """Whether results may be given out by the body that owns the model, or only be tried."""

    TRIAL = "trial"
    PUBLISHABLE = "publishable"

    @property
    def label(self) -> str:
        return {"trial": "试算", "publishable": "可发布"}[self.value]


class SubjectKind(StrEnum):
    """Kinds of subject a model can cover. There is none for natural persons."""

    ENTERPRISE = "enterprise"
    BRANCH = "branch"
    SOLE_TRADER = "sole_trader"
    COOPERATIVE = "cooperative"
    SOCIAL_ORGANISATION = "social_organisation"
    PUBLIC_INSTITUTION = "public_institution"
    GOVERNMENT = "government"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "enterprise": "企业",
            "branch": "分支机构",
            "sole_trader": "个体工商户",
            "cooperative": "农民专业合作社",
            "social_organisation": "社会组织",
            "public_institution": "事业单位",
            "government": "机关",
            "other": "其他",
        }[self.value]


def kind_label(value: str) -> str:
    """The words for a kind as it stands in a row; the value itself where it is no kind."""
    return next((kind.label for kind in SubjectKind if kind.value == value), value)


class Rule(Window):
    """Facts to which something is tied besides points. Without a window they count however old they are."""

    id: Key
    label: Text
    facts: Facts
    basis: tuple[Citation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _facts_are_chosen(self) -> Self:
        if not self.facts.items:
            raise ValueError("须写明用哪些目录事项（facts.items）")
        return self


class Ceiling(Rule):
    """A fact that fixes how good a grade may be. Of several the strictest holds; points stay as they are."""

    grade: Letter


class Downgrade(Rule):
    """A fact that lowers the grade by some bands, once however many there are; points stay as they are."""

    levels: Annotated[StrictInt, Field(ge=1, le=3)]


class StartSwitch(Rule):
    """Other starting points for subjects with such a fact; the first whose facts are there holds."""

    points: Points


class Band(PolicyModel):
    """A grade is given from ``start`` points on, up to the next band."""

    grade: Letter
    label: Text
    start: Points


class Scale(PolicyModel):
    """Starting points, least and greatest points and bands, best grade first."""

    max: Points
    min: Points = Field(default=Decimal(0), exclude_if=unused)
    start: Points
    bands: tuple[Band, ...] = Field(min_length=2, max_length=26)

    @model_validator(mode="after")
    def _bands_cover_the_scale(self) -> Self:
        grades = [band.grade for band in self.bands]
        starts = [band.start for band in self.bands]
        if len(set(grades)) != len(grades):
            raise ValueError("等级重复")
        if min(starts) != 0 or len(set(starts)) != len(starts):
            raise ValueError("等级区间必须从 0 分起覆盖全部分数，且起点互不相同")
        if starts not in (sorted(starts), sorted(starts, reverse=True)):
            raise ValueError("等级必须由优到劣排列，起点逐级下降（预警模型可逐级上升）")
        if self.start > self.max or max(starts) > self.max:
            raise ValueError("起评分和等级起点不得高于满分")
        if self.start < self.min:
            raise ValueError("起评分不得低于最低分 min")
        return self

    @property
    def rises(self) -> bool:
        """Whether more points are better; in a warning model they may be worse."""
        return self.bands[0].start > self.bands[-1].start


class Evidence(PolicyModel):
    """What must be on file before a subject is graded at all; without it the result is 信息不足, not a low grade."""

    items: tuple[Item, ...] = ()
    window_days: Days


class SoleTraderRule(PolicyModel):
    """The sector rule that covers 个体工商户, for inspection frequency only, and the assessment on file (G1)."""

    basis: Citation
    use: Literal["inspection"]
    impact_assessment: Text


class Population(PolicyModel):
    """Whom the model grades. Without ``sectors`` subjects of every sector."""

    kinds: tuple[SubjectKind, ...] = Field(min_length=1)
    sectors: tuple[Key, ...] = ()
    sole_traders: SoleTraderRule | None = None


class ScoringModel(PolicyModel):
    """A model as published. Indicators keep their order: contributions are stored in it.

    ``cycle_months``: results are made anew at least so often; without it the city's rule holds alone.
    """

    id: ModelId
    version: Annotated[StrictInt, Field(ge=1)]
    title: Text
    kind: ModelKind
    use: Use
    owner: Key
    note: str = ""
    cycle_months: Annotated[StrictInt, Field(ge=1, le=60)] | None = Field(
        default=None, exclude_if=lambda value: value is None
    )
    population: Population
    scale: Scale
    evidence: Evidence
    families: tuple[Family, ...] = Field(min_length=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1, max_length=200)
    vetoes: tuple[Ceiling, ...] = ()
    limits: tuple[Ceiling, ...] = ()
    starts: tuple[StartSwitch, ...] = Field(default=(), exclude_if=unused)
    downgrades: tuple[Downgrade, ...] = Field(default=(), exclude_if=unused)
    basis: tuple[Citation, ...] = Field(min_length=1)
    figures: Citation

    @cached_property
    def digest(self) -> str:
        """Over the whole content, decay tables included."""
        return digest_of(self.model_dump(mode="json"))

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """Vetoes, then limits, as the deciding one is looked for."""
        return self.vetoes + self.limits

    @property
    def trial(self) -> bool:
        return self.use is Use.TRIAL

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Whatever is tied to facts besides the indicators."""
        return (*self.starts, *self.vetoes, *self.limits, *self.downgrades)

    @property
    def burden(self) -> Effect:
        """The effect that makes a result worse."""
        return Effect.MINUS if self.scale.rises else Effect.PLUS

    @cached_property
    def family_of(self) -> dict[str, Family]:
        return {family.id: family for family in self.families}

    def rank(self, grade: str) -> int:
        """0 is the best grade."""
        return next(rank for rank, band in enumerate(self.scale.bands) if band.grade == grade)

    def grade_of(self, points_milli: int) -> str:
        """The band in which the points lie."""
        reached = [band for band in self.scale.bands if milli(band.start) <= points_milli]
        return max(reached, key=lambda band: band.start).grade

    def label_of(self, grade: str) -> str:
        return self.scale.bands[self.rank(grade)].label

    def covers(self, *, kind: str, sector: str | None) -> bool:
        """Whether a subject belongs to the population."""
        wanted = self.population.sectors
        return kind in self.population.kinds and (not wanted or sector in wanted)


def model_schema() -> dict[str, Any]:
    """JSON Schema of a model file, for editors and the office."""
    return ScoringModel.model_json_schema()


def parse_model(content: Any, *, file: Path | str) -> ScoringModel:
    """Structure only. Raises PolicyError, one Chinese line a mistake."""
    return parse(ScoringModel, content, file=file)


def read_model(path: Path) -> ScoringModel:
    """Structure only: see core.model_check for what else must hold."""
    return parse_model(read_strict(path), file=path)
