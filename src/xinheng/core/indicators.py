"""What one line of a scoring model may say: which facts, over which days, how they become points.

The vocabulary is closed: facts are told apart by catalogue item, class, result, amount and headcount, and by
nothing else, so that ownership, place of registration, size or taxes cannot become points
(《公平竞争审查条例》第十条). Fields added after the first models were published stay out of the dump while they are
not used, so that the digest of a published model does not change.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StrictInt, model_validator

from xinheng.core.feeds import ITEMS
from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Citation

MILLI = 1000
"""Thousandths in a point: every engine counts in them."""

FEN = 100
"""Fen in a yuan."""


class Effect(StrEnum):
    PLUS = "plus"
    MINUS = "minus"

    @property
    def label(self) -> str:
        return {"plus": "加分", "minus": "扣分"}[self.value]


class Measure(StrEnum):
    """How the facts of an indicator become points.

    EACH adds the points of every fact, ONCE takes the highest, LATEST those of the latest fact (of several of that
    day the highest). EXISTS gives its points once if there is a fact. COUNT, AMOUNT and HEADCOUNT look the number
    of facts or their total up in ``bands``, DISTINCT the number of different items, results or years among them;
    DAYS_SINCE looks up the age of the latest one.
    """

    EACH = "each"
    ONCE = "once"
    LATEST = "latest"
    EXISTS = "exists"
    COUNT = "count"
    DISTINCT = "distinct"
    AMOUNT = "amount"
    HEADCOUNT = "headcount"
    DAYS_SINCE = "days_since"

    @property
    def label(self) -> str:
        return {
            "each": "每条",
            "once": "计一次",
            "latest": "取最近一条",
            "exists": "有即计一次",
            "count": "按条数",
            "distinct": "按不同种类数",
            "amount": "按金额合计",
            "headcount": "按人数合计",
            "days_since": "按距今天数",
        }[self.value]

    @property
    def per_fact(self) -> bool:
        """Whether every fact has points of its own."""
        return self in (Measure.EACH, Measure.ONCE, Measure.LATEST, Measure.EXISTS)

    @property
    def by_year(self) -> bool:
        """Whether it can be taken for every calendar year apart."""
        return self in (Measure.EACH, Measure.ONCE, Measure.COUNT)


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


def unused(value: Any) -> bool:
    """Whether a field that came later is left as it is by default."""
    return not value


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
YearsBack = Annotated[StrictInt, Field(ge=0, le=20)]
PerMille = Annotated[StrictInt, Field(ge=0, le=1000)]
Item = Annotated[str, Field(pattern=r"^[a-z_]+$")]
Letter = Annotated[str, Field(pattern=r"^[A-Z]$")]
ClassWord = Literal["none", "minor", "general", "serious"]
CLASSES: tuple[ClassWord, ...] = ("none", "minor", "general", "serious")

EVALUATION = "evaluation"
"""The catalogue item under which the result of a model is itself a fact."""


def milli(points: Decimal) -> int:
    return int(points * MILLI)


def grade_word(model_id: str, grade: str) -> str:
    """The result word of a fact that says which grade a model gave."""
    return f"{model_id.replace('-', '__').replace('/', '__')}__{grade}"


class Facts(PolicyModel):
    """Which facts count. Lists are alternatives, an empty one means any; lower limits are included, upper not.

    A fact has a result word if that is its result or one of the parts joined by ``+``. ``grades_of`` names a model
    whose earlier results are meant, ``grades`` which of them.
    """

    items: tuple[Item, ...] = ()
    seriousness: tuple[ClassWord, ...] = ()
    results: tuple[Word, ...] = ()
    not_results: tuple[Word, ...] = ()
    amount_from_yuan: Whole | None = None
    amount_below_yuan: Whole | None = None
    headcount_from: Whole | None = None
    headcount_below: Whole | None = None
    grades_of: ModelId | None = Field(default=None, exclude_if=unused)
    grades: tuple[Letter, ...] = Field(default=(), exclude_if=unused)

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

    @model_validator(mode="after")
    def _grades_are_whole(self) -> Self:
        if bool(self.grades_of) != bool(self.grades):
            raise ValueError("grades_of 和 grades 须同时写：哪个模型的哪些等级")
        if self.grades_of and (self.items != (EVALUATION,) or self.results):
            raise ValueError(f"引用模型等级时 items 只写 {EVALUATION}，不再写 results")
        return self

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the catalogue items; empty means any."""
        return frozenset(ITEMS[item] for item in self.items)

    @property
    def words(self) -> tuple[str, ...]:
        """Result words of which a fact must have one; empty means any."""
        return self.results or tuple(self.word_of(grade) for grade in self.grades)

    def word_of(self, result: str) -> str:
        """The result word as facts have it: grades of a model are written as letters."""
        return grade_word(self.grades_of, result) if self.grades_of else result


