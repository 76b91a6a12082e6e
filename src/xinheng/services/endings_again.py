"""Tells a receiver once more that something has ended, where it did not confirm in time: with a reason, by its own channel.

A platform and a registered address are sent the same numbers again; a subscriber is handed the file that carried them; who reads
by key is asked in writing. Nothing but ids goes out (legal guard G9; 国办发〔2025〕22号).
"""

from datetime import datetime

from django.db import transaction

from xinheng.core.refusal import Refusal
from xinheng.services.endings import ROUND
from xinheng.services.exchanges_sending import resend
from xinheng.services.ledger import note
from xinheng.services.webhooks import repeat
from xinheng.services.webhooks_told import send_again
from xinheng.store.accounts import User
from xinheng.store.endings import Channel, Telling
from xinheng.store.exchanges import ExchangeEntry, ExchangePeer, Way
from xinheng.store.outbox import enqueue
from xinheng.store.results import ResultPush


def file_of(row: Telling) -> ResultPush | None:
    """The file by which a subscriber was told: the first after the end; none by another channel."""
    if row.channel != Channel.RESULTS:
        return None
    pushes = ResultPush.objects.filter(subscription=row.receiver, pushed_at__gte=row.ending.at)
    return pushes.select_related("file").order_by("pk").first()


@transaction.atomic
def tell_again(telling: int, *, reason: str, actor: User, now: datetime) -> Telling:
    """Send it again, or write down that it was handed or asked again. Refusals: TELL3 no reason, TELL4 nothing waits,
    TELL5 it has not gone out at all yet."""
    if not reason.strip():
        raise Refusal(
            "TELL3", "请写明为什么、怎样再次告知。", advice="例如对方称没有收到，写明联系的时间和方式。"
        )
    row = Telling.objects.select_for_update().select_related("ending").filter(pk=telling).first()
    if row is None or row.received_at is not None:
        raise Refusal("TELL4", "没有这项告知，或它已经确认，不需要再次告知。", advice="请刷新页面。")
    if row.told_at is None:
        raise Refusal(
            "TELL5", "第一次告知还没有发出。", advice="后台会自动发出；长时间没有发出的，请查看连接情况。"
        )
    if row.channel == Channel.EXCHANGE:
        _send(row, reason=reason, actor=actor, now=now)
    if row.channel == Channel.WEBHOOK:
        for message in send_again(row):
            repeat(message, actor=actor, now=now)
    note(
        "ending.told_again",
        now=now,
        actor=actor,
        object=f"telling:{row.pk}",
        reason=reason.strip()[:200],
        payload={"ending": row.ending.public_id, "channel": row.channel},
    )
    return row


def _send(row: Telling, *, reason: str, actor: User, now: datetime) -> None:
    peer = ExchangePeer.objects.get(pk=row.receiver)
    lines = ExchangeEntry.objects.filter(peer=peer, way=Way.OUT, record_key__in=row.ending.records)
    last = lines.order_by("-n").values_list("n", flat=True).first()
    if last is not None:
        resend(peer.public_id, first=last, last=last, actor=actor, reason=reason, now=now)
        enqueue(ROUND, once=ROUND, timestamp=int(now.timestamp()))
