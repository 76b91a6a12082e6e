"""A desk checks a list of enterprises for one tender and gets a signed report; asks again before the award; answers letters.

A list is pasted or uploaded, wrong lines are named, and nobody is ranked or left out (legal guards G9, G14, G16).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt

from xinheng.core.bidders import Bidders, bidders_of, lines_of
from xinheng.core.measures import Occasion
from xinheng.core.refusal import Refusal
from xinheng.core.review_reports import ReviewKind
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.measures_check import offer_fields
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.tables_page import tables_page
from xinheng.interfaces.web.papers import MIB, received, whole_file
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Table
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.check_register import fields_in_charge
from xinheng.services.checks_many import MOST
from xinheng.services.reports_verifying import State, state_of_review
from xinheng.services.review_content import reviews
from xinheng.services.review_reports import (
    ReviewWanted,
    bidders_in,
    check_again,
    confirm_review,
    content_of_review,
    data_of_review,
    keep_use,
    make_review,
    ofd_of_review,
    paper_of_review,
    reviews_of,
)
from xinheng.store.organisations import Organisation
from xinheng.store.review_reports import ReviewReport

MOST_MIB = 2
_LEAD = (
    "一次核查一个项目的全部投标人，得到一份有编号、有签名的报告；定标前再核查一次，看有没有变化。"
    "只列各家适用的内容，不排序、不打分、不作取舍。每家企业都能看到谁、为了什么查过它。"
)
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_INQUIRIES = (Occasion.FUNDS, Occasion.HONOURS, Occasion.BENEFITS, Occasion.PROCUREMENT)
_TENDERS = (Occasion.TENDER, Occasion.PROCUREMENT)
REVIEW = Owned(
    "number",
    lambda number: reviews().select_related("by", "confirmed_by").filter(number=number).first(),
    lambda call, one: call.of(one.organisation_id),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a form offers: fields of the desk's organ by key, organs with their names."""

    own: Mapping[str, str]
    units: Sequence[tuple[str, str]] = ()


def _desk(call: Call) -> Desk:
    units = Organisation.objects.order_by("pk")
    return Desk(
        fields_in_charge(call.user.organisation, policy=call.policy),
        [(one.public_id, call.tree.name(one.pk)) for one in units],
    )


class ListForm(forms.Form):
    """For which project, and whom: pasted or as a file."""

    occasion = forms.ChoiceField(label="事项", error_messages={"required": "请选择事项。"})
    project = forms.CharField(
        label="项目编号和名称", max_length=200, error_messages={"required": "请填写项目编号和名称。"}
    )
    purpose = forms.CharField(
        label="用途", max_length=200, error_messages={"required": "请填写用途，例如评标、评先评优。"}
    )
    field = forms.ChoiceField(label="领域", required=False)
    codes = forms.CharField(
        label="名单，每行一家",
        required=False,
        max_length=200 * MOST,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(
        label="或者上传名单",
        required=False,
        error_messages={"empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls"}),
    )

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occasion"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((one.value, one.label) for one in self.occasions),
        ]
        offer_fields(self, desk.own)

    occasions: tuple[Occasion, ...] = _TENDERS


class TenderForm(ListForm):
    """As of a day, which may be past."""

    as_of = forms.DateField(
        label="截止日",
        widget=_DAY,
        error_messages={"required": "请填写截止日，例如开标日。", "invalid": "日期写作 2026-11-20。"},
    )
    field_order = ("occasion", "project", "purpose", "field", "as_of", "codes", "file")


class InquiryForm(ListForm):
    """In answer to the letter of a department."""

    asked_by = forms.ChoiceField(label="来函单位", error_messages={"required": "请选择来函单位。"})
    asked_no = forms.CharField(
        label="来函文号", max_length=100, error_messages={"required": "请填写来函文号。"}
    )
    field_order = ("asked_by", "asked_no", "occasion", "project", "purpose", "codes", "file")
    occasions: tuple[Occasion, ...] = _INQUIRIES

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(desk, *args, **kwargs)
        self.fields.pop("field", None)
        self.fields["asked_by"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *desk.units,
        ]


@asks(Verb.CHECK_SUBJECT)
def review_list(call: Call) -> HttpResponse:
    """What this desk made, the newest first."""
    page, paging = newest_first(reviews_of(call.user.organisation), call.request, size=20)
    columns = [
        *(Column("报告编号", "code"), Column("项目"), Column("种类"), Column("截止日", "day")),
        Column("户数", "number"),
        Column("状态"),
    ]
    rows = [
        [
            Cell(one.number, reverse("office:review", args=[one.number])),
            one.project,
            ReviewKind(one.kind).label,
            one.as_of.isoformat(),
            str(one.subjects.count()),
            _state(call, one),
        ]
        for one in page
    ]
    table = Table(
        "核查", columns, rows, empty="本单位还没有出具过核查报告。", paging=paging, caption_hidden=True
    )
    links = [
        ("核查一个项目的投标人", reverse("office:new_review")),
        ("答复信用核查函", reverse("office:new_inquiry")),
    ]
    return tables_page(
        call, [Crumb("投标人核查和核查函")], "投标人核查和核查函", _LEAD, ("", table), links=links
    )


