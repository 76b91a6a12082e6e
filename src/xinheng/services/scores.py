"""Puts the results of a run in force: all of them the first time, afterwards those that changed.

The scores of a model form lines (store.scores). A run that finds much the same as the one before ends the scores
that changed and adds theirs; one that finds most of them changed, or follows another model, opens a new line. Either
all of it takes force or nothing does.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import connection
from django.db.backends.utils import CursorWrapper

from xinheng.store import locks
from xinheng.store.outbox import enqueue
from xinheng.store.scores import EvaluationRun

MOST_CHANGED = 3
"""A line goes on while less than one score in so many changes; ending a score costs about as much as adding two."""
REFRESH = "refresh_grades"
"""The job of interfaces.jobs."""
BLOCK = 1 << 20
COLUMNS = "subject_id, subject_version, points_milli, grade, veto, contributions"

_IN_FORCE = f"SELECT {COLUMNS} FROM store_score WHERE line_id = %s AND until_id IS NULL"
_END = """
WITH gone AS (
    UPDATE store_score s SET until_id = %s FROM ended e
    WHERE s.line_id = %s AND s.subject_id = e.subject_id AND s.until_id IS NULL
    RETURNING s.grade)
SELECT grade, count(*) FROM gone GROUP BY grade
"""
_TYPES = (
    "columns = {'subject_id': 'BIGINT', 'version': 'BIGINT', 'points': 'INTEGER', 'grade': 'VARCHAR', 'veto': 'VARCHAR',"
    " 'contributions': 'VARCHAR'}, header = false, delim = ',', quote = '\"', escape = '\"', auto_detect = false"
)
_FOUND = """
CREATE TABLE found AS
SELECT r.subject_id, p.version, r.points_milli AS points, coalesce(r.grade, '') AS grade, coalesce(r.veto, '') AS veto,
       '{' || array_to_string(r.contributions, ',') || '}' AS contributions
FROM graded r JOIN people p USING (subject_id)
"""
_ADDED = """
CREATE TABLE added AS
SELECT f.* FROM found f LEFT JOIN before b USING (subject_id)
WHERE (b.subject_id IS NULL OR b.version <> f.version OR b.points <> f.points OR coalesce(b.grade, '') <> f.grade
   OR coalesce(b.veto, '') <> f.veto OR b.contributions <> f.contributions)
"""
_NOT_OLDER = "AND coalesce(b.version <= f.version, true)"
"""What looks at part of the city may come after a full run that knew more."""
_ENDED = """
CREATE TABLE ended AS
SELECT b.subject_id FROM before b LEFT JOIN added a USING (subject_id) LEFT JOIN found f USING (subject_id)
WHERE a.subject_id IS NOT NULL OR f.subject_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What run number ``run`` finds otherwise than the scores in force, as files: rows to add, subjects that end.

    ``line`` is the line that goes on, or the run itself where it opens one. ``gained``: rows to add by grade.
    """

    run: int
    line: int
    added: Path
    ended: Path
    gained: dict[str, int]


def ask_for_refresh() -> None:
    """Inside the transaction that changes files: the worker grades them anew as soon as it is over."""
    if EvaluationRun.objects.filter(current=True).exists():
        enqueue(REFRESH, once=REFRESH)


def take_lock() -> None:
    """Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.RUNS])


def changes_of(
    result: Path, population: Path, *, since: EvaluationRun | None, among: list[int] | None = None, work: Path
) -> Changes:
    """Compare a result with the scores in force of the line of ``since``; without one, everything is new.

    A score changes with its value, and with the version of the file it rests on. ``among``: only these
    subjects were looked at, the scores of all others stay.
    """
    run = _next_run()
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(work)}) as engine:
        engine.execute("SET preserve_insertion_order = false")
        engine.read_parquet(str(result)).create_view("graded")
        engine.read_parquet(str(population)).create_view("people")
        engine.execute(_FOUND).fetchall()
        line = run
        if since is not None:
            _before(engine, since, among=among, work=work)
            engine.execute(_ADDED if among is None else f"{_ADDED} {_NOT_OLDER}")
            if among is not None or _count(engine, "added") * MOST_CHANGED < _count(engine, "found"):
                line = since.line_key
        if line == run:
            engine.execute("CREATE OR REPLACE TABLE added AS FROM found")
            engine.execute("CREATE TABLE ended AS SELECT 0::BIGINT AS subject_id WHERE false")
        else:
            engine.execute(_ENDED)
        added, ended = work / "added.csv", work / "ended.csv"
        _write(engine, f"SELECT {line}, {run}, * FROM added", added)
        _write(engine, "FROM ended", ended)
        gained = dict(engine.execute("SELECT grade, count(*) FROM added GROUP BY grade").fetchall())
    return Changes(run, line, added, ended, gained)


def _next_run() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('store_evaluationrun', 'id'))")
        return int(cursor.fetchone()[0])


def _before(
    engine: duckdb.DuckDBPyConnection, since: EvaluationRun, *, among: list[int] | None, work: Path
) -> None:
    path, statement = work / "before.csv", _IN_FORCE
    given: list[object] = [since.line_key]
    if among is not None:
        statement += " AND subject_id = ANY(%s)"
        given.append(among)
    statement = f"COPY ({statement}) TO STDOUT (FORMAT csv)"
    with (
        connection.cursor() as cursor,
        path.open("wb") as out,
        cursor.cursor.copy(statement, given) as copy,
    ):
        for block in copy:
            out.write(block)
    engine.execute(f"CREATE TABLE before AS FROM read_csv('{path}', {_TYPES})").fetchall()


def _count(engine: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = engine.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _write(engine: duckdb.DuckDBPyConnection, rows: str, path: Path) -> None:
    engine.execute(f"COPY ({rows}) TO '{path}' (FORMAT csv, HEADER false)").fetchall()


def write_scores(changes: Changes) -> dict[str, int]:
    """End and add scores; returns by how much each grade has become more frequent in the line."""
    moved = Counter(changes.gained)
    with connection.cursor() as cursor:
        if changes.ended.stat().st_size:
            cursor.execute("CREATE TEMP TABLE ended (subject_id bigint) ON COMMIT DROP")
            _copy(cursor, "ended (subject_id)", changes.ended)
            cursor.execute("ANALYZE ended")
            cursor.execute(_END, [changes.run, changes.line])
            moved.subtract(dict(cursor.fetchall()))
            cursor.execute("DROP TABLE ended")
        _copy(
            cursor,
            f"store_score (line_id, run_id, {COLUMNS})",
            changes.added,
            ", FORCE_NOT_NULL (grade, veto)",
        )
    return dict(moved)


def _copy(cursor: CursorWrapper, target: str, source: Path, options: str = "") -> None:
    statement = f"COPY {target} FROM STDIN (FORMAT csv{options})"
    with source.open("rb") as rows, cursor.cursor.copy(statement) as copy:
        for block in iter(lambda: rows.read(BLOCK), b""):
            copy.write(block)
