"""What anybody may know before a visit: matters that may be checked, ceilings, approved plans and what each grade means.

Only what is published here may be checked (国办发〔2024〕54号; legal guard G7). A ceiling that nobody has published reads
待确认 (G15). No enterprise is named on these pages.
"""

import csv
import io
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.grading import Band, GradingPolicy
from xinheng.core.grading_change import GENERAL
from xinheng.core.inspection_objects import Names, ObjectParts, names_of
from xinheng.core.policy import Policy
from xinheng.core.policy_published import GRADING
from xinheng.core.visits import Kind
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.keyset import paging, turn_by_number
from xinheng.interfaces.web.classification_rows import rows_of, total_of
from xinheng.interfaces.web.matter_rows import CSV_COLUMNS, ceilings_of, csv_rows, figure, matters_of
from xinheng.interfaces.web.parts import Crumb, Filter, Link, Option
from xinheng.store.public import PublicClassification, PublicPlan, PublicPolicy

PAGE = 20
SECTION = {
    "draws": "抽取记录",
    "matters": "抽查事项清单",
    "ceilings": "年度频次上限",
    "inspection_plans": "抽查计划",
    "grading": "分级分类监管政策",
    "classification": "年度分类结果",
    "inspection_results": "检查结果公示",
}


def section() -> list[Link]:
    """The pages that belong together."""
    return [Link(label, reverse(f"portal:{name}")) for name, label in SECTION.items()]


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    on, today = answers.day_asked(request), localdate()
    context = {
        "crumbs": crumbs_to("抽查事项清单"),
        "section": section(),
        "on": on,
        "past": on != today,
        "now_url": reverse("portal:matters"),
        "csv_url": reverse("portal:matters_csv") + (f"?on={on}" if on != today else ""),
        **matters_of(law.policy_in_force(on=on), on=on),
    }
    return answers.short_lived(render(request, "portal/matters.html", context), noindex=False)


@require_safe
def matters_csv(request: HttpRequest) -> HttpResponse:
    """The list as a table; UTF-8 with the mark that office programs look for."""
    on = answers.day_asked(request)
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(CSV_COLUMNS)
    writer.writerows(csv_rows(law.policy_in_force(on=on), on=on))
    response = HttpResponse(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    name = content_disposition_header(True, f"抽查事项清单{on}.csv")
    response["Content-Disposition"] = name or "attachment"
    return answers.short_lived(response, noindex=False)


@require_safe
def ceilings(request: HttpRequest) -> HttpResponse:
    """How often one organ may visit one enterprise in a year."""
    today = localdate()
    policy = law.policy_in_force(on=today)
    years = range(today.year + 1, 2024, -1)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(one) for one in years} else today.year
    context = {
        "crumbs": crumbs_to("年度频次上限"),
        "section": section(),
        "filters": [Filter("year", "年度", "select", str(year), [Option(str(y), f"{y} 年") for y in years])],
        "reset_url": reverse("portal:ceilings"),
        "year": year,
        "ceilings": ceilings_of(policy, year=year, on=today),
        "reasons": [{"name": one.name, "tell": "、".join(one.tell)} for one in policy.grading.reasons],
    }
    return answers.short_lived(render(request, "portal/ceilings.html", context), noindex=False)


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Approved plans with their batches and filing."""
    asked = request.GET.get("year", "")
    known = PublicPlan.objects.using(showing.DATABASE)
    years = sorted(set(known.values_list("year", flat=True)), reverse=True)
    if asked in {str(year) for year in years}:
        known = known.filter(year=int(asked))
    turned = turn_by_number(known, request, size=PAGE)
    options = [Option("", "全部"), *(Option(str(one), f"{one} 年") for one in years)]
    names = names_of(law.policy_in_force(on=localdate()))
    context = {
        "crumbs": crumbs_to("抽查计划"),
        "section": section(),
        "filters": [Filter("year", "年度", "select", asked, options)],
        "reset_url": reverse("portal:inspection_plans"),
        "paging": paging(request, turned),
        "plans": [_plan(row, names) for row in turned.rows],
    }
    return answers.short_lived(render(request, "portal/inspection_plans.html", context), noindex=False)


def _plan(row: PublicPlan, names: Names) -> dict[str, Any]:
    rules = [rule for rule in (row.object_rule, row.scope or None) if rule is not None]
    return {
        "title": row.title,
        "kind": Kind(row.kind).label,
        "organ": row.organisation or "",
        "year": row.year,
        "matter": row.matter,
        "objects": [ObjectParts.model_validate(rule).words(names) for rule in rules],
        "matter_url": f"{reverse('portal:matters')}#{row.matter_key}" if row.matter_key else "",
        "basis": row.basis,
        "approved_at": row.approved_at,
        "filed_with": row.filed_with or "",
        "filing_number": row.filing_number or "",
        "filed_on": row.filed_on,
        "batches": [
            {
                **batch,
                "from_on": date.fromisoformat(batch["from_on"]),
                "until_on": date.fromisoformat(batch["until_on"]),
            }
            for batch in row.batches
        ],
    }


@require_safe
def grading(request: HttpRequest) -> HttpResponse:
    """What each grade means for visits, field by field and on any day; each day on which something changes is a version."""
    on, today = answers.day_asked(request), localdate()
    policy = law.policy_in_force(on=on)
    asked = request.GET.get("sector", "")
    sector = asked if asked in policy.sectors.sectors else ""
    found = policy.grading_for(sector) if sector else policy.grading
    fields = _fields(policy)
    options = [Option("", "全市（没有单独政策的领域）"), *(Option(*one) for one in fields.items())]
    context = {
        "crumbs": crumbs_to("分级分类监管政策"),
        "section": section(),
        "filters": [Filter("sector", "监管领域", "select", sector, options)],
        "reset_url": reverse("portal:grading"),
        "on": on,
        "past": on != today,
        "now_url": _grading_url(sector),
        "title": found.title,
        "sector": policy.sectors.sectors[found.sector].title
        if found.sector
        else "各监管领域（没有单独政策的）",
        "followed": fields.get(sector, "") if sector and found.sector != sector else "",
        "scope": found.scope,
        "standard": found.standard,
        "cycle_months": found.cycle_months,
        "eased_by": [policy.measures.measures[key].title for key in found.eased_by],
        "watch": found.watch.items if found.watch else "",
        "digest": policy.digest,
        "bands": [_band(policy, band, on=on) for band in found.bands],
        "ceiling": figure(policy, found.ceiling, on=on),
        "sole_traders": found.sole_traders.covered,
        "basis": law.cite(policy, found.basis),
        "verified": found.verified,
        "named": [one.name for one in policy.grading.fields],
        "versions": _versions(found, sector, today),
    }
    return answers.short_lived(render(request, "portal/grading.html", context), noindex=False)


def _fields(policy: Policy) -> dict[str, str]:
    """Fields with a policy of their own, and those that the city's document names."""
    named = {one.sector: one.name for one in policy.grading.fields}
    return named | {
        key: policy.sectors.sectors[key].title for key in policy.sector_gradings if key not in named
    }


