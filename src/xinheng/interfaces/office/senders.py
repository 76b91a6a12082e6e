"""Keys of departments' systems: who has one, for what, from where it is used; made and shown once, settled, revoked."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.units import choices_of, units_reached
from xinheng.interfaces.office.wording import feed_title
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.batches import number_of
from xinheng.services.senders import LONGEST_TERM, PER_MINUTE, KeyOrder, make_key, revoke_key, settle_place
from xinheng.store.senders import SenderCall, SenderKey, SenderPlace

API = "/api/v1/"
_CALLS = 20


def _find_key(public_id: str) -> SenderKey | None:
    return SenderKey.objects.select_related("created_by").filter(public_id=public_id).first()


def _find_place(number: str) -> SenderPlace | None:
    return SenderPlace.objects.select_related("key").filter(pk=int(number)).first()


def _of_key(call: Call, key: SenderKey) -> Target:
    return call.of(key.organisation_id)


SENDER = Owned("sender", _find_key, _of_key)
PLACE = Owned("row", _find_place, lambda call, place: _of_key(call, place.key))


class KeyForm(forms.Form):
    """For whom, for what, from where, until when."""

    organisation = forms.ChoiceField(label="单位")
    name = forms.CharField(
        label="系统名称", max_length=120, error_messages={"required": "请填写系统名称，例如执法办案系统。"}
    )
    feeds = forms.MultipleChoiceField(
        label="数据源",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个数据源。"},
    )
    networks = forms.CharField(
        label="许可的网络", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    expires_on = forms.DateField(
        label="到期日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写到期日。", "invalid": "日期请写成 2026-11-20 这样。"},
    )
    per_minute = forms.IntegerField(
        label="每分钟最多调用", initial=PER_MINUTE, error_messages={"invalid": "请填写整数。"}
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units_reached(call, Verb.MANAGE_SENDERS)
        feeds = sorted((feed.title, key) for key, feed in call.policy.feeds.items() if feed.item)
        self.fields["organisation"].choices = choices_of(call, self.units)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = call.user.organisation.public_id
        self.fields["feeds"].choices = [(key, title) for title, key in feeds]  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = call.today + LONGEST_TERM - timedelta(days=1)

    def order(self) -> KeyOrder:
        given = self.cleaned_data
        return KeyOrder(
            organisation=self.units[given["organisation"]],
            name=given["name"],
            feeds=tuple(given["feeds"]),
            networks=tuple(given["networks"].splitlines()),
            expires_on=given["expires_on"],
            per_minute=given["per_minute"],
        )


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE)
def senders(call: Call) -> HttpResponse:
    reached = call.reach(Verb.MANAGE_SENDERS) | call.reach(Verb.IMPORT_FILE)
    page, paging = newest_first(SenderKey.objects.filter(organisation__in=reached), call.request)
    waiting = SenderPlace.objects.filter(key__in=page, waiting=True)
    doubtful = set(waiting.values_list("key_id", flat=True))
    may_manage = call.may_somewhere(Verb.MANAGE_SENDERS)
    context = {
        "crumbs": [Crumb("报送密钥")],
        "new_url": reverse("office:new_sender") if may_manage else "",
        "api_url": API,
        "keys": [
            _facts(call, key) | {"waiting": "从两处使用，待核对" if key.pk in doubtful else ""}
            for key in page
        ],
        "paging": paging,
    }
    return call.render("senders", context)


def _facts(call: Call, key: SenderKey) -> dict[str, Any]:
    state, tone = _state(call, key)
    return {
        "name": key.name,
        "url": reverse("office:sender", kwargs={"sender": key.public_id}),
        "unit": call.tree.name(key.organisation_id),
        "prefix": key.prefix,
        "feeds": "、".join(feed_title(feed, call.policy) for feed in key.feeds) or "只读取共享的信息",
        "networks": "、".join(key.networks),
        "per_minute": key.per_minute,
        "expires_on": key.expires_on,
        "last_used_at": key.last_used_at,
        "last_used_from": key.last_used_from,
        "state": state,
        "tone": tone,
    }


def _state(call: Call, key: SenderKey) -> tuple[str, str]:
    if key.revoked_at is not None:
        return "已停用", ""
    if call.today > key.expires_on:
        return "已到期", "decide"
    return "可以使用", "done"


@asks(Verb.MANAGE_SENDERS, methods=("GET", "POST"))
@once
def new_sender(call: Call) -> HttpResponse:
    """The text of the key is in this answer and nowhere else."""
    form = KeyForm(call, call.request.POST or None)
    if call.request.method == "POST" and form.is_valid():
        with refusals_on(form):
            order = form.order()
            call.demand(Verb.MANAGE_SENDERS, call.of(order.organisation.pk))
            key, text = make_key(order, actor=call.user, policy=call.policy, now=call.now)
            return _made(call, key, text)
    context = {
        "crumbs": [Crumb("报送密钥", reverse("office:senders")), Crumb("办理密钥")],
        "heading": "办理报送密钥",
        "lead": "为一个单位的一个业务系统办理。密钥只显示一次。",
        "form": form,
        "button": "办理",
    }
    return call.render("sender_form", context)


def _made(call: Call, key: SenderKey, text: str) -> HttpResponse:
    facts = _facts(call, key)
    context = {
        "crumbs": [Crumb("报送密钥", reverse("office:senders")), Crumb(key.name)],
        "key": facts,
        "text": text,
        "url": facts["url"],
        "api_url": API,
    }
    response = call.render("sender_made", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE, of=SENDER)
def sender(call: Call, key: SenderKey) -> HttpResponse:
    return _page(call, key)


def _page(call: Call, key: SenderKey, *, refused: str = "") -> HttpResponse:
    part = {"sender": key.public_id}
    may_manage = bool(call.may(Verb.MANAGE_SENDERS, call.of(key.organisation_id)))
    calls = SenderCall.objects.filter(key=key).select_related("batch").order_by("-pk")[:_CALLS]
    context = {
        "crumbs": [Crumb("报送密钥", reverse("office:senders")), Crumb(key.name)],
        "refused": refused,
        "key": {
            **_facts(call, key),
            "created_by": key.created_by.display_name,
            "created_at": key.created_at,
            "revoke_reason": key.revoke_reason,
        },
        "places": [_place(place, may_manage) for place in key.places.order_by("pk")],
        "calls": [_call(one) for one in calls],
        "revoke_url": reverse("office:revoke_sender", kwargs=part)
        if may_manage and key.revoked_at is None
        else "",
    }
    return call.render("sender", context)


def _place(place: SenderPlace, may_manage: bool) -> dict[str, Any]:
    state, tone = ("待核对", "decide") if place.waiting else ("已知", "done")
    if place.refused and not place.waiting:
        state, tone = "已核对", ""
    return {
        "place": place.place,
        "first_at": place.first_at,
        "last_at": place.last_at,
        "refused": place.refused,
        "state": state,
        "tone": tone,
        "reason": place.reason,
        "settle_url": reverse("office:settle_place", kwargs={"row": place.pk})
        if place.waiting and may_manage
        else "",
    }


def _call(one: SenderCall) -> dict[str, Any]:
    batch = one.batch
    return {
        "at": one.called_at,
        "status": one.status or "正在处理",
        "number": number_of(batch) if batch else "",
        "url": reverse("office:batch", kwargs={"batch": batch.public_id}) if batch else "",
        "rows": batch.rows if batch else None,
        "accepted": batch.accepted if batch else None,
    }


@asks(Verb.MANAGE_SENDERS, of=SENDER, methods=("POST",))
@once
def revoke_sender(call: Call, key: SenderKey) -> HttpResponse:
    try:
        revoke_key(key.public_id, actor=call.user, reason=call.request.POST.get("reason", ""), now=call.now)
    except Refusal as refusal:
        return _page(call, key, refused=told(refusal))
    call.tell(f"密钥“{key.name}”已停用，下一次调用即被拒绝。")
    return redirect("office:sender", sender=key.public_id)


@asks(Verb.MANAGE_SENDERS, of=PLACE, methods=("POST",))
@once
def settle_place_page(call: Call, place: SenderPlace) -> HttpResponse:
    try:
        settle_place(place.pk, actor=call.user, reason=call.request.POST.get("reason", ""), now=call.now)
    except Refusal as refusal:
        return _page(call, place.key, refused=told(refusal))
    call.tell("已登记核对结果。")
    return redirect("office:sender", sender=place.key.public_id)
