"""Draws as anybody may see and check them: what was fixed before, what came out, and the file to verify it with
(《优化营商环境条例》第五十四条; docs/draw.md). Neither enterprises nor inspectors are named, only the numbers of each band.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now
from django.views.decorators.http import require_safe

from xinheng.core.draw_verify import verify
from xinheng.core.grading import GradingPolicy
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.inspections import crumbs_to, section
from xinheng.interfaces.portal.keyset import paging, turn_by_number
from xinheng.interfaces.portal.substitutes import shown_of
from xinheng.interfaces.web.draw_file import CHECKED_HERE, record_name
from xinheng.interfaces.web.parts import Filter, Option
from xinheng.store.public import PublicAnnouncement, PublicDraw, PublicDrawFailure, PublicPlan, published_path

PAGE = 20
CAUSES = {"no_reveal": "承诺方没有公开原值", "no_team": "分派不出检查组"}
"""Why an announced draw was given up (store.draw_failures)."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a record was found right, and when that was last computed here."""

    agrees: bool
    at: datetime


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    year = request.GET.get("year", "")
    known = PublicDraw.objects.using(showing.DATABASE).select_related("announcement")
    known = known.defer("record", "announcement__content")
    if year.isascii() and year.isdigit() and len(year) == 4:
        known = known.filter(announcement__year=int(year))

    turned = turn_by_number(known, request, size=PAGE)
    years = PublicAnnouncement.objects.using(showing.DATABASE).values_list("year", flat=True).distinct()
    options = [
        Option("", "全部"),
        *(Option(str(one), f"{one} 年") for one in sorted(set(years), reverse=True)),
    ]
    context = {
        "filters": [Filter("year", "年度", "select", year, options)],
        "reset_url": reverse("portal:draws"),
        "section": section(),
        "export_url": "",
        "paging": paging(request, turned),
        "draws": [row_of(row) for row in turned.rows],
        "announced": _announced(),
        "given_up": _given_up(),
        "verify_url": reverse("portal:draw_verify"),
    }
    return answers.short_lived(render(request, "portal/draws.html", context), noindex=False)


def row_of(row: PublicDraw) -> dict[str, Any]:
    return {
        "title": row.announcement.title,
        "url": reverse("portal:draw", args=[row.public_id]),
        "organ": row.announcement.organisation or "",
        "matter": row.announcement.matter,
        "drawn_on": row.drawn_at,
        "population": row.population,
        "drawn": row.drawn,
    }


def latest(*, limit: int) -> list[dict[str, Any]]:
    """The newest draws, for the front page."""
    rows = PublicDraw.objects.using(showing.DATABASE).select_related("announcement")
    return [row_of(row) for row in rows.defer("record", "announcement__content").order_by("-id")[:limit]]


def _announced() -> list[dict[str, Any]]:
    """What will be drawn and is not drawn yet."""
    rows = PublicAnnouncement.objects.using(showing.DATABASE).filter(drawn__isnull=True).defer("content")
    return [
        {
            "title": row.title,
            "organ": row.organisation or "",
            "at": row.announced_at,
            "place": f"第 {row.attempt} 次公告" if row.attempt > 1 else "",
            "url": reverse("portal:announcement", args=[row.public_id]),
        }
        for row in rows.filter(failure__isnull=True).order_by("-id")[:PAGE]
    ]


def _given_up() -> list[dict[str, Any]]:
    """Announced draws that could not be made, with the cause."""
    rows = PublicDrawFailure.objects.using(showing.DATABASE).select_related("announcement")
    return [
        {
            "title": row.announcement.title,
            "organ": row.announcement.organisation or "",
            "at": row.agreed_at,
            "cause": _cause(row),
            "url": reverse("portal:announcement", args=[row.announcement.public_id]),
        }
        for row in rows.defer("announcement__content").order_by("-id")[:PAGE]
    ]


def _cause(failure: PublicDrawFailure) -> str:
    said = CAUSES.get(failure.cause, failure.cause)
    return f"{said}（{failure.party}）" if failure.party else said


