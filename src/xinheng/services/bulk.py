"""Loads a made-up city into an empty database past intake, for benches and trials of size.

Tables are copied while no index, key or foreign key watches them; all of these are built last and checked over
everything. One transaction of the database's owner: the city is there complete, or nothing is.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import duckdb
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from xinheng.core.canonical import digest_of
from xinheng.core.feeds import ITEMS
from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.intake.handover import DETAIL_CELLS, RECORD_CELLS, lines
from xinheng.matching.tokens import CUT, search_tokens
from xinheng.sample.city import SampleCity
from xinheng.sample.histories import SHAPES
from xinheng.sample.tables import SUBJECT_COLUMNS, write_tables
from xinheng.services.ledger import note
from xinheng.services.loading import take_loader_lock
from xinheng.store.batches import Batch, BatchState
from xinheng.store.organisations import Organisation
from xinheng.store.public_ids import new_public_id

TABLES = (
    "store_subject",
    "store_subjectname",
    "store_subjectsearch",
    "store_record",
    "store_recorddetail",
)
CHUNK = 20_000
SEARCH_ORDER = "subject_search_place"
"""The index in whose order the search table lies, so that a walk along it reads neighbours; the first that is built there."""
AHEAD = 2
"""Slices of the city that may wait on disk while an earlier one is copied."""

_AS_OWNER = """
SET LOCAL ROLE NONE;
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL work_mem = '128MB'
"""
_OWNED = "SELECT bool_and(pg_has_role(current_user, relowner, 'USAGE')) FROM pg_class WHERE oid = ANY(%s::text[]::regclass[])"
_CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype = 'f'
FROM pg_constraint
WHERE (conrelid = ANY(%(tables)s::text[]::regclass[]) AND contype IN ('p', 'u', 'f'))
   OR (confrelid = ANY(%(tables)s::text[]::regclass[]) AND contype = 'f')
ORDER BY contype = 'f', conrelid::regclass::text, conname
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = ANY(%(tables)s::text[]::regclass[]) AND NOT EXISTS (
    SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u'))
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """How much of the city the database holds now."""

    subjects: int
    records: int


@dataclass(frozen=True, slots=True)
class _Slice:
    """A file of records; ``first`` is the id of its first row."""

    path: Path
    first: int


def load_city(
    made: SampleCity,
    *,
    policy: Policy,
    organisation: Organisation,
    now: datetime,
    work: Path,
    heard: Callable[[str, int], None] | None = None,
) -> Copied:
    """Copy ``made`` into the database, one batch of ``organisation`` a kind of record, while it is still being made.

    ``work`` takes a few slices at a time. Raises Refusal where the database holds subjects or belongs to another
    account.
    """
    heard = heard or (lambda _step, _count: None)
    with TemporaryDirectory(dir=work) as folder, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AS_OWNER)
        take_loader_lock()
        _refuse_unless_empty(cursor)
        batches = _open_batches(made, policy=policy, organisation=organisation, now=now)
        with _unwatched(cursor, heard), closing(_written(made, Path(folder))) as slices:
            copied = _copy_all(cursor, slices, Path(folder), batches=batches, now=now, heard=heard)
        _close_batches(cursor, batches, now=now)
    return copied


def _refuse_unless_empty(cursor: CursorWrapper) -> None:
    for table in TABLES:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
        if cursor.fetchone()[0]:
            raise Refusal(
                "SMP04",
                "数据库里已有主体，批量装入只用于空数据库，没有写入任何内容。",
                advice="请用 XINHENG_HOME 或 XINHENG_DATABASE_URL 指向一个空数据库后重试。",
            )
    cursor.execute(_OWNED, [list(TABLES)])
    if not cursor.fetchone()[0]:
        raise Refusal(
            "SMP05",
            "当前数据库账号不是各表的所有者，不能批量装入。",
            advice="请用执行数据库迁移的账号连接后重试。",
        )


def _open_batches(
    made: SampleCity, *, policy: Policy, organisation: Organisation, now: datetime
) -> dict[int, Batch]:
    found = {}
    for kind in SHAPES:
        item = ITEMS[kind]
        told = {"city": made.city.code, "size": made.size.key, "seed": made.seed, "item": item}
        found[item] = Batch.objects.create(
            organisation=organisation,
            received_at=now,
            loaded_at=now,
            file_name=f"样例城市-{policy.catalogue.item(item).title}.parquet",
            file_digest=digest_of(told),
            item=item,
            policy_digest=policy.digest,
            state=BatchState.LOADED,
        )
    return found


def _close_batches(cursor: CursorWrapper, batches: dict[int, Batch], *, now: datetime) -> None:
    cursor.execute("SELECT batch_id, count(*) FROM store_record GROUP BY batch_id")
    counts = dict(cursor.fetchall())
    for batch in batches.values():
        batch.rows = batch.accepted = counts.get(batch.pk, 0)
        batch.receipt = digest_of({"file": batch.file_digest, "batch": batch.public_id, "rows": batch.rows})
        batch.save(update_fields=["rows", "accepted", "receipt"])
        note(
            "batch.loaded",
            now=now,
            object=f"batch:{batch.public_id}",
            payload={"receipt": batch.receipt},
        )


@contextmanager
def _unwatched(cursor: CursorWrapper, heard: Callable[[str, int], None]) -> Iterator[None]:
    """Take down keys, indexes, foreign keys and triggers of TABLES; put everything back afterwards.

    Emptied in the same transaction, a table is copied into without a write-ahead log where the server allows it.
    """
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(_CONSTRAINTS, {"tables": list(TABLES)})
    constraints = cursor.fetchall()
    cursor.execute(_INDEXES, {"tables": list(TABLES)})
    indexes = cursor.fetchall()
    for table, name, _, _ in reversed(constraints):
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
    yield
    for name, definition in indexes:
        cursor.execute(definition)
        if name == SEARCH_ORDER:
            cursor.execute(f"CLUSTER store_subjectsearch USING {name}")
        heard(f"索引 {name}", 0)
    for table, name, definition, foreign in constraints:
        if foreign:
            continue
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        heard(f"键 {name}", 0)
    cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    for table, name, definition, foreign in constraints:
        if foreign:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            heard(f"外键 {name}", 0)
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _copy_all(
    cursor: CursorWrapper,
    slices: Iterator[_Slice],
    folder: Path,
    *,
    batches: dict[int, Batch],
    now: datetime,
    heard: Callable[[str, int], None],
) -> Copied:
    subjects = records = 0
    with duckdb.connect(config={"memory_limit": "600MB", "threads": 2}) as engine:
        engine.execute("SET preserve_insertion_order = false")
        for part in slices:
            if not subjects:
                subjects = _copy_subjects(cursor, engine, folder / "subjects.parquet", now=now)
                heard("主体", subjects)
            count = _copy_records(cursor, engine, part, batches=batches, now=now)
            part.path.unlink()
            records += count
            heard(part.path.stem, count)
    cursor.execute("SELECT setval('store_subject_id_seq', %s)", [max(subjects, 1)])
    cursor.execute("SELECT setval('store_record_id_seq', %s)", [max(records, 1)])
    return Copied(subjects, records)


def _copy_subjects(
    cursor: CursorWrapper, engine: duckdb.DuckDBPyConnection, path: Path, *, now: datetime
) -> int:
    """Subjects are numbered from 1 in the order of the file; the engine remembers code and number."""
    engine.execute(
        "CREATE TABLE subject AS SELECT (file_row_number + 1)::BIGINT AS subject_id, * EXCLUDE (file_row_number)"
        f" FROM read_parquet('{path}', file_row_number = true)"
    ).fetchall()
    count = 0
    with engine.cursor() as reader:
        found = reader.execute(f"SELECT subject_id, {', '.join(SUBJECT_COLUMNS)} FROM subject")
        while rows := found.fetchmany(CHUNK):
            count += len(rows)
            told = [dict(zip(("id", *SUBJECT_COLUMNS), row, strict=True)) for row in rows]
            _copy_lines(
                cursor, f"store_subject ({', '.join(_SUBJECT)})", (_subject(one, now) for one in told)
            )
            _copy_lines(
                cursor,
                "store_subjectname (subject_id, name, normalised, known_at)",
                ((one["id"], one["name"], normalise_name(one["name"]), now) for one in told),
            )
            _copy_lines(
                cursor,
                "store_subjectsearch (subject_id, tokens, cut)",
                ((one["id"], f"{{{','.join(search_tokens(one['name']))}}}", CUT) for one in told),
            )
    for name in SUBJECT_COLUMNS:
        if name != "code":
            engine.execute(f"ALTER TABLE subject DROP COLUMN {name}")
    return count


_SUBJECT = (
    *("id", "public_id", "code", "name", "kind", "status", "division_code", "registrar", "address", "sector"),
    *("established_on", "size", "state_body", "state_owned", "version", "last_known_at"),
)


_RECORD = {**RECORD_CELLS, "row_no": RECORD_CELLS["id"]}
"""A row is numbered in the whole city, not in its slice."""


def _subject(told: dict[str, Any], now: datetime) -> tuple[object, ...]:
    own = {"public_id": new_public_id(), "state_body": False, "state_owned": False, "version": 1}
    values = {**told, **own, "last_known_at": now}
    return tuple(values[name] for name in _SUBJECT)


def _copy_records(
    cursor: CursorWrapper,
    engine: duckdb.DuckDBPyConnection,
    part: _Slice,
    *,
    batches: dict[int, Batch],
    now: datetime,
) -> int:
    source = (
        f"(SELECT a.*, s.subject_id, '{now.isoformat()}' AS known_at FROM read_parquet('{part.path}') a"
        " JOIN subject s ON s.code = a.code)"
    )
    batch = f"CASE item {' '.join(f'WHEN {item} THEN {batch.pk}' for item, batch in batches.items())} END"
    for table, cells in (("store_record", _RECORD), ("store_recorddetail", DETAIL_CELLS)):
        with (
            engine.cursor() as reader,
            cursor.cursor.copy(f"COPY {table} ({', '.join(cells)}) FROM STDIN (FREEZE)") as copy,
        ):
            for block in lines(reader, cells, source, first=part.first - 1, batch=batch):
                copy.write(block)
    return int(cursor.cursor.rowcount)


def _copy_lines(cursor: CursorWrapper, target: str, rows: Iterator[tuple[object, ...]]) -> None:
    text = "".join("\t".join(map(_cell, row)) + "\n" for row in rows)
    with cursor.cursor.copy(f"COPY {target} FROM STDIN (FREEZE)") as copy:
        copy.write(text)


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    if text.isalnum():
        return text
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def _written(made: SampleCity, folder: Path) -> Generator[_Slice, None, None]:
    """The slices of ``made`` in order, each as soon as it is written; a few are made ahead by a thread."""
    waiting: Queue[_Slice | Exception | None] = Queue(AHEAD)
    ended, first = Event(), [1]

    def put(name: str, rows: int) -> None:
        waiting.put(_Slice(folder / name, first[0]))
        first[0] += rows
        if ended.is_set():
            raise InterruptedError

    def write() -> None:
        try:
            write_tables(made, out=folder, heard=put)
            waiting.put(None)
        except Exception as error:
            waiting.put(error)

    writer = Thread(target=write, name="slices")
    writer.start()
    try:
        while (part := waiting.get()) is not None:
            if isinstance(part, Exception):
                raise part
            yield part
    finally:
        ended.set()
        while writer.is_alive():
            while not waiting.empty():
                waiting.get_nowait()
            writer.join(0.1)
