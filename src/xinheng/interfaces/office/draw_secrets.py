"""Where each organ of a draw commits to its secret words and later reveals them, by a person of its own.

Open to whoever plans or decides anywhere: the organs of one draw work in different units.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.plan_page import waiting_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.draw_secrets import Speaking, commit_secret, reveal_secret, speaking
from xinheng.store.inspections import DrawAnnouncement, Plan, PlanKind

SPEAKERS = (Verb.MAKE_DRAW, Verb.APPROVE_PLAN)
_SHORT = "秘密文字不得少于16个字，太短的可以猜出来。"


class CommitForm(forms.Form):
    """An organ's secret text, to be hashed and forgotten."""

    party = forms.CharField(label="单位", max_length=100, error_messages={"required": "请写明代表哪个单位。"})
    reveal = forms.CharField(
        label="秘密文字",
        min_length=16,
        max_length=200,
        error_messages={"required": "请填写秘密文字。", "min_length": _SHORT},
    )


class RevealForm(forms.Form):
    """What one organ of the announcement reveals."""

    party = forms.ChoiceField(
        label="单位",
        error_messages={"required": "请选择单位。", "invalid_choice": "请从公告所列的单位中选择。"},
    )
    reveal = forms.CharField(
        label="秘密文字",
        max_length=200,
        error_messages={"required": "请填写与承诺值对应的文字。"},
    )

    def __init__(self, parties: list[Speaking], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = [(one.party, one.party) for one in parties if one.given_by is None]
        self.fields["party"].choices = [("", "请选择"), *open_ones]  # type: ignore[attr-defined]


@asks(*SPEAKERS)
def draw_secret(call: Call, plan: str) -> HttpResponse:
    return _page(call, _found(plan))


@asks(*SPEAKERS, methods=("POST",))
def commit(call: Call, plan: str) -> HttpResponse:
    """What an organ publishes for its secret words. The words are not kept."""
    found, form = _found(plan), CommitForm(call.request.POST)
    value = ""
    if form.is_valid():
        given = form.cleaned_data
        with refusals_on(form, {"DW1": "party", "DW2": "party"}):
            value = commit_secret(
                found, party=given["party"], words=given["reveal"], actor=call.user, now=call.now
            )
            form = CommitForm(initial={"party": given["party"]})
    return _page(call, found, committing=form, committed=value)


@asks(*SPEAKERS, methods=("POST",))
@once
def reveal(call: Call, plan: str) -> HttpResponse:
    """Hand in the words of one organ for the draw that waits."""
    found = _found(plan)
    announcement = waiting_of(found)
    if announcement is None:
        raise Refusal(
            "DW7", "这个计划没有等待抽取的公告，现在不提交秘密文字。", advice="请等公告以后再提交。"
        )
    form = RevealForm(speaking(announcement), call.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        beside = {**dict.fromkeys(("DW1", "DW2", "DW3", "DW4"), "party"), "draw_reveal": "reveal"}
        with refusals_on(form, beside):
            reveal_secret(
                announcement, party=given["party"], words=given["reveal"], actor=call.user, now=call.now
            )
            call.tell(f"已收下“{given['party']}”的秘密文字，抽取时随记录公开。")
            return redirect("office:draw_secret", plan=plan)
    return _page(call, found, revealing=form)


def _found(public_id: str) -> Plan:
    known = Plan.objects.select_related("organisation", "case").exclude(kind=PlanKind.CASE)
    found = known.filter(public_id=public_id, approved_at__isnull=False).first()
    if found is None:
        raise Http404
    return found


def _page(
    call: Call,
    plan: Plan,
    *,
    committing: CommitForm | None = None,
    committed: str = "",
    revealing: RevealForm | None = None,
) -> HttpResponse:
    announcement, part = waiting_of(plan), {"plan": plan.public_id}
    parties = speaking(announcement) if announcement else []
    may_read = bool(call.may(Verb.READ_DRAW, call.of(plan.organisation_id)))
    open_ones = any(one.given_by is None for one in parties)
    context = {
        "crumbs": [
            Crumb("抽查计划", reverse("office:plans")),
            Crumb(plan.title, reverse("office:plan", kwargs=part) if may_read else ""),
            Crumb("各单位的秘密文字"),
        ],
        "title": plan.title,
        "organ": call.tree.name(plan.organisation_id),
        "own_unit": call.tree.name(call.user.organisation_id),
        "parties": parties,
        "announced": _announced(announcement),
        "commit_form": committing or CommitForm() if announcement is None else None,
        "commit_url": reverse("office:commit", kwargs=part),
        "committed": committed,
        "reveal_form": revealing or RevealForm(parties) if announcement and open_ones else None,
        "reveal_url": reverse("office:reveal", kwargs=part),
    }
    return call.render("draw_secret", context)


def _announced(announcement: DrawAnnouncement | None) -> dict[str, Any] | None:
    if announcement is None:
        return None
    url = reverse("portal:announcement", kwargs={"public_id": announcement.public_id})
    return {"at": announcement.announced_at, "url": url}
