"""Plans of checks: drafted, approved by a second person, announced, and drawn in the open.

Nothing is drawn outside an approved plan; the grade decides the share of each band within the yearly ceiling
(国办发〔2024〕54号; legal guard G7).
"""

from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.case_checks import case_check_page, edit_case_check
from xinheng.interfaces.office.commitments_tasks import told_of
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import PLAN
from xinheng.interfaces.office.paging import newest_first, number
from xinheng.interfaces.office.plan_forms import (
    ApproveForm,
    FilingForm,
    PlanForm,
    WithdrawForm,
    batch_line,
)
from xinheng.interfaces.office.plan_page import (
    announcing_form,
    band_of,
    drawn_of,
    figure_of,
    line_of,
    plan_page,
    waiting_of,
)
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.inspection_plans import (
    added_basis,
    approve_plan,
    draft_plan,
    file_plan,
    return_plan,
    revise_plan,
    withdraw_plan,
)
from xinheng.services.inspections import announce_draw, make_draw
from xinheng.store.inspections import Plan, PlanKind

Typed = TypeVar("Typed", bound=ApproveForm)


@asks(Verb.READ_DRAW, Verb.DRAFT_PLAN, Verb.APPROVE_PLAN)
def plans(call: Call) -> HttpResponse:
    reached = call.reach(Verb.READ_DRAW) | call.reach(Verb.DRAFT_PLAN) | call.reach(Verb.APPROVE_PLAN)
    found = Plan.objects.filter(organisation__in=reached).select_related(
        "case", "approved_by", "organisation"
    )
    years = sorted(set(found.values_list("year", flat=True)), reverse=True)
    year = number(call.request, "year")
    page, paging = newest_first(found.filter(year=year) if year else found, call.request)
    options = [Option("", "全部"), *(Option(str(one), f"{one} 年") for one in years)]
    grading = call.policy.grading
    context = {
        "filters": [Filter("year", "年度", "select", str(year or ""), options)],
        "reset_url": reverse("office:plans"),
        "paging": paging,
        "new_url": reverse("office:new_plan") if call.may_somewhere(Verb.DRAFT_PLAN) else "",
        "matters_url": reverse("office:inspection_matters"),
        "checks_url": reverse("office:case_checks") if call.may_somewhere(Verb.READ_DRAW) else "",
        "promised": told_of(call),
        "plans": [line_of(call, plan, drawn_of(plan)) for plan in page],
        "bands": [band_of(call, band) for band in grading.bands],
        "ceiling": figure_of(call, grading.ceiling),
        "policy_title": grading.title,
        "policy_digest": call.policy.digest,
    }
    return call.render("plans", context)


@asks(Verb.DRAFT_PLAN, methods=("GET", "POST"))
@once
def new_plan(call: Call) -> HttpResponse:
    form = PlanForm(call, call.request.POST or None, initial=_initial(call))
    if call.request.method == "POST" and form.is_valid():
        draft = form.draft()
        with refusals_on(form):
            call.demand(Verb.DRAFT_PLAN, call.of(draft.organisation.pk))
            plan = draft_plan(draft, actor=call.user, policy=call.policy, now=call.now)
            call.tell("计划已送批，由另一人批准后才能抽取。")
            return redirect("office:plan", plan=plan.public_id)
    return _form_page(call, form, crumb="拟定计划", heading="拟定计划")


def _initial(call: Call) -> dict[str, Any]:
    return {"year": call.today.year, "organisation": call.user.organisation.public_id}


@asks(Verb.DRAFT_PLAN, of=PLAN, methods=("GET", "POST"))
@once
def edit_plan(call: Call, plan: Plan) -> HttpResponse:
    """Change a plan that came back."""
    if plan.kind == PlanKind.CASE:
        return edit_case_check(call, plan)
    now_ = {
        "organisation": plan.organisation.public_id,
        "title": plan.title,
        "year": plan.year,
        "matter": plan.matter_key,
        "kind": plan.kind,
        "basis": added_basis(plan, policy=call.policy),
        **plan.scope,
        "batches": "\n".join(batch_line(batch) for batch in plan.batches.order_by("position")),
    }
    form = PlanForm(call, call.request.POST or None, initial=now_)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            revise_plan(plan.public_id, form.draft(), actor=call.user, policy=call.policy, now=call.now)
            return redirect("office:plan", plan=plan.public_id)
    return _form_page(call, form, crumb=plan.title, heading="修改计划")


