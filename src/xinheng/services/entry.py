"""Takes one record that a person filled in by hand, down the same way as a delivered file.

The answers become a file of one row under the feed's own headers; a row that would be returned comes back to the
form with its reasons and leaves no batch behind.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.entry import filled_in
from xinheng.core.feeds import Feed
from xinheng.core.refusal import Refusal
from xinheng.intake.prepare import prepare, returned_rows
from xinheng.intake.standards import standards_of
from xinheng.services.collect import Delivery, import_file, preview, workshop
from xinheng.store.batches import Batch


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the record cannot be taken. ``header`` is the question it concerns, or empty."""

    header: str
    code: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A batch that waits to be confirmed, or the faults that stand against it."""

    batch: Batch | None
    faults: tuple[Fault, ...] = ()


def enter(feed: Feed, answers: Mapping[str, str], delivery: Delivery) -> Entered:
    """Raises Refusal (FE1, FE2) where the feed takes no record by hand or nothing was filled in."""
    cells = filled_in(feed, answers)
    with workshop() as work:
        path = _written(zip(*cells, strict=True), work / "填报.csv")
        faults = _faults(feed, path, work, delivery)
        if faults:
            return Entered(None, faults)
        name = f"{feed.title} 在线填报 {delivery.today}.csv"
        return Entered(preview(path, delivery, name=name, feed=feed.id))


def import_rows(rows: Iterable[Sequence[str]], delivery: Delivery, *, feed: str, name: str) -> Batch:
    """What a verb of ours decided, headers first, down the way of a delivered file into the files of subjects."""
    with workshop() as work:
        return import_file(_written(rows, work / "rows.csv"), delivery, feed=feed, name=name)


def _written(rows: Iterable[Sequence[str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def _faults(feed: Feed, path: Path, work: Path, delivery: Delivery) -> tuple[Fault, ...]:
    trial = work / "trial"
    trial.mkdir()
    standards = standards_of(delivery.policy)
    prepared = prepare(
        path, feeds={feed.id: feed}, work=trial, today=delivery.today, feed=feed.id, standards=standards
    )
    if prepared.status != "mapped":
        raise Refusal("FE3", prepared.message, advice=prepared.advice)
    advice = delivery.policy.quality.problems
    found: dict[tuple[str, str], Fault] = {}
    for rows in returned_rows(prepared):
        for problem in (problem for row in rows for problem in row.problems):
            code, header = problem["code"], problem["field"]
            if code in advice:
                found[header, code] = Fault(header, code, problem["message"], advice[code].advice)
    return tuple(found.values())
