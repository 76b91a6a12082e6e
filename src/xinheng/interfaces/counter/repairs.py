"""Repair in the space of an enterprise: for each failing record may I, what is missing, when, where; and the way of a case.

What is prepared here is lodged at the national site, by the enterprise itself or with the window (legal guard G5).
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.repair import FREE
from xinheng.core.repair_flow import OPEN
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.case_lookup import clocks_of
from xinheng.interfaces.counter.papers import shown_papers
from xinheng.interfaces.counter.seen import SeenForm
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.refusals import told
from xinheng.interfaces.web.repair_sheet import sheet_of
from xinheng.services.case_lookup import progress_of
from xinheng.services.cases import steps_for, take_step
from xinheng.services.repair_courses import courses
from xinheng.services.repair_reminders import reminders_of
from xinheng.services.repairs import (
    Application,
    OwnMatter,
    answer_for,
    handed_of,
    matters_of,
    missing_of,
    open_record,
    prepare,
    revise,
)
from xinheng.store.casework import Case
from xinheng.store.repairs import RepairApplication

PAGE = 20


class MaterialForm(forms.Form):
    """The lawful materials: what proves the duty done, and the commitment; nothing else can be asked for."""

    duty_done = forms.CharField(
        label="怎样证明已经改正、履行义务", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明证明，例如缴款书的日期和编号。"},
    )  # fmt: skip
    commitment = forms.BooleanField(
        label="作出上述信用修复承诺", error_messages={"required": "没有承诺的，不能申请修复。"}
    )


class CompletionForm(SeenForm, MaterialForm):
    """What is added after the request to complete; what was there stays."""

    duty_done = forms.CharField(
        label="补充的证明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    commitment = forms.BooleanField(label="作出上述信用修复承诺", required=False)


class WithdrawForm(SeenForm):
    reason = forms.CharField(
        label="撤回的理由", max_length=500, error_messages={"required": "请写明撤回的理由。"}
    )


@own(Verb.LODGE_REQUEST)
def own_repairs(visit: Visit) -> HttpResponse:
    """All failing records with the answer for each, and the applications made."""
    subject = visit.enterprise
    found = matters_of(subject, policy=visit.policy, today=visit.today)
    cases = Case.objects.filter(subject=subject, kind="repair").order_by("-pk")[:PAGE]
    context = {
        "matters": [shown_matter(one, visit.policy) | {"url": _url(visit, one)} for one in found],
        "cases": [
            {
                "number": one.number,
                "on": one.opened_at,
                "state": progress_of(one, policy=visit.policy, today=visit.today).state,
                "url": reverse("counter:own_repair_case", args=[subject.public_id, one.number]),
                "over": one.closed_at is not None,
            }
            for one in cases
        ],
        "offers": [(one.title, one.hint) for one in visit.policy.repair.offers.values()],
        "courses": courses(),
        "reminders": reminded(visit),
        "free": FREE,
    }
    return visit.render("own_repairs", context)


def reminded(visit: Visit) -> list[dict[str, Any]]:
    """What may soon be repaired, for the pages of the enterprise; no word of a record that has ended."""
    return [
        {
            "title": one.record.detail.title or visit.policy.catalogue.item(one.record.item).title,
            "document_no": one.record.detail.document_no,
            "earliest_on": one.earliest_on,
            "open": one.earliest_on <= visit.today,
        }
        for one in reminders_of(visit.enterprise, today=visit.today)
    ]


def shown_matter(one: OwnMatter, policy: Policy) -> dict[str, Any]:
    """A record and its answer in words."""
    record, answer = one.record, one.answer
    return {
        "title": record.detail.title or policy.catalogue.item(record.item).title,
        "item": policy.catalogue.item(record.item).title,
        "document_no": record.detail.document_no,
        "authority": record.detail.authority,
        "decided_on": record.decided_on,
        "seriousness": Seriousness(record.seriousness).label if record.seriousness else "",
        "may": answer.may and one.case is None,
        "case": one.case,
        "earliest_on": answer.earliest_on,
        "stops_on": answer.stops_on,
        "unconfirmed": answer.unconfirmed,
        "rule": answer.rule,
        "shown": one.shown,
        "place": answer.place,
        "note": answer.way.note if answer.way else "",
        "materials": list(answer.materials.values()),
        "hurdles": [{"message": bar.message, "advice": bar.advice} for bar in answer.hurdles],
    }


def _url(visit: Visit, one: OwnMatter) -> str:
    parts = [visit.enterprise.public_id]
    if one.case is not None:
        return reverse("counter:own_repair_case", args=[*parts, one.case.number])
    return reverse("counter:own_repair", args=[*parts, one.record.record_key]) if one.answer.may else ""


@own(Verb.LODGE_REQUEST, methods=("GET", "POST"))
def own_repair(visit: Visit, key: int) -> HttpResponse:
    """Get the materials of one record ready."""
    subject = visit.enterprise
    found = matters_of(subject, policy=visit.policy, today=visit.today)
    one = next((one for one in found if one.record.record_key == key), None)
    if one is None:
        raise Http404
    if one.case is not None:
        return redirect("counter:own_repair_case", subject=subject.public_id, number=one.case.number)
    posted = visit.request.method == "POST"
    form = MaterialForm(visit.request.POST if posted else None)
    if posted and form.is_valid():
        try:
            case = prepare(key, _given(form), party=visit.party, policy=visit.policy, now=visit.now)
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return redirect("counter:own_repair_case", subject=subject.public_id, number=case.number)
    context = {
        "matter": shown_matter(one, visit.policy),
        "form": form,
        "pledge": visit.policy.repair.commitment,
        "offers": [(offer.title, offer.hint) for offer in visit.policy.repair.offers.values()],
        "free": FREE,
        "back_url": reverse("counter:own_repairs", args=[subject.public_id]),
        "sheet_url": reverse("counter:own_repair_sheet", args=[subject.public_id, key])
        if one.answer.may
        else "",
    }
    return visit.render("own_repair", context)


@own(Verb.LODGE_REQUEST)
def own_repair_sheet(visit: Visit, key: int) -> HttpResponse:
    """The application to print, sign and hand in at the window."""
    subject = visit.enterprise
    found = matters_of(subject, policy=visit.policy, today=visit.today)
    one = next((one for one in found if one.record.record_key == key and one.answer.may), None)
    if one is None:
        raise Http404
    back = reverse("counter:own_repairs", args=[subject.public_id])
    context = sheet_of(one.record, one.answer, visit.policy) | {"back_url": back}
    response = render(visit.request, "web/repair_sheet.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _given(form: forms.Form) -> Application:
    given = form.cleaned_data
    handed = {"duty_done": given["duty_done"]} if given.get("duty_done") else {}
    return Application(handed=handed, pledged=bool(given.get("commitment")))


@own(Verb.LODGE_REQUEST, methods=("GET", "POST"))
def own_repair_case(visit: Visit, number: str) -> HttpResponse:
    """Where it is, what I have to do, and the steps that are mine."""
    case = Case.objects.filter(subject=visit.enterprise, kind="repair", number=number).first()
    if case is None:
        raise Http404
    mine = {step.verb for step in steps_for(case, visit.party, on=visit.today)}
    form: CompletionForm | None = CompletionForm(case) if mine & {"complete", "revise"} else None
    leave = WithdrawForm(case, prefix="w") if "withdraw" in mine else None
    if visit.request.method == "POST":
        try:
            if "reason" in visit.request.POST or "w-reason" in visit.request.POST:
                leave = WithdrawForm(case, visit.request.POST, prefix="w")
                done = leave.is_valid() and _withdraw(visit, case, leave)
            else:
                form = CompletionForm(case, visit.request.POST)
                done = form.is_valid() and _add(visit, case, form)
        except Refusal as refusal:
            sent = leave if leave is not None and leave.is_bound else form
            assert sent is not None
            sent.refused(refusal, case)
            done = False
        if done:
            return redirect(visit.request.path)
    own = [visit.enterprise.public_id, case.number]
    hear_url = reverse("counter:own_case", args=own) if "hear" in mine else ""
    shown = _case(visit, case) | {"form": form, "leave": leave, "hear_url": hear_url}
    return visit.render("own_repair_case", shown)


def _withdraw(visit: Visit, case: Case, form: WithdrawForm) -> bool:
    given = form.cleaned_data
    take_step(
        case.public_id,
        "withdraw",
        actor=visit.party,
        policy=visit.policy,
        now=visit.now,
        reason=given["reason"],
        seen_version=given["seen"],
    )
    return True


def _add(visit: Visit, case: Case, form: CompletionForm) -> bool:
    seen = form.cleaned_data["seen"]
    revise(case, _given(form), party=visit.party, policy=visit.policy, now=visit.now, seen=seen)
    return True


def _case(visit: Visit, case: Case) -> dict[str, Any]:
    application = RepairApplication.objects.get(pk=case.pk)
    progress = progress_of(case, policy=visit.policy, today=visit.today)
    asked = case.events.filter(verb="ask_completion").order_by("-sequence").first()
    record = open_record(application.record_key)
    answer = answer_for(record, policy=visit.policy, today=visit.today)
    waiting = case.state in OPEN
    return {
        "case": progress,
        "clocks": clocks_of(progress),
        "handed": handed_of(application, policy=visit.policy),
        "missing": missing_of(application, policy=visit.policy) if waiting else (),
        "wanted": asked.details.get("titles", []) if asked and case.state == "completing" else [],
        "external": application.external,
        "source": application.get_source_display(),
        "places": [answer.place] if case.state == "prepared" and answer.place else [],
        "pledge": visit.policy.repair.commitment,
        "free": FREE,
        "papers": shown_papers(case, visit),
        "back_url": reverse("counter:own_repairs", args=[visit.enterprise.public_id]),
    }
