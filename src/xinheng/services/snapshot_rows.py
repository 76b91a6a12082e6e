"""Reads records and subjects out of the database as Arrow, in one view that lasts as long as the reading.

A view holds exactly the record versions up to its mark, the highest record number: it is taken at a moment when
nobody is writing records, so that none below the mark can appear later. By the mark the same view can be had again
years later, whatever has been corrected since.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from xinheng.core.feeds import ITEMS
from xinheng.core.provenance import Provenance
from xinheng.core.refusal import Refusal
from xinheng.scoring.parts import IDS
from xinheng.scoring.snapshot import SCHEMA
from xinheng.store import locks

TRIES = 3000
PAUSE_SECONDS = 0.2
BLOCK_BYTES = 8 << 20

POPULATION = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("sector", pa.string()),
        pa.field("version", pa.int64(), nullable=False),
    ]
)
"""Those who are graded, with the version of their file."""

LISTED = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("sector", pa.string()),
        pa.field("code", pa.string()),
        pa.field("county", pa.string()),
        pa.field("size", pa.string()),
        pa.field("established_on", pa.date32()),
    ]
)
"""Columns of ``subjects.parquet`` as docs/snapshot-format.md has them."""

_EPOCH = "'1970-01-01'::date"
_ROWS = f"""
SELECT r.subject_id, r.id, r.item, coalesce(r.decided_on, r.valid_from) - {_EPOCH}, r.valid_to - {_EPOCH}, r.amount_fen,
       r.headcount, r.seriousness, r.finality, r.state, r.result
FROM store_record r
"""
_DATED = f"""
coalesce(r.decided_on, r.valid_from) IS NOT NULL
  AND (r.item = {ITEMS["complaint"]} OR r.batch_id IS NULL OR r.batch_id NOT IN (
      SELECT b.id FROM store_batch b WHERE b.provenance <> {Provenance.PUBLIC.number}))
"""
"""What weighs at all: dated, and told by a public body. Complaints are there for warning models, as a lead (core.model_check)."""

WHOLE = f"{_ROWS} WHERE r.known_until IS NULL AND {_DATED}"
ADDED = f"{_ROWS} WHERE r.id > %(before)s AND r.known_until IS NULL AND {_DATED}"
OF_SUBJECTS = f"{_ROWS} WHERE r.subject_id = ANY(%(subjects)s) AND r.known_until IS NULL AND {_DATED}"
REMOVED = """
SELECT DISTINCT c.subject_id, c.id
FROM store_record n
JOIN store_record c ON c.subject_id = n.subject_id AND c.record_key = n.record_key AND c.id < n.id
WHERE n.id > %(before)s AND n.record_key <> n.id AND c.id <= %(before)s
"""


_STANDING = "status NOT IN ('cancelled', 'revoked', 'moved') AND merged_into_id IS NULL"
"""Who is graded: registered still, and not filed under another."""
KNOWN_BEFORE = f"""
{_ROWS} WHERE r.known_at < %(moment)s AND (r.known_until IS NULL OR r.known_until >= %(moment)s) AND {_DATED}
  AND r.subject_id IN (SELECT id FROM store_subject WHERE {_STANDING})
"""
"""Versions that were known before a moment and not closed by then, of those who are graded today."""


def _as_known(more: str = "") -> str:
    return f"""
{_ROWS} WHERE r.id <= %(mark)s AND r.known_until IS NULL AND {_DATED} {more}
UNION ALL
{_ROWS} JOIN store_record n
  ON n.subject_id = r.subject_id AND n.record_key = r.record_key AND n.known_at = r.known_until AND n.id > %(mark)s
WHERE r.id <= %(mark)s AND r.known_until IS NOT NULL AND {_DATED} {more}
"""


AS_KNOWN = _as_known()
AS_KNOWN_AMONG = _as_known("AND r.subject_id = ANY(%(subjects)s)")
"""Versions up to a mark, and of those that are closed only what was closed by a version beyond it."""
_GRADED = f"SELECT id, kind, nullif(sector, ''), version FROM store_subject WHERE {_STANDING}"
GRADED = f"{_GRADED} ORDER BY id"
GRADED_LISTED = f"""
SELECT id, kind, nullif(sector, ''), code, nullif(division_code, ''), nullif(size, ''),
       established_on - {_EPOCH} FROM store_subject
