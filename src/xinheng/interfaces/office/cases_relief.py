"""Relief during a reorganisation in the office: register the ruling of the court; the forms of the steps."""

from collections.abc import Callable, Mapping
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
from xinheng.services.cases import last_step
from xinheng.services.relief import Ruling, ask, burdening, end, finish, grant
from xinheng.services.repair_decisions import Act
from xinheng.store.casework import Case
from xinheng.store.subjects import Subject


class RulingForm(forms.Form):
    """The ruling that approves the plan of reorganisation or the settlement."""

    court = forms.CharField(
        label="作出裁定的法院", max_length=120, error_messages={"required": "请填写法院名称。"}
    )
    number = forms.CharField(label="裁定书案号", max_length=80, error_messages={"required": "请填写案号。"})
    ruled_on = forms.DateField(
        label="裁定日期", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写裁定日期。", "invalid": "日期写作 2026-11-20。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由，例如重整计划已经法院批准。"},
    )  # fmt: skip


@asks(Verb.DRAFT_CASE, methods=("GET", "POST"))
@once
def new_relief(call: Call, subject: str) -> HttpResponse:
    """Register a ruling for one enterprise."""
    found = Subject.objects.filter(public_id=subject, merged_into=None).first()
    if found is None:
        raise Http404
    form = RulingForm(call.request.POST if call.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        ruling = Ruling(court=given["court"], number=given["number"], ruled_on=given["ruled_on"])
        with refusals_on(form):
            case = ask(
                found, ruling, actor=call.user, policy=call.policy, now=call.now, reason=given["reason"]
            )
            call.tell("已登记，由另一人决定。")
            return redirect("office:case", number=case.number)
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb("信用修复", reverse("office:repair_desk")),
            Crumb("重整期间暂时解除"),
        ],
        "subject": found.name,
        "count": len(burdening(found)),
        "form": form,
    }
    return call.render("relief_new", context)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    granted = last_step(case, "grant")
    return {
        "relief": {
            "court": case.details.get("court", ""),
            "ruling": case.details.get("ruling", ""),
            "ruled_on": case.details.get("ruled_on", ""),
            "records": len(granted.details.get("records", [])) if granted else 0,
        }
    }


def _by(verb: Callable[[Case, Act], Case]) -> Callable[[Call, Case, str, StepForm], Case]:
    def act(call: Call, case: Case, name: str, form: StepForm) -> Case:
        return verb(case, Act(**given_of(call, form)))

    return act


RELIEF = CaseKind(
    key="relief",
    title="重整期间暂时解除",
    part="office/case_relief.html",
    shown=_shown,
    acts={"grant": _by(grant), "finish": _by(finish), "end": _by(end)},
)
