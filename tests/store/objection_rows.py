"""One valid row of each table on objections, corrections and misuse, to be broken in one place by the tests of constraints."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, YESTERDAY, Rows

from xinheng.store import models as store


def objection(rows: Rows, **given: Any) -> store.Objection:
    subject = given.get("subject") or rows.subject()
    lodged = {
        "case": rows.case(subject=subject),
        "subject": subject,
        "aim": "record",
        "reference": "record:1",
        "words": "行政处罚",
        "wrong": "金额写错",
        "channel": "own",
        "marked_at": NOW,
    }
    return store.Objection.objects.create(**lodged | given)


def correction(rows: Rows, **given: Any) -> store.Correction:
    subject = rows.subject()
    decided = {
        "case": rows.case(subject=subject),
        "subject": subject,
        "what": "行政处罚",
        "text": "该信息有误",
        "wrong_from": YESTERDAY,
        "wrong_to": TODAY,
        "decided_by": rows.people.zhao,
        "at": NOW,
    }
    return store.Correction.objects.create(**decided | given)


def complaint(rows: Rows, **given: Any) -> store.MisuseComplaint:
    return store.MisuseComplaint.objects.create(
        **{"case": rows.case(), "fault": "leak", "sealed": b"s"} | given
    )


def extract(rows: Rows, **given: Any) -> store.LedgerExtract:
    drawn = {
        "case": rows.case(),
        "subject": rows.subject(),
        "from_on": YESTERDAY,
        "to_on": TODAY,
        "lines": [],
        "digest": DIGEST,
        "drawn_by": rows.people.chen,
        "drawn_at": NOW,
    }
    return store.LedgerExtract.objects.create(**drawn | given)


def _same_thing(rows: Rows) -> None:
    subject = rows.subject()
    for _ in range(2):
        objection(rows, subject=subject)


def _same_number(rows: Rows) -> None:
    for _ in range(2):
        objection(rows, channel="pushed", pushed_by="信用中国", pushed_number="X-1")


REFUSED = {
    "objection_one_open_a_thing": _same_thing,
    "objection_pushed_once": _same_number,
    "objection_aim_known": lambda rows: objection(rows, aim="person"),
    "objection_channel_known": lambda rows: objection(rows, channel="hearsay"),
    "objection_answer_known": lambda rows: objection(rows, answer="ignored"),
    "objection_says_what_is_wrong": lambda rows: objection(rows, wrong=""),
    "objection_mark_ends_by_answer": lambda rows: objection(rows, mark_removed_at=NOW),
    "correction_period": lambda rows: correction(rows, wrong_to=YESTERDAY, wrong_from=TODAY),
    "correction_says_something": lambda rows: correction(rows, text=""),
    "misuse_fault_known": lambda rows: complaint(rows, fault="rumour"),
    "ledger_extract_period": lambda rows: extract(rows, from_on=TODAY, to_on=YESTERDAY),
}
"""Constraint → what it refuses."""
