"""By when each item should come and whether it came; here a department states in writing that it had nothing."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.attachments import Target
from xinheng.core.catalogue import item_code, item_number
from xinheng.core.collection_cycle import Standing
from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.attachments_shown import part_of
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, in_memory
from xinheng.interfaces.office.quality_coverage import TONES
from xinheng.interfaces.office.quality_tables import bring_up_to_date, exported, exports, pages
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table, Tile
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.attachments import held
from xinheng.services.batches import number_of
from xinheng.services.coverage import Cell as DutyCell
from xinheng.services.coverage import cells, closed_cells, due_of, span_from
from xinheng.services.statements import (
    MonthlyRegister,
    monthly_register,
    reminder_key,
    sign_nothing,
    text_of,
    withdraw_statement,
)
from xinheng.services.time import day_of
from xinheng.store.ledger import LedgerEvent
from xinheng.store.organisations import Organisation
from xinheng.store.quality import NothingStatement

PERIODS = {"closed": "上一期", "current": "本期"}
_HEAD = ("单位", "目录项", "更新周期", "报送期", "到期", "情况", "报送日", "说明人", "提醒")


def _unit(public_id: str) -> Organisation | None:
    return Organisation.objects.filter(public_id=public_id).first()


def _statement(public_id: str) -> NothingStatement | None:
    return (
        NothingStatement.objects.select_related("organisation", "signed_by", "withdrawn_by", "withdrawn_for")
        .filter(public_id=public_id)
        .first()
    )


UNIT = Owned("unit", _unit, lambda call, unit: call.of(unit.pk))
STATEMENT = Owned("statement", _statement, lambda call, one: call.of(one.organisation_id))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="撤回的理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )


class SignForm(forms.Form):
    sure = forms.BooleanField(
        label="我已核实，愿以本人账号签署", error_messages={"required": "请先核实并勾选。"}
    )


@asks(Verb.READ_DASHBOARD, Verb.IMPORT_FILE)
def collection(call: Call) -> HttpResponse:
    bring_up_to_date(call)
    reached = call.reach(Verb.READ_DASHBOARD) | call.reach(Verb.IMPORT_FILE)
    every = list(Organisation.objects.filter(pk__in=reached).order_by("pk"))
    wanted = call.request.GET.get("organisation", "")
    units = [unit for unit in every if not wanted or unit.public_id == wanted]
    which = chosen(call.request, "which", PERIODS) or "closed"
    found = _found(call, units, which)
    state = chosen(call.request, "state", list(Standing))
    lines = [cell for cell in found if not state or cell.stood.standing == state]
    reminded = _reminded(call, lines)
    rows = [_row(call, cell, reminded) for cell in lines]
    if file := exported(call, f"报送情况-{call.today}", _HEAD, [_words(row) for row in rows]):
        return file
    shown, paging = in_memory(rows, call.request)
    context = {
        "pages": pages(call),
        "exports": exports(call),
        "filters": _filters(call, every, which, state),
        "reset_url": reverse("office:collection"),
        "tiles": _tiles(found),
        "table": Table(
            "各项报送情况",
            [
                *(Column("单位"), Column("目录项"), Column("更新周期"), Column("报送期")),
                *(Column("到期", "day"), Column("情况"), Column("报送日", "day"), Column("说明人")),
                Column("提醒", "day"),
            ],
            shown,
            empty="没有符合条件的应报项。",
            paging=paging,
            caption_hidden=True,
        ),
        "register": _register(call, units),
    }
    return call.render("quality_cycle", context)


def _found(call: Call, units: list[Organisation], which: str) -> list[DutyCell]:
    if which == "closed":
        found = closed_cells(units, policy=call.policy, today=call.today)
    else:
        found = cells(units, policy=call.policy, month=call.today, today=call.today)
    order = list(Standing)
    return sorted(found, key=lambda cell: (-order.index(cell.stood.standing), cell.stood.due.on))


def _reminded(call: Call, lines: Iterable[DutyCell]) -> dict[str, date]:
    keys = [reminder_key(cell, today=call.today) for cell in lines]
    rows = LedgerEvent.objects.filter(kind="collection.reminded", object__in=keys).values_list("object", "at")
    return {key: day_of(moment) for key, moment in rows}


def _row(call: Call, cell: DutyCell, reminded: dict[str, date]) -> list[Cell | str]:
    stood = cell.stood
    parts = {
        "unit": cell.organisation.public_id,
        "item": item_code(cell.item),
        "start": f"{stood.span.start}",
    }
    over = stood.span.end <= call.today and not stood.standing.covered
    own = call.user.organisation_id == cell.organisation.pk
    may_sign = over and own and bool(call.may(Verb.IMPORT_FILE, call.of(cell.organisation.pk)))
    url = ""
    if cell.statement is not None:
        url = reverse("office:statement", kwargs={"statement": cell.statement.public_id})
    elif may_sign:
        url = reverse("office:sign_nothing", kwargs=parts)
    on = reminded.get(reminder_key(cell, today=call.today))
    state = Cell("说明本期无数据" if may_sign else "", url if may_sign else "")
    batches = (
        f"{reverse('office:batches')}?organisation={cell.organisation.public_id}&item={cell.item}"
        if call.may(Verb.READ_BATCH, call.of(cell.organisation.pk))
        else ""
    )
    return [
        call.tree.name(cell.organisation.pk),
        Cell(item_title(cell.item, call.policy), batches),
        call.policy.catalogue.item(cell.item).cycle,
        stood.span.label,
        f"{stood.due.on}",
        Cell(state.text, state.url, mark=stood.standing.label, tone=TONES.get(stood.standing, "")),
        f"{stood.came_on or '—'}",
        Cell(cell.statement.signed_by.display_name, url) if cell.statement else "—",
        f"{on or '—'}",
    ]


def _words(row: list[Cell | str]) -> list[str]:
    return [(cell.mark or cell.text) if isinstance(cell, Cell) else cell for cell in row]


def _filters(call: Call, units: list[Organisation], which: str, state: str) -> list[Filter]:
    own = [Option(unit.public_id, call.tree.name(unit.pk)) for unit in units]
    states = [Option(one.value, one.label) for one in Standing]
    return [
        Filter("which", "报送期", "select", which, [Option(*pair) for pair in PERIODS.items()]),
        Filter(
            "organisation",
            "单位",
            "select",
            call.request.GET.get("organisation", ""),
            [Option("", "全部"), *own],
        ),
        Filter("state", "情况", "select", state, [Option("", "全部"), *states]),
    ]


def _tiles(found: list[DutyCell]) -> list[Tile]:
    here = reverse("office:collection")
    numbers = {
        standing: sum(cell.stood.standing is standing for cell in found)
        for standing in (Standing.OVERDUE, Standing.CAME_LATE, Standing.NOTHING, Standing.CAME)
    }
    return [
        Tile(
            standing.label,
            count(number),
            url=f"{here}?state={standing}",
            unit="项",
            attention=standing is Standing.OVERDUE and number > 0,
        )
        for standing, number in numbers.items()
    ]


def _register(call: Call, units: list[Organisation]) -> dict[str, Any] | None:
    """The register of commitments of the month, where the city's document asks for one."""
    found = monthly_register(units, policy=call.policy, today=call.today)
    if found is None:
        return None
    left = call.policy.calendar.workdays_between(call.today, found.due_on)
    return {
        "title": found.title,
        "month": found.month.label,
        "due_on": found.due_on,
        "left": left,
        "missing": found.missing,
        "table": _register_table(call, found),
    }


