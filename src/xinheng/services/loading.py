"""Loads prepared rows into the store, set-wise, inside the caller's transaction.

The order is: find or make subjects by their codes, set aside rows whose code belongs to another name (E17) or whose
act is known with other content (E08), drop what is known already, then copy records and words straight into place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from xinheng.core.consent import NO_CONSENT
from xinheng.core.government import NOT_A_BODY
from xinheng.core.ids import subject_kind_of
from xinheng.core.names import normalise_name
from xinheng.intake.handover import (
    DETAIL_CELLS,
    MARK_CELLS,
    RECORD_CELLS,
    Parcel,
    hand_over,
    write_row,
)
from xinheng.matching.tokens import CUT, search_tokens
from xinheng.services import loading_sql as sql
from xinheng.services.consents import ANYBODY, Admission, admission_of_batch
from xinheng.services.refiling import follow_load
from xinheng.services.registration import enter_register
from xinheng.services.scores import ask_for_refresh
from xinheng.services.time import day_of
from xinheng.store import locks
from xinheng.store.models import SubjectSearch
from xinheng.store.public_ids import new_public_id

CHUNK = 20_000
CUT_AT_ONCE = 500
CUT_PATIENCE = 60
"""Seconds; a load that takes longer leaves the rest to the next night."""
LARGE = 1_000
"""From so many rows on a load is followed by statistics of what it filled."""

_Unknown = tuple[int, str | None, str | None, str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the staged rows; ``conflicts`` are (row, code, message) set aside for a person."""

    accepted: int
    duplicates: int
    conflicts: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Register:
    """What only the registrar's own files may do: rename subjects and set master data. ``sector_of`` an industry."""

    sector_of: Callable[[str], str | None]


def take_loader_lock(*, patience: int | None = None) -> None:
    """Wait until no other load runs; held until the transaction ends, taking it again is free. ``patience`` in seconds
    takes the place of the usual limits, for this transaction."""
    with connection.cursor() as cursor:
        if patience is not None:
            cursor.execute(
                f"SET LOCAL lock_timeout = '{patience}s'; SET LOCAL statement_timeout = '{patience}s'"
            )
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.LOADER])


def load(
    parcel: Parcel, *, batch: int, now: datetime, register: Register | None, admission: Admission = ANYBODY
) -> Loaded:
    """Turn the rows of ``parcel`` into records of ``batch``; ``register`` for the registrar's files, ``admission`` says whose
    rows enter (E20, E21)."""
    take_loader_lock()
    with connection.cursor() as cursor:
        cursor.execute(sql.SETTINGS)
        cursor.execute(sql.STAGE)
        _stage(cursor, parcel)
        left = admission == ANYBODY or _set_aside(cursor, admission, now=now)
        _settle_subjects(cursor, batch=batch, now=now)
        if register:
            _rename(cursor, batch=batch, now=now)
        else:
            cursor.execute(sql.HELD_NAMES)
            cursor.execute(sql.E17_ROWS)
        cursor.execute(sql.KNOWN_ROWS)
        cursor.execute(sql.CODE_OF_ANOTHER_TIME)
        cursor.execute("ANALYZE left_out")
        cursor.execute(sql.TOUCH, {"now": now})
        accepted = _insert(cursor, parcel, batch=batch, now=now, register=register) if left else 0
        if accepted:
            take_statistics(cursor, accepted)
            follow_load(batch, now=now)
        cursor.execute(sql.DUPLICATES)
        duplicates: int = cursor.fetchone()[0]
        cursor.execute(sql.CONFLICTS)
        conflicts = tuple(cursor.fetchall())
        cursor.execute(sql.UNSTAGE)
    if accepted:
        ask_for_refresh()
    return Loaded(accepted, duplicates, conflicts)


