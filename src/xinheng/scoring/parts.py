"""Keeps a snapshot as parts, each the records of a fixed range of subjects, so that a change rewrites its part alone.

A part is a Parquet file in the order of scoring.snapshot; parts follow one another by their names, and no subject
lies in two. The digest of the whole is made of the digests of the parts: it is the same however often and in
whatever steps the parts were rewritten.
"""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.scoring.digest import TableDigest
from xinheng.scoring.snapshot import GROUP_ROWS, SCHEMA, Manifest

SLICED = 100
"""To put a part together of slices takes as long, for each new row, as to rearrange so many rows one by one."""
PIECE_ROWS = 65_536
WRITTEN: dict[str, Any] = {
    "compression": "lz4",
    "use_dictionary": ["item", "valid_to", "headcount", "seriousness", "finality", "state", "result"],
    "column_encoding": dict.fromkeys(("subject_id", "record_id", "decided_on"), "DELTA_BINARY_PACKED"),
    "write_statistics": ["subject_id"],
}
"""Measured on a part of 1.3 M rows: half the time of zstd to write and to read, and no larger."""
WIDTH = 1 << 15
"""Subjects a part: ids from ``number * WIDTH`` on."""
_DAYS = 1 << 22
_FIRST_DAY = 719_163
"""Days from 0001-01-01 to 1970-01-01: the day of a record becomes a number that is not negative."""
IDS = pa.schema([pa.field("subject_id", pa.int64()), pa.field("record_id", pa.int64())])
"""Columns of the records that are known no longer."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one file holds."""

    number: int
    rows: int
    subjects: int
    first_day: str
    last_day: str
    digest: str

    @property
    def name(self) -> str:
        return part_name(self.number)


def part_name(number: int) -> str:
    return f"part-{number:06d}.parquet"


def part_of(subject_ids: Any) -> Any:
    """The number of the part of each subject of an Arrow array."""
    return pc.cast(pc.divide(subject_ids, pa.scalar(WIDTH, pa.int64())), pa.int32())


def describe(parts: Iterable[Part]) -> Manifest:
    """The manifest of all parts together, in the order of their numbers."""
    told = sorted(parts, key=lambda part: part.number)
    whole = hashlib.sha256(f"parts:1:{WIDTH}".encode())
    for part in told:
        whole.update(f"\n{part.number}:{part.rows}:{part.digest}".encode())
    return Manifest(
        rows=sum(part.rows for part in told),
        subjects=sum(part.subjects for part in told),
        first_day=min((part.first_day for part in told), default=None),
        last_day=max((part.last_day for part in told), default=None),
        digest=f"sha256:{whole.hexdigest()}",
        format=2,
    )


def write_parts(spilled: dict[int, Path], folder: Path, *, threads: int = 2) -> list[Part]:
    """Sort and write what was received for each part (Arrow streams of SCHEMA, in any order)."""

    def write(number: int) -> Part | None:
        with pa.OSFile(str(spilled[number])) as source, pa.ipc.open_stream(source) as stream:
            table = stream.read_all()
        spilled[number].unlink()
        return write_part(_ordered(table, number=number), folder, number=number)

    with ThreadPoolExecutor(threads) as pool:
        return [part for part in pool.map(write, sorted(spilled)) if part is not None]


def merge_parts(
    before: Path, folder: Path, *, added: pa.Table, removed: pa.Table, threads: int = 2
) -> dict[int, Part | None]:
    """Write into ``folder`` the parts that change; None: nothing is left of it.

    ``added`` has the columns of SCHEMA, ``removed`` those of IDS. A record that is added is younger, by its id,
    than all that stay.
    """
    numbers = pc.unique(pa.concat_arrays([_parts(added), _parts(removed)])).to_pylist()
    return _each(numbers, before, folder, _Change(added, removed, None), threads=threads)


def pick_parts(
    before: Path, folder: Path, *, subjects: Any, added: pa.Table, removed: pa.Table, threads: int = 2
) -> list[Part]:
    """As merge_parts, of some subjects (a sorted array of ids) alone."""
    added = added.filter(pc.is_in(added.column("subject_id"), value_set=subjects))
    numbers = pc.unique(part_of(subjects)).to_pylist()
    picked = _each(numbers, before, folder, _Change(added, removed, subjects), threads=threads)
    return [part for part in picked.values() if part is not None]


