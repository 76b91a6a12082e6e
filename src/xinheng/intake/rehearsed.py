"""Judges a few rows with queries that were read and planned once and are kept for the next delivery of the same kind.

Of a few rows reading the queries of a feed costs more than running them. They are the same texts that a large file is
judged by (`cells`, `lexicons`, `judging`, `comparing`, `writing`); whatever changes a text, a feed, a header or a day,
makes another rehearsal. A turn leaves nothing behind: it is one transaction that is rolled back.
"""

import atexit
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa

from xinheng.core.days import Calendar
from xinheng.intake import cells, comparing, lexicons, writing
from xinheng.intake.engine import CORNER_MIB, refusals
from xinheng.intake.judging import Judgement
from xinheng.intake.lateness import create_workdays
from xinheng.intake.lexicons import Reading
from xinheng.intake.personal import any_personal
from xinheng.intake.writing import Verdicts

MOST_KEPT = 8
RAW, COVERED = "raw_rows", "covered_rows"
ALL = "row_no >= 0"


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that the queries of a rehearsal depend on. ``lexicons``: table, names and kinds of columns."""

    width: int
    tables: tuple[tuple[str, str], ...]
    final: str
    queries: tuple[tuple[str, str], ...]
    lexicons: tuple[tuple[str, tuple[tuple[str, pa.DataType], ...]], ...]
    calendar: Calendar | None
    today: date


def script_of(
    query: str,
    judgement: Judgement,
    verdicts: Verdicts,
    readings: list[Reading],
    *,
    header: tuple[str, ...],
    width: int,
    calendar: Calendar | None,
    today: date,
) -> Script:
    """``query`` yields the cleaned texts of ``COVERED``."""
    tables = {
        "cleaned": query,
        "judged": judgement.query,
        "duplicates": comparing.duplicates("judged", verdicts.masks),
        "compared": comparing.compared("judged", judgement.rules, verdicts.masks),
    }
    queries = {
        "personal": any_personal(RAW, width),
        "odd": lexicons.odd_texts(readings) if readings else "SELECT 0, '' WHERE false",
        "counted": writing.counted(verdicts),
        "accepted": writing.accepted(verdicts),
        "returned": writing.returned(verdicts, source=COVERED, header=header, within=ALL),
        "refused": writing.refused(verdicts, source=RAW, header=header, within=ALL),
    }
    return Script(
        width,
        tuple(tables.items()),
        writing.final("judged", verdicts),
        tuple(queries.items()),
        tuple((one.table, one.columns) for one in readings),
        calendar,
        today,
    )


class _Tray:
    """What a query finds under one name: a table that changes from turn to turn, in columns that do not."""

    def __init__(self, schema: pa.Schema) -> None:
        self.rows = schema.empty_table()

    def lay(self, rows: pa.Table) -> None:
        assert rows.schema.equals(self.rows.schema)
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


class Rehearsal:
    """One engine with the queries of one script; for one thread at a time."""

    def __init__(self, script: Script) -> None:
        self.script = script
        limits: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{CORNER_MIB}MB",
            "threads": 1,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._engine = engine = duckdb.connect(config=limits)
        engine.execute("PRAGMA disable_optimizer")
        cells.define(engine)
        if script.calendar is not None:
            create_workdays(engine, script.calendar, today=script.today)
        rows = raw_schema(script.width)
        schemas = {RAW: rows, COVERED: rows} | {
            table: pa.schema((("raw", pa.string()), *columns)) for table, columns in script.lexicons
        }
        self._trays = {name: _Tray(schema) for name, schema in schemas.items()}
        for name, tray in self._trays.items():
            engine.register(name, tray)
        for name, query in script.tables:
            engine.execute(f"CREATE TABLE {name} AS {query} LIMIT 0")
            if name == "cleaned":
                engine.execute("CREATE VIEW cells AS SELECT * FROM cleaned WHERE NOT blank")
        engine.execute(f"CREATE VIEW final AS {script.final}")
        for name, query in script.tables:
            engine.execute(f"PREPARE fill_{name} AS INSERT INTO {name} {query}")
        for name, query in script.queries:
            engine.execute(f"PREPARE ask_{name} AS {query}")

    @contextmanager
    def turn(self) -> Iterator["Rehearsal"]:
        self._engine.execute("BEGIN")
        try:
            yield self
        finally:
            self._engine.execute("ROLLBACK")
            for tray in self._trays.values():
                tray.lay(tray.rows.schema.empty_table())

    def lay(self, rows: Mapping[str, pa.Table]) -> None:
        """Give the rows to be read next; all of ``raw_schema`` or of a lexicon."""
        for name, table in rows.items():
            self._trays[name].lay(table)

    def fill(self, table: str) -> None:
        self._engine.execute(f"EXECUTE fill_{table}")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self._engine.execute(f"EXECUTE ask_{query}").fetchall()

    def table(self, query: str) -> pa.Table:
        return self._engine.sql(f"EXECUTE ask_{query}").to_arrow_table()

    def close(self) -> None:
        self._engine.close()


def raw_schema(width: int) -> pa.Schema:
    """row_no, c1 … cN, rest, fault, personal."""
    texts = [(name, pa.string()) for name in (*(f"c{n}" for n in range(1, width + 1)), "rest", "fault")]
    return pa.schema([("row_no", pa.int32()), *texts, ("personal", pa.list_(pa.int32()))])


_idle: deque[Rehearsal] = deque()
_door = Lock()


@contextmanager
def rehearsed(script: Script) -> Iterator[Rehearsal]:
    """A rehearsal of the script that nobody else uses meanwhile; it is kept unless the turn failed."""
    with _door:
        mine = next((one for one in _idle if one.script == script), None)
        if mine is not None:
            _idle.remove(mine)
    with refusals():
        mine = mine or Rehearsal(script)
        try:
            with mine.turn():
                yield mine
        except BaseException:
            mine.close()
            raise
    with _door:
        _idle.append(mine)
        old = _idle.popleft() if len(_idle) > MOST_KEPT else None
    if old is not None:
        old.close()


@atexit.register
def _leave() -> None:
    """DuckDB reports to the terminal what it still holds after the last module has gone."""
    with _door:
        while _idle:
            _idle.pop().close()
