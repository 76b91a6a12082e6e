"""An announced draw that could not be made: its cause in public words, and the second person who agrees."""

from django.http import HttpResponse
from django.shortcuts import redirect

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import PLAN
from xinheng.interfaces.office.plan_forms import FailureForm
from xinheng.interfaces.office.plan_page import plan_page, waiting_of
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.draw_failures import agree_failure, report_failure
from xinheng.services.draw_secrets import revealed
from xinheng.store.draw_failures import FailureCause
from xinheng.store.inspections import DrawAnnouncement, Plan


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("POST",))
@once
def report(call: Call, plan: Plan) -> HttpResponse:
    """Propose that the announced draw failed."""
    announcement = _waiting(plan)
    form = FailureForm(announcement, call.request.POST)
    if form.is_valid():
        with refusals_on(form, form.beside):
            report_failure(
                announcement,
                cause=FailureCause(form.cleaned_data["cause"]),
                party=form.cleaned_data["party"],
                reason=form.cleaned_data["reason"],
                reveals=revealed(announcement),
                actor=call.user,
                now=call.now,
            )
            call.tell("已提出。另一名有权批准抽查计划的人同意后，才能重新公告。")
            return redirect("office:plan", plan=plan.public_id)
    return plan_page(call, plan, failing=form)


@asks(Verb.APPROVE_PLAN, of=PLAN, methods=("POST",))
@once
def agree(call: Call, plan: Plan) -> HttpResponse:
    """Agree that it failed; the plan may be announced again."""
    try:
        agree_failure(_waiting(plan), actor=call.user, now=call.now)
        call.tell("已宣布这次抽取未能完成，原因已经公开，可以重新公告。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:plan", plan=plan.public_id)


def _waiting(plan: Plan) -> DrawAnnouncement:
    announcement = waiting_of(plan)
    if announcement is None:
        raise Refusal(
            "I16", "这个计划没有等待抽取的公告，没有什么可以作未完成处理。", advice="请刷新页面查看现状。"
        )
    return announcement
