"""How a grade turns into the share of enterprises drawn for inspection, and how often one may be visited.

A grading policy is data of the city (``policy/city/<code>/grading.yml``); this module says what such a file
may hold and applies it. A risk moves visits within the yearly ceiling, never above it. Serves
《优化营商环境条例》第五十四条 and 国办发〔2024〕54号 on inspections of enterprises.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from xinheng.core.draw_rule import sample_size
from xinheng.core.inspection_matters import ENTERPRISE_CHECKS, Key, Matter, MatterKind, Point, Weight
from xinheng.core.parameters import Line, Unit
from xinheng.core.policy_file import PolicyModel
from xinheng.core.refusal import Refusal
from xinheng.core.sources import Citation, Entry

GRADES = ("A", "B", "C", "D", "E")
EASED = "_eased"
"""What the key of a band ends with for those on whom a living incentive lies: a stratum of their own, drawn less."""

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Dated(PolicyModel):
    """A number with its days in force. A changed number is a new line; old lines stay.

    The value ``None`` means that nobody knows it yet: it is shown as 待确认 and blocks a draw.
    """

    unit: Unit
    values: dict[date, Line] = Field(min_length=1)
    checked_on: date

    def on(self, day: date) -> Line | None:
        """The line in force on ``day``; None before the first one."""
        start = max((start for start in self.values if start <= day), default=None)
        return None if start is None else self.values[start]


class Band(Entry):
    """One tier of supervision: which grades fall into it and what it means for a visit.

    ``depth``: the lightest points that a check still carries, None for all of them. ``exempt``: drawn for no daily check of
    a general matter. ``eased``: the ratio of those on whom a living incentive of the policy lies.
    """

    key: Key
    name: Text
    grades: tuple[str, ...] = ()
    ratio: Dated
    eased: Dated | None = None
    visits_per_year: Dated | None = None
    items: Text
    waivers: str = ""
    depth: Weight | None = None
    exempt: StrictBool = False

    @model_validator(mode="after")
    def _ratio_is_per_mille(self) -> Self:
        for ratio in (self.ratio, self.eased):
            if ratio is None:
                continue
            if ratio.unit is not Unit.PER_MILLE:
                raise ValueError("抽查比例的单位必须写 per_mille（千分比）")
            if any(line.value is not None and line.value > 1000 for line in ratio.values.values()):
                raise ValueError("抽查比例不得超过 1000‰")
        return self

    @model_validator(mode="after")
    def _an_incentive_lowers(self) -> Self:
        for day in {*self.ratio.values, *self.eased.values} if self.eased else ():
            usual, eased = _value(self.ratio, day), _value(self.eased, day) if self.eased else None
            if usual is not None and eased is not None and eased > usual:
                raise ValueError(f"守信激励对象自{day}起的抽查比例高于本档的比例")
        return self

    @model_validator(mode="after")
    def _waivers_are_said(self) -> Self:
        if self.exempt and not (self.grades and self.waivers.strip()):
            raise ValueError("免于日常抽查的档次须有等级，并写明免查的条件（waivers）")
        if self.key.endswith(EASED):
            raise ValueError(f"档次的 key 不能以 {EASED} 结尾")
        return self

    def carries(self, weight: Weight | None) -> bool:
        """Whether a check of this band carries a point; one that nobody weighed is carried always."""
        if self.depth is None or weight is None:
            return True
        order = list(Weight)
        return order.index(weight) <= order.index(self.depth)


class CaseReason(Entry):
    """One of the closed list of reasons (个案) for which a visit may pass the ceiling; ``tell`` are informed."""

    key: Key
    name: Text
    tell: tuple[Text, ...] = Field(min_length=1)


class OwnField(Entry):
    """A field that the city's document names; its supervisors lay down a policy of their own. ``name`` as it is written there."""

    sector: Key
    name: Text


