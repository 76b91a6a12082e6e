"""Checks of one named enterprise outside the draws (个案检查), and those that cannot wait for their paper.

A reason of the closed list, a second person, 执法监督 told, and in an emergency the approval made up afterwards within the
term of policy, 待确认 where nobody knows it (国办发〔2024〕54号; legal guards G7, G15).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.grading import CaseReason
from xinheng.core.inspection_matters import G7
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.visits import AFTERWARDS
from xinheng.services.inspection_plans import PlanDraft, draft_plan, revise_plan
from xinheng.services.ledger import note
from xinheng.services.oversight import tell_oversight
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.inspection_plans import CaseCheck, OversightOccasion
from xinheng.store.inspections import PlanKind
from xinheng.store.subjects import Subject

LEAST_WORDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCheckDraft:
    """Which enterprise, for which reason of the closed list, and what is known of it. ``plan`` has no batches."""

    plan: PlanDraft
    subject: Subject
    reason: str
    explanation: str
    emergency: bool = False


def reason_of(key: str, *, policy: Policy) -> CaseReason:
    """The reason, if it stands in the closed list."""
    found = next((one for one in policy.grading.reasons if one.key == key), None)
    if found is None:
        raise Refusal(
            "CASE-REASON",
            "个案检查的事由只能从公布的事由中选择。",
            citation=G7,
            advice="没有法定个案事由的，列入年度计划，按随机抽取结果检查",
        )
    return found


@transaction.atomic
def draft_case_check(draft: CaseCheckDraft, *, actor: User, policy: Policy, now: datetime) -> CaseCheck:
    """Put a check of one enterprise to the decider. Refusals: CASE-REASON, CASE-WORDS, those of a plan."""
    words = _words(draft, policy)
    subject = draft.subject.merged_into or draft.subject
    plan = draft_plan(
        replace(draft.plan, kind=PlanKind.CASE, batches=()), actor=actor, policy=policy, now=now
    )
    return CaseCheck.objects.create(plan=plan, subject=subject, **words)


@transaction.atomic
def revise_case_check(
    public_id: str, draft: CaseCheckDraft, *, actor: User, policy: Policy, now: datetime
) -> CaseCheck:
    """Change a check that came back and send it again; the enterprise stays. Refusals: CASE-OTHER, those of a new one."""
    check = CaseCheck.objects.select_for_update(of=("self",)).get(plan__public_id=public_id)
    if (draft.subject.merged_into or draft.subject) != check.subject:
        raise Refusal(
            "CASE-OTHER",
            "退回修改的个案检查不能换成另一家企业。",
            advice="请撤回后对另一家企业另行提出",
        )
    words = _words(draft, policy)
    if check.begun_at is not None:
        words["emergency"] = True
    plan = replace(draft.plan, kind=PlanKind.CASE, batches=())
    check.plan = revise_plan(public_id, plan, actor=actor, policy=policy, now=now)
    for name, value in words.items():
        setattr(check, name, value)
    check.save(update_fields=list(words))
    return check


def _words(draft: CaseCheckDraft, policy: Policy) -> dict[str, Any]:
    """Reason and words as kept, without what tells of a person."""
    reason_of(draft.reason, policy=policy)
    explanation = mask_personal(draft.explanation.strip()).text
    if len(explanation) < LEAST_WORDS:
        raise Refusal(
            "CASE-WORDS",
            f"请写明个案检查的具体情况（至少{LEAST_WORDS}个字）。",
            citation=G7,
            advice="写明线索来源、日期和反映的问题，不写个人姓名和联系方式",
        )
    return {"reason": draft.reason, "explanation": explanation[:500], "emergency": draft.emergency}


@transaction.atomic
def begin_emergency(public_id: str, *, actor: User, policy: Policy, now: datetime) -> CaseCheck:
    """A second person lets an emergency check begin before its approval, which is made up afterwards.

    Refusals: CASE-NO-EMERGENCY, CASE-BEGUN, CASE-SECOND.
    """
    found = CaseCheck.objects.select_for_update(of=("self",)).select_related("plan__case")
    check = found.filter(plan__public_id=public_id).first()
    if check is None or not check.emergency or check.plan.case.closed_at is not None:
        raise Refusal(
            "CASE-NO-EMERGENCY",
            "只有登记为紧急、还没有批准的个案检查才能先行开始。",
            citation=G7,
            advice="不紧急的检查，批准后再入企",
        )
    if check.begun_at is not None:
        raise Refusal("CASE-BEGUN", "这次紧急检查已经开始。", advice="请尽快补办审批。")
    if check.plan.case.events.filter(verb__in=("draft", "edit", "submit"), actor=actor).exists():
        raise Refusal(
            "CASE-SECOND",
            "提出紧急检查的人不能自己同意开始。",
            citation=G7,
            advice="请由另一人同意",
        )
    check.begun_by, check.begun_at = actor, now
    check.paper_due_on = _paper_due(policy, on=day_of(now))
    check.save(update_fields=["begun_by", "begun_at", "paper_due_on"])
    tell_oversight(check, OversightOccasion.BEGUN, policy=policy, now=now)
    note(
        "check.begun",
        now=now,
        actor=actor,
        subject=check.subject.public_id,
        object=f"plan:{public_id}",
        reason=check.explanation,
    )
    return check


def may_go(check: CaseCheck) -> bool:
    """Whether the enterprise may be visited: approved, or begun in an emergency."""
    return check.plan.approved_at is not None or check.begun_at is not None


def paper_missing(check: CaseCheck, *, on: date) -> bool:
    """Begun, not approved, and the term is over. Without a known term nothing is late (G15)."""
    late = check.paper_due_on is not None and check.paper_due_on < on
    return check.begun_at is not None and check.plan.approved_at is None and late


def _paper_due(policy: Policy, *, on: date) -> date | None:
    term = policy.parameter(AFTERWARDS, on=on).value
    return None if term is None else policy.calendar.add_workdays(on, term).on
