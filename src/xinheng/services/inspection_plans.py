"""Plans of checks: drafted on a listed matter with batches, approved by a second person, filed with the upper office.

Only a matter of the published list is planned, and only by an organ that may check it (国办发〔2024〕54号; legal guard G7).
Draws are made in services.inspections, checks of one named enterprise in services.case_checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from xinheng.core.inspection_matters import G7, Matter, OrganLevel
from xinheng.core.inspection_objects import ANYBODY, ObjectParts
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.cases import Opening, open_case, take_step
from xinheng.services.ledger import note
from xinheng.services.measures_grounds import sectors_of
from xinheng.services.oversight import tell_oversight
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.inspection_plans import CaseCheck, OversightOccasion, PlanBatch, PlanFiling
from xinheng.store.inspections import Draw, Plan, PlanKind
from xinheng.store.organisations import Organisation, OrganisationKind

KIND = "inspection_plan"
SERIES = "JH"
MOST_BATCHES = 40
_AND = "；"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDraft:
    """One batch of a plan; ``until_on`` is its last day."""

    scope: str
    planned: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A plan as it is put to the decider. ``matter`` is a key of the list, ``basis`` what is added to the grounds of the
    matter, ``line`` the business line that inspectors must hold, ``scope`` what narrows the objects of the matter."""

    organisation: Organisation
    title: str
    matter: str
    line: str
    year: int
    kind: PlanKind = PlanKind.DAILY
    basis: str = ""
    scope: ObjectParts = ANYBODY
    batches: Sequence[BatchDraft] = ()


@transaction.atomic
def draft_plan(draft: PlanDraft, *, actor: User, policy: Policy, now: datetime) -> Plan:
    """Write a plan down and send it to the decider. Refusals: MATTER-UNLISTED, MATTER-BODY, PLAN-LINE, PLAN-BATCHES,
    PLAN-BATCH-TIME, PLAN-AREA."""
    matter = listed_matter(draft, policy=policy, on=day_of(now))
    _check_batches(draft)
    words = _words(draft, matter, policy)
    opening = Opening(
        flow="approval",
        kind=KIND,
        series=SERIES,
        title=draft.title,
        organisation=draft.organisation,
        details={"matter": matter.title, "basis": words["basis"]},
    )
    case = open_case(opening, verb="draft", actor=actor, policy=policy, now=now)
    take_step(case.public_id, "submit", actor=actor, policy=policy, now=now)
    plan = Plan.objects.create(organisation=draft.organisation, case=case, kind=draft.kind, **words)
    _keep_batches(plan, draft)
    return plan


@transaction.atomic
def revise_plan(public_id: str, draft: PlanDraft, *, actor: User, policy: Policy, now: datetime) -> Plan:
    """Change a plan that came back and send it to the decider again. Refusals: as for a new one, and PLAN-KIND."""
    plan = Plan.objects.select_for_update().get(public_id=public_id)
    if (plan.kind == PlanKind.CASE) is not (draft.kind == PlanKind.CASE):
        raise Refusal(
            "PLAN-KIND",
            "个案检查不能改成抽查计划，抽查计划也不能改成个案检查。",
            advice="请撤回后另行提出",
        )
    matter = listed_matter(draft, policy=policy, on=day_of(now))
    _check_batches(draft)
    words = _words(draft, matter, policy)
    changed = {"matter": matter.title, "basis": words["basis"], "title": draft.title, "line": draft.line}
    take_step(plan.case.public_id, "edit", actor=actor, policy=policy, now=now, details=changed)
    take_step(plan.case.public_id, "submit", actor=actor, policy=policy, now=now)
    for name, value in {**words, "kind": draft.kind}.items():
        setattr(plan, name, value)
    plan.save(update_fields=[*words, "kind"])
    plan.batches.all().delete()
    _keep_batches(plan, draft)
    return plan


@transaction.atomic
def approve_plan(
    public_id: str, *, actor: User, policy: Policy, now: datetime, reason: str = "", seen: int | None = None
) -> Plan:
    """A second person approves; from then on draws may be made, and the plan is public."""
    plan = Plan.objects.select_for_update().get(public_id=public_id)
    if plan.matter_key:
        policy.inspection_matters.require(plan.matter_key, on=day_of(now))
    take_step(
        plan.case.public_id, "approve", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )
    take_step(plan.case.public_id, "take_effect", actor=None, policy=policy, now=now)
    plan.approved_by, plan.approved_at = actor, now
    plan.save(update_fields=["approved_by", "approved_at"])
    if plan.kind == PlanKind.CASE:
        tell_oversight(plan.case_check, OversightOccasion.APPROVED, policy=policy, now=now)
    return plan


