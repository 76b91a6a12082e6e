"""Columns of a batch of records as the compiled loop reads them, without copying.

Result texts are looked at once for each different text of a batch: what matters is only which of the plan's words
they hold. Missing values in required columns are refused.
"""

from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xinheng.core.refusal import Refusal
from xinheng.scoring.kernel_arrays import I32, U8, U32, Dispatch, Rows
from xinheng.scoring.kernel_plan import KernelPlan, Wording
from xinheng.scoring.snapshot import SCHEMA

RESULT_TYPE = pa.dictionary(pa.int32(), pa.string())
COLUMNS = [name for name in SCHEMA.names if name != "record_id"]
REMEMBERED = 100_000
"""Different result texts kept in memory."""


class Wordings:
    """Numbers of the wordings met so far, and the dispatch that holds for them. Shared by threads."""

    def __init__(self, plan: KernelPlan) -> None:
        self._plan = plan
        self._lock = Lock()
        self._numbers: dict[Wording, int] = {frozenset(): 0}
        self._texts: dict[str, int] = {}
        self._dispatch = plan.dispatch([frozenset()])

    def read(self, texts: list[str | None]) -> tuple[I32, Dispatch]:
        """The number of each text and, as the last, that of none; and a dispatch that knows them all."""
        with self._lock:
            numbers = np.array([*(self._number(text or "") for text in texts), 0], np.int32)
            if self._dispatch.wordings < len(self._numbers):
                self._dispatch = self._plan.dispatch(list(self._numbers))
            return numbers, self._dispatch

    def _number(self, text: str) -> int:
        number = self._texts.get(text)
        if number is None:
            words = self._plan.words & frozenset(text.split("+"))
            number = self._numbers.setdefault(words, len(self._numbers))
            if len(self._texts) >= REMEMBERED:
                self._texts.clear()
            self._texts[text] = number
        return number


def read_rows(batch: pa.RecordBatch, wordings: Wordings) -> tuple[Rows, Dispatch]:
    """The rows of a batch with all columns of a snapshot but ``record_id``."""
    columns = {name: _fitted(batch.column(name), name) for name in COLUMNS}
    result, ends = columns["result"], columns["valid_to"]
    numbers, dispatch = wordings.read(result.dictionary.to_pylist())
    amounts, headcounts = columns["amount_fen"], columns["headcount"]
    rows = Rows(
        subjects=_values(columns["subject_id"], np.int64),
        items=_values(columns["item"], np.uint16),
        classes=_values(columns["seriousness"], np.uint8),
        finalities=_values(columns["finality"], np.uint8),
        states=_values(columns["state"], np.uint8),
        decided=_values(columns["decided_on"], np.int32),
        valid_to=_values(ends, np.int32),
        amounts=_values(amounts, np.int64),
        headcounts=_values(headcounts, np.int32),
        results=_results(result.indices, none=len(numbers) - 1),
        wordings=numbers,
        ends_known=_known(ends),
        amounts_known=_bits(amounts),
        headcounts_known=_bits(headcounts),
        shifts=np.array([amounts.offset, headcounts.offset], np.int64),
    )
    return rows, dispatch


def _fitted(column: Any, name: str) -> Any:
    field = SCHEMA.field(name)
    if not field.nullable and column.null_count:
        raise Refusal(
            "RUN-NULL", f"评价数据的栏目 {name} 有空值", advice="必填项为空的记录不参与评价，请先剔除"
        )
    if name == "result":
        return column if column.type == RESULT_TYPE else column.cast(pa.string()).dictionary_encode()
    if column.type == field.type:
        return column
    try:
        return column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Refusal(
            "RUN-VALUES", f"评价数据的栏目 {name} 不合格式：{error}", advice="请按快照格式重新导出"
        ) from error


def _values(column: Any, kind: type[np.generic]) -> npt.NDArray[Any]:
    buffer = column.buffers()[1]
    if buffer is None:
        found = np.zeros(len(column), kind)
    else:
        found = np.frombuffer(buffer, kind, count=column.offset + len(column))[column.offset :]
    return _kept(found)


def _results(indices: Any, *, none: int) -> U32:
    values: U32 = _values(indices, np.uint32)
    if not indices.null_count:
        return values
    return _kept(np.where(_known(indices), values, np.uint32(none)))


def _known(column: Any) -> U8:
    """A byte a row."""
    if not column.null_count:
        return _kept(np.ones(len(column), np.uint8))
    return _kept(np.unpackbits(_bits(column), bitorder="little")[column.offset :][: len(column)])


def _bits(column: Any) -> U8:
    """A bitmap that begins at the offset of the column."""
    buffer = column.buffers()[0]
    if buffer is None or not column.null_count:
        return _kept(np.full((column.offset + len(column) + 7) // 8, 255, np.uint8))
    return _kept(np.frombuffer(buffer, np.uint8))


def _kept(found: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The loop is compiled for arrays that nobody writes to."""
    found.flags.writeable = False
    return found