class Window(PolicyModel):
    """Over which days facts count, by their age or by calendar year.

    ``window_days`` counts back from the day of evaluation, without the last ``skip_days``. ``calendar_years`` names
    the first and last year by how far they lie back: [1, 1] is last year, [2, 0] the two years before and this one.
    """

    window_days: Days | None = None
    skip_days: Annotated[StrictInt, Field(ge=0, le=36_500)] = Field(default=0, exclude_if=unused)
    calendar_years: tuple[YearsBack, YearsBack] | None = Field(
        default=None, exclude_if=lambda value: value is None
    )

    @model_validator(mode="after")
    def _is_one_window(self) -> Self:
        if self.window_days is not None and self.calendar_years is not None:
            raise ValueError("window_days 与 calendar_years 只能写一种")
        if self.skip_days and self.skip_days >= (self.window_days or 0):
            raise ValueError("skip_days 须配合 window_days 并小于它，否则没有一天在窗口内")
        if self.calendar_years and self.calendar_years[0] < self.calendar_years[1]:
            raise ValueError("calendar_years 先写较早的一年，如 [3, 1] 是前三年至上一年，[1, 1] 是上一年")
        return self

    def ages(self, *, as_of: date) -> tuple[int, int | None]:
        """Ages in days from, and below, which facts count on a day; None: however old."""
        if self.calendar_years is None:
            return self.skip_days, self.window_days
        first, last = (as_of.year - back for back in self.calendar_years)
        since = 0 if last == as_of.year else (as_of - date(last, 12, 31)).days
        return since, (as_of - date(first, 1, 1)).days + 1

    @property
    def span(self) -> str:
        """The window in words."""
        if self.calendar_years is not None:
            first, last = self.calendar_years
            if first == last:
                return {0: "当年", 1: "上一年"}.get(first, f"前第 {first} 年")
            return f"当年和前 {first} 年" if last == 0 else f"前第 {first} 年至前第 {last} 年"
        if self.window_days is None:
            return "不限"
        return f"{self.window_days} 天" + (f"（最近 {self.skip_days} 天不计）" if self.skip_days else "")

    @property
    def is_past(self) -> bool:
        """Whether the window is bounded and today's facts are outside it."""
        if self.calendar_years is not None:
            return self.calendar_years[1] > 0
        return self.window_days is not None and self.skip_days > 0

    @property
    def least_days(self) -> int | None:
        """The window in days at its shortest; None where it has no end."""
        return self.calendar_years[0] * 365 + 1 if self.calendar_years else self.window_days


class Step(PolicyModel):
    """``points`` from ``start`` on, up to the next step. Unit: see the list it stands in."""

    start: Whole
    points: Points


class ResultPoints(PolicyModel):
    """Points of a fact with this result, or with this grade where the facts are grades of a model."""

    result: Word
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
    """Indicators that add or take points together: at least ``floor``, at most ``cap``."""

    id: Key
    label: Text
    effect: Effect
    cap: Points
    floor: Points = Field(default=Decimal(0), exclude_if=unused)