@asks(Verb.READ_DRAW, Verb.DRAFT_PLAN, Verb.APPROVE_PLAN, of=PLAN)
def plan(call: Call, plan: Plan) -> HttpResponse:
    return _page(call, plan)


def _page(call: Call, plan: Plan, **forms: Any) -> HttpResponse:
    """Checks of one named enterprise have a page of their own; nothing is drawn there."""
    return (case_check_page if plan.kind == PlanKind.CASE else plan_page)(call, plan, **forms)


@asks(Verb.APPROVE_PLAN, of=PLAN, methods=("POST",))
@once
def approve(call: Call, plan: Plan) -> HttpResponse:
    """A second person approves."""
    form = ApproveForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            approve_plan(plan.public_id, reason=form.cleaned_data["reason"], **_given(call, form))
            return redirect("office:plan", plan=plan.public_id)
    return _page(call, plan, approving=_as_now(form, plan))


@asks(Verb.APPROVE_PLAN, of=PLAN, methods=("POST",))
@once
def send_back(call: Call, plan: Plan) -> HttpResponse:
    """Return the plan to its drafter."""
    form = ApproveForm(call.request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with refusals_on(form):
            return_plan(plan.public_id, reason=reason, **_given(call, form))
            return redirect("office:plan", plan=plan.public_id)
    return _page(call, plan, approving=_as_now(form, plan))


@asks(Verb.DRAFT_PLAN, of=PLAN, methods=("POST",))
@once
def withdraw(call: Call, plan: Plan) -> HttpResponse:
    """The drafters give it up before it is approved."""
    form = WithdrawForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            withdraw_plan(plan.public_id, reason=form.cleaned_data["reason"], **_given(call, form))
            call.tell("已撤回。需要检查的，请另行提出。")
            return redirect("office:plan", plan=plan.public_id)
    return _page(call, plan, withdrawing=_as_now(form, plan))


def _given(call: Call, form: ApproveForm) -> dict[str, Any]:
    seen = form.cleaned_data["seen"]
    return {"actor": call.user, "policy": call.policy, "now": call.now, "seen": seen}


def _as_now(form: Typed, plan: Plan) -> Typed:
    """What was typed, on the plan as it is now: sent once more, it is meant for what is shown."""
    plan.case.refresh_from_db()
    form.data = {**dict(form.data.items()), "seen": str(plan.case.version)}
    return form


@asks(Verb.DRAFT_PLAN, of=PLAN, methods=("POST",))
@once
def file(call: Call, plan: Plan) -> HttpResponse:
    """Note the filing with the upper office."""
    form = FilingForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            file_plan(plan.public_id, **form.cleaned_data, actor=call.user, now=call.now)
            return redirect("office:plan", plan=plan.public_id)
    return plan_page(call, plan, filing=form)


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("POST",))
@once
def announce(call: Call, plan: Plan) -> HttpResponse:
    """Fix pool, ratios and inspectors before anybody can know the seed."""
    form = announcing_form(call, plan, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            announce_draw(
                plan.public_id,
                model=form.cleaned_data["model"],
                parties=form.cleaned_data["parties"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            call.tell("已公告。各单位公开秘密文字后即可抽取。")
            return redirect("office:plan", plan=plan.public_id)
    return plan_page(call, plan, announcing=form)


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("POST",))
@once
def draw_plan(call: Call, plan: Plan) -> HttpResponse:
    """Draw as announced."""
    announcement = waiting_of(plan)
    if announcement is None:
        raise Refusal("I07", "这个计划没有等待抽取的公告。", advice="请刷新页面查看现状。")
    try:
        draw = make_draw(announcement.public_id, actor=call.user, now=call.now)
    except Refusal as refusal:
        return plan_page(call, plan, undrawn=told(refusal))
    return redirect("office:draw", draw=draw.public_id)


def _form_page(call: Call, form: PlanForm, *, crumb: str, heading: str) -> HttpResponse:
    matters_url = reverse("office:inspection_matters")
    context = {"crumbs": _crumbs(crumb), "form": form, "heading": heading, "matters_url": matters_url}
    return call.render("plan_form", context)


def _crumbs(last: str) -> list[Crumb]:
    return [Crumb("抽查计划", reverse("office:plans")), Crumb(last)]
