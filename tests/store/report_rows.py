"""A valid report that was made, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW, TODAY
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def report(rows: Rows, **given: Any) -> store.MadeReport:
    meant: dict[str, Any] = {
        "number": f"{20_261_120_100_000 + next(rows.numbers)}ABCDEFGH",
        "kind": "basic",
        "requester": "public",
        "purpose": "partner",
        "as_of": TODAY,
        "issued_at": NOW,
        "digest": DIGEST,
        "facts_digest": DIGEST,
        "policy_digest": DIGEST,
    }
    if "subject" not in given:
        meant["subject"] = rows.subject()
    if "content" not in given:
        meant["content"] = rows.file()
    return store.MadeReport.objects.create(**meant | given)


def acceptance(rows: Rows, **given: Any) -> store.ReportAcceptance:
    meant: dict[str, Any] = {
        "organisation": rows.people.market,
        "matter": "listing",
        "source": "province",
        "number": f"P{next(rows.numbers)}",
        "accepted": True,
        "received_on": TODAY,
        "by": rows.people.li,
        "at": NOW,
    }
    if "subject" not in given:
        meant["subject"] = rows.subject()
    return store.ReportAcceptance.objects.create(**meant | given)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "report_kind_known": lambda rows: report(
        rows, kind="verdict", requester="window", clerk=rows.people.wang, proof="licence"
    ),
    "report_special_has_a_scope": lambda rows: report(
        rows, kind="special", requester="window", clerk=rows.people.wang, proof="licence"
    ),
    "report_public_gets_the_basic_one": lambda rows: report(rows, kind="authorised"),
    "report_says_who_asked": lambda rows: report(rows, requester="window", clerk=rows.people.wang),
    "report_number_form": lambda rows: report(rows, number="1"),
    "reportacceptance_once_a_matter": lambda rows: [acceptance(rows, number="A1") for _ in range(2)],
    "reportacceptance_of_a_report_that_is_known": lambda rows: acceptance(rows, source="city"),
    "reportacceptance_refused_with_reason": lambda rows: acceptance(rows, accepted=False),
}
"""By constraint: what makes a row that breaks it."""
