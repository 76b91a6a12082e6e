"""Takes in a package of another platform, once however often it comes: its lines walk the way of every delivery
(services.collect), what has ended there ends here in the same transaction, and a receipt says what became of each line.

A line that ends a record counts whenever it comes: a put with a lower number never brings back what it ended (G9).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from xinheng.core.exchange_package import (
    ERASE,
    PUT,
    Line,
    Manifest,
    manifest_in,
    read,
    refuse_out_of_order,
    signed,
)
from xinheng.core.policy import Policy
from xinheng.core.reconciliation import Flag
from xinheng.core.refusal import Refusal
from xinheng.services.exchanges import named_items, secret_of
from xinheng.services.exchanges_ending import end_here, follow, take_accepted, take_state
from xinheng.services.exchanges_loading import Landed, load_lines
from xinheng.services.exchanges_sending import RECEIPT
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.exchanges import ExchangeEntry, ExchangePackage, ExchangePeer, PackageState, PeerState, Way

NOT_DECLARED = "EX20"
"""Code of a line whose item the other platform was not declared for."""


@transaction.atomic
def receive(
    rows: Iterable[bytes],
    *,
    policy: Policy,
    now: datetime,
    actor: User | None = None,
    peer: ExchangePeer | None = None,
) -> dict[str, Any]:
    """The sealed receipt. ``peer``: whose key brought it. Refusal EX01 to EX05, EX15, EX16; then nothing was taken."""
    lines = iter(rows)
    first = next(lines, b"")
    manifest = manifest_in(first)
    found = _peer(manifest, peer)
    package = read(_again(first, lines), secret=secret_of(found))
    known = _order(found, manifest)
    taking = _Taking(found, manifest, policy=policy, actor=actor, now=now)
    taking.take(package.lines)
    receipt = signed(taking.receipt(package.lines), secret=secret_of(found))
    _keep(found, manifest, receipt, known=known, now=now)
    payload = {"number": manifest.number, "chain": manifest.chain(), "again": known is not None}
    note("exchange.taken", now=now, actor=actor, object=f"peer:{found.public_id}", payload=payload)
    return receipt


def _again(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest


def _peer(manifest: Manifest, expected: ExchangePeer | None) -> ExchangePeer:
    standing = ExchangePeer.objects.select_for_update(of=("self",)).select_related("organisation")
    found = standing.filter(
        peer_code=manifest.sender, own_code=manifest.receiver, state=PeerState.STANDING
    ).first()
    if found is None or (expected is not None and expected.pk != found.pk):
        raise Refusal(
            "EX05",
            f"没有登记“{manifest.sender[:40]}”发给“{manifest.receiver[:40]}”的交换，没有收下。",
            advice="请核对双方代号；需要交换的，请在“上下级交换”中登记。",
        )
    return found


def _order(peer: ExchangePeer, manifest: Manifest) -> ExchangePackage | None:
    """The package as it was taken before; None for the one that comes next."""
    stream = manifest.stream
    if peer.taken_stream not in ("", stream):
        raise Refusal(
            "EX09",
            "对方的交换流水换了，没有收下。",
            advice="对方重新登记过的，本方也请停用原登记后重新登记。",
        )
    if manifest.number > peer.taken_number:
        refuse_out_of_order(
            manifest, last=peer.taken_number, chain=peer.taken_chain, next_line=peer.taken_line + 1
        )
        return None
    known = peer.packages.get(way=Way.IN, number=manifest.number)
    if known.chain != manifest.chain():
        raise Refusal(
            "EX18",
            f"第 {manifest.number} 号交换包以前收过，这次的内容不同，没有收下。",
            advice="请双方核对交换流水，查明原因。",
        )
    return known


@dataclass
class _Taking:
    """One package on its way in. ``landed`` are the entries of the marks it names."""

    peer: ExchangePeer
    manifest: Manifest
    policy: Policy
    actor: User | None
    now: datetime
    entries: dict[str, ExchangeEntry] = field(default_factory=dict)

    def take(self, lines: Sequence[Line]) -> None:
        take_accepted(self.peer)
        marks = [line.id for line in lines]
        found = self.peer.entries.filter(way=Way.IN, mark__in=marks).select_related("batch")
        self.entries = {entry.mark: entry for entry in found}
        fresh: dict[str, list[Line]] = defaultdict(list)
        allowed = named_items(self.peer, Way.IN)
        for line in lines:
            entry = self.entries.get(line.id)
            if entry is not None and (
                entry.n > line.n or (entry.n == line.n and entry.flag != Flag.RETURNED)
            ):
                continue
            if line.op != PUT:
                self._end(line, entry)
            elif line.say is None:
                continue
            elif line.say.item not in allowed or line.say.item not in self.policy.catalogue.items:
                self._returned(line, NOT_DECLARED)
            elif entry is None or entry.record_key is None or not self._followed(line, entry):
                fresh[line.say.item].append(line)
        for item, put in sorted(fresh.items()):
            self._load(item, put)

    def _followed(self, line: Line, entry: ExchangeEntry) -> bool:
        """Whether the line needs no row of its own any more."""
        try:
            if not follow(entry, line, why=self._why()):
                return False
        except Refusal as refusal:
            self._returned(line, refusal.code)
            return True
        self._stands(line, entry)
        return True

    def _why(self) -> dict[str, Any]:
        ground = f"{self.peer.name} 第 {self.manifest.number} 号交换包"
        return {"ground": ground, "actor": self.actor, "policy": self.policy, "now": self.now}

    def _end(self, line: Line, entry: ExchangeEntry | None) -> None:
        """Also of what was never accepted here, or never came: the mark alone is kept."""
        kept = entry or self._entry(line)
        left = end_here(entry, erase=line.op == ERASE, **self._why()) if entry is not None else ""
        kept.n, kept.flag, kept.body, kept.said, kept.code = line.n, Flag.ENDED.value, "", "", left
        kept.save()

    def _stands(self, line: Line, entry: ExchangeEntry) -> None:
        entry.n, entry.flag, entry.body, entry.code = line.n, Flag.STANDING.value, line.body, ""
        entry.save()

    def _returned(self, line: Line, code: str, *, landed: Landed | None = None) -> None:
        entry = self.entries.get(line.id) or self._entry(line)
        entry.n, entry.flag, entry.body, entry.code = line.n, Flag.RETURNED.value, line.body, code
        if line.say is not None and line.say.item in self.policy.catalogue.items:
            entry.item = self.policy.catalogue.items[line.say.item].number
        if landed is not None:
            entry.batch, entry.row_no = landed.batch, landed.row_no
        entry.save()

    def _entry(self, line: Line) -> ExchangeEntry:
        made = ExchangeEntry(peer=self.peer, way=Way.IN, mark=line.id, item=0, n=line.n)
        self.entries[line.id] = made
        return made

    def _load(self, item: str, lines: list[Line]) -> None:
        landed = load_lines(item, lines, peer=self.peer, policy=self.policy, actor=self.actor, now=self.now)
        for line in lines:
            one = landed[line.id]
            if one.record_key is None:
                self._returned(line, one.code, landed=one)
                continue
            entry = self.entries.get(line.id) or self._entry(line)
            entry.item = self.policy.catalogue.items[item].number
            entry.batch, entry.row_no, entry.record_key = one.batch, one.row_no, one.record_key
            try:
                take_state(entry, line, why=self._why())
            except Refusal as refusal:
                self._returned(line, refusal.code)
                continue
            self._stands(line, entry)

    def receipt(self, lines: Sequence[Line]) -> dict[str, Any]:
        """What stands here of the package now."""
        held = [(line, self.entries.get(line.id)) for line in lines]
        flags = [entry.flag for _, entry in held if entry is not None]
        returned = [
            [line.n, line.id, entry.code] for line, entry in held if entry and entry.flag == Flag.RETURNED
        ]
        return {
            "format": RECEIPT,
            "stream": self.manifest.stream,
            "number": self.manifest.number,
            "chain": self.manifest.chain(),
            "standing": flags.count(Flag.STANDING),
            "ended": flags.count(Flag.ENDED),
            "voided": sum(entry is None for _, entry in held),
            "returned": returned,
            "taken_at": self.now.isoformat(),
        }


def _keep(
    peer: ExchangePeer,
    manifest: Manifest,
    receipt: dict[str, Any],
    *,
    known: ExchangePackage | None,
    now: datetime,
) -> None:
    if known is not None:
        known.receipt, known.returned = receipt, len(receipt["returned"])
        known.save(update_fields=["receipt", "returned"])
        return
    ExchangePackage.objects.create(
        peer=peer,
        way=Way.IN,
        number=manifest.number,
        first=manifest.first,
        last=manifest.last,
        retractions=manifest.retractions,
        chain=manifest.chain(),
        manifest=manifest.model_dump(mode="json"),
        made_at=now,
        state=PackageState.RECEIVED,
        receipt=receipt,
        received_at=now,
        returned=len(receipt["returned"]),
    )
    peer.taken_stream, peer.taken_number = manifest.stream, manifest.number
    peer.taken_chain, peer.taken_line = manifest.chain(), manifest.last
    peer.save(update_fields=["taken_stream", "taken_number", "taken_chain", "taken_line"])


def refused(refusal: Refusal, *, first: bytes) -> dict[str, Any]:
    """What is laid beside a package that was not taken, for the other side's machine."""
    told: dict[str, Any] = {
        "refused": refusal.code,
        "message": refusal.message,
        "advice": refusal.advice,
    }
    try:
        manifest = manifest_in(first)
    except Refusal:
        return told
    peer = ExchangePeer.objects.filter(peer_code=manifest.sender, state=PeerState.STANDING).first()
    next_number = peer.taken_number + 1 if peer is not None else 1
    return told | {"number": manifest.number, "stream": manifest.stream, "next": next_number}
