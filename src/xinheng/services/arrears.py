"""Shows arrears of government bodies and state-owned enterprises to the public, by decision of the competent organ alone.

Only where a document of the city has opened the column, only upon a final finding that stands, after the unit was told and
heard, by the word of two persons; it ends in the transaction in which its ground ends. No person, no sole trader
(宛政办〔2020〕17号 五（五）; legal guards G3, G14, G15).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.articles import ARREARS, Body
from xinheng.core.government import failure_words
from xinheng.core.grounds import EffectKind
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.services.case_grounds import check_record
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.arrears import ArrearsNotice
from xinheng.store.records import Record
from xinheng.store.subjects import Subject

KINDS = ("arrears_small", "arrears_private")
"""Results of a finding that tell of arrears."""
STATEMENT = "articles.arrears_statement_workdays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision that arrears be public, and how the unit was told before."""

    number: str
    organ: str
    decided_on: date
    told_on: date
    told_proof: str


def is_open(policy: Policy) -> bool:
    """Whether a document of the city has opened the column."""
    column = policy.articles.columns.get(ARREARS)
    return column is not None and column.published


@transaction.atomic
def propose_arrears(
    record_key: int, decision: Decision, *, actor: User, policy: Policy, now: datetime
) -> ArrearsNotice:
    """Propose that a finding be shown. Refusals AZ1 no document of the city, AZ2 no such finding, AZ3 the decision is
    incomplete or its days do not fit, AZ4 proposed before; those of ``check_ground`` where the finding is not final."""
    _refuse_closed(policy)
    ground = _ground(record_key, policy)
    words = (decision.number, decision.organ, decision.told_proof)
    today = day_of(now)
    if (
        not all(one.strip() for one in words)
        or not max(decision.told_on, ground.decided_on or decision.told_on) <= decision.decided_on <= today
    ):
        raise Refusal(
            "AZ3",
            "公示拖欠账款须写明决定的文号、机关和日期，以及事先告知单位的日期和凭证。决定日期不能晚于今天，也不能早于认定和告知的日期。",
            advice="请照决定书和送达回证填写；决定以前没有告知单位的，请先告知、听取意见，再作出决定。",
        )
    if ArrearsNotice.objects.filter(record_key=record_key, ended_at__isnull=True).exists():
        raise Refusal("AZ4", "这条认定已经提出公示或者正在公示。", advice="请在列表中查看。")
    notice = ArrearsNotice.objects.create(
        subject=ground.subject,
        ground=ground,
        record_key=record_key,
        decision_no=_clean(decision.number, 120),
        decided_by_organ=_clean(decision.organ, 120),
        decided_on=decision.decided_on,
        told_on=decision.told_on,
        told_proof=_clean(decision.told_proof, 200),
        policy_digest=policy.digest,
        proposed_by=actor,
        proposed_at=now,
    )
    _note("arrears.proposed", notice, actor=actor, now=now, reason=notice.decision_no)
    return notice


def _clean(text: str, longest: int) -> str:
    return mask_personal(text.strip()).text[:longest]


def _refuse_closed(policy: Policy) -> None:
    if not is_open(policy):
        raise Refusal(
            "AZ1",
            "本市没有规定公示机关、事业单位和国有企业拖欠账款。",
            advice="有文件规定的，请在本市政策包 articles.yml 写明依据后开启。",
        )


def _ground(record_key: int, policy: Policy) -> Record:
    found = (
        Record.objects.select_for_update(of=("self",))
        .select_related("detail", "batch", "subject")
        .filter(record_key=record_key, known_until__isnull=True, subject__in=_bodies(policy))
        .first()
    )
    known = (
        found is not None
        and found.result in KINDS
        and found.result in failure_words(policy.feeds).get(found.item, frozenset())
    )
    if found is None or not known:
        raise Refusal(
            "AZ2", "没有这条拖欠账款的认定，不能凭空公示。", advice="请从政务诚信页选择有认定文书的记录。"
        )
    check_record(found, EffectKind.MEASURE, needs_final=True)
    return found


def _lock_ground(public_id: str) -> None:
    """The record before the notice, as whoever ends a record takes them."""
    keys = ArrearsNotice.objects.filter(public_id=public_id).values("record_key")
    records = Record.objects.select_for_update().filter(record_key__in=keys, known_until__isnull=True)
    list(records.order_by("pk").values_list("pk"))


def _bodies(policy: Policy) -> QuerySet[Subject]:
    """Subjects of whom the document of the city speaks: organs and public institutions by mark or code, marked
    state-owned enterprises."""
    column = policy.articles.columns.get(ARREARS)
    said, found = column.bodies if column else (), Q(pk__in=())
    if Body.STATE_OWNED in said:
        found |= Q(state_owned=True)
    if Body.STATE_BODY in said:
        found |= Q(state_body=True) | Q(code__startswith="11") | Q(code__startswith="12")
    return Subject.objects.filter(found).exclude(kind="sole_trader")


