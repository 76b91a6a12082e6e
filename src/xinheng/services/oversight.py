"""Tells the supervisors of law enforcement (执法监督) of every check that no draw chose, and keeps that they took note.

Passing the ceiling or going at once needs a reason of the closed list; each reason says who is told (国办发〔2024〕54号,
《行政执法监督条例》; legal guard G7).
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.inspection_plans import CaseCheck, OversightNotice, OversightOccasion


def tell_oversight(check: CaseCheck, occasion: OversightOccasion, *, policy: Policy, now: datetime) -> None:
    """Put the check before all whom its reason names; inside the caller's transaction."""
    reason = next((one for one in policy.grading.reasons if one.key == check.reason), None)
    for told_to in reason.tell if reason else ():
        OversightNotice.objects.create(check_of=check, occasion=occasion, told_to=told_to, told_at=now)
    note(
        "oversight.told",
        now=now,
        object=f"plan:{check.plan.public_id}",
        reason=check.explanation,
        payload={"occasion": occasion, "reason": check.reason},
    )


def unseen(organisations: Collection[int]) -> QuerySet[OversightNotice]:
    """What the supervisors of these organs have not taken note of."""
    return OversightNotice.objects.filter(
        seen_at__isnull=True, check_of__plan__organisation__in=organisations
    )


@transaction.atomic
def take_note(number: int, *, actor: User, now: datetime) -> OversightNotice:
    """A supervisor has seen it. Refusal OVERSIGHT-SEEN where somebody has before."""
    notice = OversightNotice.objects.select_for_update(of=("self",)).get(pk=number)
    if notice.seen_at is not None:
        raise Refusal("OVERSIGHT-SEEN", "这条告知已经有人签收。", advice="请刷新页面。")
    notice.seen_by, notice.seen_at = actor, now
    notice.save(update_fields=["seen_by", "seen_at"])
    note("oversight.seen", now=now, actor=actor, object=f"plan:{notice.check_of.plan.public_id}")
    return notice
