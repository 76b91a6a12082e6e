"""Writes the records of a city as one Parquet file sorted by subject and day, for evaluation.

A snapshot is data as known at one moment; beside it lies a manifest with its digest. Rows arrive in any order and
in any number; memory stays bounded, and the file appears under its name only when it is whole.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.refusal import Refusal
from xinheng.scoring.digest import TableDigest
from xinheng.scoring.engine import engine, room_enough

SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("record_id", pa.int64(), nullable=False),
        pa.field("item", pa.int16(), nullable=False),
        pa.field("decided_on", pa.date32(), nullable=False),
        pa.field("valid_to", pa.date32()),
        pa.field("amount_fen", pa.int64()),
        pa.field("headcount", pa.int32()),
        pa.field("seriousness", pa.int8(), nullable=False),
        pa.field("finality", pa.int8(), nullable=False),
        pa.field("state", pa.int8(), nullable=False),
        pa.field("result", pa.string()),
    ]
)
"""Columns of a snapshot, in order. Integers as in core.records."""

POPULATION = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("sector", pa.string()),
    ]
)
"""Columns of the population that goes with it."""

ORDER = "subject_id, decided_on, record_id"
GROUP_ROWS = 122_880
BATCH_ROWS = 65_536


class OutOfOrder(Exception):
    """The rows of a snapshot are not sorted by subject."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds. The digest is over its values in their order, not over the bytes of the file."""

    rows: int
    subjects: int
    first_day: str | None
    last_day: str | None
    digest: str
    format: int = 1


def files_of(snapshot: Path) -> tuple[Path, ...]:
    """A snapshot is one file, or a folder of parts that follow one another by their names."""
    return tuple(sorted(snapshot.glob("*.parquet"))) if snapshot.is_dir() else (snapshot,)


def manifest_path(snapshot: Path) -> Path:
    return snapshot.with_suffix(".json")


def read_manifest(snapshot: Path) -> Manifest:
    """Raises Refusal where the manifest is missing or not one of ours."""
    try:
        return Manifest(**json.loads(manifest_path(snapshot).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Refusal(
            "SNAPSHOT-MANIFEST",
            f"评价快照“{snapshot.name}”没有可用的清单文件",
            advice="请重新导出快照",
        ) from error


def write_snapshot(
    batches: Iterable[pa.RecordBatch], out: Path, *, memory_limit: str = "1GB", threads: int | None = None
) -> Manifest:
    """Sort and store ``batches``, whose columns are those of SCHEMA in any order; replaces ``out`` at once.

    Raises Refusal for a missing column, a missing value in a required column or a number out of range.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        room_enough(memory_limit=memory_limit),
        TemporaryDirectory(prefix=".snapshot-", dir=out.parent) as folder,
    ):
        work = Path(folder)
        received, whole = work / "received.parquet", work / "sorted.parquet"
        if _store(batches, received):
            whole = received
        else:
            sort_records(received, whole, work=work, memory_limit=memory_limit, threads=threads)
            received.unlink()
        manifest = _describe(whole)
        text = work / "manifest.json"
        text.write_text(json.dumps(asdict(manifest), ensure_ascii=False) + "\n", encoding="utf-8")
        manifest_path(out).unlink(missing_ok=True)
        whole.rename(out)
        text.rename(manifest_path(out))
    return manifest


def _store(batches: Iterable[pa.RecordBatch], path: Path) -> bool:
    """Write as received; True if the rows already came in order."""
    in_order, last = True, None
    with parquet_writer(path) as writer:
        for table in _regrouped(batches, rows=GROUP_ROWS):
            if in_order and table.num_rows:
                in_order, last = _continues(table, last)
            writer.write_table(table, row_group_size=GROUP_ROWS)
    return in_order


def _regrouped(batches: Iterable[pa.RecordBatch], *, rows: int) -> Iterator[pa.Table]:
    """Tables of at least ``rows`` rows except the last."""
    held: list[pa.Table] = []
    for batch in batches:
        held.append(_fitted(batch))
        if sum(table.num_rows for table in held) >= rows:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def _fitted(batch: pa.RecordBatch) -> pa.Table:
    missing = [name for name in SCHEMA.names if name not in batch.schema.names]
    if missing:
        raise Refusal(
            "SNAPSHOT-COLUMNS",
            f"评价快照缺少栏目：{'、'.join(missing)}",
            advice="请按快照格式补齐后重新导出",
        )
    table = pa.Table.from_batches([batch]).select(SCHEMA.names)
    for field in SCHEMA:
        if not field.nullable and table.column(field.name).null_count:
            raise Refusal(
                "SNAPSHOT-NULL",
                f"评价快照的栏目 {field.name} 有空值",
                advice="没有作出日期等必填项的记录不参与评价，请先剔除",
            )
    try:
        return table.cast(SCHEMA)
    except (pa.ArrowInvalid, ValueError) as error:
        raise Refusal(
            "SNAPSHOT-VALUES", f"评价快照的数据不合格式：{error}", advice="请检查数值范围后重新导出"
        ) from error


def _continues(table: pa.Table, last: tuple[Any, ...] | None) -> tuple[bool, tuple[Any, ...]]:
    """Whether the rows stand in order and after ``last``; and the key of the last row."""
    keys = [table.column(name).combine_chunks() for name in ("subject_id", "decided_on", "record_id")]
    first = tuple(column[0].as_py() for column in keys)
    end = tuple(column[-1].as_py() for column in keys)
    if last is not None and first < last:
        return False, end
    rising = None
    for column in reversed(keys):
        before, after = column[:-1], column[1:]
        later = pc.greater(after, before)
        rising = later if rising is None else pc.or_(later, pc.and_(pc.equal(after, before), rising))
    return bool(pc.all(rising, min_count=0).as_py()), end


def sort_records(received: Path, out: Path, *, work: Path, memory_limit: str, threads: int | None) -> None:
    """Bring the rows of a snapshot into the order of subject, day and record."""
    with engine(work=work, memory_limit=memory_limit, threads=threads) as connection:
        rows = connection.read_parquet([str(file) for file in files_of(received)]).order(ORDER)
        connection.execute("SET preserve_insertion_order = true")
        with parquet_writer(out) as writer:
            for batch in rows.to_arrow_reader(GROUP_ROWS):
                writer.write_table(pa.Table.from_batches([batch]).cast(SCHEMA), row_group_size=GROUP_ROWS)


def _describe(path: Path) -> Manifest:
    digest = TableDigest(SCHEMA)
    subjects, last, days = 0, None, []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH_ROWS):
        fitted = batch.cast(SCHEMA)
        digest.update(fitted)
        ids = fitted.column("subject_id")
        if len(ids):
            subjects += len(pc.unique(ids)) - (ids[0].as_py() == last)
            last = ids[-1].as_py()
            days.append(pc.min_max(fitted.column("decided_on")).as_py())
    return Manifest(
        rows=digest.rows,
        subjects=subjects,
        first_day=min(day["min"] for day in days).isoformat() if days else None,
        last_day=max(day["max"] for day in days).isoformat() if days else None,
        digest=digest.value(),
    )


def parquet_writer(path: Path) -> pq.ParquetWriter:
    """As every snapshot of one file is written. Measured: under lz4 it is read in two thirds of the time of zstd."""
    varied = ("record_id", "amount_fen")
    return pq.ParquetWriter(
        path,
        SCHEMA,
        compression="lz4",
        use_dictionary=[name for name in SCHEMA.names if name not in varied],
        column_encoding={"record_id": "DELTA_BINARY_PACKED"},
    )
