"""What the pages of quality share: periods of receipt, whom they concern, and tables as CSV or XLSX."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

import xlsxwriter
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.collection_cycle import Every, Span, span_of, spans_back
from xinheng.core.days import add_months
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import address, chosen
from xinheng.interfaces.web.parts import Cell, Filter, Link, Option
from xinheng.services.quality import count_batches
from xinheng.services.statistics import Period
from xinheng.services.time import SHANGHAI
from xinheng.store.organisations import Organisation

PERIODS = {"30": "近 30 天", "90": "近 90 天", "365": "近一年", "all": "全部"}
USUAL = "365"
COUNTED_AT_ONCE = 20_000
"""Rows that a page may count before it is shown; larger deliveries are the worker's."""
MONTHS = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGES = (
    ("各项比率", "office:quality"),
    ("质量得分", "office:quality_scores"),
    ("归集覆盖", "office:quality_coverage"),
    ("报送情况", "office:collection"),
    ("来源不一致", "office:conflicts"),
    ("抽查核对", "office:spot_checks"),
)


def pages(call: Call) -> list[Link]:
    """The pages of quality among themselves."""
    match = call.request.resolver_match
    here = match.view_name if match else ""
    return [Link(label, reverse(name), current=name == here) for label, name in _PAGES if _opens(call, name)]


def _opens(call: Call, name: str) -> bool:
    verbs = {
        "office:collection": (Verb.READ_DASHBOARD, Verb.IMPORT_FILE),
        "office:conflicts": (Verb.DECIDE_QUARANTINE, Verb.PROPOSE_QUARANTINE),
        "office:spot_checks": (Verb.PROPOSE_QUARANTINE, Verb.READ_DASHBOARD),
    }.get(name, (Verb.READ_DASHBOARD,))
    return any(call.may_somewhere(verb) for verb in verbs)


def bring_up_to_date(call: Call) -> None:
    """Count small deliveries that the worker has not come to yet."""
    count_batches(now=call.now, most_rows=COUNTED_AT_ONCE)


def units_of(call: Call, verb: Verb = Verb.READ_DASHBOARD) -> list[Organisation]:
    """Organisations whose figures this person may see."""
    return list(Organisation.objects.filter(pk__in=call.reach(verb)).order_by("pk"))


def chosen_period(call: Call) -> str:
    return chosen(call.request, "period", PERIODS) or USUAL


def first_day(call: Call) -> date | None:
    """From which day on deliveries are meant; None for all."""
    days = chosen_period(call)
    return None if days == "all" else call.today - timedelta(days=int(days))


def period(call: Call) -> Period:
    first = first_day(call)
    return Period() if first is None else Period(start=datetime.combine(first, time(), SHANGHAI))


def period_filter(call: Call) -> Filter:
    options = [Option(value, label) for value, label in PERIODS.items()]
    return Filter("period", "收到时间", "select", chosen_period(call), options)


def month(call: Call) -> Span:
    """The month of the address; the last that is over where there is none."""
    text = call.request.GET.get("month", "")
    if len(text) == 7 and text[4] == "-" and (text[:4] + text[5:]).isdecimal():
        year, number = int(text[:4]), int(text[5:])
        if 2000 <= year <= 2100 and 1 <= number <= 12:
            return span_of(Every.MONTH, date(year, number, 1))
    return span_of(Every.MONTH, call.today).before


def month_filter(call: Call) -> Filter:
    options = []
    for span, _ in zip(spans_back(Every.MONTH, call.today), range(2 * MONTHS), strict=False):
        options.append(Option(f"{span.start:%Y-%m}", span.label))
    return Filter("month", "月份", "select", f"{month(call).start:%Y-%m}", options)


def months_back(span: Span, number: int = MONTHS) -> list[Span]:
    """The months up to this one, earliest first."""
    starts = [add_months(span.start, -ahead) for ahead in range(number - 1, -1, -1)]
    return [Span(start, add_months(start, 1)) for start in starts]


def period_of(span: Span) -> Period:
    """A span of days as the moments in China."""
    return Period(
        start=datetime.combine(span.start, time(), SHANGHAI), end=datetime.combine(span.end, time(), SHANGHAI)
    )


def exports(call: Call) -> list[Link]:
    return [
        Link("导出 CSV", address(call.request, format="csv")),
        Link("导出 XLSX", address(call.request, format="xlsx")),
    ]


def exported(
    call: Call, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponse | None:
    """The table as the file that the address asks for; None where it asks for the page."""
    kind = call.request.GET.get("format", "")
    if kind == "csv":
        return as_table(name, head, rows)
    return as_sheet(name, head, rows) if kind == "xlsx" else None


def as_sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """One sheet; figures stay figures, no cell can act as a formula."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                sheet.write(number, place, "" if cell is None else cell)
        sheet.set_column(0, len(head) - 1, 14)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response


def plain(rows: Iterable[Sequence[Cell | str]]) -> list[list[str]]:
    """Cells as the words they show."""
    return [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in rows]
