"""Keeps what an organ decided after a check by its system or at its desk: 应查必查 is done when a person looked at the answer.

An outcome that burdens or favours rests on what applied to the enterprise in that matter; the register keeps it beside
the check (国办发〔2020〕49号; legal guard G16).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.check_decisions import CheckOutcome, refuse_decision
from xinheng.core.masking import mask_personal
from xinheng.core.measure_rows import Occasion
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.measures_applying import what_applies
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.check_register import DESK, CheckCorrection, CheckDecision, CheckMade
from xinheng.store.senders import SenderKey
from xinheng.store.subjects import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``by``: the officer as the organ names him; ``grounds``: numbers of what applied and was used."""

    outcome: CheckOutcome
    reason: str
    by: str
    grounds: list[str]
    decided_on: date | None = None


@transaction.atomic
def keep_decision(
    key: SenderKey, number: str, told: Outcome, *, policy: Policy, now: datetime
) -> CheckDecision:
    """Refusals: CX9 no such check of the key's organ, CX10 told otherwise before, CX1 to CX3 as ``core.check_decisions``."""
    made = _made(number).filter(organisation=key.organisation_id, call__grant=key.grant_id).first()
    if made is None or key.grant_id is None:
        raise Refusal("CX9", "没有这次核查，或者不是用本授权的密钥作的。", advice="请核对答复中的 check。")
    return _kept(made, told, key=key, policy=policy, now=now)


@transaction.atomic
def keep_desk_decision(
    number: str, told: Outcome, *, actor: User, policy: Policy, now: datetime
) -> CheckDecision:
    """What was decided after a check at the desk of the person's own organ. Refusals as ``keep_decision``."""
    made = _made(number).filter(organisation=actor.organisation_id, way=DESK).first()
    if made is None:
        raise Refusal("CX9", "没有这次核查，或者不是本单位窗口作的。", advice="请从本单位的核查中打开。")
    return _kept(made, told, person=actor, policy=policy, now=now)


@transaction.atomic
def correct_desk_decision(
    number: str, told: Outcome, *, why: str, actor: User, policy: Policy, now: datetime
) -> CheckCorrection:
    """An entry in place of what the own desk entered wrongly; the older one stays and can be read. Refusals: CX9 as
    ``keep_decision``, CX12 nothing was entered yet, CX13 no reason for the correction, CX14 it says the same, CX11, CX1 to CX3;
    what the older entry rested on may be named again though it has ended since."""
    made = _made(number).filter(organisation=actor.organisation_id, way=DESK).first()
    entries = entries_of(made) if made is not None else ()
    if made is None:
        raise Refusal("CX9", "没有这次核查，或者不是本单位窗口作的。", advice="请从本单位的核查中打开。")
    if not entries:
        raise Refusal("CX12", "这次核查还没有登记处理结果，没有可以更正的。", advice="请先登记处理结果。")
    if not why.strip():
        raise Refusal("CX13", "没有写明为什么更正。", advice="请写明原来登记的哪里有误、怎样发现的。")
    Subject.objects.select_for_update().get(pk=made.subject_id)
    last, today = entries_of(made)[-1], day_of(now)
    entry = CheckCorrection(
        made=made,
        sequence=len(entries_of(made)),
        outcome=told.outcome.value,
        reason=mask_personal(told.reason.strip()).text[:500],
        by=mask_personal(told.by.strip()).text[:60],
        grounds=list(dict.fromkeys(told.grounds)),
        decided_on=told.decided_on or today,
        why=mask_personal(why.strip()).text[:300],
        person=actor,
        at=now,
    )
    _refuse_empty(entry)
    if _says(last) == _says(entry):
        raise Refusal("CX14", "与现在登记的结果相同，不需要更正。", advice="请改正有误的一项后再登记。")
    refuse_decision(
        told.outcome,
        grounds=entry.grounds,
        applied=_applied(made, policy=policy, today=today) | set(last.grounds),
        decided_on=entry.decided_on,
        checked_on=made.day,
        today=today,
    )
    entry.save(force_insert=True)
    _note("check.corrected", entry, actor=actor, now=now, reason=entry.why)
    return entry


def entries_of(made: CheckMade) -> tuple[CheckDecision | CheckCorrection, ...]:
    """What was entered of a check, the oldest first; the last one holds."""
    first = CheckDecision.objects.filter(made=made).first()
    return (first, *made.corrections.order_by("sequence")) if first is not None else ()


def _says(entry: CheckDecision | CheckCorrection) -> tuple[str, str, list[str], date]:
    return entry.outcome, entry.reason, entry.grounds, entry.decided_on


def _note(
    kind: str, entry: CheckDecision | CheckCorrection, *, actor: User | None, now: datetime, reason: str = ""
) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=entry.made.subject.public_id,
        object=f"check:{entry.made.public_id}",
        reason=reason,
        payload={"outcome": entry.outcome, "grounds": entry.grounds, "on": str(entry.decided_on)},
    )


def _made(number: str) -> QuerySet[CheckMade]:
    return CheckMade.objects.select_related("subject__merged_into", "organisation", "call").filter(
        public_id=number
    )


def _kept(
    made: CheckMade,
    told: Outcome,
    *,
    key: SenderKey | None = None,
    person: User | None = None,
    policy: Policy,
    now: datetime,
) -> CheckDecision:
    Subject.objects.select_for_update().get(pk=made.subject_id)
    today = day_of(now)
    decision = CheckDecision(
        made=made,
        outcome=told.outcome.value,
        reason=mask_personal(told.reason.strip()).text[:500],
        by=mask_personal(told.by.strip()).text[:60],
        grounds=list(dict.fromkeys(told.grounds)),
        decided_on=told.decided_on or today,
        key=key,
        person=person,
        at=now,
    )
    before = CheckDecision.objects.filter(made=made).first()
    if before is not None:
        return _same(before, decision)
    _refuse_empty(decision)
    refuse_decision(
        told.outcome,
        grounds=decision.grounds,
        applied=_applied(made, policy=policy, today=today),
        decided_on=decision.decided_on,
        checked_on=made.day,
        today=today,
    )
    decision.save(force_insert=True)
    _note("check.decided", decision, actor=person, now=now)
    return decision


def _refuse_empty(decision: CheckDecision | CheckCorrection) -> None:
    if not decision.reason or not decision.by:
        raise Refusal(
            "CX11",
            "没有写明理由或者经办人。",
            advice="核查由人决定；请填写理由（接口为 reason）和经办人（接口为 by）。",
        )


def _same(before: CheckDecision, told: CheckDecision) -> CheckDecision:
    if (before.outcome, before.reason, before.grounds) != (told.outcome, told.reason, told.grounds):
        raise Refusal(
            "CX10",
            f"这次核查在 {day_of(before.at)} 已经反馈过不同的结果。",
            advice="办理结果有变化的，请再核查一次后反馈。",
        )
    return before


def _applied(made: CheckMade, *, policy: Policy, today: date) -> set[str]:
    """Numbers of what applies now; what has ended since the check grounds nothing any more."""
    subject = made.subject.merged_into or made.subject
    found = what_applies(subject, Occasion(made.occasion), made.organisation, policy=policy, on=today)
    return {one.number for one in (*found.measures, *found.bans, *found.incentives) if one.number}