@transaction.atomic
def foresee(parcel: Parcel, *, register: bool, now: datetime, admission: Admission = ANYBODY) -> Loaded:
    """What ``load`` would do with the rows as things stand; nothing is kept and nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SETTINGS)
        cursor.execute(sql.FORESEEING)
        cursor.execute(sql.STAGE)
        _stage(cursor, parcel)
        if admission != ANYBODY:
            _set_aside(cursor, admission, now=now)
        _find_subjects(cursor)
        if not register:
            cursor.execute(sql.HELD_NAMES)
            cursor.execute(sql.E17_ROWS)
        cursor.execute(sql.KNOWN_ROWS)
        cursor.execute(sql.CODE_OF_ANOTHER_TIME)
        cursor.execute(sql.DUPLICATES)
        known: int = cursor.fetchone()[0]
        cursor.execute(sql.CONFLICTS)
        conflicts = tuple(cursor.fetchall())
        cursor.execute(sql.LEFT)
        accepted: int = cursor.fetchone()[0]
        cursor.execute(sql.UNSTAGE)
    return Loaded(accepted, known, conflicts)


def take_statistics(cursor: CursorWrapper, came: int) -> None:
    """So that the statements after a large load know what it filled; tables that were much larger before are left to the
    server, and so is a small load."""
    if came >= LARGE:
        cursor.execute("SELECT store_take_statistics(%s)", [came])


def _stage(cursor: CursorWrapper, parcel: Parcel) -> None:
    for chunk in parcel.parties():
        _copy_rows(
            cursor,
            "COPY party (no, code, other_kind, other_code, name, normalised) FROM STDIN",
            ((*party, normalise_name(party[4] or "")) for party in chunk),
        )
    _copy_blocks(cursor, "staged", MARK_CELLS, parcel.marks())
    cursor.execute("ANALYZE party, staged")


def _set_aside(cursor: CursorWrapper, admission: Admission, *, now: datetime) -> bool:
    """Leave out the rows of whoever has not agreed that the feed brings them, or is no body that the feed may tell of;
    whether any row is left."""
    _find_subjects(cursor)
    if admission.consent:
        cursor.execute(
            sql.NO_CONSENT_ROWS, {"feed": admission.consent, "day": day_of(now), "message": NO_CONSENT}
        )
    if admission.bodies:
        cursor.execute(sql.NOT_A_BODY_ROWS, {"message": NOT_A_BODY})
    cursor.execute("SELECT EXISTS (SELECT FROM staged)")
    left: bool = cursor.fetchone()[0]
    return left


def _copy_rows(cursor: CursorWrapper, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_blocks(
    cursor: CursorWrapper, table: str, columns: Iterable[str], blocks: Iterator[memoryview]
) -> int:
    """Copy what a parcel streams; returns how many rows came."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with cursor.cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)
    return int(cursor.cursor.rowcount)


def _copy_out(cursor: CursorWrapper, statement: str, target: Path, **parameters: datetime) -> None:
    with target.open("wb") as out, cursor.cursor.copy(statement, parameters) as copy:
        for block in copy:
            out.write(block)


def _settle_subjects(cursor: CursorWrapper, *, batch: int, now: datetime) -> None:
    """Give every party its subject; make those that nobody named before."""
    _find_subjects(cursor)
    cursor.execute(sql.FOUND)
    cursor.execute(sql.UNKNOWN_PARTIES)
    if cursor.rowcount:
        cursor.execute("ALTER TABLE unknown_party ADD PRIMARY KEY (no)")
        for chunk in _fetched(cursor):
            _insert_subjects(cursor, chunk, batch=batch, now=now)
        _find_subjects(cursor)
    cursor.execute("DROP TABLE unknown_party")


def _find_subjects(cursor: CursorWrapper) -> None:
    for statement in (sql.FIND_BY_CODE, sql.FIND_BY_OTHER, sql.FIND_BY_BODY):
        cursor.execute(statement)


def _fetched(cursor: CursorWrapper) -> Iterator[list[_Unknown]]:
    last = -1
    while True:
        cursor.execute("SELECT * FROM unknown_party WHERE no > %s ORDER BY no LIMIT %s", [last, CHUNK])
        chunk = cursor.fetchall()
        if not chunk:
            return
        yield chunk
        last = chunk[-1][0]


def _insert_subjects(cursor: CursorWrapper, chunk: list[_Unknown], *, batch: int, now: datetime) -> None:
    cursor.execute("SELECT nextval('store_subject_id_seq') FROM generate_series(1, %s)", [len(chunk)])
    ids = [row[0] for row in cursor.fetchall()]
    _copy_rows(
        cursor,
        "COPY store_subject (id, public_id, code, name, kind, status, division_code, registrar, address, sector,"
        " state_body, state_owned, version, last_known_at) FROM STDIN",
        (
            (
                new_id,
                new_public_id(),
                code,
                name or "",
                subject_kind_of(code) if code else "other",
                "unknown",
                *("", "", "", ""),
                bool(code and code.startswith(("11", "12"))),
                False,
                1,
                now,
            )
            for new_id, (_, code, _kind, _other, name, _normalised) in zip(ids, chunk, strict=True)
        ),
    )
    named = [(new_id, row) for new_id, row in zip(ids, chunk, strict=True) if row[4]]
    _copy_rows(
        cursor,
        "COPY store_subjectname (subject_id, name, normalised, batch_id, known_at) FROM STDIN",
        ((new_id, row[4], row[5], batch, now) for new_id, row in named),
    )
    _copy_rows(
        cursor,
        "COPY store_subjectsearch (subject_id, tokens, cut) FROM STDIN",
        ((new_id, search_tokens(row[4] or ""), CUT) for new_id, row in named),
    )
    _copy_rows(
        cursor,
        "COPY store_subjectcode (subject_id, kind, value, batch_id) FROM STDIN",
        ((new_id, row[2], row[3], batch) for new_id, row in zip(ids, chunk, strict=True) if not row[1]),
    )


