"""Writes the tables that everybody may take as CSV and Parquet, out of the database or out of files made before.

Rows pass by in blocks, so that memory stays bounded whatever the number of subjects. The manifest says of each file its
digest and size, of each table its rows and columns, and of the whole the change up to which it holds.
"""

import os
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from xinheng.core.open_tables import ITEM, Table, in_place
from xinheng.services.snapshot_rows import Sender
from xinheng.store.files import digest_of_file

Blocks = Generator[pa.RecordBatch, None, None]
BLOCK_BYTES = 4 << 20
GROUP_ROWS = 100_000
MARK = b"\xef\xbb\xbf"
"""Office programs take a table in UTF-8 for one only with this before it."""
_TYPES = {"text": pa.string(), "day": pa.date32(), "number": pa.int64(), "flag": pa.bool_()}
_SIGNS = "=+@\t\r-"
"""What a cell must begin with to be looked at: seldom met, and sooner looked for than the whole."""
_SIGNED = f"^[{_SIGNS}]."
_NUMBER = r"^[+-][0-9]+([.][0-9]+)?$"


def schema_of(table: Table) -> pa.Schema:
    return pa.schema([(one.name, _TYPES[one.kind.written]) for one in table.columns])


def blocks_of(cursor: CursorWrapper, rows: QuerySet[Any, Any], schema: pa.Schema) -> Blocks:
    """What a queryset of tuples finds, in the order of the database. To be closed: the connection is busy until then."""
    statement, given = rows.order_by().query.sql_with_params()
    received, sent = os.pipe()
    sender = Sender(cursor, f"COPY ({statement}) TO STDOUT (FORMAT csv)", given, sent)
    options = {
        "read_options": csv.ReadOptions(column_names=schema.names, block_size=BLOCK_BYTES),
        "parse_options": csv.ParseOptions(newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            true_values=["t"],
            false_values=["f"],
        ),
    }
    sender.start()
    try:
        with os.fdopen(received, "rb") as source:
            if source.peek(1):
                with csv.open_csv(source, **options) as reader:
                    yield from reader
    finally:
        sender.join()
    if sender.failed is not None:
        raise sender.failed


