"""Special campaigns: planned on a ground document, started by a second person, halted or over on their day, closed by a report.

The steps are those of ``core.campaigns``. When a campaign ends every line that still stands ends with it, in the same
transaction; ``services.campaigns_lines`` keeps the lines.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core.campaigns import CLOSED, CampaignField, Rule
from xinheng.core.catalogue import Nature
from xinheng.core.days import first_day_off
from xinheng.core.grounds import EndCause
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.campaigns_told import tell_ended
from xinheng.services.cases import Opening, last_step, locked, open_case, take_step
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.campaigns import Campaign, CampaignLine
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation

KIND = "campaign"
SERIES = "ZX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a campaign is for. ``document_no`` and ``document_title`` name the document it is run on; ``until_on`` is its last
    day; ``rule`` says what a machine may propose."""

    field: CampaignField
    title: str
    document_no: str
    document_title: str
    scope: str
    from_on: date
    until_on: date
    rule: Rule


@transaction.atomic
def draft_campaign(
    plan: Plan, *, organisation: Organisation, actor: User, policy: Policy, now: datetime, reason: str
) -> Campaign:
    """Open the case and keep the plan. Refusals: CP1…CP4 for the plan."""
    check_plan(plan, policy=policy, on=day_of(now))
    opening = Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"专项治理：{plan.title.strip()}",
        organisation=organisation,
    )
    case = open_case(opening, verb="draft", actor=actor, policy=policy, now=now, reason=reason)
    return Campaign.objects.create(case=case, **_columns(plan))


@transaction.atomic
def revise_campaign(
    case: Case, plan: Plan, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int
) -> Case:
    """The plan anew, as long as it is not started. Refusals: CP1…CP4, those of the flow."""
    check_plan(plan, policy=policy, on=day_of(now))
    taken = take_step(
        case.public_id, "revise", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    Campaign.objects.filter(case=case).update(**_columns(plan))
    Case.objects.filter(pk=case.pk).update(title=f"专项治理：{plan.title.strip()}"[:200])
    return taken


@transaction.atomic
def start_campaign(case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int) -> Case:
    """A second person starts it. Refusal CP5 where its time is over."""
    if case.campaign.until_on <= day_of(now):
        raise Refusal("CP5", "方案写明的截止日期已经过去，不能启动。", advice="请退回修改截止日期后再启动。")
    return take_step(
        case.public_id, "start", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )


@transaction.atomic
def halt_campaign(case: Case, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int) -> Case:
    """Ended before its day: no line stands any more."""
    taken = take_step(
        case.public_id, "halt", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    _end_lines(case.campaign, now=now)
    return taken


def end_due(*, policy: Policy, now: datetime) -> int:
    """End every campaign whose last day is over, with its lines, one transaction each; returns how many."""
    due = Case.objects.filter(kind=KIND, state="running", campaign__until_on__lte=day_of(now)).order_by("pk")
    return sum(
        _expire(public_id, policy=policy, now=now) for public_id in due.values_list("public_id", flat=True)
    )


@transaction.atomic
def _expire(public_id: str, *, policy: Policy, now: datetime) -> bool:
    case = locked(public_id)
    if case.state != "running":
        return False
    take_step(public_id, "expire", actor=None, policy=policy, now=now)
    _end_lines(case.campaign, now=now)
    return True


def _end_lines(campaign: Campaign, *, now: datetime) -> None:
    standing = CampaignLine.objects.select_for_update().filter(campaign=campaign, ended_at__isnull=True)
    ids = list(standing.order_by("pk").values_list("pk", flat=True))
    CampaignLine.objects.filter(pk__in=ids).update(
        ended_at=now, end_cause=EndCause.TERM_EXPIRED.value, ended_why=CLOSED
    )
    tell_ended(ids, now=now)


def check_plan(plan: Plan, *, policy: Policy, on: date) -> None:
    """Refusals: CP1 something is not said, CP2 the days do not fit, CP3 the rule names nothing that fails, CP4 a county
    that is none of the city."""
    if not all(part.strip() for part in (plan.title, plan.document_no, plan.document_title, plan.scope)):
        raise Refusal(
            "CP1",
            "方案不完整：须写明名称、依据文件的文号和标题、范围。",
            advice="专项治理须有依据文件；没有文件的，不能开展。",
        )
    if plan.until_on < plan.from_on or plan.until_on < on:
        raise Refusal("CP2", "截止日期早于开始日期或者已经过去。", advice="请核对起止日期。")
    rule = plan.rule
    failing = [policy.catalogue.item(item).nature is not Nature.GOOD for item in rule.items]
    if not failing or not all(failing) or rule.least is Seriousness.NONE or rule.since > on:
        raise Refusal(
            "CP3",
            "提示规则不完整：须写明失信信息的目录项、失信程度和起始日期，守信信息不能用。",
            advice="请选择行政处罚、抽查检查、名单等目录项，并写明从哪一天起作出的。",
        )
    if unknown := [county for county in rule.counties if county not in policy.counties]:
        raise Refusal("CP4", f"本市没有代码为 {unknown[0]} 的县区。", advice="请从列表中选择县区。")


def rule_of(campaign: Campaign) -> Rule:
    return Rule(
        items=tuple(campaign.items),
        least=Seriousness(campaign.least),
        since=campaign.since_on,
        counties=tuple(campaign.counties),
    )


def report_of(case: Case) -> str:
    """The report with which it was closed; empty before."""
    event = last_step(case, "report")
    return event.reason if event else ""


def _columns(plan: Plan) -> dict[str, object]:
    """As the table keeps it: ``until_on`` is the first day after."""
    return {
        "field": plan.field.value,
        "title": plan.title.strip()[:120],
        "document_no": plan.document_no.strip()[:100],
        "document_title": plan.document_title.strip()[:200],
        "scope": mask_personal(plan.scope.strip()).text[:1000],
        "from_on": plan.from_on,
        "until_on": first_day_off(plan.until_on),
        "items": sorted(plan.rule.items),
        "least": int(plan.rule.least),
        "since_on": plan.rule.since,
        "counties": sorted(plan.rule.counties),
    }
