"""Finds and masks personal numbers in every column of a file before anything else looks at it (G2, G13).

One pass in SQL counts candidates a column; only these cells are read in Python. What stands open is counted;
the masked text takes the place of the cell in everything that follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.masking import PERSONAL_RE2, PersonalKind, find_personal, mask_personal
from xinheng.intake.engine import AS_PARQUET, in_sql

CHUNK = 5_000
NUMBERS = frozenset(
    {
        PersonalKind.RESIDENT_ID,
        PersonalKind.MOBILE,
        PersonalKind.BANK_CARD,
        PersonalKind.TRAVEL_DOCUMENT,
    }
)
"""Findings that count as personal numbers; vehicle plates are masked without being counted."""

_COMMITMENT_CODE = re.compile(r"[1-9][0-9]{5}20[1-9][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{6}")
"""承诺编码: area, day of the commitment and serial; it looks like a resident ID with two more digits."""

_PLATE_LIKE = re.compile("[一-鿿][A-ZＡ-Ｚ]")

_SCHEMA = pa.schema(
    [("row_no", pa.int32()), ("place", pa.int32()), ("text", pa.string()), ("opened", pa.bool_())]
)


@dataclass(frozen=True, slots=True)
class Covered:
    """``source`` yields row_no, c1 … cN, rest, fault, personal: the places (from 1) where something stood open."""

    source: str
    found: int
    path: Path | None = None
    """The masked copy, where there is one."""


def untouched(source: str) -> str:
    """The table as it is: nothing stands open in it."""
    return f"(SELECT *, NULL::INTEGER[] AS personal FROM {source})"


def cover(engine: duckdb.DuckDBPyConnection, *, source: str, width: int, work: Path) -> Covered:
    """Mask all personal numbers of the table; where there is any, a masked copy of the table is written."""
    places = _candidate_places(engine, source, width)
    changes = work / "changes.parquet"
    rows = found = 0
    with pq.ParquetWriter(changes, _SCHEMA) as writer:
        for place in places:
            for chunk in _changed_cells(engine, source, place):
                writer.write_table(_table([row for row, _ in chunk]))
                rows += len(chunk)
                found += sum(numbers for _, numbers in chunk)
    if not rows:
        return Covered(untouched(source), 0)
    target = work / "covered.parquet"
    engine.execute(f"COPY ({_overlaid(source, width, places, changes)}) TO {in_sql(target)} {AS_PARQUET}")
    return Covered(f"read_parquet({in_sql(target)})", found, target)


def any_personal(source: str, width: int) -> str:
    """SQL that looks at all cells of a row together: the sign between two is a boundary of every number and part of
    none. False or NULL where nothing can stand open."""
    cells = ", ".join(f"c{place}" for place in range(1, width + 1))
    return (
        f"SELECT bool_or(regexp_matches(concat_ws(chr(31), {cells}), {in_sql(PERSONAL_RE2)})) FROM {source}"
    )


def _candidate_places(engine: duckdb.DuckDBPyConnection, source: str, width: int) -> list[int]:
    pattern = in_sql(PERSONAL_RE2)
    tests = ", ".join(f"bool_or(regexp_matches(c{place}, {pattern}))" for place in range(1, width + 1))
    row = engine.execute(f"SELECT {tests} FROM {source}").fetchone()
    assert row is not None
    return [place for place, any_found in enumerate(row, start=1) if any_found]


_Change = tuple[tuple[int, int, str, bool], int]
"""A changed cell, and how many numbers stood in it."""


def _changed_cells(engine: duckdb.DuckDBPyConnection, source: str, place: int) -> Iterator[list[_Change]]:
    candidates = (
        f"SELECT row_no, c{place} FROM {source} WHERE regexp_matches(c{place}, {in_sql(PERSONAL_RE2)})"
    )
    with engine.cursor() as reader:
        reader.execute(candidates)
        while chunk := reader.fetchmany(CHUNK):
            changed: list[_Change] = []
            for row_no, text in chunk:
                if _COMMITMENT_CODE.fullmatch(text.strip()):
                    continue
                masked = mask_personal(text)
                if masked.text != text:
                    numbers = _numbers_in(text) if _PLATE_LIKE.search(text) else masked.found
                    changed.append(((row_no, place, masked.text, masked.found > 0), numbers))
            if changed:
                yield changed


def _numbers_in(text: str) -> int:
    return sum(one.kind in NUMBERS for one in find_personal(text))


def _table(rows: list[tuple[int, int, str, bool]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _overlaid(source: str, width: int, places: list[int], changes: Path) -> str:
    texts = ", ".join(f"max(text) FILTER (place = {place}) AS m{place}" for place in places)
    changed = (
        f"SELECT row_no, {texts}, list(place) FILTER (opened) AS personal"
        f" FROM read_parquet({in_sql(changes)}) GROUP BY row_no"
    )
    cells = ", ".join(
        f"coalesce(m{place}, c{place}) AS c{place}" if place in places else f"c{place}"
        for place in range(1, width + 1)
    )
    return (
        f"SELECT r.row_no, {cells}, rest, fault, personal::INTEGER[] AS personal"
        f" FROM {source} AS r LEFT JOIN ({changed}) AS m ON m.row_no = r.row_no"
    )
