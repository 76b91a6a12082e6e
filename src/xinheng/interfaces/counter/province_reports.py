"""An enterprise asks for the special report of the province through its own space, sees how that stands, and fetches it.

The report is the province's own (省平台出具); the local one of chosen fields stays beside it (legal guard G10).
"""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.attachments import Checked
from xinheng.core.policy import Policy
from xinheng.core.province_reports import RequestState
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.papers import closed
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.interfaces.web.report_forms import SpecialForm
from xinheng.services.province_reports import ask_province, open_report, requests_of, words_agreed_to
from xinheng.store.province_reports import ProvinceRequest

PAGE = 20
_STATES = {
    one: (one.label, {"done": "done", "refused": "decide"}.get(one.value, "clock")) for one in RequestState
}
_WAITS = {
    Checked.UNCHECKED: ("已取得，正在查毒", "clock"),
    Checked.INFECTED: ("查出病毒，不能打开，可以重新申请", "decide"),
}


class ProvinceForm(SpecialForm):
    """Fields, period and purpose, and that the enterprise agrees."""

    agreed = forms.BooleanField(label="同意", required=False)

    def __init__(self, *args: Any, policy: Policy, **given: Any) -> None:
        super().__init__(*args, policy=policy, **given)
        self.fields["agreed"].label = words_agreed_to(policy)


@own(Verb.READ_OWN_FILE, methods=("GET", "POST"))
def own_province_reports(visit: Visit) -> HttpResponse:
    """Ask, and see what was asked before. Without a declared interface nothing is taken in."""
    declared, subject = bool(settings.PROVINCE), visit.enterprise
    may = visit.party.may(Verb.GIVE_CONSENT, subject, on=visit.today)
    sent = visit.request.POST if visit.request.method == "POST" and declared and may else None
    form = ProvinceForm(sent, policy=visit.policy, today=visit.today)
    if form.is_bound and form.is_valid():
        with refusals_on(form, {"BG10": "areas", "BG11": "from_on", "SP1": "agreed"}):
            given = form.cleaned_data
            ask_province(
                visit.party,
                subject,
                form.scope(),
                given["purpose"],
                agreed=given["agreed"],
                policy=visit.policy,
                now=visit.now,
            )
            return redirect("counter:own_province_reports", subject=subject.public_id)
    context = {
        "form": form if declared and may else None,
        "declared": declared,
        "requests": [_line(visit, one) for one in requests_of(subject)[:PAGE]],
        "local": {
            "title": visit.policy.reports.special.title,
            "url": reverse("counter:own_special_report", args=[subject.public_id]),
        },
        "back_url": reverse("counter:own_reports", args=[subject.public_id]),
    }
    return visit.render("own_province_reports", context)


def _line(visit: Visit, one: ProvinceRequest) -> dict[str, Any]:
    purposes = visit.policy.reports.purposes
    kept = one.content is not None and one.content.destroyed_at is None
    opens = kept and Checked(one.checked).may_open(scanner=bool(settings.CLAMD))
    word, tone = _WAITS[Checked(one.checked)] if kept and not opens else _STATES[RequestState(one.state)]
    address = reverse("counter:own_province_report_pdf", args=[visit.enterprise.public_id, one.public_id])
    return {
        "at": one.asked_at,
        "period": f"{one.scope['from_on']} 至 {one.scope['until_on']}",
        "purpose": purposes[one.purpose].title if one.purpose in purposes else one.purpose,
        "state": word,
        "tone": tone,
        "says": one.why or (f"{one.trouble}已试 {one.tries} 次。" if one.trouble else ""),
        "number": one.report or one.number,
        "simulated": one.simulated,
        "url": address if opens else "",
    }


@own(Verb.READ_OWN_FILE)
def own_province_report_pdf(visit: Visit, report: str) -> StreamingHttpResponse:
    """The file as the province gave it."""
    row = requests_of(visit.enterprise).filter(public_id=report).first()
    if row is None:
        raise Http404
    response = StreamingHttpResponse(
        open_report(row, party=visit.party, now=visit.now), content_type="application/pdf"
    )
    name = f"省平台专项信用报告{row.report}.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    closed(response)
    return response
