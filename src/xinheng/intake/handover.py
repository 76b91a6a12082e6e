"""Hands the accepted rows of one file over to a database, set-wise: Parquet in, the text form of COPY out.

The distinct parties of a file (code and name) are told first, so that the database finds each subject once; then
the marks of every row, so that it finds what it knows already; then records and words, with their subjects.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow.parquet as pq

from xinheng.core.refusal import Refusal
from xinheng.intake.engine import FEW, corner
from xinheng.intake.judging import ROW_TYPES

MEMORY_MIB = 400
ROWS_A_BLOCK = 4096

_PARTY_KEY = ("code", "other_kind", "other_code", "name")
_HASHES = ("content_hash", "natural_hash")
_COLUMNS = {"row_no": "INTEGER", **ROW_TYPES, "content_hash": "BLOB", "natural_hash": "BLOB"}
"""A normalised record row without its flags."""


def _words(column: str, length: int | None = None) -> str:
    """SQL of free text as COPY reads it; absent is empty."""
    cut = f"left({column}, {length})" if length else column
    for sign, shown in (("'\\'", r"'\\'"), ("chr(9)", r"'\t'"), ("chr(10)", r"'\n'"), ("chr(13)", r"'\r'")):
        cut = f"replace({cut}, {sign}, {shown})"
    return f"coalesce({cut}, '')"


RECORD_CELLS = {
    "id": "{first} + row_no",
    "record_key": "{first} + row_no",
    "subject_id": "subject_id",
    "batch_id": "{batch}",
    "amount_fen": "amount_fen",
    "known_at": "known_at",
    "row_no": "row_no",
    "headcount": "headcount",
    "decided_on": "decided_on",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
    "item": "item",
    "seriousness": "coalesce(seriousness, 0)",
    "finality": "coalesce(finality, 0)",
    "state": "1",
    "natural_hash": "'\\\\x' || hex(natural_hash)",
    "content_hash": "'\\\\x' || hex(content_hash)",
    "result": _words("result"),
}
DETAIL_CELLS = {
    "record_id": "{first} + row_no",
    "document_no": _words("document_no", 200),
    "authority": _words("authority", 200),
    "authority_code": _words("authority_code"),
    "title": _words("title"),
    "fields": f"CASE WHEN details IS NULL THEN '{{{{}}}}' ELSE {_words('details')} END",
}
MARK_CELLS = {"row_no": "row_no", "party": "party"} | {
    name: RECORD_CELLS[name] for name in ("decided_on", "natural_hash", "content_hash")
}

Party = tuple[int, str | None, str | None, str | None, str | None]
"""The first row it stands in, code, other_kind, other_code, name."""


class Parcel:
    """The accepted rows of one file on their way; close it after use. Needs a folder to spill into."""

    def __init__(self, accepted: Path, work: Path) -> None:
        self.work = work
        self._rows = f"read_parquet({_text(accepted)})"
        self._few = pq.read_metadata(accepted).num_rows <= FEW
        self._held = ExitStack()
        self._engine = self._held.enter_context(corner() if self._few else _engine_of(work))
        key = ", ".join(_PARTY_KEY)
        self._run(
            f"CREATE TABLE party AS SELECT min(row_no) AS party, {key} FROM {self._rows} GROUP BY {key}"
        )
        self._run("CREATE TABLE left_out (row_no INTEGER)")

    def __enter__(self) -> "Parcel":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def span(self) -> tuple[int, int]:
        """The first and the last row number; (0, -1) without rows."""
        found = self._engine.execute(f"SELECT min(row_no), max(row_no) FROM {self._rows}").fetchall()[0]
        return (0, -1) if found[0] is None else (int(found[0]), int(found[1]))

    def parties(self, *, chunk: int = 50_000) -> Iterator[list[Party]]:
        with self._reader() as cursor:
            found = cursor.execute(f"SELECT party, {', '.join(_PARTY_KEY)} FROM party")
            while rows := found.fetchmany(chunk):
                yield rows

    def marks(self) -> Iterator[memoryview]:
        """The cells of MARK_CELLS of every row in order of ``natural_hash``, so that an index is read from end to end."""
        return self._streamed(
            MARK_CELLS,
            f"(SELECT a.row_no, p.party, decided_on, natural_hash, content_hash FROM {self._rows} a JOIN party p"
            f" ON {_same('a', 'p')} ORDER BY natural_hash)",
        )

    def place(self, placed: Path, left_out: Path) -> None:
        """Take the subject and known time of each party, and the rows that stay out, as CSV files."""
        columns = "{'party': 'INTEGER', 'subject_id': 'BIGINT', 'known_at': 'VARCHAR'}"
        self._run(
            f"CREATE TABLE placed AS SELECT p.* EXCLUDE (party), s.subject_id, s.known_at FROM party p JOIN"
            f" read_csv({_text(placed)}, header = false, columns = {columns}) s ON s.party = p.party"
        )
        if left_out.stat().st_size:
            self._run(
                f"INSERT INTO left_out FROM read_csv({_text(left_out)}, header = false,"
                " columns = {'row_no': 'INTEGER'})"
            )

    def records(self, *, first: int, batch: int) -> Iterator[memoryview]:
        """RECORD_CELLS of the placed rows; row ``n`` gets the id ``first + n``."""
        return self._streamed(RECORD_CELLS, self._placed(), first=first, batch=batch)

    def details(self, *, first: int) -> Iterator[memoryview]:
        """DETAIL_CELLS of the same rows."""
        return self._streamed(DETAIL_CELLS, self._placed(), first=first)

    def _reader(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return nullcontext(self._engine) if self._few else self._engine.cursor()

    def _placed(self) -> str:
        return (
            f"{self._rows} a JOIN placed p ON {_same('a', 'p')}"
            " WHERE NOT EXISTS (FROM left_out l WHERE l.row_no = a.row_no)"
        )

    def _run(self, statement: str) -> None:
        try:
            self._engine.execute(statement).fetchall()
        except duckdb.IOException as error:
            raise _disk_full() from error

    def _streamed(self, cells: Mapping[str, str], source: str, **values: int) -> Iterator[memoryview]:
        with self._reader() as cursor:
            try:
                yield from lines(cursor, cells, source, **values)
            except duckdb.IOException as error:
                raise _disk_full() from error


def lines(
    engine: duckdb.DuckDBPyConnection, cells: Mapping[str, str], source: str, **values: int | str
) -> Iterator[memoryview]:
    """``cells`` (SQL over ``source``) in COPY's text form, some thousand rows at a time, from the engine's memory."""
    shown = (f"coalesce(({cell.format(**values)})::VARCHAR, '\\N')" for cell in cells.values())
    query = f"SELECT concat_ws(chr(9), {', '.join(shown)}) || chr(10) FROM {source}"
    for batch in engine.sql(query).to_arrow_reader(ROWS_A_BLOCK):
        text = batch.column(0)
        _, offsets, letters = text.buffers()
        places = memoryview(offsets).cast("i")
        yield memoryview(letters)[places[text.offset] : places[text.offset + len(text)]]


@contextmanager
def _engine_of(work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{MEMORY_MIB}MB",
        "threads": 2,
        "temp_directory": str(work / "handover"),
    }
    with duckdb.connect(config=config) as engine:
        engine.execute("SET preserve_insertion_order = false")
        yield engine


def hand_over(accepted: Path, work: Path) -> Parcel:
    """The accepted rows of a file, ready to be loaded."""
    return Parcel(accepted, work)


def write_row(row: Mapping[str, Any], target: Path) -> None:
    """One normalised row, as a person sees it in JSON, back in the form of accepted rows."""
    values = {name: row.get(name) for name in _COLUMNS}
    for name in _HASHES:
        values[name] = bytes.fromhex(str(row[name]).removeprefix("\\x"))
    with duckdb.connect() as engine:
        typed = ", ".join(f"${name}::{kind} AS {name}" for name, kind in _COLUMNS.items())
        engine.execute(f"CREATE TABLE one AS SELECT {typed}", values)
        engine.execute(f"COPY one TO {_text(target)} (FORMAT parquet)").fetchall()


def rows_as_json(accepted: Path, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Some accepted rows as JSON of their columns, hashes as ``\\x…``; in the order of the file."""
    few = pq.read_metadata(accepted).num_rows <= FEW
    with corner() if few else duckdb.connect() as engine:
        engine.execute(
            "CREATE TEMP TABLE wanted AS SELECT unnest(?::INT[]) AS row_no", [list(numbers)]
        ).fetchall()
        shown = ", ".join(
            f"'{name}', " + (f"'\\x' || lower(hex({name}))" if name in _HASHES else f"a.{name}")
            for name in _COLUMNS
        )
        yield from engine.execute(
            f"SELECT a.row_no, json_object({shown}) FROM read_parquet({_text(accepted)}) a"
            " JOIN wanted USING (row_no) ORDER BY 1"
        ).fetchall()


def _same(left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} IS NOT DISTINCT FROM {right}.{name}" for name in _PARTY_KEY)


def _disk_full() -> Refusal:
    return Refusal(
        "F01",
        "磁盘空间不足或工作目录不可写，没有写入任何内容。",
        advice="请清理磁盘后重新导入同一文件。",
    )


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
