"""How far is my case: number and code in, state, term and next step out; nothing on persons (legal guard G13).

The answer is a page of its own that no cache keeps and no address names; it works without JavaScript and prints.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinheng.core.plain_words import plain
from xinheng.core.refusal import Refusal
from xinheng.interfaces.counter.kept_nowhere import kept_nowhere
from xinheng.interfaces.web.callers import address_of
from xinheng.interfaces.web.floods import waiting
from xinheng.interfaces.web.parts import Clock
from xinheng.interfaces.web.refusals import told
from xinheng.services.case_lookup import LOCKED_FOR, Progress, Term, look_up
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of


class LookupForm(forms.Form):
    """What stands on the receipt."""

    number = forms.CharField(
        label="编号", max_length=60, error_messages={"required": "请填写编号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "ZG-2026-000001"}),
    )  # fmt: skip
    code = forms.CharField(
        label="查询码", max_length=60, error_messages={"required": "请填写查询码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """The form, and after it the case or one sentence that fits a wrong code and an unknown number alike."""
    form = LookupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        now = timezone.now()
        try:
            found = look_up(
                form.cleaned_data["number"],
                form.cleaned_data["code"],
                address=address_of(request),
                policy=policy_in_force(on=day_of(now)),
                now=now,
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
            if refusal.code == "CL2":
                return waiting(_asked(request, form, status=429), seconds=int(LOCKED_FOR.total_seconds()))
        else:
            return kept_nowhere(render(request, "counter/case.html", _shown(found, day_of(now).isoformat())))
    return _asked(request, form)


def _asked(request: HttpRequest, form: LookupForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "noindex": True}
    return kept_nowhere(render(request, "counter/case_lookup.html", context, status=status))


def _shown(found: Progress, today: str) -> dict[str, object]:
    return {
        "case": found,
        "clocks": clocks_of(found),
        "today": today,
        "noindex": True,
    }


def clocks_of(found: Progress) -> list[dict[str, object]]:
    """Every term of a case with its clock, as the pages show them."""
    return [
        {"title": plain(term.rule.title), "clock": clock_of(term), "suspended_on": term.suspended_on}
        for term in found.terms
    ]


def clock_of(term: Term) -> Clock | None:
    """None while it stands still."""
    if term.suspended_on is not None:
        return None
    return Clock(
        due_on=term.due.on if term.due else None,
        workdays_left=term.workdays_left,
        rule=f"{term.rule}（{term.rule.citation}）",
        provisional=bool(term.due and term.due.provisional),
        verified=term.rule.verified,
    )
