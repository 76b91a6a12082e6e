"""Orders to put something right: opened on a living record of an enterprise, confirmed by another person, checked.

Only enterprises and other bodies are ordered, and only by the unit that recognised the fault or the credit office
(requirements M11-01; shijiazhuang-2019-126 （十二）). The steps are those of ``core.rectification``.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import (
    decide_on_record,
    demand_fault,
    grounded,
    living_record,
    refuse_foreign,
)
from xinheng.services.cases import Opening, open_case, written
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.subjects import Subject

KIND = "rectification"
SERIES = "ZG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be put right. ``record`` is the key of the record the order rests on."""

    subject: Subject
    record: int
    wanted: str
    reason: str


@transaction.atomic
def draft_order(order: Order, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Open the case. Refusals: RE1 nothing is asked for, RE2 the record is no living one of this subject, RE3 another
    unit recognised it, IV11 it states no fault, and C03 an order runs on it."""
    if not order.wanted.strip():
        raise Refusal("RE1", "没有写明整改要求。", advice="请写明要改什么、怎样算改好。")
    record = living_record(order.record, order.subject)
    refuse_foreign(record, actor, on=day_of(now))
    demand_fault(record, deed="责令整改", policy=policy)
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"责令{order.subject.name}整改",
        organisation=actor.organisation,
        subject=order.subject,
        ground=Ground(GroundKind.RECORD, order.record),
        details={"wanted": order.wanted.strip()[:1000]},
    )
    return open_case(opening, verb="draft", actor=actor, policy=policy, now=now, reason=order.reason)


@transaction.atomic
def confirm_order(case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int) -> Case:
    """Another person gives the order, on the record it was drafted on, if it states a fault still (IV11)."""
    subject, ground = grounded(case)
    demand_fault(living_record(ground.reference, subject), deed="责令整改", policy=policy)
    return decide_on_record(case, "confirm", actor=actor, policy=policy, now=now, reason=reason, seen=seen)


def orders_on(record: int) -> list[Case]:
    """Orders that rest on a record, the newest first."""
    known = Case.objects.filter(kind=KIND, ground=written(Ground(GroundKind.RECORD, record)))
    return list(known.exclude(state="withdrawn").order_by("-pk"))


def wanted_of(case: Case) -> str:
    """What is to be put right, as last revised."""
    revised = case.events.filter(verb="revise", details__has_key="wanted").order_by("-sequence").first()
    return str((revised.details if revised else case.details).get("wanted", ""))
