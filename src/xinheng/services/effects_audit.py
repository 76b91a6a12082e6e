"""Proves that no open effect lives without its living ground: one query a kind, which returns nothing when all is well.

Stored effects of every kind in ``store.effect_kinds``, persons and letters of listings, and endings that nobody was told
of. A case that runs on a record which has ended is named too: a person has to end it (legal guards G3, G9, G11).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from xinheng.core.grounds import DECISIONS_OVER, EffectKind, GroundKind
from xinheng.core.records import STANDING, Finality, RecordState
from xinheng.services.ledger import note
from xinheng.store.effect_kinds import STORED_EFFECTS, StoredEffect

SECONDS = 60
"""Within which an ending reaches its receivers' channels."""

_RECORD = """
LEFT JOIN store_record g ON g.record_key = {key} AND g.known_until IS NULL
WHERE {open} AND (g.id IS NULL OR ({resting}) AND (g.state <> ALL(%(standing)s) OR g.finality = %(revoked)s)
    OR NOT ({resting}) AND (g.state <> ALL({may_rest}) OR g.finality = %(revoked)s) OR g.subject_id <> {subject})
"""
_DECISION = (
    "LEFT JOIN store_case g ON g.id = {key} WHERE {open} AND (g.id IS NULL OR g.state = ANY(%(over)s))"
)
_ENTRY = """
LEFT JOIN {entries} g ON g.id = {key}
WHERE {open} AND (g.id IS NULL OR g.{ended} IS NOT NULL OR ({resting}) AND g.{suspended} IS NOT NULL)
"""
_ON_RECORD = """
LEFT JOIN store_record g ON g.record_key = e.record_key AND g.known_until IS NULL
WHERE {open} AND (g.id IS NULL OR g.state <> ALL(%(standing)s) OR g.finality = %(revoked)s)
"""
_UNTOLD = "SELECT e.id FROM store_ending e WHERE e.spread_at IS NULL AND e.at < %(before)s ORDER BY e.id"
_CASES = """
SELECT e.id, e.number, e.ground FROM store_case e
LEFT JOIN store_record g ON g.record_key = substring(e.ground FROM '^record:([0-9]{1,18})$')::bigint
    AND g.known_until IS NULL
WHERE e.closed_at IS NULL AND e.ground ~ '^record:[0-9]{1,18}$'
  AND (g.id IS NULL OR g.state <> ALL(%(standing)s) OR g.finality = %(revoked)s)
ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class Orphan:
    """An effect without its ground, or one that outlived its term. ``what`` is the kind in Chinese."""

    what: str
    table: str
    id: int
    cause: str

    def __str__(self) -> str:
        return f"{self.what}（{self.table} 第 {self.id} 行）：{self.cause}"


@dataclass(frozen=True, slots=True)
class Audit:
    """``open`` counts the open effects by kind; ``orphans`` is empty when all is well; ``waiting`` are numbers of cases
    that run on an ended record."""

    open: dict[str, int]
    orphans: tuple[Orphan, ...]
    waiting: tuple[str, ...]


def audit_effects(*, today: date, now: datetime) -> Audit:
    """Look at every open effect. Reads only."""
    given: dict[str, Any] = {
        "standing": [int(state) for state in STANDING],
        "shielded": [int(RecordState.SHIELDED)],
        "not_over": [int(state) for state in (*STANDING, RecordState.SHIELDED)],
        "revoked": int(Finality.REVOKED),
        "over": sorted(DECISIONS_OVER),
        "today": today,
        "before": now - timedelta(seconds=SECONDS),
    }
    counted = {kind.kind.label: kind.standing().count() for kind in STORED_EFFECTS}
    orphans = dict.fromkeys((*_stored(given), *_beside(given)))
    waiting = tuple(str(row[1]) for row in _rows(_CASES, given))
    return Audit(counted, tuple(orphans), waiting)


def audit_and_note(*, today: date, now: datetime) -> Audit:
    """The look of every night: what it finds stands in the ledger."""
    found = audit_effects(today=today, now=now)
    if found.orphans:
        lines = [str(one) for one in found.orphans]
        note("effects.orphans", now=now, object=f"day:{today}", reason=lines[0], payload=lines)
    return found


def _stored(given: dict[str, Any]) -> Iterator[Orphan]:
    for kind in STORED_EFFECTS:
        for ground in GroundKind:
            if isinstance(kind.ground_kind, GroundKind) and kind.ground_kind is not ground:
                continue
            query = _query(kind, ground)
            for row in _rows(query, given) if query else ():
                yield Orphan(kind.kind.label, kind.table, row[0], _CAUSES[ground])
        if kind.over_on:
            late = f"SELECT e.id FROM {kind.table} e WHERE {_open(kind)} AND e.{_column(kind, kind.over_on)} <= %(today)s"
            for row in _rows(f"{late} ORDER BY e.id", given):
                yield Orphan(kind.kind.label, kind.table, row[0], "期限已满，没有终止")


_CAUSES = {
    GroundKind.RECORD: "所依据的记录已终止、不在该主体名下或者不存在",
    GroundKind.DECISION: "所依据的决定已终止或者不存在",
    GroundKind.LIST_ENTRY: "所依据的名单列入已终止或者不存在",
}


def _query(kind: StoredEffect, ground: GroundKind) -> str:
    parts = {
        "key": f"e.{_column(kind, kind.ground_key)}",
        "open": f"{_open(kind)} AND e.{_column(kind, kind.ground_key)} IS NOT NULL",
        "subject": "e.subject_id",
        "may_rest": "%(not_over)s" if _lines(kind) > 1 else "%(shielded)s",
        "resting": f"e.{_column(kind, kind.suspended_at)} IS NULL" if kind.suspended_at else "true",
    }
    if not isinstance(kind.ground_kind, GroundKind):
        parts["open"] += f" AND e.{_column(kind, kind.ground_kind)} = '{ground.value}'"
    if ground is GroundKind.LIST_ENTRY:
        entries = next((one for one in STORED_EFFECTS if one.kind is EffectKind.LIST_ENTRY), None)
        if entries is None:
            return f"SELECT e.id FROM {kind.table} e WHERE {parts['open']}"
        parts |= {
            "entries": entries.table,
            "ended": _column(entries, entries.ended_at),
            "suspended": _column(entries, entries.suspended_at) if entries.suspended_at else "ended_at",
        }
    joined = {GroundKind.RECORD: _RECORD, GroundKind.DECISION: _DECISION, GroundKind.LIST_ENTRY: _ENTRY}[
        ground
    ]
    return f"SELECT e.id FROM {kind.table} e {joined.format(**parts)} ORDER BY e.id"


def _lines(kind: StoredEffect) -> int:
    """By how many grounds a row of the table can stand; it rests while one of them does."""
    return sum(one.table == kind.table for one in STORED_EFFECTS)


def _open(kind: StoredEffect) -> str:
    return f"e.{_column(kind, kind.ended_at)} IS NULL"


def _column(kind: StoredEffect, field: str) -> str:
    return str(kind.model._meta.get_field(field).column)  # type: ignore[union-attr]


def _beside(given: dict[str, Any]) -> Iterator[Orphan]:
    """What rests on a record without being an effect on the public, and endings that went unheard."""
    for what, table, still in (
        ("名单相关人员", "store_relation", "e.forgotten_at IS NULL"),
        ("向上级单位的通报", "store_superiorletter", "e.withdrawn_at IS NULL"),
        ("拖欠账款公示", "store_arrearsnotice", "e.ended_at IS NULL"),
    ):
        for row in _rows(f"SELECT e.id FROM {table} e {_ON_RECORD.format(open=still)} ORDER BY e.id", given):
            yield Orphan(what, table, row[0], "所依据的记录已终止")
    for row in _rows(_UNTOLD, given):
        yield Orphan("终止告知", "store_ending", row[0], "一分钟内没有告知接收方")


def _rows(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
