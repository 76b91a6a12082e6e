"""Ends every stored effect that rests on a ground, in the transaction in which the ground ends, and has everyone told.

One verb for all procedures: the table of core.grounds says what a cause does, ``store.effect_kinds`` which tables hold
effects. Versions of the subjects rise once, which makes pages, scores, search and feeds stale at once; who received
something is told by number alone through the outbox (《河南省社会信用条例》第四十一、四十二条; legal guards G3, G9).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import F

from xinheng.core.grounds import (
    Closing,
    Effect,
    EffectKind,
    EndCause,
    Ground,
    GroundKind,
    ends_effects,
)
from xinheng.services.scores import ask_for_refresh
from xinheng.store.effect_kinds import STORED_EFFECTS, StoredEffect
from xinheng.store.endings import Ending
from xinheng.store.outbox import enqueue
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

SPREAD = "tell_receivers"
"""The job of interfaces.jobs that tells everyone who received what has ended."""


def end_effects(
    ground: Ground,
    cause: EndCause,
    *,
    subject: int,
    now: datetime,
    why: str = "",
    bumped: Collection[int] = (),
    records: Collection[int] = (),
) -> Closing:
    """End or suspend all that rests on ``ground`` of ``subject``, and what rests on that, in the caller's transaction.

    ``why``: the deed in a word, kept with each effect. ``bumped``: subjects whose version the caller raises itself.
    ``records``: keys of records concerned beside those of the ground and of the publications that end. What only moves
    is left to the caller (``Closing.moved``). An effect that ended meanwhile stays as it ended.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("effects end inside the transaction that ends their ground")
    closing = ends_effects(ground, cause, subject=subject, effects=_gathered(ground))
    _lock(closing.subjects - set(bumped))
    word = (why or cause.value)[:40]
    for kind, ids in _by_table(closing.ended):
        _end(kind, ids, cause=cause, why=word, now=now)
    for kind, ids in _by_table(closing.suspended):
        _suspend(kind, ids, cause=cause, why=word, now=now)
    _raise_versions(closing.subjects - set(bumped))
    touched = (*closing.ended, *closing.suspended, *closing.moved)
    write_ending(
        cause,
        now=now,
        ground=ground,
        subjects=closing.subjects,
        records={*records, *_records_of(ground, touched)},
        effects=Counter(effect.kind.value for effect in (*closing.ended, *closing.suspended)),
    )
    return closing


def write_ending(
    cause: EndCause,
    *,
    now: datetime,
    ground: Ground | None,
    subjects: Iterable[int],
    records: Iterable[int],
    effects: Mapping[str, int],
) -> Ending:
    """Write down what ended, and queue that its receivers are told and its subjects graded anew."""
    written = Ending.objects.create(
        ground_kind=ground.kind.value if ground else "",
        ground_key=ground.reference if ground else None,
        cause=cause.value,
        at=now,
        subjects=sorted(set(subjects)),
        records=sorted(set(records)),
        effects=dict(effects),
    )
    ask_for_refresh()
    enqueue(SPREAD, once=SPREAD)
    return written


def revive_effects(ground: Ground, *, subject: int, bumped: Collection[int] = ()) -> int:
    """Let what only rested go on, now that its ground stands again; returns how many effects live again.

    What ended for good stays ended; a publication is made anew by its own rule (services.publication).
    """
    effects = [effect for effect in _gathered(ground) if effect.kind is not EffectKind.PUBLICATION]
    subjects = {subject, *(effect.subject for effect in effects)} - set(bumped)
    _lock(subjects)
    count = 0
    for kind, ids in sorted(_by_table(effects), key=lambda one: one[0].kind is not EffectKind.LIST_ENTRY):
        if kind.suspended_at:
            resting = {f"{kind.suspended_at}__isnull": False}
            may = set(ids) - _still_resting(kind, ids)
            count += kind.standing().filter(pk__in=may, **resting).update(**{kind.suspended_at: None})
    _raise_versions(subjects)
    return count


