"""Drafts that wait for a second person: feeds and calendar years. One drafts, another approves or sends back."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.commitment_items import PROMISE_LETTER, PROMISE_LIST
from xinheng.core.feeds import Column, Feed, Unit, dump_feed
from xinheng.core.policy_file import parse
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.draft_decisions import why_not
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.policy_state import state_on
from xinheng.interfaces.office.wording import CASE_KINDS
from xinheng.interfaces.web.parts import Crumb, Stage
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.approvals import approve, body_of, return_draft, withdraw_draft
from xinheng.services.batches import number_of
from xinheng.services.calendars import approve_year
from xinheng.services.cases import steps_for
from xinheng.services.duties import DUTIES
from xinheng.services.policies import CALENDAR, CATALOGUE, FEED, GRADING, MODEL
from xinheng.services.previews import LABELS
from xinheng.services.risk_order import KIND as RISK_ORDER
from xinheng.services.time import day_of
from xinheng.store.batches import Batch
from xinheng.store.casework import Case

KINDS = (FEED, CALENDAR, MODEL, CATALOGUE, GRADING, RISK_ORDER, DUTIES, PROMISE_LIST, PROMISE_LETTER)
OWN_PAGES = {
    MODEL: "office:model_draft",
    CATALOGUE: "office:catalogue_draft",
    GRADING: "office:grading_draft",
    RISK_ORDER: "office:risk_draft",
    PROMISE_LIST: "office:promise_draft",
    PROMISE_LETTER: "office:promise_draft",
}
"""Kinds whose drafts have a page of their own."""
_UNITS = {Unit.FEN: "分", Unit.YUAN: "元", Unit.WAN: "万元"}
_STEPS = ("draft", "submit", "approve")
_NAMES = {"draft": "草拟", "submit": "送审", "approve": "批准并生效"}


class ApprovalForm(forms.Form):
    """The word of the second person. ``compared`` is asked for calendars alone."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    compared = forms.BooleanField(label="已与国务院办公厅公布的放假安排逐日核对", required=False)
    reason = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = case.version
        if case.kind != CALENDAR:
            del self.fields["compared"]


@asks(Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY)
def approvals(call: Call) -> HttpResponse:
    reached = call.reach(Verb.DRAFT_POLICY) | call.reach(Verb.PUBLISH_POLICY)
    cases = Case.objects.filter(kind__in=KINDS, organisation__in=reached).select_related("opened_by")
    page, paging = newest_first(cases, call.request)
    context = {"approvals": [_line(case, today=call.today) for case in page], "paging": paging}
    return call.render("approvals", context)


def _line(case: Case, *, today: date) -> dict[str, Any]:
    state, tone = state_on(case, today)
    return {
        "number": case.number,
        "title": case.title,
        "url": reverse(OWN_PAGES.get(case.kind, "office:approval"), kwargs={"case": case.public_id}),
        "kind": CASE_KINDS[case.kind],
        "opened_by": case.opened_by.display_name if case.opened_by else "",
        "opened_at": case.opened_at,
        "state": state,
        "tone": tone,
    }


@asks(Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, of=CASE)
def approval(call: Call, case: Case) -> HttpResponse:
    if case.kind in OWN_PAGES:
        return redirect(OWN_PAGES[case.kind], case=case.public_id)
    return _page(call, case, ApprovalForm(case))


