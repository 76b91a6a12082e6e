"""What a scoring model may say: indicators over catalogue items, points, caps, vetoes and grade bands.

The vocabulary is closed: facts are told apart by catalogue item, class, result, amount and headcount, and by
nothing else, so that ownership, place of registration, size or taxes cannot become points
(《公平竞争审查条例》第十条). How disputed, repaired or not-final records weigh is not the author's to say: that
is core.treatment. Whether a model may be used is core.model_check.
"""

from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StrictInt, model_validator

from xinheng.core.canonical import digest_of
from xinheng.core.feeds import ITEMS
from xinheng.core.policy_file import PolicyModel, parse, read_strict
from xinheng.core.sources import Citation

MILLI = 1000
"""Thousandths in a point: every engine counts in them."""

FEN = 100
"""Fen in a yuan."""

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


class Effect(StrEnum):
    PLUS = "plus"
    MINUS = "minus"

    @property
    def label(self) -> str:
        return {"plus": "加分", "minus": "扣分"}[self.value]


class Measure(StrEnum):
    """How the facts of an indicator become points.

    EACH adds the points of every fact, ONCE takes the highest. COUNT, AMOUNT and HEADCOUNT look the number of
    facts or their total up in ``bands``; DAYS_SINCE looks up the age of the latest one.
    """

    EACH = "each"
    ONCE = "once"
    COUNT = "count"
    AMOUNT = "amount"
    HEADCOUNT = "headcount"
    DAYS_SINCE = "days_since"

    @property
    def per_fact(self) -> bool:
        return self in (Measure.EACH, Measure.ONCE)


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


def _decimal(value: Any) -> Any:
    """Whole or decimal numbers and their text; ``0.50`` and ``0.5`` become one value."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("必须是分数，如 30 或 2.5")
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise ValueError("必须是分数，如 30 或 2.5") from error
    if not number.is_finite() or number * MILLI != int(number * MILLI):
        raise ValueError("分数至多三位小数")
    return Decimal(int(number)) if number == int(number) else number.normalize()


Points = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
    Field(ge=0, le=10_000),
]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ModelId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$", max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Whole = Annotated[StrictInt, Field(ge=0, le=10**13)]
Days = Annotated[StrictInt, Field(ge=1, le=36_500)]
PerMille = Annotated[StrictInt, Field(ge=0, le=1000)]
Item = Annotated[str, Field(pattern=r"^[a-z_]+$")]
ClassWord = Literal["none", "minor", "general", "serious"]
CLASSES: tuple[ClassWord, ...] = ("none", "minor", "general", "serious")


def milli(points: Decimal) -> int:
    return int(points * MILLI)


class Facts(PolicyModel):
    """Which facts count. Lists are alternatives, an empty one means any; lower limits are included, upper not.

    A fact has a result word if that is its result or one of the parts joined by ``+``.
    """

    items: tuple[Item, ...] = ()
    seriousness: tuple[ClassWord, ...] = ()
    results: tuple[Word, ...] = ()
    not_results: tuple[Word, ...] = ()
    amount_from_yuan: Whole | None = None
    amount_below_yuan: Whole | None = None
    headcount_from: Whole | None = None
    headcount_below: Whole | None = None

    @model_validator(mode="after")
    def _is_satisfiable(self) -> Self:
        unknown = [item for item in self.items if item not in ITEMS]
        if unknown:
            raise ValueError(f"目录中没有“{'、'.join(unknown)}”；可用：{'、'.join(ITEMS)}")
        if set(self.results) & set(self.not_results):
            raise ValueError("同一结果不能既在 results 又在 not_results 中")
        for low, high, name in (
            (self.amount_from_yuan, self.amount_below_yuan, "金额"),
            (self.headcount_from, self.headcount_below, "人数"),
        ):
            if low is not None and high is not None and low >= high:
                raise ValueError(f"{name}的下限必须小于上限，否则没有记录符合")
        return self

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the catalogue items; empty means any."""
        return frozenset(ITEMS[item] for item in self.items)


class Step(PolicyModel):
    """``points`` from ``start`` on, up to the next step. Unit: see the list it stands in."""

    start: Whole
    points: Points


