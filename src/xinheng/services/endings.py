"""Tells everyone who received something that it has ended, and collects who confirmed it.

A minute after the commit at the latest the receivers are found and their channels carry it: a file of results without it,
a line of the exchange, a number in the changes of sharing. Nothing but ids goes out (legal guard G9). Whoever does not
confirm in time is handed to the credit office (修复后及时终止共享、公示, 国办发〔2025〕22号).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from xinheng.core.grounds import EndCause, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges_out import make_packages
from xinheng.services.ledger import note, seal_events, sealed_until
from xinheng.services.reach import tree
from xinheng.services.results_push import PUSH
from xinheng.services.time import day_of
from xinheng.services.webhooks_told import arrived, tell_of_ending
from xinheng.store.accounts import User
from xinheng.store.endings import Channel, Ending, Telling
from xinheng.store.exchanges import ExchangeEntry, ExchangePackage, ExchangePeer, PackageState, PeerState, Way
from xinheng.store.identities import SubjectMerge
from xinheng.store.ledger import LedgerBatch
from xinheng.store.outbox import enqueue
from xinheng.store.records import Record
from xinheng.store.results import ResultPush, ResultSubscription
from xinheng.store.sharing import SharingCall, SharingGrant
from xinheng.store.webhooks import Webhook

TERM = "casework.receipt_workdays"
ROUND = "exchange_round"
"""The job that carries packages to other platforms."""
AT_ONCE = 500
SAME = "内容没有变化，无需告知"

_RESULTS = """
SELECT s.id FROM store_resultsubscription s CROSS JOIN LATERAL (
    SELECT p.shown FROM store_resultpush p WHERE p.subscription_id = s.id AND p.pushed_at < %(at)s
    ORDER BY p.id DESC LIMIT 1) last
WHERE EXISTS (SELECT FROM unnest(last.shown) one WHERE one = ANY(%(subjects)s))
ORDER BY s.id
"""
_EXCHANGE = """
SELECT DISTINCT e.peer_id FROM store_exchangeentry e
WHERE e.way = 'out' AND e.record_key = ANY(%(records)s) AND (e.flag = 'standing' OR EXISTS (
    SELECT FROM store_exchangepackage p WHERE p.peer_id = e.peer_id AND p.way = 'out' AND e.n BETWEEN p.first AND p.last
      AND p.made_at >= %(at)s))
