"""Credit reports as they are asked for and shown: the basic one by anybody, both kinds by the enterprise in its space.

A page, a signed PDF and signed data are made of the same kept content, and only while it still holds (legal guards G1,
G9, G16). What is made stands among the readings that its subject sees.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from xinheng.core.canonical import shortened
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.report_rules import BASIC, SPECIAL
from xinheng.core.roles import Verb
from xinheng.interfaces.counter.kept_nowhere import kept_nowhere
from xinheng.interfaces.counter.limits import another_day, is_beyond
from xinheng.interfaces.counter.space import Visit, own
from xinheng.interfaces.web.given import refuse_nul
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.interfaces.web.report_forms import PurposeForm, SpecialForm
from xinheng.services.agency_reports import reports_shown
from xinheng.services.merged_files import one_with
from xinheng.services.policies import policy_in_force
from xinheng.services.reach import tree
from xinheng.services.reports import (
    Order,
    bundle_of,
    content_of,
    free_this_year,
    make_own,
    make_public,
    ofd_of,
    paper_of,
    refuse_public,
    twin_file_of,
)
from xinheng.services.reports_verifying import State, states_of
from xinheng.services.time import day_of
from xinheng.store.reports import MadeReport, Requester
from xinheng.store.subjects import Subject

PAGE = 20


class OrderForm(PurposeForm):
    """Which kind, and what for."""

    kind = forms.ChoiceField(
        label="报告种类", widget=forms.RadioSelect, error_messages={"required": "请选择报告种类。"}
    )
    field_order = ("kind", "purpose")

    def __init__(self, *args: Any, policy: Policy, **given: Any) -> None:
        super().__init__(*args, policy=policy, **given)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, f"{one.title}：{one.says}") for key, one in policy.reports.kinds.items()
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def public_report(request: HttpRequest, subject: str) -> HttpResponse:
    """Ask for the basic report on a subject."""
    refuse_nul(request.POST)
    found = Subject.objects.filter(public_id=subject, merged_into=None).first()
    if found is None:
        raise Http404
    now = timezone.now()
    today = day_of(now)
    policy = policy_in_force(on=today)
    refuse_public(found, policy=policy)
    form = PurposeForm(request.POST if request.method == "POST" else None, policy=policy)
    status = 200
    if form.is_bound and form.is_valid():
        most = policy.parameter("reports.public_a_day", on=today).value
        if is_beyond(request, "report", most=most, now=now):
            many = Refusal("BG8", "今天从这里获取的报告太多。", advice="请明天再来，或者查看企业的公示页面。")
            form.add_error(None, told(many))
            status = 429
        else:
            made = make_public(found, form.cleaned_data["purpose"], policy=policy, now=now)
            return redirect("counter:public_report_made", number=made.number)
    context = {
        "name": found.name,
        "code": found.code or "",
        "says": policy.reports.kinds[BASIC].says,
        "form": form,
        "back_url": reverse("portal:subject", args=[found.public_id]),
        "verify_url": reverse("counter:verify_reports"),
        "noindex": True,
    }
    page = kept_nowhere(render(request, "counter/report_new.html", context, status=status))
    return another_day(page, now=now) if status == 429 else page


@require_safe
def public_report_made(request: HttpRequest, number: str) -> HttpResponse:
    """The basic report of a number, as a page."""
    return _answered(request, _public(number), "public_report", [number])


@require_safe
def public_report_pdf(request: HttpRequest, number: str) -> HttpResponse:
    return _paper(request, _public(number))


@require_safe
def public_report_json(request: HttpRequest, number: str) -> HttpResponse:
    return _data(_public(number))


@require_safe
def public_report_ofd(request: HttpRequest, number: str) -> HttpResponse:
    return _ofd(request, _public(number))


@require_safe
def public_report_zip(request: HttpRequest, number: str) -> HttpResponse:
    return _bundle(request, _public(number))


def _public(number: str) -> MadeReport:
    known = MadeReport.objects.select_related("subject", "content").filter(requester=Requester.PUBLIC)
    made = known.filter(number=number).first()
    if made is None:
        raise Http404
    return made


@own(Verb.READ_OWN_FILE, methods=("GET", "POST"))
def own_reports(visit: Visit) -> HttpResponse:
    """Make a report on oneself, as often as one likes, and see those that were made."""
    subject = visit.enterprise
    form = OrderForm(visit.request.POST if visit.request.method == "POST" else None, policy=visit.policy)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            order = Order(form.cleaned_data["kind"], form.cleaned_data["purpose"])
            made = make_own(visit.party, subject, order, policy=visit.policy, now=visit.now)
            return redirect("counter:own_report", subject=subject.public_id, number=made.number)
    rows = list(_of(visit).order_by("-pk")[:PAGE])
    states = states_of(rows, policy=visit.policy, today=visit.today)
    floor, names = visit.policy.parameter("reports.free_per_year", on=visit.today), tree()
    context = {
        "form": form,
        "reports": [_line(visit, one, state) for one, state in zip(rows, states, strict=True)],
        "free": {
            "floor": floor.value,
            "citation": floor.citation,
            "used": free_this_year(subject, today=visit.today),
        },
        "agency_reports": [
            {"unit": names.name(one.organisation_id), "one": one}
            for one in reports_shown(subject, today=visit.today)[:PAGE]
        ],
        "verify_url": reverse("counter:verify_reports"),
        "consents_url": reverse("counter:own_consents", args=[subject.public_id]),
        "province_url": reverse("counter:own_province_reports", args=[subject.public_id]),
        "special": {
            "title": visit.policy.reports.special.title,
            "url": reverse("counter:own_special_report", args=[subject.public_id]),
        },
    }
    return visit.render("own_reports", context)


@own(Verb.READ_OWN_FILE, methods=("GET", "POST"))
def own_special_report(visit: Visit) -> HttpResponse:
    """Make a report of the fields and the period that the enterprise chooses."""
    subject = visit.enterprise
    given = visit.request.POST if visit.request.method == "POST" else None
    form = SpecialForm(given, policy=visit.policy, today=visit.today)
    if form.is_bound and form.is_valid():
        with refusals_on(form, {"BG10": "areas", "BG11": "from_on"}):
            order = Order(SPECIAL, form.cleaned_data["purpose"], form.scope())
            made = make_own(visit.party, subject, order, policy=visit.policy, now=visit.now)
            return redirect("counter:own_report", subject=subject.public_id, number=made.number)
    context = {
        "title": visit.policy.reports.special.title,
        "says": visit.policy.reports.special.says,
        "notes": visit.policy.reports.special.notes,
        "form": form,
        "back_url": reverse("counter:own_reports", args=[subject.public_id]),
    }
    return visit.render("own_special_report", context)


def _of(visit: Visit) -> Any:
    known = MadeReport.objects.select_related("subject", "content")
    return known.filter(subject__in=one_with(visit.enterprise)).exclude(requester=Requester.PUBLIC)


def _line(visit: Visit, made: MadeReport, state: State) -> dict[str, Any]:
    rules = visit.policy.reports
    return {
        "number": made.number,
        "kind": rules.title_of(made.kind),
        "purpose": rules.purposes[made.purpose].title if made.purpose in rules.purposes else made.purpose,
        "at": made.issued_at,
        "who": Requester(made.requester).label,
        "current": state is State.CURRENT,
        "state": state.label,
        "url": reverse("counter:own_report", args=[visit.enterprise.public_id, made.number])
        if state is State.CURRENT
        else "",
    }


@own(Verb.READ_OWN_FILE)
def own_report(visit: Visit, number: str) -> HttpResponse:
    """One report on oneself, as a page."""
    made = _own(visit, number)
    return _answered(visit.request, made, "own_report", [visit.enterprise.public_id, number], visit=visit)


@own(Verb.READ_OWN_FILE)
def own_report_pdf(visit: Visit, number: str) -> HttpResponse:
    return _paper(visit.request, _own(visit, number))


@own(Verb.READ_OWN_FILE)
def own_report_json(visit: Visit, number: str) -> HttpResponse:
    return _data(_own(visit, number))


@own(Verb.READ_OWN_FILE)
def own_report_ofd(visit: Visit, number: str) -> HttpResponse:
    return _ofd(visit.request, _own(visit, number))


@own(Verb.READ_OWN_FILE)
def own_report_zip(visit: Visit, number: str) -> HttpResponse:
    return _bundle(visit.request, _own(visit, number))


def _own(visit: Visit, number: str) -> MadeReport:
    made: MadeReport | None = _of(visit).filter(number=number).first()
    if made is None:
        raise Http404
    return made


def verify_url(request: HttpRequest, number: str) -> str:
    """The address in the code on the paper."""
    return request.build_absolute_uri(reverse("counter:verify_report", args=[number]))


def _answered(
    request: HttpRequest, made: MadeReport, route: str, parts: list[str], *, visit: Visit | None = None
) -> HttpResponse:
    now = timezone.now()
    twin = content_of(made, policy=policy_in_force(on=day_of(now)), now=now)
    context = {
        "report": twin,
        "at": made.issued_at,
        "check": shortened(made.digest),
        "pdf_url": reverse(f"counter:{route}_pdf", args=parts),
        "json_url": reverse(f"counter:{route}_json", args=parts),
        "ofd_url": reverse(f"counter:{route}_ofd", args=parts),
        "zip_url": reverse(f"counter:{route}_zip", args=parts),
        "verify_url": verify_url(request, made.number),
        "noindex": True,
    }
    if visit is not None:
        back = reverse("counter:own_reports", args=[visit.enterprise.public_id])
        return visit.render("own_report", context | {"back_url": back})
    back = reverse("portal:subject", args=[made.subject.public_id])
    return kept_nowhere(render(request, "counter/report.html", context | {"back_url": back}))


def _paper(request: HttpRequest, made: MadeReport) -> HttpResponse:
    """With ``?data=1`` the signed data lie within."""
    now = timezone.now()
    paper = paper_of(
        made,
        verify_url=verify_url(request, made.number),
        with_twin=request.GET.get("data") == "1",
        policy=policy_in_force(on=day_of(now)),
        now=now,
    )
    return _file(paper, "application/pdf", f"信用报告{made.number}.pdf")


def _data(made: MadeReport) -> HttpResponse:
    now = timezone.now()
    data = twin_file_of(made, policy=policy_in_force(on=day_of(now)), now=now)
    return _file(data, "application/json", f"信用报告{made.number}.json")


def _ofd(request: HttpRequest, made: MadeReport) -> HttpResponse:
    now = timezone.now()
    policy = policy_in_force(on=day_of(now))
    made_file = ofd_of(made, verify_url=verify_url(request, made.number), policy=policy, now=now)
    return _file(made_file, "application/ofd", f"信用报告{made.number}.ofd")


def _bundle(request: HttpRequest, made: MadeReport) -> HttpResponse:
    """Paper, OFD and data with their signatures of SM2."""
    now = timezone.now()
    policy = policy_in_force(on=day_of(now))
    packed = bundle_of(made, verify_url=verify_url(request, made.number), policy=policy, now=now)
    return _file(packed, "application/zip", f"信用报告{made.number}.zip")


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return kept_nowhere(response)
