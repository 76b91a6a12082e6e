"""Writes the grades of a run: one row a subject in order, with a digest over the values and a tally of grades.

The same rows give the same file, whatever engine, batch size or number of threads brought them. Contributions are
stored plain under lz4: measured, that is written in three quarters of the time of zstd and in half of that of a dictionary.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.scoring.digest import TableDigest

RESULT = pa.schema(
    [
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("points_milli", pa.int32(), nullable=False),
        pa.field("grade", pa.string()),
        pa.field("veto", pa.string()),
        pa.field("contributions", pa.list_(pa.field("item", pa.int32(), nullable=False)), nullable=False),
    ]
)
"""Columns of a result. No grade: 信息不足. ``veto``: what lowered the grade. Contributions follow the indicators;
taken points are negative."""

UNGRADED = ""
"""Key of the subjects without a grade in a distribution."""

WRITE_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Tally:
    rows: int
    distribution: Mapping[str, int]
    vetoed: int
    digest: str


class ResultWriter:
    """Takes batches of RESULT in order of the subject."""

    def __init__(self, file: pq.ParquetWriter, *, grades: tuple[str, ...]) -> None:
        self._file = file
        self._digest = TableDigest(RESULT)
        self._distribution = dict.fromkeys((*grades, UNGRADED), 0)
        self._vetoed = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._digest.update(batch)
        self._file.write_batch(batch)
        for count in pc.value_counts(batch.column("grade")).to_pylist():
            self._distribution[count["values"] or UNGRADED] += count["counts"]
        self._vetoed += len(batch) - batch.column("veto").null_count

    def tally(self) -> Tally:
        return Tally(self._digest.rows, self._distribution, self._vetoed, self._digest.value())


@contextmanager
def result_writer(path: Path, *, grades: tuple[str, ...]) -> Iterator[ResultWriter]:
    with pq.ParquetWriter(
        path,
        RESULT,
        compression="lz4",
        use_dictionary=["grade", "veto"],
        write_statistics=["subject_id", "grade"],
        write_batch_size=WRITE_ROWS,
    ) as file:
        yield ResultWriter(file, grades=grades)
