"""Takes in leads from devices, and what an officer does with each: closes it, asks the enterprise to look itself, or puts a
check to the decider. Nothing here writes to a file, score, list or publication (legal guards G7, G13)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from xinheng.core.canonical import digest_of
from xinheng.core.leads import (
    PROMPT,
    REASON,
    RETENTION,
    Handover,
    Outcome,
    Told,
    check_lead,
    check_open,
    check_reason,
)
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_checks import CaseCheckDraft, draft_case_check
from xinheng.services.cases import Opening, open_case
from xinheng.services.inspection_plans import PlanDraft
from xinheng.services.ledger import note
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.leads import Lead
from xinheng.store.senders import SenderKey
from xinheng.store.subjects import Subject

SERIES = "TS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does it, why, under which policy, when."""

    actor: User
    reason: str
    policy: Policy
    now: datetime


@transaction.atomic
def take_lead(key: SenderKey, told: Told, *, now: datetime) -> Lead:
    """Take in a lead of the key's organisation; the same one again is answered with the first.

    Refusals: LE1 no such enterprise, LE2 a key that only reads, LE6 another one of the same number, LE3, LE4.
    """
    if key.grant_id is not None:
        raise Refusal("LE2", "这个密钥只用于读取，不能推送线索。", advice="请用本单位的报送密钥。")
    digest = digest_of(
        {
            "code": told.code,
            "device": [told.device.value, told.device_no],
            "words": [told.what, told.said],
            "observed_at": told.observed_at.isoformat(),
            "attachments": list(told.attachments),
        }
    )
    met = Lead.objects.filter(sender=key, external=told.external).first()
    if met is not None:
        if met.digest != digest:
            raise Refusal("LE6", "同一编号的线索内容不同，没有覆盖。", advice="请用新的编号推送。")
        return met
    check_lead(told, now=now)
    subject = Subject.objects.select_related("merged_into").filter(code=told.code).first()
    if subject is None:
        raise Refusal("LE1", "没有这个统一社会信用代码的经营主体。", advice="请核对设备登记的企业代码。")
    lead = Lead.objects.create(
        organisation=key.organisation,
        subject=subject.merged_into or subject,
        sender=key,
        external=told.external,
        digest=digest,
        device=told.device.value,
        device_no=told.device_no[:80],
        what=mask_personal(told.what).text[:120],
        said=mask_personal(told.said).text[:1000],
        attachments=list(told.attachments),
        persons_masked=told.persons_masked,
        observed_at=told.observed_at,
        received_at=now,
    )
    note("lead.received", now=now, object=f"lead:{lead.public_id}", payload={"device": lead.device})
    return lead


@transaction.atomic
def close_lead(public_id: str, act: Act) -> Lead:
    """A person looked at it and saw no fault. Refusals: LE8 no reason, those of ``open_lead``."""
    return _done(open_lead(public_id), Outcome.NO_FAULT, act)


@transaction.atomic
def prompt_self_check(public_id: str, act: Act) -> Lead:
    """Open the case in which the letter to the enterprise is written (自查提示函). Refusals: LE8, those of ``open_lead``."""
    lead, reason = open_lead(public_id), check_reason(act.reason)
    opening = Opening(
        flow=PROMPT,
        kind=PROMPT,
        series=SERIES,
        title=f"自查提示：{lead.what}",
        organisation=lead.organisation,
        subject=lead.subject,
    )
    lead.case = open_case(
        opening,
        verb="prompt",
        actor=act.actor,
        policy=act.policy,
        now=act.now,
        reason=mask_personal(reason).text,
    )
    return _done(lead, Outcome.PROMPTED, act)


@transaction.atomic
def check_on_lead(public_id: str, plan: PlanDraft, act: Act) -> Lead:
    """Put a check of the enterprise to the decider on the reason 数据监测 of the closed list, with all that asks for.

    Refusals: LE8, LE10 another organ's, those of ``open_lead`` and of ``draft_case_check``.
    """
    lead, reason = open_lead(public_id), check_reason(act.reason)
    if plan.organisation.pk != lead.organisation_id:
        raise Refusal("LE10", "个案检查须由收到线索的机关提出。", advice="其他机关负责的，请转交。")
    seen = f"{lead.get_device_display()}线索（{day_of(lead.observed_at)}）：{lead.what}。{reason}"
    draft = CaseCheckDraft(plan=plan, subject=lead.subject, reason=REASON, explanation=seen)
    lead.check_made = draft_case_check(draft, actor=act.actor, policy=act.policy, now=act.now)
    return _done(lead, Outcome.CHECK, act)


def open_lead(public_id: str, *, moving: bool = False) -> Lead:
    """The lead under lock, nobody having dealt with it. Refusals: LE9 no such lead, LE7 dealt with, and unless ``moving``
    LE13 on its way to another organ."""
    found = Lead.objects.select_for_update(of=("self",)).select_related("organisation", "subject")
    lead = found.filter(public_id=public_id).first()
    if lead is None:
        raise Refusal("LE9", "没有这条线索。", advice="请从“设备线索”列表中打开。")
    check_open(Outcome(lead.outcome))
    waiting = None if moving else lead.handovers.filter(answer=Handover.WAITING.value).first()
    if waiting is not None:
        raise Refusal(
            "LE13",
            f"这条线索正在转交{tree().name(waiting.to_organisation_id)}，等待接收。",
            advice="对方接收或者退回以前不能处理；需要时请联系对方。",
        )
    return lead


def _done(lead: Lead, outcome: Outcome, act: Act) -> Lead:
    lead.reason = mask_personal(check_reason(act.reason)).text[:500]
    lead.outcome, lead.closed_by, lead.closed_at = outcome.value, act.actor, act.now
    lead.save()
    payload = {"outcome": outcome.value}
    note(
        "lead.closed",
        now=act.now,
        actor=act.actor,
        object=f"lead:{lead.public_id}",
        reason=lead.reason,
        payload=payload,
    )
    return lead


def forget_leads(*, policy: Policy, today: date, now: datetime) -> int:
    """Empty the words of leads whose days are over; those nobody dealt with are noted as such. Returns how many; 0
    while the number of days is unknown."""
    days = policy.parameter(RETENTION, on=today).value
    if days is None:
        return 0
    old = Lead.objects.filter(emptied_at__isnull=True, received_at__lt=now - timedelta(days=days))
    with transaction.atomic():
        old.filter(outcome=Outcome.OPEN.value).update(outcome=Outcome.EXPIRED.value, closed_at=now)
        return old.update(said="", device_no="", attachments=[], emptied_at=now)
