"""How far each department checks before it decides (应查必查): a year, a table, a file; for the credit office and each organ itself."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.measures import Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Column, Crumb, Link, Table
from xinheng.services.check_duties import BEFORE, DutyDone, duties_done

_HEAD = (
    "单位",
    "事项",
    "已知的决定",
    "决定前已核查",
    "窗口核查",
    "系统核查",
    "已反馈办理结果",
    "系统核查未反馈",
    "窗口核查未登记结果",
)


@asks(Verb.READ_CASE)
def check_duties(call: Call) -> HttpResponse:
    """Of this year, or of ``?year=2025``."""
    year = _year(call)
    span = {"start": date(year, 1, 1), "end": date(year + 1, 1, 1)}
    found = duties_done(call.reach(Verb.READ_CASE), policy=call.policy, **span)
    if call.request.GET.get("export") == "csv":
        return as_table(f"应查必查-{year}", _HEAD, [_line(call, one) for one in found])
    here = reverse("office:check_duties")
    done = Table(
        f"{year} 年",
        [Column(_HEAD[0]), Column(_HEAD[1]), *(Column(one, "number") for one in _HEAD[2:])],
        [[one if isinstance(one, str) else count(one) for one in _line(call, row)] for row in found],
        empty="这一年没有登记过核查，也没有收到这些事项的决定。",
        caption_hidden=True,
    )
    days = call.policy.parameter(BEFORE, on=call.today).value
    lead = (
        "作出决定以前应当核查信用状况的事项，各单位核查了多少、结果用了没有。“决定前已核查”指同一单位在决定日以前"
        f" {days} 天内核查过同一主体。核查只提供信息，是否办理由各单位依法决定。"
    )
    return tables_page(
        call,
        [Crumb("应查必查")],
        f"应查必查　{year} 年",
        lead,
        ("", done),
        ("应当核查的事项", _matters(call)),
        links=[(f"{year - 1} 年", f"{here}?year={year - 1}")],
        exports=[Link("导出表格", f"{here}?year={year}&export=csv")],
    )


def _year(call: Call) -> int:
    given = call.request.GET.get("year", "")
    known = given in {str(year) for year in range(2000, call.today.year)}
    return int(given) if known else call.today.year


def _line(call: Call, one: DutyDone) -> tuple[Any, ...]:
    unknown = "未归集"
    return (
        call.tree.name(one.organisation),
        call.policy.reports.must_check[Occasion(one.matter)].title,
        unknown if one.decisions is None else one.decisions,
        unknown if one.before is None else one.before,
        one.desk,
        one.system,
        one.fed_back,
        one.open,
        one.desk_open,
    )


def _matters(call: Call) -> Table:
    items = call.policy.catalogue.items
    rows = [
        [
            one.title,
            "、".join(items[key].title for key in one.decided) or "没有归集，只计核查",
            "；".join(call.policy.sources[cited.source].cite(cited.clause) for cited in one.basis),
            "已核对" if one.verified else "未与文件核对",
        ]
        for one in call.policy.reports.must_check.values()
    ]
    columns = [Column("事项"), Column("从哪些信息知道已作出决定"), Column("依据"), Column("核对")]
    return Table("事项", columns, rows, caption_hidden=True)
