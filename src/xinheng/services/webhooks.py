"""Registers the addresses at which a system with a reading key is told that something changed, ends them, and tells of the key.

The secret of an address is told once and kept sealed; a new one signs beside the one before until the system has changed over.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from xinheng.core.check_samples import SAMPLES
from xinheng.core.refusal import Refusal
from xinheng.core.webhooks import EXPIRING_DAYS, MOST_IDS, ROTATION, KeyChange, Kind, refuse_url, secret_text
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.ledger import LedgerBatch
from xinheng.store.outbox import enqueue
from xinheng.store.sealing import open_secret, seal_secret
from xinheng.store.senders import SenderKey
from xinheng.store.webhooks import Webhook, WebhookMessage

SEND = "send_webhooks"
"""The job of interfaces.exchange that sends what is due."""
MOST = 3
"""Addresses of one key."""
_SECRET_BYTES = 32


@transaction.atomic
def register(key: SenderKey, url: str, *, networks: Sequence[str], now: datetime) -> tuple[Webhook, str]:
    """The address and its secret, which nobody can be told again. Refusals WH1, WH2 of the address, WH3 for a key that
    only delivers, WH4 where it stands already, WH5 above the number of addresses."""
    if key.grant_id is None:
        raise Refusal(
            "WH3",
            "这个密钥只用于报送，没有可通知的内容。",
            advice="需要核查和读取的，请申请数据共享后办理读取密钥。",
        )
    refuse_url(url, networks=networks)
    SenderKey.objects.select_for_update().get(pk=key.pk)
    standing = Webhook.objects.filter(key=key, ended_at__isnull=True)
    if standing.filter(url=url).exists():
        raise Refusal(
            "WH4", "这个回调地址已经登记。", advice="遗失了密文的，请调用更换密文，或者停用后重新登记。"
        )
    if standing.count() >= MOST:
        raise Refusal("WH5", f"一个密钥最多登记 {MOST} 个回调地址。", advice="请先停用不再使用的。")
    clear = secrets.token_bytes(_SECRET_BYTES)
    made = Webhook(key=key, url=url, created_at=now, told_through=_sealed())
    made.secret = seal_secret(clear, purpose=_purpose(made))
    made.save(force_insert=True)
    _noted("webhook.registered", made, now=now)
    return made, secret_text(clear)


@transaction.atomic
def rotate(webhook: Webhook, *, now: datetime) -> str:
    """Another secret, told once; the one before signs beside it for ``ROTATION``. Refusal WH7 for an address that has ended."""
    row = _standing(webhook)
    clear = secrets.token_bytes(_SECRET_BYTES)
    row.secret_before, row.rotated_at = row.secret, now
    row.secret = seal_secret(clear, purpose=_purpose(row))
    row.save(update_fields=["secret", "secret_before", "rotated_at"])
    _noted("webhook.rotated", row, now=now)
    return secret_text(clear)


def secrets_of(webhook: Webhook, *, now: datetime) -> list[bytes]:
    """With what a message is signed now, the newest first."""
    found = [webhook.secret]
    if webhook.secret_before is not None and webhook.rotated_at and now - webhook.rotated_at < ROTATION:
        found.append(webhook.secret_before)
    return [open_secret(bytes(one), purpose=_purpose(webhook)) for one in found]


@transaction.atomic
def end_webhook(webhook: Webhook, *, actor: User | None, reason: str, now: datetime) -> None:
    """Nothing goes there any more. ``actor`` None: its own system asked. An address given up by the machine is settled by a
    person. Refusals WH7 where it has ended, WH8 without a reason."""
    if not reason.strip():
        raise Refusal("WH8", "请写明停用的原因。", advice="填写后再提交。")
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if row.ended_at is not None and not (row.dead and row.ended_by_id is None and actor is not None):
        raise _over()
    row.ended_at = row.ended_at or now
    row.ended_by, row.ended_reason = actor, reason.strip()[:200]
    row.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    row.messages.filter(next_at__isnull=False).update(next_at=None)
    _noted("webhook.ended", row, now=now, actor=actor, reason=reason)


@transaction.atomic
def send_test(webhook: Webhook, *, now: datetime) -> WebhookMessage:
    """A message with the number of a made-up check. One that still waits is not joined by another. Refusal WH7."""
    row = _standing(webhook)
    waiting = row.messages.filter(kind=Kind.TEST.value, next_at__isnull=False).first()
    if waiting is not None:
        return waiting
    sample = min(one.number for one in SAMPLES.values())
    return tell(row, Kind.TEST, about=f"test:{uuid4().hex}", ids=[f"sandbox{sample:09d}"], now=now)[0]


@transaction.atomic
def repeat(message: WebhookMessage, *, actor: User, now: datetime) -> None:
    """Send a message again at once, whatever became of it. Refusal WH7 for an address that has ended."""
    row = _standing(message.webhook)
    WebhookMessage.objects.filter(pk=message.pk).update(
        next_at=now, attempts=0, status=None, trouble="", delivered_at=None
    )
    _noted("webhook.repeated", row, now=now, actor=actor, reason=f"通知 {message.public_id}")
    enqueue(SEND, once=SEND)


def tell(
    webhook: Webhook, kind: Kind, *, about: str, ids: Sequence[str], now: datetime
) -> list[WebhookMessage]:
    """Write messages in the caller's transaction; of one occasion an address is told once. More than ``MOST_IDS`` numbers
    take several. Returns those that are new."""
    parts = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
    messages = [
        WebhookMessage(
            webhook=webhook,
            kind=kind.value,
            about=f"{about}:{place}" if place else about,
            ids=list(part),
            made_at=now,
            next_at=now,
        )
        for place, part in enumerate(parts)
    ]
    WebhookMessage.objects.bulk_create(messages, ignore_conflicts=True)
    numbers = [one.public_id for one in messages]
    made = list(WebhookMessage.objects.filter(public_id__in=numbers).order_by("pk"))
    if made:
        enqueue(SEND, once=SEND)
    return made


def tell_of_key(key: SenderKey, change: KeyChange, *, now: datetime) -> None:
    """That something befell the key, in the caller's transaction."""
    for row in Webhook.objects.filter(key=key, ended_at__isnull=True):
        tell(row, Kind.KEY, about=f"key:{change.value}:{day_of(now)}", ids=[change.value], now=now)


