"""Errors of ours put right on the page of their case: what was wrong, who was told, what the scores should have been."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.endings import receiver_name
from xinheng.services.objections_aims import aimed
from xinheng.services.objections_remedy import Wrong, endings_of, find_error, finish, lift
from xinheng.store.casework import Case
from xinheng.store.endings import Telling
from xinheng.store.objections import Correction
from xinheng.store.subjects import Subject


class WrongForm(forms.Form):
    reason = forms.CharField(
        label="错在哪里、怎样发现的", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明错在哪里。"},
    )  # fmt: skip


class LiftForm(StepForm):
    """The decision with the words of the published correction."""

    text = forms.CharField(
        label="更正声明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    publish = forms.BooleanField(label="企业要求公示更正声明", required=False)


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_remedy(call: Call) -> HttpResponse:
    """Say that a record, list entry or measure of an enterprise is an error; another person looks and lifts it."""
    firm = Subject.objects.filter(public_id=call.request.GET.get("subject", "")[:16]).first()
    if firm is None:
        raise Http404
    thing = aimed(firm, call.request.GET.get("about", "")[:60], policy=call.policy)
    if thing.source is not None:
        call.demand(Verb.DRAFT_CASE, call.of(thing.source.pk))
    form = WrongForm(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        wrong = Wrong(subject=firm, reference=thing.reference, reason=form.cleaned_data["reason"])
        with refusals_on(form):
            case = find_error(wrong, actor=call.user, policy=call.policy, now=call.now)
            call.tell("已提出，由另一人确认后解除。")
            return redirect("office:case", number=case.number)
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("纠错")],
        "subject": firm.name,
        "thing": {"kind": thing.aim.label, "words": thing.words},
        "form": form,
    }
    return call.render("remedy_form", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    correction = Correction.objects.filter(case=case).first()
    tellings = Telling.objects.filter(ending__in=endings_of(case)).order_by("pk")
    return {
        "wrong": case.details.get("words", ""),
        "correction": correction,
        "scores": correction.scores if correction else [],
        "told": [
            {
                "who": receiver_name(one),
                "way": one.get_channel_display(),
                "told_at": one.told_at,
                "received_at": one.received_at,
            }
            for one in tellings
        ],
    }


def _lift(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    return lift(case, text=given["text"], publish=given["publish"], **given_of(call, form))


def _finish(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return finish(case, **given_of(call, form))


REMEDY = CaseKind(
    key="remedy",
    title="错误影响消除",
    part="office/case_remedy.html",
    shown=_shown,
    forms={"lift": LiftForm},
    acts={"lift": _lift, "finish": _finish},
)
