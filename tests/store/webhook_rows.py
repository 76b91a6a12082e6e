"""Valid rows of addresses that are told of changes, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW
from tests.store import sharing_rows
from tests.store.rows import Rows

from xinheng.store import models as store


def webhook(rows: Rows, **given: Any) -> store.Webhook:
    made = {"url": "https://example.com/x", "secret": b"sealed", "created_at": NOW, "told_through": 0}
    if "key" not in given:
        made["key"] = rows.sender_key(feeds=[], grant=sharing_rows.grant(rows))
    return store.Webhook.objects.create(**made | given)


def message(rows: Rows, **given: Any) -> store.WebhookMessage:
    written = {"kind": "check.ended", "about": "ended:1", "ids": ["a"], "made_at": NOW, "next_at": NOW}
    if "webhook" not in given:
        written["webhook"] = webhook(rows)
    return store.WebhookMessage.objects.create(**written | given)


def _address_twice(rows: Rows) -> None:
    webhook(rows, key=webhook(rows).key)


def _message_twice(rows: Rows) -> None:
    message(rows, webhook=message(rows).webhook)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "webhook_address_once_a_key": _address_twice,
    "webhook_ended_with_reason": lambda rows: webhook(rows, ended_at=NOW),
    "webhook_dead_has_ended": lambda rows: webhook(rows, dead=True),
    "webhook_secret_before_since": lambda rows: webhook(rows, secret_before=b"sealed"),
    "webhook_message_once": _message_twice,
    "webhook_message_kind_known": lambda rows: message(rows, kind="rumour"),
    "webhook_message_arrived_by_an_answer": lambda rows: message(rows, delivered_at=NOW, status=500),
}
