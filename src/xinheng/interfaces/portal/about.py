"""The law behind the portal, as policy has it: what is public and until when, every clock with its source and whether it
was compared with the text, the models of evaluation and the ratios of inspection (国办发〔2019〕35号; legal guard G15).
"""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.catalogue import CatalogueItem, Disclosure, Keeping
from xinheng.core.grading import Band, Dated
from xinheng.core.models import (
    Ceiling,
    Downgrade,
    Effect,
    Indicator,
    ModelKind,
    Rule,
    ScoringModel,
    StartSwitch,
)
from xinheng.core.policy import Policy
from xinheng.core.policy_published import GRADING, MODEL
from xinheng.core.sources import Rank
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.grades import anchor
from xinheng.interfaces.web.charts import Chart, GradeCount, grade_distribution
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Cell, Column, Link, Table
from xinheng.store.public import PublicClassification, PublicRun

_SHOWN = ("acts", "seriousness", "lists", "inspections")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    context = {
        "documents": _documents(policy),
        "clocks": list(law.figures(policy, _SHOWN, on=today)),
        "objection_clocks": list(law.figures(policy, ("objections",), on=today)),
        "repair_clocks": list(law.figures(policy, ("repair",), on=today)),
        "public_items": [_public_item(policy, item) for item in policy.catalogue.items.values()],
        "ways": _ways(),
        "licence": (
            "再使用本站数据的，应当注明来源和日期，并在本站停止公示后删除。",
            "没有记录不等于证明没有违法违规；需要证明的，请申请公共信用信息报告。",
        ),
    }
    return answers.short_lived(render(request, "portal/about.html", context), noindex=False)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The models and the grading of a day (``on``), with the results that stood then."""
    on = answers.day_asked(request)
    policy = law.policy_in_force(on=on)
    known = PublicRun.objects.using(showing.DATABASE).filter(as_of__lte=on)
    runs = {run.model: run for run in known.order_by("id")}
    context = {
        **law.dated(MODEL, GRADING, on=on, path=request.path),
        "fields": _fields(policy, runs, on=on),
        "models": [_model(policy, model, runs.get(model.id)) for model in policy.models.values()],
        "grading": {
            "title": policy.grading.title,
            "bands": [_band(policy, band, on=on) for band in policy.grading.bands],
            "ceiling": _dated(policy, policy.grading.ceiling, on=on),
        },
    }
    return answers.short_lived(render(request, "portal/rules.html", context), noindex=False)


def _fields(policy: Policy, runs: dict[str, PublicRun], *, on: date) -> Table:
    """Each field in which there are enterprises: its models, their newest result, and the classification of the year; a field
    without a model says so."""
    known = PublicClassification.objects.using(showing.DATABASE).filter(as_of__lte=on)
    years = {one.model: one.year for one in known.order_by("year")}
    columns = [Column("领域"), Column("评价模型"), Column("公开的结果"), Column("年度分类结果")]
    rows: list[list[Cell | str]] = []
    for key, sector in policy.sectors.sectors.items():
        models = [one for one in policy.models.values() if key in _fields_of(one)]
        if not models and not sector.industries:
            continue
        rows += [
            [
                sector.title,
                Cell(one.title, f"#{anchor(one)}"),
                _result(one, runs.get(one.id)),
                _year(years.get(one.id)),
            ]
            for one in models
        ] or [[sector.title, "还没有模型", "—", "—"]]
    return Table("各领域的模型和年度结果", columns, rows, caption_hidden=True)


def _fields_of(model: ScoringModel) -> tuple[str, ...]:
    """A model that grades whole fields stands in each of them, one across fields in that of its owner."""
    return (model.population.sectors or (model.owner,)) if model.kind is ModelKind.SECTOR else ()


def _result(model: ScoringModel, run: PublicRun | None) -> str:
    if model.trial:
        return "试算，不公开"
    return f"截至 {run.as_of}" if run else "还没有"


def _year(year: int | None) -> Cell:
    return Cell(f"{year} 年", f"{reverse('portal:classification')}?year={year}") if year else Cell("还没有")


def _ways() -> list[Link]:
    return [
        Link("提出异议", "#objection", "信息有误、遗漏、超过期限或不应公示"),
        Link("信用修复", "#repair", "公示满最短期限、履行义务后可以申请"),
        Link("核对抽查", reverse("portal:draws"), "在自己的电脑上重新计算每一次抽取"),
        Link("消费投诉公示", reverse("portal:complaints"), "已经办结的消费投诉，办理的期限"),
        Link("奖惩措施清单", reverse("portal:measures"), "可以采取哪些措施、由谁、依据什么、在什么事项中"),
        Link("典型案例", reverse("portal:measure_cases"), "奖惩措施怎样适用，不写企业名称"),
        Link("信用信息目录", reverse("portal:catalogue"), "收集哪些信息、由谁提供、依据什么、谁能看到"),
        Link("评价规则", reverse("portal:rules"), "等级怎么算、抽查比例怎么定"),
    ]


def _documents(policy: Policy) -> list[dict[str, Any]]:
    order = list(Rank)
    known = [source for source in policy.sources.values() if source.rank is not Rank.PROPOSAL]
    area = policy.city.area
    return [
        {
            "title": source.title,
            "number": source.number,
            "issuer": source.issuer,
            "rank": source.rank.label,
            "in_force_on": source.in_force,
            "repealed_on": source.repealed_on,
            "url": "",
        }
        for source in sorted(known, key=lambda one: (order.index(one.rank), one.title))
        if source.holds_in(area)
    ]


def _public_item(policy: Policy, item: CatalogueItem) -> dict[str, Any]:
    public = policy.may_be_public(item)
    return {
        "label": item.title.removesuffix("信息"),
        "published": Disclosure.PUBLIC.label if public else item.disclosure.label,
        "until": _until(item.keeping) if public else "—",
        "source": law.cite(policy, item.basis),
    }


def _until(keeping: Keeping) -> str:
    return "公示期满、修复或撤回时" if keeping is Keeping.PUBLICATION else keeping.label


def _model(policy: Policy, model: ScoringModel, run: PublicRun | None) -> dict[str, Any]:
    published = run is not None and not model.trial
    return {
        "anchor": anchor(model),
        "title": model.title,
        "version": model.version,
        "kind": model.kind.label,
        "trial": model.trial,
        "published_on": run.as_of if run is not None and published else None,
        "digest": model.digest,
        "note": model.note,
        "basis": law.cite(policy, model.basis),
        "figures": law.cite(policy, (model.figures,)),
        "figures_verified": model.figures.verified,
        "start": model.scale.start,
        "bands": [
            {"grade": band.grade, "label": band.label, "start": band.start} for band in model.scale.bands
        ],
        "indicators": [_indicator(policy, model, indicator) for indicator in model.indicators],
        "ceilings": [_rule(policy, model, rule) for rule in model.rules],
        "chart": _distribution(model, run) if run is not None and published else None,
    }


def _indicator(policy: Policy, model: ScoringModel, indicator: Indicator) -> dict[str, Any]:
    family = model.family_of[indicator.family]
    return {
        "label": indicator.label,
        "family": family.label,
        "points": _points(indicator, "−" if family.effect is Effect.MINUS else "+"),
        "cap": f"{indicator.cap:f}",
        "window": indicator.span,
        "decays": indicator.decay is not None,
        "basis": law.cite(policy, indicator.basis),
        "verified": all(one.verified for one in indicator.basis),
    }


def _points(indicator: Indicator, sign: str) -> str:
    """How the facts of an indicator become points, in one line."""
    if indicator.points is not None:
        return f"{sign}{indicator.points:f}（{indicator.measure.label}）"
    steps = indicator.by_amount or indicator.by_headcount or indicator.bands
    values = [step.points for step in steps if step.points]
    values += [each.points for each in indicator.by_result if each.points]
    ways = (
        ("按金额", indicator.by_amount),
        ("按人数", indicator.by_headcount),
        ("按结果", indicator.by_result),
    )
    unit = next((way for way, used in ways if used), indicator.measure.label)
    low, high = min(values, default=0), max(values, default=0)
    return f"{sign}{low:f}（{unit}）" if low == high else f"{sign}{low:f} 至 {sign}{high:f}（{unit}）"


def _rule(policy: Policy, model: ScoringModel, rule: Rule) -> dict[str, Any]:
    return {
        "label": rule.label,
        "effect": _rule_effect(model, rule),
        "basis": law.cite(policy, rule.basis),
        "verified": all(one.verified for one in rule.basis),
    }


def _rule_effect(model: ScoringModel, rule: Rule) -> str:
    if isinstance(rule, Downgrade):
        return f"等级下降 {rule.levels} 级"
    if isinstance(rule, StartSwitch):
        return f"起评分为 {rule.points:f} 分"
    assert isinstance(rule, Ceiling)
    verb = "直接判为" if rule in model.vetoes else "不得高于"
    return f"{verb} {rule.grade} {model.label_of(rule.grade)}"


def _distribution(model: ScoringModel, run: PublicRun) -> Chart:
    """How many enterprises hold each grade; those with too little on file are counted apart in the note."""
    words = {band.grade: band.label for band in model.scale.bands}
    graded = {grade: number for grade, number in run.distribution.items() if grade}
    total = sum(graded.values())
    letters = [*words, *sorted(set(graded) - set(words))]
    counts = [GradeCount(letter, graded.get(letter, 0), word=words.get(letter, "")) for letter in letters]
    best = letters[0]
    return grade_distribution(
        counts,
        title=f"{count(total)} 户有等级，其中 {best} {words[best]} {count(graded.get(best, 0))} 户",
        note=f"截至 {run.as_of}，按第 {run.model_version} 版；另有 {count(run.subjects - total)} 户可用信息不足，不评级。",
    )


def _band(policy: Policy, band: Band, *, on: date) -> dict[str, Any]:
    return {
        "name": band.name,
        "grades": "、".join(band.grades),
        "ratio": _dated(policy, band.ratio, on=on),
        "visits": _dated(policy, band.visits_per_year, on=on) if band.visits_per_year else None,
        "items": band.items,
        "waivers": band.waivers,
        "basis": law.cite(policy, band.basis),
    }


def _dated(policy: Policy, figure: Dated, *, on: date) -> dict[str, Any]:
    line = figure.on(on)
    return {
        "value": line.value if line else None,
        "source": law.cite(policy, (line,)) if line else "",
        "verified": bool(line and line.verified),
    }
