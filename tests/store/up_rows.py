"""A valid file that went upwards and a row of it, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def up_report(made: Rows, /, **given: Any) -> store.UpReport:
    meant: dict[str, Any] = {
        "act": "penalty",
        "rows": 1,
        "digest": DIGEST,
        "policy_digest": DIGEST,
        "made_at": NOW,
    }
    if "file" not in given:
        meant["file"] = made.file()
    return store.UpReport.objects.create(**meant | given)


def up_row(rows: Rows, **given: Any) -> store.UpRow:
    meant: dict[str, Any] = {"row_no": next(rows.numbers), "record_key": 1}
    if "report" not in given:
        meant["report"] = up_report(rows)
    if "ground" not in given:
        meant["ground"] = rows.record()
    return store.UpRow.objects.create(**meant | given)


def _same_row(rows: Rows) -> None:
    report = up_report(rows)
    for _ in range(2):
        up_row(rows, report=report, row_no=1)


def _same_version(rows: Rows) -> None:
    ground = rows.record()
    for _ in range(2):
        up_row(rows, ground=ground)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "upreport_act_known": lambda rows: up_report(rows, act="levy"),
    "upreport_not_empty": lambda rows: up_report(rows, rows=0),
    "upreport_handed_by_somebody": lambda rows: up_report(rows, handed_at=NOW),
    "upreport_answered_after_handing": lambda rows: up_report(
        rows, answered_at=NOW, answered_by=rows.people.wang, receipt="1"
    ),
    "uprow_once_a_file": _same_row,
    "uprow_version_once": _same_version,
    "uprow_state_known": lambda rows: up_row(rows, state="lost"),
    "uprow_refused_with_reason": lambda rows: up_row(rows, state="refused"),
}
"""By constraint: what makes a row that breaks it."""
