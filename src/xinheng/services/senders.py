"""Keys of departments' systems: made for one organisation and some feeds, shown once, counted, looked after, revoked.

A key that is used from a second place goes on working and waits for a person to say whether that is right; outside its
declared networks it is refused. Serves 《河南省社会信用条例》第十七条; the secret is kept by nobody but its holder.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.senders import (
    Key,
    is_everywhere,
    lies_in,
    parse_key,
    parse_network,
    place_of,
    plain_address,
    refuse_fallen,
)
from xinheng.core.webhooks import KeyChange
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.services.webhooks import tell_of_key
from xinheng.store.accounts import User
from xinheng.store.organisations import Organisation
from xinheng.store.prepared import prepared
from xinheng.store.senders import SenderKey, SenderPlace
from xinheng.store.sharing import SharingGrant

LONGEST_TERM = timedelta(days=366)
PER_MINUTE = 600
MOST_PER_MINUTE = 6_000
_SEEN_AGAIN = timedelta(hours=1)
"""How often the last use of a place is written down."""

_COUNT = """
UPDATE store_senderkey SET
    minute_calls = CASE WHEN minute_at = %(minute)s THEN minute_calls + 1 ELSE 1 END,
    minute_at = %(minute)s, last_used_at = greatest(last_used_at, %(now)s), last_used_from = %(address)s
WHERE id = %(key)s RETURNING minute_calls
"""
_KEY = [one.attname for one in SenderKey._meta.concrete_fields]
_UNIT = [one.attname for one in Organisation._meta.concrete_fields]
_ADMIT = f"""
UPDATE store_senderkey k SET
    minute_calls = CASE WHEN k.minute_at = %(minute)s::timestamptz THEN k.minute_calls + 1 ELSE 1 END,
    minute_at = %(minute)s::timestamptz, last_used_at = greatest(k.last_used_at, %(now)s::timestamptz),
    last_used_from = %(address)s::varchar
FROM store_senderkey before JOIN store_organisation unit ON unit.id = before.organisation_id
WHERE before.prefix = %(prefix)s::varchar AND k.id = before.id AND k.digest = %(digest)s::varchar AND k.revoked_at IS NULL
    AND k.expires_on >= %(today)s::date
    AND (k.networks = '{{}}' OR %(inet)s::inet <<= ANY (k.networks::cidr[]))
RETURNING {", ".join(f"k.{one}" for one in _KEY)}, before.last_used_at, before.last_used_from,
    set_config('synchronous_commit', CASE WHEN %(alone)s::boolean THEN 'off' ELSE current_setting('synchronous_commit') END,
        true), {", ".join(f"unit.{one}" for one in _UNIT)}
"""
"""A key that stands, used from where it may be: counted and found by one statement, without waiting for the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrder:
    """What a key is to be for. ``networks`` as written, one a line; none: it may be used from anywhere."""

    organisation: Organisation
    name: str
    feeds: tuple[str, ...]
    networks: tuple[str, ...] = ()
    expires_on: date
    per_minute: int = PER_MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOrder:
    """A key that reads what a grant allows and delivers nothing; ``sandbox``: made-up enterprises alone."""

    organisation: Organisation
    name: str
    grant: SharingGrant
    networks: tuple[str, ...] = ()
    expires_on: date
    per_minute: int = PER_MINUTE
    sandbox: bool = False


@transaction.atomic
def make_key(order: KeyOrder, *, actor: User, policy: Policy, now: datetime) -> tuple[SenderKey, str]:
    """The key and its text, which nobody can be told again. Refusal K01 for a network that is none, K12 for what
    cannot be ordered."""
    _refuse_order(order, policy, today=day_of(now))
    return _make(order, {"feeds": sorted(set(order.feeds))}, actor=actor, now=now)


@transaction.atomic
def make_reading_key(order: ReadingOrder, *, actor: User, now: datetime) -> tuple[SenderKey, str]:
    """As ``make_key``, for a grant that was approved."""
    if not order.name.strip():
        raise Refusal("K13", "请填写使用数据的系统的名称。", advice="例如行政审批系统。")
    return _make(order, {"feeds": [], "grant": order.grant, "sandbox": order.sandbox}, actor=actor, now=now)