class Watch(Entry):
    """What follows from a focus list (重点关注) in checks: they carry every point, and nothing else changes. The list is
    internal, so neither ratio nor stratum of a public draw may tell who stands on it. ``items`` says so in words."""

    lists: tuple[Key, ...] = Field(min_length=1)
    items: Text


class SoleTraders(PolicyModel):
    """Whether a sector rule lets grades steer visits to 个体工商户, and under which assessment."""

    covered: bool = False
    basis: tuple[Citation, ...] = ()
    impact_assessment: str = ""

    @model_validator(mode="after")
    def _coverage_is_founded(self) -> Self:
        if self.covered and not (self.basis and self.impact_assessment):
            raise ValueError("分级结果用于个体工商户的，必须写明行业规定依据和个人信息保护影响评估文号")
        return self


class GradingPolicy(Entry):
    """Graded supervision of one city or one sector of it.

    ``scope``: who is supervised by it; ``standard``: by which model or result grades are given; ``cycle_months``: how often.
    ``eased_by``: the incentives that lower the ratio; ``watch``: what focus lists mean for a check. ``fields``: only in the city's own.
    """

    id: Identifier
    title: Text
    sector: Key | None = None
    scope: str = ""
    standard: str = ""
    cycle_months: Annotated[StrictInt, Field(ge=1, le=120)] | None = None
    fields: tuple[OwnField, ...] = ()
    eased_by: tuple[Key, ...] = ()
    watch: Watch | None = None
    bands: tuple[Band, ...] = Field(min_length=3, max_length=6)
    ungraded: Key
    ceiling: Dated
    reasons: tuple[CaseReason, ...] = ()
    sole_traders: SoleTraders = SoleTraders()

    @model_validator(mode="after")
    def _bands_partition_the_grades(self) -> Self:
        keys = [band.key for band in self.bands]
        if len(set(keys)) != len(keys):
            raise ValueError("档次的 key 重复")
        if self.ungraded not in keys:
            raise ValueError(f"未评价对象的档次“{self.ungraded}”不在 bands 中")
        graded = [band for band in self.bands if band.grades]
        if not 3 <= len(graded) <= 5 or any(b.key != self.ungraded for b in self.bands if not b.grades):
            raise ValueError("有等级的档次为三至五档；没有等级的档次只能是未评价对象的档次")
        if self.ungraded == graded[-1].key:
            raise ValueError("未评价不等于失信：未评价对象不得归入最严的档次")
        named = [grade for band in self.bands for grade in band.grades]
        if tuple(named) != GRADES:
            raise ValueError("各档次合起来必须按 A B C D E 的顺序恰好各出现一次")
        if len({reason.key for reason in self.reasons}) != len(self.reasons):
            raise ValueError("个案检查事由的 key 重复")
        return self

    @model_validator(mode="after")
    def _better_grades_are_drawn_less(self) -> Self:
        graded = [band for band in self.bands if band.grades]
        for day in sorted({start for band in graded for start in band.ratio.values}):
            known = [(band, ratio) for band in graded if (ratio := _value(band.ratio, day)) is not None]
            for (better, low), (worse, high) in pairwise(known):
                if low > high:
                    raise ValueError(f"自{day}起“{better.name}”的抽查比例高于“{worse.name}”")
        return self

    @model_validator(mode="after")
    def _better_grades_are_spared_first(self) -> Self:
        for better, worse in pairwise([band for band in self.bands if band.grades]):
            if worse.exempt and not better.exempt:
                raise ValueError(f"“{worse.name}”免于日常抽查，更好的“{better.name}”却不免")
            if _breadth(better) > _breadth(worse):
                raise ValueError(f"“{better.name}”的检查内容多于“{worse.name}”")
        return self

    @model_validator(mode="after")
    def _fields_and_incentives_fit(self) -> Self:
        if self.fields and self.sector:
            raise ValueError("单个领域的政策不再列领域（fields）")
        if len({one.sector for one in self.fields}) != len(self.fields):
            raise ValueError("领域（fields）重复")
        if any(band.eased for band in self.bands) and not self.eased_by:
            raise ValueError("写了守信激励对象的比例（eased），还须写明哪些激励措施（eased_by）")
        return self

    @model_validator(mode="after")
    def _visits_stay_below_the_ceiling(self) -> Self:
        for band in self.bands:
            if band.visits_per_year is None:
                continue
            for day in {*band.visits_per_year.values, *self.ceiling.values}:
                visits, limit = _value(band.visits_per_year, day), _value(self.ceiling, day)
                if visits is not None and limit is not None and visits > limit:
                    raise ValueError(f"档次“{band.name}”自{day}起的年度频次{visits}超过上限{limit}")
        return self

    @property
    def strata(self) -> tuple[Band, ...]:
        """The bands as they are drawn from: behind each with a ratio of incentives stands that of their holders."""
        return tuple(_with_eased(self.bands))

    def known(self, key: str) -> Band | None:
        """The band or stratum; None for one of another policy."""
        return next((band for band in self.strata if band.key == key), None)

    def band(self, key: str) -> Band:
        return next(band for band in self.strata if band.key == key)