def _state(call: Call, one: ReviewReport) -> Cell:
    if one.kind == ReviewKind.INQUIRY and one.confirmed_at is None:
        return Cell("", mark="待另一人确认", tone="decide")
    state = state_of_review(one, policy=call.policy, today=call.today)
    if state is State.CURRENT:
        return Cell("", mark="内容没有变化", tone="done")
    return Cell("", mark=state.label, tone="clock")


@csrf_exempt
@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
def new_review(call: Call) -> HttpResponse:
    """A list of bidders as of a day."""
    heading = "核查一个项目的投标人"
    given = {"occasion": Occasion.TENDER.value, "as_of": call.today, "purpose": "评标"}
    return _new(call, TenderForm, heading, _LEAD, given)


@csrf_exempt
@asks(Verb.CHECK_SUBJECT, methods=("GET", "POST"))
def new_inquiry(call: Call) -> HttpResponse:
    """The names of a department's letter (信用核查函)."""
    lead = "部门来函核查一批企业（评先评优、财政性资金、招商等）的，按来函登记名单，由另一人核对后发出复函。"
    return _new(call, InquiryForm, "答复信用核查函", lead, {})


def _new(call: Call, kind: type[ListForm], heading: str, lead: str, initial: dict[str, Any]) -> HttpResponse:
    def answer() -> HttpResponse:
        return _sent(call, kind, heading, lead)

    if call.request.method != "POST":
        return _form_page(call, kind(_desk(call), initial=initial), heading, lead)
    return received(call.request, most=MOST_MIB * MIB, answer=answer)


@once
def _sent(call: Call, kind: type[ListForm], heading: str, lead: str) -> HttpResponse:
    request = call.request
    form = kind(_desk(call), request.POST, request.FILES)
    wrong: Bidders | None = None
    if form.is_valid():
        with refusals_on(
            form, {"E19": "file", "CX4": "as_of", "CX5": "as_of", "HC1": "codes", "HC2": "codes"}
        ):
            wrong = _given(call, form)
            if not wrong.wrong or request.POST.get("leave_out") == "1":
                made = make_review(_wanted(form, wrong.codes), by=call.user, policy=call.policy, now=call.now)
                return redirect("office:review", number=made.number)
    return _form_page(call, form, heading, lead, wrong=wrong)


def _given(call: Call, form: ListForm) -> Bidders:
    file, text = form.cleaned_data["file"], form.cleaned_data["codes"]
    if file is not None and not text.strip():
        return bidders_in(whole_file(call.request, file))
    return bidders_of(lines_of(text))


def _wanted(form: ListForm, codes: tuple[str, ...]) -> ReviewWanted:
    given = form.cleaned_data
    unit = given.get("asked_by")
    day: date | None = given.get("as_of")
    return ReviewWanted(
        kind=ReviewKind.INQUIRY if unit else ReviewKind.TENDER,
        codes=codes,
        occasion=Occasion(given["occasion"]),
        project=given["project"],
        purpose=given["purpose"],
        as_of=day,
        field=given.get("field", ""),
        asked_by=Organisation.objects.get(public_id=unit) if unit else None,
        asked_no=given.get("asked_no", ""),
    )


def _form_page(
    call: Call, form: ListForm, heading: str, lead: str, *, wrong: Bidders | None = None
) -> HttpResponse:
    """With the lines that are none: corrected, or left out by a tick."""
    lines = [[str(one.line), one.text, one.cause] for one in wrong.wrong] if wrong else []
    context = {
        "crumbs": [Crumb("投标人核查和核查函", reverse("office:reviews")), Crumb(heading)],
        "heading": heading,
        "lead": lead,
        "form": form,
        "most": MOST,
        "most_mib": MOST_MIB,
        "good": len(wrong.codes) if wrong else 0,
        "lines": Table(
            "不能核查的行",
            [Column("行", "number"), Column("内容"), Column("原因")],
            lines,
            caption_hidden=True,
        )
        if lines
        else None,
    }
    return call.render("review_new", context)


def _own(call: Call, one: ReviewReport) -> None:
    """Whoever checks, checks city-wide; what a desk made is read at that desk."""
    if one.organisation_id != call.user.organisation_id:
        raise Http404


