"""Complain of misuse, leak or tampering: anybody, without an account, a name or an address; receipt with number and code.

What is written is sealed; the unit complained of does not see it (services.misuse; legal guard G13). From one place only so
many a day are taken.
"""

from datetime import datetime

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinheng.core.misuse import A_DAY, Fault
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.counter.kept_nowhere import kept_nowhere
from xinheng.interfaces.counter.limits import another_day, is_beyond
from xinheng.interfaces.web.refusals import told
from xinheng.services.misuse import Grievance, complain
from xinheng.services.objections import Lodged
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of
from xinheng.store.organisations import Organisation, OrganisationName


class MisuseForm(forms.Form):
    """Only what happened is needed."""

    fault = forms.ChoiceField(
        label="投诉什么",
        choices=[(one.value, one.label) for one in Fault],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择投诉什么。"},
    )
    what = forms.CharField(
        label="发生了什么", max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写明发生了什么。"},
    )  # fmt: skip
    unit = forms.CharField(label="被投诉的单位", max_length=120, required=False)
    code = forms.CharField(label="涉及企业的统一社会信用代码", max_length=18, required=False)
    contact = forms.CharField(label="怎样联系您", max_length=200, required=False)

    def grievance(self) -> Grievance:
        given = self.cleaned_data
        unit = _unit(given["unit"])
        what = (
            given["what"] if unit or not given["unit"] else f"{given['what']}\n被投诉的单位：{given['unit']}"
        )
        return Grievance(
            fault=Fault(given["fault"]),
            what=what,
            code=given["code"],
            unit=unit,
            contact=given["contact"],
        )


def _unit(name: str) -> Organisation | None:
    """The organisation of exactly this present name; any other name stays in the sealed words."""
    wanted = name.strip()
    found = OrganisationName.objects.filter(name=wanted, to_on__isnull=True) if wanted else None
    row = found.select_related("organisation").first() if found is not None else None
    return row.organisation if row else None


@require_http_methods(["GET", "HEAD", "POST"])
def misuse(request: HttpRequest) -> HttpResponse:
    """The form, and after it the receipt, whose code is shown this once."""
    form = MisuseForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        now = timezone.now()
        policy = policy_in_force(on=day_of(now))
        try:
            lodged = _lodged(request, form.grievance(), policy=policy, now=now)
        except Refusal as refusal:
            form.add_error(None, told(refusal))
            status = 429 if refusal.code == "TS8" else 200
        else:
            shown = {
                "number": lodged.case.number,
                "code": lodged.code,
                "today": day_of(now),
                "cases_url": reverse("counter:cases"),
                "noindex": True,
            }
            return kept_nowhere(render(request, "counter/misuse_receipt.html", shown))
    context = {"form": form, "noindex": True}
    page = kept_nowhere(render(request, "counter/misuse.html", context, status=status))
    return another_day(page, now=timezone.now()) if status == 429 else page


@transaction.atomic
def _lodged(request: HttpRequest, grievance: Grievance, *, policy: Policy, now: datetime) -> Lodged:
    """Complaints that were taken are counted, others with their transaction are not. Refusal TS8, and those of ``complain``."""
    if is_beyond(request, "misuse", most=policy.parameter(A_DAY, on=day_of(now)).value, now=now):
        raise Refusal("TS8", "今天从这里提交的投诉太多。", advice="请明天再提交，或者到窗口投诉。")
    return complain(grievance, actor=None, policy=policy, now=now)
