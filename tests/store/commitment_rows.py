"""One valid row of the register of commitments, to be broken by the tests of constraints."""

from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def commitment(rows: Rows, **given: Any) -> store.Commitment:
    made = {
        "organisation": rows.people.city,
        "source": "window",
        "kind": "approval",
        "letter": "letter",
        "letter_digest": DIGEST,
        "title": "承诺书",
        "reason": "办理许可",
        "content": "材料真实",
        "liability": "依法承担责任",
        "digest": DIGEST,
        "lodged_at": NOW,
        "committed_on": TODAY,
    }
    if "subject" not in given:
        made["subject"] = rows.subject()
    return store.Commitment.objects.create(**made | given)


def breach_report(rows: Rows, **given: Any) -> store.BreachReport:
    made = {"receiver": rows.people.city, "digest": DIGEST, "reported_at": NOW}
    if "commitment" not in given:
        made["commitment"] = commitment(rows)
    return store.BreachReport.objects.create(**made | given)


def _reported_twice(rows: Rows) -> None:
    one = commitment(rows)
    for _ in range(2):
        breach_report(rows, commitment=one)


REFUSED = {
    "breach_report_once": _reported_twice,
    "breach_report_receiver_named": lambda rows: breach_report(rows, received_at=NOW),
    "commitment_outcome_known": lambda rows: commitment(
        rows, outcome="perhaps", determined_on=TODAY, determined_by=rows.people.city
    ),
    "commitment_source_known": lambda rows: commitment(rows, source="hearsay"),
    "commitment_outcome_says_who": lambda rows: commitment(rows, outcome="full"),
    "commitment_breach_says_what": lambda rows: commitment(
        rows, outcome="false", determined_on=TODAY, determined_by=rows.people.city
    ),
    "commitment_registered_with_record": lambda rows: commitment(rows, registered_at=NOW),
}
"""By constraint: what makes a row that breaks it."""