WHERE {_STANDING} ORDER BY id
"""
GRADED_AMONG = f"{_GRADED} AND id = ANY(%(subjects)s) ORDER BY id"


@dataclass(frozen=True, slots=True)
class View:
    """What is known at one moment. ``source`` tells one database from another."""

    cursor: CursorWrapper
    source: str
    mark: int
    known_at: datetime

    def records(self, statement: str, **given: object) -> Iterator[pa.RecordBatch]:
        """Batches of scoring.snapshot.SCHEMA in the order of the database."""
        return read_records(self.cursor, statement, given)

    def ids(self, statement: str, **given: object) -> pa.Table:
        return pa.Table.from_batches(_read(self.cursor, statement, IDS, given), IDS)

    def noted(self) -> list[int]:
        """Numbers of the notes of changed files (store.scores.Regrade) whose changes the view holds."""
        self.cursor.execute("SELECT id FROM store_regrade")
        return [row[0] for row in self.cursor.fetchall()]

    def subjects(self) -> Iterator[pa.RecordBatch]:
        """Batches of LISTED, in order of the subject."""
        return _read(self.cursor, GRADED_LISTED, LISTED, {})

    def population(self, statement: str = GRADED, **given: object) -> pa.Table:
        return pa.Table.from_batches(_read(self.cursor, statement, POPULATION, given), POPULATION)


@contextmanager
def one_view(*, now: datetime) -> Iterator[View]:
    """Opens a transaction that sees one moment; it is taken between the writers, who then go on.

    ``known_at`` is ``now`` or, later, the last moment in any file. Raises Refusal where a load lasts too long.
    """
    with connection.cursor() as cursor:
        _wait_for_writers(cursor)
        held = True
        try:
            with transaction.atomic(durable=True):
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute(_MOMENT)
                source, mark, last = cursor.fetchone()
                _let_go(cursor)
                held = False
                yield View(cursor, source, mark, max(now, last or now))
        finally:
            if held:
                _let_go(cursor)


_MOMENT = """
SELECT (SELECT system_identifier::text FROM pg_control_system())
       || ':' || (SELECT oid::text FROM pg_database WHERE datname = current_database()),
       (SELECT coalesce(max(id), 0) FROM store_record), (SELECT max(last_known_at) FROM store_subject)
"""


def _wait_for_writers(cursor: CursorWrapper) -> None:
    for _ in range(TRIES):
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [locks.LOADER])
        if cursor.fetchone()[0]:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [locks.RECORDS])
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_advisory_unlock(%s)", [locks.LOADER])
        time.sleep(PAUSE_SECONDS)
    raise Refusal(
        "SNAPSHOT-BUSY",
        "数据一直在入库，评价快照没有导出。",
        advice="请等入库完成后重试，现有评价结果继续有效。",
    )


def _let_go(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT pg_advisory_unlock(%s), pg_advisory_unlock(%s)", [locks.RECORDS, locks.LOADER])


def read_records(cursor: CursorWrapper, statement: str, given: dict[str, object]) -> Iterator[pa.RecordBatch]:
    """Batches of scoring.snapshot.SCHEMA, days and all else as numbers in its order."""
    return _read(cursor, statement, SCHEMA, given)


def _read(
    cursor: CursorWrapper, statement: str, schema: pa.Schema, given: dict[str, object]
) -> Iterator[pa.RecordBatch]:
    """Rows as CSV with days as numbers: measured, that is sooner here than the binary form or dates in words."""
    received, sent = os.pipe()
    writer = Sender(cursor, f"COPY ({statement}) TO STDOUT (FORMAT csv)", given, sent)
    whole = pa.schema([(field.name, _as_sent(field.type)) for field in schema])
    options = csv.ConvertOptions(
        column_types={field.name: field.type for field in whole}, null_values=[""], strings_can_be_null=True
    )
    writer.start()
    try:
        with os.fdopen(received, "rb") as source:
            first = source.peek(1)
            if first:
                reading = csv.ReadOptions(column_names=whole.names, block_size=BLOCK_BYTES)
                with csv.open_csv(source, read_options=reading, convert_options=options) as reader:
                    for batch in reader:
                        yield _fitted(batch, schema)
    finally:
        writer.join()
    if writer.failed is not None:
        raise writer.failed


class Sender(Thread):
    """Copies out of the database into a pipe; the connection is its own until it ends."""

    def __init__(self, cursor: CursorWrapper, statement: str, given: Any, sent: int) -> None:
        super().__init__(name="copy")
        self._cursor, self._statement, self._given, self._sent = cursor, statement, given, sent
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            with (
                os.fdopen(self._sent, "wb", buffering=1 << 20) as out,
                self._cursor.cursor.copy(self._statement, self._given) as copy,
            ):
                write = out.write
                for block in copy:
                    write(block)
        except BaseException as error:
            self.failed = error


def _as_sent(kind: Any) -> Any:
    return pa.int32() if pa.types.is_date32(kind) else kind


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
