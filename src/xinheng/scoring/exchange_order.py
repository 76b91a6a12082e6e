"""Looks at whole columns of a snapshot in one pass: its order, its digest, numbers that stand twice."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.scoring.digest import TableDigest
from xinheng.scoring.snapshot import BATCH_ROWS, SCHEMA

KEYS = ("subject_id", "decided_on", "record_id")
SPARSEST = 16
"""Numbers that lie further apart on average are not marked one by one."""
MOST_MARKS = 1 << 30


def digest_in_order(file: pq.ParquetFile) -> str | None:
    """The digest over the values, as in a manifest; None as soon as a row stands before its place."""
    digest, last = TableDigest(SCHEMA), None
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=SCHEMA.names):
        if batch.num_rows:
            first, end = _key(batch, 0), _key(batch, batch.num_rows - 1)
            if (last is not None and first < last) or not _rising(batch):
                return None
            last = end
        digest.update(batch.cast(SCHEMA))
    return digest.value()


def _key(batch: pa.RecordBatch, row: int) -> tuple[Any, ...]:
    return tuple(batch.column(name)[row].as_py() for name in KEYS)


def _rising(batch: pa.RecordBatch) -> bool:
    rising = None
    for name in reversed(KEYS):
        column = batch.column(name)
        before, after = column[:-1], column[1:]
        later = pc.greater(after, before)
        rising = later if rising is None else pc.or_(later, pc.and_(pc.equal(after, before), rising))
    return bool(pc.all(rising, min_count=0).as_py())


def are_distinct(file: pq.ParquetFile, column: str) -> bool | None:
    """Whether no integer stands twice; empty values are passed over. None where the numbers lie too far apart.

    Every number between the smallest and the greatest gets a mark of one byte, so that nothing is sorted or hashed.
    """
    ends = _ends(file, column)
    if ends is None:
        return None
    low, high = ends
    if high - low >= min(MOST_MARKS, max(1, file.metadata.num_rows) * SPARSEST):
        return None
    met = np.zeros(high - low + 1, dtype=np.bool_)
    rows = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=[column]):
        numbers = batch.column(0).drop_null().cast(pa.int64()).to_numpy()
        if len(numbers) and not low <= numbers.min() <= numbers.max() <= high:
            return None
        met[numbers - low] = True
        rows += len(numbers)
    return int(np.count_nonzero(met)) == rows


def _ends(file: pq.ParquetFile, column: str) -> tuple[int, int] | None:
    """The smallest and the greatest value as the file itself counts them; None where it does not say."""
    metadata = file.metadata
    place = metadata.schema.names.index(column)
    chunks = [metadata.row_group(group).column(place).statistics for group in range(metadata.num_row_groups)]
    if not chunks or any(each is None or not each.has_min_max for each in chunks):
        return None
    return min(int(each.min) for each in chunks), max(int(each.max) for each in chunks)
