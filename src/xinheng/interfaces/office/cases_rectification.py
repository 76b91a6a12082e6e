"""Orders to put something right in the office: the form that begins one, its part of the page, the forms of its steps."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_begun import begun_on, record_of
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of, take
from xinheng.interfaces.office.cases_service import but_service, serve_by_letter
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.case_grounds import demand_fault
from xinheng.services.letters_serving import served_on
from xinheng.services.rectification import Order, confirm_order, draft_order, wanted_of
from xinheng.store.casework import Case


def _wanted() -> forms.CharField:
    return forms.CharField(
        label="整改要求", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明要改什么、怎样算改好。"},
    )  # fmt: skip


class OrderForm(forms.Form):
    """What the order asks for and why."""

    wanted = _wanted()
    reason = forms.CharField(
        label="事实和理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明事实和理由。"},
    )  # fmt: skip


class ReviseForm(StepForm):
    wanted = _wanted()

    def __init__(self, step: Any, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(step, case, *args, **kwargs)
        self.initial["wanted"] = wanted_of(case)


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_order(call: Call) -> HttpResponse:
    """Begin an order on one record, named in the address."""
    record = record_of(call)
    demand_fault(record, deed="责令整改", policy=call.policy)
    form = OrderForm(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        order = Order(
            subject=record.subject,
            record=record.record_key,
            wanted=form.cleaned_data["wanted"],
            reason=form.cleaned_data["reason"],
        )
        with refusals_on(form):
            case = draft_order(order, actor=call.user, policy=call.policy, now=call.now)
            call.tell("已拟定，由另一人责令后送达。")
            return redirect("office:case", number=case.number)
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("责令整改")],
        **begun_on(call, record),
        "form": form,
    }
    return call.render("case_order", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    return {"wanted": wanted_of(case), "served_on": served_on(case, "rectification_order", after="confirm")}


def _confirm(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return confirm_order(case, **given_of(call, form))


def _revise(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return take(call, case, verb, form, {"wanted": form.cleaned_data["wanted"]})


RECTIFICATION = CaseKind(
    key="rectification",
    title="责令整改",
    part="office/case_rectification.html",
    shown=_shown,
    offers=but_service,
    forms={"revise": ReviseForm},
    acts={"confirm": _confirm, "serve": serve_by_letter, "revise": _revise},
)
