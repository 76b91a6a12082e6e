"""Feeds a snapshot to the compiled loop: row groups are read and summed by several threads, joined and written in order.

A subject may lie across the border of two pieces. Of each piece the rows of its first subject are therefore set
apart; they are added in order to the sums that the piece before has left open. Nothing depends on how many threads
there are or where the borders lie.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import local
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.scoring import kernel
from xinheng.scoring.compile import Plan
from xinheng.scoring.kernel_arrays import Dispatch, Output, People, Rows, Sums
from xinheng.scoring.kernel_plan import KernelPlan
from xinheng.scoring.kernel_rows import COLUMNS, Wordings, read_rows
from xinheng.scoring.population import Subjects
from xinheng.scoring.result import RESULT, ResultWriter
from xinheng.scoring.snapshot import OutOfOrder, files_of

Read = TypeVar("Read")
PIECE_ROWS = 131_072
SHEET_ROWS = 65_536
AHEAD = 16
"""Row groups that may wait finished, beside one for each thread: as many as are read while a sheet is written."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Sums of some subjects in order, the last of which may get more rows. ``first``: place among the covered."""

    sums: Sums
    output: Output
    people: People
    first: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows read: those of the first subject, not yet fed, and the others as sums (none: there are no others)."""

    rows: Rows
    dispatch: Dispatch
    head: int
    body: _Open | None


class KernelRun:
    """One plan over one population."""

    def __init__(
        self, plan: Plan, *, subjects: Subjects, piece_rows: int = PIECE_ROWS, sheet_rows: int = SHEET_ROWS
    ) -> None:
        self._plan = KernelPlan(plan)
        self._wordings = Wordings(self._plan)
        self._subjects = subjects
        self._piece_rows = piece_rows
        self._sheet_rows = sheet_rows
        self._words = _Words(plan)
        self.strays = 0

    def write(self, snapshot: Path, writer: ResultWriter, *, threads: int) -> None:
        """Raises OutOfOrder; the strays are counted in ``strays``."""
        covered = self._subjects.covered
        out = _Sheet(covered, self._plan, self._words, writer, size=self._sheet_rows)
        open_: _Open | None = None
        for piece in self._pieces(snapshot, threads=threads):
            subject = int(piece.rows.subjects[0])
            if open_ is not None and open_.sums.cursor[kernel.CURRENT] != subject:
                self._close(open_, out)
                if open_.sums.cursor[kernel.CURRENT] > subject:
                    raise OutOfOrder
                open_ = None
            if open_ is None:
                open_ = self._begin(subject, subject)
            self._feed(open_, piece.rows, piece.dispatch, 0, piece.head)
            if piece.body is not None:
                self._close(open_, out)
                open_ = piece.body
        if open_ is not None:
            self._close(open_, out)
        out.end()

    def _pieces(self, snapshot: Path, *, threads: int) -> Iterator[_Piece]:
        for file in files_of(snapshot):
            groups = pq.ParquetFile(file).num_row_groups
            for pieces in _in_order(self._reader(file), groups, threads=threads):
                yield from pieces

    def _reader(self, file: Path) -> Callable[[int], list[_Piece]]:
        """Reads a row group; each thread opens the file for itself."""
        here = local()

        def read(group: int) -> list[_Piece]:
            if not hasattr(here, "file"):
                here.file = pq.ParquetFile(file, read_dictionary=["result"], memory_map=True)
            batches = here.file.iter_batches(
                batch_size=self._piece_rows, row_groups=[group], columns=COLUMNS, use_threads=False
            )
            return [self._piece(batch) for batch in batches if len(batch)]

        return read

    def _piece(self, batch: pa.RecordBatch) -> _Piece:
        rows, dispatch = read_rows(batch, self._wordings)
        ids = rows.subjects
        head = int(np.searchsorted(ids, ids[0], side="right"))
        body = None
        if head < len(ids):
            if ids[head] <= ids[head - 1] or ids[head] > ids[-1]:
                raise OutOfOrder
            body = self._begin(int(ids[head]), int(ids[-1]))
            self._feed(body, rows, dispatch, head, len(ids))
        return _Piece(rows, dispatch, head, body)

    def _begin(self, first: int, last: int) -> _Open:
        covered = self._subjects.covered
        low, high = np.searchsorted(covered, first), np.searchsorted(covered, last, side="right")
        sums = self._plan.empty()
        sums.cursor[kernel.COVERED_AT] = low
        sums.cursor[kernel.OTHER_AT] = np.searchsorted(self._subjects.others, first)
        people = People(covered, self._subjects.others, int(low), last)
        return _Open(sums, self._plan.output(int(high - low)), people, int(low))

    def _feed(self, open_: _Open, rows: Rows, dispatch: Dispatch, first: int, end: int) -> None:
        plan = self._plan
        broken = kernel.feed(
            first,
            end,
            rows,
            plan.weighing,
            dispatch,
            plan.ending,
            open_.people,
            open_.sums,
            plan.sieve(),
            open_.output,
        )
        if broken >= 0:
            raise OutOfOrder

    def _close(self, open_: _Open, out: "_Sheet") -> None:
        cursor = open_.sums.cursor
        if cursor[kernel.EVIDENCE] or cursor[kernel.FLAGGED] or cursor[kernel.TOUCHED]:
            kernel.finish(open_.sums, self._plan.ending, open_.output)
        self.strays += int(cursor[kernel.STRAYS])
        out.add(open_.first, open_.output)


def _in_order(read: Callable[[int], Read], count: int, *, threads: int) -> Iterator[Read]:
    """``read`` of 0, 1, … in order; with several threads, read ahead by as many and a few more."""
    if threads == 1:
        yield from map(read, range(count))
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="kernel") as pool:
        waiting: deque[Future[Read]] = deque()
        try:
            for number in range(count):
                waiting.append(pool.submit(read, number))
                if len(waiting) >= threads + AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()


class _Words:
    """Grades and deciding ceilings as numbers; the last number, -1, is none."""

    def __init__(self, plan: Plan) -> None:
        self._grades = pa.array([*plan.grades, None], pa.string())
        deciders = [*(limit.key for limit in plan.limits), *(each.key for each in plan.downgrades)]
        self._deciders = pa.array([*deciders, None], pa.string())

    def columns(self, output: Output, rows: int) -> list[Any]:
        grades = self._grades.take(_index(output.ranks[:rows], len(self._grades) - 1))
        deciders = self._deciders.take(_index(output.deciders[:rows], len(self._deciders) - 1))
        return [grades, deciders]


def _index(numbers: Any, none: int) -> Any:
    return pa.array(np.where(numbers < 0, none, numbers).astype(np.int32))


class _Sheet:
    """Gathers finished subjects into batches of one size; subjects between them have no facts."""

    def __init__(
        self, covered: Any, plan: KernelPlan, words: _Words, writer: ResultWriter, *, size: int
    ) -> None:
        self._size = size
        self._covered = covered
        self._words = words
        self._writer = writer
        self._rows = plan.output(size)
        self._empty = plan.output(size)
        self._filled = 0
        self._next = 0

    def add(self, first: int, output: Output) -> None:
        self._without_facts(first)
        self._copy(output, len(output.points))

    def end(self) -> None:
        self._without_facts(len(self._covered))
        self._flush()

    def _without_facts(self, until: int) -> None:
        while (missing := until - self._next) > 0:
            self._copy(self._empty, min(missing, self._size))

    def _copy(self, source: Output, count: int) -> None:
        done = 0
        while done < count:
            step = min(count - done, self._size - self._filled)
            columns: list[Any] = list(zip(self._rows, source, strict=True))
            for whole, part in columns:
                whole[self._filled : self._filled + step] = part[done : done + step]
            done += step
            self._filled += step
            self._next += step
            if self._filled == self._size:
                self._flush()

    def _flush(self) -> None:
        count = self._filled
        if not count:
            return
        width = self._rows.contributions.shape[1]
        offsets = pa.array(np.arange(0, (count + 1) * width, width, dtype=np.int32))
        flat = pa.array(self._rows.contributions[:count].reshape(-1))
        columns = [
            pa.array(self._covered[self._next - count : self._next]),
            pa.array(self._rows.points[:count]),
            *self._words.columns(self._rows, count),
            pa.ListArray.from_arrays(offsets, flat, type=RESULT.field("contributions").type),
        ]
        self._writer.write(pa.record_batch(columns, schema=RESULT))
        self._filled = 0