@transaction.atomic
def show_arrears(public_id: str, *, heard: str, actor: User, policy: Policy, now: datetime) -> ArrearsNotice:
    """Another person decides that it is public. ``heard``: what the unit said, or that it said nothing. Refusals AZ1, AZ2,
    AZ5 not open, AZ6 the same person, AZ7 nothing said of the hearing, AZ8 the days for a statement are not over."""
    _refuse_closed(policy)
    _lock_ground(public_id)
    notice = ArrearsNotice.objects.select_for_update().filter(public_id=public_id).first()
    if notice is None or notice.shown_at is not None or notice.ended_at is not None:
        raise Refusal("AZ5", "这项公示已经办结。", advice="请刷新页面。")
    if notice.proposed_by_id == actor.pk:
        raise Refusal("AZ6", "公示须由提出人以外的另一人决定。", advice="请由另一名人员办理。")
    if not heard.strip():
        raise Refusal("AZ7", "请写明单位的意见。", advice="没有提出意见的，写“没有提出意见”和告知的凭证。")
    days, last = days_for_statement(policy, told_on=notice.told_on)
    if last is not None and day_of(now) <= last:
        raise Refusal("AZ8", f"单位陈述意见的期限（{days}）还没有届满。", advice=f"请在 {last} 以后办理。")
    _ground(notice.record_key, policy)
    notice.heard, notice.shown_by, notice.shown_at = _clean(heard, 1000), actor, now
    notice.save(update_fields=["heard", "shown_by", "shown_at"])
    _note("arrears.shown", notice, actor=actor, now=now, reason=notice.decision_no)
    return notice


@transaction.atomic
def stop_arrears(public_id: str, *, reason: str, actor: User, now: datetime) -> ArrearsNotice:
    """Take it down, or give the proposal up, with a reason. Refusals AZ5, AZ9."""
    notice = (
        ArrearsNotice.objects.select_for_update().filter(public_id=public_id, ended_at__isnull=True).first()
    )
    if notice is None:
        raise Refusal("AZ5", "这项公示已经办结。", advice="请刷新页面。")
    if not reason.strip():
        raise Refusal("AZ9", "停止公示须写明原因。", advice="请补充后重试。")
    _end(notice, _clean(reason, 300), now=now)
    _note("arrears.ended", notice, actor=actor, now=now, reason=notice.ended_why)
    return notice


def end_arrears(record_key: int, *, why: str, now: datetime) -> int:
    """End what rests on a finding that has ended; runs in its transaction. Returns how many."""
    living = ArrearsNotice.objects.select_for_update().filter(record_key=record_key, ended_at__isnull=True)
    for notice in (found := list(living)):
        _end(notice, why, now=now)
        _note("arrears.ended", notice, actor=None, now=now, reason=why)
    return len(found)


def finding_of(record_key: int, policy: Policy) -> Record | None:
    """The finding of arrears of that key as it stands, proposed or not; None where there is none."""
    return _findings(policy).filter(record_key=record_key).first()


def days_for_statement(policy: Policy, *, told_on: date) -> tuple[str, date | None]:
    """How long the unit may make a statement, in words, and the last day of it; None where no rule is known."""
    reading = policy.parameter(STATEMENT, on=told_on)
    if reading.value is None:
        return str(reading), None
    return str(reading), policy.calendar.add_workdays(told_on, reading.value).on


def arrears_to_propose(policy: Policy) -> QuerySet[Record]:
    """Findings of arrears that stand and are neither proposed nor public, newest first."""
    taken = ArrearsNotice.objects.filter(ended_at__isnull=True).values("record_key")
    return _findings(policy).exclude(record_key__in=taken).order_by("-decided_on", "-pk")


def _findings(policy: Policy) -> QuerySet[Record]:
    found = Record.objects.filter(result__in=KINDS, known_until__isnull=True, state__in=list(STANDING))
    own = found.filter(item__in=list(failure_words(policy.feeds)), subject__in=_bodies(policy))
    return own.select_related("subject", "detail")


def notices() -> QuerySet[ArrearsNotice]:
    """All, newest first."""
    found = ArrearsNotice.objects.select_related("subject", "ground__detail", "proposed_by", "shown_by")
    return found.order_by("-pk")


def _end(notice: ArrearsNotice, why: str, *, now: datetime) -> None:
    notice.ended_at, notice.ended_why = now, why
    notice.save(update_fields=["ended_at", "ended_why"])


def _note(kind: str, notice: ArrearsNotice, *, actor: User | None, now: datetime, reason: str) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=notice.subject.public_id,
        object=f"arrears:{notice.public_id}",
        reason=reason,
        payload={"record": notice.record_key},
    )
