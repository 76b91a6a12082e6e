"""Grading a whole city by the general model: seconds, peak memory, and the ratio to the floor.

Floor: DuckDB scanning the same Parquet file with one group-by of six aggregates. Floor and run take turns, each in
a process of its own; the made-up snapshot is kept in ``--folder`` if one is given.
Run: python bench/evaluation.py [--size s|m|l] [--rounds 3] [--folder DIR] [--json]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow.parquet as pq

from xinheng.core.evaluation import Evaluator
from xinheng.core.models import read_model
from xinheng.core.policy import load_policy
from xinheng.scoring.explain import facts_of
from xinheng.scoring.run import run_batch
from xinheng.scoring.snapshot import SCHEMA

MODELS = Path(__file__).parents[1] / "policy" / "models"
AS_OF = date(2026, 11, 20)
SLICE = 50_000
SIZES = {"s": (2_000, 10), "m": (100_000, 40), "l": (1_300_000, 38)}
"""Subjects, and records of each."""
FLOOR = """
    SELECT subject_id, count(*), sum(amount_fen), max(decided_on), sum(headcount), min(seriousness), count(valid_to)
    FROM read_parquet('{records}') GROUP BY subject_id
"""
RECORDS = """
    WITH drawn AS (
        SELECT i, i // {per} + 1 AS subject_id, hash(i) AS h, hash(i * 7 + 1) AS day, hash(i * 13 + 5) AS more
        FROM range({first}, {last}) numbers(i)
    ),
    placed AS (
        SELECT *, list_extract([3, 3, 3, 3, 3, 12, 12, 12, 12, 16, 16, 16, 4, 4, 19, 17, 24, 24, 22, 1, 13, 2, 20, 25],
                               1 + (h % 24)::INTEGER)::SMALLINT AS item
        FROM drawn
    )
    SELECT subject_id::BIGINT AS subject_id, i::BIGINT AS record_id, item,
        DATE '{as_of}' - (day % 2100)::INTEGER AS decided_on,
        CASE WHEN more % 10 = 0 THEN DATE '{as_of}' + (more % 400)::INTEGER - 200 END AS valid_to,
        CASE WHEN item = 4 THEN (more % 20000000)::BIGINT END AS amount_fen,
        CASE WHEN item = 25 THEN (more % 30)::INTEGER END AS headcount,
        CASE WHEN item IN (4, 13, 2) OR (item = 12 AND more % 9 = 0) THEN 1 + more % 3 ELSE 0 END::TINYINT AS seriousness,
        CASE WHEN item = 4 AND more % 7 = 0 THEN 1 ELSE 6 END::TINYINT AS finality,
        CASE WHEN more % 40 = 0 THEN 5 ELSE 1 END::TINYINT AS state,
        CASE item WHEN 4 THEN list_extract(['fine', 'warning', 'fine+confiscation', 'revocation'], 1 + (h % 4)::INTEGER)
            WHEN 12 THEN CASE WHEN more % 9 = 0 THEN 'failed' ELSE 'passed' END
            WHEN 16 THEN CASE WHEN more % 11 = 0 THEN 'broken' ELSE 'kept' END ELSE '' END AS result
    FROM placed ORDER BY subject_id, decided_on, record_id
"""
POPULATION = (
    "SELECT i + 1 AS subject_id, 'enterprise' AS kind, 'food' AS sector FROM range({subjects}) numbers(i)"
)


def make(folder: Path, size: str) -> None:
    """Records and population, unless they are there; a slice of subjects at a time, so that memory stays small."""
    subjects, per = SIZES[size]
    records, population = folder / "records.parquet", folder / "population.parquet"
    if population.exists():
        return
    with duckdb.connect() as engine, pq.ParquetWriter(records, SCHEMA, compression="zstd") as writer:
        for first in range(0, subjects, SLICE):
            last = min(first + SLICE, subjects)
            query = RECORDS.format(first=first * per, last=last * per, per=per, as_of=AS_OF)
            writer.write_table(engine.sql(query).to_arrow_table().cast(SCHEMA), row_group_size=122_880)
        people = engine.sql(POPULATION.format(subjects=subjects)).to_arrow_table()
    pq.write_table(people, population)


def floor(folder: Path) -> dict[str, float]:
    with duckdb.connect() as engine:
        query = FLOOR.format(records=folder / "records.parquet")
        return timed(lambda: engine.execute(f"CREATE TABLE floor AS {query}"))


def run(folder: Path) -> dict[str, float]:
    model = read_model(MODELS / "general" / "trial.yml")
    treatment = load_policy(MODELS.parent, city="kaifeng").treatment(on=AS_OF)
    return timed(
        lambda: run_batch(
            model,
            treatment=treatment,
            snapshot=folder / "records.parquet",
            population=folder / "population.parquet",
            as_of=AS_OF,
            out=folder / "scores.parquet",
        )
    )


def subject(folder: Path) -> dict[str, float]:
    """One subject read from the snapshot and graded by the reference."""
    model = read_model(MODELS / "general" / "trial.yml")
    treatment = load_policy(MODELS.parent, city="kaifeng").treatment(on=AS_OF)
    evaluator = Evaluator(model, treatment=treatment)
    times = []
    for number in range(1, 40):
        facts = facts_of(folder / "records.parquet", subject_id=number * 50)
        start = time.perf_counter()
        evaluator.evaluate(facts, as_of=AS_OF)
        times.append(time.perf_counter() - start)
    return {"seconds": statistics.median(times)}


def timed(call: Callable[[], object]) -> dict[str, float]:
    start = time.perf_counter()
    call()
    return {"seconds": time.perf_counter() - start}


TASKS = {"floor": floor, "run": run, "subject": subject}


def apart(task: str, folder: Path) -> dict[str, float]:
    """The figures of a task done in a process of its own, with the memory it took at most."""
    command = [sys.executable, str(Path(__file__).resolve()), "--task", task, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(folder: Path, size: str, rounds: int) -> dict[str, float]:
    make(folder, size)
    turns = [(apart("floor", folder), apart("run", folder)) for _ in range(rounds)]
    floor_s = statistics.median(first["seconds"] for first, _ in turns)
    run_s = statistics.median(second["seconds"] for _, second in turns)
    subjects, per = SIZES[size]
    return {
        "subjects": subjects,
        "records": subjects * per,
        "floor_s": round(floor_s, 3),
        "run_s": round(run_s, 3),
        "ratio": round(run_s / floor_s, 2),
        "peak_mib": round(max(second["peak_mib"] for _, second in turns)),
        "subject_ms": round(apart("subject", folder)["seconds"] * 1000, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.task:
        figures = TASKS[given.task](given.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(figures | {"peak_mib": peak}))
        return
    with TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = measure(folder, given.size, given.rounds)
    for name, value in figures.items():
        print(f"{name:>12} {value}")
    if given.json:
        print(json.dumps({"name": "evaluation", "figures": figures}))


if __name__ == "__main__":
    main()
