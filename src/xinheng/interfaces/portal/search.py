"""The search page and its answer for programs: what is found, under which name, and how to go on."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.ids import normalise_code
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.finding import Asked, Found, find, found_by, is_too_short, tidy
from xinheng.interfaces.portal.subjects import head
from xinheng.interfaces.web.parts import Filter, Option, Paging
from xinheng.store.public import PublicSubject

_TOO_SHORT = {
    "code": "SS1",
    "message": "查询词太短。",
    "advice": "请至少给出两个汉字、三个字母，或者代码的前四位。",
}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    policy = law.policy_in_force(on=localdate())
    asked, found = _answered(request, policy)
    if found.total == 1 and found.subjects[0].code == normalise_code(asked.query):
        return HttpResponseRedirect(reverse("portal:subject", args=[found.subjects[0].public_id]))
    context = {
        "query": asked.query,
        "filters": _filters(policy, asked),
        "hidden": [Option("q", asked.query)],
        "reset_url": f"?{urlencode({'q': asked.query})}" if asked.narrowing() else "",
        "narrowed": bool(asked.narrowing()),
        "too_short": _too_short(asked),
        "nearly": found.nearly,
        "results": _results(policy, asked.query, found),
        "paging": _paging(request, found) if found.subjects else None,
        "help_url": reverse("portal:about"),
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/search.html", context), noindex=True)


@require_safe
def search_json(request: HttpRequest) -> HttpResponse:
    """The same results for programs; ``next`` is the address of the page that follows."""
    policy = law.policy_in_force(on=localdate())
    asked, found = _answered(request, policy)
    if _too_short(asked) or not asked.query:
        return answers.short_lived(JsonResponse(_TOO_SHORT, status=400), noindex=True)
    told = {
        "query": asked.query,
        "nearly": found.nearly,
        "total": found.total,
        "subjects": _results(policy, asked.query, found),
        "next": _paging(request, found).next_url if found.subjects else "",
    }
    return answers.short_lived(JsonResponse(told, json_dumps_params={"ensure_ascii": False}), noindex=True)


def _answered(request: HttpRequest, policy: Policy) -> tuple[Asked, Found]:
    given = request.GET
    asked = Asked(
        query=tidy(given.get("q", "")),
        kind=_known(given.get("kind", ""), law.KINDS),
        status=_known(given.get("status", ""), law.STATUSES),
        district=_known(given.get("district", ""), law.districts(policy)),
    )
    if not asked.query or _too_short(asked):
        return asked, Found()
    return asked, find(asked, after=_after(given.get("after", "")))


def _too_short(asked: Asked) -> bool:
    return bool(asked.query) and is_too_short(asked.query)


def _known(value: str, choices: Iterable[str]) -> str:
    """A choice that is offered; anything else does not narrow."""
    return value if value in choices else ""


def _after(public_id: str) -> PublicSubject | None:
    """The last subject of the page before; a token that nobody gave out leads to the first page."""
    if not re.fullmatch(r"[a-z2-7]{16}", public_id):
        return None
    return showing.subjects().filter(public_id=public_id).first()


def _results(policy: Policy, query: str, found: Found) -> list[dict[str, Any]]:
    ids = [row.pk for row in found.subjects]
    shown = showing.acts(policy, on=localdate()).filter(subject_id__in=ids) if ids else None
    counts = dict(shown.values_list("subject_id").annotate(Count("id"))) if shown is not None else {}
    return [
        head(policy, row)
        | {
            "former_name": found_by(query, row, found.names.get(row.pk, [])),
            "public_count": counts.get(row.pk, 0),
        }
        for row in found.subjects
    ]


def _filters(policy: Policy, asked: Asked) -> list[Filter]:
    whole = [Option("", "全部")]
    kinds = [Option(key, label) for key, label in law.KINDS.items()]
    statuses = [Option(key, label) for key, label in law.STATUSES.items()]
    counties = [Option(code, name) for code, name in law.districts(policy).items()]
    return [
        Filter("kind", "类型", "select", asked.kind, [*whole, *kinds]),
        Filter("status", "登记状态", "select", asked.status, [*whole, *statuses]),
        Filter("district", "县区", "select", asked.district, [*whole, *counties]),
    ]


def _paging(request: HttpRequest, found: Found) -> Paging:
    query = request.GET.copy()
    query["after"] = found.subjects[-1].public_id
    next_url = f"?{query.urlencode()}" if found.more else ""
    return Paging(next_url=next_url, shown=len(found.subjects), total=found.total)
