"""Complaints on misuse on the page of their case, for those who handle or audit them; extracts of the ledger by the auditor."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.misuse import Fault
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm, given_of
from xinheng.interfaces.office.cases_service import but_service, serve_by_letter
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.misuse import draw_extract, may_read, open_words, still_so, tell_orally
from xinheng.store.casework import Case
from xinheng.store.objections import MisuseComplaint

_DAY = forms.DateInput(attrs={"type": "date"})


class ExtractForm(forms.Form):
    """Of which enterprise and from when to when."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写统一社会信用代码。"}
    )
    from_on = forms.DateField(label="从哪天起", widget=_DAY, error_messages={"required": "请填写起始日期。"})
    to_on = forms.DateField(label="到哪天止", widget=_DAY, error_messages={"required": "请填写截止日期。"})


def readable(call: Call, case: Case) -> bool:
    """Whether this person may open the case at all."""
    return case.kind != "misuse" or may_read(case, call.user, on=call.today)


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    complaint = MisuseComplaint.objects.select_related("subject").get(case=case)
    audits = bool(call.may(Verb.READ_LEDGER, call.of(case.organisation_id)))
    return {
        "complaint": {
            "fault": Fault(complaint.fault).label,
            "unit": call.tree.name(complaint.unit_id) if complaint.unit_id else "",
            "subject": complaint.subject.name if complaint.subject else "",
            **open_words(case, call.user, now=call.now),
        },
        "extracts": [
            {
                "subject": one.subject.name,
                "from_on": one.from_on,
                "to_on": one.to_on,
                "lines": one.lines,
                "digest": one.digest,
                "same": still_so(one),
            }
            for one in case.extracts.select_related("subject").order_by("pk")
        ],
        "extract_url": reverse("office:misuse_extract", kwargs={"number": case.number}) if audits else "",
    }


@asks(Verb.READ_LEDGER, methods=("GET", "POST"))
@once
def misuse_extract(call: Call, number: str) -> HttpResponse:
    """Draw from the ledger what was done about one enterprise; it stays with the case."""
    case = Case.objects.select_related("organisation").filter(number=number, kind="misuse").first()
    if case is None or not readable(call, case):
        raise Http404
    complaint = MisuseComplaint.objects.select_related("subject").get(case=case)
    known = complaint.subject.code if complaint.subject else ""
    form = ExtractForm(call.request.POST if call.request.method == "POST" else None, initial={"code": known})
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            draw_extract(case, **form.cleaned_data, actor=call.user, now=call.now)
            call.tell("已提取，附在事项中。")
            return redirect("office:case", number=number)
    here = reverse("office:case", kwargs={"number": number})
    context = {"crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb(number, here)], "form": form}
    return call.render("misuse_extract", context)


def _told(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    return tell_orally(case, **given_of(call, form))


MISUSE = CaseKind(
    key="misuse",
    title="信息安全投诉",
    part="office/case_misuse.html",
    shown=_shown,
    offers=but_service,
    acts={"tell": _told, "serve": serve_by_letter},
)
