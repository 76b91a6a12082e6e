"""Recognises who stands on a list: proposed on final evidence, notified, heard, reviewed, decided, served, entered.

Each verb refuses with code, clause and next step where something is missing (core.listing says what). Nobody is entered
by one person, without a served notice, without an answer to what was said, or without the repair guide
(国办发〔2020〕49号; 《河南省社会信用条例》第二十、二十八、三十一条; legal guards G3, G11, G12, G17).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.catalogue import Nature
from xinheng.core.grounds import EffectKind, Ground, GroundKind
from xinheng.core.listing import (
    BASIS,
    Evidence,
    Hurdle,
    check_evidence,
    check_heads,
    check_hurdles,
    hurdles,
    months_of,
)
from xinheng.core.lists import ListKind, ListType
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import check_record, grounded
from xinheng.services.cases import Opening, last_step, open_case, take_on_ground
from xinheng.services.letters_serving import served_on
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.listings import ListEntry
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectKind

KIND = "listing"
GOOD = "good_listing"
SERIES = "MD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Whom to enter, on which list, on which record (its key), and why. ``matter`` is the ground of the list's rule."""

    list_key: str
    subject: Subject
    record: int
    matter: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who takes a step, under which policy, when; ``seen`` is the version of the case on the page."""

    actor: User
    policy: Policy
    now: datetime
    seen: int | None = None


@transaction.atomic
def propose(proposal: Proposal, by: By) -> Case:
    """Open a recognition. Refusals: LIST-UNREGISTERED, LIST-ELSEWHERE, LG1…LG3, LG6…LG10, those of the ground, C03."""
    policy, today = by.policy, day_of(by.now)
    of = policy.lists.require_here(proposal.list_key)
    record = evidence(proposal.record, proposal.subject, of, policy=policy, on=today)
    organisation = record.batch.organisation if record.batch else by.actor.organisation
    _check_organ(of, organisation, policy)
    longest_term(of, policy=policy, on=today)
    _refuse_twice(proposal.list_key, proposal.subject, of)
    _check_matter(of, proposal.matter)
    kind = KIND if of.burdens else GOOD
    opening = Opening(
        flow=kind,
        kind=kind,
        series=SERIES,
        title=_title(proposal.subject, of),
        organisation=organisation,
        subject=proposal.subject,
        ground=Ground(GroundKind.RECORD, proposal.record),
        details={"list": proposal.list_key, "matter": proposal.matter},
    )
    return open_case(
        opening, verb="propose", actor=by.actor, policy=policy, now=by.now, reason=proposal.reason
    )


@transaction.atomic
def revise(case: Case, by: By, *, list_key: str, matter: str, reason: str) -> Case:
    """Write a draft anew: list, ground of its rule and the facts; nothing of it has gone out yet. Refusals as for ``propose``."""
    (subject, ground), policy, today = grounded(case), by.policy, day_of(by.now)
    of = policy.lists.require_here(list_key)
    record = evidence(ground.reference, subject, of, policy=policy, on=today)
    if record.batch:
        _check_organ(of, record.batch.organisation, policy)
    longest_term(of, policy=policy, on=today)
    _refuse_twice(list_key, subject, of)
    _check_matter(of, matter)
    if of.burdens is not (case.kind == KIND):
        raise Refusal("LG24", "惩戒名单和激励名单的程序不同，不能互改。", advice="请撤回这份意见，另行提出。")
    named = {"list": list_key, "matter": matter}
    taken = step(case, "revise", by, reason=reason, details=named)
    taken.details, taken.title = {**taken.details, **named}, _title(subject, of)[:200]
    taken.save(update_fields=["details", "title"])
    return taken


def _title(subject: Subject, of: ListType) -> str:
    return f"{subject.name}列入{of.title}"


def _check_matter(of: ListType, matter: str) -> None:
    if matter not in of.grounds:
        raise Refusal(
            "LG7",
            f"“{of.title}”的认定规则没有这种列入情形。",
            citation=BASIS,
            advice=f"可以选择：{'；'.join(of.grounds)}。",
        )


def open_lists(record: Record, *, policy: Policy, on: date) -> dict[str, ListType]:
    """The lists for which this kind of record may ground a recognition here; whether this one is final, and whether the
    enterprise is on the list already, is said when it is proposed."""
    found = {}
    for key, of in policy.lists.lists.items():
        with suppress(Refusal):
            policy.lists.require_here(key)
            _check_kind(record, of, policy=policy)
            longest_term(of, policy=policy, on=on)
            if record.batch:
                _check_organ(of, record.batch.organisation, policy)
            found[key] = of
    return found if record.alive else {}


def draft_rests_on(case: Case) -> Record | None:
    """The record as it stands on which a recognition was proposed; None where it stands no more."""
    subject, ground = grounded(case)
    kept = Record.objects.filter(record_key=ground.reference, known_until__isnull=True, subject=subject)
    return kept.select_related("batch__organisation", "detail", "subject").first()


def list_of(case: Case, policy: Policy) -> ListType:
    """The list as it is registered now; one that has left the registry since is refused."""
    return policy.lists.require_here(str(case.details.get("list", "")))


def evidence(key: int, subject: Subject, of: ListType, *, policy: Policy, on: date) -> Record:
    """The living, final record a recognition rests on. Refusals: LG8 none of this subject, those of core.listing and of
    core.grounds (legal guard G3)."""
    found = (
        Record.objects.filter(record_key=key, known_until__isnull=True, subject=subject)
        .select_related("batch__organisation", "detail", "subject")
        .first()
    )
    if found is None:
        raise Refusal(
            "LG8", "所依据的记录不存在或者不属于这个主体。", advice="请从该主体的档案中选择现行有效的记录。"
        )
    if of.burdens:
        final = found.item in policy.treatment(on=on).final_items
        check_record(found, EffectKind.LIST_ENTRY, needs_final=final)
    _check_kind(found, of, policy=policy)
    return found


def _check_kind(found: Record, of: ListType, *, policy: Policy) -> None:
    if of.burdens:
        sole = found.subject.kind == SubjectKind.SOLE_TRADER
        check_evidence(of, Evidence(found.item, Seriousness(found.seriousness), sole))
        return
    entry = policy.catalogue.item(found.item)
    if entry.nature is not Nature.GOOD or RecordState(found.state) is not RecordState.ACTIVE:
        raise Refusal(
            "LG9",
            "守信激励对象须依据现行有效的守信信息认定，所选记录不是。",
            advice="请选择表彰、荣誉等守信信息。",
        )


def longest_term(of: ListType, *, policy: Policy, on: date) -> int | None:
    """The term of the list in months; None where leaving it needs no day (focus). Refusal LG13 or POLICY-UNCONFIRMED where
    the law's term is not known (legal guard G15)."""
    if of.term is None:
        if of.kind is ListKind.FOCUS:
            return None
        raise Refusal(
            "LG13",
            f"“{of.title}”的期限还没有核定，不能认定。",
            citation=BASIS,
            advice="请法制机构核对认定办法，在 policy 中补上期限和条款后再办理。",
        )
    return policy.parameter(of.term, on=on).required()


