"""Looks at every incentive once a year: whether its ground stands and it is still deserved; one reviews, another confirms.

An incentive whose ground ends is over in the same transaction (services.effects) and waits for no review; what a review
finds deserved no more ends with its confirmation. How often is policy (requirements M10-06; 汴政办〔2020〕46号 asks that
lists of incentives are adjusted as things change and gives no interval).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from xinheng.core.days import add_months
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.masking import mask_personal
from xinheng.core.measure_check import acts_on
from xinheng.core.measures import MeasureGroup
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.measures_ending import end_reviewed
from xinheng.services.measures_grounds import basis_of
from xinheng.services.measures_reviews import demand_review
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.measures import IncentiveReview, MeasureApplied

EVERY, AHEAD = "measures.incentive_review_months", "measures.incentive_review_ahead_workdays"


@dataclass(frozen=True, slots=True)
class Due:
    """An incentive to be reviewed. ``waiting``: the review that another person has still to confirm."""

    incentive: MeasureApplied
    due_on: date
    waiting: IncentiveReview | None

    def late(self, on: date) -> bool:
        return self.due_on < on


def due_reviews(organisations: Collection[int], *, policy: Policy, on: date) -> list[Due]:
    """Incentives of these organs that are due within the term of policy or were due before, the longest due first. Nothing
    is due where nobody set how often (legal guard G15)."""
    months, ahead = (policy.parameter(key, on=on).value for key in (EVERY, AHEAD))
    if months is None:
        return []
    last = policy.calendar.add_workdays(on, ahead or 0).on
    begun = _standing().filter(Q(("since__lte", add_months(last, -months))), organisation__in=organisations)
    rows = list(begun.order_by(F("since").asc(), "pk"))
    open_ones = {
        one.measure_id: one
        for one in IncentiveReview.objects.filter(measure__in=rows, confirmed__isnull=True)
    }
    return [Due(one, add_months(_since(one), months), open_ones.get(one.pk)) for one in rows]


def waiting_reviews(organisations: Collection[int], user: User) -> QuerySet[IncentiveReview]:
    """Reviews of these organs that somebody else wrote and this person may confirm, the oldest first."""
    found = IncentiveReview.objects.filter(
        measure__organisation__in=organisations, confirmed__isnull=True, measure__ended_at__isnull=True
    )
    return found.exclude(reviewed_by=user).select_related("measure__subject").order_by("pk")


@transaction.atomic
def review_incentive(
    public_id: str, *, keep: bool, finding: str, actor: User, policy: Policy, now: datetime
) -> IncentiveReview:
    """Write down what was found; another person confirms it. Refusals: IR1 there is no such living incentive, IR2 nothing
    is said, IR3 a review waits for its confirmation; where it is to stay, IR4 its row no longer fits the ground, and
    those of ``basis_of`` and of the fair-competition review."""
    incentive = _standing().filter(public_id=public_id).select_for_update(of=("self",)).first()
    if incentive is None:
        raise Refusal("IR1", "没有这项正在执行的激励。", advice="请刷新页面；依据终止的激励已经同时终止。")
    said = mask_personal(finding.strip()).text[:1000]
    if not said:
        raise Refusal("IR2", "复核须写明核对了什么、结论是什么。", advice="请补充后重试。")
    if IncentiveReview.objects.filter(measure=incentive, confirmed__isnull=True).exists():
        raise Refusal("IR3", "这项激励的复核正在等另一人确认。", advice="请由另一人先确认或者退回。")
    if keep:
        _demand_deserved(incentive, policy, on=day_of(now))
    months = policy.parameter(EVERY, on=day_of(now)).value
    made = IncentiveReview.objects.create(
        measure=incentive,
        keep=keep,
        finding=said,
        due_on=add_months(_since(incentive), months or 0),
        reviewed_on=day_of(now),
        reviewed_by=actor,
        reviewed_at=now,
    )
    _note("incentive.reviewed", made, actor=actor, now=now, reason=said)
    return made


@transaction.atomic
def confirm_incentive_review(
    public_id: str, *, agree: bool, why: str, actor: User, policy: Policy, now: datetime
) -> IncentiveReview:
    """Another person confirms the review: the incentive stays for another year or ends now; or sends it back. Refusals: IR5
    nothing waits, IR6 the same person, IR7 sent back without a reason, and those of ``review_incentive`` where it stays."""
    review = IncentiveReview.objects.select_for_update().filter(public_id=public_id).first()
    if review is None or review.confirmed is not None or review.measure.ended_at is not None:
        raise Refusal("IR5", "没有这份待确认的复核。", advice="请刷新页面。")
    if review.reviewed_by_id == actor.pk:
        raise Refusal("IR6", "复核须由复核人以外的另一人确认。", advice="请转交另一名人员。")
    said = mask_personal(why.strip()).text[:500]
    if not agree and not said:
        raise Refusal("IR7", "不同意复核结论须写明理由。", advice="请补充后重试。")
    if agree and review.keep:
        _demand_deserved(review.measure, policy, on=day_of(now))
    review.confirmed, review.confirmed_why = agree, said
    review.confirmed_by, review.confirmed_at = actor, now
    review.save(update_fields=["confirmed", "confirmed_why", "confirmed_by", "confirmed_at"])
    _note(
        "incentive.confirmed" if agree else "incentive.sent_back", review, actor=actor, now=now, reason=said
    )
    if agree and not review.keep:
        end_reviewed(review.measure, reason=review.finding, policy=policy, now=now)
    return review


def _standing() -> QuerySet[MeasureApplied]:
    """Incentives in force. ``since``: the day from which the next year counts, that of the last confirmed review."""
    confirmed = IncentiveReview.objects.filter(measure=OuterRef("pk"), confirmed=True)
    kept = Subquery(confirmed.order_by("-reviewed_on").values("reviewed_on")[:1])
    found = MeasureApplied.objects.filter(group=MeasureGroup.INCENTIVE.value, ended_at__isnull=True)
    return found.select_related("subject", "organisation").annotate(since=Coalesce(kept, F("from_on")))


def _since(incentive: MeasureApplied) -> date:
    return cast(date, incentive.since)  # type: ignore[attr-defined]


def _demand_deserved(incentive: MeasureApplied, policy: Policy, *, on: date) -> None:
    """The ground stands and is still one of this row, and the row is in force and reviewed for competition."""
    ground = Ground(GroundKind(incentive.ground_kind), incentive.ground_key)
    basis = basis_of(incentive.subject, ground, policy=policy, on=on)
    row = policy.measures.measures.get(incentive.measure)
    if row is None or not acts_on(row, basis, on=on):
        raise Refusal(
            "IR4",
            f"“{incentive.title}”不在现行清单中，或者不再适用于所依据的信息，不能继续给予。",
            citation="国发〔2016〕33号",
            advice="请复核为“终止”，由另一人确认。",
        )
    demand_review(incentive.measure, body=incentive.organisation, policy=policy)


def _note(kind: str, review: IncentiveReview, *, actor: User, now: datetime, reason: str) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=review.measure.subject.public_id,
        object=f"measure:{review.measure.public_id}",
        reason=reason,
        payload={"review": review.public_id, "keep": review.keep},
    )
