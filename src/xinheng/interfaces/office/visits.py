"""Visits of enterprises in the office: my visits, those of a unit, sending out a draw or a lead, and what became of a plan.

Inspectors see what is assigned to them, units their own, the supervisor of enforcement all (legal guard G7).
"""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.procedures import newest
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import DRAW, PLAN
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.case_checks import may_go
from xinheng.services.cases import state_title
from xinheng.services.visits import KIND, certificates_of, dispatch, follow_lead
from xinheng.services.visits_results import figures_of
from xinheng.store.inspection_plans import CaseCheck
from xinheng.store.inspections import Draw, DrawnObject, Inspector, Plan
from xinheng.store.visits import NEVER_MADE, Visit

_KINDS = {"mine": "分派给我的", "beyond": "超过频次上限", "complaint": "企业投诉的", "urgent": "紧急检查"}


class OffsiteForm(forms.Form):
    """Why it cannot be checked off-site; stands on the approval form of each visit."""

    offsite = forms.CharField(
        label="不能以非现场方式检查的理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么不能以非现场方式检查。"},
    )


class LeadForm(OffsiteForm):
    """Who goes; those whose certificates have expired are refused."""

    certificates = forms.MultipleChoiceField(
        label="检查人员",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择不少于两名检查人员。"},
    )

    def __init__(self, plan: Plan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Inspector.objects.filter(organisation=plan.organisation).exclude(lines=[])
        if plan.sector:
            known = known.filter(lines__contains=[plan.sector])
        self.fields["certificates"].choices = [  # type: ignore[attr-defined]
            (one.certificate_no, f"{one.name}（{one.certificate_no}，有效期至 {one.certified_until}）")
            for one in known.order_by("certificate_no")
        ]


def _reached(call: Call) -> QuerySet[Visit]:
    """Those of units within reach, and those assigned to this person."""
    found = Q(organisation__in=call.reach(Verb.READ_VISITS))
    if mine := certificates_of(call.user):
        found |= Q(certificates__overlap=mine)
    return Visit.objects.filter(found).select_related("case", "subject", "plan", "rating")


@asks(Verb.READ_VISITS)
def visits(call: Call) -> HttpResponse:
    kind = chosen(call.request, "kind", _KINDS)
    states = {state.key: state.title for state in newest(KIND).states}
    state = chosen(call.request, "state", states)
    found = _narrowed(call, _reached(call), kind)
    if state:
        found = found.filter(case__state=state)
    page, paging = newest_first(found, call.request)
    context = {
        "filters": [
            Filter("kind", "范围", "select", kind, _options(_KINDS)),
            Filter("state", "状态", "select", state, _options(states)),
        ],
        "reset_url": reverse("office:visits"),
        "paging": paging,
        "visits": [_line(call, one) for one in page],
        "field_url": reverse("office:field") if call.may_somewhere(Verb.RECORD_VISIT) else "",
        "leads": _leads(call) if call.may_somewhere(Verb.MAKE_DRAW) else [],
    }
    return call.render("visits", context)


def _options(words: dict[str, str]) -> list[Option]:
    return [Option("", "全部"), *(Option(*one) for one in words.items())]


def _narrowed(call: Call, found: QuerySet[Visit], kind: str) -> QuerySet[Visit]:
    if kind == "mine":
        mine = certificates_of(call.user)
        return found.filter(certificates__overlap=mine) if mine else found.none()
    if kind == "beyond":
        return found.exclude(beyond="")
    if kind == "complaint":
        return found.filter(rating__complains=True)
    return found.filter(urgent=True) if kind == "urgent" else found


def _line(call: Call, visit: Visit) -> dict[str, Any]:
    rating = getattr(visit, "rating", None)
    return {
        "number": visit.case.number,
        "url": reverse("office:case", kwargs={"number": visit.case.number}),
        "subject": visit.subject.name,
        "matter": visit.matter,
        "organ": call.tree.name(visit.organisation_id),
        "kind": visit.get_kind_display(),
        "count": f"{visit.number}／{visit.limit}",
        "beyond": bool(visit.beyond),
        "state": state_title(visit.case),
        "tone": "done" if visit.case.closed_at else "decide",
        "stars": f"{rating.stars} 分{'，投诉' if rating.complains else ''}" if rating else "",
    }


def _leads(call: Call) -> list[dict[str, str]]:
    """Checks of one enterprise that may go and have not been sent out."""
    sent = Visit.objects.exclude(case__state__in=NEVER_MADE).values("plan")
    waiting = CaseCheck.objects.filter(plan__organisation__in=call.reach(Verb.MAKE_DRAW)).exclude(
        plan__in=sent
    )
    return [
        {
            "subject": one.subject.name,
            "title": one.plan.title,
            "url": reverse("office:send_lead", kwargs={"plan": one.plan.public_id}),
        }
        for one in waiting.select_related("plan", "subject").order_by("pk")[:50]
        if may_go(one)
    ]


@asks(Verb.MAKE_DRAW, of=DRAW, methods=("GET", "POST"))
@once
def send_draw(call: Call, draw: Draw) -> HttpResponse:
    """Put the visits of a draw to the decider; what cannot go is named with its reason."""
    plan = draw.announcement.plan
    matter = call.policy.inspection_matters.matters.get(plan.matter_key)
    initial = {"offsite": matter.why_on_site if matter else ""}
    form = OffsiteForm(call.request.POST or None, initial=initial)
    waiting = DrawnObject.objects.filter(draw=draw, visits__isnull=True)
    held: list[dict[str, str]] = []
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, {"VD2": "offsite"}):
            made = dispatch(
                draw.public_id,
                offsite=form.cleaned_data["offsite"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            held = [{"name": one.drawn.subject.name, "why": told(one.why)} for one in made.held]
            call.tell(f"已派出 {len(made.made)} 户，待另一人审批；还有 {made.waiting} 户没有派出。")
            if not held:
                return redirect("office:visits")
    context = {
        "crumbs": [
            Crumb("抽查计划", reverse("office:plans")),
            Crumb("抽取记录", reverse("office:draw", kwargs={"draw": draw.public_id})),
            Crumb("派出检查"),
        ],
        "title": plan.title,
        "waiting": waiting.count(),
        "form": form,
        "held": held,
        "button": "派出，交另一人审批",
    }
    return call.render("visit_send", context)


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("GET", "POST"))
@once
def send_lead(call: Call, plan: Plan) -> HttpResponse:
    """Send out the check of one enterprise."""
    matter = call.policy.inspection_matters.matters.get(plan.matter_key)
    form = LeadForm(
        plan, call.request.POST or None, initial={"offsite": matter.why_on_site if matter else ""}
    )
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form, {"VT1": "certificates", "VT2": "certificates", "VD2": "offsite"}):
            visit = follow_lead(
                plan,
                certificates=form.cleaned_data["certificates"],
                offsite=form.cleaned_data["offsite"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
            return redirect("office:case", number=visit.case.number)
    context = {
        "crumbs": [Crumb("入企检查", reverse("office:visits")), Crumb("派出个案检查")],
        "title": plan.title,
        "waiting": 1,
        "form": form,
        "held": [],
        "button": "派出",
    }
    return call.render("visit_send", context)


@asks(Verb.READ_VISITS, of=PLAN)
def visit_figures(call: Call, plan: Plan) -> HttpResponse:
    """What became of the visits of a plan."""
    figures = figures_of(plan)
    context = {
        "crumbs": [
            Crumb("抽查计划", reverse("office:plans")),
            Crumb(plan.title, reverse("office:plan", kwargs={"plan": plan.public_id})),
            Crumb("检查情况"),
        ],
        "title": plan.title,
        "figures": [(label, figures[key]) for key, label in _FIGURES.items()],
        "stars": figures["stars"],
    }
    return call.render("visit_figures", context)


_FIGURES = {
    "sent": "派出",
    "there": "已入企",
    "recorded": "结果已确认",
    "failing": "其中发现问题（现行有效）",
    "published": "已公示",
    "withdrawn": "取消",
    "declined": "企业依法拒绝",
    "beyond": "超过频次上限",
    "rated": "企业评价",
    "complaints": "企业投诉",
}
