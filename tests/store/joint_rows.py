"""A valid joint check and one of its visits, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import Rows
from tests.store.visit_rows import visit

from xinheng.store import models as store


def joint(rows: Rows, **given: Any) -> store.JointCheck:
    meant = {
        "place": "金明大道1号",
        "first_on": TODAY,
        "last_on": TODAY + timedelta(days=7),
        "day": TODAY + timedelta(days=3),
        "proposed_at": NOW,
    }
    if "subject" not in given:
        meant["subject"] = rows.subject()
    return store.JointCheck.objects.create(**meant | given)


def member(rows: Rows, **given: Any) -> store.JointMember:
    meant: dict[str, Any] = {"position": 1}
    if "joint" not in given:
        meant["joint"] = joint(rows)
    if "visit" not in given:
        meant["visit"] = visit(rows)
    return store.JointMember.objects.create(**meant | given)


def _same_place(rows: Rows) -> None:
    first = member(rows)
    member(rows, joint=first.joint)


def _in_two(rows: Rows) -> None:
    first = member(rows)
    member(rows, visit=first.visit)


def _refused(rows: Rows, **given: Any) -> store.JointMember:
    said = {"answer": "refused", "answered_by": rows.people.wang, "answered_at": NOW, "left_at": NOW}
    return member(rows, **said | given)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "jointcheck_day_suits_all": lambda rows: joint(rows, day=TODAY + timedelta(days=8)),
    "jointcheck_has_a_place": lambda rows: joint(rows, place=""),
    "jointcheck_end_says_why": lambda rows: joint(rows, ended_at=NOW),
    "jointmember_place_once": _same_place,
    "jointmember_in_one_at_a_time": _in_two,
    "jointmember_answer_known": lambda rows: _refused(rows, answer="maybe"),
    "jointmember_answered_by_somebody": lambda rows: member(rows, answer="agreed"),
    "jointmember_refusal_says_why": _refused,
}
"""By constraint: what makes a row that breaks it."""
