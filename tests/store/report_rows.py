"""A valid report that was made, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from typing import Any

from tests.people import NOW, TODAY
from tests.store import enterprise_rows
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


def review(rows: Rows, **given: Any) -> store.ReviewReport:
    meant: dict[str, Any] = {
        "number": f"{20_261_120_100_000 + next(rows.numbers)}ABCDEFGH",
        "kind": "tender",
        "organisation": rows.people.market,
        "by": rows.people.li,
        "occasion": "tender",
        "project": "招1",
        "purpose": "评标",
        "as_of": TODAY,
        "at": NOW,
        "digest": DIGEST,
        "facts_digest": DIGEST,
    }
    if "content" not in given:
        meant["content"] = rows.file()
    return store.ReviewReport.objects.create(**meant | given)


def reviewed(rows: Rows, **given: Any) -> store.ReviewedSubject:
    meant = {"place": 0} | given
    if "review" not in given:
        meant |= {"review": review(rows), "subject": rows.subject()}
    return store.ReviewedSubject.objects.create(**meant)


def _numbered_twice(rows: Rows) -> None:
    for _ in range(2):
        review(rows, document_no="汴发改信核〔2026〕1号")


def _reviewed_twice(rows: Rows) -> None:
    first = reviewed(rows)
    reviewed(rows, review=first.review, subject=first.subject, place=1)


def agency(rows: Rows, **given: Any) -> store.CreditAgency:
    number = next(rows.numbers)
    meant: dict[str, Any] = {
        "name": "样例信用服务有限公司",
        "code": f"91410200MA{number:08d}",
        "filing_no": f"豫信备{number}",
        "filed_with": "人民银行",
        "filed_on": TODAY,
        "entered_by": rows.people.wang,
        "entered_at": NOW,
    }
    return store.CreditAgency.objects.create(**meant | given)


def agency_report(rows: Rows, **given: Any) -> store.AgencyReport:
    meant: dict[str, Any] = {
        "organisation": rows.people.market,
        "number": f"R{next(rows.numbers)}",
        "digest": DIGEST,
        "purpose": "评标",
        "made_on": TODAY,
        "valid_until": TODAY,
        "by": rows.people.li,
        "at": NOW,
    }
    if "agency" not in given:
        meant["agency"] = agency(rows)
    if "subject" not in given:
        meant["subject"] = rows.subject()
    return store.AgencyReport.objects.create(**meant | given)


def _agency_report_twice(rows: Rows) -> None:
    first = agency_report(rows)
    agency_report(rows, agency=first.agency, number=first.number)


def province_request(rows: Rows, **given: Any) -> store.ProvinceRequest:
    meant: dict[str, Any] = {
        "scope": {},
        "purpose": "review",
        "agreed": "同意",
        "state": "asked",
        "asked_at": NOW,
        "next_at": NOW,
    }
    if "account" not in given:
        meant["account"] = enterprise_rows.account(rows)
    if "subject" not in given:
        meant["subject"] = rows.subject()
    return store.ProvinceRequest.objects.create(**meant | given)


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
    "review_document_no_once": _numbered_twice,
    "review_kind_known": lambda rows: review(rows, kind="verdict"),
    "review_says_for_what": lambda rows: review(rows, project=""),
    "review_inquiry_names_its_letter": lambda rows: review(rows, kind="inquiry"),
    "review_again_names_the_earlier": lambda rows: review(rows, kind="again"),
    "review_confirmed_by_another": lambda rows: review(
        rows,
        kind="inquiry",
        asked_by=rows.people.market,
        asked_no="1",
        confirmed_by=rows.people.li,
        confirmed_at=NOW,
    ),
    "review_use_has_its_moment": lambda rows: review(rows, used="已采用"),
    "review_number_form": lambda rows: review(rows, number="1"),
    "reviewedsubject_once_a_review": _reviewed_twice,
    "creditagency_says_its_filing": lambda rows: agency(rows, filed_with=""),
    "creditagency_struck_with_reason": lambda rows: agency(rows, struck_at=NOW),
    "agencyreport_nothing_of_a_bank_but_its_use": lambda rows: agency_report(rows, agency=None),
    "agencyreport_says_what_for": lambda rows: agency_report(rows, purpose=""),
    "agencyreport_period": lambda rows: agency_report(rows, valid_until=TODAY.replace(year=2020)),
    "agencyreport_answer_says_how": lambda rows: agency_report(rows, answer="denied"),
    "agencyreport_withdrawn_with_reason": lambda rows: agency_report(rows, withdrawn_at=NOW),
    "agencyreport_once_an_organ": _agency_report_twice,
    "provincerequest_agreed_to": lambda rows: province_request(rows, agreed=""),
    "provincerequest_open_or_ended": lambda rows: province_request(rows, next_at=None),
    "provincerequest_done_with_its_report": lambda rows: province_request(rows, report="1"),
    "provincerequest_checked_known": lambda rows: province_request(rows, checked="perhaps"),
    "provincerequest_refused_with_reason": lambda rows: province_request(rows, why="没有"),
    "reportacceptance_refused_with_reason": lambda rows: acceptance(rows, accepted=False),
}
"""By constraint: what makes a row that breaks it."""
