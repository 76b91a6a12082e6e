"""Objections: lodged, marked at once, looked into by the source, answered by a second person, taken on where there is a review.

The term is the province's own and runs until the answer is served (《河南省社会信用条例》第四十一条; legal guards G13, G15,
G17). What the answer changes ends or moves in the transaction of the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from xinheng.core.masking import mask_personal
from xinheng.core.objections import (
    FIRST_DAY_OFF,
    MARKED,
    REVIEW_OF_ENTRIES,
    Aim,
    Answer,
    Channel,
    Claim,
    review_refusal,
    with_first_day_off,
)
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.services.case_lookup import give_code
from xinheng.services.cases import Opening, Taker, last_step, open_case, take_on_ground, take_step
from xinheng.services.enterprises import Party
from xinheng.services.objections_aims import Aimed, aimed, credit_office
from xinheng.services.objections_effects import apply
from xinheng.services.objections_marks import current, mark, unmark
from xinheng.services.objections_persons import refuse_own
from xinheng.services.objections_remedy import NO_WORDS, Words, Wrong, lift_objected
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.objections import Objection
from xinheng.store.subjects import Subject

KIND = "objection"
SERIES = "YY"
ANSWERS = {"correct": Answer.CORRECTED, "withdraw": Answer.WITHDRAWN, "uphold": Answer.UPHELD}
"""Verbs of the decision."""


@dataclass(frozen=True, slots=True)
class Lodged:
    """The receipt: the case and its code, in the clear this once."""

    case: Case
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """An objection that another platform received, under its number there."""

    platform: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the source found and proposes. ``values`` and ``fields`` say what is right, for a correction of a record."""

    finding: str
    proposal: Answer
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def lodge(
    claim: Claim, *, subject: Subject, reference: str, actor: Taker, policy: Policy, now: datetime
) -> Lodged:
    """Lodged by the enterprise itself or at the window. Refusals OB1–OB3, and C03 where one runs on it already."""
    if isinstance(actor, Party):
        actor.demand(Verb.LODGE_REQUEST, subject, on=day_of(now))
    channel = Channel.OWN if isinstance(actor, Party) else Channel.WINDOW
    thing = aimed(subject, reference, policy=policy)
    verb = "lodge" if thing.source else "lodge_own"
    return _open(claim.checked(), thing, verb, channel, actor=actor, policy=policy, now=now)


@transaction.atomic
def receive(
    claim: Claim, pushed: Pushed, *, subject: Subject, reference: str, policy: Policy, now: datetime
) -> Lodged:
    """Pushed by another platform; the same number twice leads to Refusal OB4 with the first case."""
    if not pushed.platform.strip() or not pushed.number.strip():
        raise Refusal("OB7", "转来的异议没有写明平台或编号。", advice="请对照来文补全后再登记。")
    if first := pushed_before(pushed):
        raise Refusal(
            "OB4",
            f"这件异议已经收到，编号 {first.case.number}。",
            advice="请在该事项中继续办理，不需要重复登记。",
        )
    thing = aimed(subject, reference, policy=policy)
    verb = "receive" if thing.source else "receive_own"
    return _open(
        claim.checked(), thing, verb, Channel.PUSHED, actor=None, policy=policy, now=now, pushed=pushed
    )


def pushed_before(pushed: Pushed) -> Objection | None:
    """The objection that this platform sent under this number; numbers of others are others."""
    sent = {"pushed_by": pushed.platform.strip()[:80], "pushed_number": pushed.number.strip()[:80]}
    return Objection.objects.filter(**sent).select_related("case", "subject").first()


def _open(
    claim: Claim,
    thing: Aimed,
    verb: str,
    channel: Channel,
    *,
    actor: Taker | None,
    policy: Policy,
    now: datetime,
    pushed: Pushed | None = None,
) -> Lodged:
    _refuse_second(thing.subject, thing.reference)
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{thing.subject.name}对{thing.aim.label}的异议",
        organisation=thing.source or credit_office(policy),
        subject=thing.subject,
        ground=thing.ground,
    )
    wrong = mask_personal(claim.wrong).text[:1000]
    case = open_case(opening, verb=verb, actor=actor, policy=policy, now=now, reason=wrong)
    objection = _create(
        case=case,
        subject=thing.subject,
        aim=thing.aim.value,
        reference=thing.reference,
        record_key=thing.record.record_key if thing.record else None,
        state_before=thing.record.state if thing.record else None,
        words=thing.words,
        wrong=wrong,
        wanted=mask_personal(claim.wanted).text[:1000],
        channel=channel.value,
        pushed_by=pushed.platform.strip()[:80] if pushed else "",
        pushed_number=pushed.number.strip()[:80] if pushed else "",
        source=thing.source,
        marked_at=now,
    )
    user = actor if isinstance(actor, User) else None
    mark(objection, actor=user, policy=policy, now=now)
    return Lodged(case, give_code(case.public_id, actor=user, now=now))


def _create(**given: Any) -> Objection:
    try:
        with transaction.atomic():
            return Objection.objects.create(**given)
    except IntegrityError:
        _refuse_second(given["subject"], given["reference"])
        raise


def _refuse_second(subject: Subject, reference: str) -> None:
    running = Objection.objects.filter(subject=subject, reference=reference, mark_removed_at__isnull=True)
    if first := running.select_related("case").first():
        raise Refusal(
            "OB3",
            f"对这项信息的异议正在办理，编号 {first.case.number}。",
            advice="请凭编号查看进度；有新的材料，请补充到该事项。",
        )


