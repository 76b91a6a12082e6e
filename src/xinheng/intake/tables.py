"""Turns a text file into one Parquet table of raw cells, in constant memory, with the sender's row numbers.

An even file is read by DuckDB; a file with blank, ragged or broken lines is cut record by record. Both ways
give the same table: ``row_no``, ``c1`` … ``cN``, ``rest`` (cells beyond the header) and ``fault``.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.intake.engine import AS_PARQUET, connect, in_sql
from xinheng.intake.limits import Limits
from xinheng.intake.records_text import Fault, Record, cut, delimiter_of
from xinheng.intake.sniffing import Text, settled, unreadable

CHUNK = 20_000
SMALL = 256 * 1024
"""Bytes below which cutting a file costs less than starting an engine for it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first records of a text file and how they are separated."""

    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    width: int


@dataclass(frozen=True, slots=True)
class Table:
    """Raw cells. ``offset`` is the number of the record before the first stored one, or None where stored."""

    path: Path
    width: int
    offset: int | None

    @property
    def source(self) -> str:
        """A FROM item that yields row_no, c1 … cN, rest, fault."""
        cells = ", ".join(f"c{place}" for place in range(1, self.width + 1))
        if self.offset is None:
            return f"read_parquet({in_sql(self.path)})"
        return (
            f"(SELECT (file_row_number + {self.offset + 1})::INTEGER AS row_no, {cells}, NULL::VARCHAR AS rest,"
            f" NULL::VARCHAR AS fault FROM read_parquet({in_sql(self.path)}, file_row_number = true))"
        )


def head_of(text: Text, *, limits: Limits, delimiter: str = "") -> Head:
    """The first records; the width is that of the widest among them, without a tail of empty columns beyond use."""
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        sample = file.read(256 * 1024)
    delimiter = delimiter or delimiter_of(sample)
    lines = sample.splitlines(keepends=True)
    records = cut(lines, delimiter=delimiter, cell_characters=limits.cell_characters)
    rows = tuple(tuple(record.cells) for record in itertools.islice(records, limits.head_rows))
    filled = max((_filled_width(row) for row in rows), default=0)
    if filled > limits.columns:
        raise unreadable(f"表格有{filled}列，超过上限{limits.columns}列。", "请只导出需要的列后重新上传。")
    if filled == 0:
        raise unreadable("文件中没有内容。", "请确认导出成功后重新上传。")
    widest = max(map(len, rows))
    return Head(rows, delimiter, widest if widest <= limits.columns else filled)


def _filled_width(row: tuple[str, ...]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)


def read_table(text: Text, head: Head, *, first: int, work: Path, limits: Limits) -> Table:
    """Every record from number ``first + 1`` on."""
    target = work / "raw.parquet"
    even = (
        not text.replaced
        and text.path.stat().st_size > SMALL
        and len(head.rows) > first
        and len(head.rows[first]) == head.width
        and _single_lines(head, first)
    )
    if even and _read_even(text, head, first=first, target=target, limits=limits):
        return Table(target, head.width, first)
    text = settled(text, work)
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        records = cut(file, delimiter=head.delimiter, cell_characters=limits.cell_characters)
        _write(
            itertools.dropwhile(lambda record: record.number <= first, records), head.width, target, limits
        )
    return Table(target, head.width, None)


def _single_lines(head: Head, first: int) -> bool:
    """Whether the records to be skipped are one line each, so that lines can be counted as records."""
    return all(row and "\n" not in "".join(row) for row in head.rows[:first])


def _read_even(text: Text, head: Head, *, first: int, target: Path, limits: Limits) -> bool:
    """False where the file is not even: ragged, blank lines, line breaks in cells, bytes of another encoding."""
    names = [f"c{place}" for place in range(1, head.width + 1)]
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    options = (
        f"columns = {columns}, auto_detect = false, header = false, skip = {first}, delim = {in_sql(head.delimiter)},"
        " quote = '\"', escape = '\"', strict_mode = true, null_padding = false,"
        f" max_line_size = {max(limits.cell_characters * 4, 2_000_000)}"
    )
    with connect(target.parent, limits) as engine:
        try:
            engine.execute(
                f"COPY (SELECT * FROM read_csv({in_sql(text.path)}, {options})) TO {in_sql(target)}"
                f" {AS_PARQUET}"
            )
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            return False
        sample = engine.execute(f"SELECT * FROM read_parquet({in_sql(target)}) LIMIT 50").fetchall()
    stored = pq.read_metadata(target).num_rows
    same = all(
        tuple(cell or "" for cell in row) == expected
        for row, expected in zip(sample, head.rows[first:], strict=False)
    )
    return same and stored + first == _lines_of(text.path)


def _lines_of(path: Path) -> int:
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n")


def _write(records: Iterator[Record], width: int, target: Path, limits: Limits) -> None:
    cells = [pa.field(f"c{place}", pa.string()) for place in range(1, width + 1)]
    schema = pa.schema(
        [
            pa.field("row_no", pa.int32()),
            *cells,
            pa.field("rest", pa.string()),
            pa.field("fault", pa.string()),
        ]
    )
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while chunk := list(itertools.islice(records, CHUNK)):
            rows = [_fitted(record, width, limits) for record in chunk]
            columns = list(zip(*rows, strict=True))
            arrays = [
                pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _fitted(record: Record, width: int, limits: Limits) -> tuple[object, ...]:
    cells, fault = record.cells, record.fault
    beyond = cells[width:]
    rest = json.dumps(beyond, ensure_ascii=False) if any(cell.strip() for cell in beyond) else None
    if rest and fault is None:
        fault = Fault.WIDE
    if fault is None and any("\ufffd" in cell for cell in cells):
        fault = Fault.GARBLED
    if any(len(cell) > limits.cell_characters for cell in cells):
        fault = fault or Fault.LONG
        cells = [cell[: limits.cell_characters] for cell in cells]
    fitted = [cell.replace("\x00", "") for cell in cells[:width]]
    fitted += [""] * (width - len(fitted))
    return (record.number, *fitted, rest, fault.value if fault else None)
