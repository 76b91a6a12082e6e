"""Visits as enterprises meet them: the code on the notice is checked by anybody who holds it; the enterprise sees its own
visits in its space, rates each once and finds the way to object (国办发〔2024〕54号; legal guards G7, G13).

Without the code no page names an enterprise; of officers only the numbers of their certificates are shown.
"""

import re
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from xinheng.core.code_text import as_typed
from xinheng.core.policy import Policy
from xinheng.core.roles import Verb
from xinheng.core.visits import CODE_LENGTH, CODE_SIGNS, UNANNOUNCED
from xinheng.interfaces.counter.space import Visit as Here
from xinheng.interfaces.counter.space import own
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.cases import state_title
from xinheng.services.joint_visits import together_with
from xinheng.services.merged_files import one_with
from xinheng.services.policies import policy_in_force
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.services.visits_results import may_rate, rate, result_told
from xinheng.store.visits import Visit

_CODE = re.compile(f"[{CODE_SIGNS}]{{{CODE_LENGTH}}}")
_OVER = {"withdrawn": "这次检查已经取消，不得据此入企。", "annulled": "这次检查没有获得批准。"}
_UNAPPROVED = ("applied", "returned")


class CodeForm(forms.Form):
    """The signs on the notice, in either case, with or without blanks."""

    code = forms.CharField(
        label="入企检查码", max_length=20, error_messages={"required": "请输入入企检查码。"}
    )

    def clean_code(self) -> str:
        code: str = as_typed(self.cleaned_data["code"]).replace("-", "")
        if not _CODE.fullmatch(code):
            raise forms.ValidationError(f"检查码由 {CODE_LENGTH} 位数字和字母组成，印在行政检查通知书上。")
        return code


class RatingForm(forms.Form):
    """1 to 5, words, and whether it is a complaint."""

    stars = forms.TypedChoiceField(
        label="评分",
        coerce=int,
        choices=[(5, "5 很满意"), (4, "4 满意"), (3, "3 一般"), (2, "2 不满意"), (1, "1 很不满意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择评分。"},
    )
    words = forms.CharField(
        label="情况说明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    complains = forms.BooleanField(
        label="我要投诉这次检查（超出清单、超过频次、没有出示证件等）", required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
def visit_codes(request: HttpRequest) -> HttpResponse:
    """Type the code of a notice."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return redirect("counter:visit_code", code=form.cleaned_data["code"])
    return _private(render(request, "counter/visit_codes.html", {"form": form, "noindex": True}))


@require_safe
def visit_code(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the visit with this code is real: organ, matter, enterprise, certificates. An unknown code is told so."""
    known = Visit.objects.select_related("case", "subject", "plan")
    found = known.filter(code=code.upper()).first() if _CODE.fullmatch(code.upper()) else None
    approved = found is not None and found.case.state not in _UNAPPROVED
    context: dict[str, Any] = {"code": code.upper()[:10], "known": approved, "noindex": True}
    context["again_url"] = reverse("counter:visit_codes")
    if found is not None and approved:
        context |= {
            "organ": tree().name(found.organisation_id),
            "matter": found.matter,
            "together": _together(found),
            "basis": found.plan.basis,
            "subject": found.subject.name,
            "certificates": found.certificates,
            "state": state_title(found.case),
            "kind": found.get_kind_display(),
            "urgent": found.urgent,
            "count": _count(found, policy_in_force(on=day_of(now()))),
            "over": _OVER.get(found.case.state, ""),
        }
    status = 200 if approved else 404
    return _private(render(request, "counter/visit_code.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@own(Verb.READ_OWN_FILE)
def own_visits(here: Here) -> HttpResponse:
    """Visits of which the enterprise has the notice, or that have come, the newest first."""
    subject = here.enterprise
    rows = Visit.objects.filter(subject__in=one_with(subject)).exclude(case__state__in=UNANNOUNCED)
    rows = rows.select_related("case", "plan", "arrival", "rating").order_by("-pk")[:50]
    may_ask = bool(here.party.may(Verb.LODGE_REQUEST, subject, on=here.today))
    object_to = reverse("counter:own_objection", args=[subject.public_id])
    context = {
        "visits": [_line(here, one, object_to if may_ask else "") for one in rows],
        "misuse_url": reverse("counter:misuse"),
        "codes_url": reverse("counter:visit_codes"),
    }
    return here.render("own_visits", context)


def _line(here: Here, one: Visit, object_to: str) -> dict[str, Any]:
    rating = getattr(one, "rating", None)
    rate_url = reverse("counter:own_visit", args=[here.enterprise.public_id, one.case.number])
    return {
        "number": one.case.number,
        "organ": tree().name(one.organisation_id),
        "matter": one.matter,
        "together": _together(one),
        "kind": one.get_kind_display(),
        "certificates": one.certificates,
        "count": _count(one, here.policy),
        "arrived_at": one.arrival.at if hasattr(one, "arrival") else None,
        "state": state_title(one.case),
        "result": result_told(one, policy=here.policy),
        "stars": rating.stars if rating else None,
        "rate_url": rate_url if object_to and may_rate(one) else "",
        "object_url": f"{object_to}?about=record:{one.record_key}" if object_to and one.record_key else "",
    }


def _count(one: Visit, policy: Policy) -> str:
    """The how-manieth visit of this organ in the year, and the reason of the closed list where it passes the ceiling."""
    words = f"该机关 {one.year} 年第 {one.number} 次，上限 {one.limit} 次"
    reasons = {reason.key: reason.name for reason in policy.grading.reasons}
    return words + (f"；超过上限，事由：{reasons.get(one.beyond, one.beyond)}" if one.beyond else "")


def _together(one: Visit) -> list[str]:
    """Organ, matter and certificates of those who come in the same visit."""
    joint = together_with(one)
    others = [other for other in joint.visits if other.pk != one.pk] if joint else []
    names = tree()
    return [
        f"{names.name(other.organisation_id)}：{other.matter}（执法证号 {'、'.join(other.certificates)}）"
        for other in others
    ]


@own(Verb.LODGE_REQUEST, methods=("GET", "POST"))
def own_visit(here: Here, number: str) -> HttpResponse:
    """Rate one visit, once."""
    subject = here.enterprise
    known = Visit.objects.filter(subject__in=one_with(subject), case__number=number)
    found = known.select_related("case", "arrival", "rating").first()
    if found is None or not hasattr(found, "arrival"):
        raise Http404
    form = RatingForm(here.request.POST if here.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            rate(found.case.public_id, party=here.party, now=here.now, **form.cleaned_data)
            return redirect("counter:own_visits", subject=subject.public_id)
    context = {
        "number": found.case.number,
        "organ": tree().name(found.organisation_id),
        "matter": found.matter,
        "form": form,
        "rated": hasattr(found, "rating"),
        "back_url": reverse("counter:own_visits", args=[subject.public_id]),
    }
    return here.render("own_visit", context)
