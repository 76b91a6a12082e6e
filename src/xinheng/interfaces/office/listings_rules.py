"""The inventory of local rules in the office: entered by one person, assessed against the national lists by another."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.local_rules import About
from xinheng.core.roles import Verb
from xinheng.core.sources import Rank
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import chosen, newest_first
from xinheng.interfaces.web.parts import Crumb, Filter, Option
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.local_rules import Found, assess_rule, enter_rule, hints_of
from xinheng.store.listings import LocalRule, RuleState

_LOCAL = (Rank.LOCAL_DOCUMENT, Rank.LOCAL_RULE, Rank.LOCAL_REGULATION, Rank.MINISTRY_DOCUMENT)
_TONES = {RuleState.OPEN: "clock", RuleState.EXCEEDS: "decide"}


class RuleForm(forms.Form):
    """One list or measure that a document makes."""

    title = forms.CharField(label="文件名称", max_length=200, error_messages={"required": "请填写文件名称。"})
    document_no = forms.CharField(label="文号", max_length=100, error_messages={"required": "请填写文号。"})
    issuer = forms.CharField(
        label="发文机关", max_length=120, error_messages={"required": "请填写发文机关。"}
    )
    issued_on = forms.DateField(
        label="发文日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rank = forms.ChoiceField(label="效力层级", choices=[(one.value, one.label) for one in _LOCAL])
    about = forms.ChoiceField(label="内容", choices=[(one.value, one.label) for one in About])
    sets = forms.CharField(
        label="所设的名单或者措施", max_length=200, error_messages={"required": "请照原文填写。"}
    )


class AssessForm(forms.Form):
    state = forms.ChoiceField(
        label="结论",
        choices=[(one.value, one.label) for one in RuleState if one is not RuleState.OPEN],
    )
    finding = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )  # fmt: skip


def _find(public_id: str) -> LocalRule | None:
    kept = LocalRule.objects.select_related("entered_by", "assessed_by")
    return kept.filter(public_id=public_id).first()


RULE = Owned("rule", _find, lambda call, rule: call.of(rule.organisation_id))


@asks(Verb.READ_CASE)
def local_rules(call: Call) -> HttpResponse:
    """The inventory with what the registry says of each rule today."""
    return _inventory(call, RuleForm() if call.may_somewhere(Verb.DRAFT_CASE) else None)


def _inventory(call: Call, form: RuleForm | None) -> HttpResponse:
    states = {one.value: one.label for one in RuleState}
    state = chosen(call.request, "state", states)
    rows = LocalRule.objects.filter(organisation__in=call.reach(Verb.READ_CASE))
    page, paging = newest_first(rows.filter(state=state) if state else rows, call.request)
    options = [Option("", "全部"), *(Option(key, label) for key, label in states.items())]
    context = {
        "crumbs": [Crumb("名单", reverse("office:listings")), Crumb("地方规定清理")],
        "filters": [Filter("state", "结论", "select", state, options)],
        "reset_url": reverse("office:local_rules"),
        "rules": [_line(call, one) for one in page],
        "paging": paging,
        "add_url": reverse("office:add_local_rule"),
        "form": form,
    }
    return call.render("local_rules", context)


def _line(call: Call, rule: LocalRule) -> dict[str, Any]:
    state = RuleState(rule.state)
    return {
        "title": rule.title,
        "document": f"{rule.issuer}　{rule.document_no}",
        "rank": Rank(rule.rank).label,
        "about": About(rule.about).label,
        "sets": rule.sets,
        "hints": hints_of(rule, call.policy),
        "state": state.label,
        "tone": _TONES.get(state, "done"),
        "finding": rule.finding,
        "url": reverse("office:local_rule", kwargs={"rule": rule.public_id}),
    }


@asks(Verb.DRAFT_CASE, methods=("POST",))
@once
def add_rule(call: Call) -> HttpResponse:
    form = RuleForm(call.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        found = Found(**{**given, "rank": Rank(given["rank"]), "about": About(given["about"])})
        with refusals_on(form):
            enter_rule(found, actor=call.user, now=call.now)
            call.tell("已登记，由另一人评估。")
            return redirect("office:local_rules")
    return _inventory(call, form)


@asks(Verb.READ_CASE, Verb.REVIEW_LEGALITY, of=RULE, methods=("GET", "POST"))
@once
def local_rule(call: Call, rule: LocalRule) -> HttpResponse:
    """One rule, and its assessment by a legal reviewer or a decider who did not enter it."""
    may = rule.entered_by_id != call.user.pk and any(
        call.may(verb, call.of(rule.organisation_id)) for verb in (Verb.REVIEW_LEGALITY, Verb.DECIDE_CASE)
    )
    form = AssessForm(call.request.POST if call.request.method == "POST" else None) if may else None
    if form is not None and form.is_bound and form.is_valid():
        given = form.cleaned_data
        state = RuleState(given["state"])
        with refusals_on(form):
            assess_rule(rule.public_id, state=state, finding=given["finding"], actor=call.user, now=call.now)
            call.tell("已记录评估结论。")
            return redirect("office:local_rules")
    context = {
        "crumbs": [
            Crumb("名单", reverse("office:listings")),
            Crumb("地方规定清理", reverse("office:local_rules")),
            Crumb(rule.document_no),
        ],
        "rule": {
            **_line(call, rule),
            "issued_on": rule.issued_on,
            "entered_by": rule.entered_by.display_name,
            "assessed_by": rule.assessed_by.display_name if rule.assessed_by else "",
            "assessed_at": rule.assessed_at,
        },
        "form": form,
    }
    return call.render("local_rule", context)
