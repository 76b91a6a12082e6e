"""Files records under the subject that the merges in force make theirs, as new versions of the same records.

A record that moves is closed under the one subject by a version of an instant that says why, and goes on under the
other; so whatever reads the file of either sees it change as by any other deed. Where a record came from is the
subject of its first version. An act that came under two codes stands once (《河南省社会信用条例》第四十一条).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from xinheng.core.grounds import EffectKind, EndCause, Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.subject_merge import Filed, Merges, MergeState, filed_under, twins
from xinheng.services.effects import end_effects
from xinheng.services.effects_of_records import follow_record
from xinheng.store.accounts import User
from xinheng.store.effect_kinds import STORED_EFFECTS
from xinheng.store.identities import SubjectMerge
from xinheng.store.listings import ListEntry
from xinheng.store.records import Record, RecordDetail, RecordNote, open_versions
from xinheng.store.subjects import Subject

MOVED, TWIN, RESTORED = "refile", "twin", "untwin"
"""Deeds of versions that a merge or split makes."""
INSTANT = timedelta(microseconds=1)

_COLUMNS = (
    "record_key, batch_id, amount_fen, row_no, headcount, decided_on, valid_from, valid_to, item, seriousness,"
    " finality, state, natural_hash, content_hash, result"
)
_OF = ", ".join(f"r.{name.strip()}" for name in _COLUMNS.split(","))
_OPEN = """
SELECT r.id, coalesce(o.subject_id, r.subject_id), r.subject_id FROM store_record r
LEFT JOIN store_record o ON o.id = r.record_key AND o.record_key = r.record_key
WHERE r.subject_id = ANY(%s) AND r.known_until IS NULL
"""
_MOVING = """
CREATE TEMP TABLE moving ON COMMIT DROP AS
SELECT w.id, r.record_key, w.target, r.subject_id AS away, nextval('store_record_id_seq') AS last_id,
       nextval('store_record_id_seq') AS next_id
FROM unnest(%s::bigint[], %s::bigint[]) AS w (id, target) JOIN store_record r ON r.id = w.id
"""
_CLOSE = "UPDATE store_record r SET known_until = %(at)s FROM moving m WHERE r.id = m.id"
_LEAVE = f"""
INSERT INTO store_record (id, subject_id, known_at, known_until, {_COLUMNS})
SELECT m.last_id, m.away, %(at)s, %(then)s, {_OF} FROM moving m JOIN store_record r ON r.id = m.id
"""
_ARRIVE = f"""
INSERT INTO store_record (id, subject_id, known_at, {_COLUMNS})
SELECT m.next_id, m.target, %(then)s, {_OF} FROM moving m JOIN store_record r ON r.id = m.id
"""
_WORDS = """
INSERT INTO store_recorddetail (record_id, document_no, authority, authority_code, title, fields)
SELECT n.id, d.document_no, d.authority, d.authority_code, d.title, d.fields
FROM moving m CROSS JOIN LATERAL (VALUES (m.last_id), (m.next_id)) n (id)
JOIN store_recorddetail d ON d.record_id = m.id
"""
_WHY = """
INSERT INTO store_recordnote (record_id, deed, reason, ground, actor_id)
SELECT n.id, %(deed)s, %(reason)s, %(ground)s, %(actor)s
FROM moving m CROSS JOIN LATERAL (VALUES (m.last_id), (m.next_id)) n (id)
"""
_SHOWN = """
UPDATE store_publication p SET subject_id = m.target,
       ground_id = CASE WHEN p.stopped_at IS NULL THEN m.next_id ELSE p.ground_id END
FROM moving m WHERE p.record_key = m.record_key
"""
_BESIDE = tuple(
    f"UPDATE {table} t SET subject_id = m.target FROM moving m WHERE t.record_key = m.record_key"
    for table in ("store_relation", "store_conflict", "store_deletionproposal")
)
"""Persons named by a listing, what departments disagree on, and proposals of deletion go with the record."""
_OF_ENTRIES = """
UPDATE {table} t SET subject_id = e.subject_id FROM {entries} e
WHERE t.ended_at IS NULL AND t.{kind} = 'list_entry' AND t.{key} = e.id AND t.subject_id <> e.subject_id
  AND e.subject_id IN (SELECT target FROM moving)
