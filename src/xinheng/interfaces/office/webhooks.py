"""Addresses at which systems are told of changes: every message with what became of it, sent again or ended by a person."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.core.webhooks import KeyChange, Kind
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.webhooks import end_webhook, repeat, webhooks_reached
from xinheng.store.webhooks import Webhook, WebhookMessage

SHOWN_IDS = 3
_CHANGES = {
    KeyChange.REVOKED: "已停用",
    KeyChange.EXPIRING: "即将到期",
    KeyChange.SECOND_PLACE: "从又一处使用",
}


def _find(public_id: str) -> Webhook | None:
    return Webhook.objects.select_related("key").filter(public_id=public_id).first()


def _find_message(public_id: str) -> WebhookMessage | None:
    return WebhookMessage.objects.select_related("webhook__key").filter(public_id=public_id).first()


def _of(call: Call, row: Webhook) -> Target:
    return call.of(row.key.organisation_id)


WEBHOOK = Owned("webhook", _find, _of)
MESSAGE = Owned("message", _find_message, lambda call, row: _of(call, row.webhook))


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE)
def webhooks(call: Call) -> HttpResponse:
    reached = call.reach(Verb.MANAGE_SENDERS) | call.reach(Verb.IMPORT_FILE)
    page, paging = newest_first(webhooks_reached(reached), call.request)
    context = {
        "crumbs": [Crumb("回调通知")],
        "webhooks": [_facts(call, row) for row in page],
        "paging": paging,
        "api_url": "/api/v1/",
    }
    return call.render("webhooks", context)


def _facts(call: Call, row: Webhook) -> dict[str, Any]:
    state, tone = _state(row)
    return {
        "name": row.key.name,
        "url": reverse("office:webhook", kwargs={"webhook": row.public_id}),
        "unit": call.tree.name(row.key.organisation_id),
        "address": row.url,
        "prefix": row.key.prefix,
        "created_at": row.created_at,
        "failing_since": row.failing_since if row.ended_at is None else None,
        "reason": row.ended_reason,
        "state": state,
        "tone": tone,
    }


def _state(row: Webhook) -> tuple[str, str]:
    if row.dead and row.ended_by_id is None:
        return "没有收下，已停发", "decide"
    if row.ended_at is not None:
        return "已停用", ""
    return ("没有收下", "clock") if row.failing_since else ("正常", "done")


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE, of=WEBHOOK)
def webhook(call: Call, row: Webhook) -> HttpResponse:
    return _page(call, row)


def _page(call: Call, row: Webhook, *, refused: str = "", reason: str = "") -> HttpResponse:
    page, paging = newest_first(row.messages.all(), call.request)
    settled = row.ended_at is not None and not (row.dead and row.ended_by_id is None)
    context = {
        "crumbs": [Crumb("回调通知", reverse("office:webhooks")), Crumb(row.key.name)],
        "refused": refused,
        "reason": reason,
        "webhook": _facts(call, row),
        "sent": [_line(row, one) for one in page],
        "paging": paging,
        "end_url": "" if settled else reverse("office:end_webhook", kwargs={"webhook": row.public_id}),
        "end_words": "登记已经处理" if row.dead else "停用",
    }
    return call.render("webhook", context)


def _line(row: Webhook, one: WebhookMessage) -> dict[str, Any]:
    state, tone = _became(row, one)
    return {
        "at": one.made_at,
        "number": one.public_id,
        "kind": Kind(one.kind).label,
        "ids": _words(one),
        "attempts": one.attempts,
        "state": state,
        "tone": tone,
        "moment": one.delivered_at or (one.next_at if row.ended_at is None else None),
        "trouble": one.trouble,
        "repeat_url": reverse("office:repeat_webhook", kwargs={"message": one.public_id})
        if row.ended_at is None and one.next_at is None
        else "",
    }


def _words(one: WebhookMessage) -> str:
    if one.kind == Kind.KEY:
        return _CHANGES[KeyChange(one.ids[0])]
    more = len(one.ids) - SHOWN_IDS
    return "、".join(one.ids[:SHOWN_IDS]) + (f" 等 {count(len(one.ids))} 个" if more > 0 else "")


def _became(row: Webhook, one: WebhookMessage) -> tuple[str, str]:
    if one.delivered_at is not None:
        return "已收下", "done"
    if one.next_at is None or row.ended_at is not None:
        return "没有送达，不再重试", "decide"
    return ("等待重试", "clock") if one.attempts else ("等待发送", "clock")


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE, of=MESSAGE, methods=("POST",))
@once
def repeat_webhook(call: Call, message: WebhookMessage) -> HttpResponse:
    try:
        repeat(message, actor=call.user, now=call.now)
    except Refusal as refusal:
        return _page(call, message.webhook, refused=told(refusal))
    call.tell("已排入发送，约一分钟内发出。")
    return redirect("office:webhook", webhook=message.webhook.public_id)


@asks(Verb.MANAGE_SENDERS, Verb.IMPORT_FILE, of=WEBHOOK, methods=("POST",))
@once
def end_webhook_page(call: Call, row: Webhook) -> HttpResponse:
    reason = call.request.POST.get("reason", "")
    try:
        end_webhook(row, actor=call.user, reason=reason, now=call.now)
    except Refusal as refusal:
        return _page(call, row, refused=told(refusal), reason=reason)
    call.tell("已登记，不再向这个地址发送。")
    return redirect("office:webhook", webhook=row.public_id)