def _make(
    order: KeyOrder | ReadingOrder, scope: dict[str, Any], *, actor: User, now: datetime
) -> tuple[SenderKey, str]:
    made = Key(
        base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10],
        base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    )
    key = SenderKey.objects.create(
        organisation=order.organisation,
        name=order.name.strip(),
        prefix=made.prefix,
        digest=made.digest(),
        networks=_networks(order.networks),
        per_minute=order.per_minute,
        created_by=actor,
        created_at=now,
        expires_on=order.expires_on,
        **scope,
    )
    payload = {"organisation": order.organisation.public_id, "feeds": key.feeds, "networks": key.networks}
    note("sender.made", now=now, actor=actor, object=f"sender:{key.public_id}", payload=payload)
    return key, made.text()


def _networks(written: tuple[str, ...]) -> list[str]:
    networks = sorted({parse_network(one) for one in written if one.strip()})
    if any(is_everywhere(one) for one in networks):
        raise Refusal(
            "K01", "网段过大，等于没有限制。", advice="请只填写报送系统所在的地址或网段；不限制的请留空。"
        )
    return networks


def _refuse_order(order: KeyOrder, policy: Policy, *, today: date) -> None:
    unknown = [feed for feed in order.feeds if feed not in policy.feeds or not policy.feeds[feed].item]
    causes = {
        "请填写报送系统的名称。": not order.name.strip(),
        "请至少选择一个数据源。": not order.feeds,
        f"没有这样的数据源：{'、'.join(unknown)}。": bool(unknown),
        "到期日不能早于今天。": order.expires_on < today,
        "密钥的有效期不能超过一年。": order.expires_on > today + LONGEST_TERM,
        f"每分钟调用次数应在 1 到 {MOST_PER_MINUTE} 之间。": not 1 <= order.per_minute <= MOST_PER_MINUTE,
    }
    for sentence, wrong in causes.items():
        if wrong:
            raise Refusal("K12", sentence, advice="改好后再提交。")


@transaction.atomic
def revoke_key(public_id: str, *, actor: User, reason: str, now: datetime) -> None:
    """The next call with the key is refused. Refusal K11 without a reason."""
    key = SenderKey.objects.select_for_update().get(public_id=public_id)
    if not reason.strip():
        raise Refusal("K11", "请写明停用的原因。", advice="填写后再提交。")
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by, key.revoke_reason = now, actor, reason.strip()[:200]
        key.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
        SenderPlace.objects.filter(key=key, waiting=True).update(waiting=False)
        note("sender.revoked", now=now, actor=actor, object=f"sender:{public_id}", reason=reason)
        tell_of_key(key, KeyChange.REVOKED, now=now)


@transaction.atomic
def settle_place(number: int, *, actor: User, reason: str, now: datetime) -> SenderPlace:
    """A person says why a key is used from a further place. Refusal K11 without a reason."""
    place = SenderPlace.objects.select_for_update(of=("self",)).select_related("key").get(pk=number)
    if not reason.strip():
        raise Refusal("K11", "请写明核对的结果。", advice="确认不是本单位使用的，请停用密钥。")
    place.waiting, place.settled_by, place.settled_at = False, actor, now
    place.reason = reason.strip()[:200]
    place.save(update_fields=["waiting", "settled_by", "settled_at", "reason"])
    note("sender.place_settled", now=now, actor=actor, object=f"sender:{place.key.public_id}", reason=reason)
    return place


def places_waiting(organisations: frozenset[int]) -> QuerySet[SenderPlace]:
    """Further places of keys of these organisations that nobody has looked at."""
    waiting = SenderPlace.objects.filter(waiting=True, key__organisation__in=organisations)
    return waiting.select_related("key__organisation").order_by("pk")


def admit(text: str, *, address: str, now: datetime) -> SenderKey:
    """The key of a call, which it counts in ``minute_calls``. Refusal K02 unknown, K03 revoked, K04 expired, K05 outside its
    networks, K06 too often."""
    sent = parse_key(text)
    if sent is None:
        raise _unknown_key()
    key = _at_once(sent, address, now) or _with_care(sent, address, now)
    if key.minute_calls > key.per_minute:
        raise Refusal(
            "K06",
            f"调用过于频繁，每分钟最多 {key.per_minute} 次。",
            advice="请等到下一分钟再发，或把多条记录合并成一次。",
        )
    return key