@transaction.atomic
def return_plan(
    public_id: str, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> None:
    """The decider sends a plan back with a reason."""
    plan = Plan.objects.select_for_update().get(public_id=public_id)
    take_step(
        plan.case.public_id, "return", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )


@transaction.atomic
def withdraw_plan(
    public_id: str, *, actor: User, policy: Policy, now: datetime, reason: str, seen: int | None = None
) -> None:
    """The drafters give a plan up before it is approved. Refusal PLAN-BEGUN for an emergency check that has begun."""
    plan = Plan.objects.select_for_update(of=("self",)).get(public_id=public_id)
    if CaseCheck.objects.filter(plan=plan, begun_at__isnull=False).exists():
        raise Refusal(
            "PLAN-BEGUN",
            "这次紧急检查已经先行开始，不能撤回。",
            citation=G7,
            advice="请补办审批，由批准的人写明意见",
        )
    take_step(
        plan.case.public_id, "withdraw", actor=actor, policy=policy, now=now, reason=reason, seen_version=seen
    )


@transaction.atomic
def file_plan(
    public_id: str, *, filed_with: str, number: str, filed_on: date, actor: User, now: datetime
) -> PlanFiling:
    """Note the filing with the upper office (备案). Refusals: PLAN-FILING not approved or filed already, PLAN-FILING-DAY."""
    plan = Plan.objects.select_for_update(of=("self",)).get(public_id=public_id)
    if plan.approved_at is None or PlanFiling.objects.filter(plan=plan).exists():
        raise Refusal(
            "PLAN-FILING",
            "只有已批准、还没有登记备案的计划才登记备案。",
            advice="请刷新页面查看现状；备案登记有误的，另作说明。",
        )
    if not day_of(plan.approved_at) <= filed_on <= day_of(now):
        raise Refusal(
            "PLAN-FILING-DAY",
            "备案日期须在批准之日与今天之间。",
            advice="请核对上级机关备案回执上的日期。",
        )
    filing = PlanFiling.objects.create(
        plan=plan,
        filed_with=filed_with.strip(),
        number=number.strip(),
        filed_on=filed_on,
        entered_by=actor,
        entered_at=now,
    )
    note("plan.filed", now=now, actor=actor, object=f"plan:{plan.public_id}", payload={"number": number})
    return filing


def listed_matter(draft: PlanDraft, *, policy: Policy, on: date) -> Matter:
    """The matter of a plan, if it is on the list and this organ may check it with inspectors of this line."""
    organisation = draft.organisation
    matter = policy.inspection_matters.require_for(
        draft.matter,
        sectors=sectors_of(organisation, policy),
        level=level_of(organisation),
        organ=tree().name(organisation.pk),
        on=on,
    )
    if draft.line not in matter.bodies:
        raise Refusal(
            "PLAN-LINE",
            f"“{matter.title}”不由这一行业的执法人员检查。",
            citation=G7,
            advice="请选择清单列明的行业；检查人员须持有该行业的执法证件",
        )
    return matter


def matters_of(organisation: Organisation, *, policy: Policy, on: date) -> dict[str, Matter]:
    """What an organ may plan today, by key."""
    sectors, level = sectors_of(organisation, policy), level_of(organisation)
    return {
        key: matter
        for key, matter in policy.inspection_matters.standing(on=on).items()
        if matter.open_to(sectors, level)
    }


def level_of(organisation: Organisation) -> OrganLevel:
    """Departments named in the city's list are the city's; counties and zones are the county's."""
    county = organisation.kind in (OrganisationKind.COUNTY, OrganisationKind.ZONE)
    return OrganLevel.COUNTY if county else OrganLevel.CITY


def refuse_outside_time(plan: Plan, *, policy: Policy, on: date) -> None:
    """No draw of a plan whose matter has left the list, whose batches are all over, or which names one enterprise."""
    if plan.kind == PlanKind.CASE:
        raise Refusal(
            "PLAN-NAMED",
            "个案检查已经写明企业，不作随机抽取。",
            advice="批准后直接安排入企检查；需要抽取的另立日常或者专项计划",
        )
    if not plan.matter_key:
        return
    policy.inspection_matters.require(plan.matter_key, on=on)
    last = max((batch.until_on for batch in plan.batches.all()), default=None)
    if last is not None and last < on:
        raise Refusal(
            "PLAN-OVER",
            f"计划的最后一个批次已于{last}结束，不能再抽取。",
            citation=G7,
            advice="请另立计划，经批准后再抽取",
        )


def refuse_beyond_plan(plan: Plan, *, drawing: int) -> None:
    """No more enterprises than all batches of the plan together say; those drawn from it before count. ``drawing``:
    enterprises of the draw that is to be announced."""
    batches = plan.batches.aggregate(planned=Sum("planned"))["planned"]
    if batches is None:
        return
    before = Draw.objects.filter(announcement__plan=plan).aggregate(drawn=Sum("drawn"))["drawn"] or 0
    if before + drawing > batches:
        drawn = f"，已经抽取{before}户" if before else ""
        raise Refusal(
            "PLAN-COUNT",
            f"计划各批次共检查{batches}户{drawn}，按现行比例这次将抽{drawing}户，超出计划。",
            citation=G7,
            advice="请另立户数相符的计划，经批准后再抽取；比例不合适的，先修改分级分类政策",
        )


def _check_batches(draft: PlanDraft) -> None:
    if draft.kind == PlanKind.CASE:
        return
    if not 1 <= len(draft.batches) <= MOST_BATCHES:
        raise Refusal(
            "PLAN-BATCHES",
            f"计划须写明批次（至多{MOST_BATCHES}个）：范围、户数、起止日期。",
            advice="全年只查一次的，也写成一个批次",
        )
    for batch in draft.batches:
        if batch.until_on < batch.from_on or {batch.from_on.year, batch.until_on.year} != {draft.year}:
            raise Refusal(
                "PLAN-BATCH-TIME",
                f"批次“{batch.scope}”的起止日期不对：须在{draft.year}年之内，且先起后止。",
                advice="跨年度的检查分别列入两个年度的计划",
            )


def _scope(draft: PlanDraft) -> ObjectParts:
    """The scope of a plan; that of a county stays within the county."""
    own, scope = draft.organisation.division_code, draft.scope
    if level_of(draft.organisation) is OrganLevel.CITY or not own:
        return scope
    if beyond := [code for code in scope.districts if code != own]:
        raise Refusal(
            "PLAN-AREA",
            f"{tree().name(draft.organisation.pk)}只检查本区域的经营主体，不能把{'、'.join(beyond)}列入范围。",
            citation=G7,
            advice="请只选本区域，或者由市级机关另立计划",
        )
    return scope.model_copy(update={"districts": (own,)})


def added_basis(plan: Plan, *, policy: Policy) -> str:
    """What the planner wrote beside the grounds of the matter."""
    matter = policy.inspection_matters.matters.get(plan.matter_key)
    grounds = _grounds(matter, policy) if matter else []
    return _AND.join(one for one in plan.basis.split(_AND) if one not in grounds)


def _grounds(matter: Matter, policy: Policy) -> list[str]:
    return [
        policy.sources[one.source].cite(one.clause) for one in matter.basis if one.source in policy.sources
    ]


def _words(draft: PlanDraft, matter: Matter, policy: Policy) -> dict[str, object]:
    added = draft.basis.strip()
    basis = _AND.join(dict.fromkeys([*_grounds(matter, policy), *([added] if added else [])]))
    return {
        "title": draft.title,
        "matter_key": draft.matter,
        "matter": matter.title,
        "basis": basis[:300],
        "sector": draft.line,
        "object_rule": matter.rule.parts(),
        "scope": _scope(draft).parts(),
        "year": draft.year,
    }


def _keep_batches(plan: Plan, draft: PlanDraft) -> None:
    PlanBatch.objects.bulk_create(
        PlanBatch(
            plan=plan,
            position=position,
            scope=batch.scope,
            planned=batch.planned,
            from_on=batch.from_on,
            until_on=batch.until_on,
        )
        for position, batch in enumerate(draft.batches, start=1)
    )