@asks(Verb.CHECK_SUBJECT, of=REVIEW)
def review(call: Call, one: ReviewReport) -> HttpResponse:
    """One review, while it holds: what applies to each, and what can be done now."""
    _own(call, one)
    state = state_of_review(one, policy=call.policy, today=call.today)
    told, again = None, ""
    if state is State.CURRENT:
        told = content_of_review(one, policy=call.policy, now=call.now, confirmed=False)
    waits = one.kind == ReviewKind.INQUIRY and one.confirmed_at is None
    if one.kind != ReviewKind.INQUIRY and state is not State.ENDED:
        again = reverse("office:review_again", args=[one.number])
    context = {
        "crumbs": [Crumb("投标人核查和核查函", reverse("office:reviews")), Crumb(one.number)],
        "title": ReviewKind(one.kind).label,
        "one": one,
        "unit": call.tree.name(one.asked_by_id) if one.asked_by_id else "",
        "state": _state(call, one).mark,
        "current": state is State.CURRENT,
        "told": told,
        "tables": [_of_bidder(bidder) for bidder in told["bidders"]] if told else [],
        "added": _added(told) if told and one.kind == ReviewKind.AGAIN else None,
        "waits": waits,
        "confirm_url": reverse("office:confirm_review", args=[one.number])
        if waits and one.by_id != call.user.pk
        else "",
        "again_url": again,
        "use_url": "" if waits or one.used_at else reverse("office:review_use", args=[one.number]),
        "pdf_url": reverse("office:review_pdf", args=[one.number]),
        "ofd_url": reverse("office:review_ofd", args=[one.number]),
        "json_url": reverse("office:review_json", args=[one.number]),
    }
    return call.render("review", context)


_HEAD = ("种类", "内容", "依据", "所依据的记录", "单位", "起", "止")


def _of_bidder(bidder: dict[str, Any]) -> tuple[str, str, Table]:
    rows = [
        [part["title"], *(line[key] for key in _HEAD[1:])]
        for part in bidder["parts"]
        for line in part["lines"]
    ]
    middle = (Column(label) for label in _HEAD[1:-2])
    columns = [Column(_HEAD[0], "tight"), *middle, *(Column(label, "day") for label in _HEAD[-2:])]
    name = f"{bidder['name']}　{bidder['code']}"
    return name, bidder["says"], Table(name, columns, rows, caption_hidden=True)


def _added(told: dict[str, Any]) -> Table:
    rows = [
        [
            one["name"],
            "；".join(
                f"{line['part']}：{line['内容']}（{line['单位']}，{line['起']} 起）" for line in one["added"]
            )
            or "—",
            str(one["ended"]),
        ]
        for one in told["changes"]
    ]
    columns = [Column("企业"), Column("新增"), Column("已经终止或者改变（项）", "number")]
    return Table(
        "变化", columns, rows, empty=f"与 {told['earlier']} 号核查相比没有变化。", caption_hidden=True
    )


@asks(Verb.CHECK_SUBJECT, of=REVIEW, methods=("POST",))
@once
def review_again(call: Call, one: ReviewReport) -> HttpResponse:
    """As of today, for the award."""
    _own(call, one)
    made = check_again(one, by=call.user, policy=call.policy, now=call.now)
    return redirect("office:review", number=made.number)


@asks(Verb.CHECK_SUBJECT, of=REVIEW, methods=("POST",))
@once
def confirm(call: Call, one: ReviewReport) -> HttpResponse:
    """A second person has looked at the reply."""
    _own(call, one)
    confirm_review(one, by=call.user, policy=call.policy, now=call.now)
    call.tell("已确认，可以打印发出。")
    return redirect("office:review", number=one.number)


@asks(Verb.CHECK_SUBJECT, of=REVIEW, methods=("POST",))
@once
def review_use(call: Call, one: ReviewReport) -> HttpResponse:
    """What was done with the answer."""
    _own(call, one)
    try:
        keep_use(one, call.request.POST.get("used", "")[:500], by=call.user, now=call.now)
        call.tell("已登记使用情况。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:review", number=one.number)


@asks(Verb.CHECK_SUBJECT, of=REVIEW)
def review_pdf(call: Call, one: ReviewReport) -> HttpResponse:
    """The signed paper with the signed data within."""
    _own(call, one)
    address = call.request.build_absolute_uri(reverse("counter:verify_report", args=[one.number]))
    paper = paper_of_review(one, verify_url=address, policy=call.policy, now=call.now)
    return _file(paper, "application/pdf", f"信用核查{one.number}.pdf")


@asks(Verb.CHECK_SUBJECT, of=REVIEW)
def review_ofd(call: Call, one: ReviewReport) -> HttpResponse:
    """The same pages as signed OFD."""
    _own(call, one)
    address = call.request.build_absolute_uri(reverse("counter:verify_report", args=[one.number]))
    made = ofd_of_review(one, verify_url=address, policy=call.policy, now=call.now)
    return _file(made, "application/ofd", f"信用核查{one.number}.ofd")


@asks(Verb.CHECK_SUBJECT, of=REVIEW)
def review_json(call: Call, one: ReviewReport) -> HttpResponse:
    """The signed data."""
    _own(call, one)
    data = data_of_review(one, policy=call.policy, now=call.now)
    return _file(data, "application/json", f"信用核查{one.number}.json")


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
