"""Grades a whole population at once in DuckDB and writes one row a subject.

A run is reproducible: the same model, rules, snapshot, population and day give the same rows and the same digest,
whatever the order of the rows or the number of threads. A run either completes or leaves no file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.scoring.compile import Plan, compile_model
from xinheng.scoring.digest import TableDigest
from xinheng.scoring.engine import engine, room_enough
from xinheng.scoring.query import sql
from xinheng.scoring.snapshot import BATCH_ROWS, POPULATION, SCHEMA

RESULT = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("points_milli", pa.int32(), nullable=False),
        pa.field("grade", pa.string()),
        pa.field("veto", pa.string()),
        pa.field("contributions", pa.list_(pa.field("item", pa.int32(), nullable=False)), nullable=False),
    ]
)
"""Columns of a result. No grade: 信息不足. Contributions follow the indicators; taken points are negative."""

UNGRADED = ""
"""Key of the subjects without a grade in a distribution."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run. ``strays`` are records of subjects that the population does not hold; they were not used."""

    model: str
    model_version: int
    model_digest: str
    treatment_digest: str
    as_of: date
    rows: int
    distribution: Mapping[str, int]
    vetoed: int
    strays: int
    digest: str


def run_batch(
    model: ScoringModel,
    *,
    treatment: Treatment,
    snapshot: Path,
    population: Path,
    as_of: date,
    out: Path,
    threads: int | None = None,
    memory_limit: str = "1GB",
) -> RunSummary:
    """Evaluate every subject of the population that the model covers and write ``out``, sorted by subject.

    Raises Refusal where a file is missing, unreadable, lacks a column or names a subject twice, and where memory or
    disk do not suffice.
    """
    plan = compile_model(model, treatment=treatment, as_of=as_of)
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        room_enough(memory_limit=memory_limit),
        TemporaryDirectory(prefix=".run-", dir=out.parent) as folder,
        engine(work=Path(folder), memory_limit=memory_limit, threads=threads) as connection,
    ):
        _open(connection, "facts", snapshot, SCHEMA)
        _open(connection, "population", population, POPULATION)
        _refuse_twice(connection)
        written = Path(folder) / "result.parquet"
        tally = _write(connection, sql(plan), written, plan=plan)
        strays = _strays(connection)
        written.rename(out)
    return RunSummary(
        model=plan.model,
        model_version=plan.version,
        model_digest=plan.model_digest,
        treatment_digest=treatment.digest,
        as_of=as_of,
        rows=tally.rows,
        distribution=tally.distribution,
        vetoed=tally.vetoed,
        strays=strays,
        digest=tally.digest,
    )


def _open(connection: duckdb.DuckDBPyConnection, name: str, path: Path, schema: pa.Schema) -> None:
    """Make a Parquet file known as a view, after looking at its columns."""
    try:
        found = pq.read_schema(path).names
    except (OSError, pa.ArrowInvalid) as error:
        raise Refusal(
            "RUN-FILE",
            f"无法读取评价数据“{path.name}”",
            advice="请确认文件存在且是完整的 Parquet 文件，必要时重新导出",
        ) from error
    missing = [column for column in schema.names if column not in found]
    if missing:
        raise Refusal(
            "RUN-COLUMNS",
            f"评价数据“{path.name}”缺少栏目：{'、'.join(missing)}",
            advice="请按快照格式补齐后重新导出",
        )
    connection.read_parquet(str(path)).create_view(name)


def _refuse_twice(connection: duckdb.DuckDBPyConnection) -> None:
    rows, subjects = _row(connection, "SELECT count(*), count(DISTINCT subject_id) FROM population")
    if rows != subjects:
        raise Refusal(
            "RUN-TWICE",
            f"评价对象名单中有 {rows - subjects} 行重复的主体",
            advice="每个主体只能有一行，请去重后重试",
        )


def _strays(connection: duckdb.DuckDBPyConnection) -> int:
    (count,) = _row(connection, "SELECT count(*) FROM facts ANTI JOIN population USING (subject_id)")
    return int(count)


def _row(connection: duckdb.DuckDBPyConnection, statement: str) -> tuple[Any, ...]:
    (row,) = connection.sql(statement).fetchall()
    return tuple(row)


@dataclass(frozen=True, slots=True)
class _Tally:
    rows: int
    distribution: Mapping[str, int]
    vetoed: int
    digest: str


def _write(connection: duckdb.DuckDBPyConnection, statement: str, path: Path, *, plan: Plan) -> _Tally:
    digest = TableDigest(RESULT)
    distribution = dict.fromkeys((*plan.grades, UNGRADED), 0)
    vetoed = 0
    with pq.ParquetWriter(path, RESULT, compression="zstd", compression_level=1) as writer:
        for batch in _batches(connection, statement):
            digest.update(batch)
            writer.write_batch(batch)
            for count in pc.value_counts(batch.column("grade")).to_pylist():
                distribution[count["values"] or UNGRADED] += count["counts"]
            vetoed += len(batch) - batch.column("veto").null_count
    return _Tally(digest.rows, distribution, vetoed, digest.value())


def _batches(connection: duckdb.DuckDBPyConnection, statement: str) -> Iterator[pa.RecordBatch]:
    reader: pa.RecordBatchReader = connection.sql(statement).to_arrow_reader(BATCH_ROWS)
    for batch in reader:
        yield batch.cast(RESULT)