@asks(Verb.PUBLISH_POLICY, of=CASE, methods=("POST",))
@once
def approve_case(call: Call, case: Case) -> HttpResponse:
    """Put the draft in force."""
    if case.kind in OWN_PAGES:
        return redirect(OWN_PAGES[case.kind], case=case.public_id)
    form = ApprovalForm(case, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            sentence = _approve(call, case, form)
            call.tell(sentence)
            return redirect("office:approval", case=case.public_id)
    return _page(call, case, form)


def _approve(call: Call, case: Case, form: ApprovalForm) -> str:
    given = form.cleaned_data
    if case.kind == CALENDAR:
        moved = approve_year(
            case.public_id,
            compared=given["compared"],
            actor=call.user,
            policy=call.policy,
            now=call.now,
            seen_version=given["seen"],
        )
        return f"已批准，日历即日生效；重新计算了 {moved} 个期限。"
    approve(case.public_id, actor=call.user, policy=call.policy, now=call.now, seen_version=given["seen"])
    return "已批准，即日生效。" + ("原来的文件可以重新识别了。" if case.kind == FEED else "")


@asks(Verb.PUBLISH_POLICY, of=CASE, methods=("POST",))
@once
def return_case(call: Call, case: Case) -> HttpResponse:
    """Send the draft back with a reason."""
    return _with_reason(call, case, return_draft, "已退回起草人。")


@asks(Verb.DRAFT_POLICY, of=CASE, methods=("POST",))
@once
def withdraw_case(call: Call, case: Case) -> HttpResponse:
    """Give the draft up."""
    return _with_reason(call, case, withdraw_draft, "已撤销草稿。")


def _with_reason(call: Call, case: Case, verb: Any, sentence: str) -> HttpResponse:
    form = ApprovalForm(case, call.request.POST)
    if form.is_valid():
        if not form.cleaned_data["reason"].strip():
            form.add_error("reason", "请写明理由。")
        else:
            with refusals_on(form):
                verb(
                    case.public_id,
                    actor=call.user,
                    policy=call.policy,
                    now=call.now,
                    reason=form.cleaned_data["reason"],
                )
                call.tell(sentence)
                return redirect("office:approval", case=case.public_id)
    return _page(call, case, form)


def _page(call: Call, case: Case, form: ApprovalForm) -> HttpResponse:
    case.refresh_from_db()
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    part = {"case": case.public_id}
    batch = Batch.objects.filter(public_id=case.details.get("batch", "")).first()
    context = {
        "crumbs": [Crumb("审批事项", reverse("office:approvals")), Crumb(case.number)],
        "case": _line(case, today=call.today),
        "stages": _stages(case),
        "facts": list(_facts(call, case, batch)),
        "columns": _columns(call, case),
        "text": _text(case),
        "days": _days(case),
        "events": _events(case),
        "form": form if form.is_bound or verbs & {"approve", "return", "withdraw"} else None,
        "approve_url": reverse("office:approve_case", kwargs=part) if "approve" in verbs else "",
        "return_url": reverse("office:return_case", kwargs=part) if "return" in verbs else "",
        "withdraw_url": reverse("office:withdraw_case", kwargs=part) if "withdraw" in verbs else "",
        "edit_url": _edit_url(case, batch) if "edit" in verbs else "",
        "why_not": why_not(call, case, verbs),
    }
    return call.render("approval", context)


def _edit_url(case: Case, batch: Batch | None) -> str:
    if case.kind == FEED and batch is not None:
        return reverse("office:map_feed", kwargs={"batch": batch.public_id})
    return ""


def _facts(call: Call, case: Case, batch: Batch | None) -> Iterable[tuple[str, str, str]]:
    """Label, words, address."""
    yield "类别", CASE_KINDS[case.kind], ""
    yield "编号", case.number, ""
    if batch is not None:
        url = reverse("office:batch", kwargs={"batch": batch.public_id})
        yield "来自文件", f"{batch.file_name}（批次 {number_of(batch)}）", url
    if case.kind == FEED:
        feed = parse(Feed, body_of(case), file=case.title)
        entry = call.policy.catalogue.items.get(feed.item or "")
        yield "目录项", entry.title if entry else "", ""
        yield "读入的列", f"{len(feed.columns) + len(feed.details)} 列", ""
    if case.kind == DUTIES:
        yield "权责事项", f"{len(body_of(case)['duties'])} 项", reverse("office:duties")
    if case.kind == CALENDAR:
        body = body_of(case)
        yield "来源", str(body.get("source", "")), ""


def _columns(call: Call, case: Case) -> list[tuple[str, str, str]]:
    """Headers of a feed with what they are read as, in the order in which the file was mapped; a column that is kept
    though the catalogue item has no such field is marked for the decider."""
    if case.kind != FEED:
        return []
    feed = parse(Feed, body_of(case), file=case.title)
    order = [group[0] for group in feed.recognise.headers]
    named = [
        *((LABELS[target], column) for target, column in feed.columns.items()),
        *(("记录内容", column) for column in feed.details.values()),
    ]
    item = call.policy.catalogue.items.get(feed.item or "")
    beyond = {id(column) for name, column in feed.details.items() if item and name not in item.fields}
    lines = [
        (column.headers[0], label, "；".join(_remarks(column, beyond=id(column) in beyond)))
        for label, column in named
        if column.headers
    ]
    return sorted(lines, key=lambda line: order.index(line[0]) if line[0] in order else len(order))


def _remarks(column: Column, *, beyond: bool) -> Iterable[str]:
    if beyond:
        yield "目录项没有这个字段"
    if column.required:
        yield "必填"
    if column.unit is not None:
        yield f"单位 {_UNITS[column.unit]}"
    if column.words:
        yield f"{len(column.values) + len(column.contains)} 种写法"


def _text(case: Case) -> str:
    """A feed as the policy file it would be."""
    if case.kind != FEED:
        return ""
    return dump_feed(parse(Feed, body_of(case), file=case.title))


def _days(case: Case) -> list[tuple[str, list[str]]]:
    """The days of a calendar year."""
    if case.kind != CALENDAR:
        return []
    body = body_of(case)
    return [("放假", list(body["holidays"])), ("调休上班", list(body["make_up_workdays"]))]


def _stages(case: Case) -> list[Stage]:
    """Where the draft stands; one that came back begins again."""
    done = {"drafted": 0, "submitted": 2, "approved": 3, "in_force": 3}.get(case.state, 0)
    days = {event.verb: day_of(event.at) for event in case.events.order_by("sequence")}
    stages = []
    for place, verb in enumerate(_STEPS):
        state = "done" if place < done else "now" if place == done else "ahead"
        stages.append(Stage(_NAMES[verb], state, on=days.get(verb) if state == "done" else None))
    return stages


_VERBS = {
    "draft": "草拟",
    "edit": "修改",
    "submit": "送审",
    "approve": "批准",
    "return": "退回",
    "withdraw": "撤销草稿",
    "take_effect": "生效",
    "revoke": "撤回",
}


def _events(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at,
            "verb": _VERBS.get(event.verb, event.verb),
            "actor": event.actor.display_name if event.actor else "系统",
            "reason": event.reason,
        }
        for event in case.events.select_related("actor").order_by("sequence")
    ]
