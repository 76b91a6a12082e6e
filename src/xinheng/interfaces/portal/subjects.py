"""The public page of an enterprise: who it is, what has been decided about it, until when that is shown, and from
which file each line comes (《河南省社会信用条例》第十九条). A sole trader has no grade and no address here (legal guard G1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.catalogue import Item
from xinheng.core.days import last_day
from xinheng.core.policy import Policy
from xinheng.interfaces.portal import answers, complaints, law, listed, showing, statements
from xinheng.interfaces.portal.keyset import Turned, keys_in, paging, turn
from xinheng.interfaces.web.badges import WORDS
from xinheng.interfaces.web.parts import Crumb, Statement
from xinheng.interfaces.web.structured import structured
from xinheng.store.public import (
    PublicAct,
    PublicCorrection,
    PublicDisputedGrade,
    PublicMoved,
    PublicName,
    PublicScore,
    PublicSubject,
)

PAGE = 20
ROWS_A_SECTION = 50
QR_MASK = 3
"""Every reader takes any of the eight patterns; to try all and choose costs five times the drawing."""
LISTS = (Item.ABNORMAL_OPERATION, Item.SERIOUS_LIST)


@dataclass(frozen=True, slots=True)
class Tally:
    """How much is shown of one catalogue item, the newest of it and the first day after the longest publication."""

    item: int
    count: int
    newest: int
    stop_on: date | None
    gravest: int


@require_safe
def subject(request: HttpRequest, public_id: str) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    found = showing.subjects().filter(public_id=public_id).first()
    if found is None:
        return _moved(public_id=public_id)
    tallies, score = _tallies(policy, found, on=today), score_of(found)
    told = complaints.of_subject(found.pk)
    disputed = score is not None and is_disputed(score)
    run, seen = score.run.public_id if score else "", [one.pk for one in told]
    standing = listed.of_subject(policy, found.pk)
    version = answers.version_of(
        request, policy, today, found.version, tallies, run, seen, disputed, standing
    )
    unchanged = answers.unchanged(request, version)
    if unchanged is not None:
        return unchanged
    adverse = bool(told) or any(
        law.is_adverse(policy, item=tally.item, seriousness=tally.gravest) for tally in tallies
    )
    context = _page(request, policy, found, today=today) | {
        "summary": [_summary(policy, tally) for tally in tallies],
        "grade": _grade(policy, found, score) | {"disputed": disputed} if score else None,
        "good_lists": standing,
        "complaints": [complaints.in_words(one) for one in told],
        "noindex": adverse,
        "structured": "" if adverse else _structured(request, found),
    }
    return answers.fresh(render(request, "portal/subject.html", context), version, noindex=adverse)


@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Leads from a unified social credit code to the page of its holder."""
    found = showing.subjects().filter(code=code.upper()).values_list("public_id", flat=True).first()
    if found is None:
        return _moved(code=code.upper())
    return HttpResponseRedirect(reverse("portal:subject", args=[found]))


def _moved(**known_by: str) -> HttpResponse:
    """Leads on to the subject under which another one is shown; for now only, for a merge may be undone."""
    moved = PublicMoved.objects.using(showing.DATABASE).filter(**known_by).first()
    if moved is None:
        raise Http404
    return HttpResponseRedirect(reverse("portal:subject", args=[moved.leads_to]))


def _structured(request: HttpRequest, found: PublicSubject) -> str:
    """Name and code of an organisation; nothing for a sole trader, who is a natural person (legal guard G1)."""
    if found.kind == law.SOLE_TRADER:
        return ""
    address = request.build_absolute_uri(reverse("portal:subject", args=[found.public_id]))
    told: dict[str, Any] = {"@type": "Organization", "name": found.name, "url": address}
    if found.code:
        told |= {"identifier": {"@type": "PropertyValue", "name": "统一社会信用代码", "value": found.code}}
    return structured(told)


def qr(address: str) -> str:
    """An ``svg`` element that a telephone reads as ``address``; a printed page leads back to what holds today."""
    drawn: str = segno.make(address, micro=False, mask=QR_MASK).svg_inline(scale=3, border=2)
    return drawn.replace("<svg", '<svg role="img" aria-label="本页网址的二维码"', 1)


def head(policy: Policy, found: PublicSubject) -> dict[str, Any]:
    """What identifies a subject on a page."""
    return {
        "name": found.name,
        "url": reverse("portal:subject", args=[found.public_id]),
        "code": found.code,
        "kind": law.KINDS.get(found.kind, ""),
        "status": law.STATUSES.get(found.status, ""),
        "district": law.district(policy, found.division_code),
    }


def score_of(found: PublicSubject) -> PublicScore | None:
    """The newest published grade in force; none for a sole trader, whatever the views hold."""
    if found.kind == law.SOLE_TRADER:
        return None
    scores = PublicScore.objects.using(showing.DATABASE).select_related("run")
    return scores.filter(subject_id=found.pk).exclude(grade="").order_by("-run__as_of", "run__model").first()


def is_disputed(score: PublicScore) -> bool:
    """Whether an objection to the subject's grade by this model is open, under whatever number of a run."""
    open_ones = PublicDisputedGrade.objects.using(showing.DATABASE).filter(subject_id=score.subject_id)
    return open_ones.filter(model=score.run.model).exists()


def crumbs(*last: Crumb) -> list[Crumb]:
    return [Crumb("首页", reverse("portal:home")), Crumb("查企业", reverse("portal:search")), *last]


def _tallies(policy: Policy, found: PublicSubject, *, on: date) -> list[Tally]:
    shown = showing.acts(policy, on=on).filter(subject_id=found.pk)
    rows = shown.values_list("item").annotate(Count("id"), Max("id"), Max("stop_on"), Max("seriousness"))
    return [Tally(*row) for row in rows.order_by("item")]


