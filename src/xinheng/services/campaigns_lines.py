"""The lines of a campaign: proposed by a rule, taken in by a person for a living record, put right, taken out.

A line ends in the transaction in which its record ends (services.effects). Acting on it is an interview or an order to put
right on the same record (services.interviews, services.rectification); who recognised the fault acts (谁认定、谁约谈).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from xinheng.core.campaigns import DONE, LEFT, CampaignField
from xinheng.core.catalogue import Item, Nature
from xinheng.core.grounds import EffectKind, EndCause, GroundKind
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.core.steps import OFFICERS
from xinheng.services.campaigns import rule_of
from xinheng.services.campaigns_told import tell_ended, tell_taken
from xinheng.services.case_grounds import check_record, living_record, refuse_foreign
from xinheng.services.cases import locked, roles_in
from xinheng.services.coverage import county_of
from xinheng.services.ledger import note
from xinheng.services.merged_files import one_with
from xinheng.services.time import day_of, end_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.campaigns import Campaign, CampaignLine
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record
from xinheng.store.subjects import Subject, SubjectKind

MOST = 200
"""Records proposed at once; more follow when these are taken in or the rule is narrower."""
_DAY = timedelta(days=1)
_OF_STATE = Q(state_body=True) | Q(kind=SubjectKind.GOVERNMENT)


def grounds_on(campaign: Campaign, subject: Subject, *, policy: Policy, on: date) -> list[Record]:
    """Living records of one enterprise that ground a line of the campaign and stand in none of its lines."""
    open_lines = campaign.lines.filter(ended_at__isnull=True)
    rows = Record.objects.filter(subject__in=one_with(subject), known_until__isnull=True)
    return _fitting(
        rows.exclude(record_key__in=open_lines.values("ground_key")), campaign, policy=policy, on=on
    )


def proposals(campaign: Campaign, *, policy: Policy, on: date) -> list[Record]:
    """Living records that the rule of the campaign names and that ground a line, oldest first; none that stands in it or
    that somebody has settled. A machine only proposes."""
    rule = rule_of(campaign)
    batches = Batch.objects.filter(
        item__in=rule.items, state=BatchState.LOADED, loaded_at__gte=end_of(rule.since) - _DAY
    )
    rows = Record.objects.filter(
        batch__in=batches,
        item__in=rule.items,
        known_until__isnull=True,
        state__in=[int(state) for state in STANDING],
        seriousness__gte=int(rule.least),
        decided_on__gte=rule.since,
    )
    settled = campaign.lines.filter(Q(ended_at__isnull=True) | Q(ended_why__in=[DONE, LEFT]))
    rows = rows.exclude(record_key__in=settled.values("ground_key"))
    if rule.counties:
        codes = [code for code in policy.counties if county_of(code, policy) in rule.counties]
        rows = rows.filter(subject__division_code__in=codes)
    if campaign.field == CampaignField.GOVERNMENT:
        rows = rows.filter(subject__in=Subject.objects.filter(_OF_STATE))
    return _fitting(rows, campaign, policy=policy, on=on)


def _fitting(rows: QuerySet[Record], campaign: Campaign, *, policy: Policy, on: date) -> list[Record]:
    found = rows.select_related("subject", "detail", "batch__organisation").order_by("pk")[:MOST]
    return [record for record in found if _why_not(record, campaign, policy=policy, on=on) is None]


@transaction.atomic
def take_in(
    campaign: Campaign, records: Iterable[int], *, actor: User, policy: Policy, now: datetime, reason: str
) -> list[CampaignLine]:
    """Take in the records with these keys, all or none. Refusals: CP6 not this person's work, CP7 it does not run, CP8 no
    reason or no such record, CP9 stands in it, CP10 no failing record, CP11 outside its field, CP14 lighter or
    older than the plan allows; RE2, RE3 and those of core.grounds for the record."""
    case, today, keys = locked(campaign.case.public_id), day_of(now), sorted(set(records))
    _demand(actor, [case.organisation], on=today)
    if case.state != "running":
        raise Refusal("CP7", "专项治理没有在进行，不能纳入。", advice="方案批准启动以后、结束以前才能纳入。")
    said = mask_personal(reason.strip()).text[:500]
    subjects = _locked(keys)
    if not said or not keys or set(keys) - set(subjects):
        raise Refusal("CP8", "没有写明理由，或者没有选择现行的记录。", advice="请选择记录，写明为什么纳入。")
    if campaign.lines.filter(ground_key__in=keys, ended_at__isnull=True).exists():
        raise Refusal("CP9", "所选的记录已经在这次专项治理中。", advice="请在台账中查看。")
    proposed = {record.record_key for record in proposals(campaign, policy=policy, on=today)}
    made = []
    for key in keys:
        record = living_record(key, subjects[key])
        refuse_foreign(record, actor, on=today)
        if (wrong := _why_not(record, campaign, policy=policy, on=today)) is not None:
            raise wrong
        line = CampaignLine.objects.create(
            campaign=campaign,
            subject=subjects[key],
            ground_kind=GroundKind.RECORD.value,
            ground_key=key,
            organisation=record.batch.organisation if record.batch else case.organisation,
            proposed=key in proposed,
            reason=said,
            taken_by=actor,
            taken_at=now,
            until_on=campaign.until_on,
        )
        _note("campaign.taken", line, actor=actor, now=now)
        tell_taken(line, policy=policy, now=now)
        made.append(line)
    return made


def _locked(keys: list[int]) -> dict[int, Subject]:
    """The subjects of open records by the key, under lock in ascending order: no record of theirs ends meanwhile."""
    rows = Record.objects.filter(record_key__in=keys, known_until__isnull=True)
    of_key = dict(rows.values_list("record_key", "subject_id"))
    held = Subject.objects.select_for_update().filter(pk__in=of_key.values()).order_by("pk")
    named = {subject.pk: subject for subject in held}
    return {key: named[subject] for key, subject in of_key.items()}


def finish_line(line: CampaignLine, *, actor: User, now: datetime, reason: str) -> CampaignLine:
    """Put right: the work on it is done. Refusals as for ``leave_line``."""
    return _end(line, DONE, actor=actor, now=now, reason=reason)


def leave_line(line: CampaignLine, *, actor: User, now: datetime, reason: str) -> CampaignLine:
    """Taken out by a person. Refusals: CP6 not this person's work, CP12 it has ended, CP13 no reason."""
    return _end(line, LEFT, actor=actor, now=now, reason=reason)


