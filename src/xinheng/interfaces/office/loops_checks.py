"""Checks before an act and commitments of one field, month by month, and the rows behind each month."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from xinheng.core.commitment_register import Outcome
from xinheng.core.days import add_months
from xinheng.core.measures import Occasion
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.exporting import as_table
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Link, Table
from xinheng.services.check_register import Month, checks_in, commitments_in, months_of
from xinheng.services.loops import fields_of
from xinheng.store.check_register import SYSTEM, CheckMade
from xinheng.store.commitments import Commitment

_HEAD = ("月份", "窗口核查", "业务系统核查", "登记的承诺", "已核查履行", "未履行")
MOST = 500
"""Commitments of a month shown beneath its checks; more are on the page of commitments."""


@asks(Verb.READ_CASE)
def loop_checks(call: Call, field: str) -> HttpResponse:
    """The months of this year, or with ``?month=2026-11`` the rows of one."""
    titles = fields_of(call.policy)
    if field not in titles:
        raise Http404
    chosen = _month(call.request.GET.get("month", ""))
    if chosen is not None:
        return _rows(call, field, titles[field], chosen)
    start, end = date(call.today.year, 1, 1), date(call.today.year + 1, 1, 1)
    months = months_of(field, call.reach(Verb.READ_CASE), start=start, end=end)
    if call.request.GET.get("export") == "csv":
        return as_table(f"{titles[field]}核查和承诺-{start.year}", _HEAD, map(_line, months))
    here = reverse("office:loop_checks", kwargs={"field": field})
    table = Table(
        f"{start.year} 年",
        [Column(_HEAD[0]), *(Column(one, "number") for one in _HEAD[1:])],
        [
            [
                Cell(f"{one.first:%Y-%m}", f"{here}?month={one.first:%Y-%m}"),
                *(count(number) for number in _line(one)[1:]),
            ]
            for one in months
        ],
        empty="这一年还没有登记这个领域的核查和承诺。核查登记从启用之日起计，以前的核查只在账本中。",
        caption_hidden=True,
    )
    lead = f"{start.year} 年的办事核查（应查必查）和本领域可承诺事项清单中的承诺，按月计；点月份看每一件。"
    return tables_page(
        call, _crumbs(field, titles[field], ""), f"事前核查和承诺：{titles[field]}", lead, ("", table),
        exports=[Link("导出表格", f"{here}?export=csv")],
    )  # fmt: skip


def _line(one: Month) -> tuple[Any, ...]:
    return (f"{one.first:%Y-%m}", one.desk, one.system, one.taken, one.checked, one.breached)


def _month(text: str) -> date | None:
    year, _, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and len(text) == 7 and 2000 <= int(year) <= 2100):
        return None
    return date(int(year), int(month), 1) if 1 <= int(month) <= 12 else None


def _crumbs(field: str, title: str, last: str) -> list[Crumb]:
    here = reverse("office:loop_checks", kwargs={"field": field}) if last else ""
    found = [
        Crumb("闭环监管", reverse("office:loops")),
        Crumb(title, reverse("office:loop", kwargs={"field": field})),
        Crumb("事前核查和承诺", here),
    ]
    return [*found, Crumb(last)] if last else found


def _rows(call: Call, field: str, title: str, first: date) -> HttpResponse:
    units, span = call.reach(Verb.READ_CASE), {"start": first, "end": add_months(first, 1)}
    checks = checks_in(field, units, **span).select_related("subject", "decision")
    page, paging = newest_first(checks, call.request)
    promised = commitments_in(field, units, **span).select_related("subject", "case").order_by("-pk")[:MOST]
    made = Table(
        "核查",
        [
            Column("日期", "day"),
            Column("单位"),
            Column("主体"),
            Column("事项"),
            Column("方式"),
            Column("为了"),
            Column("办理结果"),
        ],
        [_check(call, one) for one in page],
        empty="这个月没有核查。",
        paging=paging,
        caption_hidden=True,
    )
    taken = Table(
        "承诺",
        [Column("日期", "day"), Column("受理单位"), Column("主体"), Column("承诺"), Column("履行情况")],
        [_commitment(call, one) for one in promised],
        empty="这个月没有登记本领域的承诺。",
        caption_hidden=True,
    )
    month = f"{first:%Y-%m}"
    lead = "每一行是核查登记中的一次核查、承诺登记中的一份承诺；数字与上一页一致。"
    return tables_page(
        call, _crumbs(field, title, month), f"{title}　{month}", lead, ("办事核查", made), ("信用承诺", taken)
    )


def _check(call: Call, one: CheckMade) -> list[Cell | str]:
    return [
        str(one.day),
        call.tree.name(one.organisation_id),
        _subject(call, one.subject.name, one.subject.public_id),
        Occasion(one.occasion).label,
        one.get_way_display(),
        one.reference,
        _outcome(one),
    ]


def _outcome(one: CheckMade) -> str:
    """As its system or its desk told it."""
    decision = getattr(one, "decision", None)
    if decision is not None:
        return str(decision.get_outcome_display())
    return "待反馈" if one.way == SYSTEM else "—"


def _commitment(call: Call, one: Commitment) -> list[Cell | str]:
    case = one.case
    url = reverse("office:case", kwargs={"number": case.number}) if case else ""
    return [
        str(one.committed_on),
        call.tree.name(one.organisation_id),
        _subject(call, one.subject.name, one.subject.public_id),
        Cell(one.title, url),
        Outcome(one.outcome).label if one.outcome else "待核查",
    ]


def _subject(call: Call, name: str, public_id: str) -> Cell:
    linked = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    return Cell(name, reverse("office:subject", kwargs={"subject": public_id}) if linked else "")
