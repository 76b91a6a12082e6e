"""Follows the ledger for whoever reads changes: which sealed events touch records, and which records each touches.

A place is the number of a sealed batch, a position in it, and within one event the last record told. What is not sealed
yet comes with a later page; nothing is lost to a transaction that commits late (docs/decisions/ledger.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from xinheng.core.refusal import Refusal
from xinheng.store.batches import ReturnedRow
from xinheng.store.effects import Publication
from xinheng.store.identities import ever_one_with
from xinheng.store.ledger import LedgerEvent, LedgerLeaf
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

_FORM = re.compile(r"([0-9]{1,15})\.([0-9]{1,9})\.([0-9]{1,18})")
_OF_SUBJECT = ("subject.merged", "subject.split", "consent.entered", "consent.revoked", "consent.ended")
_OF_ROW = ("row.accepted", "row.identified", "row.unidentified")
_KINDS = ("batch.loaded", "publication.expired", *_OF_SUBJECT, *_OF_ROW)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """Where the next page begins: at the event in this place, after this record."""

    batch: int = 0
    position: int = 0
    key: int = 0

    def __str__(self) -> str:
        return f"{self.batch}.{self.position}.{self.key}"

    @staticmethod
    def parse(text: str) -> "Cursor":
        """The beginning where empty. Refusal GX18."""
        if not text:
            return Cursor()
        found = _FORM.fullmatch(text)
        if found is None:
            raise Refusal("GX18", "游标写法有误。", advice="请原样使用上一页给出的 next；第一次不填。")
        return Cursor(*map(int, found.groups()))


@dataclass(frozen=True, slots=True)
class Event:
    """A sealed event that touches records."""

    batch: int
    position: int
    row: LedgerEvent

    @property
    def at(self) -> tuple[int, int]:
        return self.batch, self.position


def last_sealed() -> Cursor:
    """The place behind the last sealed event."""
    last = LedgerLeaf.objects.order_by("-batch_id", "-position").first()
    return Cursor(last.batch_id, last.position + 1) if last is not None else Cursor()


def events_since(after: Cursor, *, end: Cursor) -> Iterator[Event]:
    """In the sealer's order, up to ``end``."""
    leaves = LedgerLeaf.objects.filter(
        Q(batch__gt=after.batch) | Q(batch=after.batch, position__gte=after.position),
        Q(batch__lt=end.batch) | Q(batch=end.batch, position__lt=end.position),
        Q(event__kind__in=_KINDS) | Q(event__kind__startswith="record."),
    )
    for leaf in leaves.select_related("event").order_by("batch_id", "position").iterator(200):
        yield Event(leaf.batch_id, leaf.position, leaf.event)


def keys_of(event: Event, *, items: list[int], after: int, limit: int) -> list[int]:
    """Records of these items that the event touches, by rising key beyond ``after``."""
    rows = _touched(event.row).filter(item__in=items, record_key__gt=after)
    return list(rows.order_by("record_key").values_list("record_key", flat=True).distinct()[:limit])


def _touched(event: LedgerEvent) -> QuerySet[Record]:
    name = event.object.partition(":")[2]
    if event.kind == "batch.loaded":
        return Record.objects.filter(batch__public_id=name)
    if event.kind == "publication.expired":
        ended = Publication.objects.filter(stopped_at=event.at, stop_reason="expired")
        return Record.objects.filter(record_key__in=ended.values("record_key"))
    if event.kind in _OF_SUBJECT:
        subject = Subject.objects.filter(public_id=event.subject).first()
        return Record.objects.filter(subject__in=ever_one_with(subject.pk) if subject else ())
    if event.kind in _OF_ROW:
        row = ReturnedRow.objects.filter(pk=name).first() if name.isdecimal() else None
        return Record.objects.filter(batch=row.batch_id, row_no=row.row_no) if row else Record.objects.none()
    return Record.objects.filter(record_key=name) if name.isdecimal() else Record.objects.none()
