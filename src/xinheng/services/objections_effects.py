"""What an answer changes: a record is corrected or withdrawn, a list entry or measure ends, a grade is looked at anew.

All of it in the transaction of the answer; what rests on it ends with it and receivers are told (services.effects).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xinheng.core.grounds import EndCause
from xinheng.core.objections import Aim, Answer
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.listings_entries import take_off
from xinheng.services.measures_ending import remedy_wrong
from xinheng.services.objections_aims import stored
from xinheng.services.records import Change, change_state, correct
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.objections import Objection


def apply(
    objection: Objection,
    given: Answer,
    *,
    reported: Mapping[str, Any],
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
) -> None:
    """Refusals: OB5 a correction without what is right, OB6 what cannot be ended or corrected in this way."""
    if given is Answer.UPHELD:
        return
    if objection.record_key is not None:
        _change_record(objection, given, reported, actor=actor, policy=policy, now=now, reason=reason)
    elif objection.aim == Aim.GRADE:
        if given is not Answer.CORRECTED:
            raise _not_so("评价结果不能撤回", "评价有误的，请选择“更正”，系统随即重新评价。")
    else:
        if given is not Answer.WITHDRAWN:
            raise _not_so("名单和措施不能就地更正", "有误的请选择“撤回有误的信息”，需要的另行依法作出决定。")
        word, _, key = objection.reference.partition(":")
        document = f"异议处理 {objection.case.number}"
        _end(word, int(key), document=document, reason=reason, actor=actor, policy=policy, now=now)


def _not_so(message: str, advice: str) -> Refusal:
    return Refusal("OB6", f"{message}。", advice=advice)


def _change_record(
    objection: Objection,
    given: Answer,
    reported: Mapping[str, Any],
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
) -> None:
    assert objection.record_key is not None
    deed = "correct" if given is Answer.CORRECTED else "withdraw"
    change = Change(deed=deed, reason=reason[:500], ground=f"异议处理 {objection.case.number}")
    if given is Answer.WITHDRAWN:
        change_state(record_key=objection.record_key, change=change, actor=actor, policy=policy, now=now)
        return
    values, fields = typed(reported.get("values", {})), dict(reported.get("fields", {}))
    if not values and not fields:
        raise Refusal(
            "OB5",
            "核查回复没有写明更正后的内容，不能更正。",
            advice="请退回重新核查，由提供单位写明正确的内容；整条有误的选择“撤回有误的信息”。",
        )
    correct(
        record_key=objection.record_key,
        change=change,
        values=values,
        fields=fields,
        actor=actor,
        policy=policy,
        now=now,
    )


def typed(values: Mapping[str, Any]) -> dict[str, object]:
    """Columns as a case keeps them in JSON, as the record has them."""
    days = {"valid_from", "valid_to"}
    return {
        name: date.fromisoformat(value) if name in days and value else value for name, value in values.items()
    }


def end_thing(reference: str, *, case: Case, reason: str, actor: User, policy: Policy, now: datetime) -> None:
    """End a thing that was an error, with all that rests on it: a record is withdrawn, a list entry or measure ends."""
    word, _, key = reference.partition(":")
    document = f"纠错 {case.number}"
    if word == "record":
        change = Change(deed="withdraw", reason=reason[:500], ground=document)
        change_state(record_key=int(key), change=change, actor=actor, policy=policy, now=now)
    else:
        _end(word, int(key), document=document, reason=reason, actor=actor, policy=policy, now=now)


def _end(
    word: str, key: int, *, document: str, reason: str, actor: User, policy: Policy, now: datetime
) -> None:
    """A list entry leaves with its record, its case and all that rests on it; a measure alone is wrong where what it rests
    on stands. What ended meanwhile stays as it ended."""
    found = stored(word, key)
    if found is None:
        return
    _, row = found
    if word == "measure":
        remedy_wrong(row, reason=reason, policy=policy, now=now)
        return
    take_off(row, EndCause.WITHDRAWN, why=reason, document=document, actor=actor, policy=policy, now=now)
