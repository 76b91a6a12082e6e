"""Permits and penalties on their way upwards (双公示上报): files to hand over, receipts, and what came back to departments."""

from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.exporting import stored
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.records_shown import record_url
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.time import day_of
from xinheng.services.up_reports import (
    hand_over,
    held,
    make_reports,
    may_be_taken,
    refused_rows,
    report_again,
    standings,
    take_file,
    take_receipt,
)
from xinheng.store.records import Record
from xinheng.store.up_reports import UpReport, UpRow, UpState

SHOWN = 50
_LEAD = (
    "每天把正在公示、还没有上报的行政许可和行政处罚照国家标准栏目做成一份文件（CSV、XLSX 和清单），由人工交给上级平台，再登记回执。"
    "上报后停止公示的，另做一份撤下文件，只写文号和代码。栏目凭整理资料录入，未与标准原文核对；涉及个人的栏目留空。"
)


def _find(public_id: str) -> UpReport | None:
    return (
        UpReport.objects.select_related("file", "handed_by", "answered_by")
        .filter(public_id=public_id)
        .first()
    )


def _city(call: Call, _: object) -> Target:
    return call.of(call.tree.root)


UP_REPORT = Owned("report", _find, _city)


class ReceiptForm(forms.Form):
    """What the platform above answered."""

    receipt = forms.CharField(
        label="回执编号或者时间", max_length=200, error_messages={"required": "请填写回执编号或者时间。"}
    )
    rows = forms.CharField(
        label="逐行结果",
        max_length=900_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="每行写：行号,接受或退回,原因。全部接受的只写“全部接受”；没有写到的行继续等待回执。",
        error_messages={"required": "请填写逐行结果，全部接受的写“全部接受”。"},
    )


@asks(Verb.EXPORT_RECORDS, Verb.IMPORT_FILE)
def up_reports(call: Call) -> HttpResponse:
    """The city's files for whoever hands them over; for each department what it must mend."""
    hands = bool(call.may(Verb.EXPORT_RECORDS, call.of(call.tree.root)))
    reached = call.reach(Verb.IMPORT_FILE) | call.reach(Verb.EXPORT_RECORDS)
    context: dict[str, Any] = {
        "crumbs": [Crumb("双公示上报")],
        "may_make": hands,
        "make_url": reverse("office:make_up_reports"),
        "lead": _LEAD,
        "tables": [
            *([("进展", _standings(call)), ("文件", _files(call))] if hands else []),
            ("上级平台退回的", _refused(call, reached)),
            ("缺少必报栏目、没有上报的", _held(call, reached)),
        ],
        "again": [
            {
                "label": f"{row.ground.detail.document_no or row.pk} 不改动，重新上报",
                "url": _again_url(row.pk),
            }
            for row in refused_rows(call.reach(Verb.IMPORT_FILE))[:SHOWN]
        ],
    }
    return call.render("up_reports", context)


def _again_url(number: int) -> str:
    return reverse("office:report_again", kwargs={"row": number})


def _title(call: Call, act: str) -> str:
    return call.policy.acts.layouts[act].title if act in call.policy.acts.layouts else act


def _standings(call: Call) -> Table:
    rows = [
        [
            _title(call, one.act),
            *(count(number) for number in (one.ready, one.filed, one.waiting, one.refused, one.late)),
        ]
        for one in standings(call.policy, today=call.today)
    ]
    labels = ("还没有做成文件", "已做成文件、待交出", "已交出、等待回执", "退回", "超过公示期限没有交出")
    columns = [Column("类别"), *(Column(label, "number") for label in labels)]
    return Table("进展", columns, rows, caption_hidden=True)


def _files(call: Call) -> Table:
    known = UpReport.objects.select_related("file", "handed_by", "answered_by")
    page, paging = newest_first(known, call.request)
    lines = UpRow.objects.filter(report__in=[one.pk for one in page], state=UpState.WAITING)
    waiting = set(lines.order_by().values_list("report", flat=True).distinct())
    columns = [
        *(Column("类别"), Column("内容"), Column("行数", "number"), Column("生成", "day")),
        *(Column("状态"), Column("回执"), Column("打开", "tight")),
    ]
    rows: list[list[Cell | str]] = [
        [
            _title(call, one.act),
            "撤下" if one.withdraws else "上报",
            count(one.rows),
            day_of(one.made_at).isoformat(),
            _state(one, waiting=one.pk in waiting),
            one.receipt or "—",
            Cell("查看", reverse("office:up_report", kwargs={"report": one.public_id})),
        ]
        for one in page
    ]
    empty = "还没有文件。有新的公示时每天自动生成，也可以现在生成。"
    return Table("文件", columns, rows, empty=empty, paging=paging, caption_hidden=True)


