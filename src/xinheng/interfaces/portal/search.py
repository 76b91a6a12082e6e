"""Finds enterprises by credit code, by part of a present or former name, or by pinyin initials.

Only subjects that a credit record may be kept of are found; persons are not (legal guards G2, G11).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.ids import normalise_code
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.subjects import head
from xinheng.interfaces.web.parts import Paging
from xinheng.matching.tokens import name_matches, query_tokens
from xinheng.store.public import PublicName, PublicSearch, PublicSubject

PAGE = 20
CANDIDATES = 400
"""Rows that are looked at for one page; beyond it results come in the order of entry, without a total."""
LONGEST_QUERY = 60
_CODE = re.compile(r"(?=[0-9A-Z]*[0-9])[0-9A-Z]{4,18}")
_BODY = re.compile(r"[0-9A-Z]{8}[0-9X]")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results. ``total`` is None where counting would take longer than finding."""

    subjects: Sequence[PublicSubject] = ()
    names: dict[int, list[str]] = field(default_factory=dict)
    total: int | None = 0
    more: bool = False


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    policy, query = law.policy_in_force(on=localdate()), tidy(request.GET.get("q", ""))
    too_short = bool(query) and is_too_short(query)
    after = _after(request.GET.get("after", ""))
    found = Found() if not query or too_short else find(query, after=after)
    if found.total == 1 and found.subjects[0].code == normalise_code(query):
        return HttpResponseRedirect(reverse("portal:subject", args=[found.subjects[0].public_id]))
    context = {
        "query": query,
        "too_short": too_short,
        "results": _results(policy, query, found),
        "paging": _paging(request, found) if found.subjects else None,
        "help_url": reverse("portal:about"),
        "noindex": True,
    }
    return answers.short_lived(render(request, "portal/search.html", context), noindex=True)


def tidy(text: str) -> str:
    """Half-width, without control characters, of a length that names have."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST_QUERY * 2])
    return " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())[:LONGEST_QUERY]


def is_too_short(query: str) -> bool:
    """Fewer than two Chinese characters, or fewer than three letters or digits."""
    signs = "".join(sign for sign in query if sign.isalnum())
    return len(signs) < (3 if signs.isascii() else 2)


def find(query: str, *, after: PublicSubject | None = None) -> Found:
    """By code where the query can be one and some code begins so, else by name."""
    code = normalise_code(query)
    if _CODE.fullmatch(code):
        found = _by_code(code, after)
        if found.subjects:
            return found
    return _by_name(query, after)


def _by_code(code: str, after: PublicSubject | None) -> Found:
    known = showing.subjects().filter(code__startswith=code)
    if _BODY.fullmatch(code) and not known.exists():
        known = (
            showing.subjects()
            .filter(code__isnull=False)
            .annotate(body=Substr("code", 9, 9))
            .filter(body=code)
        )
    if after is not None and after.code:
        known = known.filter(code__gt=after.code)
    rows = list(known.order_by("code")[: PAGE + 1])
    more = len(rows) > PAGE
    return Found(rows[:PAGE], {}, None if more or after else len(rows), more)


def _by_name(query: str, after: PublicSubject | None) -> Found:
    tokens = query_tokens(query)
    if not tokens:
        return Found()
    known = (
        PublicSearch.objects.using(showing.DATABASE).filter(tokens__contains=tokens).order_by("subject_id")
    )
    ids = list(known.values_list("subject_id", flat=True)[: CANDIDATES + 1])
    if len(ids) <= CANDIDATES:
        return _ranked(query, ids, after)
    if after is not None:
        ids = list(
            known.filter(subject_id__gt=after.pk).values_list("subject_id", flat=True)[: CANDIDATES + 1]
        )
    names = _names(ids[:CANDIDATES])
    fitting = [one for one in ids[:CANDIDATES] if _fits(query, names[one])]
    page = fitting[:PAGE]
    more = len(fitting) > PAGE or len(ids) > CANDIDATES
    return Found(_in_order(page), names, None, more)


def _ranked(query: str, ids: Sequence[int], after: PublicSubject | None) -> Found:
    """All results at hand: the name itself first, then names that begin so, then the shorter ones."""
    names = _names(ids)
    fitting = [one for one in ids if _fits(query, names[one])]
    fitting.sort(key=lambda one: (min(_rank(query, name) for name in names[one]), one))
    start = fitting.index(after.pk) + 1 if after is not None and after.pk in fitting else 0
    page = fitting[start : start + PAGE]
    return Found(_in_order(page), names, len(fitting), start + PAGE < len(fitting))


def _rank(query: str, name: str) -> tuple[bool, bool, int]:
    return name != query, not name.startswith(query), len(name)


def _fits(query: str, names: Iterable[str]) -> bool:
    return any(name_matches(query=query, name=name) for name in names)


def _names(ids: Sequence[int]) -> dict[int, list[str]]:
    """Present and former names by subject, the present one first."""
    names: dict[int, list[str]] = defaultdict(list)
    for pk, name in showing.subjects().filter(id__in=ids).values_list("id", "name"):
        names[pk].append(name)
    former = (
        PublicName.objects.using(showing.DATABASE).filter(subject_id__in=ids).order_by("subject_id", "id")
    )
    for pk, name in former.values_list("subject_id", "name"):
        if name not in names[pk]:
            names[pk].append(name)
    return names


def _in_order(ids: Sequence[int]) -> list[PublicSubject]:
    rows = {row.pk: row for row in showing.subjects().filter(id__in=ids)}
    return [rows[one] for one in ids if one in rows]


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
            "former_name": _former(query, row, found.names.get(row.pk, [])),
            "public_count": counts.get(row.pk, 0),
        }
        for row in found.subjects
    ]


def _former(query: str, row: PublicSubject, names: Iterable[str]) -> str:
    """The former name by which a subject was found; empty where its present name is the reason."""
    if name_matches(query=query, name=row.name):
        return ""
    return next((name for name in names if name_matches(query=query, name=name)), "")


def _paging(request: HttpRequest, found: Found) -> Paging:
    query = request.GET.copy()
    query["after"] = found.subjects[-1].public_id
    next_url = f"?{query.urlencode()}" if found.more else ""
    return Paging(next_url=next_url, shown=len(found.subjects), total=found.total)