def _with_eased(bands: tuple[Band, ...]) -> Iterator[Band]:
    for band in bands:
        yield band
        if band.eased is not None:
            changed = {"key": f"{band.key}{EASED}", "name": f"{band.name}（守信激励）", "ratio": band.eased}
            yield band.model_copy(update={**changed, "eased": None})


def _breadth(band: Band) -> int:
    return len(Weight) if band.depth is None else list(Weight).index(band.depth)


def spares(band: Band, matter: Matter | None, *, daily: bool) -> bool:
    """Whether the band is left out of a draw. Key matters (重点检查事项) cover everybody, special plans have a reason of
    their own, and what is not on the list of matters is not known to be general: none of them spares anybody."""
    return band.exempt and daily and matter is not None and matter.kind is MatterKind.GENERAL


def points_left(matter: Matter, band: Band | None) -> dict[str, Point]:
    """The points of a matter that a check of the band carries; all of them without a band. Where nothing would be left, the
    weightiest points there are."""
    points = dict(matter.points)
    if band is None:
        return points
    left = {key: point for key, point in points.items() if band.carries(point.weight)}
    if left:
        return left
    heaviest = min(list(Weight).index(point.weight) for point in points.values() if point.weight)
    return {key: point for key, point in points.items() if point.weight is list(Weight)[heaviest]}


def _value(dated: Dated, day: date) -> int | None:
    line = dated.on(day)
    return line.value if line else None


@dataclass(frozen=True, slots=True)
class Stratum:
    """A band as drawn: how many enterprises it holds, how many of them may be visited, how many are drawn."""

    band: str
    population: int
    eligible: int
    ratio: int
    size: int


def band_of(
    policy: GradingPolicy, *, grade: str | None, kind: str, confirmed: bool, eased: bool = False
) -> Band:
    """The band of one enterprise, or the stratum beside it where a living incentive lies on it (``eased``). 个体工商户 keep
    the ungraded band unless a sector rule covers them and an officer has confirmed the grade (legal guard G1)."""
    band = _by_grade(policy, grade=grade, kind=kind, confirmed=confirmed)
    return policy.band(f"{band.key}{EASED}") if eased and band.eased is not None else band


def _by_grade(policy: GradingPolicy, *, grade: str | None, kind: str, confirmed: bool) -> Band:
    if kind == "sole_trader" and not (policy.sole_traders.covered and confirmed):
        grade = None
    for band in policy.bands:
        if grade is not None and grade in band.grades:
            return band
    if grade is not None:
        raise Refusal(
            "grade_unknown", f"没有“{grade}”这一等级", advice="等级只有 A、B、C、D、E，请核对评价结果"
        )
    return policy.band(policy.ungraded)