class Indicator(Window):
    """One line of the model.

    ``points``, ``by_amount`` (start in yuan), ``by_headcount`` and ``by_result`` (the highest of the fact's words)
    give the points of one fact; ``bands`` gives them for a number of facts, yuan, persons or days, or for the number
    of different items, results or years (``of``). With ``per: year`` each calendar year is taken apart, at most
    ``year_cap`` points a year (for ``count``: facts a year). ``national_rule`` is the rule that permits a feature
    which 《公平竞争审查条例》 otherwise forbids.
    """

    id: Key
    label: Text
    family: Key
    facts: Facts
    measure: Measure = Measure.EACH
    of: Literal["item", "result", "year"] | None = Field(default=None, exclude_if=unused)
    per: Literal["year"] | None = Field(default=None, exclude_if=unused)
    year_cap: Points | None = Field(default=None, exclude_if=lambda value: value is None)
    points: Points | None = None
    by_amount: tuple[Step, ...] = ()
    by_headcount: tuple[Step, ...] = ()
    by_result: tuple[ResultPoints, ...] = Field(default=(), exclude_if=unused)
    bands: tuple[Step, ...] = ()
    decay: Decay | None = None
    floor: Points = Field(default=Decimal(0), exclude_if=unused)
    cap: Points
    basis: tuple[Citation, ...] = Field(min_length=1)
    national_rule: Citation | None = None

    @model_validator(mode="after")
    def _has_one_scale(self) -> Self:
        scales = (self.by_amount, self.by_headcount, self.by_result, self.bands)
        if (self.points is not None) + sum(bool(scale) for scale in scales) != 1:
            raise ValueError("points、by_amount、by_headcount、by_result、bands 须写且只写一种")
        if self.measure.per_fact == bool(self.bands):
            raise ValueError(
                "each、once、latest 用 points、by_amount、by_headcount 或 by_result，exists 用 points；其余度量用 bands"
            )
        if self.measure is Measure.EXISTS and self.points is None:
            raise ValueError("exists 只看有没有记录，分数用 points 写")
        if self.decay and (not self.measure.per_fact or self.measure is Measure.EXISTS):
            raise ValueError("衰减只用于 each、once 和 latest")
        return self

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        starts = [step.start for step in self.by_amount or self.by_headcount or self.bands]
        if starts != sorted(set(starts)):
            raise ValueError("分档的起点必须逐行增加")
        if (self.by_amount or self.by_headcount) and starts[0] != 0:
            raise ValueError("按金额或人数分档必须从 0 开始")
        words = [step.result for step in self.by_result]
        if len(set(words)) != len(words):
            raise ValueError("by_result 中同一结果只能写一次")
        strange = set(words) - set(self.facts.grades) if self.facts.grades_of else set()
        if strange:
            raise ValueError(f"by_result 中的“{'、'.join(sorted(strange))}”不在 facts.grades 中")
        return self

    @model_validator(mode="after")
    def _facts_are_chosen(self) -> Self:
        if not self.facts.items:
            raise ValueError("指标须写明用哪些目录事项（facts.items）")
        if self.window_days is None and self.calendar_years is None:
            raise ValueError("须写评价窗口：window_days（天数）或 calendar_years（自然年）")
        return self

    @model_validator(mode="after")
    def _classes_are_named(self) -> Self:
        if (self.measure is Measure.DISTINCT) != (self.of is not None):
            raise ValueError("distinct 须用 of 写明数什么（item、result 或 year），其余度量不写 of")
        named = {"item": self.facts.items, "result": self.facts.words}.get(self.of or "")
        if named is not None and len(set(named)) < 2:
            raise ValueError(f"按 {self.of} 数不同的种类时，facts 中至少要列出两种")
        if self.per and not self.measure.by_year:
            raise ValueError("per: year 只用于 each、once 和 count")
        if self.year_cap is not None and not self.per:
            raise ValueError("year_cap 须与 per: year 同时写")
        if self.per and self.measure is Measure.COUNT and self.year_cap is None:
            raise ValueError("count 按年计须写 year_cap：每年至多计几条")
        if self.measure is Measure.COUNT and self.year_cap is not None and self.year_cap % 1:
            raise ValueError("count 的 year_cap 是条数，必须是整数")
        return self
