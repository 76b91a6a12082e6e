"""Lists for everybody: publicity before a decision on good faith, who stands on a list, and regular releases.

Who has left is on none of these pages, not in an old release either; focus lists are never public. Every entry is shown
with who recognised it, from when, until when, and the way to object (国办发〔2020〕49号;《河南省社会信用条例》第二十八条;
legal guards G9, G11, G12, G16).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.lists import ListType
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law, showing, statements
from xinheng.interfaces.portal.finding import ids_named, tidy
from xinheng.interfaces.portal.keyset import Key, Turned, keys_in, paging, turn
from xinheng.interfaces.portal.listed import entries, entry, published
from xinheng.interfaces.web.county import county_of
from xinheng.interfaces.web.parts import Crumb, Filter
from xinheng.store.public import PublicListing, PublicNotice, PublicRelease

PAGE = 30
MOST_NOTICES = 200
MOST_RELEASES = 40


def notices(policy: Policy, *, on: date) -> list[PublicNotice]:
    """What is in its publicity on a day; one whose last day is over is shown no more, whether a clock has run or not."""
    rows = PublicNotice.objects.using(showing.DATABASE).filter(list_key__in=published(policy))
    found = rows.select_related("subject").order_by("since", "pk")[:MOST_NOTICES]
    return [one for one in found if one.due_on is None or one.objected or one.due_on >= on]


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    counted = entries(policy).order_by().values_list("list_key").annotate(Count("id"))
    standing: dict[str, int] = dict(counted)
    context = {
        "notices": [_notice(policy, one) for one in notices(policy, on=today)],
        "publicity": _publicity(policy, today),
        "lists": [_list(policy, key, of, standing.get(key, 0)) for key, of in published(policy).items()],
        "releases": [_release(policy, one) for one in _releases(policy)[:MOST_RELEASES]],
        "objection_url": statements.objection_url(),
        "acts_url": f"{reverse('portal:acts')}?kind=penalty",
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/lists.html", context), noindex=True)


@require_safe
def list_of(request: HttpRequest, key: str) -> HttpResponse:
    """Who stands on one list; by enterprise."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    of = published(policy).get(key)
    if of is None:
        raise Http404
    rows = entries(policy).filter(list_key=key)
    query = tidy(request.GET.get("q", ""))
    if query:
        rows = rows.filter(subject__in=ids_named(query))
    if county_of(request):
        rows = rows.filter(subject__division_code=county_of(request))
    older, newer = keys_in(request.GET)

    def fetch(begun: Key | None, towards_older: bool, limit: int) -> Sequence[PublicListing]:
        return _beyond(rows, begun, towards_older, limit)

    turned: Turned[PublicListing] = turn(
        fetch, key_of=lambda row: Key(row.from_on, row.pk), older=older, newer=newer, size=PAGE
    )
    address = reverse("portal:list", args=[key])
    context = {
        "crumbs": _crumbs(Crumb(of.title)),
        "list": _list(policy, key, of, 0),
        "filters": [Filter("q", "企业", "text", query, placeholder="名称或统一社会信用代码")],
        "reset_url": address,
        "rows": [entry(policy, row) for row in turned.rows],
        "paging": paging(request, turned),
        "objection_url": statements.objection_url(),
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/list.html", context), noindex=True)


@require_safe
def release(request: HttpRequest, public_id: str) -> HttpResponse:
    """One regular release, without those who have left since."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    made = _releases(policy).filter(public_id=public_id).first()
    if made is None:
        raise Http404
    rows = entries(policy).filter(pk__in=made.entries, list_key=made.list_key)
    told = _release(policy, made)
    context = {
        "crumbs": _crumbs(Crumb(f"{told['title']} {made.period}")),
        "release": told,
        "rows": [entry(policy, row) for row in rows],
        "as_of": today,
        "objection_url": statements.objection_url(),
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/release.html", context), noindex=True)


def _crumbs(*last: Crumb) -> list[Crumb]:
    return [Crumb("首页", reverse("portal:home")), Crumb("名单和公示", reverse("portal:lists")), *last]


def _releases(policy: Policy) -> QuerySet[PublicRelease]:
    rows = PublicRelease.objects.using(showing.DATABASE).filter(list_key__in=published(policy))
    return rows.order_by("-released_at", "-pk")


def _beyond(
    rows: QuerySet[PublicListing], key: Key | None, older: bool, limit: int
) -> Sequence[PublicListing]:
    if key is not None and key.day is not None:
        same = rows.filter(from_on=key.day)
        if older:
            rows = rows.filter(from_on__lt=key.day) | same.filter(pk__lt=key.number)
        else:
            rows = rows.filter(from_on__gt=key.day) | same.filter(pk__gt=key.number)
    ordered = rows if older else rows.order_by("from_on", "pk")
    return list(ordered[:limit])


def _list(policy: Policy, key: str, of: ListType, standing: int) -> dict[str, Any]:
    return {
        "title": of.title,
        "kind": of.kind.label,
        "good": not of.burdens,
        "authority": of.authority,
        "elsewhere": of.recognised_elsewhere,
        "exit": of.exit,
        "basis": law.cite(policy, of.basis),
        "verified": all(one.verified for one in of.basis),
        "standing": standing,
        "url": reverse("portal:list", args=[key]),
    }


def _notice(policy: Policy, row: PublicNotice) -> dict[str, Any]:
    of = policy.lists.lists[row.list_key]
    return {
        "name": row.subject.name,
        "subject_url": reverse("portal:subject", args=[row.subject.public_id]),
        "title": of.title,
        "matter": row.matter,
        "authority": row.organisation or of.authority,
        "since": localdate(row.since),
        "due_on": row.due_on,
        "provisional": row.provisional,
        "objected": row.objected,
    }


def _publicity(policy: Policy, today: date) -> dict[str, Any] | None:
    """For how long a proposal is public before it is decided; None where no list of good faith has such a term."""
    key = next((of.publicity for of in policy.lists.lists.values() if of.publicity), None)
    if key is None:
        return None
    reading = policy.parameter(key, on=today)
    return {"length": str(reading), "source": reading.citation, "verified": reading.verified}


def _release(policy: Policy, row: PublicRelease) -> dict[str, Any]:
    of = policy.lists.lists[row.list_key]
    return {
        "title": of.title,
        "good": not of.burdens,
        "period": row.period,
        "authority": row.organisation or of.authority,
        "released_at": row.released_at,
        "digest": row.digest,
        "url": reverse("portal:list_release", args=[row.public_id]),
    }