def _attempts(row: PublicAnnouncement) -> dict[str, Any]:
    """Which attempt an announcement is, why it failed, and the announcements before and after it."""
    known = PublicAnnouncement.objects.using(showing.DATABASE).defer("content")
    failure = PublicDrawFailure.objects.using(showing.DATABASE).filter(announcement_id=row.pk).first()
    repeats = row.content.get("repeats")
    earlier = known.filter(digest=repeats["announcement"]).first() if repeats else None
    later = known.filter(content__repeats__announcement=row.digest).first()
    return {
        "attempt": row.attempt,
        "repeats": repeats,
        "earlier_url": reverse("portal:announcement", args=[earlier.public_id]) if earlier else "",
        "later_url": reverse("portal:announcement", args=[later.public_id]) if later else "",
        "failure": {"cause": _cause(failure), "reason": failure.reason, "at": failure.agreed_at}
        if failure
        else None,
    }


@require_safe
def announcement(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was fixed before a draw: to be noted now and compared afterwards."""
    policy = law.policy_in_force(on=localdate())
    row = PublicAnnouncement.objects.using(showing.DATABASE).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    drawn = PublicDraw.objects.using(showing.DATABASE).filter(announcement_id=row.pk)
    draw_id = drawn.values_list("public_id", flat=True).first()
    context = {
        "crumbs": crumbs_to("抽取公告"),
        "title": row.title,
        "organ": row.organisation or row.content["organ"],
        "matter": row.matter,
        "basis": row.basis,
        "announced_at": row.announced_at,
        "digest": row.digest,
        "pool_digest": row.content["pool"],
        "inspectors_digest": row.content["inspectors"],
        "pool_rules": row.content.get("pool_rules", []),
        "strata": _strata(policy, row, drawn=None),
        "commitments": _commitments(row, revealed=0),
        "draw_url": reverse("portal:draw", args=[draw_id]) if draw_id else "",
        **_attempts(row),
    }
    return answers.short_lived(render(request, "portal/announcement.html", context), noindex=False)


@require_safe
def draw(request: HttpRequest, public_id: str) -> HttpResponse:
    policy = law.policy_in_force(on=localdate())
    known = PublicDraw.objects.using(showing.DATABASE).select_related("announcement").defer("record")
    row = (
        known.annotate(out=F("record__drawn"), reveals=F("record__reveals"))
        .filter(public_id=public_id)
        .first()
    )
    if row is None:
        raise Http404
    context = _page(policy, row) | {"crumbs": crumbs_to(row.announcement.title)} | shown_of(row)
    return answers.short_lived(render(request, "portal/draw.html", context), noindex=False)


@require_safe
def draw_verify(request: HttpRequest) -> HttpResponse:
    """A form that verifies a record in the reader's browser; nothing is asked of this server."""
    context = {"crumbs": crumbs_to("自己核对"), "specification_url": _specification_url()}
    return answers.short_lived(render(request, "portal/draw_verify.html", context), noindex=False)


@require_safe
def record(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The record of a draw, byte for byte what ``xinheng draw verify`` reads."""
    known = PublicDraw.objects.using(showing.DATABASE).select_related("announcement")
    row = known.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    version = f'"{row.digest}"'
    unchanged = answers.unchanged(request, version)
    if unchanged is not None:
        return unchanged
    try:
        pieces = row.text()
    except Refusal:
        return _not_at_hand(request, row)
    answer = StreamingHttpResponse(pieces, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{record_name(public_id)}"'
    return answers.fresh(answer, version, noindex=True)


def _not_at_hand(request: HttpRequest, row: PublicDraw) -> HttpResponse:
    """The file of the pool is not there; what was published about the draw still is."""
    context = {
        "draw": {
            "title": row.announcement.title,
            "url": reverse("portal:draw", args=[row.public_id]),
            "organ": row.announcement.organisation or "",
            "digest": row.digest,
        }
    }
    answer = answers.short_lived(render(request, "portal/draw_away.html", context, status=404), noindex=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(policy: Policy, row: PublicDraw) -> dict[str, Any]:
    fixed = row.announcement
    out: list[dict[str, Any]] = row.out  # type: ignore[attr-defined]
    reveals: list[str] = row.reveals  # type: ignore[attr-defined]
    check, at_hand = _checked(row)
    return {
        "draw": {
            "title": fixed.title,
            "number": row.public_id,
            "organ": fixed.organisation or fixed.content["organ"],
            "matter": fixed.matter,
            "basis": fixed.basis,
            "drawn_at": row.drawn_at,
            "population": row.population,
            "drawn": row.drawn,
            "seed": row.seed,
            "digest": row.digest,
            "pool_digest": fixed.content["pool"],
            "announcement_digest": fixed.digest,
            "announced_at": fixed.announced_at,
            "source": _source(fixed),
        },
        "pool_rules": fixed.content.get("pool_rules", []),
        "strata": _strata(policy, fixed, drawn=Counter(one["stratum"] for one in out)),
        "commitments": _commitments(fixed, revealed=len(reveals)),
        "announcement_url": reverse("portal:announcement", args=[fixed.public_id]),
        "objects": [],
        "show_bands": False,
        "paging": None,
        "file_url": reverse("portal:record", args=[row.public_id]) if at_hand else "",
        "file_name": record_name(row.public_id),
        "specification_url": _specification_url(),
        "verify_url": reverse("portal:draw_verify"),
        "agrees": check.agrees if check else None,
        "checked_at": check.at if check else None,
    }


def _specification_url() -> str:
    return f"{reverse('portal:rules')}#draw"


def _source(fixed: PublicAnnouncement) -> str:
    parties = "、".join(party["name"] for party in fixed.content["parties"])
    sources = "、".join(fixed.content["sources"])
    return f"{parties}事先承诺、抽取时揭示的值" + (f"；公共随机值：{sources}" if sources else "")


def _strata(policy: Policy, fixed: PublicAnnouncement, *, drawn: Counter[str] | None) -> list[dict[str, Any]]:
    """The bands as announced, with their ground in policy. ``drawn`` None: before the draw, how many are due."""
    grading = _grading(policy, fixed)
    day = localtime(fixed.announced_at).date()
    rows = []
    for stratum in fixed.content["strata"]:
        band = grading.known(stratum["key"])
        line = band.ratio.on(day) if band else None
        rows.append(
            {
                "name": stratum["name"],
                "grades": "、".join(band.grades) if band else "",
                "population": stratum["population"],
                "eligible": stratum["eligible"],
                "excluded": list(stratum["excluded"].items()),
                "ratio": stratum["ratio"],
                "drawn": stratum["size"] if drawn is None else drawn[stratum["key"]],
                "source": law.cite(policy, (line,)) if line else "以公告为准",
                "verified": bool(line and line.verified),
            }
        )
    return rows


def _grading(policy: Policy, fixed: PublicAnnouncement) -> GradingPolicy:
    """The policy of the field to which the matter belongs."""
    plan = PublicPlan.objects.using(showing.DATABASE).filter(public_id=fixed.content["draw"]).first()
    matter = policy.inspection_matters.matters.get(plan.matter_key) if plan else None
    return policy.grading_for(matter.bodies[0]) if matter else policy.grading


def _commitments(fixed: PublicAnnouncement, *, revealed: int) -> list[dict[str, Any]]:
    return [
        {
            "party": party["name"],
            "digest": party["commitment"],
            "at": fixed.announced_at,
            "revealed": place < revealed,
        }
        for place, party in enumerate(fixed.content["parties"])
    ]


def _checked(row: PublicDraw) -> tuple[Check | None, bool]:
    """What drawing again here shows, and whether the file of the record can be had."""
    if row.population > CHECKED_HERE:
        return None, row.pool_digest is None or published_path(row.pool_digest).is_file()
    try:
        return _check(row.public_id, row.digest, row.announcement.digest), True
    except Refusal:
        return None, False


@lru_cache(maxsize=64)
def _check(public_id: str, digest: str, announced: str) -> Check:
    """Draw again from the stored record; once for each record and process."""
    row = PublicDraw.objects.using(showing.DATABASE).get(public_id=public_id)
    text = json.loads(b"".join(row.text()))
    agrees = text.get("digest") == digest and not verify(text, announced=announced)
    return Check(agrees, localtime(now()))
