"""Leads from devices in the office: looked at by a person, who closes them, asks the enterprise to look itself, or puts a
check to the decider. A lead burdens nobody (物联网、视联网; legal guard G7)."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.leads import RETENTION, Device, Outcome
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.leads_handed import handed_of, reachable
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.office.plan_forms import MatterForm
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import told
from xinheng.services.leads import Act, check_on_lead, close_lead, prompt_self_check
from xinheng.services.leads_handed import offered_to, on_its_way
from xinheng.store.leads import Lead

_OFFERED = {"offered": "转来等待接收"}


class ReasonForm(forms.Form):
    """How the officer judged it."""

    reason = forms.CharField(
        label="判断和理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明看了什么、为什么这样处理。"},
    )


class CheckForm(MatterForm):
    """The matter of the list under which the enterprise would be checked, and why it is worth a check."""

    reason = forms.CharField(
        label="为什么需要到现场检查",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么需要到现场检查。"},
    )


@asks(Verb.READ_VISITS)
def leads(call: Call) -> HttpResponse:
    outcome = chosen(call.request, "outcome", {one.value: one.label for one in Outcome})
    outcome = outcome or chosen(call.request, "outcome", _OFFERED)
    found = reachable(call).select_related("subject")
    if outcome in _OFFERED:
        found = found.filter(pk__in=offered_to(call.reach(Verb.DRAFT_CASE)).values("lead"))
    elif outcome:
        found = found.filter(outcome=outcome)
    page, paging = newest_first(found, call.request)
    options = [Option("", "全部"), *(Option(one.value, one.label) for one in Outcome)]
    options += [Option(*one) for one in _OFFERED.items()]
    kept = call.policy.parameter(RETENTION, on=call.today)
    context = {
        "crumbs": [Crumb("入企检查", reverse("office:visits")), Crumb("设备线索")],
        "filters": [Filter("outcome", "状态", "select", outcome, options)],
        "reset_url": reverse("office:leads"),
        "leads": [_line(call, one) for one in page],
        "paging": paging,
        "kept": f"{kept.title}：{kept}",
    }
    return call.render("leads", context)


def _line(call: Call, lead: Lead) -> dict[str, Any]:
    moving = on_its_way(lead) if lead.outcome == Outcome.OPEN else None
    return {
        "what": lead.what,
        "url": reverse("office:lead", kwargs={"lead": lead.public_id}),
        "subject": lead.subject.name,
        "organ": call.tree.name(lead.organisation_id),
        "device": Device(lead.device).label,
        "observed_at": lead.observed_at,
        "outcome": f"转交{call.tree.name(moving.to_organisation_id)}，等待接收"
        if moving
        else Outcome(lead.outcome).label,
        "tone": "clock" if moving else {"open": "decide", "expired": "clock"}.get(lead.outcome, "done"),
    }


@asks(Verb.READ_VISITS, methods=("GET", "POST"))
@once
def lead(call: Call, lead: str) -> HttpResponse:
    """One lead and what may be done with it."""
    kept = Lead.objects.select_related("subject", "closed_by", "case", "check_made__plan")
    found = kept.filter(public_id=lead).first()
    if found is None:
        raise Http404
    if not reachable(call).filter(pk=found.pk).exists():
        call.demand(Verb.READ_VISITS, call.of(found.organisation_id))
    given = call.request.POST if call.request.method == "POST" else None
    verb = given.get("verb", "") if given else ""
    reason = ReasonForm(given if verb in ("close", "prompt") else None)
    check = CheckForm(call, given if verb == "check" else None, initial=_own(call, found), auto_id="check-%s")
    if given is not None:
        done = _take(call, found, verb, reason, check)
        if done is not None:
            return done
    return _page(call, found, reason, check)


def _own(call: Call, found: Lead) -> dict[str, Any]:
    return {"year": call.today.year, "organisation": found.organisation.public_id}


def _take(call: Call, found: Lead, verb: str, reason: ReasonForm, check: CheckForm) -> HttpResponse | None:
    """Where the act leads; None where the form has to be shown again."""
    form = check if verb == "check" else reason
    if not form.is_valid():
        return None
    act = Act(actor=call.user, reason=form.cleaned_data["reason"], policy=call.policy, now=call.now)
    try:
        call.demand(Verb.DRAFT_PLAN if verb == "check" else Verb.DRAFT_CASE, call.of(found.organisation_id))
        if verb == "prompt":
            made = prompt_self_check(found.public_id, act)
            call.tell("已登记，请在“文书”一节出具自查提示函。")
            assert made.case is not None
            return redirect("office:case", number=made.case.number)
        if verb == "check":
            made = check_on_lead(found.public_id, check.case_plan(), act)
            call.tell("已按“数据监测等发现的具体线索”送批，由另一人决定，并告知执法监督。")
            assert made.check_made is not None
            return redirect("office:plan", plan=made.check_made.plan.public_id)
        close_lead(found.public_id, act)
        call.tell("已关闭，没有对企业产生任何影响。")
        return redirect("office:leads")
    except Refusal as refusal:
        form.add_error(None, told(refusal))
        return None


def _page(call: Call, found: Lead, reason: ReasonForm, check: CheckForm) -> HttpResponse:
    moving = on_its_way(found)
    organ, waiting = call.of(found.organisation_id), found.outcome == Outcome.OPEN and moving is None
    context = {
        "crumbs": [Crumb("设备线索", reverse("office:leads")), Crumb(found.what)],
        "lead": found,
        "line": _line(call, found),
        "subject_url": reverse("office:subject", kwargs={"subject": found.subject.public_id}),
        "case_url": reverse("office:case", kwargs={"number": found.case.number}) if found.case else "",
        "check_url": reverse("office:plan", kwargs={"plan": found.check_made.plan.public_id})
        if found.check_made
        else "",
        **handed_of(call, found, moving),
        "closed_by": found.closed_by.display_name if found.closed_by else "",
        "reason_form": reason if waiting and call.may(Verb.DRAFT_CASE, organ) else None,
        "check_form": check if waiting and call.may(Verb.DRAFT_PLAN, organ) else None,
    }
    return call.render("lead", context)