@transaction.atomic
def tell_of_expiring(*, now: datetime) -> int:
    """Keys that end within ``EXPIRING_DAYS``, each told once; returns how many."""
    today = day_of(now)
    until = today + timedelta(days=EXPIRING_DAYS)
    rows = Webhook.objects.filter(
        ended_at__isnull=True, key__revoked_at__isnull=True, key__expires_on__range=(today, until)
    ).exclude(messages__about__startswith=_EXPIRING)
    count = 0
    for row in rows.select_related("key"):
        about = f"{_EXPIRING}{row.key.expires_on}"
        count += len(tell(row, Kind.KEY, about=about, ids=[KeyChange.EXPIRING.value], now=now))
    return count


_EXPIRING = f"key:{KeyChange.EXPIRING.value}:"


def webhook_of(key: SenderKey, public_id: str) -> Webhook:
    """An address of this very key. Refusal WH6."""
    found = Webhook.objects.filter(key=key, public_id=public_id).first()
    if found is None:
        raise Refusal("WH6", "没有这个回调地址，或者它不属于这个密钥。", advice="见 GET /api/v1/webhooks。")
    return found


def webhooks_reached(organisations: frozenset[int]) -> QuerySet[Webhook]:
    """Addresses of the keys of these organisations."""
    return Webhook.objects.filter(key__organisation__in=organisations).select_related("key__organisation")


def given_up(organisations: frozenset[int]) -> QuerySet[Webhook]:
    """Those that took nothing for so long that they were given up, and that nobody has looked at."""
    rows = webhooks_reached(organisations).filter(Q(dead=True) & Q(ended_by__isnull=True))
    return rows.order_by("pk")


def _standing(webhook: Webhook) -> Webhook:
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if row.ended_at is not None:
        raise _over()
    return row


def _over() -> Refusal:
    return Refusal("WH7", "这个回调地址已经停用。", advice="请重新登记一个。")


def _sealed() -> int:
    """What was before the address is not told to it."""
    return LedgerBatch.objects.aggregate(last=Max("number"))["last"] or 0


def _purpose(webhook: Webhook) -> str:
    return f"webhook:{webhook.public_id}"


def _noted(kind: str, row: Webhook, *, now: datetime, actor: User | None = None, reason: str = "") -> None:
    note(kind, now=now, actor=actor, object=f"webhook:{row.public_id}", reason=reason)