def _state(one: UpReport, *, waiting: bool) -> Cell:
    """``waiting``: whether a line has no answer yet."""
    if one.answered_at is not None:
        if waiting:
            return Cell("", mark="部分有回执", tone="clock")
        return Cell("", mark="已有回执", tone="done")
    if one.handed_at is not None:
        return Cell("", mark="等待回执", tone="clock")
    if one.file.destroyed_at is not None:
        return Cell("", mark="已作废")
    return Cell("", mark="待交出", tone="decide")


def _record(record: Record) -> Cell:
    return Cell(record.detail.document_no or "（无文号）", record_url(record.subject, record))


def _unit(call: Call, record: Record) -> str:
    return call.tree.name(record.batch.organisation_id) if record.batch else "—"


def _refused(call: Call, reached: frozenset[int]) -> Table:
    rows: list[list[Cell | str]] = [
        [_record(one.ground), one.ground.subject.name, _unit(call, one.ground), one.reason]
        for one in refused_rows(reached)[:SHOWN]
    ]
    columns = [Column("文号"), Column("企业"), Column("报送单位"), Column("原因")]
    empty = "没有退回的。退回的更正以后自动重新上报。"
    return Table("上级平台退回的", columns, rows, empty=empty, caption_hidden=True)


def _held(call: Call, reached: frozenset[int]) -> Table:
    found = [
        one for act in call.policy.acts.layouts for one in held(act, sorted(reached), call.policy, most=SHOWN)
    ]
    rows: list[list[Cell | str]] = [
        [_record(one.record), one.record.subject.name, _unit(call, one.record), "；".join(one.gaps)]
        for one in found
    ]
    columns = [Column("文号"), Column("企业"), Column("报送单位"), Column("缺少")]
    empty = "没有缺少必报栏目的。"
    return Table("缺少必报栏目的", columns, rows, empty=empty, caption_hidden=True)


@asks(Verb.EXPORT_RECORDS, methods=("POST",))
@once
def make_up_reports(call: Call) -> HttpResponse:
    call.demand(Verb.EXPORT_RECORDS, _city(call, None))
    made = make_reports(policy=call.policy, now=call.now)
    call.tell(f"生成了 {len(made)} 份文件。" if made else "没有新的内容需要上报。")
    return redirect("office:up_reports")


@asks(Verb.EXPORT_RECORDS, of=UP_REPORT, methods=("GET", "POST"))
@once
def up_report(call: Call, report: UpReport) -> HttpResponse:
    """One file: download, register that it was handed over, then its receipt. It can be taken again after it was handed over."""
    if report.handed_at is None:
        if call.request.method == "POST":
            hand_over(report.public_id, actor=call.user, now=call.now)
            call.tell("已登记交出。收到回执后在这里登记。")
            return redirect("office:up_report", report=report.public_id)
        return _file_page(call, report, None)
    form = ReceiptForm(call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_on(form, {"UR4": "receipt", "UR5": "rows"}):
            accepted, refused = take_receipt(
                report.public_id, given["rows"], receipt=given["receipt"], actor=call.user, now=call.now
            )
            call.tell(f"已登记回执：接受 {accepted} 条，退回 {refused} 条。")
            return redirect("office:up_reports")
    return _file_page(call, report, form)


def _file_page(call: Call, report: UpReport, form: ReceiptForm | None) -> HttpResponse:
    who, at = report.handed_by, report.handed_at
    handed = f"{who.display_name}　{day_of(at)}" if who and at else ""
    context = {
        "crumbs": [Crumb("双公示上报", reverse("office:up_reports")), Crumb(report.file.name)],
        "name": report.file.name,
        "rows": report.rows,
        "digest": report.digest,
        "handed": handed,
        "discarded": report.handed_at is None and report.file.destroyed_at is not None,
        "file_url": reverse("office:up_report_file", kwargs={"report": report.public_id})
        if may_be_taken(report)
        else "",
        "form": form,
    }
    return call.render("up_report", context)


@asks(Verb.EXPORT_RECORDS, of=UP_REPORT)
def up_report_file(call: Call, report: UpReport) -> StreamingHttpResponse:
    """The file as it was made; taking it is noted."""
    return stored(take_file(report, actor=call.user, now=call.now))


@asks(Verb.IMPORT_FILE, methods=("POST",))
@once
def again(call: Call, row: int) -> HttpResponse:
    report_again(row, among=call.reach(Verb.IMPORT_FILE), actor=call.user, now=call.now)
    call.tell("已列入下一份上报文件。")
    return redirect("office:up_reports")
