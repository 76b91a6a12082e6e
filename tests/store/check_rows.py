"""A valid check before an act, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import Rows

from xinheng.store import models as store


def check_made(rows: Rows, **given: Any) -> store.CheckMade:
    meant = {
        "organisation": rows.people.market,
        "way": "desk",
        "occasion": "licensing",
        "reference": "受理〔2026〕11号",
        "by": rows.people.wang,
        "day": TODAY,
        "at": NOW,
    }
    if "subject" not in given:
        meant["subject"] = rows.subject()
    return store.CheckMade.objects.create(**meant | given)


def decision(rows: Rows, **given: Any) -> store.CheckDecision:
    meant = {
        "outcome": "limited",
        "reason": "依法限制",
        "by": "01号",
        "grounds": ["汴措〔2026〕1号"],
        "decided_on": TODAY,
        "at": NOW,
    }
    if "made" not in given:
        meant["made"] = check_made(rows)
    if "key" not in given:
        meant["key"] = None if given.get("person") else rows.sender_key()
    return store.CheckDecision.objects.create(**meant | given)


def correction(rows: Rows, **given: Any) -> store.CheckCorrection:
    meant = {
        "sequence": 1,
        "outcome": "limited",
        "reason": "依法限制",
        "by": "01号",
        "grounds": ["汴措〔2026〕1号"],
        "decided_on": TODAY,
        "why": "登记到了另一家",
        "person": rows.people.li,
        "at": NOW,
    }
    if "made" not in given:
        meant["made"] = check_made(rows)
    return store.CheckCorrection.objects.create(**meant | given)


def _corrected_twice(rows: Rows) -> None:
    correction(rows, made=correction(rows).made)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "checkmade_by_person_or_system": lambda rows: check_made(rows, by=None),
    "checkmade_says_for_what": lambda rows: check_made(rows, reference=""),
    "checkdecision_outcome_known": lambda rows: decision(rows, outcome="passed"),
    "checkdecision_says_who_and_why": lambda rows: decision(rows, by=""),
    "checkdecision_by_person_or_system": lambda rows: decision(
        rows, key=rows.sender_key(), person=rows.people.li
    ),
    "checkdecision_rests_on_something": lambda rows: decision(rows, grounds=[]),
    "checkcorrection_sequence": _corrected_twice,
    "checkcorrection_outcome_known": lambda rows: correction(rows, outcome="passed"),
    "checkcorrection_says_who_and_why": lambda rows: correction(rows, why=""),
    "checkcorrection_rests_on_something": lambda rows: correction(rows, grounds=[]),
}
