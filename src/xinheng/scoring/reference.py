"""Evaluates a whole population with the plain reference, subject by subject: slow, and the measure of the engines."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.evaluation import Evaluator, Fact
from xinheng.scoring.population import Subjects
from xinheng.scoring.result import RESULT, ResultWriter
from xinheng.scoring.snapshot import BATCH_ROWS, SCHEMA, OutOfOrder, files_of


def evaluate_all(
    evaluator: Evaluator, snapshot: Path, writer: ResultWriter, *, subjects: Subjects, as_of: date
) -> int:
    """Write one row a covered subject, in order; the number of records of unknown subjects. Raises OutOfOrder."""
    known = set(subjects.others.tolist())
    covered: list[int] = subjects.covered.tolist()
    place, strays, rows, last = 0, 0, [], None
    wanted = set(covered)
    for subject, facts in _facts(snapshot):
        if last is not None and subject <= last:
            raise OutOfOrder
        last = subject
        if subject not in wanted:
            strays += 0 if subject in known else len(facts)
            continue
        while covered[place] < subject:
            rows.append(_row(evaluator, covered[place], [], as_of))
            place += 1
        rows.append(_row(evaluator, subject, facts, as_of))
        place += 1
        if len(rows) >= BATCH_ROWS:
            writer.write(pa.RecordBatch.from_pylist(rows, schema=RESULT))
            rows = []
    rows += [_row(evaluator, subject, [], as_of) for subject in covered[place:]]
    writer.write(pa.RecordBatch.from_pylist(rows, schema=RESULT))
    return strays


def _facts(snapshot: Path) -> Iterator[tuple[int, list[Fact]]]:
    """Neighbouring rows of one subject together."""
    for subject, rows in groupby(_rows(snapshot), key=lambda row: int(row["subject_id"])):
        yield subject, [_fact(row) for row in rows]


def _rows(snapshot: Path) -> Iterator[dict[str, Any]]:
    for file in files_of(snapshot):
        for batch in pq.ParquetFile(file).iter_batches(batch_size=BATCH_ROWS, columns=SCHEMA.names):
            yield from batch.to_pylist()


def _fact(row: dict[str, Any]) -> Fact:
    given = {name: value for name, value in row.items() if name != "subject_id"}
    return Fact(**given | {"result": row["result"] or ""})


def _row(evaluator: Evaluator, subject: int, facts: list[Fact], as_of: date) -> dict[str, Any]:
    found = evaluator.evaluate(facts, as_of=as_of)
    return {
        "subject_id": subject,
        "points_milli": found.points_milli,
        "grade": found.grade,
        "veto": found.decided_by,
        "contributions": [each.points_milli for each in found.contributions],
    }
