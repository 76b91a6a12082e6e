"""The words of the catalogue of measures: groups, targets, matters, fields of bans, and the rows themselves.

A row says what it weighs, on whom it may lie, which bodies may apply it in which matters, and how heavy a fault it
answers at least (过惩相当). Serves 全国失信惩戒措施基础清单 and 国办发〔2020〕49号.
"""

from datetime import date
from enum import IntEnum, StrEnum
from typing import Self

from pydantic import Field, StrictBool, model_validator

from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry


class MeasureGroup(IntEnum):
    """Weight of a measure: what it needs as a ground grows with it."""

    RIGHTS = 1
    MANAGEMENT = 2
    MARKET = 3
    INCENTIVE = 4

    @property
    def label(self) -> str:
        return ("减损权益或增加义务", "行政管理措施", "由市场主体自主决定", "守信激励")[self.value - 1]


class Target(StrEnum):
    LISTED = "listed"
    FAILING = "failing"
    GOOD = "good"

    @property
    def label(self) -> str:
        return {"listed": "列入严重失信主体名单的主体", "failing": "有失信信息的主体", "good": "守信主体"}[
            self.value
        ]


class Occasion(StrEnum):
    """A matter of administration in which a measure can matter (事项)."""

    LICENSING = "licensing"
    REGISTRATION = "registration"
    TENDER = "tender"
    PROCUREMENT = "procurement"
    FUNDS = "funds"
    HONOURS = "honours"
    BENEFITS = "benefits"
    COMMITMENT = "commitment"
    SUPERVISION = "supervision"
    PUBLICITY = "publicity"
    FINANCING = "financing"

    @property
    def label(self) -> str:
        return _OCCASIONS[self]


_OCCASIONS = {
    Occasion.LICENSING: "行政许可",
    Occasion.REGISTRATION: "登记注册",
    Occasion.TENDER: "招标投标",
    Occasion.PROCUREMENT: "政府采购",
    Occasion.FUNDS: "财政性资金",
    Occasion.HONOURS: "评先评优",
    Occasion.BENEFITS: "优惠政策和便利措施",
    Occasion.COMMITMENT: "告知承诺和容缺受理",
    Occasion.SUPERVISION: "日常监管",
    Occasion.PUBLICITY: "信息公示和共享",
    Occasion.FINANCING: "融资和征信",
}


class Least(StrEnum):
    """The class of fault below which the measure is out of proportion. A minor fault answers to none."""

    GENERAL = "general"
    SERIOUS = "serious"

    @property
    def label(self) -> str:
        return {"general": "一般", "serious": "严重"}[self.value]


class BanField(StrEnum):
    """Fields of a market or industry ban (汴政办〔2020〕46号第16项 and the like name the first seven)."""

    FOOD_DRUGS = "food_drugs"
    ECOLOGY = "ecology"
    CONSTRUCTION = "construction"
    SAFETY = "safety"
    CARE = "care"
    CULTURE_TOURISM = "culture_tourism"
    CITY_OPERATION = "city_operation"
    PROCUREMENT = "procurement"
    LICENCE = "licence"

    @property
    def label(self) -> str:
        return _FIELDS[self]


_FIELDS = {
    BanField.FOOD_DRUGS: "食品药品",
    BanField.ECOLOGY: "生态环境",
    BanField.CONSTRUCTION: "工程质量",
    BanField.SAFETY: "安全生产",
    BanField.CARE: "养老托育",
    BanField.CULTURE_TOURISM: "文化旅游",
    BanField.CITY_OPERATION: "城市运行",
    BanField.PROCUREMENT: "政府采购",
    BanField.LICENCE: "申请行政许可",
}


class Measure(Entry):
    """One kind of measure. ``executed_here`` is false where only courts, carriers or banks may act.

    ``sectors``: those whose bodies may apply it, empty where every department may; ``from_on`` and ``to_on`` bound the
    days on which the row is in force, empty where the list alone bounds them.
    """

    title: str
    group: MeasureGroup
    targets: tuple[Target, ...] = Field(min_length=1)
    bodies: str
    sectors: tuple[str, ...] = ()
    recognising_only: StrictBool = False
    occasions: tuple[Occasion, ...] = ()
    least: Least = Least.GENERAL
    ban: StrictBool = False
    persons_only: StrictBool = False
    executed_here: StrictBool
    related_matters_only: StrictBool = False
    needs_own_basis: StrictBool
    from_on: date | None = None
    to_on: date | None = None
    note: str = ""

    def in_force(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.to_on is None or on < self.to_on)

    @property
    def prior_notice(self) -> bool:
        """Whether facts, reasons and rights are told before it is decided."""
        return self.group is MeasureGroup.RIGHTS

    @property
    def adverse(self) -> bool:
        return self.group is not MeasureGroup.INCENTIVE


class Fault(PolicyModel):
    """A fault that the statute names as the ground of a ban. ``verified``: somebody compared words and clause with it."""

    title: str
    clause: str = ""
    verified: StrictBool


class RestsOn(PolicyModel):
    """On what a ban may rest. ``items``: numbers of the catalogue; ``lists``: keys of lists whose own rule names the same
    clause; ``sectors`` and ``words``: fields of the deciding body, and words of body, cause and basis, one of which a
    ground of this kind shows. No ``sectors``: bodies of every field decide such faults."""

    items: tuple[int, ...] = Field(min_length=1)
    lists: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    words: tuple[str, ...] = Field(min_length=1)
    verified: StrictBool


class BanRule(Entry):
    """A statute that keeps an enterprise out of a field. Months bound the term; ``permanent``: it may have no end.

    ``persons_only``: it binds natural persons and is checked by the registrar, never here (legal guard G14). Every other
    names the ``faults`` that it answers and what shows them (``rests_on``).
    """

    title: str
    field: BanField
    occasions: tuple[Occasion, ...] = Field(min_length=1)
    min_months: int | None = Field(default=None, ge=1)
    max_months: int | None = Field(default=None, ge=1)
    permanent: StrictBool = False
    persons_only: StrictBool = False
    faults: dict[str, Fault] = {}
    rests_on: RestsOn | None = None
    note: str = ""

    @model_validator(mode="after")
    def _names_its_faults(self) -> Self:
        if not self.persons_only and (not self.faults or self.rests_on is None):
            raise ValueError("市场禁入须写明法律规定的情形（faults）和可以作为依据的信息（rests_on）")
        return self

    @property
    def span(self) -> str:
        """The months that the statute allows, in words."""
        low, high = self.min_months, self.max_months
        return f"{low}个月" if low == high else f"{low}至{high}个月"


class Edition(Entry):
    """An edition of the national list, newest last; ``from_on`` is empty where nobody has looked it up."""

    title: str
    from_on: date | None = None
    note: str = ""