def _at_once(sent: Key, address: str, now: datetime) -> SenderKey | None:
    """None where something is to be looked at: who calls wrongly must learn the cause."""
    given = {
        "minute": now.replace(second=0, microsecond=0),
        "now": now,
        "today": day_of(now),
        "address": address[:45],
        "inet": plain_address(address),
        "prefix": sent.prefix,
        "digest": sent.digest(),
        "alone": not connection.in_atomic_block,
    }
    rows = prepared(_ADMIT, given)
    if not rows:
        return None
    (row,), width = rows, len(_KEY)
    key = SenderKey.from_db("default", _KEY, row[:width])
    key.organisation = Organisation.from_db("default", _UNIT, row[width + 3 :])
    if _is_new_use(key, row[width], row[width + 1], address, now):
        _see(key, place_of(address, key.networks), refused=False, now=now)
    return key


def _with_care(sent: Key, address: str, now: datetime) -> SenderKey:
    key = SenderKey.objects.select_related("organisation").filter(prefix=sent.prefix).first()
    if key is None or not sent.is_of(key.digest):
        raise _unknown_key()
    try:
        refuse_fallen(expires_on=key.expires_on, revoked_at=key.revoked_at, today=day_of(now))
        _refuse_elsewhere(key, address)
    except Refusal as refusal:
        _note_refused(key, refusal, address=address, now=now)
        raise
    if _is_new_use(key, key.last_used_at, key.last_used_from, address, now):
        _see(key, place_of(address, key.networks), refused=False, now=now)
    key.minute_calls = _count(key, address, now)
    return key


def _unknown_key() -> Refusal:
    return Refusal(
        "K02",
        "没有报送密钥，或者密钥不正确。",
        advice="请在请求头 Authorization: Bearer 后填写信用办发给的密钥。",
    )


def _refuse_elsewhere(key: SenderKey, address: str) -> None:
    if key.networks and lies_in(address, key.networks) is None:
        raise Refusal(
            "K05",
            "这个密钥不能从当前网络地址使用。",
            advice="请从登记的服务器调用；服务器有变动的，请信用办修改登记。",
        )


@transaction.atomic
def _note_refused(key: SenderKey, refusal: Refusal, *, address: str, now: datetime) -> None:
    """Whoever holds a secret of ours and is refused stands in the ledger, once an hour and place."""
    place = place_of(address, key.networks)
    if _see(key, place, refused=True, now=now):
        note("sender.refused", now=now, object=f"sender:{key.public_id}", reason=refusal.message)


def _is_new_use(
    key: SenderKey, last_at: datetime | None, last_from: str, address: str, now: datetime
) -> bool:
    if last_at is None or now - last_at > _SEEN_AGAIN:
        return True
    return last_from != address and (place_of(last_from, key.networks) != place_of(address, key.networks))


@transaction.atomic
def _see(key: SenderKey, name: str, *, refused: bool, now: datetime) -> bool:
    """Write down a use from a place; whether it was the first within the hour."""
    further = key.places.exclude(place=name).exists()
    waits = key.revoked_at is None and (refused or (further and name not in key.networks))
    place, made = SenderPlace.objects.get_or_create(
        key=key,
        place=name,
        defaults={"refused": refused, "waiting": waits, "first_at": now, "last_at": now},
    )
    if made and waits:
        note("sender.second_place", now=now, object=f"sender:{key.public_id}", payload={"place": name})
        tell_of_key(key, KeyChange.SECOND_PLACE, now=now)
    if made or now - place.last_at > _SEEN_AGAIN:
        SenderPlace.objects.filter(pk=place.pk).update(last_at=now)
        return True
    return False


def _count(key: SenderKey, address: str, now: datetime) -> int:
    """Calls of the key in this minute, this one included."""
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key.pk, "minute": minute, "now": now, "address": address[:45]})
        calls: int = cursor.fetchone()[0]
    return calls
