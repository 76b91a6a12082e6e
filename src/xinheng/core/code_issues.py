"""What can be wrong with the codes of subjects as a whole, which registrar puts it right, and in which steps.

A matter goes from found over assigned and fixed to verified by a second person; data decide whether it is over, and it
opens again where it comes back (重错码治理, GB 32100-2015 on the registering department in the first character).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinheng.core.code_text import normalise_code
from xinheng.core.refusal import Refusal


class IssueKind(StrEnum):
    """The four kinds that are counted."""

    CHECK = "check"
    MANY_CODES = "many_codes"
    MANY_NAMES = "many_names"
    PLACEHOLDER = "placeholder"

    @property
    def label(self) -> str:
        return _KINDS[self][0]

    @property
    def advice(self) -> str:
        return _KINDS[self][1]


_KINDS = {
    IssueKind.CHECK: ("校验位错", "对照登记底册核对代码，告知报送单位更正后重新报送。"),
    IssueKind.MANY_CODES: ("一主体多码", "核对登记底册：同一主体的并入一个档案；不同主体的写明核实情况。"),
    IssueKind.MANY_NAMES: ("一码多主体", "核对代码属于谁：名称变更的采纳该行，代码填错的退回报送单位。"),
    IssueKind.PLACEHOLDER: ("空码或占位码", "查明主体的代码：能够核实的由人归入，查不到的退回报送单位补填。"),
}


class IssueState(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    FIXED = "fixed"
    VERIFIED = "verified"

    @property
    def label(self) -> str:
        return {"open": "待分派", "assigned": "已分派", "fixed": "已整改，待复核", "verified": "已销号"}[
            self.value
        ]


class Registrar(StrEnum):
    """Who registers under a code, by its first character; the value is the sector of the agency."""

    MARKET = "market_regulation"
    CIVIL = "civil_affairs"
    ESTABLISHMENT = "establishment"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "market_regulation": "市场监管",
            "civil_affairs": "民政",
            "establishment": "机构编制",
            "other": "其他登记管理部门",
        }[self.value]


_FIRST = {"9": Registrar.MARKET, "5": Registrar.CIVIL, "1": Registrar.ESTABLISHMENT}
_CIVIL = ("协会", "学会", "商会", "联合会", "促进会", "基金会", "幼儿园", "养老院", "研究会", "志愿者")
_ESTABLISHMENT = ("局", "委员会", "人民政府", "办事处", "中学", "小学", "人民医院", "卫生院", "事业单位")


def registrar_of(code: str, *, name: str = "") -> Registrar:
    """By the code where one is written, else by what the name says; enterprises are the rule."""
    written = normalise_code(code)
    if len(written) >= 15 and written[:1].isalnum() and not written.startswith("0"):
        if len(written) == 15:
            return Registrar.MARKET
        return _FIRST.get(written[0], Registrar.OTHER)
    if name.endswith(_CIVIL):
        return Registrar.CIVIL
    return Registrar.ESTABLISHMENT if name.endswith(_ESTABLISHMENT) else Registrar.MARKET


def county_in(code: str, *, counties: Iterable[str]) -> str:
    """The division in characters 3–8 where it is one of ``counties``; empty otherwise."""
    division = normalise_code(code)[2:8]
    return division if division in frozenset(counties) else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a matter stands: what the steps rest on. ``distinct``: found to be no fault, for exactly these members."""

    state: IssueState
    fixed_by: int | None = None
    distinct: bool = False
    members: tuple[str, ...] = ()


def after_sweep(standing: Standing, *, members: tuple[str, ...]) -> IssueState:
    """The state after data still show the matter: what was closed opens again, unless a person found these members
    to be distinct subjects."""
    if standing.state not in (IssueState.FIXED, IssueState.VERIFIED):
        return standing.state
    if standing.distinct and set(members) <= set(standing.members):
        return standing.state
    return IssueState.OPEN if standing.state is IssueState.VERIFIED else standing.state


def refuse_assignment(standing: Standing) -> None:
    if standing.state not in (IssueState.OPEN, IssueState.ASSIGNED):
        raise Refusal("CI01", "这个问题已经整改，不能再分派。", advice="请刷新页面。")


def refuse_fix(standing: Standing, *, kind: IssueKind, distinct: bool, remedy: str) -> None:
    if standing.state is not IssueState.ASSIGNED:
        raise Refusal("CI02", "只有已分派、尚未整改的问题可以登记整改。", advice="请先分派给登记机关。")
    if not remedy.strip():
        raise Refusal("CI03", "请写明怎样核实、怎样整改。", advice="请补充后重试。")
    if distinct and kind is not IssueKind.MANY_CODES:
        raise Refusal("CI04", "只有一主体多码可以核实为不同主体。", advice="请写明整改情况。")


def refuse_verification(standing: Standing, *, actor: int, still_there: bool) -> None:
    """Raises Refusal unless another person verifies what data no longer show."""
    if standing.state is not IssueState.FIXED:
        raise Refusal("CI05", "只有已整改的问题可以复核销号。", advice="请刷新页面。")
    if standing.fixed_by == actor:
        raise Refusal("CI06", "登记整改的人不能自己复核销号。", advice="请由另一人复核。")
    if still_there and not standing.distinct:
        raise Refusal(
            "CI07",
            "数据中仍有这个问题，不能销号。",
            advice="请核对相关数据是否已经更正、退回或并入，或退回整改。",
        )


@dataclass(frozen=True, slots=True)
class CodeRates:
    """``codes``: subjects with a code. Rates in thousandths; None where there is nothing to divide by."""

    codes: int
    living: int
    found: int
    closed: int

    @property
    def wrong(self) -> int | None:
        """重错码率: codes that are wrong or shared, of all codes."""
        whole = self.codes + self.living
        return _ratio(self.living, whole)

    @property
    def corrected(self) -> int | None:
        """纠正率: closed of all that were found."""
        return _ratio(self.closed, self.found)


def _ratio(part: int, whole: int) -> int | None:
    return (part * 2000 + whole) // (2 * whole) if whole else None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The living matters at the end of a month, and what was found and closed in it."""

    month: date
    living: int
    found: int
    closed: int
