"""Reads the facts of one subject out of a snapshot, so that its grade can be followed to the last record."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from xinheng.core.evaluation import Evaluation, Fact, evaluate
from xinheng.core.models import ScoringModel
from xinheng.core.treatment import Treatment

_COLUMNS = (
    "record_id",
    "item",
    "decided_on",
    "valid_to",
    "amount_fen",
    "headcount",
    "seriousness",
    "finality",
    "state",
    "result",
)


def facts_of(snapshot: Path, *, subject_id: int) -> tuple[Fact, ...]:
    """The facts of a subject in order of their day; only the row groups that hold it are read."""
    table = pq.read_table(
        snapshot, columns=list(_COLUMNS), filters=[("subject_id", "=", subject_id)], partitioning=None
    )
    return tuple(Fact(**{**row, "result": row["result"] or ""}) for row in table.to_pylist())


def evaluate_subject(
    model: ScoringModel, *, treatment: Treatment, snapshot: Path, subject_id: int, as_of: date
) -> Evaluation:
    """The reference evaluation of one subject over the same snapshot as a run."""
    return evaluate(model, facts_of(snapshot, subject_id=subject_id), as_of=as_of, treatment=treatment)