@dataclass(frozen=True, slots=True)
class _Change:
    added: pa.Table
    removed: pa.Table
    subjects: Any | None


def _each(
    numbers: Iterable[int], before: Path, folder: Path, change: _Change, *, threads: int
) -> dict[int, Part | None]:
    def write(number: int) -> tuple[int, Part | None]:
        return number, write_part(_changed(before, change, number=number), folder, number=number)

    with ThreadPoolExecutor(threads) as pool:
        return dict(pool.map(write, sorted(numbers)))


def _changed(before: Path, change: _Change, *, number: int) -> pa.Table:
    kept = _kept(before / part_name(number), change.subjects)
    gone = _of_part(change.removed, number).column("record_id").combine_chunks()
    if len(gone):
        kept = kept.filter(pc.invert(pc.is_in(kept.column("record_id"), value_set=gone)))
    return _merged(kept, _ordered(_of_part(change.added, number), number=number), number=number)


def _kept(path: Path, subjects: Any | None) -> pa.Table:
    """The rows of a part, or of some of its subjects, whose ids are sorted."""
    if not path.exists():
        return SCHEMA.empty_table()
    if subjects is None:
        return pq.read_table(path, schema=SCHEMA)
    wanted, found = subjects.to_numpy(), []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=PIECE_ROWS, use_threads=False):
        ids = batch.column("subject_id").to_numpy()
        here = wanted[np.searchsorted(wanted, ids[0]) : np.searchsorted(wanted, ids[-1], side="right")]
        first = np.searchsorted(ids, here)
        counts = np.searchsorted(ids, here, side="right") - first
        before = np.cumsum(counts) - counts
        found.append(batch.take(np.repeat(first - before, counts) + np.arange(counts.sum())))
    return pa.Table.from_batches(found, SCHEMA)


def _of_part(table: pa.Table, number: int) -> pa.Table:
    return table.filter(pc.equal(_parts(table), number))


def write_part(table: pa.Table, folder: Path, *, number: int) -> Part | None:
    """Store a sorted table; nothing is written where there is no row."""
    if not table.num_rows:
        return None
    digest = TableDigest(SCHEMA)
    for batch in table.to_batches(max_chunksize=GROUP_ROWS):
        digest.update(batch)
    with pq.ParquetWriter(folder / part_name(number), SCHEMA, **WRITTEN) as file:
        file.write_table(table, row_group_size=GROUP_ROWS)
    days = pc.min_max(table.column("decided_on")).as_py()
    return Part(
        number=number,
        rows=table.num_rows,
        subjects=pc.count_distinct(table.column("subject_id")).as_py(),
        first_day=days["min"].isoformat(),
        last_day=days["max"].isoformat(),
        digest=digest.value(),
    )


def _parts(table: pa.Table) -> Any:
    return part_of(table.column("subject_id").combine_chunks())


def _keys(table: pa.Table, *, number: int) -> Any:
    """Subject and day of each row as one number."""
    subjects = table.column("subject_id").to_numpy()
    days = table.column("decided_on").cast(pa.int32()).to_numpy().astype(np.int64)
    return (subjects - number * WIDTH) * _DAYS + days + _FIRST_DAY


def _ordered(table: pa.Table, *, number: int) -> pa.Table:
    keys = _keys(table, number=number)
    return table.take(np.lexsort((table.column("record_id").to_numpy(), keys)))


def _merged(kept: pa.Table, new: pa.Table, *, number: int) -> pa.Table:
    """Rows of one subject and day stand in the order of their ids: the new ones come last."""
    if not kept.num_rows or not new.num_rows:
        return new if new.num_rows else kept.combine_chunks()
    places = np.searchsorted(_keys(kept, number=number), _keys(new, number=number), side="right")
    if len(places) * SLICED > kept.num_rows:
        order = np.insert(np.arange(kept.num_rows), places, np.arange(new.num_rows) + kept.num_rows)
        return pa.concat_tables([kept, new]).combine_chunks().take(order)
    pieces, reached = [], 0
    for row, place in enumerate(places.tolist()):
        pieces += [kept.slice(reached, place - reached), new.slice(row, 1)]
        reached = place
    return pa.concat_tables([*pieces, kept.slice(reached)]).combine_chunks()
