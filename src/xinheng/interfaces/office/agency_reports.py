"""The register of credit agencies, kept by the credit office, and the reports of agencies that an organ received."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.attachments_received import received, whole_file
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.agency_reports import (
    Filing,
    Shown,
    agencies,
    enter_report,
    keep_answer,
    received_by,
    register_agency,
    registered_copies,
    strike_off,
    withdraw_report,
)
from xinheng.store.agency_reports import AgencyAnswer, AgencyReport

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
BANK = "bank"


class FilingForm(forms.Form):
    name = forms.CharField(label="机构名称", max_length=120, error_messages={"required": "请填写机构名称。"})
    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写 18 位代码。"}
    )
    filing_no = forms.CharField(label="备案号", max_length=60, error_messages={"required": "请填写备案号。"})
    filed_with = forms.CharField(
        label="备案机关", max_length=120, error_messages={"required": "请填写备案机关。"}
    )
    filed_on = forms.DateField(
        label="备案日期", widget=_DAY, error_messages={"required": "请填写备案日期。", "invalid": "日期写作 2026-11-20。"}
    )  # fmt: skip


class ShownForm(forms.Form):
    """A report that an enterprise handed in."""

    code = forms.CharField(
        label="企业的统一社会信用代码", max_length=18, error_messages={"required": "请填写企业的 18 位代码。"}
    )
    agency = forms.ChoiceField(label="出具机构", error_messages={"required": "请选择出具机构。"})
    number = forms.CharField(label="报告编号", max_length=60, required=False)
    purpose = forms.CharField(label="用途", max_length=200, error_messages={"required": "请填写用途。"})
    made_on = forms.DateField(label="出具日期", widget=_DAY, error_messages={"required": "请填写出具日期。"})
    valid_until = forms.DateField(
        label="有效期最后一日", widget=_DAY, error_messages={"required": "请填写有效期最后一日。"}
    )
    file = forms.FileField(
        label="报告文件（PDF）",
        required=False,
        error_messages={"empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )

    def __init__(self, known: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *known,
            (BANK, "银行（只登记使用，不上传）"),
        ]


def _known() -> list[tuple[str, str]]:
    standing = agencies().filter(struck_at=None)
    return [(one.public_id, f"{one.name}（{one.filing_no}）") for one in standing]


class CopyForm(forms.Form):
    """A copy that somebody brings."""

    file = forms.FileField(
        label="报告文件（PDF）",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )


@asks(Verb.KEEP_AGENCIES, methods=("GET", "POST"))
@once
def credit_agencies(call: Call) -> HttpResponse:
    """Who filed with the authority; entered and struck off by the credit office."""
    post, wrong = call.request.method == "POST", ""
    form = FilingForm(call.request.POST if post and call.request.POST.get("act") != "strike" else None)
    if post and not form.is_bound:
        wrong = _refused(call, lambda: _struck(call))
        if not wrong:
            return redirect("office:credit_agencies")
    elif form.is_valid():
        with refusals_on(form, {"TP1": "code", "TP11": "filed_on", "TP2": "filing_no"}):
            register_agency(Filing(**form.cleaned_data), by=call.user, now=call.now)
            call.tell("已登记。")
            return redirect("office:credit_agencies")
    context = {
        "crumbs": [Crumb("第三方信用报告", reverse("office:agency_reports")), Crumb("机构名册")],
        "form": form,
        "wrong": wrong,
        "agencies": list(agencies()[:200]),
    }
    return call.render("credit_agencies", context, status=409 if wrong else 200)


def _struck(call: Call) -> None:
    given = call.request.POST
    strike_off(given.get("agency", ""), given.get("reason", ""), by=call.user, now=call.now)
    call.tell("已移出名册。")


def _refused(call: Call, act: Callable[[], None]) -> str:
    try:
        act()
    except Refusal as refusal:
        return told(refusal)
    return ""


@csrf_exempt
@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
def agency_reports(call: Call) -> HttpResponse:
    """What the organ received, a form for the next, and one that compares a copy."""
    if call.request.method != "POST":
        return _page(call)
    return received(call, lambda: _sent(call))


@once
def _sent(call: Call) -> HttpResponse:
    post = call.request.POST
    if post.get("act") == "copy":
        return _compared(call)
    form = ShownForm(_known(), post, call.request.FILES)
    if form.is_valid():
        fields = {
            "BG5": "code",
            "TP4": "agency",
            "TP5": "made_on",
            "TP12": "valid_until",
            "TP6": "number",
            "TP13": "number",
            "TP14": "file",
            "TP7": "file",
            "AT13": "file",
        }
        with refusals_on(form, fields):
            given = dict(form.cleaned_data)
            file, chosen = given.pop("file"), given.pop("agency")
            agency = None if chosen == BANK else agencies().get(public_id=chosen)
            path = whole_file(call, file) if file is not None else None
            enter_report(Shown(**given, agency=agency), path, by=call.user, policy=call.policy, now=call.now)
            call.tell("已登记。报告原件请随办理的事项保管，本平台只留指纹。")
            return redirect("office:agency_reports")
    return _page(call, form=form)


def _compared(call: Call) -> HttpResponse:
    form = CopyForm(call.request.POST, call.request.FILES)
    found: list[AgencyReport] | None = None
    if form.is_valid():
        with refusals_on(form, {"TP7": "file"}):
            path = whole_file(call, form.cleaned_data["file"])
            found = registered_copies(path, now=call.now)
    return _page(call, copy=form, found=found)


def _page(
    call: Call,
    *,
    form: ShownForm | None = None,
    copy: CopyForm | None = None,
    found: list[AgencyReport] | None = None,
) -> HttpResponse:
    page, paging = newest_first(received_by(call.user), call.request)
    columns = [
        *(Column("企业"), Column("机构"), Column("编号", "code"), Column("用途")),
        *(Column("出具日期", "day"), Column("有效期至", "day"), Column("状态")),
    ]
    table = Table(
        "报告",
        columns,
        [_row(call, one) for one in page],
        empty="本单位还没有登记过第三方信用报告。",
        paging=paging,
        caption_hidden=True,
    )
    context = {
        "crumbs": [Crumb("第三方信用报告")],
        "form": form or ShownForm(_known(), initial={"made_on": call.today}),
        "copy": copy or CopyForm(),
        "compared": found is not None,
        "found": found or [],
        "table": table,
        "agencies_url": reverse("office:credit_agencies") if call.may_somewhere(Verb.KEEP_AGENCIES) else "",
    }
    return call.render("agency_reports", context)


def _row(call: Call, one: AgencyReport) -> list[Cell | str]:
    return [
        Cell(one.subject.name, reverse("office:agency_report", args=[one.public_id])),
        one.agency.name if one.agency else "银行",
        one.number or "—",
        one.purpose,
        one.made_on.isoformat(),
        one.valid_until.isoformat(),
        _state(call, one),
    ]


def _state(call: Call, one: AgencyReport) -> Cell:
    if one.withdrawn_at is not None:
        return Cell("", mark="已撤回", tone="clock")
    if one.valid_until < call.today:
        return Cell("", mark="已过期", tone="clock")
    if one.answer:
        denied = one.answer == AgencyAnswer.DENIED
        return Cell("", mark=AgencyAnswer(one.answer).label, tone="decide" if denied else "done")
    return Cell("", mark="有效")


@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
@once
def agency_report(call: Call, report: str) -> HttpResponse:
    """One that the organ received: what the agency answered, or why it is taken back."""
    one = received_by(call.user).filter(public_id=report).first()
    if one is None:
        raise Refusal("TP10", "本单位没有登记过这份报告。", advice="请从列表中打开。")
    wrong = ""
    if call.request.method == "POST":
        given = call.request.POST
        wrong = _refused(call, lambda: _acted(call, one, given.get("act", ""), given.get("said", "")))
        if not wrong:
            return redirect("office:agency_report", report=report)
    context = {
        "crumbs": [Crumb("第三方信用报告", reverse("office:agency_reports")), Crumb(one.subject.name)],
        "one": one,
        "state": _state(call, one).mark,
        "wrong": wrong,
        "open": one.withdrawn_at is None,
        "may_answer": one.agency_id is not None and not one.answer and one.withdrawn_at is None,
        "answers": AgencyAnswer.choices,
    }
    return call.render("agency_report", context, status=409 if wrong else 200)


def _acted(call: Call, one: AgencyReport, act: str, said: str) -> None:
    if act in AgencyAnswer.values:
        keep_answer(one, AgencyAnswer(act), said, by=call.user, now=call.now)
        call.tell("已登记机构的答复。")
    else:
        withdraw_report(one, said, by=call.user, now=call.now)
        call.tell("已撤回。")