def _grading_url(sector: str, on: date | None = None) -> str:
    asked = {**({"on": str(on)} if on else {}), **({"sector": sector} if sector else {})}
    return reverse("portal:grading") + (f"?{urlencode(asked)}" if asked else "")


def _versions(found: GradingPolicy, sector: str, today: date) -> list[dict[str, Any]]:
    """Versions published by the office with their number, then days on which figures of the city's files changed."""
    key = found.sector or GENERAL
    known = PublicPolicy.objects.using(showing.DATABASE).filter(kind=GRADING, key=key)
    rows = list(known.order_by("pk"))
    published = [
        {
            "on": row.from_on,
            "number": number,
            "digest": row.digest,
            "url": _grading_url(sector, row.from_on),
            "shown": answers.EARLIEST <= row.from_on <= today,
        }
        for number, row in enumerate(rows, start=1)
    ]
    first = min((row.from_on for row in rows), default=date.max)
    days = [] if found.sector else [day for day in versions_of(found) if day < first]
    changed = [
        {
            "on": day,
            "number": 0,
            "digest": "",
            "url": _grading_url(sector, day),
            "shown": answers.EARLIEST <= day <= today,
        }
        for day in days
    ]
    return [*sorted(published, key=lambda row: (row["on"], row["number"]), reverse=True), *changed]


def versions_of(grading: GradingPolicy) -> list[date]:
    """Days from which some figure of the policy is another, the newest first."""
    figures = [grading.ceiling, *(band.ratio for band in grading.bands)]
    for band in grading.bands:
        figures += [one for one in (band.visits_per_year, band.eased) if one]
    return sorted({day for one in figures for day in one.values}, reverse=True)


def _band(policy: Policy, band: Band, *, on: date) -> dict[str, Any]:
    ratio, visits = figure(policy, band.ratio, on=on), figure(policy, band.visits_per_year, on=on)
    sources = (law.cite(policy, band.basis), ratio["source"], visits["source"])
    return {
        "name": band.name,
        "grades": list(band.grades),
        "ratio": ratio["value"],
        "visits": visits["value"],
        "eased": figure(policy, band.eased, on=on)["value"] if band.eased else None,
        "items": band.items,
        "depth": f"查到{band.depth.label}为止" if band.depth else "",
        "exempt": band.exempt,
        "waivers": band.waivers,
        "source": "；".join(dict.fromkeys(filter(None, sources))),
        "verified": band.verified and ratio["verified"] and visits["verified"],
    }


@require_safe
def classification(request: HttpRequest) -> HttpResponse:
    """How many of each grade each field has, year by year; nobody by name."""
    policy = law.policy_in_force(on=localdate())
    known = PublicClassification.objects.using(showing.DATABASE)
    years = sorted(set(known.values_list("year", flat=True)), reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(one) for one in years} else years[0] if years else 0
    options = [Option(str(one), f"{one} 年") for one in years]
    context = {
        "crumbs": crumbs_to("年度分类结果"),
        "section": section(),
        "filters": [Filter("year", "年度", "select", str(year), options)] if years else [],
        "reset_url": reverse("portal:classification"),
        "results": [
            {
                "title": f"{policy.models[one.model].title if one.model in policy.models else one.model}"
                f"　{one.year} 年",
                "as_of": one.as_of,
                "published_at": one.published_at,
                "digest": one.digest,
                "rows": rows_of(one.counts, policy),
                "total": total_of(one.counts),
            }
            for one in known.filter(year=year).order_by("model")
        ],
    }
    return answers.short_lived(render(request, "portal/classification.html", context), noindex=False)


def crumbs_to(last: str) -> list[Crumb]:
    """The way to a page of the section."""
    return [Crumb("首页", reverse("portal:home")), Crumb("双随机抽查", reverse("portal:draws")), Crumb(last)]
