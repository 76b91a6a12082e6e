"""Which messages are due, with body and signature, and what became of each try: it arrived, waits longer, or its address is given up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from xinheng.core.webhooks import WAITS, Kind, is_dead, next_try, signatures
from xinheng.services.ledger import note
from xinheng.services.webhooks import secrets_of
from xinheng.store.webhooks import Webhook, WebhookMessage

AT_ONCE = 500
MOST_TRIES = len(WAITS) + 10
"""After so many a message that alone is refused is given up, and its address is not."""
GONE = 410
"""The answer of an address that wants nothing any more."""
_NAMED = {Kind.ENDED: "checks", Kind.AGAIN: "checks", Kind.TEST: "checks", Kind.REPLACED: "reports"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message ready to be posted."""

    message: int
    webhook: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def something_due(*, now: datetime) -> bool:
    return WebhookMessage.objects.filter(next_at__lte=now, webhook__ended_at__isnull=True).exists()


def due_messages(*, now: datetime) -> list[Outgoing]:
    """The oldest first."""
    rows = WebhookMessage.objects.filter(next_at__lte=now, webhook__ended_at__isnull=True)
    found = rows.select_related("webhook__key").order_by("pk")[:AT_ONCE]
    return [_ready(row, now) for row in found]


def _ready(row: WebhookMessage, now: datetime) -> Outgoing:
    body = json.dumps(body_of(row), ensure_ascii=False, separators=(",", ":")).encode()
    signed = signatures(secrets_of(row.webhook, now=now), number=row.public_id, at=now, body=body)
    return Outgoing(
        message=row.pk,
        webhook=row.webhook_id,
        url=row.webhook.url,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": row.public_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signed,
        },
        body=body,
    )


def body_of(row: WebhookMessage) -> dict[str, Any]:
    """What is told: kind, moment, and numbers that the receiver was given before."""
    kind = Kind(row.kind)
    if kind is Kind.KEY:
        told: dict[str, Any] = {"key": f"xh_{row.webhook.key.prefix}", "change": row.ids[0]}
    else:
        told = {_NAMED[kind]: row.ids}
    return {
        "type": kind.value,
        "timestamp": row.made_at.isoformat(),
        "sandbox": row.webhook.key.sandbox or kind is Kind.TEST,
        "data": told,
    }


@transaction.atomic
def note_arrived(message: int, *, status: int, now: datetime) -> None:
    """The receiver answered with a status from 200 to 299."""
    Webhook.objects.filter(messages=message, failing_since__isnull=False).update(failing_since=None)
    rows = WebhookMessage.objects.filter(pk=message, next_at__isnull=False)
    rows.update(attempts=F("attempts") + 1, status=status, trouble="", delivered_at=now, next_at=None)


@transaction.atomic
def note_failed(message: int, *, status: int | None, trouble: str, now: datetime) -> bool:
    """It waits for its next try; whether its address was given up by it. The address is locked before the message, as
    whoever ends it or repeats a message does."""
    hook = Webhook.objects.select_for_update(of=("self",)).get(messages=message)
    row = WebhookMessage.objects.select_for_update().get(pk=message)
    if row.next_at is None:
        return False
    row.attempts, row.status, row.trouble = row.attempts + 1, status, trouble[:200]
    row.next_at = next_try(row.attempts, now=now) if row.attempts < MOST_TRIES else None
    row.save(update_fields=["attempts", "status", "trouble", "next_at"])
    if hook.ended_at is not None:
        return False
    hook.failing_since = hook.failing_since or now
    hook.save(update_fields=["failing_since"])
    if status != GONE and not is_dead(hook.failing_since, now=now):
        return False
    _give_up(hook, trouble, now=now)
    return True


def _give_up(hook: Webhook, trouble: str, *, now: datetime) -> None:
    hook.ended_at, hook.dead = now, True
    hook.ended_reason = f"多日没有收下通知：{trouble}"[:200]
    hook.save(update_fields=["ended_at", "dead", "ended_reason"])
    hook.messages.filter(next_at__isnull=False).update(next_at=None)
    note("webhook.dead", now=now, object=f"webhook:{hook.public_id}", reason=trouble)