ORDER BY 1
"""
_SHARING = """
SELECT DISTINCT c.grant_id FROM store_sharingreading r JOIN store_sharingcall c ON c.id = r.call_id
WHERE r.subject_id = ANY(%(subjects)s) AND r.item = ANY(%(items)s) AND r.records > 0 AND c.at < %(at)s
ORDER BY 1
"""


def tell_receivers(*, policy: Policy, now: datetime) -> int:
    """Find the receivers of what has ended since, set their channels going, and note what has arrived; returns how many
    endings were new. A second run tells nobody twice."""
    if not Ending.objects.filter(spread_at__isnull=True).exists():
        follow_tellings(now=now)
        return 0
    seal_events(now=now)
    for peer in ExchangePeer.objects.filter(state=PeerState.STANDING).order_by("pk"):
        _pack(peer, policy=policy, now=now)
    count = 0
    while fresh := _spread_some(policy=policy, now=now):
        count += fresh
    follow_tellings(now=now)
    return count


def _pack(peer: ExchangePeer, *, policy: Policy, now: datetime) -> None:
    """Trouble with one platform keeps nobody from the others; the round of exchange tries again."""
    try:
        make_packages(peer.public_id, policy=policy, now=now)
    except Refusal as refusal:
        reason = f"{refusal.code} {refusal.message}"
        note("exchange.failed", now=now, object=f"peer:{peer.public_id}", reason=reason)


@transaction.atomic
def _spread_some(*, policy: Policy, now: datetime) -> int:
    waiting = Ending.objects.select_for_update(skip_locked=True).filter(spread_at__isnull=True).order_by("pk")
    endings = list(waiting[:AT_ONCE])
    tellings = [telling for ending in endings for telling in _receivers(ending, policy, now)]
    Telling.objects.bulk_create(tellings, ignore_conflicts=True)
    Ending.objects.filter(pk__in=[ending.pk for ending in endings]).update(spread_at=now)
    _set_going(tellings, now=now)
    return len(endings)


def _receivers(ending: Ending, policy: Policy, now: datetime) -> list[Telling]:
    """One a receiver, by the channel through which it has what has ended."""
    given: dict[str, Any] = {"at": ending.at, "subjects": ending.subjects, "records": ending.records}
    found = [(Channel.RESULTS, one) for one in _ids(_RESULTS, given)]
    if ending.ground_kind == GroundKind.RECORD and ending.cause != EndCause.PUBLICATION_EXPIRED:
        found += [(Channel.EXCHANGE, one) for one in _ids(_EXCHANGE, given)]
    items = Record.objects.filter(record_key__in=ending.records).order_by().values_list("item", flat=True)
    given |= {"items": list(items.distinct()), "subjects": _with_merged(ending.subjects)}
    found += [(Channel.SHARING, one) for one in _ids(_SHARING, given)]
    called = tell_of_ending(ending, given["subjects"], policy=policy, now=now)
    found += [(Channel.WEBHOOK, one) for one in called]
    return [Telling(ending=ending, channel=channel, receiver=one) for channel, one in found]


def _with_merged(subjects: Iterable[int]) -> list[int]:
    """These subjects and all with which they were ever proposed to be one: readings lie under any."""
    found, new = set(subjects), set(subjects)
    while new:
        pairs = SubjectMerge.objects.filter(Q(absorbed__in=new) | Q(survivor__in=new))
        new = {one for pair in pairs.values_list("absorbed", "survivor") for one in pair} - found
        found |= new
    return sorted(found)


def _ids(query: str, given: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [row[0] for row in cursor.fetchall()]


def _set_going(tellings: list[Telling], *, now: datetime) -> None:
    subscribers = {one.receiver for one in tellings if one.channel == Channel.RESULTS}
    for subscription in ResultSubscription.objects.filter(pk__in=subscribers).order_by("pk"):
        enqueue(PUSH, once=f"{PUSH}:{subscription.public_id}", subscription=subscription.public_id)
    if any(one.channel == Channel.EXCHANGE for one in tellings):
        enqueue(ROUND, once=ROUND, timestamp=int(now.timestamp()))


@transaction.atomic
def follow_tellings(*, now: datetime) -> int:
    """Note which tellings have gone out and which were confirmed by the channel itself; returns how many changed."""
    waiting = Telling.objects.select_for_update(of=("self",), skip_locked=True).filter(
        received_at__isnull=True
    )
    rows = list(waiting.select_related("ending").order_by("pk"))
    changed = [row for row in rows if _FOLLOW[Channel(row.channel)](row, now)]
    Telling.objects.bulk_update(changed, ["told_at", "received_at", "receipt"])
    return len(changed)


def _follow_results(row: Telling, now: datetime) -> bool:
    pushes = ResultPush.objects.filter(subscription=row.receiver, pushed_at__gte=row.ending.at).order_by("pk")
    first = pushes.first()
    if first is None:
        return False
    confirmed = pushes.filter(received_at__isnull=False).first()
    received = (confirmed.received_at, confirmed.receipt) if confirmed is not None else None
    return _note(row, told=first.pushed_at, received=received)


def _follow_exchange(row: Telling, now: datetime) -> bool:
    entries = ExchangeEntry.objects.filter(
        peer=row.receiver, way=Way.OUT, record_key__in=row.ending.records
    ).order_by("n")
    last = entries.last()
    package = (
        ExchangePackage.objects.filter(
            peer=row.receiver, way=Way.OUT, first__lte=last.n, last__gte=last.n, made_at__gte=row.ending.at
        ).first()
        if last is not None
        else None
    )
    if package is None:
        unchanged = sealed_until(row.ending.at) and _made_up_to_now(row.receiver)
        return unchanged and _note(row, told=now, received=(now, SAME))
    if package.sent_at is None:
        return False
    received = (package.received_at, f"交换包 {package.number} 回执") if package.received_at else None
    arrived = package.state == PackageState.RECEIVED
    return _note(row, told=package.sent_at, received=received if arrived else None)


def _made_up_to_now(peer: int) -> bool:
    last = LedgerBatch.objects.order_by("-number").values_list("number", flat=True).first()
    return ExchangePeer.objects.filter(pk=peer, sealed_through__gte=last or 0).exists()


def _follow_sharing(row: Telling, now: datetime) -> bool:
    """The number stands in the changes once the ledger is sealed so far; a later call for changes takes it."""
    told = row.told_at or (now if sealed_until(row.ending.at) else None)
    if told is None:
        return False
    calls = SharingCall.objects.filter(grant=row.receiver, changes=True, refused="", at__gte=told)
    call = calls.order_by("pk").first()
    return _note(row, told=told, received=(call.at, f"已读取变更，第 {call.pk} 次调用") if call else None)


def _follow_webhook(row: Telling, now: datetime) -> bool:
    """An answer of 2xx is the receipt."""
    at, whole = arrived(row)
    return at is not None and _note(row, told=at, received=(at, "回调地址已收下") if whole else None)


_FOLLOW = {
    Channel.RESULTS: _follow_results,
    Channel.EXCHANGE: _follow_exchange,
    Channel.SHARING: _follow_sharing,
    Channel.WEBHOOK: _follow_webhook,
}


def _note(row: Telling, *, told: datetime, received: tuple[datetime | None, str] | None) -> bool:
    before = (row.told_at, row.received_at)
    row.told_at = row.told_at or told
    if received is not None and received[0] is not None:
        row.received_at, row.receipt = max(received[0], row.told_at), received[1][:200]
    return (row.told_at, row.received_at) != before


@transaction.atomic
def escalate_late(*, policy: Policy, today: date, now: datetime) -> int:
    """Hand receivers who did not confirm within the term to the credit office; an unknown term is nobody's fault (G15).
    Returns how many are newly late."""
    days = policy.parameter(TERM, on=today).value
    if days is None:
        return 0
    open_ones = Telling.objects.filter(received_at__isnull=True, late_at__isnull=True).select_related(
        "ending"
    )
    late = [
        row
        for row in open_ones.order_by("pk")
        if policy.calendar.add_workdays(day_of(row.ending.at), days).on < today
    ]
    for row in late:
        note("ending.late", now=now, object=f"telling:{row.pk}", payload={"ending": row.ending.public_id})
    Telling.objects.filter(pk__in=[row.pk for row in late]).update(late_at=now)
    return len(late)


@transaction.atomic
def confirm_telling(telling: int, *, receipt: str, actor: User, now: datetime) -> Telling:
    """Register what a receiver confirmed on paper or by telephone. Refusal TELL1 without a word of it, TELL2 where it
    is confirmed already."""
    if not receipt.strip():
        raise Refusal(
            "TELL1", "请写明接收方怎样确认的。", advice="写明接收方的回执号，或者确认的人、方式和时间。"
        )
    row = Telling.objects.select_for_update().select_related("ending").filter(pk=telling).first()
    if row is None or row.received_at is not None:
        raise Refusal("TELL2", "没有这项告知，或它已经确认。", advice="请刷新页面。")
    row.told_at = row.told_at or now
    row.received_at, row.receipt, row.confirmed_by = max(now, row.told_at), receipt.strip()[:200], actor
    row.save(update_fields=["told_at", "received_at", "receipt", "confirmed_by"])
    note("ending.confirmed", now=now, actor=actor, object=f"telling:{row.pk}", reason=receipt)
    return row


def receiver_name(row: Telling) -> str:
    """Whom the telling is for: an organisation or platform, never a person."""
    if row.channel == Channel.RESULTS:
        return ResultSubscription.objects.get(pk=row.receiver).recipient
    if row.channel == Channel.EXCHANGE:
        return ExchangePeer.objects.get(pk=row.receiver).name
    if row.channel == Channel.WEBHOOK:
        key = Webhook.objects.select_related("key").get(pk=row.receiver).key
        return f"{tree().name(key.organisation_id)} {key.name}"
    return tree().name(SharingGrant.objects.get(pk=row.receiver).organisation_id)


def late_tellings() -> list[Telling]:
    """Those that were handed to the credit office and still wait, oldest first."""
    rows = Telling.objects.filter(late_at__isnull=False, received_at__isnull=True)
    return list(rows.select_related("ending").order_by("pk"))


def told_seconds(ending: Ending) -> float | None:
    """From the end to the last receiver that was told; 0 without receivers, None while one waits."""
    moments = list(
        ending.tellings.order_by(F("told_at").desc(nulls_first=True)).values_list("told_at", flat=True)
    )
    if not moments:
        return 0.0 if ending.spread_at else None
    return (moments[0] - ending.at).total_seconds() if moments[0] else None
