"""Makes the packages that go to a declared platform: what is new, changed or ended since the last one, found by the
batches of the sealed ledger and never by identity or moment (docs/decisions/exchange.md).

An open version is sent as it stands when the package is made; a record that has ended goes as its mark alone. When a
record ends, its words also leave the packages that are kept (legal guard G9).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from xinheng.core.catalogue import item_code
from xinheng.core.exchange_package import (
    ERASE,
    MOST_LINES,
    PUT,
    RETRACT,
    Line,
    Manifest,
    Package,
    put,
    root_of,
    spans_of,
    written,
)
from xinheng.core.ledger import GENESIS, instant
from xinheng.core.policy import Policy
from xinheng.core.reconciliation import Flag
from xinheng.core.records import RecordState
from xinheng.services.collect import workshop
from xinheng.services.exchanges import items_of, secret_of, standing_peer
from xinheng.services.exchanges_content import content, file_name
from xinheng.services.exchanges_lines import fingerprint, first_known_days, goes, said_of
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.batches import ReturnedRow, StoredFile
from xinheng.store.exchanges import ExchangeEntry, ExchangePackage, ExchangePeer, PeerState, Way
from xinheng.store.files import destroy_file, put_file
from xinheng.store.identities import SubjectMerge
from xinheng.store.ledger import LedgerBatch, LedgerEvent
from xinheng.store.public_ids import new_public_id
from xinheng.store.records import Record
from xinheng.store.subjects import SubjectCode

MEDIA_TYPE = "application/jsonl"
_CHUNK = 2_000
_READ = "record.read"
_ROWS = ("row.accepted", "row.identified", "row.unidentified")
_MERGES = ("subject.merged", "subject.split")


def make_waits() -> bool:
    """Whether something that concerns records was sealed since packages were made."""
    standing = ExchangePeer.objects.filter(state=PeerState.STANDING, items__way=Way.OUT)
    first = standing.aggregate(first=Min("sealed_through"))["first"]
    return first is not None and _concerning(after=first).exists()


@transaction.atomic
def make_packages(public_id: str, *, policy: Policy, now: datetime) -> list[ExchangePackage]:
    """Everything sealed since the last package, in as many as it takes. Refusal EX15, EX16."""
    peer = standing_peer(public_id, lock=True)
    items = items_of(peer, Way.OUT)
    through = LedgerBatch.objects.aggregate(last=Max("number"))["last"] or 0
    if not items or through <= peer.sealed_through:
        return []
    stream = _Stream(peer, items, policy, now, sealed=[peer.sealed_through, through])
    keys = sorted(_touched(after=peer.sealed_through, through=through))
    for start in range(0, len(keys), _CHUNK):
        stream.take(keys[start : start + _CHUNK])
    made = stream.finish()
    peer.sealed_through, peer.last_line = through, stream.last_line
    peer.save(update_fields=["sealed_through", "last_line"])
    return made


def _concerning(*, after: int) -> QuerySet[LedgerEvent]:
    """Sealed events after which records may be new, say something else, or have ended."""
    kinds = Q(kind="batch.loaded") | Q(kind__in=(*_ROWS, *_MERGES))
    changed = Q(kind__startswith="record.", object__startswith="record:") & ~Q(kind=_READ)
    return LedgerEvent.objects.filter(kinds | changed, leaf__batch__gt=after)


def _touched(*, after: int, through: int) -> set[int]:
    """Keys of the records that events of these sealed batches concern."""
    told = _concerning(after=after).filter(leaf__batch__lte=through).values_list("kind", "object")
    batches = _named(told.filter(kind="batch.loaded"))
    rows = [int(one) for one in _named(told.filter(kind__in=_ROWS))]
    merges = _named(told.filter(kind__in=_MERGES))
    keys = {int(one) for one in _named(told.filter(object__startswith="record:"))}
    keys |= set(Record.objects.filter(batch__public_id__in=batches).values_list("record_key", flat=True))
    for batch, row_no in ReturnedRow.objects.filter(pk__in=rows).values_list("batch", "row_no"):
        keys |= set(Record.objects.filter(batch=batch, row_no=row_no).values_list("record_key", flat=True))
    pairs = SubjectMerge.objects.filter(public_id__in=merges).values_list("absorbed", "survivor")
    both = {one for pair in pairs for one in pair}
    return keys | set(Record.objects.filter(subject__in=both).values_list("record_key", flat=True))


def _named(events: Iterable[tuple[str, str]]) -> list[str]:
    """What the events are about, without the word before the colon."""
    return [object_.partition(":")[2] for _, object_ in events]


@dataclass
class _Stream:
    """The lines that follow those sent before. ``gone`` are earlier lines whose words are no longer right."""

    peer: ExchangePeer
    items: dict[int, date]
    policy: Policy
    now: datetime
    sealed: list[int]
    lines: list[Line] = field(default_factory=list)
    items_of_lines: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    made: list[ExchangePackage] = field(default_factory=list)
    last_line: int = 0

    def __post_init__(self) -> None:
        self.last_line = self.peer.last_line

    def take(self, keys: list[int]) -> None:
        """Lines for what is new, says something else, or has ended."""
        open_versions = Record.objects.filter(record_key__in=keys, known_until__isnull=True)
        records = list(open_versions.select_related("subject", "detail", "batch").order_by("record_key"))
        known = self.peer.entries.filter(way=Way.OUT, record_key__in=keys)
        entries = {entry.record_key: entry for entry in known}
        theirs = self.peer.entries.filter(way=Way.IN, record_key__in=keys)
        came = set(theirs.values_list("record_key", flat=True))
        days, codes = first_known_days(records), _older_codes(records)
        fresh: list[ExchangeEntry] = []
        changed: list[ExchangeEntry] = []
        for record in records:
            if record.record_key in came:
                continue
            entry = entries.get(record.record_key)
            day = days.get(record.record_key, day_of(record.known_at))
            if goes(record, first_known=day, items=self.items):
                said = said_of(record, other=codes.get(record.subject_id, ("", "")), first_known=day)
                print_ = fingerprint(said)
                if entry is not None and entry.flag == Flag.STANDING and entry.said == print_:
                    continue
                one = entry or self._new(record)
                line = put(self.last_line + 1, one.mark, said)
                one.flag, one.body, one.said = Flag.STANDING.value, line.body, print_
            elif entry is not None and entry.flag == Flag.STANDING:
                one, erased = entry, record.state == RecordState.DELETED
                line = Line(n=self.last_line + 1, id=one.mark, op=ERASE if erased else RETRACT)
                one.flag, one.body, one.said = Flag.ENDED.value, "", ""
            else:
                continue
            if entry is not None:
                self.gone.append(entry.n)
            one.n = self.last_line = line.n
            (changed if entry else fresh).append(one)
            self.lines.append(line)
            self.items_of_lines.append(record.item)
        ExchangeEntry.objects.bulk_create(fresh)
        ExchangeEntry.objects.bulk_update(changed, ["flag", "body", "said", "n"])
        while len(self.lines) >= MOST_LINES:
            self._close()

    def _new(self, record: Record) -> ExchangeEntry:
        return ExchangeEntry(
            peer=self.peer,
            way=Way.OUT,
            mark=new_public_id(),
            item=record.item,
            record_key=record.record_key,
        )

    def finish(self) -> list[ExchangePackage]:
        if self.lines:
            self._close()
        _scrub(self.peer, self.gone, policy=self.policy, now=self.now)
        return self.made

    def _close(self) -> None:
        """Make a package of the first lines."""
        last = self.peer.packages.filter(way=Way.OUT).order_by("-number").first()
        lines, self.lines = self.lines[:MOST_LINES], self.lines[MOST_LINES:]
        items, self.items_of_lines = self.items_of_lines[:MOST_LINES], self.items_of_lines[MOST_LINES:]
        manifest = Manifest(
            stream=self.peer.stream,
            sender=self.peer.own_code,
            receiver=self.peer.peer_code,
            number=last.number + 1 if last else 1,
            previous=last.chain if last else GENESIS,
            first=lines[0].n,
            count=len(lines),
            retractions=sum(line.op != PUT for line in lines),
            items=_counted(items),
            spans=spans_of(lines),
            root=root_of(lines),
            sealed=self.sealed,
            made_at=instant(self.now),
        )
        package = Package(manifest, tuple(lines))
        self.made.append(_kept(self.peer, package, policy=self.policy, now=self.now))


def _counted(items: list[int]) -> dict[str, int]:
    return {item_code(number): items.count(number) for number in sorted(set(items))}


def _older_codes(records: list[Record]) -> dict[int, tuple[str, str]]:
    """Of subjects without a credit code, one older code each."""
    bare = [record.subject_id for record in records if not record.subject.code]
    rows = SubjectCode.objects.filter(subject__in=bare).order_by("-pk")
    return {subject: (kind, value) for subject, kind, value in rows.values_list("subject", "kind", "value")}


def _kept(peer: ExchangePeer, package: Package, *, policy: Policy, now: datetime) -> ExchangePackage:
    manifest = package.manifest
    row = ExchangePackage.objects.create(
        peer=peer,
        way=Way.OUT,
        number=manifest.number,
        first=manifest.first,
        last=manifest.last,
        retractions=manifest.retractions,
        chain=manifest.chain(),
        manifest=manifest.model_dump(mode="json"),
        file=_stored(peer, package, policy=policy, now=now),
        made_at=now,
        next_at=now,
    )
    payload = {"number": row.number, "count": manifest.count, "chain": row.chain}
    note("exchange.made", now=now, object=f"peer:{peer.public_id}", payload=payload)
    return row


def _stored(peer: ExchangePeer, package: Package, *, policy: Policy, now: datetime) -> StoredFile:
    """Under a name by which its content cannot be told."""
    with workshop() as work:
        path: Path = work / file_name(peer, package.manifest.number)
        with path.open("wb") as out:
            out.writelines(written(package, secret=secret_of(peer)))
        until = policy.kept_until("delivered", since=day_of(now), on=day_of(now))
        return put_file(path, name=path.name, media_type=MEDIA_TYPE, now=now, destroy_on=until)


def _scrub(peer: ExchangePeer, gone: Iterable[int], *, policy: Policy, now: datetime) -> None:
    """Take the words of these lines, whose records have ended or say something else, out of the packages that are kept."""
    numbers = sorted(set(gone))
    kept = peer.packages.filter(way=Way.OUT, file__wrapped_key__isnull=False).select_related("file", "peer")
    for row in kept.order_by("number"):
        if not any(row.first <= n <= row.last for n in numbers):
            continue
        old, row.file = row.file, _stored(peer, content(row), policy=policy, now=now)
        row.save(update_fields=["file"])
        if old is not None:
            destroy_file(old, now=now)
