"""One valid row of each table on repair, to be broken in one place by the tests of constraints."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import YESTERDAY, Rows

from xinheng.store import models as store


def application(rows: Rows, **given: Any) -> store.RepairApplication:
    subject = rows.subject()
    applied = {"case": rows.case(subject=subject), "subject": subject, "record_key": 1, "source": "window"}
    return store.RepairApplication.objects.create(**applied | given)


def result(rows: Rows, **given: Any) -> store.UpperResult:
    told = {
        "source": "province",
        "external": "SX-1",
        "outcome": "repaired",
        "code": "",
        "document_no": "汴市监罚〔2026〕1号",
        "decided_on": TODAY,
        "received_at": NOW,
    }
    return store.UpperResult.objects.create(**told | given)


def agency(rows: Rows, **given: Any) -> store.RepairAgency:
    entered = {
        "name": "某信用服务公司",
        "code": f"{next(rows.numbers)}",
        "services": "咨询",
        "undertaken_on": TODAY,
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    return store.RepairAgency.objects.create(**entered | given)


def _same_external(rows: Rows) -> None:
    for _ in range(2):
        application(rows, external="XY-1")


def _same_result(rows: Rows) -> None:
    for _ in range(2):
        result(rows)


def reminder(rows: Rows, **given: Any) -> store.RepairReminder:
    told: dict[str, Any] = {"record_key": 1, "earliest_on": TODAY, "written_at": NOW}
    return store.RepairReminder.objects.create(**told | given)


def _reminded_twice(rows: Rows) -> None:
    reminder(rows)
    reminder(rows)


REFUSED = {
    "repair_reminder_once": _reminded_twice,
    "repair_external_once": _same_external,
    "repair_source_known": lambda rows: application(rows, source="hearsay"),
    "repair_pledge_whole": lambda rows: application(rows, pledged_at=NOW),
    "repair_pushed_after_lodged": lambda rows: application(rows, lodged_on=TODAY, pushed_on=YESTERDAY),
    "upper_result_once": _same_result,
    "upper_result_outcome_known": lambda rows: result(rows, outcome="perhaps"),
    "upper_result_says_why": lambda rows: result(rows, settled_by=rows.people.wang),
    "repair_agency_struck_why": lambda rows: agency(rows, struck_at=NOW),
}
"""Constraint → what it refuses."""