def strata(
    policy: GradingPolicy,
    *,
    populations: Mapping[str, int],
    eligible: Mapping[str, int],
    on: date,
) -> tuple[Stratum, ...]:
    """One stratum a band that holds anybody, in the order of the policy.

    ``populations`` and ``eligible`` count enterprises by band key; ``eligible`` leaves out those who have
    reached their ceiling or may not be visited. The size is the population times the ratio, rounded up to a whole
    enterprise, but never more than are eligible: the smallest band above 0‰ is drawn from, and the ceiling holds.
    """
    result = []
    for band in policy.strata:
        population, free = populations.get(band.key, 0), eligible.get(band.key, 0)
        if not 0 <= free <= population:
            raise ValueError(f"{free} eligible of {population} in {band.key}")
        if population:
            ratio = ratio_of(band, on=on)
            size = sample_size(population=population, ratio=ratio, eligible=free)
            result.append(Stratum(band.key, population, free, ratio, size))
    return tuple(result)


def ratio_of(band: Band, *, on: date) -> int:
    """The ratio in per mille; refused while it is unknown."""
    ratio = _value(band.ratio, on)
    if ratio is None:
        raise Refusal(
            "ratio_unknown",
            f"档次“{band.name}”在{on}没有已确定的抽查比例（待确认）",
            advice="请由主管部门在分级分类政策中写明比例和依据后再抽取",
        )
    return ratio


@dataclass(frozen=True, slots=True)
class VisitAllowed:
    """A visit may be made. ``tell`` names who must be informed because it passes the ceiling."""

    number: int
    limit: int
    tell: tuple[str, ...] = ()


def may_visit(
    policy: GradingPolicy,
    *,
    band: str,
    visits_so_far: int,
    on: date,
    reason: str | None = None,
) -> VisitAllowed:
    """Whether one organ may visit one enterprise once more in this calendar year (legal guard G7).

    ``visits_so_far`` counts the visits of this organ to this enterprise in the year of ``on``.
    """
    limit = visit_limit(policy, band=band, on=on)
    number = visits_so_far + 1
    if number <= limit:
        return VisitAllowed(number, limit)
    cause = next((item for item in policy.reasons if item.key == reason), None)
    if cause is None:
        raise Refusal(
            "visit_ceiling",
            f"本机关今年对该企业的检查已达上限{limit}次，不得再入企检查",
            citation=ENTERPRISE_CHECKS,
            advice="改用非现场方式；确属投诉举报、转办交办等法定个案事由的，选择事由并说明后再申请",
        )
    return VisitAllowed(number, limit, cause.tell)


def visit_limit(policy: GradingPolicy, *, band: str, on: date) -> int:
    """The lower of the band's yearly frequency and the ceiling; refused while neither is known."""
    found = policy.known(band)
    own = found.visits_per_year if found else None
    known = [
        value for value in (_value(own, on) if own else None, _value(policy.ceiling, on)) if value is not None
    ]
    if not known:
        raise Refusal(
            "ceiling_unknown",
            f"没有{on.year}年入企检查频次上限（待确认）",
            citation=ENTERPRISE_CHECKS,
            advice="请由主管部门公布年度频次上限后再安排检查",
        )
    return min(known)


def overlay_causes(*, upper: GradingPolicy, lower: GradingPolicy) -> tuple[str, ...]:
    """What a lower level may not do to the policy above it: raise the ceiling or add a reason to pass it."""
    causes = []
    extra = {reason.key for reason in lower.reasons} - {reason.key for reason in upper.reasons}
    if extra:
        causes.append(f"reasons：增加了上级没有的个案检查事由（{'、'.join(sorted(extra))}）")
    for day in sorted({*upper.ceiling.values, *lower.ceiling.values}):
        above, below = _value(upper.ceiling, day), _value(lower.ceiling, day)
        if above is not None and below is not None and below > above:
            causes.append(f"ceiling：自{day}起的上限{below}高于上级的{above}")
    return tuple(causes)
