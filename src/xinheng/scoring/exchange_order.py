"""Tells in one pass whether a snapshot stands in the order of subject, day and record, and what its digest is."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.scoring.digest import TableDigest
from xinheng.scoring.snapshot import BATCH_ROWS, SCHEMA

KEYS = ("subject_id", "decided_on", "record_id")


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
