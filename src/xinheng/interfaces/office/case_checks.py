"""Checks of one enterprise outside the draws: put down with a reason, begun in an emergency, approved, told to 执法监督.

(国办发〔2024〕54号, 《行政执法监督条例》; legal guard G7.)
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.grading import CaseReason
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.draft_decisions import opinion_on, sent_back
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import PLAN
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.plan_forms import ApproveForm, CaseCheckForm, WithdrawForm, withdraw_form
from xinheng.interfaces.office.wording import case_state
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.case_checks import (
    begin_emergency,
    draft_case_check,
    may_go,
    paper_missing,
    revise_case_check,
)
from xinheng.services.cases import steps_for
from xinheng.services.oversight import take_note, unseen
from xinheng.store.inspection_plans import CaseCheck, OversightNotice, OversightOccasion
from xinheng.store.inspections import Plan
from xinheng.store.visits import NEVER_MADE, Visit

_BESIDE = {"CASE-WORDS": "explanation", "CASE-REASON": "reason"}


@asks(Verb.READ_DRAW, Verb.OVERSEE_CHECKS)
def case_checks(call: Call) -> HttpResponse:
    """All checks outside the draws that this person reaches, the newest first; supervisors take note here."""
    reached = call.reach(Verb.READ_DRAW) | call.reach(Verb.OVERSEE_CHECKS)
    found = CaseCheck.objects.filter(plan__organisation__in=reached).select_related(
        "plan__case", "subject", "begun_by"
    )
    page, paging = newest_first(found, call.request)
    context = {
        "crumbs": [Crumb("抽查计划", reverse("office:plans")), Crumb("个案检查")],
        "checks": [_line(call, check) for check in page],
        "paging": paging,
        "new_url": reverse("office:new_case_check") if call.may_somewhere(Verb.DRAFT_PLAN) else "",
        "notices": _notices(call),
        "reasons": [{"name": one.name, "tell": "、".join(one.tell)} for one in call.policy.grading.reasons],
    }
    return call.render("case_checks", context)


def _notices(call: Call) -> list[dict[str, Any]]:
    """What waits for a supervisor's note; empty for everybody else."""
    if not call.may_somewhere(Verb.OVERSEE_CHECKS):
        return []
    waiting = unseen(call.reach(Verb.OVERSEE_CHECKS)).select_related(
        "check_of__plan__case", "check_of__subject", "check_of__begun_by"
    )
    return [
        {
            **_line(call, notice.check_of),
            "occasion": OversightOccasion(notice.occasion).label,
            "told_at": notice.told_at,
            "told_to": notice.told_to,
            "seen_url": reverse("office:oversight_seen", kwargs={"notice": notice.pk}),
        }
        for notice in waiting.order_by("pk")
    ]


def _line(call: Call, check: CaseCheck) -> dict[str, Any]:
    plan = check.plan
    state, tone = case_state(plan.case)
    return {
        "title": plan.title,
        "number": plan.case.number,
        "url": reverse("office:plan", kwargs={"plan": plan.public_id}),
        "organ": call.tree.name(plan.organisation_id),
        "subject": check.subject.name,
        "code": check.subject.code,
        "reason": _reason(call, check).name,
        "explanation": check.explanation,
        "emergency": check.emergency,
        "begun_at": check.begun_at,
        "begun_by": check.begun_by.display_name if check.begun_by else "",
        "due_on": check.paper_due_on,
        "late": paper_missing(check, on=call.today),
        "state": "已批准" if plan.approved_at else "先行检查，待补审批" if check.begun_at else state,
        "tone": "done" if plan.approved_at else "clock" if check.begun_at else tone,
    }


def _reason(call: Call, check: CaseCheck) -> CaseReason:
    known = {one.key: one for one in call.policy.grading.reasons}
    return known[check.reason]


@asks(Verb.DRAFT_PLAN, methods=("GET", "POST"))
@once
def new_case_check(call: Call) -> HttpResponse:
    """Put the check of one enterprise to the decider."""
    own = {"year": call.today.year, "organisation": call.user.organisation.public_id}
    form = CaseCheckForm(call, call.request.POST or None, initial=own)
    if call.request.method == "POST" and form.is_valid():
        draft = form.draft()
        with refusals_on(form, _BESIDE):
            call.demand(Verb.DRAFT_PLAN, call.of(draft.plan.organisation.pk))
            check = draft_case_check(draft, actor=call.user, policy=call.policy, now=call.now)
            call.tell("已送批。紧急的，先由另一人同意开始，再补办审批。")
            return redirect("office:plan", plan=check.plan.public_id)
    crumbs = [Crumb("个案检查", reverse("office:case_checks")), Crumb("提出个案检查")]
    return call.render("case_check_form", {"crumbs": crumbs, "form": form})


