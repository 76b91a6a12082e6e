"""Takes commitments: lodged by the enterprise or at the window, accepted at once, or first with material to come.

Whether somebody may begin although material is missing is decided by an officer on stated reasons (legal guard G16).
All that was signed is sealed; its public copy stands in the register (legal guard G13; 国办发〔2019〕35号).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.commitment_flow import CHECK, SUPPLEMENT
from xinheng.core.commitment_items import Item, check_tolerance, missing_of, refuse_unknown
from xinheng.core.commitment_letters import PromiseLetter, checked, filled, public_copy
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.parameters import Reading
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_clocks import clock_of, keep
from xinheng.services.cases import Opening, Taker, open_case, take_step
from xinheng.services.collect import workshop
from xinheng.services.commitments_lists import InForce, Letter, item_in_force, letters_in_force
from xinheng.services.commitments_records import register
from xinheng.services.enterprises import Party
from xinheng.services.organisations import city
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import StoredFile
from xinheng.store.casework import Case, CaseDeadline
from xinheng.store.commitments import Commitment
from xinheng.store.files import put_file, read_file
from xinheng.store.organisations import Organisation
from xinheng.store.subjects import Subject, SubjectStatus

KIND = "commitment"
SERIES = "CN"
LONGEST = "commitments.supplement_longest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What somebody promises: in a matter of a list (``list_key``, ``item``) or, of the own accord, by ``letter`` alone."""

    subject: Subject
    answers: Mapping[str, str]
    list_key: str = ""
    item: str = ""
    letter: str = ""
    handed_in: frozenset[str] = frozenset()
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a promise is made under."""

    letter: Letter
    held: InForce | None = None
    item: Item | None = None
    handed_in: tuple[str, ...] = field(default=())


@transaction.atomic
def lodge(promise: Promise, *, actor: Taker, policy: Policy, now: datetime) -> Commitment:
    """The enterprise, or the window for it, makes a commitment. Refusals CM1–CM3, CM10, CM16 no letter, CM17 no code,
    CM18 its term is over, CM19 an open one in the same matter, CM24 the enterprise has ended."""
    today = day_of(now)
    terms = _terms(promise, policy=policy, on=today)
    _check(promise, terms, today=today)
    unit = _unit(terms)
    answers = checked(terms.letter.letter, promise.answers)
    commitment = _written(promise, terms, answers, unit, actor=actor, now=now)
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{commitment.title}：{promise.subject.name}",
        organisation=unit,
        subject=promise.subject,
        details={"commitment": commitment.public_id},
    )
    commitment.case = open_case(opening, verb="lodge", actor=actor, policy=policy, now=now)
    commitment.save()
    return commitment


def _terms(promise: Promise, *, policy: Policy, on: date) -> _Terms:
    letters = letters_in_force(policy=policy, on=on)
    if promise.item:
        held, item = item_in_force(promise.list_key, promise.item, on=on)
        refuse_unknown(item, promise.handed_in)
        given = tuple(name for name in item.wanted if name in promise.handed_in)
        if item.letter in letters:
            return _Terms(letters[item.letter], held, item, given)
    elif promise.letter in letters and letters[promise.letter].letter.kind in (
        "voluntary",
        "self_discipline",
    ):
        return _Terms(letters[promise.letter])
    raise Refusal("CM16", "没有这份承诺书。", advice="请从公布的承诺书中选择。")


def _check(promise: Promise, terms: _Terms, *, today: date) -> None:
    if not promise.subject.code:
        raise Refusal(
            "CM17", "主体没有统一社会信用代码，不能登记承诺。", advice="请先核对并登记统一社会信用代码。"
        )
    refuse_gone([promise.subject])
    if promise.valid_until is not None and promise.valid_until < today:
        raise Refusal("CM18", "承诺的有效期已经过去。", advice="请填写今天以后的日期，长期有效的不填。")
    again = Commitment.objects.filter(
        subject=promise.subject,
        item=terms.item.key if terms.item else "",
        letter=terms.letter.letter.key,
        case__state__in=("lodged", "tolerated", "late"),
    ).first()
    if again is not None and again.case is not None:
        raise Refusal(
            "CM19",
            f"同一事项的承诺 {again.case.number} 正在办理。",
            advice="请继续办理那一件，或者先撤回。",
        )


def refuse_gone(subjects: Collection[Subject]) -> None:
    """Refusal CM24: who was struck off the register has ended and promises nothing more."""
    gone = [one.name for one in subjects if one.status == SubjectStatus.CANCELLED]
    if gone:
        raise Refusal(
            "CM24",
            f"{'、'.join(gone[:5])}的登记状态是“注销”，不能再作承诺。",
            citation="《中华人民共和国市场主体登记管理条例》第三十一条（条文待核）",
            advice="登记状态有误的，请先由登记机关更正，再来办理。",
        )


def _unit(terms: _Terms) -> Organisation:
    """The unit that published the list accepts; what is promised of the own accord goes to the credit office."""
    if terms.held is not None and terms.held.version.case is not None:
        return terms.held.version.case.organisation
    return city()


def _written(
    promise: Promise,
    terms: _Terms,
    answers: Mapping[str, str],
    unit: Organisation,
    *,
    actor: Taker,
    now: datetime,
) -> Commitment:
    party = actor if isinstance(actor, Party) else None
    item = terms.item
    made = unsigned(
        promise.subject, terms.letter, answers, unit, source="own" if party else "window", now=now
    )
    made.account = party.account if party else None
    made.title = item.title if item else terms.letter.letter.title
    made.reason = f"申请办理{item.title}" if item else f"作出{terms.letter.letter.title}"
    made.valid_until = promise.valid_until
    if item is not None and terms.held is not None:
        made.item_list, made.item, made.variant = terms.held.version, item.key, item.variant.value
        made.handed_in = list(terms.handed_in)
        made.missing = list(missing_of(item, frozenset(terms.handed_in)))
    return made


def unsigned(
    subject: Subject,
    held: Letter,
    answers: Mapping[str, str],
    unit: Organisation,
    *,
    source: str,
    now: datetime,
) -> Commitment:
    """A commitment on this letter, not yet saved; what is filled in is sealed."""
    letter, code = held.letter, subject.code or ""
    whole = {
        "letter": letter.key,
        "letter_digest": held.digest,
        "subject": subject.public_id,
        "content": filled(letter.content, answers, subject=subject.name, code=code),
        "liability": filled(letter.liability, answers, subject=subject.name, code=code),
        "answers": dict(answers),
        "at": now.isoformat(),
    }
    return Commitment(
        subject=subject,
        organisation=unit,
        source=source,
        kind=letter.kind,
        letter=letter.key,
        letter_digest=held.digest,
        title=letter.title,
        reason=f"作出{letter.title}",
        content=public_copy(letter.content, letter, answers, subject=subject.name, code=code),
        liability=public_copy(letter.liability, letter, answers, subject=subject.name, code=code),
        paper=_sealed(whole, letter, now=now),
        digest=digest_of(whole),
        lodged_at=now,
        committed_on=day_of(now),
    )


def _sealed(whole: Mapping[str, object], letter: PromiseLetter, *, now: datetime) -> StoredFile:
    with workshop() as work:
        path: Path = work / "promise.json"
        path.write_text(json.dumps(whole, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        return put_file(path, name=f"{letter.title}.json", media_type="application/json", now=now)


def text_of(commitment: Commitment) -> dict[str, str]:
    """Content and liability as they were signed; the public copy where the paper cannot be opened any more."""
    try:
        whole = json.loads(b"".join(read_file(commitment.paper))) if commitment.paper else None
    except Refusal:
        whole = None
    if whole is None:
        return {"content": commitment.content, "liability": commitment.liability}
    return {"content": whole["content"], "liability": whole["liability"]}


def item_of(commitment: Commitment) -> Item | None:
    """The matter as the list had it when the commitment was made."""
    if commitment.item_list is None:
        return None
    return next(
        (
            Item.model_validate(one)
            for one in commitment.item_list.body["items"]
            if one["key"] == commitment.item
        ),
        None,
    )


def commitment_of(case: Case) -> Commitment:
    """The commitment of a case, under lock."""
    kept = Commitment.objects.select_for_update(of=("self",))
    return kept.select_related("subject", "organisation", "item_list").get(case=case)


def _receive(commitment: Commitment, received: Collection[str]) -> None:
    """Material that came since; what nobody asked for is not taken."""
    item = item_of(commitment)
    if item is not None:
        refuse_unknown(item, frozenset(received))
        given = {*commitment.handed_in, *received}
        commitment.handed_in = [name for name in item.wanted if name in given]
        commitment.missing = list(missing_of(item, frozenset(given)))


@transaction.atomic
def accept(
    case: Case,
    *,
    actor: User,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
    reason: str = "",
    act: str = "",
    received: Collection[str] = (),
) -> Commitment:
    """Take it and register it at once. Refusal CM20 where material is missing. ``act``: what was issued on it;
    ``received``: what came since it was lodged."""
    commitment = commitment_of(case)
    _receive(commitment, received)
    if commitment.missing:
        raise Refusal(
            "CM20",
            f"还缺“{'、'.join(commitment.missing)}”，不能即时办理。",
            advice="请补齐后受理；符合条件的，可以容缺受理并约定补交日期。",
        )
    commitment.act = act.strip()[:200]
    take_step(case.public_id, "accept", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen)
    return _registered(commitment, actor=actor, policy=policy, now=now)


@transaction.atomic
def tolerate(
    case: Case,
    *,
    promised_on: date,
    actor: User,
    policy: Policy,
    now: datetime,
    reason: str,
    seen: int | None = None,
    received: Collection[str] = (),
) -> Commitment:
    """Take it although material is missing, which the enterprise promised for a day. Refusals CM4, CM5, CM21, CM22,
    CM26 the day is too far away."""
    today = day_of(now)
    commitment = commitment_of(case)
    _receive(commitment, received)
    item = item_of(commitment)
    if item is None:
        raise Refusal("CM21", "这份承诺不涉及办事材料，没有容缺受理。", advice="请直接受理。")
    check_tolerance(item, tuple(commitment.missing))
    _check_promised(promised_on, policy=policy, today=today)
    commitment.promised_on = promised_on
    commitment.save(update_fields=["promised_on", "handed_in", "missing"])
    taken = take_step(
        case.public_id,
        "tolerate",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        details={"missing": commitment.missing, "promised_on": promised_on.isoformat()},
        seen_version=seen,
    )
    _set_term(taken, SUPPLEMENT, policy.calendar.workdays_between(today, promised_on), policy=policy)
    return commitment


def latest_promise(policy: Policy, *, today: date) -> tuple[date | None, Reading]:
    """The last day on which missing material may come, with its rule; no day where no rule gives a term."""
    rule = policy.parameter(LONGEST, on=today)
    return (policy.calendar.add_workdays(today, rule.value).on if rule.value else None), rule


def _check_promised(promised_on: date, *, policy: Policy, today: date) -> None:
    if promised_on <= today or policy.calendar.next_workday(promised_on).on != promised_on:
        nearest = policy.calendar.next_workday(max(promised_on, today + timedelta(days=1))).on
        raise Refusal(
            "CM22",
            f"补交日期 {promised_on} 不是今天以后的工作日。",
            advice=f"请改为工作日，例如 {nearest}。",
        )
    latest, rule = latest_promise(policy, today=today)
    if latest is not None and promised_on > latest:
        raise Refusal(
            "CM26",
            f"补交日期 {promised_on} 太晚：{rule.title}不超过 {rule}，最迟 {latest}。",
            citation=rule.citation,
            advice=f"请与企业约定 {latest} 或者更早的工作日；到那时仍备不齐的，请备齐后再来办理。",
        )


@transaction.atomic
def supplement(
    case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> Commitment:
    """What was missing came: the commitment is registered."""
    commitment = commitment_of(case)
    take_step(
        case.public_id,
        "supplement",
        actor=actor,
        policy=policy,
        now=now,
        reason=reason,
        seen_version=seen,
    )
    commitment.handed_in, commitment.missing = [*commitment.handed_in, *commitment.missing], []
    commitment.completed_on = day_of(now)
    commitment.save(update_fields=["handed_in", "missing", "completed_on"])
    return _registered(commitment, actor=actor, policy=policy, now=now)


def _registered(commitment: Commitment, *, actor: User, policy: Policy, now: datetime) -> Commitment:
    commitment.save()
    [done] = register([commitment], actor=actor, policy=policy, now=now)
    item = item_of(done)
    assert done.case is not None
    if item is not None and item.check_workdays is not None:
        _set_term(done.case, CHECK, item.check_workdays, policy=policy)
    return done


def _set_term(case: Case, key: str, workdays: int, *, policy: Policy) -> None:
    """The length that the list or the promise gives to a clock that has no figure of its own."""
    row = CaseDeadline.objects.select_for_update().filter(case=case, key=key, ended_on__isnull=True).first()
    if row is not None:
        row.count = workdays
        keep(row, clock_of(row), policy)


def ground_of_record(commitment: Commitment) -> Ground:
    """What a finding on the commitment rests on. Refusal CM23 before it is registered."""
    if commitment.record_key is None:
        raise Refusal("CM23", "这份承诺还没有登记。", advice="请先受理并登记。")
    return Ground(GroundKind.RECORD, commitment.record_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWindow:
    """What the window decides on the spot. ``promised_on``: something comes later."""

    promised_on: date | None = None
    reason: str = ""
    act: str = ""


@transaction.atomic
def take_at_window(
    promise: Promise, decided: AtWindow, *, actor: User, policy: Policy, now: datetime
) -> Commitment:
    """Lodge and take in one go: registered at once, or with material to come."""
    made = lodge(promise, actor=actor, policy=policy, now=now)
    assert made.case is not None
    if decided.promised_on is None:
        return accept(made.case, actor=actor, policy=policy, now=now, act=decided.act)
    return tolerate(
        made.case,
        promised_on=decided.promised_on,
        actor=actor,
        policy=policy,
        now=now,
        reason=decided.reason,
    )