"""
_CAME = """
SELECT DISTINCT coalesce(s.merged_into_id, s.id) FROM store_record r JOIN store_subject s ON s.id = r.subject_id
WHERE r.batch_id = %s AND r.known_until IS NULL
  AND (s.merged_into_id IS NOT NULL OR EXISTS (SELECT FROM store_subject m WHERE m.merged_into_id = s.id))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Reason and ground of a move, and who decided it; None where a delivery follows a merge."""

    reason: str
    ground: str
    actor: User | None


def merges_in_force() -> Merges:
    states = [state.value for state in MergeState if state.in_force]
    return Merges(
        dict(SubjectMerge.objects.filter(state__in=states).values_list("absorbed_id", "survivor_id"))
    )


def refile(subjects: Iterable[int], *, merges: Merges, why: Why, policy: Policy, now: datetime) -> int:
    """File the records of ``subjects`` where they belong; returns how many moved. Inside the caller's transaction and
    lock of loading; the files of all subjects concerned are stale from then on."""
    group = _locked(subjects)
    _refuse_one_list_twice(group, merges)
    moment = _moment(group, now=now)
    moment = _restore_twins(group, why, policy, moment=moment)
    count, moment = _move(group, merges, why, moment=moment)
    for root in sorted({merges.root(subject) for subject in group}):
        moment = _shield_twins(root, why, moment=moment)
    Subject.objects.filter(pk__in=group).update(version=F("version") + 1, last_known_at=moment)
    return count


def follow_load(batch: int, *, now: datetime) -> int:
    """File what came under a merged subject where the merge puts it; returns how many records moved."""
    if not Subject.objects.filter(merged_into__isnull=False).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [batch])
        roots = [row[0] for row in cursor.fetchall()]
    if not roots:
        return 0
    merges = merges_in_force()
    group = _locked({one for root in roots for one in merges.members(root)})
    why = Why(reason="主体已合并，随合并归档", ground="主体合并", actor=None)
    count, moment = _move(group, merges, why, moment=_moment(group, now=now))
    for root in sorted(roots):
        moment = _shield_twins(root, why, moment=moment)
    Subject.objects.filter(pk__in=group).update(version=F("version") + 1, last_known_at=moment)
    return count


def _refuse_one_list_twice(group: list[int], merges: Merges) -> None:
    """Refusal ID17 where both stand on the same list: one subject stands on a list once."""
    rows = ListEntry.objects.filter(subject__in=group, ended_at__isnull=True)
    met: set[tuple[int, str]] = set()
    for subject, list_key in rows.order_by("pk").values_list("subject_id", "list_key"):
        place = (merges.root(subject), list_key)
        if place in met:
            raise Refusal(
                "ID17",
                "两个主体都列在同一名单上，合并后会重复。",
                advice="请先核对并终止其中一项列入，再办理合并。",
            )
        met.add(place)


def _locked(subjects: Iterable[int]) -> list[int]:
    rows = Subject.objects.select_for_update().filter(pk__in=set(subjects)).order_by("pk")
    return [subject.pk for subject in rows]


def _moment(group: list[int], *, now: datetime) -> datetime:
    """After everything that is known of the group."""
    known = Subject.objects.filter(pk__in=group).values_list("last_known_at", flat=True)
    return max([now, *(moment + INSTANT for moment in known)])


def _move(group: list[int], merges: Merges, why: Why, *, moment: datetime) -> tuple[int, datetime]:
    """How many records moved, and the next free moment."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [group])
        wanted = [
            (record, filed_under(origin, merges))
            for record, origin, held in cursor.fetchall()
            if filed_under(origin, merges) != held
        ]
        if not wanted:
            return 0, moment
        cursor.execute(_MOVING, [[record for record, _ in wanted], [into for _, into in wanted]])
        _carry_out(cursor, why, at=moment, then=moment + INSTANT)
        cursor.execute("DROP TABLE moving")
    return len(wanted), moment + 2 * INSTANT


