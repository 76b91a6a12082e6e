"""The list of measures as it was sent to the departments: each confirms its own, the credit office sees who has not."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.form_page import form_page
from xinheng.interfaces.office.measures import crumbs, tables_page
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.measures_sent import confirm_list, sent_to
from xinheng.services.time import day_of
from xinheng.store.measures import MeasureListSent

STATES = {"waiting": "待确认", "read": "已确认"}


def _sent(public_id: str) -> MeasureListSent | None:
    return MeasureListSent.objects.filter(public_id=public_id).first()


SENT = Owned("sent", _sent, lambda call, one: call.of(one.organisation_id))


@asks(Verb.READ_CASE)
def measure_lists(call: Call) -> HttpResponse:
    rows = sent_to(call.reach(Verb.READ_CASE))
    state = chosen(call.request, "state", STATES)
    if state:
        rows = rows.filter(read_at__isnull=state == "waiting")
    page, paging = newest_first(rows, call.request)
    table = Table(
        "下发的清单",
        [
            Column("部门"), Column("清单"), Column("下发", "day"), Column("确认截止", "day"), Column("状态"),
        ],
        [
            [
                call.tree.name(one.organisation_id),
                Cell(f"{one.edition} 年版", reverse("office:measures")),
                str(day_of(one.sent_at)),
                str(one.due_on or "待确认"),
                _state(call, one),
            ]
            for one in page
        ],
        empty="还没有下发。清单有新版本时，以及每到定期下发的日子，系统当夜下发。",
        paging=paging,
        caption_hidden=True,
    )  # fmt: skip
    own = sent_to([call.user.organisation_id]).filter(read_at__isnull=True).first()
    links = [("查看清单", reverse("office:measures"))]
    if own is not None and call.may(Verb.DRAFT_CASE, call.of(own.organisation_id)):
        links = [
            ("确认收悉本部门的清单", reverse("office:confirm_measure_list", kwargs={"sent": own.public_id})),
            *links,
        ]
    lead = (
        "措施清单有新版本就下发，没有变化的也定期再发；各部门确认收悉，按清单办理，清单之外的措施不得采取。"
    )
    return tables_page(
        call,
        "清单下发和确认",
        lead,
        ("", table),
        links=links,
        filters=[
            Filter(
                "state",
                "状态",
                "select",
                state,
                [Option("", "全部"), *(Option(*one) for one in STATES.items())],
            )
        ],
        reset_url=reverse("office:measure_lists"),
    )


def _state(call: Call, one: MeasureListSent) -> Cell:
    if one.read_at is not None:
        who = one.read_by.display_name if one.read_by else ""
        return Cell(f"{who} {day_of(one.read_at)}", mark="已确认", tone="done")
    late = one.due_on is not None and one.due_on < call.today
    return Cell("", mark="逾期未确认" if late else "待确认", tone="decide" if late else "clock")


@asks(Verb.DRAFT_CASE, of=SENT, methods=("GET", "POST"))
@once
def confirm_measure_list(call: Call, sent: MeasureListSent) -> HttpResponse:
    """Somebody of the department confirms that the list has come."""
    form = forms.Form(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            confirm_list(sent.public_id, actor=call.user, now=call.now)
            call.tell("已确认收悉。")
            return redirect("office:measure_lists")
    lead = (
        f"{call.tree.name(sent.organisation_id)}，{sent.edition} 年版，{day_of(sent.sent_at)} 下发。"
        "请先在“奖惩措施”查看清单；确认后，本部门按清单办理，清单之外的措施不得采取。"
    )
    way = crumbs(call, Crumb("清单下发和确认", reverse("office:measure_lists")), Crumb("确认收悉"))
    return form_page(call, form, way, heading="确认收悉措施清单", lead=lead, button="确认收悉")