def lines_of(subject: Subject) -> QuerySet[CampaignLine]:
    """The lines on an enterprise, merged files with it, the newest first; the ended ones too."""
    rows = CampaignLine.objects.filter(subject__in=one_with(subject)).select_related(
        "campaign__case", "subject"
    )
    return rows.order_by("-pk")


def may_act(line: CampaignLine, actor: User, *, on: date) -> bool:
    """Whether somebody may end the line: an officer of the campaign or of the unit that recognised its ground."""
    return _is_officer(actor, [line.campaign.case.organisation, line.organisation], on=on)


def _is_officer(actor: User, units: Iterable[Organisation], *, on: date) -> bool:
    return any(roles_in(actor, unit, on=on) & OFFICERS for unit in units)


@transaction.atomic
def _end(line: CampaignLine, why: str, *, actor: User, now: datetime, reason: str) -> CampaignLine:
    kept = CampaignLine.objects.select_for_update().get(pk=line.pk)
    _demand(actor, [kept.campaign.case.organisation, kept.organisation], on=day_of(now))
    if kept.ended_at is not None:
        raise Refusal("CP12", "这一项已经结束。", advice="请刷新页面查看。")
    said = mask_personal(reason.strip()).text[:500]
    if not said:
        raise Refusal("CP13", "没有写明理由。", advice="请写明怎样改好的，或者为什么移出。")
    kept.ended_at, kept.end_cause, kept.ended_why = now, EndCause.WITHDRAWN.value, why
    kept.ended_by, kept.end_reason = actor, said
    kept.save(update_fields=["ended_at", "end_cause", "ended_why", "ended_by", "end_reason"])
    _note(f"campaign.{why}", kept, actor=actor, now=now)
    tell_ended([kept.pk], now=now)
    return kept


def _demand(actor: User, units: list[Organisation], *, on: date) -> None:
    if not _is_officer(actor, units, on=on):
        raise Refusal(
            "CP6", "这项工作不由您办理。", advice="请由开展专项治理的单位或者作出认定的单位的经办人办理。"
        )


def _why_not(record: Record, campaign: Campaign, *, policy: Policy, on: date) -> Refusal | None:
    """Why the record grounds no line of the campaign; None where it does."""
    failing = policy.catalogue.item(record.item).nature is Nature.FAILING
    if not failing and record.seriousness == Seriousness.NONE:
        return Refusal("CP10", "这条记录不是失信信息。", advice="请选择行政处罚、名单等失信信息。")
    if record.seriousness < campaign.least or (record.decided_on or date.min) < campaign.since_on:
        return Refusal(
            "CP14",
            "这条记录的失信程度或者日期不在批准的方案之内。",
            advice="方案由另一人批准；需要纳入更轻、更早的，另行拟定方案。",
        )
    subject = record.subject
    if campaign.field == CampaignField.GOVERNMENT and not (
        subject.state_body or subject.kind == SubjectKind.GOVERNMENT
    ):
        return Refusal(
            "CP11",
            "政府机构失信专项治理只涉及机关事业单位。",
            advice="请核对主体的类型或者机关事业单位的标注。",
        )
    return _ground_refusal(record, policy=policy, on=on)


def _ground_refusal(record: Record, *, policy: Policy, on: date) -> Refusal | None:
    try:
        final = policy.treatment(on=on).final_items | {Item.PENALTY}
        check_record(record, EffectKind.CAMPAIGN_LINE, needs_final=record.item in final)
    except Refusal as refusal:
        return refusal
    return None


def _note(kind: str, line: CampaignLine, *, actor: User, now: datetime) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=line.subject.public_id,
        object=f"campaign:{line.campaign.public_id}",
        payload={"line": line.public_id},
    )
