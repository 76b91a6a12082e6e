"""Rows that were not accepted, as lists show them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.paging import chosen
from xinheng.interfaces.office.wording import ROW_TONES, problem_words
from xinheng.interfaces.web.parts import Filter, Option
from xinheng.services.batches import number_of
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.quality import Resubmission

PAGE = 20
"""Rows of one page: a list to work through, also on a telephone."""


def rows_of(call: Call, rows: QuerySet[ReturnedRow]) -> QuerySet[ReturnedRow]:
    """The rows that the address asks for."""
    if state := chosen(call.request, "state", ReturnedState.values):
        rows = rows.filter(state=state)
    if code := chosen(call.request, "code", call.policy.quality.problems):
        rows = rows.filter(codes__contains=[code])
    return rows.select_related("batch", "resubmission__batch")


def row_filters(call: Call) -> list[Filter]:
    codes = [
        Option(code, f"{code} {problem.title}")
        for code, problem in sorted(call.policy.quality.problems.items())
    ]
    states = [Option(value, label) for value, label in ReturnedState.choices]
    return [
        Filter("code", "问题", "select", call.request.GET.get("code", ""), [Option("", "全部"), *codes]),
        Filter("state", "状态", "select", call.request.GET.get("state", ""), [Option("", "全部"), *states]),
    ]


def returned_rows(call: Call, rows: Iterable[ReturnedRow]) -> list[dict[str, Any]]:
    """Lines of ``office/returned_rows.html``."""
    return [
        {
            "row_no": row.row_no,
            "url": reverse("office:quarantined", kwargs={"row": row.pk}),
            "batch": number_of(row.batch),
            "batch_url": reverse("office:batch", kwargs={"batch": row.batch.public_id}),
            "unit": call.tree.name(row.batch.organisation_id),
            "subject": (row.normalised or {}).get("name") or "",
            "codes": [problem_words(code, call.policy) for code in row.codes],
            "message": "；".join(dict.fromkeys(problem.get("message", "") for problem in row.problems)),
            "state": ReturnedState(row.state).label,
            "tone": ROW_TONES[ReturnedState(row.state)],
            "again": _again(row),
        }
        for row in rows
    ]


def _again(row: ReturnedRow) -> dict[str, Any] | None:
    """Where the sender sent the row again in order; None while it has not."""
    found: Resubmission | None = getattr(row, "resubmission", None)
    if found is None:
        return None
    address = reverse("office:batch", kwargs={"batch": found.batch.public_id})
    return {"batch": number_of(found.batch), "url": address, "row_no": found.row_no}
