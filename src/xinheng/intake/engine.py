"""The set-wise engine of intake: one DuckDB with a bounded memory, which spills into the work folder."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Lock

import duckdb

from xinheng.core.refusal import Refusal
from xinheng.intake.limits import Limits

AS_PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
"""Small row groups keep the memory of a write small, however wide the rows."""

FEW = 2_000
"""Rows up to which a file counts as small."""
CORNER_MIB = 480


@contextmanager
def connect(work: Path, limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """A full disk (F01) and a file beyond the memory (F04) are told as Refusals; all else is a defect of ours."""
    engine = duckdb.connect(
        config={
            "memory_limit": f"{limits.engine_memory}MB",
            "threads": limits.threads,
            "temp_directory": str(work / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        with refusals():
            yield engine
    finally:
        engine.close()


@contextmanager
def refusals() -> Iterator[None]:
    """What the engine says of memory and disk, as Refusals F04 and F01."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise Refusal(
            "F04",
            "文件太大，处理它所需的内存超过了限制，没有写入任何内容。",
            advice="请按月份或地区分成几个文件后重新导入。",
        ) from error
    except duckdb.IOException as error:
        raise Refusal(
            "F01", "磁盘空间不足或工作目录不可写，没有写入任何内容。", advice="请清理磁盘后重新导入同一文件。"
        ) from error


def any_order(engine: duckdb.DuckDBPyConnection) -> None:
    """Rows carry their number from here on; not keeping their order saves memory."""
    engine.execute("SET preserve_insertion_order = false")


_corners = count(1)
_house: list[duckdb.DuckDBPyConnection] = []
_opening = Lock()


@contextmanager
def corner() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own in an engine that the process keeps, for a few rows: starting one costs more than they do.

    Cursors of it do not stand in the corner; whoever needs one reads through the connection itself.
    """
    with _opening:
        if not _house:
            _house.append(duckdb.connect(config={"memory_limit": f"{CORNER_MIB}MB", "threads": 1}))
            _house[0].execute("SET preserve_insertion_order = false")
        engine = _house[0].cursor()
    name = f"corner{next(_corners)}"
    engine.execute(f"ATTACH ':memory:' AS {name}")
    try:
        engine.execute(f"USE {name}")
        engine.execute("PRAGMA disable_optimizer")
        yield engine
    finally:
        engine.execute("USE memory")
        engine.execute(f"DETACH {name}")
        engine.close()


@contextmanager
def reading(work: Path, limits: Limits, *, rows: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine for looking again at what was written of a file of so many rows; a corner where they are few."""
    with corner() if rows <= FEW else connect(work, limits) as engine, refusals():
        yield engine


@atexit.register
def _leave() -> None:
    """DuckDB reports to the terminal what it still holds after the last module has gone."""
    with _opening:
        while _house:
            _house.pop().close()


def in_sql(value: Path | str) -> str:
    """A text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A text as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
