"""Sends packages until they are acknowledged: in order, again after growing waits, and by range when asked; keeps the
receipts (HA-二（一）: 报送有回执)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict, ValidationError

from xinheng.core.exchange_package import checked
from xinheng.core.reconciliation import next_try
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges import secret_of, standing_peer, unanswered
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.exchanges import ExchangeEntry, ExchangePackage, ExchangePeer, PackageState, PeerState, Way

AT_ONCE = 20
"""Packages of one platform in one round."""
RECEIPT = "xinheng-receipt/1"


class Receipt(BaseModel):
    """What the receiver says of a package. ``returned``: line, mark and code of what it did not accept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    stream: str
    number: int
    chain: str
    standing: int
    ended: int
    voided: int
    returned: list[tuple[int, str, str]]
    taken_at: str


def due_peers(*, now: datetime) -> list[str]:
    """Platforms whose first package without a receipt has its hour."""
    standing = ExchangePeer.objects.filter(state=PeerState.STANDING).order_by("pk")
    return [peer.public_id for peer in standing if due_packages(peer, now=now)]


def due_packages(peer: ExchangePeer, *, now: datetime) -> list[ExchangePackage]:
    """The first packages without a receipt, in order; none while the first of them still waits for its next hour."""
    found = list(unanswered(peer).select_related("file", "peer")[:AT_ONCE])
    if not found or (found[0].next_at is not None and found[0].next_at > now):
        return []
    return found


@transaction.atomic
def note_sent(row: ExchangePackage, *, now: datetime) -> None:
    """It is on its way; without a receipt it goes again."""
    attempts = row.attempts + 1
    ExchangePackage.objects.filter(pk=row.pk).exclude(state=PackageState.RECEIVED).update(
        state=PackageState.SENT,
        attempts=attempts,
        sent_at=now,
        next_at=next_try(attempts, now=now),
        trouble="",
    )
    note("exchange.sent", now=now, object=f"peer:{row.peer.public_id}", payload={"number": row.number})


@transaction.atomic
def note_failed(row: ExchangePackage, refusal: Refusal, *, now: datetime) -> None:
    """It did not arrive, or the other side refused it as a whole."""
    attempts = row.attempts + 1
    ExchangePackage.objects.filter(pk=row.pk).update(
        attempts=attempts, next_at=next_try(attempts, now=now), trouble=f"{refusal.message}"[:300]
    )
    reason = f"{refusal.code} {refusal.message}"
    note("exchange.failed", now=now, object=f"peer:{row.peer.public_id}", reason=reason)


@transaction.atomic
def take_receipt(value: object, *, now: datetime, peer: ExchangePeer) -> ExchangePackage:
    """Keep what the other side says of a package. Refusal EX02 without the common seal, EX06 where it speaks of no
    package of ours. The same receipt again changes nothing."""
    plain = checked(value, secret=secret_of(peer), what="回执")
    try:
        told = Receipt.model_validate(plain)
    except ValidationError as error:
        raise _foreign("回执的写法不对") from error
    row = ExchangePackage.objects.select_for_update().filter(
        peer=peer, way=Way.OUT, number=told.number, chain=told.chain
    )
    package = row.first()
    if package is None or told.stream != peer.stream or told.format != RECEIPT:
        raise _foreign(f"没有发过它所说的第 {told.number} 号交换包")
    package.state, package.receipt, package.received_at = PackageState.RECEIVED, value, now
    package.returned, package.trouble, package.next_at = len(told.returned), "", None
    package.save(update_fields=["state", "receipt", "received_at", "returned", "trouble", "next_at"])
    _keep_codes(package, told)
    payload = {"number": told.number, "returned": len(told.returned)}
    note("exchange.receipt", now=now, object=f"peer:{peer.public_id}", payload=payload)
    return package


def _keep_codes(package: ExchangePackage, told: Receipt) -> None:
    """On each of our entries, why the other side did not accept it."""
    ours = ExchangeEntry.objects.filter(
        peer=package.peer_id, way=Way.OUT, n__gte=package.first, n__lte=package.last
    )
    codes = {(n, mark): code for n, mark, code in told.returned}
    ours.exclude(code="").update(code="")
    changed = list(ours.filter(mark__in=[mark for _, mark in codes]))
    for entry in changed:
        entry.code = codes.get((entry.n, entry.mark), "")[:8]
    ExchangeEntry.objects.bulk_update(changed, ["code"])


def _foreign(cause: str) -> Refusal:
    return Refusal("EX06", f"这份回执没有登记：{cause}。", advice="请与对方核对流水号。")


@transaction.atomic
def resend(
    public_id: str, *, first: int, last: int, actor: User | None, reason: str, now: datetime
) -> list[int]:
    """Send the packages with lines from ``first`` to ``last`` again; returns their numbers. Refusal EX07 without any,
    EX08 without a reason."""
    peer = standing_peer(public_id, lock=True)
    if not reason.strip():
        raise Refusal("EX08", "请写明补发的原因。", advice="填写后再提交。")
    rows = peer.packages.filter(way=Way.OUT, first__lte=last, last__gte=first).order_by("number")
    numbers = list(rows.values_list("number", flat=True))
    if not numbers:
        raise Refusal("EX07", f"没有发过第 {first} 至 {last} 行。", advice="请在对账结果中选择有差异的区间。")
    rows.update(state=PackageState.WAITING, attempts=0, next_at=now, made_at=now)
    payload = {"first": first, "last": last, "numbers": numbers}
    _say("exchange.resent", peer, actor=actor, reason=reason, payload=payload, now=now)
    return numbers


@transaction.atomic
def resend_from(peer: ExchangePeer, number: int, *, now: datetime) -> int:
    """The other side says that it lacks packages from ``number`` on: they go again at once."""
    rows = peer.packages.filter(way=Way.OUT, number__gte=number)
    count = rows.update(state=PackageState.WAITING, attempts=0, next_at=now)
    if count:
        _say("exchange.asked_again", peer, actor=None, reason="", payload={"from": number}, now=now)
    return count


def _say(
    kind: str,
    peer: ExchangePeer,
    *,
    actor: User | None,
    reason: str,
    payload: dict[str, Any],
    now: datetime,
) -> None:
    note(kind, now=now, actor=actor, object=f"peer:{peer.public_id}", reason=reason, payload=payload)
