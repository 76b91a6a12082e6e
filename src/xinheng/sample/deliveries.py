"""Which files a city's departments send: one folder a department, cut by years, in the formats they use."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import cycle

from xinheng.sample.chance import quoted
from xinheng.sample.departments import DEPARTMENTS, INDEX, acting, paper_name
from xinheng.sample.places import City
from xinheng.sample.rates import FIRST_DAY, Size


class DateStyle(StrEnum):
    """How a department writes days, as strftime patterns."""

    ISO = "%Y-%m-%d"
    SLASH = "%Y/%-m/%-d"
    CHINESE = "%Y年%-m月%-d日"
    MOMENT = "%Y-%m-%d 00:00:00"


@dataclass(frozen=True, slots=True)
class Layout:
    """A file format: ``encoding`` is empty for workbooks; ``title_lines`` stand above the header."""

    format: str
    encoding: str
    title_lines: int
    dates: DateStyle
    newline: str = "\n"

    @property
    def header_row(self) -> int:
        return self.title_lines + 1


LAYOUTS = (
    Layout("csv", "utf-8-sig", 0, DateStyle.ISO),
    Layout("csv", "gb18030", 1, DateStyle.SLASH, "\r\n"),
    Layout("xlsx", "", 2, DateStyle.ISO),
    Layout("csv", "utf-8", 0, DateStyle.CHINESE),
    Layout("csv", "gb18030", 0, DateStyle.MOMENT, "\r\n"),
    Layout("xlsx", "", 0, DateStyle.SLASH),
    Layout("csv", "utf-8", 1, DateStyle.SLASH),
)
SMALL_KINDS = frozenset({"serious_list"})
"""Kinds that are sent as workbooks by cities of any size."""

KIND_TITLES = {
    "registration": "登记注册信息",
    "permit": "行政许可信息",
    "penalty": "行政处罚信息",
    "inspection": "行政检查结果",
    "abnormal_operation": "经营异常名录",
    "serious_list": "严重失信主体名单",
    "commitment": "信用承诺信息归集表",
    "honour": "纳税信用A级名单",
    "complaint": "投诉举报办理情况",
    "evaluation": "行业信用评价结果",
    "utility": "公用事业缴费信息",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file: the slice of a kind's history that it holds (``where``, SQL) and how it is written."""

    folder: str
    name: str
    kind: str
    department: str
    where: str
    layout: Layout
    title: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}.{self.layout.format}"


def deliveries(*, size: Size, city: City, as_of: date) -> tuple[Delivery, ...]:
    """Every file of the city, registration first."""
    workbooks = size.key == "s"
    layouts = cycle(LAYOUTS)
    made = []
    for kind, department, period, where in _slices(size=size, as_of=as_of):
        layout = next(layouts)
        while layout.format == "xlsx" and not (workbooks or kind in SMALL_KINDS):
            layout = next(layouts)
        sender = paper_name(DEPARTMENTS[INDEX[department]], city=city)
        name = f"{KIND_TITLES[kind]}_{period}" if period else KIND_TITLES[kind]
        title = f"{sender}{KIND_TITLES[kind]}（{period or '全部'}）"
        made.append(Delivery(sender, name, kind, department, where, layout, title))
    return tuple(made)


def _slices(*, size: Size, as_of: date) -> list[tuple[str, str, str, str]]:
    """Kind, sender, period and condition of every file. The credit office passes on what others decided."""
    heads = (("企业", "head IN ('91', '93')"), ("个体工商户", "head = '92'"))
    slices = [("registration", "market", period, where) for period, where in heads]
    slices.append(("registration", "civil", "社会组织", "head[1] = '5'"))
    cut = partial(_by_years, size=size, as_of=as_of)
    for kind in ("permit", "penalty", "inspection", "commitment"):
        for department in acting():
            slices.extend(cut(kind, department.key))
    for kind, sender in (("abnormal_operation", "market"), ("honour", "tax"), ("complaint", "hotline")):
        slices.extend(cut(kind, sender))
    for kind in ("serious_list", "evaluation"):
        slices.extend(cut(kind, "credit"))
    for sender in ("water", "power", "gas"):
        slices.extend(cut("utility", sender))
    return slices


WHOLE = {
    "s": frozenset(KIND_TITLES) - {"honour", "complaint"},
    "m": frozenset({"serious_list", "abnormal_operation", "evaluation"}),
    "l": frozenset({"serious_list"}),
}
"""Kinds that come as one file a sender instead of one a period."""


def _by_years(kind: str, sender: str, *, size: Size, as_of: date) -> list[tuple[str, str, str, str]]:
    own = "true" if sender == "credit" else f"department = {INDEX[sender]}"
    if kind in WHOLE[size.key]:
        return [(kind, sender, "", own)]
    slices = []
    for first in range(FIRST_DAY.year, as_of.year + 1, size.years_a_file):
        last = min(first + size.years_a_file - 1, as_of.year)
        period = f"{first}年" if first == last else f"{first}—{last}年"
        first_day, after = date(first, 1, 1).isoformat(), date(last + 1, 1, 1).isoformat()
        within = f"decided_on >= DATE {quoted(first_day)} AND decided_on < DATE {quoted(after)}"
        slices.append((kind, sender, period, f"{own} AND {within}"))
    return slices
