"""Beside the cases of repair: results from above that fit no record yet, free courses, agencies that sell no deletion."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.core.repair import FREE
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Clock, Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.repair_courses import (
    Advice,
    agencies,
    courses,
    end_course,
    enter_agency,
    offer_course,
    strike_agency,
)
from xinheng.services.repair_results import WITHIN, News, settle, take_result, waiting
from xinheng.services.repairs import SYSTEMS
from xinheng.store.records import open_versions
from xinheng.store.repairs import RepairSource, UpperOutcome, UpperResult

_NO_DAY = {"required": "请填写日期。", "invalid": "日期写作 2026-11-20。"}
LATEST = 20


class ResultForm(forms.Form):
    """A result that came on paper or by a page of another platform."""

    source = forms.ChoiceField(label="哪里的结果", choices=[(one.value, one.label) for one in SYSTEMS])
    external = forms.CharField(label="结果编号", max_length=60, error_messages={"required": "请填写编号。"})
    outcome = forms.ChoiceField(label="结果", choices=UpperOutcome.choices)
    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写代码。"}
    )
    document_no = forms.CharField(
        label="决定书文号", max_length=200, error_messages={"required": "请填写文号。"}
    )
    decided_on = forms.DateField(
        label="决定日期", error_messages=_NO_DAY, widget=forms.DateInput(attrs={"type": "date"})
    )


class CourseForm(forms.Form):
    title = forms.CharField(label="课程名称", max_length=120, error_messages={"required": "请填写名称。"})
    summary = forms.CharField(
        label="内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写内容。"},
    )  # fmt: skip
    where = forms.CharField(
        label="时间、地点或者网址", max_length=300, error_messages={"required": "请写明在哪里上课。"}
    )


class AgencyForm(forms.Form):
    name = forms.CharField(label="机构名称", max_length=120, error_messages={"required": "请填写名称。"})
    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写代码。"}
    )
    services = forms.CharField(
        label="服务内容", max_length=500, error_messages={"required": "请填写服务内容。"}
    )
    undertaken_on = forms.DateField(
        label="承诺不有偿删除的日期", error_messages=_NO_DAY, widget=forms.DateInput(attrs={"type": "date"})
    )


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def repair_results(call: Call) -> HttpResponse:
    """What waits, and the form for a result that no interface brought."""
    form = ResultForm(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        news = News(
            source=RepairSource(given["source"]),
            external=given["external"],
            outcome=UpperOutcome(given["outcome"]),
            code=given["code"],
            document_no=given["document_no"],
            decided_on=given["decided_on"],
        )
        with refusals_on(form):
            row = take_result(news, policy=call.policy, now=call.now, actor=call.user)
            call.tell(
                f"已终止 {len(row.ended)} 条信息的全部效果。"
                if row.settled_at
                else "没有对应的信息，列入待核对。"
            )
            return redirect("office:repair_results")
    return _results(call, form)


def _results(call: Call, form: forms.Form, *, wrong: str = "", status: int = 200) -> HttpResponse:
    rule = call.policy.parameter(WITHIN, on=call.today)
    latest = UpperResult.objects.filter(settled_at__isnull=False).order_by("-pk")[:LATEST]
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb("信用修复", reverse("office:repair_desk")),
            Crumb("上级结果"),
        ],
        "waiting": [
            _line(call, one) | {"clock": _clock(call, one, str(rule), rule.verified)} for one in waiting()
        ],
        "latest": [_line(call, one) for one in latest],
        "form": form,
        "wrong": wrong,
    }
    return call.render("repair_results", context, status=status)


def _line(call: Call, one: UpperResult) -> dict[str, Any]:
    known = open_versions().filter(subject__code=one.code, state__in=list(STANDING))
    rows = known.order_by("-decided_on")[:30] if one.settled_at is None else []
    return {
        "source": one.get_source_display(),
        "external": one.external,
        "outcome": one.get_outcome_display(),
        "code": one.code,
        "document_no": one.document_no,
        "on": one.received_at,
        "ended": len(one.ended),
        "reason": one.settled_reason,
        "records": [(row.record_key, f"{row.detail.document_no} {row.detail.title}") for row in rows],
        "url": reverse("office:settle_result", args=[one.public_id]),
    }


def _clock(call: Call, one: UpperResult, rule: str, verified: bool) -> Clock | None:
    if one.due_on is None:
        return None
    left = call.policy.calendar.workdays_between(call.today, one.due_on)
    return Clock(due_on=one.due_on, workdays_left=left, rule=rule, provisional=False, verified=verified)


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def settle_result(call: Call, result: str) -> HttpResponse:
    """Name the record that is meant, or say that it is not held here."""
    key = call.request.POST.get("record", "")
    try:
        settle(
            result,
            int(key) if key.isdecimal() and len(key) < 19 else None,
            actor=call.user,
            reason=call.request.POST.get("reason", ""),
            policy=call.policy,
            now=call.now,
        )
    except Refusal as refusal:
        return _results(call, ResultForm(), wrong=told(refusal), status=409)
    call.tell("已处理。")
    return redirect("office:repair_results")


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def repair_services(call: Call) -> HttpResponse:
    """Free courses and the register of agencies."""
    post, act = call.request.method == "POST", call.request.POST.get("act", "")
    course = CourseForm(call.request.POST if post and act == "course" else None, prefix="c")
    agency = AgencyForm(call.request.POST if post and act == "agency" else None, prefix="a")
    wrong = ""
    if post:
        try:
            if _done(call, act, course, agency):
                return redirect("office:repair_services")
        except Refusal as refusal:
            wrong = told(refusal)
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb("信用修复", reverse("office:repair_desk")),
            Crumb("课程和机构"),
        ],
        "courses": courses(),
        "agencies": agencies(),
        "course": course,
        "agency": agency,
        "wrong": wrong,
        "free": FREE,
    }
    return call.render("repair_services", context, status=409 if wrong else 200)


def _done(call: Call, act: str, course: CourseForm, agency: AgencyForm) -> bool:
    given = call.request.POST
    if act == "course" and course.is_valid():
        offer_course(**course.cleaned_data, actor=call.user, now=call.now)
    elif act == "agency" and agency.is_valid():
        enter_agency(Advice(**agency.cleaned_data), actor=call.user, now=call.now)
    elif act == "end":
        end_course(given.get("course", ""), actor=call.user, now=call.now)
    elif act == "strike":
        strike_agency(given.get("agency", ""), given.get("reason", ""), actor=call.user, now=call.now)
    else:
        return False
    return True
