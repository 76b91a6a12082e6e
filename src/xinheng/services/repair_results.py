"""Repairs, withdrawals and objections decided above end every local effect when they arrive (legal guard G5).

What fits a record is carried out in the transaction that takes it in; what fits none waits for a person until its last
work-day. The same result twice changes nothing. Applications that are pushed from above are registered here too.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.document_no import document_key
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.core.repair_flow import OPEN
from xinheng.services.cases import take_step
from xinheng.services.ledger import note
from xinheng.services.records import Change, change_state
from xinheng.services.repairs import Application, Lodging, lodge, runs_on
from xinheng.services.results_push import ask_for_pushes
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.records import Record, open_versions
from xinheng.store.repairs import RepairApplication, RepairSource, UpperOutcome, UpperResult
from xinheng.store.subjects import Subject

WITHIN = "repair.local_effects_workdays"
_DEEDS = {
    UpperOutcome.REPAIRED: "repair",
    UpperOutcome.WITHDRAWN: "withdraw",
    UpperOutcome.CORRECTED: "withdraw",
}
_OVER = frozenset({RecordState.REPAIRED, RecordState.WITHDRAWN, RecordState.DELETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What another platform says it decided: ``external`` is its number there, ``code`` the credit code of the enterprise."""

    source: RepairSource
    external: str
    outcome: UpperOutcome
    code: str
    document_no: str
    decided_on: date


@transaction.atomic
def take_result(news: News, *, policy: Policy, now: datetime, actor: User | None = None) -> UpperResult:
    """Carry out a result; ``actor`` where a person enters it. Refusal XU1 for one that does not say what it is about."""
    today = day_of(now)
    if (
        not (news.external.strip() and news.document_no.strip() and news.code.strip())
        or news.decided_on > today
    ):
        raise Refusal(
            "XU1",
            "结果没有写明编号、企业代码、文号，或者决定日期还没有到。",
            advice="请按上级平台的结果填写完整。",
        )
    within = policy.parameter(WITHIN, on=today).value
    due = policy.calendar.add_workdays(today, within) if within is not None else None
    row, fresh = UpperResult.objects.select_for_update().get_or_create(
        source=news.source,
        external=news.external.strip()[:60],
        document_no=news.document_no.strip()[:200],
        outcome=news.outcome,
        defaults={
            "code": news.code.strip().upper()[:18],
            "decided_on": news.decided_on,
            "received_at": now,
            "due_on": due.on if due else None,
        },
    )
    if fresh or row.settled_at is None:
        found = records_of(row.code, row.document_no)
        _carry_out(row, found, policy=policy, actor=actor, now=now)
    note(
        "repair.upper_result",
        now=now,
        actor=actor,
        object=f"result:{row.public_id}",
        payload={"external": row.external, "outcome": row.outcome, "ended": row.ended},
    )
    return row


def records_of(code: str, document_no: str) -> list[Record]:
    """Open versions of the enterprise that name the document, however it is written."""
    subject = Subject.objects.filter(code=code, merged_into=None).first()
    if subject is None:
        return []
    wanted = document_key(document_no)
    rows = open_versions().filter(subject=subject)
    return [row for row in rows.order_by("record_key") if document_key(row.detail.document_no) == wanted]


def _carry_out(
    row: UpperResult, found: list[Record], *, policy: Policy, actor: User | None, now: datetime
) -> None:
    """End the standing ones; where all were over already, nothing is left to do."""
    if not found:
        return
    outcome, source = UpperOutcome(row.outcome), RepairSource(row.source)
    change = Change(
        deed=_DEEDS[outcome],
        reason=f"{source.label}{outcome.label}",
        ground=f"{source.label} {row.external}"[:200],
    )
    ended = [one.record_key for one in found if RecordState(one.state) in STANDING]
    for key in ended:
        change_state(record_key=key, change=change, actor=actor, policy=policy, now=now)
        running = runs_on(key)
        if running is not None:
            take_step(running.public_id, "settle", actor=None, policy=policy, now=now)
    row.ended, row.settled_at = [*row.ended, *ended], now
    row.save(update_fields=["ended", "settled_at"])
    if ended:
        ask_for_pushes(today=day_of(now))


@transaction.atomic
def settle(
    public_id: str, record_key: int | None, *, actor: User, reason: str, policy: Policy, now: datetime
) -> UpperResult:
    """A person names the record that is meant, or says that there is none here. Refusals XU2–XU4."""
    row = UpperResult.objects.select_for_update().get(public_id=public_id)
    if row.settled_at is not None:
        raise Refusal("XU2", "这个结果已经处理。", advice="请刷新页面查看。")
    if not reason.strip():
        raise Refusal("XU3", "请写明理由。", advice="写明怎样核对的。")
    if record_key is not None:
        known = Record.objects.filter(record_key=record_key, known_until__isnull=True).select_related(
            "detail"
        )
        found = list(known.filter(subject__code=row.code))
        if not found:
            raise Refusal("XU4", "这条记录不属于该企业。", advice="请核对企业代码和记录。")
        _carry_out(row, found, policy=policy, actor=actor, now=now)
    row.settled_at, row.settled_by, row.settled_reason = now, actor, reason.strip()[:300]
    row.save(update_fields=["settled_at", "settled_by", "settled_reason"])
    note(
        "repair.upper_settled",
        now=now,
        actor=actor,
        object=f"result:{row.public_id}",
        reason=reason,
    )
    return row


def waiting() -> list[UpperResult]:
    """Results that fit no record, what is due first in front."""
    return list(UpperResult.objects.filter(settled_at__isnull=True).order_by("due_on", "pk"))


@transaction.atomic
def take_application(
    code: str, document_no: str, lodging: Lodging, application: Application, *, policy: Policy, now: datetime
) -> Case:
    """Register an application that was pushed; the same one again is answered by its case. Refusals: XU5 no standing
    record, XU6 several, and those of ``repairs.lodge``."""
    known = RepairApplication.objects.filter(source=lodging.source, external=lodging.external.strip()[:60])
    first = known.select_related("case").first()
    if first is not None:
        return first.case
    found = [one for one in records_of(code, document_no) if RecordState(one.state) in STANDING]
    if not found:
        raise Refusal(
            "XU5",
            "这里没有该企业的这条信息，或者已经终止。",
            advice="已经终止的不需要修复；没有报送到这里的，请由认定单位直接办理。",
        )
    if len(found) > 1:
        raise Refusal("XU6", "同一文号有几条信息。", advice="请由认定单位在办理页面上选择后登记。")
    return lodge(found[0].record_key, application, lodging, actor=None, policy=policy, now=now)


def settle_ended(*, policy: Policy, now: datetime) -> int:
    """Close the applications whose record has ended by another way; returns how many. A record that rests is not over."""
    open_ones = RepairApplication.objects.filter(case__state__in=OPEN).select_related("case")
    count = 0
    for one in open_ones.order_by("pk"):
        found = Record.objects.filter(record_key=one.record_key, known_until__isnull=True).first()
        if found is None or RecordState(found.state) in _OVER:
            take_step(one.case.public_id, "settle", actor=None, policy=policy, now=now)
            count += 1
    return count


def told_of(row: UpperResult) -> dict[str, Any]:
    """What the sender learns: numbers alone (legal guard G9)."""
    return {
        "result": row.public_id,
        "external": row.external,
        "ended": len(row.ended),
        "state": "done" if row.settled_at else "waiting",
        "due_on": row.due_on.isoformat() if row.due_on and not row.settled_at else None,
    }
