"""A valid showing of arrears, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def arrears(rows: Rows, **given: Any) -> store.ArrearsNotice:
    meant: dict[str, Any] = {
        "record_key": next(rows.numbers),
        "decision_no": "宛信〔2026〕1号",
        "decided_by_organ": "市政府",
        "decided_on": TODAY,
        "told_on": TODAY,
        "told_proof": "回证1号",
        "policy_digest": DIGEST,
        "proposed_by": rows.people.wang,
        "proposed_at": NOW,
    }
    if "ground" not in given:
        meant["ground"] = rows.record()
    meant["subject"] = (given.get("ground") or meant["ground"]).subject
    return store.ArrearsNotice.objects.create(**meant | given)


def _twice(rows: Rows) -> None:
    for _ in range(2):
        arrears(rows, record_key=7)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "arrearsnotice_rests_on_a_decision": lambda rows: arrears(rows, decision_no=""),
    "arrearsnotice_two_persons": lambda rows: arrears(
        rows, shown_at=NOW, shown_by=rows.people.wang, heard="没有提出意见"
    ),
    "arrearsnotice_ended_with_reason": lambda rows: arrears(rows, ended_at=NOW),
    "arrearsnotice_once": _twice,
}
"""By constraint: what makes a row that breaks it."""
