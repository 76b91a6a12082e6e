"""Opens the set-wise engine, and says in words when memory or disk do not suffice."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from xinheng.core.refusal import Refusal


@contextmanager
def engine(*, work: Path, memory_limit: str, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory engine that spills into ``work`` and opens nothing on the network."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(work),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "false",
        **({"threads": threads} if threads else {}),
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        yield connection


@contextmanager
def room_enough(*, memory_limit: str) -> Iterator[None]:
    """Turns want of memory or disk into a Refusal (ENGINE-MEMORY, ENGINE-DISK)."""
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise Refusal(
            "ENGINE-MEMORY",
            f"评价计算的内存（{memory_limit}）和临时磁盘空间不够，本次没有写出结果",
            advice="请释放磁盘空间或调高内存上限后重试",
        ) from error
    except (duckdb.IOException, OSError) as error:
        if getattr(error, "errno", None) != errno.ENOSPC and "No space left" not in str(error):
            raise
        raise Refusal(
            "ENGINE-DISK", "磁盘已满，评价计算中止，本次没有写出结果", advice="请释放磁盘空间后重试"
        ) from error