def _still_resting(kind: StoredEffect, ids: list[int]) -> set[int]:
    """Those of which another ground does not stand: a record that is lifted, an entry that rests itself."""
    effects = [effect for one in STORED_EFFECTS if one.table == kind.table for effect in one.themselves(ids)]
    keys = {effect.ground.reference for effect in effects if effect.ground.kind is GroundKind.RECORD}
    rows = Record.objects.filter(record_key__in=keys, known_until__isnull=True)
    alive = {row.record_key for row in rows if row.alive}
    entries = next((one for one in STORED_EFFECTS if one.kind is EffectKind.LIST_ENTRY), None)
    listed = {effect.ground.reference for effect in effects if _is_entry(effect.ground)}
    if entries is not None and entries.suspended_at and listed:
        standing = entries.standing().filter(pk__in=listed, **{f"{entries.suspended_at}__isnull": True})
        listed -= set(standing.values_list("pk", flat=True))
    return {
        effect.id
        for effect in effects
        if (effect.ground.kind is GroundKind.RECORD and effect.ground.reference not in alive)
        or (_is_entry(effect.ground) and effect.ground.reference in listed)
    }


def _gathered(ground: Ground) -> list[Effect]:
    """What has not ended of what rests on the ground, directly or through a list entry, and the entry itself."""
    found: dict[tuple[EffectKind, int], Effect] = {}
    entries = [kind for kind in STORED_EFFECTS if kind.kind is EffectKind.LIST_ENTRY]
    level = (
        [one for kind in entries for one in kind.themselves([ground.reference])] if _is_entry(ground) else []
    )
    level += _resting(ground.kind, [ground.reference])
    while level:
        fresh = [effect for effect in level if (effect.kind, effect.id) not in found]
        found |= {(effect.kind, effect.id): effect for effect in fresh}
        listed = [effect.id for effect in fresh if effect.kind is EffectKind.LIST_ENTRY]
        level = _resting(GroundKind.LIST_ENTRY, listed) if listed else []
    return list(found.values())


def _is_entry(ground: Ground) -> bool:
    return ground.kind is GroundKind.LIST_ENTRY


def _resting(kind: GroundKind, references: list[int]) -> list[Effect]:
    return [effect for each in STORED_EFFECTS for effect in each.resting_on(kind, references)]


def _by_table(effects: Iterable[Effect]) -> list[tuple[StoredEffect, list[int]]]:
    ids: dict[EffectKind, list[int]] = {}
    for effect in effects:
        ids.setdefault(effect.kind, []).append(effect.id)
    tables = {kind.table: kind for kind in reversed(STORED_EFFECTS)}
    return [(kind, ids[kind.kind]) for kind in tables.values() if kind.kind in ids]


def _end(kind: StoredEffect, ids: list[int], *, cause: EndCause, why: str, now: datetime) -> None:
    values: dict[str, object] = {kind.ended_at: now}
    if kind.ended_why:
        values[kind.ended_why] = why
    if kind.end_cause:
        values[kind.end_cause] = cause.value
    kind.standing().filter(pk__in=ids).update(**values)
    if kind.job:
        enqueue(kind.job, ended=sorted(ids))


def _suspend(kind: StoredEffect, ids: list[int], *, cause: EndCause, why: str, now: datetime) -> None:
    if not kind.suspended_at:
        _end(kind, ids, cause=cause, why=why, now=now)
        return
    column = kind.suspended_at
    kind.standing().filter(pk__in=ids, **{f"{column}__isnull": True}).update(**{column: now})
    if kind.job:
        enqueue(kind.job, ended=sorted(ids))


def _records_of(ground: Ground, effects: Iterable[Effect]) -> set[int]:
    """Keys of the records that these effects showed or rested on."""
    grounds = {ground, *(effect.ground for effect in effects)}
    return {one.reference for one in grounds if one.kind is GroundKind.RECORD}


def _lock(subjects: Collection[int]) -> None:
    """In ascending order, as every verb that locks more than one."""
    if subjects:
        list(Subject.objects.select_for_update().filter(pk__in=subjects).order_by("pk").values_list("pk"))


def _raise_versions(subjects: Collection[int]) -> None:
    if subjects:
        Subject.objects.filter(pk__in=subjects).update(version=F("version") + 1)
