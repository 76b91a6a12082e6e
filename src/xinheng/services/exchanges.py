"""Platforms above and below: declared by one person, agreed to by another, ended with a reason (HA-二（一）, PDS-4/5).

A declaration fixes which catalogue items go over, each way, and since when. It never changes: another list of items is
another declaration with a stream of its own, so that both sides always speak of the same one.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from xinheng.core.catalogue import item_code
from xinheng.core.connectors import JSON, parse_networks, parse_source
from xinheng.core.policy import Policy
from xinheng.core.reconciliation import is_overdue, refuse_item
from xinheng.core.refusal import Refusal
from xinheng.core.senders import Key
from xinheng.services.ledger import note
from xinheng.services.time import SHANGHAI, day_of
from xinheng.store.accounts import User
from xinheng.store.connectors import secret_named
from xinheng.store.exchanges import (
    ExchangeItem,
    ExchangePackage,
    ExchangePeer,
    PackageState,
    PeerState,
    PeerTransport,
    Way,
)
from xinheng.store.organisations import Organisation
from xinheng.store.senders import SenderKey

EXCHANGE = "exchange"
"""What the key of a platform is for; it opens no feed."""
RECEIPT_HOURS = 24
"""Proposed where both sides agreed on nothing else; no law fixes it."""
KEY_TERM = timedelta(days=366)
_CALLS_A_MINUTE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerOrder:
    """What a platform is to be. ``outgoing`` and ``incoming``: catalogue items by code, and the day since when."""

    name: str
    relation: str
    level: str
    own_code: str
    peer_code: str
    organisation: Organisation
    transport: str
    secret: str
    ground: str
    url: str = ""
    networks: tuple[str, ...] = ()
    bearer: str = ""
    receipt_hours: int = RECEIPT_HOURS
    outgoing: Mapping[str, date] = field(default_factory=dict)
    incoming: Mapping[str, date] = field(default_factory=dict)


@transaction.atomic
def propose_peer(order: PeerOrder, *, actor: User, policy: Policy, now: datetime) -> ExchangePeer:
    """Refusal EX10 for an item that may not go over, EX11 for what cannot be declared, X01 and X02 for an address."""
    _refuse_order(order, policy)
    networks: list[str] = []
    if order.transport == PeerTransport.HTTP:
        parse_source(order.url, JSON)
        networks = parse_networks(order.networks)
    peer = ExchangePeer.objects.create(
        name=order.name.strip(),
        relation=order.relation,
        level=order.level,
        own_code=order.own_code.strip(),
        peer_code=order.peer_code.strip(),
        organisation=order.organisation,
        transport=order.transport,
        url=order.url.strip().rstrip("/"),
        networks=networks,
        secret=order.secret.strip(),
        bearer=order.bearer.strip(),
        receipt_hours=order.receipt_hours,
        ground=order.ground.strip()[:200],
        proposed_by=actor,
        proposed_at=now,
    )
    ways = {Way.OUT: order.outgoing, Way.IN: order.incoming}
    ExchangeItem.objects.bulk_create(
        ExchangeItem(peer=peer, way=way, item=policy.catalogue.items[code].number, from_on=since)
        for way, items in ways.items()
        for code, since in sorted(items.items())
    )
    payload = {way.value: {code: str(since) for code, since in items.items()} for way, items in ways.items()}
    _note("exchange.proposed", peer, actor=actor, reason=order.ground, payload=payload, now=now)
    return peer


def _refuse_order(order: PeerOrder, policy: Policy) -> None:
    known = policy.catalogue.items
    items = {*order.outgoing, *order.incoming}
    standing = Q(state__in=[PeerState.PROPOSED, PeerState.STANDING], peer_code=order.peer_code.strip())
    causes = {
        "请填写平台名称、双方代号、密文名称和依据。": not all(
            text.strip() for text in (order.name, order.own_code, order.peer_code, order.secret, order.ground)
        ),
        "双方的代号不能相同。": order.own_code.strip() == order.peer_code.strip(),
        "请至少选择一个信息项。": not items,
        f"目录中没有：{'、'.join(sorted(items - set(known)))}。": not items <= set(known),
        "回执期限应在 1 到 720 小时之间。": not 1 <= order.receipt_hours <= 720,
        "这个平台已经登记，或者正等待决定。": ExchangePeer.objects.filter(standing).exists(),
    }
    for sentence, wrong in causes.items():
        if wrong:
            raise Refusal("EX11", sentence, advice="改好后再提交。")
    for code in sorted(items):
        refuse_item(code, known[code])


@transaction.atomic
def decide_peer(public_id: str, *, agree: bool, reason: str, actor: User, now: datetime) -> ExchangePeer:
    """Refusal EX12 for who proposed it, EX13 without a reason, EX14 where it was decided already."""
    peer = ExchangePeer.objects.select_for_update().get(public_id=public_id)
    if peer.state != PeerState.PROPOSED:
        raise Refusal("EX14", "这项登记已经决定过。", advice="请刷新页面。")
    if peer.proposed_by_id == actor.pk:
        raise Refusal("EX12", "登记人不能自己决定。", advice="请由另一人核对后决定。")
    _refuse_silence(reason)
    peer.state = PeerState.STANDING if agree else PeerState.REFUSED
    peer.decided_by, peer.decided_at, peer.decided_reason = actor, now, reason.strip()[:300]
    peer.save(update_fields=["state", "decided_by", "decided_at", "decided_reason"])
    _note("exchange.agreed" if agree else "exchange.refused", peer, actor=actor, reason=reason, now=now)
    return peer


@transaction.atomic
def end_peer(public_id: str, *, actor: User, reason: str, now: datetime) -> ExchangePeer:
    """Nothing goes over any more; its key is revoked. What it holds of us it must be asked to give back."""
    peer = standing_peer(public_id, lock=True)
    _refuse_silence(reason)
    peer.state, peer.ended_by, peer.ended_at = PeerState.ENDED, actor, now
    peer.ended_reason = reason.strip()[:300]
    peer.save(update_fields=["state", "ended_by", "ended_at", "ended_reason"])
    _revoke(peer, actor=actor, reason=reason, now=now)
    _note("exchange.ended", peer, actor=actor, reason=reason, now=now)
    return peer


def _refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise Refusal("EX13", "请写明理由。", advice="填写后再提交。")


@transaction.atomic
def issue_key(public_id: str, *, actor: User, now: datetime) -> str:
    """A key with which the other platform calls our interface; its text is told this once. An earlier one is revoked."""
    peer = standing_peer(public_id, lock=True)
    _revoke(peer, actor=actor, reason="换发交换密钥", now=now)
    made = Key(
        base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10],
        base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    )
    peer.key = SenderKey.objects.create(
        organisation=peer.organisation,
        name=f"交换：{peer.name}"[:120],
        prefix=made.prefix,
        digest=made.digest(),
        feeds=[EXCHANGE],
        networks=peer.networks,
        per_minute=_CALLS_A_MINUTE,
        created_by=actor,
        created_at=now,
        expires_on=day_of(now + KEY_TERM),
    )
    peer.save(update_fields=["key"])
    _note("exchange.key_issued", peer, actor=actor, now=now)
    return made.text()


def _revoke(peer: ExchangePeer, *, actor: User, reason: str, now: datetime) -> None:
    if peer.key_id is not None:
        SenderKey.objects.filter(pk=peer.key_id, revoked_at__isnull=True).update(
            revoked_at=now, revoked_by=actor, revoke_reason=reason.strip()[:200]
        )


def standing_peer(public_id: str, *, lock: bool = False) -> ExchangePeer:
    """Refusal EX15 where nobody agreed to it yet, or it was ended."""
    found = ExchangePeer.objects.select_for_update() if lock else ExchangePeer.objects
    peer = found.filter(public_id=public_id).first()
    return _standing(peer, public_id)


def peer_called(word: str) -> ExchangePeer:
    """The standing platform of a code or public id; Refusal EX15."""
    named = Q(peer_code=word) | Q(public_id=word)
    return _standing(ExchangePeer.objects.filter(named, state=PeerState.STANDING).first(), word)


def peer_of_key(key: SenderKey) -> ExchangePeer:
    """The platform that holds a key; Refusal EX15."""
    return _standing(ExchangePeer.objects.filter(key=key, state=PeerState.STANDING).first(), "这个密钥")


def _standing(peer: ExchangePeer | None, word: str) -> ExchangePeer:
    if peer is None or peer.state != PeerState.STANDING:
        raise Refusal(
            "EX15",
            f"没有正在交换的平台“{word[:60]}”。",
            advice="请在“上下级交换”中登记，由另一人同意后再交换。",
        )
    return peer


def secret_of(peer: ExchangePeer) -> str:
    """The common secret; Refusal EX16 where nobody entered it on this server."""
    secret = secret_named(peer.secret)
    if secret is None:
        raise Refusal(
            "EX16",
            f"密文“{peer.secret}”没有登记，不能交换。",
            advice=f"请在服务器上用 xinheng secret {peer.secret} 登记与对方相同的密文。",
        )
    return secret


def items_of(peer: ExchangePeer, way: Way) -> dict[int, date]:
    """Catalogue numbers that go over, and since when."""
    return dict(peer.items.filter(way=way).values_list("item", "from_on"))


def named_items(peer: ExchangePeer, way: Way) -> dict[str, date]:
    return {item_code(number): since for number, since in items_of(peer, way).items()}


def late_peers(organisations: frozenset[int], *, today: date) -> list[tuple[ExchangePeer, int]]:
    """Platforms from which receipts are overdue at the end of the day, and for how many packages."""
    now = datetime.combine(today, time.max, SHANGHAI)
    found = []
    standing = ExchangePeer.objects.filter(state=PeerState.STANDING, organisation__in=organisations)
    for peer in standing.select_related("organisation").order_by("pk"):
        waiting = unanswered(peer).values_list("made_at", flat=True)
        late = sum(is_overdue(made, hours=peer.receipt_hours, now=now) for made in waiting)
        if late:
            found.append((peer, late))
    return found


def unanswered(peer: ExchangePeer) -> QuerySet[ExchangePackage]:
    return peer.packages.filter(way=Way.OUT).exclude(state=PackageState.RECEIVED).order_by("number")


def waiting_peers(organisations: frozenset[int]) -> QuerySet[ExchangePeer]:
    """Declarations that wait for a second person."""
    return ExchangePeer.objects.filter(state=PeerState.PROPOSED, organisation__in=organisations).order_by(
        "pk"
    )


def counts_of(peer: ExchangePeer) -> dict[str, int]:
    """How many records went over and came, by way and flag: ``out_standing`` and so on."""
    rows = peer.entries.values_list("way", "flag").annotate(number=Count("pk")).order_by()
    return {f"{way}_{flag}": number for way, flag, number in rows}


def _note(
    kind: str,
    peer: ExchangePeer,
    *,
    now: datetime,
    actor: User | None = None,
    reason: str = "",
    payload: object = None,
) -> None:
    note(kind, now=now, actor=actor, object=f"peer:{peer.public_id}", reason=reason, payload=payload)
