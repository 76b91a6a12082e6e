"""Keeps the fair-competition reviews of positive measures; without one no incentive is given (legal guard G12).

A review names the very row it looked at: a changed row needs another (公平竞争审查条例, source fair-competition-regulation).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xinheng.core.measures import MeasureGroup, row_digest
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.measures import FairReview, ReviewResult
from xinheng.store.organisations import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the body that makes the measure found, on paper."""

    measure: str
    document_no: str
    reviewed_on: date
    result: str
    opinion: str


@transaction.atomic
def enter_review(
    review: Review, *, body: Organisation, actor: User, policy: Policy, now: datetime
) -> FairReview:
    """Keep a review for confirmation. Refusals: FR1 no positive measure, FR2 incomplete, FR3 there is one of this row."""
    row = policy.measures.measures.get(review.measure)
    if row is None or row.group is not MeasureGroup.INCENTIVE:
        raise Refusal("FR1", "只有清单中的守信激励措施需要登记公平竞争审查。", advice="请从激励措施中选择。")
    if not review.document_no.strip() or not review.opinion.strip() or review.reviewed_on > day_of(now):
        raise Refusal(
            "FR2", "公平竞争审查须写明文号、日期和审查意见，日期不能晚于今天。", advice="请补充后重试。"
        )
    known = FairReview.objects.filter(measure=review.measure, row_digest=row_digest(row), organisation=body)
    if known.exists():
        raise Refusal("FR3", f"“{row.title}”现行内容已经登记过审查。", advice="请在列表中查看。")
    made = FairReview.objects.create(
        measure=review.measure,
        row_digest=row_digest(row),
        organisation=body,
        document_no=review.document_no.strip()[:100],
        reviewed_on=review.reviewed_on,
        result=ReviewResult(review.result),
        opinion=review.opinion.strip()[:1000],
        entered_by=actor,
        entered_at=now,
    )
    note("fair_review.entered", now=now, actor=actor, object=f"fair_review:{made.public_id}")
    return made


@transaction.atomic
def confirm_review(public_id: str, *, actor: User, now: datetime) -> FairReview:
    """Another person confirms what was entered. Refusals: FR4 nothing to confirm, FR5 the same person."""
    review = FairReview.objects.select_for_update().filter(public_id=public_id).first()
    if review is None or review.confirmed_at is not None:
        raise Refusal("FR4", "没有这份待确认的审查。", advice="请刷新页面。")
    if review.entered_by_id == actor.pk:
        raise Refusal("FR5", "审查须由登记人以外的另一人确认。", advice="请转交另一名人员。")
    review.confirmed_by, review.confirmed_at = actor, now
    review.save(update_fields=["confirmed_by", "confirmed_at"])
    note("fair_review.confirmed", now=now, actor=actor, object=f"fair_review:{public_id}")
    return review


def demand_review(measure: str, *, body: Organisation, policy: Policy) -> FairReview:
    """The review that lets the body give this incentive. Refusal FR6 where there is none that does."""
    row = policy.measures.measures[measure]
    found = (
        FairReview.objects.filter(
            measure=measure, row_digest=row_digest(row), organisation=body, confirmed_at__isnull=False
        )
        .exclude(result=ReviewResult.BLOCKED)
        .first()
    )
    if found is None:
        raise Refusal(
            "FR6",
            f"实施单位还没有登记通过“{row.title}”的公平竞争审查，不能给予。",
            citation="《公平竞争审查条例》",
            advice="请先在“奖惩措施—公平竞争审查”登记实施单位的审查结论，由另一人确认；审查认为排除、限制竞争的，不得给予。",
        )
    return found
