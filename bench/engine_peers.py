"""The model of bench/engine.py carried out in other engines, each at a size it can carry, with equal results.

polars and pandas follow the plan as column expressions, PostgreSQL and Spark carry the generated query out, zen-engine
evaluates one expression a number for one subject after another. Each runs in a process of its own; the time is from
the stored records (a table in PostgreSQL, Parquet elsewhere) to the rows of the result. What is not installed is
left out; install with ``pip install polars pandas zen-engine pyspark``.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import engine_city as city
import pyarrow as pa
from engine_frames import finished, pandas_sums, polars_sums
from engine_zen import zen_rows

from xinheng.scoring.compile import Plan, compile_model
from xinheng.scoring.query import sql
from xinheng.scoring.result import RESULT, result_writer

COLUMNS = (
    "subject_id, item, decided_on, valid_to, amount_fen, headcount, seriousness, finality, state, result"
)
TABLE = (
    "CREATE UNLOGGED TABLE facts (subject_id bigint, item smallint, decided_on date, valid_to date,"
    " amount_fen bigint, headcount int, seriousness smallint, finality smallint, state smallint, result text)",
    "CREATE UNLOGGED TABLE population (subject_id bigint PRIMARY KEY, kind text, sector text)",
    "CREATE FUNCTION contains(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT strpos($1, $2) > 0'",
)


def plan() -> Plan:
    return compile_model(city.model(), treatment=city.TREATMENT, as_of=city.AS_OF)


def digest_of(batches: Iterator[pa.RecordBatch]) -> str:
    """The digest that a run would give for these rows."""
    with (
        TemporaryDirectory() as folder,
        result_writer(Path(folder) / "out.parquet", grades=plan().grades) as writer,
    ):
        for batch in batches:
            writer.write(batch)
        return writer.tally().digest


def timed(call: Callable[[], Iterator[pa.RecordBatch]]) -> dict[str, float | str]:
    begun = time.perf_counter()
    batches = list(call())
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "digest": digest_of(iter(batches))}


def polars(folder: Path) -> dict[str, float | str]:
    return timed(lambda: finished(polars_sums(folder, plan()), folder, plan()))


def pandas(folder: Path) -> dict[str, float | str]:
    return timed(lambda: finished(pandas_sums(folder, plan()), folder, plan()))


def zen(folder: Path) -> dict[str, float | str]:
    return timed(lambda: zen_rows(folder, plan()))


def spark(folder: Path) -> dict[str, float | str]:
    """The second of two runs: the first one also warms the machine of Java."""
    from xinheng.scoring.spark import spark_session, write_plan

    found: dict[str, float | str] = {}
    with TemporaryDirectory() as name, spark_session(memory="6g") as session:
        work = Path(name)
        for _ in range(2):
            begun = time.perf_counter()
            tally = write_plan(
                session,
                plan(),
                snapshot=folder / "records.parquet",
                population=folder / "population.parquet",
                work=work,
                out=work / "out.parquet",
            )
            found = {"seconds": time.perf_counter() - begun, "digest": tally.digest}
    return found


def postgresql(folder: Path) -> dict[str, float | str]:
    import psycopg
    from measuring import place

    with place() as made, psycopg.connect(made.server.url_for(), autocommit=True) as connection:
        fill(connection, folder)
        query = sql(plan(), dialect="postgres")
        begun = time.perf_counter()
        connection.execute(f"CREATE UNLOGGED TABLE graded AS {query}")
        seconds = time.perf_counter() - begun
        rows = connection.execute("SELECT * FROM graded ORDER BY subject_id").fetchall()
    columns = [
        pa.array(list(values), field.type)
        for values, field in zip(zip(*rows, strict=True), RESULT, strict=True)
    ]
    return {"seconds": seconds, "digest": digest_of(iter([pa.record_batch(columns, schema=RESULT)]))}


def fill(connection: Any, folder: Path) -> None:
    import duckdb

    for statement in TABLE:
        connection.execute(statement)
    with TemporaryDirectory() as name, duckdb.connect() as engine:
        for table, columns, file in (
            ("facts", COLUMNS, "records"),
            ("population", "subject_id, kind, sector", "population"),
        ):
            out = Path(name) / f"{table}.csv"
            engine.execute(
                f"COPY (SELECT {columns} FROM read_parquet('{folder / file}.parquet')) TO '{out}' (FORMAT csv, HEADER false)"
            )
            with (
                out.open("rb") as source,
                connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy,
            ):
                while block := source.read(1 << 20):
                    copy.write(block)
    connection.execute("VACUUM ANALYZE facts, population")


@dataclass(frozen=True, slots=True)
class Peer:
    """``module`` must be installed; ``size`` is the greatest it is asked to carry."""

    run: Callable[[Path], dict[str, float | str]]
    module: str
    size: str

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None


PEERS = {
    "polars": Peer(polars, "polars", "l"),
    "pandas": Peer(pandas, "pandas", "m"),
    "postgresql": Peer(postgresql, "psycopg", "m"),
    "spark": Peer(spark, "pyspark", "l"),
    "zen": Peer(zen, "zen", "s"),
}
