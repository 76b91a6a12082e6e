"""Exports what is known now as the Parquet snapshot that evaluation reads, in one view of the database.

Subjects go along with their version, so that a result can be told stale from the moment its file changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max

from xinheng.scoring.snapshot import SCHEMA, Manifest, write_snapshot
from xinheng.store.subjects import Subject

_RECORDS = """
COPY (
    SELECT subject_id, id AS record_id, item, coalesce(decided_on, valid_from) AS decided_on, valid_to, amount_fen,
           headcount, seriousness, finality, state, result
    FROM store_record
    WHERE known_at <= %(at)s AND (known_until IS NULL OR known_until > %(at)s)
      AND coalesce(decided_on, valid_from) IS NOT NULL
    ORDER BY subject_id, 4, id
) TO STDOUT (FORMAT csv, HEADER true)
"""
_SUBJECTS = """
COPY (
    SELECT id AS subject_id, kind, nullif(sector, '') AS sector, version FROM store_subject
    WHERE status NOT IN ('cancelled', 'revoked', 'moved') ORDER BY id
) TO STDOUT (FORMAT csv, HEADER true)
"""
_POPULATION = pa.schema(
    [("subject_id", pa.int64()), ("kind", pa.string()), ("sector", pa.string()), ("version", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files of one snapshot; ``population`` also has the column ``version``."""

    records: Path
    population: Path
    manifest: Manifest


def export_snapshot(folder: Path, *, known_at: datetime) -> Snapshot:
    """Write what was known at ``known_at`` into ``folder``; memory stays bounded whatever the number of records."""
    folder.mkdir(parents=True, exist_ok=True)
    raw_records, raw_subjects = folder / "records.csv", folder / "subjects.csv"
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _copy_out(cursor, _RECORDS, raw_records, at=known_at)
        _copy_out(cursor, _SUBJECTS, raw_subjects)
    manifest = write_snapshot(_batches(raw_records, SCHEMA), folder / "records.parquet")
    with pq.ParquetWriter(folder / "population.parquet", _POPULATION) as writer:
        for batch in _batches(raw_subjects, _POPULATION):
            writer.write_batch(batch)
    raw_records.unlink()
    raw_subjects.unlink()
    return Snapshot(folder / "records.parquet", folder / "population.parquet", manifest)


def latest_known_at() -> datetime | None:
    """The latest known time in any file: within one moment known times go on by microseconds."""
    latest: datetime | None = Subject.objects.aggregate(latest=Max("last_known_at"))["latest"]
    return latest


def _copy_out(cursor: CursorWrapper, statement: str, target: Path, **parameters: datetime) -> None:
    with target.open("wb") as out, cursor.cursor.copy(statement, parameters) as copy:
        for block in copy:
            out.write(block)


def _batches(source: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    options = csv.ConvertOptions(
        column_types={field.name: field.type for field in schema}, null_values=[""], strings_can_be_null=True
    )
    with csv.open_csv(source, convert_options=options) as reader:
        yield from reader