def _page(request: HttpRequest, policy: Policy, found: PublicSubject, *, today: date) -> dict[str, Any]:
    shown = showing.acts(policy, on=today).filter(subject_id=found.pk)
    turned = turned_to(request, shown)
    apart = (*LISTS, Item.COMMITMENT, Item.INSPECTION)
    sections = showing.beyond(shown.filter(item__in=apart), None, True, ROWS_A_SECTION)
    return {
        "crumbs": crumbs(Crumb(found.name)),
        "subject": head(policy, found)
        | {
            "registrar": found.registrar,
            "sector": law.sector_title(policy, found.sector),
            "established_on": found.established_on,
            "former_names": former_names_of(found),
        },
        "as_of": today,
        "entries": [statements.entry(policy, act) for act in turned.rows],
        "paging": paging(request, turned),
        "listings": _listings(policy, sections),
        "commitments": [_commitment(policy, act) for act in sections if act.item == Item.COMMITMENT],
        "inspections": [_inspection(policy, act) for act in sections if act.item == Item.INSPECTION],
        "rules": _rules(policy, found, today),
        "corrections": corrections_of(found, today),
        "objection_url": statements.objection_url(),
        "repair_url": statements.repair_url(),
        "report_url": _report_url(found),
        "qr": qr(request.build_absolute_uri(reverse("portal:subject", args=[found.public_id]))),
    }


def _report_url(found: PublicSubject) -> str:
    """Where anybody gets the basic report; empty for a sole trader, who alone gets it (G1), and without the counter."""
    if found.kind == law.SOLE_TRADER:
        return ""
    try:
        return reverse("counter:public_report", args=[found.public_id])
    except NoReverseMatch:
        return ""


def turned_to(request: HttpRequest, shown: QuerySet[PublicAct]) -> Turned[PublicAct]:
    """The page of the timeline that an address asks for."""
    older, newer = keys_in(request.GET)
    return turn(
        lambda key, back, limit: showing.beyond(shown, key, back, limit),
        key_of=showing.key_of,
        older=older,
        newer=newer,
        size=PAGE,
    )


def corrections_of(found: PublicSubject, today: date) -> list[PublicCorrection]:
    """Errors put right, as long as each correction is shown."""
    shown = PublicCorrection.objects.using(showing.DATABASE).filter(subject_id=found.pk)
    return list(shown.filter(shown_until__gt=today).order_by("-at"))


def former_names_of(found: PublicSubject) -> list[dict[str, Any]]:
    names = PublicName.objects.using(showing.DATABASE).filter(subject_id=found.pk).exclude(name=found.name)
    return [{"name": name.name, "until": name.to_on} for name in names.order_by("from_on", "id")]


def _summary(policy: Policy, tally: Tally) -> dict[str, str]:
    label = law.item_label(policy, tally.item).removeprefix("行政")
    adverse = law.is_adverse(policy, item=tally.item, seriousness=tally.gravest)
    until = f"，至 {last_day(tally.stop_on):%Y-%m}" if tally.stop_on else ""
    text = f"{tally.count}（公示中{until}）" if adverse else str(tally.count)
    return {"label": label, "text": text, "url": "#timeline"}


def _grade(policy: Policy, found: PublicSubject, score: PublicScore) -> dict[str, Any]:
    model = policy.models.get(score.run.model)
    return {
        "letter": score.grade,
        "word": model.label_of(score.grade) if model else WORDS.get(score.grade, ""),
        "trial": False,
        "model": f"{model.title} 第 {score.run.model_version} 版" if model else score.run.model,
        "run_on": score.run.as_of,
        "url": reverse("portal:grade", args=[found.public_id, score.run.public_id]),
    }


def _listings(policy: Policy, acts: Iterable[PublicAct]) -> list[Statement]:
    return [statements.statement(policy, act) for act in acts if act.item in LISTS]


def _commitment(policy: Policy, act: PublicAct) -> dict[str, Any]:
    return {
        "title": statements.title(policy, act),
        "kind": showing.field(act, "承诺类型") or act.title or "—",
        "made_on": act.decided_on,
        "state": showing.field(act, "承诺履行状态") or "未注明",
        "mark": statements.state(act),
        "url": statements.act_url(act),
    }


def _inspection(policy: Policy, act: PublicAct) -> dict[str, Any]:
    return {
        "title": statements.title(policy, act),
        "organ": act.authority or act.provider or "",
        "on": act.decided_on,
        "result": showing.field(act, "检查结果", "抽查结果", "检验结果") or "未注明",
        "mark": statements.state(act),
        "url": statements.act_url(act),
    }


def _rules(policy: Policy, found: PublicSubject, today: date) -> list[dict[str, Any]]:
    """What is public, for how long, and what is not, each with its ground."""
    rules: list[dict[str, Any]] = [
        {
            "label": "公开范围",
            "text": "目录中标为向社会公开、并经保密和隐私审查的信息",
            "source": "",
            "verified": None,
        }
    ]
    for entry in policy.seriousness.classes.values():
        longest = policy.parameter(entry.maximum, on=today)
        text = f"最长公示 {longest}，期满自动停止" if entry.published else "不公示"
        rules.append(
            {
                "label": f"{entry.title}失信信息",
                "text": text,
                "source": longest.citation if entry.published else law.cite(policy, entry.basis),
                "verified": longest.verified if entry.published else entry.verified,
            }
        )
    if found.kind == law.SOLE_TRADER:
        rules.append(
            {
                "label": "个体工商户",
                "text": "不公开经营者、住所和联系方式，不公开等级",
                "source": "",
                "verified": None,
            }
        )
    return rules
