"""Reads a snapshot that somebody else wrote: a folder with ``subjects.parquet`` and ``records.parquet``.

Nothing in it is believed: columns, types, enumerations, numbers that stand twice and missing values are looked at
before any subject is graded, and every defect is named at once (docs/snapshot-format.md). What may happen in good
data - records of unknown subjects, days yet to come - is counted with examples and left to the caller.
"""

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.catalogue import FIRST_LOCAL_NUMBER
from xinheng.core.feeds import ITEMS
from xinheng.core.models import SubjectKind
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.scoring.digest import TableDigest
from xinheng.scoring.engine import engine, room_enough
from xinheng.scoring.exchange_order import are_distinct, digest_in_order
from xinheng.scoring.snapshot import BATCH_ROWS, POPULATION, SCHEMA, write_snapshot

SUBJECTS, RECORDS = "subjects.parquet", "records.parquet"

OPTIONAL = pa.schema(
    [
        pa.field("code", pa.string()),
        pa.field("county", pa.string()),
        pa.field("size", pa.string()),
        pa.field("established_on", pa.date32()),
    ]
)
"""Columns that ``subjects.parquet`` may have besides POPULATION."""

EXAMPLES = 5
"""Numbers named where there are more."""

ENUMERATED: Mapping[str, tuple[str, frozenset[int]]] = {
    "item": ("目录事项编号", frozenset(ITEMS.values()) | frozenset(range(FIRST_LOCAL_NUMBER, 2**15))),
    "seriousness": ("失信程度", frozenset(Seriousness)),
    "finality": ("终局状态", frozenset(Finality)),
    "state": ("记录状态", frozenset(RecordState)),
}


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows there are of a kind, and the first numbers of them."""

    count: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """The two files of a snapshot, whose columns and types are right. ``known``: optional columns that are there."""

    records: Path
    subjects: Path
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """A snapshot in the form engines read: exact types, sorted. Digests are over values, in that form.

    ``strays`` are subject ids that stand in records alone, ``future`` records decided after the day of evaluation,
    ``bare`` subjects without any record.
    """

    records: Path
    subjects: Path
    known: tuple[str, ...]
    record_count: int
    subject_count: int
    records_digest: str
    subjects_digest: str
    strays: Found
    stray_records: int
    future: Found
    bare: int


def look(folder: Path) -> Folder:
    """The files of a snapshot after a look at their columns; raises Refusal with everything that is wrong."""
    if not folder.is_dir():
        raise Refusal(
            "EXCHANGE-FOLDER",
            f"没有快照文件夹“{folder}”",
            advice=f"快照文件夹须含 {SUBJECTS} 和 {RECORDS}，格式见 docs/snapshot-format.md",
        )
    subjects, records = folder / SUBJECTS, folder / RECORDS
    found = _schema(subjects)
    causes = [*_columns(subjects, found, POPULATION), *_columns(records, _schema(records), SCHEMA)]
    known = [field for field in OPTIONAL if field.name in found.names]
    causes += _columns(subjects, found, pa.schema(known))
    if causes:
        raise Refusal(
            "EXCHANGE-COLUMNS", "\n".join(causes), advice="请按 docs/snapshot-format.md 的格式重新导出"
        )
    return Folder(records, subjects, tuple(field.name for field in known))


def subject_of(folder: Folder, wanted: str) -> int | None:
    """The id of a subject named by its code, else by its id; None if the snapshot does not hold it.

    Raises Refusal where several subjects have the code.
    """
    ids: list[int] = []
    if "code" in folder.known:
        ids = _ids(folder, ("code", "=", wanted.strip().upper()))
    if not ids and wanted.strip().isascii() and wanted.strip().isdigit() and int(wanted) < 2**63:
        ids = _ids(folder, ("subject_id", "=", int(wanted)))
    if len(set(ids)) > 1:
        raise Refusal(
            "EXCHANGE-CODE",
            f"{folder.subjects.name} 中有 {len(set(ids))} 个主体的代码是“{wanted}”",
            advice="请改用主体编号",
        )
    return ids[0] if ids else None


def _ids(folder: Folder, condition: tuple[str, str, Any]) -> list[int]:
    table = pq.read_table(folder.subjects, columns=["subject_id"], filters=[condition], partitioning=None)
    return [int(value) for value in table.column("subject_id").to_pylist()]


def deliver(
    folder: Folder, *, work: Path, as_of: date, memory_limit: str = "1GB", threads: int | None = None
) -> Delivered:
    """Check every row and bring the files into ``work`` where they are not yet sorted and exactly typed.

    Raises Refusal EXCHANGE-VALUES, one line a defect.
    """
    with (
        room_enough(memory_limit=memory_limit),
        _readable(),
        engine(work=work, memory_limit=memory_limit, threads=threads) as connection,
    ):
        connection.read_parquet(str(folder.records)).create_view("facts")
        connection.read_parquet(str(folder.subjects)).create_view("subjects")
        causes = [*_subject_causes(connection), *_record_causes(connection, folder.records)]
        if causes:
            raise Refusal("EXCHANGE-VALUES", "\n".join(causes), advice="请改正后重新导出，本次没有写出结果")
        strays, stray_records, bare = _strays(connection)
        future = _numbered(connection, f"SELECT record_id FROM facts WHERE decided_on > DATE '{as_of}'")
        subjects, digest = _sorted_subjects(connection, folder.known, work / SUBJECTS)
        count = _one(connection, "SELECT count(*) FROM subjects")[0]
    with _readable():
        records, record_count, records_digest = _sorted_records(
            folder.records, work=work, memory_limit=memory_limit, threads=threads
        )
    return Delivered(
        records=records,
        subjects=subjects,
        known=folder.known,
        record_count=record_count,
        subject_count=int(count),
        records_digest=records_digest,
        subjects_digest=digest,
        strays=strays,
        stray_records=stray_records,
        future=future,
        bare=bare,
    )


@contextmanager
def _readable() -> Iterator[None]:
    """Says in words that a file breaks off in the middle."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, pa.ArrowInvalid, OSError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            raise
        raise Refusal(
            "EXCHANGE-FILE", "快照文件读到一半就读不下去了，可能不完整", advice="请重新导出或重新复制快照"
        ) from error


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except FileNotFoundError as error:
        raise Refusal(
            "EXCHANGE-FILE",
            f"快照中没有文件“{path.name}”",
            advice=f"快照文件夹须含 {SUBJECTS} 和 {RECORDS}，格式见 docs/snapshot-format.md",
        ) from error
    except (OSError, pa.ArrowInvalid) as error:
        raise Refusal(
            "EXCHANGE-FILE",
            f"无法读取“{path.name}”",
            advice="请确认它是完整的 Parquet 文件，必要时重新导出",
        ) from error


