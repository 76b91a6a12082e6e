"""Loads prepared rows into the store, set-wise, inside the caller's transaction.

The order is: stage by COPY, find or make subjects by their codes, set aside rows whose code belongs to another
name (E17) or whose act is known with other content (E08), drop what is known already, insert records and words.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from xinheng.core.ids import subject_kind_of
from xinheng.core.names import normalise_name
from xinheng.intake.handover import ROW_COLUMNS, Party
from xinheng.matching.tokens import search_tokens
from xinheng.services import loading_sql as sql
from xinheng.store.public_ids import new_public_id
from xinheng.store.subjects import Subject

LOADER_LOCK = 7_240_002
"""PostgreSQL advisory lock: one load at a time, so that two files cannot make one subject twice."""
BLOCK = 1024 * 1024
CHUNK = 20_000

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


def load(
    rows: Path, parties: Iterable[list[Party]], *, batch: int, now: datetime, register: Register | None
) -> Loaded:
    """Turn the rows of ``hand_over`` into records of ``batch``; ``register`` for the registrar's files."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADER_LOCK])
        cursor.execute(sql.STAGE)
        _copy_file(cursor, f"COPY staged ({', '.join(ROW_COLUMNS)}) FROM STDIN (FORMAT csv)", rows)
        cursor.execute("ANALYZE staged")
        _stage_parties(cursor, parties)
        _find_subjects(cursor)
        _make_subjects(cursor, batch=batch, now=now)
        conflicts: tuple[tuple[int, str, str], ...] = ()
        if register:
            _rename(cursor, batch=batch, now=now)
        else:
            conflicts = _set_aside(cursor, sql.E17_ROWS)
        cursor.execute(sql.DUPLICATES)
        duplicates = cursor.rowcount
        conflicts += _set_aside(cursor, sql.E08_ROWS)
        cursor.execute(sql.READY, {"now": now})
        cursor.execute(sql.RECORDS, {"batch": batch})
        accepted = cursor.rowcount
        cursor.execute(sql.DETAILS)
        if register:
            _set_master(cursor, register)
        cursor.execute(sql.TOUCH, {"now": now})
        cursor.execute("DROP TABLE staged, party, ready")
    return Loaded(accepted, duplicates, conflicts)


def _copy_file(cursor: CursorWrapper, statement: str, source: Path) -> None:
    with source.open("rb") as rows, cursor.cursor.copy(statement) as copy:
        for block in iter(lambda: rows.read(BLOCK), b""):
            copy.write(block)


def _copy_rows(cursor: CursorWrapper, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _stage_parties(cursor: CursorWrapper, parties: Iterable[list[Party]]) -> None:
    for chunk in parties:
        _copy_rows(
            cursor,
            "COPY party (no, code, other_kind, other_code, name, normalised) FROM STDIN",
            ((*party, normalise_name(party[4] or "")) for party in chunk),
        )
    cursor.execute("ANALYZE party")


def _find_subjects(cursor: CursorWrapper) -> None:
    for statement in (sql.FIND_BY_CODE, sql.FIND_BY_OTHER, sql.FIND_BY_BODY):
        cursor.execute(statement)


def _make_subjects(cursor: CursorWrapper, *, batch: int, now: datetime) -> None:
    cursor.execute(f"CREATE TEMP TABLE unknown_party ON COMMIT DROP AS {sql.UNKNOWN_PARTIES}")
    made = False
    for chunk in _fetched(cursor, "SELECT * FROM unknown_party ORDER BY no LIMIT %s OFFSET %s"):
        _insert_subjects(cursor, chunk, batch=batch, now=now)
        made = True
    cursor.execute("DROP TABLE unknown_party")
    if made:
        _find_subjects(cursor)


def _fetched(cursor: CursorWrapper, query: str) -> Iterator[list[_Unknown]]:
    offset = 0
    while True:
        cursor.execute(query, [CHUNK, offset])
        chunk = cursor.fetchall()
        if not chunk:
            return
        yield chunk
        offset += CHUNK


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
        "COPY store_subjectsearch (subject_id, tokens) FROM STDIN",
        ((new_id, search_tokens(row[4] or "")) for new_id, row in named),
    )
    _copy_rows(
        cursor,
        "COPY store_subjectcode (subject_id, kind, value, batch_id) FROM STDIN",
        ((new_id, row[2], row[3], batch) for new_id, row in zip(ids, chunk, strict=True) if not row[1]),
    )


def _rename(cursor: CursorWrapper, *, batch: int, now: datetime) -> None:
    cursor.execute(sql.RENAMED, {"batch": batch, "now": now})
    refresh_search([row[0] for row in cursor.fetchall()])


def _set_master(cursor: CursorWrapper, register: Register) -> None:
    cursor.execute(sql.INDUSTRIES)
    words = [(row[0], register.sector_of(row[0])) for row in cursor.fetchall()]
    cursor.execute(sql.INDUSTRY)
    _copy_rows(cursor, "COPY industry (word, sector) FROM STDIN", words)
    cursor.execute(sql.MASTER)
    cursor.execute("DROP TABLE industry")


def refresh_search(subjects: list[int]) -> None:
    """Rebuild the search tokens of subjects from all names they bear or bore."""
    for subject in Subject.objects.filter(pk__in=subjects).prefetch_related("names"):
        tokens = {token for name in subject.names.all() for token in search_tokens(name.name)}
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO store_subjectsearch (subject_id, tokens) VALUES (%s, %s)"
                " ON CONFLICT (subject_id) DO UPDATE SET tokens = excluded.tokens",
                [subject.pk, sorted(tokens)],
            )


def _set_aside(cursor: CursorWrapper, statement: str) -> tuple[tuple[int, str, str], ...]:
    cursor.execute(statement)
    return tuple(cursor.fetchall())


def load_single(row: dict[str, Any], *, batch: int, now: datetime) -> bool:
    """Load one normalised row that a person adopted; False when it is known already or still in conflict."""
    values = [row.get(name) if name != "party" else 1 for name in ROW_COLUMNS]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "row.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerow("" if value is None else value for value in values)
        parties: list[Party] = [(1, row["code"], row["other_kind"], row["other_code"], row["name"])]
        return load(path, [parties], batch=batch, now=now, register=None).accepted == 1