def _register_table(call: Call, found: MonthlyRegister) -> Table:
    rows: list[list[Cell | str]] = []
    for line in found.lines:
        words = "已说明本月无承诺" if line.nothing else ("已报送" if line.reported else "还没有报送")
        tone = "done" if line.complete else "clock"
        rows.append(
            [
                call.tree.name(line.organisation.pk),
                Cell("", mark=words, tone=tone),
                count(line.commitments),
                count(line.incomplete),
                count(line.scans),
            ]
        )
    columns = [
        *(Column("单位"), Column("登记表"), Column("承诺", "number")),
        *(Column("缺必填项", "number"), Column("影像", "number")),
    ]
    return Table(found.title, columns, rows, empty="没有须报送的单位。", caption_hidden=True)


@asks(Verb.IMPORT_FILE, of=UNIT, methods=("GET", "POST"))
@once
def sign_statement(call: Call, unit: Organisation, item: str, start: str) -> HttpResponse:
    """The words of the statement, and its signing."""
    number, day = item_number(item), _day(start)
    if number is None or day is None or not _catalogued(number, call.policy):
        raise Http404
    span = span_from(number, day, policy=call.policy)
    form = SignForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            signed = sign_nothing(
                unit, item=number, start=day, actor=call.user, policy=call.policy, now=call.now
            )
            call.tell(f"已签署{span.label}的无数据报送说明。")
            return redirect("office:statement", statement=signed.public_id)
    context = {
        "crumbs": [Crumb("报送情况", reverse("office:collection")), Crumb("说明本期无数据")],
        "unit": call.tree.name(unit.pk),
        "item": item_title(number, call.policy),
        "month": span.label,
        "due_on": due_of(span, policy=call.policy, today=call.today),
        "words": text_of(number, span, policy=call.policy),
        "form": form,
        "statement": None,
        "withdraw_url": "",
    }
    return call.render("statement", context)


