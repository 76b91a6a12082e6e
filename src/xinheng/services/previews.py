"""What a person sees of a file before it enters: how each column is read, and the first rows of every problem.

Only masked cells are kept, of rows on natural persons only their number (legal guard G2); the preview goes when the
batch is loaded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow.parquet as pq

from xinheng.core.feeds import Column, Feed
from xinheng.core.policy import Policy
from xinheng.intake.fields import LABELS
from xinheng.intake.headers import normal_header
from xinheng.intake.prepare import Prepared, original_rows, returned_rows
from xinheng.services.loading import Loaded

__all__ = ["FORESEEN", "LABELS", "PREVIEW", "columns_of", "normal_header", "preview_of", "reading"]

PREVIEW = "preview"
"""Key of the preview in the report of a batch."""

FORESEEN = "foreseen"
"""In a preview: what loading would do now, as ``accepted``, ``known`` and ``conflicts`` by problem code."""

EXAMPLES = 3
CHUNKS_SEARCHED = 4
LONGEST = 60


def preview_of(prepared: Prepared, policy: Policy, *, foreseen: Loaded | None) -> dict[str, Any]:
    """Columns, examples by problem code, remarks, and what loading would do, as JSON."""
    if prepared.status != "mapped" or prepared.feed is None:
        return {"columns": [], "examples": {}, "notes": []}
    sample = _sample(prepared)
    conflicts = foreseen.conflicts if foreseen else ()
    return {
        "columns": list(columns_of(prepared.header, policy.feeds[prepared.feed], sample)),
        "examples": _with_conflicts(_examples(prepared), conflicts),
        "notes": list(prepared.notes),
        FORESEEN: {
            "accepted": foreseen.accepted if foreseen else 0,
            "known": foreseen.duplicates if foreseen else 0,
            "conflicts": dict(sorted(Counter(code for _, code, _ in conflicts).items())),
        },
    }


def _with_conflicts(
    found: dict[str, list[dict[str, Any]]], conflicts: Iterable[tuple[int, str, str]]
) -> dict[str, list[dict[str, Any]]]:
    for row_no, code, message in conflicts:
        shown = found.setdefault(code, [])
        if len(shown) < EXAMPLES:
            shown.append(_example(row_no, {"message": message}, None))
    return found


def columns_of(header: tuple[str, ...], feed: Feed, sample: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Every column of the file: what it is read as, and a cell of an accepted row."""
    known = reading(feed)
    for place, name in enumerate(header, start=1):
        found = known.get(normal_header(name)) or known.get(str(place), "")
        yield {
            "header": name,
            "field": found,
            "sample": str(sample.get(name) or "")[:LONGEST],
            "note": "" if found else "该数据源不读这一列",
        }


def reading(feed: Feed) -> dict[str, str]:
    """What a feed reads a header, or the number of a column, as."""
    found: dict[str, str] = {}
    named = [(LABELS[target], column) for target, column in feed.columns.items()]
    for label, column in [*named, *feed.details.items()]:
        for key in _keys(column):
            found.setdefault(key, label)
    return found


def _keys(column: Column) -> Iterator[str]:
    yield from (normal_header(header) for header in column.headers)
    if column.position is not None:
        yield str(column.position)


def _sample(prepared: Prepared) -> dict[str, Any]:
    """The masked cells of the first accepted row."""
    if not prepared.accepted_path.exists():
        return {}
    for batch in pq.ParquetFile(prepared.accepted_path).iter_batches(batch_size=1, columns=["row_no"]):
        row: int = batch.column(0)[0].as_py()
        return original_rows(prepared, [row]).get(row, {})
    return {}


def _examples(prepared: Prepared) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for number, rows in enumerate(returned_rows(prepared)):
        for row in rows:
            for problem in row.problems:
                shown = found.setdefault(problem["code"], [])
                if len(shown) < EXAMPLES:
                    shown.append(_example(row.row_no, problem, row.original))
        if number + 1 == CHUNKS_SEARCHED:
            break
    return found


def _example(row_no: int, problem: dict[str, str], original: dict[str, Any] | None) -> dict[str, Any]:
    field = problem.get("field", "")
    value = str((original or {}).get(field) or "")[:LONGEST]
    return {"row_no": row_no, "field": field, "value": value, "message": problem.get("message", "")}
