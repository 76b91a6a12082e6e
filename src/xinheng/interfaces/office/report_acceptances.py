"""An organ enters the reports it took in place of certificates, or why it did not; all see how far that has come."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.parts import Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.report_acceptances import (
    Received,
    complaints_in,
    coverage_of,
    enter_received,
    entered_by,
)
from xinheng.store.report_acceptances import ReportAcceptance, ReportSource

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_LEAD = (
    "企业可以用专项信用报告代替有无违法违规记录的证明，收到报告的单位不再要求企业另开证明。"
    "报告交到本单位后在这里登记；没有接受的，写明原因。"
)


class ReceivedForm(forms.Form):
    """What came in, for what, and whether it was taken: a reason says that it was not."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写企业的 18 位代码。"}
    )
    source = forms.ChoiceField(label="出具平台", choices=ReportSource.choices)
    number = forms.CharField(
        label="报告编号", max_length=40, error_messages={"required": "请填写报告首页的编号。"}
    )
    matter = forms.ChoiceField(label="事项", error_messages={"required": "请选择办理的事项。"})
    received_on = forms.DateField(
        label="收到日期", widget=_DAY, error_messages={"required": "请填写收到日期。"}
    )
    reason = forms.CharField(
        label="没有接受的原因",
        required=False,
        max_length=300,
        help_text="接受的不填。",
    )

    def __init__(self, *args: Any, policy: Policy, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["matter"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((key, one.title) for key, one in policy.reports.substitutes.items()),
        ]


@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
@once
def report_acceptances(call: Call) -> HttpResponse:
    """What the organs in reach entered, the newest first, below what the city has come to this year."""
    form = ReceivedForm(call.request.POST or None, policy=call.policy, initial={"received_on": call.today})
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"source": ReportSource(form.cleaned_data["source"])}
        with refusals_on(form, {"BG5": "code", "BG12": "number", "BG13": "number", "BG14": "number"}):
            enter_received(Received(**given), by=call.user, policy=call.policy, now=call.now)
            call.tell("已经登记。")
            return redirect("office:report_acceptances")
    return tables_page(
        call,
        [Crumb("报告代替证明")],
        "报告代替证明",
        _LEAD,
        ("全市进展", _coverage(call)),
        ("登记", _entered(call)),
        form=form,
        button="登记",
        links=[],
    )


def _coverage(call: Call) -> Table:
    titles = call.policy.reports.substitutes
    rows = [
        [
            titles[one.matter].title,
            str(one.accepted),
            str(one.organs),
            str(one.refused),
            "已有单位接受" if one.accepted else "还没有登记",
        ]
        for one in coverage_of(call.today.year, policy=call.policy)
    ]
    columns = [
        Column("事项"),
        Column("接受（份）", "number"),
        Column("接受的单位（个）", "number"),
        Column("没有接受（份）", "number"),
        Column("进展"),
    ]
    told = f"{call.today.year}年，收到“拒收”投诉 {complaints_in(call.today.year)} 件。事项名录为建议，未与文件核对"
    return Table(told, columns, rows)


def _entered(call: Call) -> Table:
    page, paging = newest_first(entered_by(call.reach(Verb.CHECK_SUBJECT)), call.request)
    columns = [
        Column("企业"),
        Column("报告编号", "code"),
        Column("出具平台"),
        Column("事项"),
        Column("收到日期", "day"),
        Column("单位"),
        Column("结果"),
    ]
    return Table(
        "报告",
        columns,
        [_cells(call, one) for one in page],
        empty="还没有登记过报告。",
        paging=paging,
        caption_hidden=True,
    )


def _cells(call: Call, one: ReportAcceptance) -> list[str]:
    substitute = call.policy.reports.substitutes.get(one.matter)
    return [
        one.subject.name,
        one.number,
        ReportSource(one.source).label,
        substitute.title if substitute else one.matter,
        one.received_on.isoformat(),
        call.tree.name(one.organisation_id),
        "已接受" if one.accepted else f"没有接受：{one.reason}",
    ]