@transaction.atomic
def notify(case: Case, by: By, *, reason: str) -> Case:
    """Give prior notice: the letter may then be written; the term for statement begins with its service."""
    _recheck(case, by)
    return step(case, "notify", by, reason=reason)


def hear_statement(case: Case, by: By, *, said: str, how: str) -> Case:
    """Write down what the enterprise said or handed in; persons are masked."""
    words = mask_personal(said.strip()).text[:4000]
    if not words:
        raise Refusal("LG14", "没有写明陈述、申辩的内容。", advice="请照当事人的意见记录，书面材料另附。")
    return step(case, "state", by, reason=how, details={"said": words})


def answer_statement(case: Case, by: By, *, adopted: bool, answer: str) -> Case:
    """Say whether the statement is adopted and why; the letter of decision repeats it."""
    return step(case, "answer", by, reason=answer, details={"adopted": adopted})


def clear_hurdle(case: Case, hurdle: Hurdle, by: By, *, document: str, on: date, reason: str) -> Case:
    """Write down a hearing, a collective discussion, the consent of the upper organ or the review by the province."""
    if hurdle not in hurdles(list_of(case, by.policy)):
        raise Refusal(
            "LG15",
            f"这种名单的认定规则不要求{hurdle.label}。",
            advice="不必登记；确实办理过的，把材料附在事项中。",
        )
    told = last_step(case, "notify")
    since = day_of(told.at) if told else day_of(case.opened_at)
    if not document.strip() or not since <= on <= day_of(by.now):
        raise Refusal(
            "LG16",
            f"{hurdle.label}须写明文号或者纪要编号，日期不能早于事先告知的 {since}，不能晚于今天。",
            advice="请照会议纪要、笔录或者批复填写；事先告知以前的，不是对这件事的决定。",
        )
    details = {"document": document.strip()[:120], "on": on.isoformat()}
    return step(case, hurdle.value, by, reason=reason, details=details)


