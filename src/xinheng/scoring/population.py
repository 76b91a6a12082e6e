"""The subjects of a city as sorted numbers, parted into those a model covers and the others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.refusal import Refusal
from xinheng.scoring.compile import Plan
from xinheng.scoring.snapshot import POPULATION

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Subjects:
    """Both sorted; nobody stands in both."""

    covered: Ids
    others: Ids


def read_subjects(path: Path, *, plan: Plan) -> Subjects:
    """Raises Refusal where a subject stands twice or has no number."""
    table = pq.read_table(
        path, columns=POPULATION.names, read_dictionary=["kind", "sector"], partitioning=None
    )
    ids = table.column("subject_id").cast(pa.int64())
    if ids.null_count:
        raise Refusal("RUN-NULL", "评价对象名单的栏目 subject_id 有空值", advice="请补齐后重试")
    wanted = _among(table.column("kind"), plan.kinds)
    if plan.sectors:
        wanted = pc.and_(wanted, _among(table.column("sector"), plan.sectors))
    numbers, covered = ids.to_numpy(), wanted.to_numpy()
    if np.any(numbers[1:] <= numbers[:-1]):
        order = np.argsort(numbers, kind="stable")
        numbers, covered = numbers[order], covered[order]
        refuse_twice(int(np.count_nonzero(numbers[1:] == numbers[:-1])))
    return Subjects(covered=numbers[covered], others=numbers[~covered])


def refuse_twice(rows: int) -> None:
    if rows:
        raise Refusal(
            "RUN-TWICE", f"评价对象名单中有 {rows} 行重复的主体", advice="每个主体只能有一行，请去重后重试"
        )


def _among(column: Any, words: tuple[str, ...]) -> Any:
    """A missing word is among none."""
    return pc.fill_null(pc.is_in(column.cast(pa.string()), value_set=pa.array(words, pa.string())), False)
