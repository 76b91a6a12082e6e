"""Leads handed from organ to organ in the office: who offers one to whom, and who takes it or sends it back."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.leads import Handover, Outcome
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.services.leads import Act
from xinheng.services.leads_handed import hand_over, offered_to, send_back, take_over
from xinheng.store.leads import Lead, LeadHandover
from xinheng.store.organisations import Organisation, OrganisationKind

_TONES = {Handover.WAITING: "clock", Handover.TAKEN: "done", Handover.BACK: "decide"}


class HandForm(forms.Form):
    """To whom, and why it is theirs."""

    to = forms.ChoiceField(
        label="接收机关",
        error_messages={"required": "请选择接收机关。", "invalid_choice": "请从名单中选择接收机关。"},
    )
    why = forms.CharField(
        label="转交的理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明为什么由对方负责。"},
    )

    def __init__(self, call: Call, lead: Lead, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Organisation.objects.filter(kind=OrganisationKind.DEPARTMENT).exclude(pk=lead.organisation_id)
        named = [(one.public_id, call.tree.name(one.pk)) for one in units.order_by("pk")]
        self.fields["to"].choices = [("", "请选择"), *named]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What the other organ says; a reason only where it sends the lead back."""

    reason = forms.CharField(
        label="意见", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def reachable(call: Call) -> QuerySet[Lead]:
    """Leads of organs within reach, and those that were offered to one of them, whatever it said."""
    mine = call.reach(Verb.READ_VISITS)
    offered = LeadHandover.objects.filter(to_organisation__in=mine, answer=Handover.WAITING.value)
    return Lead.objects.filter(Q(organisation__in=mine) | Q(pk__in=offered.values("lead")))


def handed_of(call: Call, lead: Lead, moving: LeadHandover | None) -> dict[str, Any]:
    """What the page of a lead shows of its ways, with the forms that this person may send."""
    part = {"lead": lead.public_id}
    still = lead.outcome == Outcome.OPEN
    may_hand = still and moving is None and call.may(Verb.DRAFT_CASE, call.of(lead.organisation_id))
    may_answer = (
        still
        and moving is not None
        and moving.handed_by_id != call.user.pk
        and call.may(Verb.DRAFT_CASE, call.of(moving.to_organisation_id))
    )
    rows = lead.handovers.select_related("handed_by", "answered_by").order_by("pk")
    return {
        "handovers": [_row(call, one) for one in rows],
        "hand_form": HandForm(call, lead) if may_hand else None,
        "hand_url": reverse("office:hand_lead", kwargs=part),
        "answer_form": AnswerForm(auto_id="answer-%s") if may_answer else None,
        "answer_url": reverse("office:answer_lead", kwargs=part),
    }


def _row(call: Call, one: LeadHandover) -> dict[str, Any]:
    return {
        "from": call.tree.name(one.from_organisation_id),
        "to": call.tree.name(one.to_organisation_id),
        "by": one.handed_by.display_name,
        "at": one.handed_at,
        "reason": one.reason,
        "answer": one.get_answer_display(),
        "tone": _TONES[Handover(one.answer)],
        "answered_by": one.answered_by.display_name if one.answered_by else "",
        "answered_at": one.answered_at,
        "answer_reason": one.answer_reason,
    }


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def hand(call: Call, lead: str) -> HttpResponse:
    """Offer a lead to another organ."""
    found = _lead(lead)
    call.demand(Verb.DRAFT_CASE, call.of(found.organisation_id))
    form = HandForm(call, found, call.request.POST)
    try:
        if not form.is_valid():
            raise _unread(form)
        to = Organisation.objects.get(public_id=form.cleaned_data["to"])
        hand_over(found.public_id, to, _act(call, form.cleaned_data["why"]))
        call.tell(f"已转交{call.tree.name(to.pk)}，等待接收；接收以前谁也不能处理。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:lead", lead=found.public_id)


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def answer(call: Call, lead: str) -> HttpResponse:
    """Take a lead that was offered, or send it back."""
    found = _lead(lead)
    if not offered_to(call.reach(Verb.DRAFT_CASE)).filter(lead=found).exists():
        raise Http404
    form = AnswerForm(call.request.POST)
    try:
        if not form.is_valid():
            raise _unread(form)
        act = _act(call, form.cleaned_data["reason"])
        if call.request.POST.get("verb") == "take":
            take_over(found.public_id, act)
            call.tell("已接收，线索转到本机关。")
        else:
            send_back(found.public_id, act)
            call.tell("已退回原机关。")
            return redirect("office:leads")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:lead", lead=found.public_id)


def _lead(public_id: str) -> Lead:
    found = Lead.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _act(call: Call, reason: str) -> Act:
    return Act(actor=call.user, reason=reason, policy=call.policy, now=call.now)


def _unread(form: forms.Form) -> Refusal:
    said = "".join(str(one) for errors in form.errors.values() for one in errors)
    return Refusal("LE15", f"没有办理：{said}", advice="请从线索的页面重新填写。")
