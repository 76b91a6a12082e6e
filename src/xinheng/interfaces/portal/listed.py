"""Who stands today on a list that may be published, in words; the pages of lists and of enterprises show the same.

Focus lists and entries that ended or rest are in no view of the portal (legal guards G9, G11, G16).
"""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from xinheng.core.days import last_day_if
from xinheng.core.lists import ListType
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import showing
from xinheng.store.public import PublicListing


def published(policy: Policy) -> dict[str, ListType]:
    """The registered lists that may be published."""
    return {key: of for key, of in policy.lists.lists.items() if of.published}


def entries(policy: Policy) -> QuerySet[PublicListing]:
    """Who stands today on a list that may be published, the newest first."""
    shown = PublicListing.objects.using(showing.DATABASE).filter(list_key__in=published(policy))
    return shown.select_related("subject").order_by("-from_on", "-pk")


def entry(policy: Policy, row: PublicListing) -> dict[str, Any]:
    of = policy.lists.lists[row.list_key]
    return {
        "name": row.subject.name,
        "code": row.subject.code or "",
        "subject_url": reverse("portal:subject", args=[row.subject.public_id]),
        "title": of.title,
        "authority": row.organisation or of.authority,
        "from_on": row.from_on,
        "until_on": last_day_if(row.until_on),
        "act_url": reverse("portal:act", args=[row.act]) if row.act else "",
        "disputed": row.disputed,
    }


def of_subject(policy: Policy, number: int) -> list[dict[str, Any]]:
    """Lists of good faith on which a subject stands; a burden is told by its record."""
    good = [key for key, of in published(policy).items() if not of.burdens]
    return [entry(policy, row) for row in entries(policy).filter(subject_id=number, list_key__in=good)]