def _catalogued(number: int, policy: Policy) -> bool:
    return any(entry.number == number for entry in policy.catalogue.items.values())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@asks(Verb.IMPORT_FILE, Verb.READ_DASHBOARD, of=STATEMENT)
def statement(call: Call, signed: NothingStatement) -> HttpResponse:
    return _statement_page(call, signed, ReasonForm())


@asks(Verb.IMPORT_FILE, of=STATEMENT, methods=("POST",))
@once
def withdraw(call: Call, signed: NothingStatement) -> HttpResponse:
    form = ReasonForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            withdraw_statement(
                signed.public_id, actor=call.user, reason=form.cleaned_data["reason"], now=call.now
            )
            call.tell("已撤回这份说明。")
            return redirect("office:statement", statement=signed.public_id)
    return _statement_page(call, signed, form)


def _statement_page(call: Call, signed: NothingStatement, form: ReasonForm) -> HttpResponse:
    open_ = signed.withdrawn_at is None
    may = open_ and bool(call.may(Verb.IMPORT_FILE, call.of(signed.organisation_id)))
    ended_by = signed.withdrawn_by.display_name if signed.withdrawn_by else "系统"
    context = {
        "crumbs": [Crumb("报送情况", reverse("office:collection")), Crumb("无数据报送说明")],
        "unit": call.tree.name(signed.organisation_id),
        "item": item_title(signed.item, call.policy),
        "month": span_from(signed.item, signed.start_on, policy=call.policy).label,
        "due_on": None,
        "words": signed.text,
        "form": form if may else None,
        "statement": {
            "signed_by": signed.signed_by.display_name,
            "signed_at": signed.signed_at,
            "digest": signed.digest,
            "withdrawn_at": signed.withdrawn_at,
            "withdrawn_by": ended_by,
            "batch": number_of(signed.withdrawn_for) if signed.withdrawn_for else "",
            "reason": signed.reason,
        },
        "withdraw_url": reverse("office:withdraw_statement", kwargs={"statement": signed.public_id})
        if may
        else "",
        "attachments": part_of(call, held(Target.STATEMENT, signed.public_id)),
    }
    return call.render("statement", context)
