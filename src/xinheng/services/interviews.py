"""Interviews of enterprises: drafted on a living record, called by another person, minuted, confirmed by another.

Only the unit that recognised the fault or the credit office interviews (requirements M11-03). Who attended stands in the
minutes as an office held, never as a name. The steps are those of ``core.interviews``.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core.days import add_months
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.interviews import Manner
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import (
    decide_on_record,
    demand_fault,
    grounded,
    living_record,
    refuse_foreign,
)
from xinheng.services.cases import Opening, last_step, open_case, take_step
from xinheng.services.letters_serving import served_on
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.subjects import Subject

KIND = "interview"
SERIES = "YT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who is to be interviewed on which record, about what, when and where. ``meeting_on`` is a day to come."""

    subject: Subject
    record: int
    manner: Manner
    cause: str
    meeting_on: date
    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """``attended``: offices held and their units. ``views``: what the enterprise stated, in its words."""

    held_on: date
    attended: str
    said: str
    views: str
    agreed: str = ""


@transaction.atomic
def draft_interview(call: Call, *, actor: User, policy: Policy, now: datetime) -> Case:
    """Open the case. Refusals: IV1 no cause or place, IV2, IV6 and IV7 the day, RE2 and RE3 for the record, IV11 it states
    no fault, C03 an interview on it runs."""
    details = _called(call.cause, call.meeting_on, call.place, policy=policy, today=day_of(now))
    record = living_record(call.record, call.subject)
    refuse_foreign(record, actor, on=day_of(now))
    demand_fault(record, deed="约谈", policy=policy)
    details["manner"] = call.manner.value
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{call.manner.label}：{call.subject.name}",
        organisation=actor.organisation,
        subject=call.subject,
        ground=Ground(GroundKind.RECORD, call.record),
        details=details,
    )
    return open_case(opening, verb="draft", actor=actor, policy=policy, now=now, reason=call.reason)


@transaction.atomic
def call_interview(case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int) -> Case:
    """Another person calls the enterprise in, on the record it was drafted on, if it states a fault still (IV11)."""
    subject, ground = grounded(case)
    demand_fault(living_record(ground.reference, subject), deed="约谈", policy=policy)
    return decide_on_record(case, "call", actor=actor, policy=policy, now=now, reason=reason, seen=seen)


def revise_call(
    case: Case,
    *,
    cause: str,
    meeting_on: date,
    place: str,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int,
) -> Case:
    """The draft as it should be. Refusals: those of the call."""
    details = _called(cause, meeting_on, place, policy=policy, today=day_of(now))
    return take_step(
        case.public_id,
        "revise",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        details=details,
        seen_version=seen,
    )


def put_off(
    case: Case,
    *,
    meeting_on: date,
    place: str,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int,
) -> Case:
    """Another day and place; the invitation is written anew. Refusals: those of the call."""
    cause = facts_of(case)["cause"]
    details = _called(cause, meeting_on, place, policy=policy, today=day_of(now))
    return take_step(
        case.public_id,
        "put_off",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        details=details,
        seen_version=seen,
    )


def register_missed(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> Case:
    """Nobody came. Refusals: IV8 the day has not come, IV9 nobody was invited in writing."""
    meeting_on = date.fromisoformat(facts_of(case)["meeting_on"])
    if case.state == "called" and day_of(now) < meeting_on:
        raise Refusal(
            "IV8",
            f"约谈定在 {meeting_on}，还没有到，不能登记未参加。",
            advice="请在约谈当天以后登记；要改日期的，请“另约时间”。",
        )
    asked = last_step(case, "call", "put_off")
    if asked is not None and served_on(case, "interview_invitation", after=asked.verb) is None:
        raise Refusal(
            "IV9",
            "《约谈通知书》还没有送达，不能登记未参加。",
            citation="《行政处罚法》第六十一条（送达）",
            advice="请签发《约谈通知书》并登记送达；来不及的，请“另约时间”。",
        )
    return take_step(
        case.public_id, "miss", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )


def write_minutes(
    case: Case,
    verb: str,
    minutes: Minutes,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int,
) -> Case:
    """``minute`` after the meeting, ``amend`` until confirmed. Refusals: IV3 the day is to come, IV10 it lies
    before the call, IV4 something is empty."""
    if minutes.held_on > day_of(now):
        raise Refusal("IV3", "约谈日期还没有到。", advice="请在约谈之后登记记录。")
    called = last_step(case, "call")
    if called is not None and minutes.held_on < day_of(called.at):
        raise Refusal(
            "IV10",
            f"约谈 {day_of(called.at)} 才决定，记录的约谈日期 {minutes.held_on} 在这以前。",
            advice="请核对日期；决定以前的谈话不是这次约谈，不作为约谈记录。",
        )
    if not all(part.strip() for part in (minutes.attended, minutes.said, minutes.views)):
        raise Refusal(
            "IV4",
            "约谈记录不完整。",
            advice="请写明参加人身份、约谈内容和企业的陈述；企业没有意见的，写“没有意见”。",
        )
    texts = {
        "attended": minutes.attended,
        "said": minutes.said,
        "views": minutes.views,
        "agreed": minutes.agreed,
    }
    details = {name: mask_personal(text.strip()).text[:2000] for name, text in texts.items()}
    return take_step(
        case.public_id,
        verb,
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        details=details | {"held_on": minutes.held_on.isoformat()},
        seen_version=seen,
    )


def _called(cause: str, meeting_on: date, place: str, *, policy: Policy, today: date) -> dict[str, str]:
    """What the invitation says, as it is kept."""
    if not cause.strip() or not place.strip():
        raise Refusal("IV1", "没有写明约谈事由或者时间地点。", advice="请写明为什么约谈、在哪里约谈。")
    _check_day(meeting_on, policy=policy, today=today)
    return {
        "cause": mask_personal(cause.strip()).text[:1000],
        "meeting_on": meeting_on.isoformat(),
        "place": place.strip()[:200],
    }


def _check_day(meeting_on: date, *, policy: Policy, today: date) -> None:
    """A work-day to come. More than a year ahead is taken for a slip of the pen."""
    if meeting_on <= today:
        raise Refusal("IV2", "约谈日期须在今天之后。", advice="请给企业留出准备和说明的时间。")
    if meeting_on > add_months(today, 12):
        raise Refusal("IV7", f"约谈日期 {meeting_on} 在一年以后。", advice="请核对年份。")
    if not policy.calendar.is_workday(meeting_on):
        nearest = policy.calendar.next_workday(meeting_on).on
        raise Refusal("IV6", f"{meeting_on} 不是工作日。", advice=f"请选择工作日，例如 {nearest}。")


def facts_of(case: Case) -> dict[str, str]:
    """What is told of the interview now: the call as last changed, and the minutes once they are written."""
    told = {name: str(value) for name, value in case.details.items()}
    for details in case.events.order_by("sequence").values_list("details", flat=True):
        told |= {name: str(value) for name, value in (details or {}).items()}
    return told