class DecayStep(PolicyModel):
    """Share of the points that is left from an age of ``from_day`` days on."""

    from_day: Whole
    per_mille: PerMille


class Decay(PolicyModel):
    """A stored table: no engine computes a power. ``half_life_days`` says by which rule it was made, if by one."""

    table: tuple[DecayStep, ...] = Field(min_length=1, max_length=200)
    half_life_days: Days | None = None

    @model_validator(mode="after")
    def _table_falls(self) -> Self:
        days = [step.from_day for step in self.table]
        shares = [step.per_mille for step in self.table]
        if days[0] != 0 or days != sorted(set(days)):
            raise ValueError("衰减表必须从第 0 天开始，天数逐行增加")
        if shares != sorted(shares, reverse=True):
            raise ValueError("衰减表的千分比不得随时间上升")
        return self


class Family(PolicyModel):
    """Indicators that add or take points together, up to ``cap``."""

    id: Key
    label: Text
    effect: Effect
    cap: Points


class Indicator(PolicyModel):
    """One line of the model.

    ``points``, ``by_amount`` (start in yuan) and ``by_headcount`` give the points of one fact; ``bands`` gives
    them for a number of facts, yuan, persons or days. ``national_rule`` is the rule that permits a feature
    which 《公平竞争审查条例》 otherwise forbids.
    """

    id: Key
    label: Text
    family: Key
    facts: Facts
    window_days: Days
    measure: Measure = Measure.EACH
    points: Points | None = None
    by_amount: tuple[Step, ...] = ()
    by_headcount: tuple[Step, ...] = ()
    bands: tuple[Step, ...] = ()
    decay: Decay | None = None
    cap: Points
    basis: tuple[Citation, ...] = Field(min_length=1)
    national_rule: Citation | None = None

    @model_validator(mode="after")
    def _has_one_scale(self) -> Self:
        given = [self.points is not None, bool(self.by_amount), bool(self.by_headcount), bool(self.bands)]
        if sum(given) != 1:
            raise ValueError("points、by_amount、by_headcount、bands 须写且只写一种")
        if self.measure.per_fact == bool(self.bands):
            raise ValueError("each、once 用 points、by_amount 或 by_headcount；其余度量用 bands")
        if self.decay and not self.measure.per_fact:
            raise ValueError("衰减只用于 each 和 once")
        steps = self.by_amount or self.by_headcount or self.bands
        starts = [step.start for step in steps]
        if starts != sorted(set(starts)):
            raise ValueError("分档的起点必须逐行增加")
        if (self.by_amount or self.by_headcount) and starts[0] != 0:
            raise ValueError("按金额或人数分档必须从 0 开始")
        return self

    @model_validator(mode="after")
    def _facts_are_chosen(self) -> Self:
        if not self.facts.items:
            raise ValueError("指标须写明用哪些目录事项（facts.items）")
        return self


class Ceiling(PolicyModel):
    """A fact that fixes how good a grade may be. Of several the strictest holds; points stay as they are."""

    id: Key
    label: Text
    facts: Facts
    window_days: Days | None = None
    grade: Annotated[str, Field(pattern=r"^[A-Z]$")]
    basis: tuple[Citation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _facts_are_chosen(self) -> Self:
        if not self.facts.items:
            raise ValueError("须写明用哪些目录事项（facts.items）")
        return self


class Band(PolicyModel):
    """A grade is given from ``start`` points on, up to the next band."""

    grade: Annotated[str, Field(pattern=r"^[A-Z]$")]
    label: Text
    start: Points


class Scale(PolicyModel):
    """Starting points, greatest points and bands, best grade first. Points never fall below zero."""

    max: Points
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
        return self


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
    """A model as published. Indicators keep their order: contributions are stored in it."""

    id: ModelId
    version: Annotated[StrictInt, Field(ge=1)]
    title: Text
    kind: ModelKind
    use: Use
    owner: Key
    note: str = ""
    population: Population
    scale: Scale
    evidence: Evidence
    families: tuple[Family, ...] = Field(min_length=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1, max_length=200)
    vetoes: tuple[Ceiling, ...] = ()
    limits: tuple[Ceiling, ...] = ()
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
