"""A valid lead from a device, to be broken in one place by the tests of constraints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.people import NOW
from tests.store.rows import DIGEST, Rows

from xinheng.store import models as store


def lead(rows: Rows, **given: Any) -> store.Lead:
    meant = {
        "organisation": rows.people.market,
        "external": f"D-{next(rows.numbers)}",
        "digest": DIGEST,
        "device": "iot",
        "what": "冷库温度持续偏高",
        "observed_at": NOW - timedelta(hours=1),
        "received_at": NOW,
    }
    if "subject" not in given:
        meant["subject"] = rows.subject()
    if "sender" not in given:
        meant["sender"] = rows.sender_key()
    return store.Lead.objects.create(**meant | given)


def handover(rows: Rows, **given: Any) -> store.LeadHandover:
    meant = {
        "from_organisation": rows.people.market,
        "to_organisation": rows.people.city,
        "reason": "不属于本机关职责",
        "handed_by": rows.people.wang,
        "handed_at": NOW,
    }
    if "lead" not in given:
        meant["lead"] = lead(rows)
    return store.LeadHandover.objects.create(**meant | given)


def _answered(rows: Rows, **given: Any) -> store.LeadHandover:
    by = {
        "answered_by": rows.people.zhao,
        "answered_at": NOW,
        "answer": "back",
        "answer_reason": "已有在办检查",
    }
    return handover(rows, **by | given)


def _handed_twice(rows: Rows) -> None:
    first = handover(rows)
    handover(rows, lead=first.lead)


def _twice(rows: Rows) -> None:
    first = lead(rows)
    lead(rows, sender=first.sender, external=first.external)


REFUSED: dict[str, Callable[[Rows], object]] = {
    "lead_once_a_sender": _twice,
    "leadhandover_to_another_with_reason": lambda rows: handover(rows, reason=""),
    "leadhandover_answer_known": lambda rows: _answered(rows, answer="lost"),
    "leadhandover_answered_by_another": lambda rows: _answered(rows, answered_by=rows.people.wang),
    "leadhandover_back_says_why": lambda rows: _answered(rows, answer_reason=""),
    "leadhandover_one_at_a_time": _handed_twice,
    "lead_device_known": lambda rows: lead(rows, device="spy"),
    "lead_outcome_known": lambda rows: lead(
        rows, outcome="guilty", closed_by=rows.people.wang, closed_at=NOW, reason="属实"
    ),
    "lead_shows_no_person": lambda rows: lead(rows, attachments=[DIGEST]),
    "lead_seen_before_told": lambda rows: lead(rows, observed_at=NOW + timedelta(minutes=1)),
    "lead_closed_by_somebody_with_reason": lambda rows: lead(rows, outcome="no_fault"),
    "lead_leads_where_it_says": lambda rows: lead(rows, case=rows.case()),
}
"""By constraint: what makes a row that breaks it."""
