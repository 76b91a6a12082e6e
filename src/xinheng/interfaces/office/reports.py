"""At the window: a credit report on paper for an enterprise that comes with its licence (legal guard G1: nobody else).

The report is signed, free and told to the enterprise; the clerk sees again what this clerk made, as long as it holds.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinheng.core.access import Target
from xinheng.core.mandates import Proof
from xinheng.core.policy import Policy
from xinheng.core.report_rules import SPECIAL
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.interfaces.web.report_forms import PurposeForm, SpecialForm
from xinheng.services.reports import Order, make_at_window, paper_of
from xinheng.services.reports_verifying import State, states_of
from xinheng.store.reports import MadeReport, Requester

_PROOFS = (Proof.LICENCE, Proof.LETTER)


def _find(number: str) -> MadeReport | None:
    known = MadeReport.objects.select_related("subject", "content").filter(requester=Requester.WINDOW)
    return known.filter(number=number).first()


REPORT = Owned("report", _find, lambda call, report: Target(subject=report.subject_id))


class LicenceForm(PurposeForm):
    """What the window saw."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=18, error_messages={"required": "请填写营业执照上的 18 位代码。"}
    )
    proof = forms.ChoiceField(
        label="核验方式",
        choices=[(proof.value, proof.label) for proof in _PROOFS],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择怎样核验了来人。"},
    )


class WindowReportForm(LicenceForm):
    """What is wanted of the ordinary kinds."""

    kind = forms.ChoiceField(
        label="报告种类", widget=forms.RadioSelect, error_messages={"required": "请选择报告种类。"}
    )
    field_order = ("code", "proof", "kind", "purpose")

    def __init__(self, *args: Any, policy: Policy, **given: Any) -> None:
        super().__init__(*args, policy=policy, **given)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, one.title) for key, one in policy.reports.kinds.items()
        ]


class WindowSpecialForm(SpecialForm, LicenceForm):
    """Of which fields and period."""


@asks(Verb.ASSIST_ENTERPRISE)
def window_reports(call: Call) -> HttpResponse:
    """What this clerk made, the newest first."""
    own = MadeReport.objects.filter(requester=Requester.WINDOW, clerk=call.user)
    page, paging = newest_first(own.select_related("subject", "content"), call.request)
    states = states_of(page, policy=call.policy, today=call.today)
    context = {
        "crumbs": [Crumb("信用报告")],
        "new_url": reverse("office:new_window_report"),
        "special_url": reverse("office:new_window_special_report"),
        "reports": [_line(call, one, state) for one, state in zip(page, states, strict=True)],
        "paging": paging,
    }
    return call.render("window_reports", context)


def _line(call: Call, made: MadeReport, state: State) -> dict[str, Any]:
    current = state is State.CURRENT
    return {
        "number": made.number,
        "name": made.subject.name if current else "",
        "kind": call.policy.reports.title_of(made.kind),
        "at": made.issued_at,
        "proof": Proof(made.proof).label,
        "state": state.label,
        "current": current,
        "pdf_url": reverse("office:window_report_pdf", kwargs={"report": made.number}) if current else "",
    }


@asks(Verb.ASSIST_ENTERPRISE, methods=("GET", "POST"))
@once
def new_window_report(call: Call) -> HttpResponse:
    form = WindowReportForm(call.request.POST or None, policy=call.policy)
    if _made(call, form, lambda given: Order(given["kind"], given["purpose"])):
        return redirect("office:window_reports")
    return _form_page(call, form, "为企业出具信用报告")


@asks(Verb.ASSIST_ENTERPRISE, methods=("GET", "POST"))
@once
def new_window_special_report(call: Call) -> HttpResponse:
    form = WindowSpecialForm(call.request.POST or None, policy=call.policy, today=call.today)
    if _made(call, form, lambda given: Order(SPECIAL, given["purpose"], form.scope())):
        return redirect("office:window_reports")
    return _form_page(call, form, f"为企业出具{call.policy.reports.special.title}")


def _made(call: Call, form: LicenceForm, order: Callable[[dict[str, Any]], Order]) -> bool:
    """Whether the form was sent and the report made; what stands against it stands on the form."""
    if call.request.method != "POST" or not form.is_valid():
        return False
    given = form.cleaned_data
    with refusals_on(form, {"BG5": "code", "BG10": "areas", "BG11": "from_on"}):
        made = make_at_window(
            given["code"],
            order(given),
            proof=Proof(given["proof"]),
            clerk=call.user,
            policy=call.policy,
            now=call.now,
        )
        call.tell(f"报告 {made.number} 已出具，请打印后交给来人。")
        return True
    return False


def _form_page(call: Call, form: LicenceForm, heading: str) -> HttpResponse:
    context = {
        "crumbs": [Crumb("信用报告", reverse("office:window_reports")), Crumb("出具报告")],
        "heading": heading,
        "lead": "核验营业执照和来人身份后出具，不收费。系统不保存证件；出具记录企业可以看到。",
        "form": form,
        "button": "出具报告",
    }
    return call.render("window_report_form", context)


@asks(Verb.ASSIST_ENTERPRISE, of=REPORT)
def window_report_pdf(call: Call, report: MadeReport) -> HttpResponse:
    """The signed paper, to be printed by who made it; while the report still holds."""
    if report.clerk_id != call.user.pk:
        raise Http404
    verify = call.request.build_absolute_uri(reverse("counter:verify_report", args=[report.number]))
    paper = paper_of(report, verify_url=verify, with_twin=False, policy=call.policy, now=call.now)
    response = HttpResponse(paper, content_type="application/pdf")
    name = f"信用报告{report.number}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response.headers["Cache-Control"] = "no-store"
    return response