def edit_case_check(call: Call, plan: Plan) -> HttpResponse:
    """Change a check that came back and send it again."""
    check = CaseCheck.objects.select_related("subject").get(plan=plan)
    before = {
        "organisation": plan.organisation.public_id,
        "year": plan.year,
        "matter": plan.matter_key,
        "code": check.subject.code,
        "reason": check.reason,
        "explanation": check.explanation,
        "emergency": check.emergency,
    }
    form = CaseCheckForm(call, call.request.POST or None, initial=before)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, _BESIDE):
            revise_case_check(plan.public_id, form.draft(), actor=call.user, policy=call.policy, now=call.now)
            return redirect("office:plan", plan=plan.public_id)
    crumbs = [Crumb("个案检查", reverse("office:case_checks")), Crumb("修改个案检查")]
    return call.render("case_check_form", {"crumbs": crumbs, "form": form})


def case_check_page(
    call: Call, plan: Plan, *, approving: ApproveForm | None = None, withdrawing: WithdrawForm | None = None
) -> HttpResponse:
    """One check on one page: reason, whose word, who was told, and what is next."""
    plan.refresh_from_db()
    check = CaseCheck.objects.select_related("plan__case", "subject", "begun_by").get(plan=plan)
    part = {"plan": plan.public_id}
    verbs = {step.verb for step in steps_for(plan.case, call.user, on=call.today)}
    startable = check.emergency and check.begun_at is None and plan.case.closed_at is None
    may_begin = startable and bool(call.may(Verb.DRAFT_PLAN, call.of(plan.organisation_id)))
    drafted = plan.case.events.filter(verb__in=("draft", "edit", "submit"), actor=call.user).exists()
    sent = Visit.objects.filter(plan=plan).exclude(case__state__in=NEVER_MADE).exists()
    may_send = not sent and may_go(check) and bool(call.may(Verb.MAKE_DRAW, call.of(plan.organisation_id)))
    context = {
        "crumbs": [Crumb("个案检查", reverse("office:case_checks")), Crumb(plan.title)],
        "check": _line(call, check),
        "plan": plan,
        "approved_by": plan.approved_by.display_name if plan.approved_by else "",
        "opinion": opinion_on(plan.case),
        "sent_back": sent_back(plan.case),
        "notices": [
            {
                "occasion": OversightOccasion(one.occasion).label,
                "told_to": one.told_to,
                "told_at": one.told_at,
                "seen_by": one.seen_by.display_name if one.seen_by else "",
                "seen_at": one.seen_at,
            }
            for one in check.oversight.select_related("seen_by").order_by("pk")
        ],
        "begin_url": reverse("office:begin_check", kwargs=part) if may_begin and not drafted else "",
        "approve_form": approving
        or (ApproveForm(initial={"seen": plan.case.version}) if "approve" in verbs else None),
        "approve_url": reverse("office:approve_plan", kwargs=part),
        "return_url": reverse("office:return_plan", kwargs=part),
        "edit_url": reverse("office:edit_plan", kwargs=part) if "edit" in verbs else "",
        "withdraw_form": withdrawing or withdraw_form(plan, verbs if check.begun_at is None else ()),
        "withdraw_url": reverse("office:withdraw_plan", kwargs=part),
        "send_url": reverse("office:send_lead", kwargs=part) if may_send else "",
    }
    return call.render("case_check", context)


@asks(Verb.DRAFT_PLAN, of=PLAN, methods=("POST",))
@once
def begin(call: Call, plan: Plan) -> HttpResponse:
    """A second person lets an emergency check begin."""
    try:
        begin_emergency(plan.public_id, actor=call.user, policy=call.policy, now=call.now)
        call.tell("已同意先行检查，并已告知执法监督。请尽快补办审批。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:plan", plan=plan.public_id)


@asks(Verb.OVERSEE_CHECKS, methods=("POST",))
@once
def note_taken(call: Call, notice: int) -> HttpResponse:
    """A supervisor has seen the check."""
    found = OversightNotice.objects.select_related("check_of__plan").filter(pk=notice).first()
    if found is None:
        raise Http404
    call.demand(Verb.OVERSEE_CHECKS, call.of(found.check_of.plan.organisation_id))
    try:
        take_note(notice, actor=call.user, now=call.now)
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:case_checks")
