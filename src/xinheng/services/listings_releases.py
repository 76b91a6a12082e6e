"""Regular releases of a list: compiled by one person, released by another, and shown without those who have left since.

A list that is not published is never released (《河南省社会信用条例》第二十八条; requirements M5-06, M9-06; legal guard G9).
"""

import re
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from xinheng.core.canonical import digest_of
from xinheng.core.masking import mask_personal
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.listings import ListEntry, ListRelease
from xinheng.store.organisations import Organisation

_PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2]|Q[1-4]|H[12])")


@transaction.atomic
def compile_release(
    key: str, *, period: str, organisation: Organisation, actor: User, policy: Policy, now: datetime
) -> ListRelease:
    """Begin the release of a list for a period, as ``2026-11``, ``2026-Q4`` or ``2026-H2``. Refusals: LR1 an internal list,
    LR2 no such period, LR3 there is one that was not discarded, LR6 a period to come, LR7 nobody stands on the list by this organisation."""
    of = policy.lists.require(key)
    if not of.published:
        raise Refusal(
            "LR1", f"“{of.title}”只供内部监管，不能发布。", advice="重点关注对象只在办理监管事项时使用。"
        )
    if not _PERIOD.fullmatch(period):
        raise Refusal("LR2", f"不认识的期别“{period}”。", advice="写作 2026-11、2026-Q4 或者 2026-H2。")
    if _begins(period) > day_of(now):
        raise Refusal("LR6", f"{period} 这一期还没有开始。", advice="请填写已经开始的期别。")
    if not standing(key, organisation, today=day_of(now)).exists():
        raise Refusal(
            "LR7",
            f"这个单位认定的主体中，没有“{of.title}”的在列主体，不需要发布。",
            advice="请核对名单和认定单位；名单由哪些单位认定，见名单种类。",
        )
    try:
        with transaction.atomic():
            made = ListRelease.objects.create(
                list_key=key, period=period, organisation=organisation, made_by=actor, made_at=now
            )
    except IntegrityError:
        raise Refusal(
            "LR3", "这一期已经编制过。", advice="请在列表中打开；名单有变动的，在下一期反映。"
        ) from None
    note("listing.release_made", now=now, actor=actor, object=f"release:{made.public_id}")
    return made


@transaction.atomic
def release(public_id: str, *, actor: User, now: datetime) -> ListRelease:
    """A second person releases what stands on the list at this moment. Refusals: LR4 released already, LR5 the same person,
    LR8 it was discarded."""
    made = _waiting(public_id)
    if made.made_by_id == actor.pk:
        raise Refusal("LR5", "编制人不能自己发布。", advice="请由另一名决定人核对后发布。")
    entries = list(
        standing(made.list_key, made.organisation, today=day_of(now)).values_list("pk", "public_id")
    )
    made.entries = [pk for pk, _ in entries]
    made.released_by, made.released_at = actor, now
    made.digest = digest_of(
        {"list": made.list_key, "period": made.period, "entries": [one for _, one in entries]}
    )
    made.save()
    note(
        "listing.released",
        now=now,
        actor=actor,
        object=f"release:{public_id}",
        payload={"entries": len(entries), "digest": made.digest},
    )
    return made


@transaction.atomic
def discard(public_id: str, *, reason: str, actor: User, now: datetime) -> ListRelease:
    """Who may release sets aside what is not to be released; the period may be compiled again. Refusals: LR4 released
    already, LR8 discarded already, LR9 no reason."""
    made = _waiting(public_id)
    if not reason.strip():
        raise Refusal("LR9", "没有写明为什么作废。", advice="请写明理由，例如没有在列主体。")
    made.discarded_by, made.discarded_at = actor, now
    made.discard_reason = mask_personal(reason.strip()).text[:400]
    made.save(update_fields=["discarded_by", "discarded_at", "discard_reason"])
    note(
        "listing.release_discarded",
        now=now,
        actor=actor,
        object=f"release:{public_id}",
        payload={"reason": made.discard_reason},
    )
    return made


def _waiting(public_id: str) -> ListRelease:
    """Under lock, neither released nor discarded."""
    made = ListRelease.objects.select_for_update().get(public_id=public_id)
    if made.released_at is not None:
        raise Refusal("LR4", "这一期已经发布。", advice="请刷新页面查看。")
    if made.discarded_at is not None:
        raise Refusal("LR8", "这一期已经作废。", advice="需要发布的，请重新编制。")
    return made


def _begins(period: str) -> date:
    """The first day of a well-formed period."""
    year, part = period.split("-")
    if part[0] == "Q":
        return date(int(year), int(part[1]) * 3 - 2, 1)
    return date(int(year), int(part[1]) * 6 - 5, 1) if part[0] == "H" else date(int(year), int(part), 1)


def standing(key: str, organisation: Organisation, *, today: date) -> QuerySet[ListEntry]:
    """Who stands on the list by this organisation, neither ended nor resting, its term not over."""
    return ListEntry.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=today),
        list_key=key,
        organisation=organisation,
        ended_at__isnull=True,
        suspended_at__isnull=True,
    ).order_by("pk")


def shown(made: ListRelease) -> list[ListEntry]:
    """The entries of a release as far as they still stand: nobody reads in an old release who has left (G9)."""
    living = ListEntry.objects.filter(
        pk__in=made.entries, ended_at__isnull=True, suspended_at__isnull=True
    ).select_related("subject")
    return list(living.order_by("pk"))
