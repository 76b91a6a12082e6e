"""Grades a whole population at once and writes one row a subject.

A run is reproducible: the same model, rules, snapshot, population and day give the same rows and the same digest,
whatever the engine, the order of the rows or the number of threads. A run either completes or leaves no file.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.evaluation import Evaluator
from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.scoring.compile import Plan, compile_model
from xinheng.scoring.engine import engine as open_engine
from xinheng.scoring.engine import room_enough
from xinheng.scoring.population import read_subjects, refuse_twice
from xinheng.scoring.query import sql
from xinheng.scoring.reference import evaluate_all
from xinheng.scoring.result import RESULT, UNGRADED, ResultWriter, Tally, result_writer
from xinheng.scoring.snapshot import BATCH_ROWS, POPULATION, SCHEMA, OutOfOrder, files_of, sort_records

__all__ = ["RESULT", "UNGRADED", "Engine", "RunSummary", "run_batch"]


class Engine(StrEnum):
    """KERNEL is the compiled loop; DUCKDB carries the plan out as one query; REFERENCE goes row by row."""

    KERNEL = "kernel"
    DUCKDB = "duckdb"
    REFERENCE = "reference"


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


@dataclass(frozen=True, slots=True)
class _Task:
    model: ScoringModel
    treatment: Treatment
    plan: Plan
    snapshot: Path
    population: Path
    work: Path
    threads: int
    memory_limit: str


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
    engine: Engine | str = Engine.KERNEL,
) -> RunSummary:
    """Evaluate every subject of the population that the model covers and write ``out``, sorted by subject.

    ``snapshot`` is a file or a folder of parts (scoring.parts).
    ``memory_limit`` holds for the query and for sorting a snapshot that is not in order; the compiled loop takes
    room for a few row groups and the numbers of the subjects. Raises Refusal where a file is missing, unreadable,
    lacks a column or value or names a subject twice, and where memory or disk do not suffice.
    """
    plan = compile_model(model, treatment=treatment, as_of=as_of)
    for file in files_of(snapshot):
        _look_at(file, SCHEMA)
    _look_at(population, POPULATION)
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        room_enough(memory_limit=memory_limit),
        TemporaryDirectory(prefix=".run-", dir=out.parent) as folder,
    ):
        work = Path(folder)
        task = _Task(
            model, treatment, plan, snapshot, population, work, threads or _processors(), memory_limit
        )
        written = work / "result.parquet"
        tally, strays = _write_in_order(ENGINES[Engine(engine)], task, written)
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


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _look_at(path: Path, schema: pa.Schema) -> None:
    """Refuse a file that cannot be read or lacks a column."""
    try:
        found = pq.read_schema(path).names
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(path) from error
    missing = [column for column in schema.names if column not in found]
    if missing:
        raise Refusal(
            "RUN-COLUMNS",
            f"评价数据“{path.name}”缺少栏目：{'、'.join(missing)}",
            advice="请按快照格式补齐后重新导出",
        )


def _unreadable(path: Path) -> Refusal:
    return Refusal(
        "RUN-FILE",
        f"无法读取评价数据“{path.name}”",
        advice="请确认文件存在且是完整的 Parquet 文件，必要时重新导出",
    )


def _write_in_order(carry_out: "Carry", task: _Task, path: Path) -> tuple[Tally, int]:
    """A snapshot that is not in order is sorted first."""
    try:
        return _write(carry_out, task, path)
    except OutOfOrder:
        ordered = task.work / "ordered.parquet"
        sort_records(
            task.snapshot, ordered, work=task.work, memory_limit=task.memory_limit, threads=task.threads
        )
        return _write(carry_out, replace(task, snapshot=ordered), path)


def _write(carry_out: "Carry", task: _Task, path: Path) -> tuple[Tally, int]:
    with result_writer(path, grades=task.plan.grades) as writer:
        strays = carry_out(task, writer)
        return writer.tally(), strays


def _by_kernel(task: _Task, writer: ResultWriter) -> int:
    from xinheng.scoring.kernel_run import KernelRun

    run = KernelRun(task.plan, subjects=read_subjects(task.population, plan=task.plan))
    run.write(task.snapshot, writer, threads=task.threads)
    return run.strays


def _by_reference(task: _Task, writer: ResultWriter) -> int:
    subjects = read_subjects(task.population, plan=task.plan)
    evaluator = Evaluator(task.model, treatment=task.treatment)
    return evaluate_all(evaluator, task.snapshot, writer, subjects=subjects, as_of=task.plan.as_of)


def _by_query(task: _Task, writer: ResultWriter) -> int:
    with open_engine(work=task.work, memory_limit=task.memory_limit, threads=task.threads) as connection:
        files = [str(file) for file in files_of(task.snapshot)]
        facts = connection.read_parquet(files) if files else connection.from_arrow(SCHEMA.empty_table())
        facts.create_view("facts")
        connection.read_parquet(str(task.population)).create_view("population")
        rows, subjects = _row(connection, "SELECT count(*), count(DISTINCT subject_id) FROM population")
        refuse_twice(rows - subjects)
        reader: pa.RecordBatchReader = connection.sql(sql(task.plan)).to_arrow_reader(BATCH_ROWS)
        for batch in reader:
            writer.write(batch.cast(RESULT))
        (strays,) = _row(connection, "SELECT count(*) FROM facts ANTI JOIN population USING (subject_id)")
    return int(strays)


def _row(connection: duckdb.DuckDBPyConnection, statement: str) -> tuple[Any, ...]:
    (row,) = connection.sql(statement).fetchall()
    return tuple(row)


Carry = Callable[[_Task, ResultWriter], int]
"""Writes the rows of a task; gives the number of strays."""

ENGINES: Mapping[Engine, Carry] = MappingProxyType(
    {Engine.KERNEL: _by_kernel, Engine.DUCKDB: _by_query, Engine.REFERENCE: _by_reference}
)
