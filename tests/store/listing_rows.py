"""One valid entry, release and local rule, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def entry(rows: Rows, **given: Any) -> store.ListEntry:
    made: dict[str, Any] = {
        "ground_kind": "record",
        "ground_key": 1,
        "list_key": "safety",
        "kind": "serious",
        "organisation": rows.people.city,
        "record_key": 2,
        "proposed_by": rows.people.wang,
        "decided_by": rows.people.zhao,
        "from_on": TODAY,
        "until_on": TODAY + timedelta(days=1),
        "entered_at": NOW,
    }
    if "subject" not in given:
        made["subject"] = rows.subject()
    if "decision" not in given:
        made["decision"] = rows.case()
    return store.ListEntry.objects.create(**made | given)


def release(rows: Rows, **given: Any) -> store.ListRelease:
    made = {
        "list_key": "safety",
        "period": "2026-11",
        "organisation": rows.people.city,
        "made_by": rows.people.wang,
        "made_at": NOW,
    }
    return store.ListRelease.objects.create(**made | given)


def rule(rows: Rows, **given: Any) -> store.LocalRule:
    made = {
        "title": "办法",
        "document_no": "1号",
        "issuer": "某办",
        "rank": "local_document",
        "about": "list",
        "sets": "某榜",
        "organisation": rows.people.city,
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    return store.LocalRule.objects.create(**made | given)


def _twice_on_a_list(rows: Rows) -> None:
    subject = rows.subject()
    entry(rows, subject=subject)
    entry(rows, subject=subject)


def _released_twice(rows: Rows) -> None:
    release(rows)
    release(rows)


def _rule_twice(rows: Rows) -> None:
    rule(rows)
    rule(rows)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "listentry_ground_known": lambda rows: entry(rows, ground_kind="rumour"),
    "listentry_end_has_cause": lambda rows: entry(rows, ended_at=NOW),
    "listentry_one_open": _twice_on_a_list,
    "listentry_two_persons": lambda rows: entry(rows, decided_by=rows.people.wang),
    "listentry_kind_known": lambda rows: entry(rows, kind="black"),
    "listentry_rests_on_decision": lambda rows: entry(rows, ground_kind="list_entry"),
    "listentry_serious_has_term": lambda rows: entry(rows, until_on=None),
    "listentry_focus_is_internal": lambda rows: entry(rows, kind="focus"),
    "listentry_period": lambda rows: entry(rows, until_on=TODAY),
    "listrelease_once_a_period": _released_twice,
    "listrelease_whole": lambda rows: release(rows, released_by=rows.people.zhao),
    "listrelease_two_persons": lambda rows: release(
        rows, released_by=rows.people.wang, released_at=NOW, digest=DIGEST
    ),
    "listrelease_discarded_says_why": lambda rows: release(
        rows, discarded_by=rows.people.zhao, discarded_at=NOW, discard_reason=""
    ),
    "localrule_once": _rule_twice,
    "localrule_about_known": lambda rows: rule(rows, about="grade"),
    "localrule_state_known": lambda rows: rule(
        rows, state="lost", finding="x", assessed_by=rows.people.zhao, assessed_at=NOW
    ),
    "localrule_assessed_by_somebody": lambda rows: rule(rows, state="fits"),
}
