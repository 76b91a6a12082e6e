"""One valid row of every table that stands beside a case, to be broken in one place by the tests of constraints."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store import enterprise_rows
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def move(rows: Rows, **given: Any) -> store.DeadlineMove:
    made = {"kind": "suspended", "on": TODAY, "at": NOW, "actor": rows.people.wang, "reason": "等待鉴定"}
    if "deadline" not in given:
        made["deadline"] = rows.deadline(rows.case())
    return store.DeadlineMove.objects.create(**made | given)


def recusal(rows: Rows, **given: Any) -> store.Recusal:
    asked = {"person": rows.people.wang, "asked_by": rows.people.wang, "reason": "亲属任职", "asked_at": NOW}
    if "case" not in given:
        asked["case"] = rows.case()
    return store.Recusal.objects.create(**asked | given)


def reminder(rows: Rows, **given: Any) -> store.CaseReminder:
    told = {"organisation": rows.people.city, "level": "soon", "due_on": TODAY, "at": NOW}
    if "deadline" not in given:
        told["deadline"] = rows.deadline(rows.case())
    return store.CaseReminder.objects.create(**told | given)


def migration(rows: Rows, **given: Any) -> store.FlowMigration:
    proposed = {
        "flow": "approval",
        "from_version": 1,
        "to_version": 2,
        "plan": {},
        "lines": [],
        "digest": DIGEST,
        "reason": "新版本",
        "proposed_by": rows.people.wang,
        "proposed_at": NOW,
    }
    return store.FlowMigration.objects.create(**proposed | given)


def undone_twice(rows: Rows) -> None:
    first = migration(rows)
    for _ in range(2):
        migration(rows, undoes=first, done_by=rows.people.zhao, done_at=NOW)


def same_reminder(rows: Rows) -> None:
    deadline = rows.deadline(rows.case())
    for _ in range(2):
        reminder(rows, deadline=deadline)


def two_recusals(rows: Rows) -> None:
    case = rows.case()
    for _ in range(2):
        recusal(rows, case=case)


def two_sides(rows: Rows) -> None:
    rows.case().events.create(
        sequence=1, at=NOW, verb="add", actor=rows.people.wang, account=enterprise_rows.account(rows)
    )


def same_ground(rows: Rows) -> None:
    subject = rows.subject()
    for _ in range(2):
        rows.case(subject=subject, ground="record:1")


REFUSED = {
    "case_event_one_side": two_sides,
    "case_one_open_a_ground": same_ground,
    "deadline_move_kind_known": lambda rows: move(rows, kind="stopped", by=1),
    "deadline_move_says_why": lambda rows: move(rows, reason=""),
    "deadline_move_says_by": lambda rows: move(rows, kind="extended"),
    "recusal_says_why": lambda rows: recusal(rows, reason=""),
    "recusal_decided_whole": lambda rows: recusal(rows, granted=True),
    "recusal_by_another": lambda rows: recusal(
        rows, granted=True, decided_by=rows.people.wang, decided_at=NOW
    ),
    "recusal_declared_by_oneself": lambda rows: recusal(rows, asked_by=rows.people.zhao),
    "recusal_one_open": two_recusals,
    "case_reminder_once": same_reminder,
    "case_reminder_level_known": lambda rows: reminder(rows, level="shout"),
    "flow_migration_two_persons": lambda rows: migration(rows, done_by=rows.people.wang, done_at=NOW),
    "flow_migration_says_why": lambda rows: migration(rows, reason=""),
    "flow_migration_undone_once": undone_twice,
}
"""Constraint → what it refuses."""