@transaction.atomic
def review(case: Case, by: By, *, reason: str) -> Case:
    """Legal review. Refusals: LG11 the notice was not served, LG4 something that the list asks for has not taken place."""
    _recheck(case, by)
    _check_prepared(case, by.policy)
    return step(case, "review", by, reason=reason)


@transaction.atomic
def decide(
    case: Case,
    by: By,
    *,
    heads: Mapping[str, str],
    months: int | None = None,
    term_confirmed: bool = False,
    reason: str,
) -> Case:
    """Decide on the entry. Refusals: LG5 proportion, LG6 term, LG17 a term nobody compared with the law, those before."""
    record, of = _recheck(case, by)
    _check_prepared(case, by.policy)
    longest = longest_term(of, policy=by.policy, on=day_of(by.now))
    details: dict[str, Any] = {"heads": check_heads(heads), "seriousness": record.seriousness}
    if longest is not None:
        details["months"] = months_of(of, longest=longest, wanted=months)
        _check_confirmed(of, by, confirmed=term_confirmed)
    return step(case, "decide", by, reason=reason, details=details)


def step(case: Case, verb: str, by: By, *, reason: str, details: Mapping[str, Any] | None = None) -> Case:
    """A step as the flow says, on the ground of the case."""
    return take_on_ground(
        case, verb, actor=by.actor, policy=by.policy, now=by.now, reason=reason, details=details, seen=by.seen
    )


def _recheck(case: Case, by: By) -> tuple[Record, ListType]:
    """The evidence as it stands today: what has ended since grounds nothing any more."""
    (subject, ground), of = grounded(case), list_of(case, by.policy)
    record = evidence(ground.reference, subject, of, policy=by.policy, on=day_of(by.now))
    return record, of


def _check_prepared(case: Case, policy: Policy) -> None:
    of = list_of(case, policy)
    if of.prior_notice and served_on(case, "prior_notice", after="notify") is None:
        raise Refusal(
            "LG11",
            "事先告知书还没有送达，不能审核、不能决定。",
            citation="国办发〔2020〕49号；《行政处罚法》第四十四、四十五条",
            advice="请签发《拟作出不利决定事先告知书》，送达并登记送达回证，等陈述、申辩期满或者答复以后再办。",
        )
    notice = last_step(case, "notify")
    since = notice.sequence if notice else 0
    taken = case.events.filter(sequence__gt=since).values_list("verb", flat=True)
    check_hurdles(of, taken=frozenset(taken))


def _check_confirmed(of: ListType, by: By, *, confirmed: bool) -> None:
    assert of.term is not None
    reading = by.policy.parameter(of.term, on=day_of(by.now))
    if not reading.verified and not confirmed:
        raise Refusal(
            "LG17",
            f"{reading.title}{reading}（{reading.citation}）还没有与法律原文核对。",
            citation=reading.citation,
            advice="请核对原文，确认无误后勾选“期限已与法律原文核对”再决定；有误的请先更正政策数据。",
        )


def _check_organ(of: ListType, organisation: Organisation, policy: Policy) -> None:
    agency = policy.agencies.agencies.get(organisation.key)
    if of.sector != "any" and (agency is None or of.sector not in agency.sectors):
        raise Refusal(
            "LG10",
            f"“{of.title}”由{of.authority}认定，作出所依据决定的单位不承担该领域职责。",
            citation=BASIS,
            advice="请把决定和材料移送有认定权的部门。",
        )


def _refuse_twice(key: str, subject: Subject, of: ListType) -> None:
    standing = ListEntry.objects.filter(subject=subject, ended_at__isnull=True)
    if standing.filter(list_key=key).exists():
        raise Refusal("LG18", f"该主体已在“{of.title}”上。", advice="请在名单中查看；新的失信行为另行处理。")
    if of.kind is ListKind.POSITIVE and standing.exclude(kind=ListKind.POSITIVE).exists():
        raise Refusal(
            "LG19",
            "该主体在严重失信主体名单或者重点关注名单上，不能列为守信激励对象。",
            advice="请在移出以后再认定。",
        )
