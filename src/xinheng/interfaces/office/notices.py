"""Notices of results (提示信息): what waits to be served, the paper for print, and the register of service and receipt."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import address, oldest_first
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.ledger import note
from xinheng.services.notices import METHODS, TERM, acknowledge, serve
from xinheng.store.notices import NoticeStep, NoticeStepKind, ResultNotice

_STATES = {"waiting": "待送达", "bad": "较差、差，待送达", "served": "已送达"}


def _notice(public_id: str) -> ResultNotice | None:
    return ResultNotice.objects.select_related("subject").filter(public_id=public_id).first()


def _target(call: Call, notice: ResultNotice) -> Target:
    """Serving is a task for the whole city, by whoever has it in the own unit."""
    path = call.tree.path(call.user.organisation_id)
    return Target(organisations=path, subject=notice.subject_id)


NOTICE = Owned("notice", _notice, _target)


class ServiceForm(forms.Form):
    """How and when notices were served."""

    method = forms.ChoiceField(label="送达方式", choices=list(METHODS.items()))
    on = forms.DateField(
        label="送达日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写送达日期。", "invalid": "日期请写成 2026-11-20 这样。"},
    )


@asks(Verb.DRAFT_CASE)
def notices(call: Call) -> HttpResponse:
    return _list(call, ServiceForm(initial={"on": call.today}))


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def serve_notices(call: Call) -> HttpResponse:
    """Register the service of the notices that are ticked."""
    form, chosen = ServiceForm(call.request.POST), call.request.POST.getlist("notice")
    if form.is_valid():
        with refusals_on(form):
            if not chosen:
                raise Refusal("NT5", "没有选择提示信息。", advice="请先在列表中勾选已经送达的。")
            call.demand(Verb.DRAFT_CASE, call.of(call.user.organisation_id))
            given = form.cleaned_data
            count = serve(
                chosen,
                method=given["method"],
                on=given["on"],
                actor=call.user,
                today=call.today,
                now=call.now,
            )
            call.tell(f"已登记送达 {count} 份。")
            return redirect("office:notices")
    return _list(call, form, chosen=frozenset(chosen))


def _list(call: Call, form: ServiceForm, *, chosen: frozenset[str] = frozenset()) -> HttpResponse:
    state = call.request.GET.get("state", "waiting")
    served = NoticeStep.objects.filter(kind=NoticeStepKind.SERVED).values("notice")
    rows = ResultNotice.objects.select_related("subject").prefetch_related("steps")
    rows = rows.filter(pk__in=served) if state == "served" else rows.exclude(pk__in=served)
    if state == "bad":
        rows = rows.filter(bad=True)
    page, paging = oldest_first(rows, call.request)
    reading = call.policy.parameter(TERM, on=call.today)
    context = {
        "crumbs": [Crumb("提示信息")],
        "filters": [Filter("state", "状态", "select", state, [Option(*one) for one in _STATES.items()])],
        "reset_url": address(call.request, state=""),
        "notices": [_line(each, _steps(each)) | {"chosen": each.public_id in chosen} for each in page],
        "waiting": state != "served",
        "paging": paging,
        "form": form,
        "serve_url": reverse("office:serve_notices"),
        "term": {"days": reading.value, "source": reading.citation, "verified": reading.verified},
    }
    return call.render("notices", context)


def _steps(notice: ResultNotice) -> dict[str, NoticeStep]:
    return {step.kind: step for step in notice.steps.all()}


def _line(notice: ResultNotice, steps: dict[str, NoticeStep]) -> dict[str, Any]:
    served = steps.get(NoticeStepKind.SERVED)
    return {
        "id": notice.public_id,
        "title": notice.title,
        "name": notice.subject.name,
        "url": reverse("office:notice", kwargs={"notice": notice.public_id}),
        "grade": notice.grade,
        "bad": notice.bad,
        "written_at": notice.written_at,
        "state": _state(steps),
        "served_on": served.on if served else None,
        "method": served.method if served else "",
    }


def _state(steps: dict[str, NoticeStep]) -> str:
    for kind in (NoticeStepKind.ACKNOWLEDGED, NoticeStepKind.SERVED):
        if kind in steps:
            return str(kind.label)
    return "待送达"


def lines_of(rows: Iterable[ResultNotice]) -> list[dict[str, Any]]:
    """Notices of one subject, for its page of results."""
    return [_line(each, _steps(each)) for each in rows]


@asks(Verb.DRAFT_CASE, Verb.READ_GRADE, of=NOTICE)
def notice(call: Call, row: ResultNotice) -> HttpResponse:
    return _page(call, row)


@asks(Verb.DRAFT_CASE, of=NOTICE, methods=("POST",))
@once
def acknowledge_notice(call: Call, row: ResultNotice) -> HttpResponse:
    """The subject signed for it."""
    try:
        acknowledge(row.public_id, actor=call.user, today=call.today, now=call.now)
    except Refusal as refusal:
        return _page(call, row, refused=told(refusal))
    call.tell("已登记签收。")
    return redirect("office:notice", notice=row.public_id)


def _page(call: Call, row: ResultNotice, *, refused: str = "") -> HttpResponse:
    steps = _steps(row)
    if not refused:
        subject = row.subject.public_id
        note("notice.read", now=call.now, actor=call.user, subject=subject, object=f"notice:{row.public_id}")
    may_serve = bool(call.may(Verb.DRAFT_CASE, _target(call, row)))
    context = {
        "crumbs": [
            Crumb("提示信息", reverse("office:notices") if may_serve else ""),
            Crumb(row.subject.name),
        ],
        "notice": _line(row, steps),
        "paragraphs": row.text.split("\n"),
        "steps": [
            {"label": NoticeStepKind(kind).label, "on": step.on, "method": step.method}
            for kind, step in sorted(steps.items(), key=lambda pair: pair[1].pk)
        ],
        "refused": refused,
        "acknowledge_url": (
            reverse("office:acknowledge_notice", kwargs={"notice": row.public_id})
            if may_serve and NoticeStepKind.SERVED in steps and NoticeStepKind.ACKNOWLEDGED not in steps
            else ""
        ),
    }
    return call.render("notice", context)