def _columns(path: Path, found: pa.Schema, wanted: pa.Schema) -> Iterator[str]:
    missing = [field.name for field in wanted if field.name not in found.names]
    if missing:
        yield f"{path.name} 缺少栏目：{'、'.join(missing)}"
    twice = sorted({name for name in found.names if found.names.count(name) > 1})
    if twice:
        yield f"{path.name} 的栏目名重复：{'、'.join(twice)}"
        return
    for field in wanted:
        if field.name in found.names and not _suits(found.field(field.name).type, field.type):
            given = found.field(field.name).type
            yield f"{path.name} 的栏目 {field.name} 类型不对：应为{_kind(field.type)}，现为 {given}"


def _suits(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values can be taken over without loss or guessing; ranges are looked at later."""
    if pa.types.is_null(given):
        return True
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(given))
    if pa.types.is_date(wanted):
        return bool(pa.types.is_date(given))
    inner = given.value_type if pa.types.is_dictionary(given) else given
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))


def _kind(wanted: pa.DataType) -> str:
    return "整数" if pa.types.is_integer(wanted) else "日期（date32）" if pa.types.is_date(wanted) else "文本"


def _subject_causes(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield from _empty(connection, "subjects", SUBJECTS, ("subject_id", "kind"))
    twice = _numbered(connection, "SELECT subject_id FROM subjects GROUP BY ALL HAVING count(*) > 1")
    if twice.count:
        yield f"{SUBJECTS}：有 {twice.count} 个主体编号重复（{listed(twice)}），每个主体只能有一行"
    yield from _beyond(connection, "subjects", SUBJECTS, "subject_id", bits=64)
    kinds = [kind.value for kind in SubjectKind]
    strange = connection.execute(
        "SELECT kind, count(*) FROM subjects WHERE kind NOT IN (SELECT unnest(?)) GROUP BY ALL ORDER BY 2 DESC, 1",
        [kinds],
    ).fetchall()
    if strange:
        words = "、".join(f"{kind}（{count} 个）" for kind, count in strange[:EXAMPLES])
        yield f"{SUBJECTS}：不认识的主体类型 {words}；可用：{'、'.join(kinds)}"


def _record_causes(connection: duckdb.DuckDBPyConnection, records: Path) -> Iterator[str]:
    yield from _empty(connection, "facts", RECORDS, [field.name for field in SCHEMA if not field.nullable])
    yield from _enumerated(connection)
    for name, bits in (("subject_id", 64), ("record_id", 64), ("amount_fen", 64), ("headcount", 32)):
        yield from _beyond(connection, "facts", RECORDS, name, bits=bits)
    if not are_distinct(pq.ParquetFile(records), "record_id"):
        twice = _numbered(
            connection,
            "SELECT record_id FROM facts WHERE record_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1",
        )
        if twice.count:
            yield f"{RECORDS}：有 {twice.count} 个记录编号重复（{listed(twice)}），同一记录会被计两次"


def _empty(
    connection: duckdb.DuckDBPyConnection, view: str, file: str, columns: Sequence[str]
) -> Iterator[str]:
    counts = ", ".join(f"count(*) - count({name})" for name in columns)
    for name, missing in zip(columns, _one(connection, f"SELECT {counts} FROM {view}"), strict=True):
        if missing:
            yield f"{file}：栏目 {name} 有 {missing} 个空值，这一栏每行都要填写"


def _beyond(
    connection: duckdb.DuckDBPyConnection, view: str, file: str, column: str, *, bits: int
) -> Iterator[str]:
    (count,) = _one(
        connection,
        f"SELECT count(*) FROM {view} WHERE {column}::HUGEINT NOT BETWEEN {-(2 ** (bits - 1))}::HUGEINT"
        f" AND {2 ** (bits - 1) - 1}::HUGEINT",
    )
    if count:
        yield f"{file}：栏目 {column} 有 {count} 个值超出 {bits} 位整数"


def _enumerated(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """One scan groups all four enumerations; what stands outside of each is named."""
    names = ", ".join(ENUMERATED)
    groups = connection.execute(
        f"SELECT {names}, count(*), min(record_id) FROM facts GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for place, (name, (label, allowed)) in enumerate(ENUMERATED.items()):
        strange: dict[int, tuple[int, int]] = {}
        for row in groups:
            value, count, example = row[place], row[-2], row[-1]
            if value is not None and value not in allowed:
                before, first = strange.get(value, (0, example))
                strange[value] = (before + count, min(first, example))
        for value, (count, example) in sorted(strange.items())[:EXAMPLES]:
            yield f"{RECORDS}：没有{label} {value}（栏目 {name}，{count} 条记录，如 record_id {example}）"


def _strays(connection: duckdb.DuckDBPyConnection) -> tuple[Found, int, int]:
    """Subjects of records that are not in the list, their records, and listed subjects without records."""
    connection.execute(
        "CREATE TEMP TABLE met AS SELECT subject_id, count(*) AS records FROM facts GROUP BY ALL"
    )
    strays = _numbered(connection, "SELECT subject_id FROM met ANTI JOIN subjects USING (subject_id)")
    (records,) = _one(
        connection, "SELECT coalesce(sum(records), 0) FROM met ANTI JOIN subjects USING (subject_id)"
    )
    (bare,) = _one(connection, "SELECT count(*) FROM subjects ANTI JOIN met USING (subject_id)")
    return strays, int(records), int(bare)


def _numbered(connection: duckdb.DuckDBPyConnection, query: str) -> Found:
    """How many rows a query of one number gives, and the smallest of them."""
    (count,) = _one(connection, f"SELECT count(*) FROM ({query})")
    if not count:
        return Found(0, ())
    rows = connection.execute(f"SELECT * FROM ({query}) ORDER BY 1 LIMIT {EXAMPLES}").fetchall()
    return Found(int(count), tuple(int(row[0]) for row in rows if row[0] is not None))


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def listed(found: Found) -> str:
    """The examples, and that there are more."""
    return "、".join(map(str, found.examples)) + ("……" if found.count > len(found.examples) else "")


def _sorted_subjects(
    connection: duckdb.DuckDBPyConnection, known: Iterable[str], out: Path
) -> tuple[Path, str]:
    """POPULATION and the known optional columns in order of the subject; the digest is over POPULATION."""
    schema = pa.schema([*POPULATION, *(OPTIONAL.field(name) for name in known)])
    digest = TableDigest(POPULATION)
    casts = {"int64": "BIGINT", "string": "VARCHAR", "date32[day]": "DATE"}
    columns = ", ".join(f"{field.name}::{casts[str(field.type)]} AS {field.name}" for field in schema)
    reader = connection.sql(f"SELECT {columns} FROM subjects ORDER BY subject_id").to_arrow_reader(BATCH_ROWS)
    with pq.ParquetWriter(out, schema, compression="zstd", compression_level=1) as writer:
        for batch in reader:
            fitted = batch.cast(schema)
            digest.update(fitted.select(POPULATION.names))
            writer.write_batch(fitted)
    return out, digest.value()


def _sorted_records(
    path: Path, *, work: Path, memory_limit: str, threads: int | None
) -> tuple[Path, int, str]:
    """The file itself if it stands in order with exact types, else a sorted copy."""
    file = pq.ParquetFile(path)
    if file.schema_arrow.names == SCHEMA.names and file.schema_arrow.types == SCHEMA.types:
        digest = digest_in_order(file)
        if digest is not None:
            return path, file.metadata.num_rows, digest
    out = work / RECORDS
    batches = file.iter_batches(batch_size=BATCH_ROWS, columns=SCHEMA.names)
    manifest = write_snapshot(map(_plain, batches), out, memory_limit=memory_limit, threads=threads)
    return out, manifest.rows, manifest.digest


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Dictionaries and columns without a type become what they stand for."""
    columns = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        decoded = column.dictionary_decode() if pa.types.is_dictionary(field.type) else column
        columns.append(decoded.cast(SCHEMA.field(field.name).type))
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