def _carry_out(cursor: CursorWrapper, why: Why, *, at: datetime, then: datetime) -> None:
    actor = why.actor.pk if why.actor else None
    said = {"deed": MOVED, "reason": why.reason[:500], "ground": why.ground[:200], "actor": actor}
    for statement in (_CLOSE, _LEAVE, _ARRIVE):
        given = {"at": at, "then": then}
        cursor.execute(statement, {name: given[name] for name in given if f"%({name})s" in statement})
    cursor.execute(_WORDS)
    cursor.execute(_WHY, said)
    for statement in (_SHOWN, *_BESIDE, *_resting()):
        cursor.execute(statement)


def _resting() -> Iterator[str]:
    """Entries and measures lie on whom their ground is filed under; what has ended stays as it ended."""
    kinds = [kind for kind in STORED_EFFECTS if kind.kind is not EffectKind.PUBLICATION]
    for kind in kinds:
        of_record = (
            "" if isinstance(kind.ground_kind, GroundKind) else f" AND t.{kind.ground_kind} = 'record'"
        )
        yield (
            f"UPDATE {kind.table} t SET subject_id = m.target FROM moving m"
            f" WHERE t.{kind.ended_at} IS NULL AND t.{kind.ground_key} = m.record_key{of_record}"
        )
    entries = next((kind.table for kind in kinds if kind.kind is EffectKind.LIST_ENTRY), None)
    for kind in kinds:
        if entries is not None and kind.kind is not EffectKind.LIST_ENTRY:
            yield _OF_ENTRIES.format(
                table=kind.table, entries=entries, kind=kind.ground_kind, key=kind.ground_key
            )


def _shield_twins(root: int, why: Why, *, moment: datetime) -> datetime:
    """Let an act that came under two codes count once; the later telling rests."""
    standing = open_versions().filter(subject=root, state__in=[int(state) for state in STANDING])
    records = {record.record_key: record for record in standing}
    origins = dict(Record.objects.filter(pk__in=records).values_list("pk", "subject_id"))
    found = twins(_filed(record, origins.get(key, root)) for key, record in records.items())
    for key, first in sorted(found.items()):
        said = f"与记录 {first} 为同一行为，在两个代码下重复报送"
        note = Why(reason=said, ground=why.ground, actor=why.actor)
        shielded = _supersede(records[key], RecordState.SHIELDED, TWIN, note, moment=moment)
        ground = Ground(GroundKind.RECORD, shielded.record_key)
        end_effects(ground, EndCause.SHIELDED, subject=root, now=moment, why="shield", bumped=(root,))
        moment += INSTANT
    return moment


def _filed(record: Record, origin: int) -> Filed:
    detail = record.detail
    act = (str(record.item), detail.document_no, detail.authority, str(record.decided_on or ""))
    said = (record.result, record.amount_fen, record.valid_from, record.valid_to, detail.title)
    return Filed(record.record_key, origin, act, tuple(map(str, said)))


def _restore_twins(group: list[int], why: Why, policy: Policy, *, moment: datetime) -> datetime:
    resting = open_versions().filter(subject__in=group, note__deed=TWIN)
    for record in resting.order_by("pk"):
        before = Record.objects.get(
            record_key=record.record_key, subject=record.subject_id, known_until=record.known_at
        )
        restored = _supersede(record, RecordState(before.state), RESTORED, why, moment=moment)
        follow_record(restored, deed="restore", policy=policy, moment=moment, bumped=group)
        moment += INSTANT
    return moment


def _supersede(record: Record, state: RecordState, deed: str, why: Why, *, moment: datetime) -> Record:
    Record.objects.filter(pk=record.pk).update(known_until=moment)
    following = Record.objects.create(**{**_columns(record), "state": state, "known_at": moment})
    RecordDetail.objects.create(**{**_columns(record.detail), "record_id": following.pk})
    RecordNote.objects.create(
        record=following, deed=deed, reason=why.reason[:500], ground=why.ground[:200], actor=why.actor
    )
    return following


def _columns(row: Record | RecordDetail) -> dict[str, object]:
    names = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in names if name not in {"id", "known_until"}}
