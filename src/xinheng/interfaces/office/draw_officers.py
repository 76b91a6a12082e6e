"""Officers of a draw who cannot go: who says so and why, who agrees, and who goes instead by the order of the seed."""

from typing import Any

from django import forms
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.draw_substitute import Cause, Passed
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import DRAW
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.draw_substitutes import agree, propose, teams_now
from xinheng.store.draw_substitutes import DrawSubstitute
from xinheng.store.inspections import Draw, DrawnObject

MOST = 400
"""Enterprises offered for choice; a visit that is not reached from here is reached from its row of the draw."""


class AbsentForm(forms.Form):
    """Who does not go to which enterprise, and why."""

    who = forms.ChoiceField(
        label="哪一户、哪名检查人员",
        error_messages={"required": "请选择检查人员。", "invalid_choice": "请从名单中选择。"},
    )
    cause = forms.ChoiceField(
        label="原因",
        choices=[(one.value, one.label) for one in Cause],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择原因。", "invalid_choice": "请选择原因。"},
    )
    reason = forms.CharField(
        label="公开的理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明更换的理由。"},
    )

    def __init__(self, draw: Draw, *args: Any, place: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drawn = DrawnObject.objects.filter(draw=draw).select_related("subject").order_by("position")
        if place.isdecimal() and len(place) < 9:
            drawn = drawn.filter(position=int(place))
        self.drawn = {one.pk: one for one in drawn[:MOST]}
        teams = teams_now(list(self.drawn.values()))
        self.fields["who"].choices = [("", "请选择")] + [  # type: ignore[attr-defined]
            (f"{one.pk}:{number}", f"{one.position} {one.subject.name}　{number}")
            for one in self.drawn.values()
            for number in teams[one.pk]
        ]

    def named(self) -> tuple[DrawnObject, str]:
        drawn, _, number = self.cleaned_data["who"].partition(":")
        return self.drawn[int(drawn)], number


@asks(Verb.READ_DRAW, of=DRAW)
def draw_officers(call: Call, draw: Draw) -> HttpResponse:
    return _page(call, draw, AbsentForm(draw, place=call.request.GET.get("place", "")))


@asks(Verb.MAKE_DRAW, of=DRAW, methods=("POST",))
@once
def propose_substitute(call: Call, draw: Draw) -> HttpResponse:
    """Say that somebody cannot go."""
    form = AbsentForm(draw, call.request.POST)
    if form.is_valid():
        drawn, number = form.named()
        with refusals_on(form, {"DS3": "reason"}):
            cause, reason = Cause(form.cleaned_data["cause"]), form.cleaned_data["reason"]
            propose(drawn, number, cause=cause, reason=reason, actor=call.user, now=call.now)
            call.tell("已提出。另一名有权批准抽查计划的人同意后，按抽取的顺序由下一名接替。")
            return redirect("office:draw_officers", draw=draw.public_id)
    return _page(call, draw, form)


@asks(Verb.APPROVE_PLAN, of=DRAW, methods=("POST",))
@once
def agree_substitute(call: Call, draw: Draw, number: int) -> HttpResponse:
    """A second person agrees, and the next in order goes."""
    try:
        if not DrawSubstitute.objects.filter(pk=number, draw=draw).exists():
            raise Refusal("DS8", "这次抽取没有这项更换。", advice="请刷新页面查看现状。")
        done = agree(number, actor=call.user, now=call.now)
        call.tell(f"已更换，由 {done.substitute_no} 接替；已随抽取记录公开。通知书已经签发的，请重新签发。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:draw_officers", draw=draw.public_id)


def _page(call: Call, draw: Draw, form: AbsentForm) -> HttpResponse:
    plan = draw.announcement.plan
    organ = call.of(plan.organisation_id)
    found = draw.substitutes.select_related("drawn__subject", "proposed_by", "agreed_by")
    record = reverse("office:draw", kwargs={"draw": draw.public_id})
    context = {
        "crumbs": [
            Crumb("抽查计划", reverse("office:plans")),
            Crumb("抽取记录", record),
            Crumb("更换检查人员"),
        ],
        "title": plan.title,
        "changes": [
            _change(call, draw, one) for one in found.order_by(F("sequence").desc(nulls_first=True), "-pk")
        ],
        "form": form if call.may(Verb.MAKE_DRAW, organ) else None,
        "propose_url": reverse("office:propose_substitute", kwargs={"draw": draw.public_id}),
    }
    return call.render("draw_officers", context)


def _change(call: Call, draw: Draw, one: DrawSubstitute) -> dict[str, Any]:
    agreeing = one.agreed_at is None and one.proposed_by_id != call.user.pk
    passed = one.content["passed"] if one.content else []
    return {
        "position": one.drawn.position,
        "subject": one.drawn.subject.name,
        "absent": one.absent_no,
        "substitute": one.substitute_no,
        "cause": one.get_cause_display(),
        "reason": one.reason,
        "passed": [Passed(item["cause"]).label for item in passed],
        "proposed_by": one.proposed_by.display_name,
        "proposed_at": one.proposed_at,
        "agreed_by": one.agreed_by.display_name if one.agreed_by else "",
        "agreed_at": one.agreed_at,
        "agree_url": reverse("office:agree_substitute", kwargs={"draw": draw.public_id, "number": one.pk})
        if agreeing and call.may(Verb.APPROVE_PLAN, call.of(draw.announcement.plan.organisation_id))
        else "",
    }