@transaction.atomic
def report_finding(
    case: Case, found: Found, *, actor: User, policy: Policy, now: datetime, seen: int | None = None
) -> Case:
    """The source, or the platform for its own, says what it found and what should follow. Refusal OB15 where something is
    to be corrected and nothing says what is right."""
    if found.proposal is Answer.CORRECTED and not found.values and not found.fields:
        raise Refusal(
            "OB15",
            "处理意见是更正，但没有写明正确的内容。",
            advice="请在下面至少填写一项正确的内容；整条有误的，选择“撤回有误的信息”。",
        )
    details = {
        "proposal": found.proposal.value,
        "values": dict(found.values),
        "fields": dict(found.fields),
        FIRST_DAY_OFF: True,
    }
    verb = "reply" if case.state == "at_source" else "find"
    finding = mask_personal(found.finding).text
    return take_step(
        case.public_id,
        verb,
        actor=actor,
        policy=policy,
        now=now,
        reason=finding,
        details=details,
        seen_version=seen,
    )


@transaction.atomic
def answer(
    case: Case,
    verb: str,
    *,
    reason: str,
    actor: User,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
    words: Words = NO_WORDS,
) -> Case:
    """Another person answers: what is wrong is corrected or withdrawn in this transaction, and the mark goes. Refusal OB14
    for whoever delivered or decided what it is aimed at. A listing or measure of ours that is withdrawn is an error of
    ours: a case to undo its harm is opened, with ``words`` (M13-02)."""
    objection = Objection.objects.select_for_update().get(case=case)
    refuse_own(objection, actor)
    taken = take_on_ground(case, verb, actor=actor, policy=policy, now=now, reason=reason, seen=seen)
    given = ANSWERS[verb]
    act: dict[str, Any] = {"actor": actor, "policy": policy, "now": now, "reason": reason}
    if given is not Answer.WITHDRAWN or _lifted(objection, words, **act) is None:
        apply(objection, given, reported=reported(case), **act)
    unmark(objection, given, actor=actor, policy=policy, now=now)
    return taken


def _lifted(objection: Objection, words: Words, **act: Any) -> Case | None:
    """The case that undoes the harm of a wrong listing or measure of ours; None for what others decided, and for records."""
    found = last_step(objection.case, "reply", "find")
    word, _, key = objection.reference.partition(":")
    listed = (
        word == "record" and ListEntry.objects.filter(record_key=int(key), ended_at__isnull=True).exists()
    )
    if found is None or found.actor is None or not (listed or word in ("list_entry", "measure")):
        return None
    wrong = Wrong(
        subject=objection.subject,
        reference=objection.reference,
        reason=found.reason,
        objection=objection.case.number,
    )
    return lift_objected(wrong, words, found_by=found.actor, **act)


def reported(case: Case) -> Mapping[str, Any]:
    """What the source proposed last: ``proposal``, ``values``, ``fields``. Findings are never changed; the end in one
    without the mark is the last day."""
    last = last_step(case, "reply", "find")
    return with_first_day_off(last.details) if last else {}


@transaction.atomic
def retract(
    case: Case, *, reason: str, actor: Taker, policy: Policy, now: datetime, seen: int | None = None
) -> Case:
    """The objector takes it back; the mark goes, nothing else changes."""
    objection = Objection.objects.select_for_update().get(case=case)
    _demand(actor, objection, on=day_of(now))
    taken = take_step(
        case.public_id, "retract", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    user = actor if isinstance(actor, User) else None
    unmark(objection, Answer.RETRACTED, actor=user, policy=policy, now=now)
    return taken


def may_be_reviewed(objection: Objection, *, policy: Policy, on: date) -> Refusal | None:
    """Why the answer cannot be taken on to the province; None where it can. Only list entries have a review by law."""
    known = policy.parameter(REVIEW_OF_ENTRIES, on=on).value
    return review_refusal(known if objection.aim == Aim.LIST_ENTRY else 0)


@transaction.atomic
def ask_review(
    case: Case, *, reason: str, actor: Taker, policy: Policy, now: datetime, seen: int | None = None
) -> Case:
    """Take an answer that changed nothing on to the province; what is objected to is marked again. Refusal OB9."""
    objection = Objection.objects.select_for_update().get(case=case)
    _demand(actor, objection, on=day_of(now))
    if refused := may_be_reviewed(objection, policy=policy, on=day_of(now)):
        raise refused
    _refuse_second(objection.subject, objection.reference)
    said = mask_personal(reason).text
    taken = take_on_ground(case, "ask_review", actor=actor, policy=policy, now=now, reason=said, seen=seen)
    record = current(objection)
    objection.mark_removed_at, objection.answer = None, ""
    objection.state_before = record.state if record else None
    objection.save(update_fields=["mark_removed_at", "answer", "state_before"])
    mark(objection, actor=actor if isinstance(actor, User) else None, policy=policy, now=now)
    return taken


@transaction.atomic
def register_review(
    case: Case, verb: str, *, reason: str, actor: User, policy: Policy, now: datetime, seen: int | None = None
) -> Case:
    """Enter what the province decided. Upheld: the mark goes. To be changed: it goes back to the second person."""
    objection = Objection.objects.select_for_update().get(case=case)
    taken = take_step(
        case.public_id, verb, actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    if taken.state not in MARKED:
        unmark(objection, Answer.UPHELD, actor=actor, policy=policy, now=now)
    return taken


def _demand(actor: Taker, objection: Objection, *, on: date) -> None:
    if isinstance(actor, Party):
        actor.demand(Verb.LODGE_REQUEST, objection.subject, on=on)
