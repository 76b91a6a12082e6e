"""Valid rows of visits, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.people import NOW
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def visit(rows: Rows, **given: Any) -> store.Visit:
    sent = {
        "organisation": rows.people.market,
        "kind": "daily",
        "matter": "食品经营监督检查",
        "offsite": "卫生须当场查看",
        "certificates": ["C1", "C2"],
        "year": 2026,
        "number": 1,
        "limit": 1,
        "code": f"K{next(rows.numbers)}",
    }
    for name, make in (("case", rows.case), ("plan", rows.plan), ("subject", rows.subject)):
        if name not in given:
            sent[name] = make()
    if "drawn" not in given and given.get("kind") != "case":
        sent["drawn"] = rows.drawn(rows.draw())
    return store.Visit.objects.create(**sent | given)


def arrival(rows: Rows, **given: Any) -> store.VisitArrival:
    came = {"client_id": f"a{next(rows.numbers)}", "way": "code", "at": NOW, "received_at": NOW}
    came |= {"by": rows.people.li}
    if "visit" not in given:
        came["visit"] = visit(rows)
    return store.VisitArrival.objects.create(**came | given)


def sheet(rows: Rows, **given: Any) -> store.VisitSheet:
    written = {
        "sequence": 1,
        "client_id": f"s{next(rows.numbers)}",
        "digest": DIGEST,
        "result": "no_problem",
        "found": "没有发现问题",
        "present": ["C1", "C2"],
        "recorded_at": NOW,
        "received_at": NOW,
        "recorded_by": rows.people.li,
    }
    if "visit" not in given:
        written["visit"] = visit(rows)
    return store.VisitSheet.objects.create(**written | given)


def point(rows: Rows, **given: Any) -> store.VisitPoint:
    seen = {"key": "permit", "text": "许可证是否有效", "finding": "fit"}
    if "sheet" not in given:
        seen["sheet"] = sheet(rows)
    return store.VisitPoint.objects.create(**seen | given)


def rating(rows: Rows, **given: Any) -> store.VisitRating:
    said = {"stars": 5, "at": NOW}
    if "visit" not in given:
        said["visit"] = visit(rows)
    return store.VisitRating.objects.create(**said | given)


def _drawn_twice(rows: Rows) -> None:
    first = visit(rows)
    visit(rows, drawn=first.drawn)


def _same_sequence(rows: Rows) -> None:
    first = sheet(rows)
    sheet(rows, visit=first.visit)


def _same_point(rows: Rows) -> None:
    first = point(rows)
    point(rows, sheet=first.sheet)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "visit_once_a_drawn": _drawn_twice,
    "visit_kind_known": lambda rows: visit(rows, kind="surprise"),
    "visit_urgent_on_a_lead": lambda rows: visit(rows, urgent=True),
    "visit_says_why_on_site": lambda rows: visit(rows, offsite=""),
    "visit_within_ceiling_or_reason": lambda rows: visit(rows, number=2),
    "visit_drawn_or_on_a_lead": lambda rows: visit(rows, drawn=None),
    "visit_record_has_batch": lambda rows: visit(rows, record_key=1),
    "visit_arrival_way_known": lambda rows: arrival(rows, way="ghost"),
    "visit_arrival_before_receipt": lambda rows: arrival(rows, at=NOW + timedelta(minutes=1)),
    "visit_sheet_sequence": _same_sequence,
    "visit_sheet_says_what": lambda rows: sheet(rows, found=""),
    "visit_sheet_before_receipt": lambda rows: sheet(rows, recorded_at=NOW + timedelta(minutes=1)),
    "visit_point_once": _same_point,
    "visit_point_finding_known": lambda rows: point(rows, finding="so-so"),
    "visit_point_unfit_says_what": lambda rows: point(rows, finding="unfit"),
    "visit_rating_one_to_five": lambda rows: rating(rows, stars=6),
    "visit_complaint_says_what": lambda rows: rating(rows, complains=True),
}
"""By constraint: what makes a row that breaks it."""