def _rename(cursor: CursorWrapper, *, batch: int, now: datetime) -> None:
    cursor.execute(sql.RENAMED, {"batch": batch, "now": now})
    refresh_search([row[0] for row in cursor.fetchall()])


def refresh_search(subjects: list[int]) -> None:
    """Rebuild the search tokens of subjects from all names they bear or bore."""
    with connection.cursor() as cursor:
        for start in range(0, len(subjects), CHUNK):
            cursor.execute(sql.NAMES, [subjects[start : start + CHUNK]])
            tokens = [
                (subject, list(dict.fromkeys(token for name in names for token in search_tokens(name))))
                for subject, names in cursor.fetchall()
            ]
            cursor.execute(sql.TOKENS)
            _copy_rows(cursor, "COPY found_token (subject_id, tokens) FROM STDIN", tokens)
            cursor.execute(sql.REFRESH, [CUT])
            cursor.execute("DROP TABLE found_token")


def cut_names_again() -> int:
    """Cut the names of rows that were cut in another way than today; returns how many. Some at a time, each for itself: no load
    gives a name meanwhile, and none waits for long."""
    others = SubjectSearch.objects.filter(subject__merged_into=None).exclude(cut=CUT).order_by("pk")
    count = last = 0
    while rows := list(others.filter(pk__gt=last).values_list("pk", flat=True)[:CUT_AT_ONCE]):
        with transaction.atomic():
            take_loader_lock(patience=CUT_PATIENCE)
            refresh_search(rows)
        count, last = count + len(rows), rows[-1]
    return count


def _insert(
    cursor: CursorWrapper, parcel: Parcel, *, batch: int, now: datetime, register: Register | None
) -> int:
    """Copy the rows that are not left out; returns how many."""
    low, high = parcel.span()
    if high < low:
        return 0
    first, last = _reserve(cursor, high - low + 1)
    placed, left_out = parcel.work / "placed.csv", parcel.work / "left_out.csv"
    _copy_out(cursor, sql.PLACED, placed, now=now)
    _copy_out(cursor, sql.LEFT_OUT, left_out)
    parcel.place(placed, left_out)
    offset = first - low
    accepted = _copy_blocks(cursor, "store_record", RECORD_CELLS, parcel.records(first=offset, batch=batch))
    _copy_blocks(cursor, "store_recorddetail", DETAIL_CELLS, parcel.details(first=offset))
    if register and accepted:
        _set_master(cursor, register, {"first": first, "last": last})
        refresh_search(enter_register(cursor, first=first, last=last, batch=batch, now=now))
    return accepted


def _reserve(cursor: CursorWrapper, count: int) -> tuple[int, int]:
    """The first and last of ``count`` record numbers in one run; tried again where another took one between."""
    while True:
        cursor.execute(sql.IDS, [count])
        first, last = cursor.fetchone()
        if last - first + 1 == count:
            return first, last


def _set_master(cursor: CursorWrapper, register: Register, ids: dict[str, int]) -> None:
    cursor.execute(sql.INDUSTRIES, ids)
    words = [(row[0], register.sector_of(row[0])) for row in cursor.fetchall()]
    cursor.execute(sql.INDUSTRY)
    _copy_rows(cursor, "COPY industry (word, sector) FROM STDIN", words)
    cursor.execute(sql.MASTER, ids)
    cursor.execute("DROP TABLE industry")


def load_single(row: Mapping[str, Any], *, batch: int, now: datetime) -> bool:
    """Load one normalised row that a person adopted; False when it is known already or still in conflict."""
    admission = admission_of_batch(batch, now=now)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "row.parquet"
        write_row(row, path)
        with hand_over(path, Path(folder)) as parcel:
            return load(parcel, batch=batch, now=now, register=None, admission=admission).accepted == 1