def blocks_in_policy(table: Table) -> Blocks:
    """The rows of a table that stands in policy."""
    schema = schema_of(table)
    if table.rows:
        columns = [
            pa.array(values, field.type)
            for values, field in zip(zip(*table.rows, strict=True), schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def blocks_without(path: Path, keys: Collection[str]) -> Iterator[pa.RecordBatch]:
    """What a Parquet file holds, but for the rows with these keys."""
    gone = pa.array(sorted(keys), pa.string())
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=GROUP_ROWS):
            yield batch.filter(pc.invert(pc.is_in(batch.column(0).cast(pa.string()), value_set=gone)))


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of a table, and its columns in which no row has a value."""

    rows: int
    empty: frozenset[str]


def write_table(blocks: Iterable[pa.RecordBatch], schema: pa.Schema, folder: Path, *, key: str) -> Count:
    """``key``.csv and ``key``.parquet."""
    with _writing(schema, folder, key=key) as files:
        for block in blocks:
            files.add(pa.Table.from_batches([block]))
    return files.count


def write_acts(
    blocks: Iterable[pa.RecordBatch], tables: Sequence[Table], folder: Path
) -> Mapping[str, Count]:
    """The files of tables of acts, out of blocks of them ``side_by_side``."""
    with ExitStack() as stack:
        parts = [
            _Part(one, stack.enter_context(_writing(schema_of(one), folder, key=one.key))) for one in tables
        ]
        for rows in _gathered(blocks):
            for part in parts:
                part.take(rows)
    return {part.table.key: part.files.count for part in parts}


def _gathered(blocks: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Rows by ``GROUP_ROWS``: the fewer calls, the less the thread that receives them is in the way."""
    held: list[pa.RecordBatch] = []
    for block in blocks:
        held.append(block)
        if sum(map(len, held)) >= GROUP_ROWS:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


class _Files:
    """Both files of a table while they are written, in groups of rows."""

    def __init__(self, schema: pa.Schema, parquet: pq.ParquetWriter, lines: csv.CSVWriter) -> None:
        self._parquet, self._lines = parquet, lines
        self._held: list[pa.Table] = []
        self._rows, self._empty = 0, set(schema.names)

    def add(self, rows: pa.Table) -> None:
        self._held.append(rows)
        if sum(map(len, self._held)) >= GROUP_ROWS:
            self.write()

    def write(self) -> None:
        """Write what is held."""
        if not self._held:
            return
        group = pa.concat_tables(self._held)
        self._held = []
        self._parquet.write_table(group, row_group_size=GROUP_ROWS)
        self._lines.write_table(_guarded(group))
        self._rows += group.num_rows
        self._empty -= {name for name in self._empty if group.column(name).null_count < group.num_rows}

    @property
    def count(self) -> Count:
        return Count(self._rows, frozenset(self._empty))


@contextmanager
def _writing(schema: pa.Schema, folder: Path, *, key: str) -> Iterator[_Files]:
    told = csv.WriteOptions(include_header=True, quoting_style="needed")
    with (
        (folder / f"{key}.csv").open("wb") as out,
        pq.ParquetWriter(
            folder / f"{key}.parquet", schema, compression="zstd", compression_level=1
        ) as parquet,
    ):
        out.write(MARK)
        with csv.CSVWriter(out, schema, write_options=told) as lines:
            files = _Files(schema, parquet, lines)
            yield files
            files.write()


class _Part:
    """One of several tables that are read side by side."""

    def __init__(self, table: Table, files: _Files) -> None:
        self.table, self.files = table, files
        self._schema, self._places = schema_of(table), in_place(table)
        self._items = pa.array(table.items, pa.int64())

    def take(self, rows: pa.Table) -> None:
        """Add those that belong here."""
        known = sorted(set(self._places))
        mine = rows.select(known).filter(pc.is_in(rows.column(ITEM), value_set=self._items))
        if len(mine):
            columns = [mine.column(known.index(place)) for place in self._places]
            self.files.add(pa.Table.from_arrays(columns, schema=self._schema))


def _guarded(group: pa.Table) -> pa.Table:
    """No cell that a spreadsheet takes for a formula, as core.cell_text has it."""
    for place, field in enumerate(group.schema):
        if field.type != pa.string():
            continue
        cells = group.column(place)
        if not pc.any(
            pc.is_in(pc.utf8_slice_codeunits(cells, 0, 1), value_set=pa.array(list(_SIGNS)))
        ).as_py():
            continue
        risky = pc.and_(
            pc.match_substring_regex(cells, _SIGNED), pc.invert(pc.match_substring_regex(cells, _NUMBER))
        )
        if pc.any(risky).as_py():
            marked = pc.binary_join_element_wise("'", cells, "")
            group = group.set_column(place, field, pc.if_else(pc.fill_null(risky, False), marked, cells))
    return group


def in_manifest(table: Table, count: Count, folder: Path) -> dict[str, Any]:
    """What the manifest says of a table that lies in a folder. ``withdrawn``: rows taken out since the snapshot was made."""
    columns = [{"name": one.name, "type": one.kind.written, "says": one.says} for one in table.columns]
    names = [f"{table.key}.{suffix}" for suffix in ("csv", "parquet")]
    return {
        "key": table.key,
        "title": table.title,
        "says": table.says,
        "rows": count.rows,
        "withdrawn": 0,
        "columns_digest": table.digest,
        "columns": told_of(columns, count),
        "files": [file_in_manifest(folder / name) for name in names],
    }


def told_of(columns: Iterable[Mapping[str, Any]], count: Count) -> list[dict[str, Any]]:
    """The columns with ``empty`` where the table has rows and none of them a value there."""
    known = [{name: value for name, value in one.items() if name != "empty"} for one in columns]
    return [one | ({"empty": True} if count.rows and one["name"] in count.empty else {}) for one in known]


def file_in_manifest(path: Path) -> Mapping[str, Any]:
    return {"name": path.name, "bytes": path.stat().st_size, "digest": digest_of_file(path)}


def schema_in(path: Path) -> pa.Schema:
    """Of a table as it was written; what Parquet adds is left out."""
    return pq.read_schema(path).remove_metadata()
