"""Why an enterprise has its public grade: the points of each indicator as stored with the run, and the public acts
behind them (《个人信息保护法》第二十四条; 汴政办〔2020〕46号第11项).

Only a grade in force of a published model is explained, never one on trial, never one of a sole trader (legal guards
G1, G4). Points from records that are not public are told in one sum, without saying what they are (G9, G10).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.evaluation import Contribution, Evaluation, Fact, fact_filter, in_window, rebuilt
from xinheng.core.explanation import explain
from xinheng.core.models import Effect, Indicator, Rule, ScoringModel, milli, parse_model
from xinheng.core.policy import Policy
from xinheng.core.treatment import Treatment, weighing
from xinheng.interfaces.portal import answers, law, showing, statements
from xinheng.interfaces.portal.subjects import crumbs, head, is_disputed, score_of
from xinheng.interfaces.web.charts import Band, Chart, Step, waterfall
from xinheng.interfaces.web.figures import points
from xinheng.interfaces.web.parts import Crumb
from xinheng.store.public import PublicAct, PublicPolicy, PublicScore, PublicSubject

MOST_ACTS = 2000
ACTS_A_LINE = 5
MOST_WAYS = 6
OTHER = "其他事项（相关记录依法不公开）"
LIMITS = "各组上限和分制上下限"


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator that moved points, with the public acts it rests on."""

    label: str
    value: str
    points_milli: int
    cap_milli: int | None
    clause: str
    records: Sequence[dict[str, Any]]


@require_safe
def grade(request: HttpRequest, public_id: str, run: str) -> HttpResponse:
    today = localdate()
    policy = law.policy_in_force(on=today)
    found = showing.subjects().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    score = score_of(found)
    model = _model(policy, score) if score and score.run.public_id == run else None
    if score is None or model is None:
        context = {"subject": head(policy, found), "noindex": True}
        return answers.short_lived(render(request, "portal/renewed.html", context, status=404), noindex=True)
    version = answers.version_of(request, policy, today, found.version, score.pk, is_disputed(score))
    unchanged = answers.unchanged(request, version)
    if unchanged is not None:
        return unchanged
    context = _page(policy, found, score, model, today=today)
    return answers.fresh(render(request, "portal/grade.html", context), version, noindex=True)


def _model(policy: Policy, score: PublicScore) -> ScoringModel | None:
    """The model of the run by its digest: of the seed files, or as published since; None where neither has it."""
    seed = policy.models.get(score.run.model)
    if seed is not None and seed.digest == score.run.model_digest:
        return None if seed.trial else seed
    published = PublicPolicy.objects.using(showing.DATABASE).filter(kind="model", key=score.run.model)
    row = published.filter(digest=score.run.model_digest).first()
    model = parse_model(row.body, file=row.key) if row else None
    return None if model is None or model.trial or model.digest != score.run.model_digest else model


def _page(
    policy: Policy, found: PublicSubject, score: PublicScore, model: ScoringModel, *, today: date
) -> dict[str, Any]:
    acts = list(
        showing.acts(policy, on=today).filter(subject_id=found.pk).order_by("-decided_on", "-id")[:MOST_ACTS]
    )
    evaluation = evaluation_of(model, score)
    behind = _acts_behind(policy, model, acts, as_of=score.run.as_of)
    told = _told(model, evaluation, behind)
    used = {act.pk: act for shown in behind.values() for act in shown}
    return {
        "crumbs": crumbs(
            Crumb(found.name, reverse("portal:subject", args=[found.public_id])), Crumb("等级说明")
        ),
        "subject": head(policy, found),
        "grade": {
            "letter": score.grade,
            "word": model.label_of(score.grade),
            "points_milli": score.points_milli,
            "trial": False,
            "disputed": is_disputed(score),
        },
        "model": {
            "title": model.title,
            "version": score.run.model_version,
            "issuer": _issuer(policy, model),
            "basis": law.cite(policy, model.basis),
            "url": f"{reverse('portal:rules')}#{anchor(model)}",
        },
        "run_on": score.run.as_of,
        "ground": law.cite(policy, model.basis),
        "verdict": explain(model, evaluation).summary if evaluation.decided_by else "",
        "chart": _chart(model, score, _steps(model, evaluation, told)),
        "items": _lines(policy, model, evaluation, behind, told),
        "improvements": _improvements(policy, used.values(), today=today),
        "objection_url": statements.objection_url(),
        "noindex": True,
    }


def evaluation_of(model: ScoringModel, score: PublicScore) -> Evaluation:
    """The stored result in the form that explanations are made from; which records were used is not stored."""
    return rebuilt(
        model,
        points_milli=score.points_milli,
        grade=score.grade,
        decided_by=score.veto,
        contributions=score.contributions,
    )


def _acts_behind(
    policy: Policy, model: ScoringModel, acts: Iterable[PublicAct], *, as_of: date
) -> dict[str, list[PublicAct]]:
    """Public acts by the indicator or ceiling that uses them."""
    treatment = policy.treatment(on=as_of)
    weighed = [(act, fact) for act in acts if (fact := _fact(act)) and _weighs(fact, treatment, as_of)]
    behind: dict[str, list[PublicAct]] = {}
    parts: tuple[Indicator | Rule, ...] = (*model.indicators, *model.rules)
    for part in parts:
        fits, numbers = fact_filter(part.facts), part.facts.numbers
        behind[part.id] = [
            act
            for act, fact in weighed
            if fact.item in numbers
            and fits(fact)
            and in_window(part, (as_of - fact.decided_on).days, as_of=as_of)
        ]
    return behind


def _weighs(fact: Fact, treatment: Treatment, as_of: date) -> bool:
    return weighing(treatment, as_of=as_of)(fact)


def _fact(act: PublicAct) -> Fact | None:
    """The act as evaluation sees it. The headcount is not public; a rule that asks for it finds no public act."""
    day = act.decided_on or act.valid_from
    if day is None:
        return None
    return Fact(
        record_id=act.pk,
        item=act.item,
        decided_on=day,
        valid_to=act.valid_to,
        amount_fen=act.amount_fen,
        seriousness=act.seriousness,
        finality=act.finality,
        state=act.state,
        result=act.result,
    )


def _told(model: ScoringModel, evaluation: Evaluation, behind: dict[str, list[PublicAct]]) -> set[str]:
    """Indicators that moved points and rest on something public; the others are told in one sum.

    An indicator without points is not told either, or its absence elsewhere would say what is kept back.
    """
    pairs = zip(model.indicators, evaluation.contributions, strict=True)
    return {one.id for one, given in pairs if given.points_milli and behind[one.id]}


def _untold(evaluation: Evaluation, told: set[str]) -> int | None:
    """The sum of what may not be named; None where nothing is kept back."""
    points_milli = [given.points_milli for given in evaluation.contributions if given.indicator not in told]
    return sum(points_milli) if any(points_milli) else None


def _chart(model: ScoringModel, score: PublicScore, steps: Sequence[Step]) -> Chart:
    start = steps[0].end_milli
    change = score.points_milli - start
    verb = f"加 {points(change)}" if change > 0 else f"减 {points(-change)}" if change else "没有加减"
    return waterfall(
        steps,
        title=f"起点 {points(start)} 分，合计{verb}，得 {points(score.points_milli)} 分",
        bands=[Band(band.grade, milli(band.start)) for band in model.scale.bands],
        grade=score.grade,
    )


def _steps(model: ScoringModel, evaluation: Evaluation, told: set[str]) -> list[Step]:
    """From the start to the total. Where something may not be named, it is one step and the caps are another."""
    whole = [
        Step(step.label, step.from_milli, step.to_milli, step.kind)
        for step in explain(model, evaluation).steps
    ]
    if _untold(evaluation, told) is None:
        return whole
    steps, reached = [whole[0]], whole[0].end_milli
    for one, given in zip(model.indicators, evaluation.contributions, strict=True):
        if one.id in told:
            after = reached + given.points_milli
            steps.append(Step(one.label, reached, after, "plus" if after > reached else "minus"))
            reached = after
    untold = _untold(evaluation, told) or 0
    if untold:
        steps.append(Step(OTHER, reached, reached + untold, "plus" if untold > 0 else "minus"))
        reached += untold
    if reached != evaluation.points_milli:
        steps.append(Step(LIMITS, reached, evaluation.points_milli, "limit"))
    return [*steps, whole[-1]]


def _lines(
    policy: Policy,
    model: ScoringModel,
    evaluation: Evaluation,
    behind: dict[str, list[PublicAct]],
    told: set[str],
) -> list[Line]:
    pairs = zip(model.indicators, evaluation.contributions, strict=True)
    lines = [_line(policy, model, one, given, behind[one.id]) for one, given in pairs if one.id in told]
    untold = _untold(evaluation, told)
    if untold is not None:
        lines.append(Line(OTHER, "不列明", untold, None, "公共信用信息目录中不向社会公开的事项", ()))
    start = evaluation.start.milli if evaluation.start else milli(model.scale.start)
    points_milli = start + sum(given.points_milli for given in evaluation.contributions)
    if points_milli != evaluation.points_milli:
        limited = evaluation.points_milli - points_milli
        lines.append(Line(LIMITS, "—", limited, None, "模型中各组的上限和满分、最低分", ()))
    return lines


def _line(
    policy: Policy, model: ScoringModel, indicator: Indicator, given: Contribution, acts: Sequence[PublicAct]
) -> Line:
    sign = -1 if model.family_of[indicator.family].effect is Effect.MINUS else 1
    return Line(
        label=indicator.label,
        value=f"{len(acts)} 条公示记录",
        points_milli=given.points_milli,
        cap_milli=sign * milli(indicator.cap),
        clause=law.cite(policy, indicator.basis),
        records=[_link(policy, act) for act in acts[:ACTS_A_LINE]],
    )


def _link(policy: Policy, act: PublicAct) -> dict[str, Any]:
    return {
        "title": statements.title(policy, act),
        "url": statements.act_url(act),
        "decided_on": act.decided_on,
    }


def _improvements(policy: Policy, acts: Iterable[PublicAct], *, today: date) -> list[dict[str, Any]]:
    """What the enterprise can do about the adverse acts that are shown, the earliest first."""
    ways: list[dict[str, Any]] = []
    for act in acts:
        if not law.is_adverse(policy, item=act.item, seriousness=act.seriousness):
            continue
        name = statements.title(policy, act)
        if act.earliest_repair_on and act.earliest_repair_on <= today:
            ways.append({"text": f"“{name}”现在可以申请信用修复", "on": None})
        elif act.earliest_repair_on:
            ways.append({"text": f"“{name}”可以申请信用修复的第一天", "on": act.earliest_repair_on})
        if act.stop_on:
            ways.append({"text": f"“{name}”公示期满，停止公示", "on": act.stop_on})
    return sorted(ways, key=lambda way: way["on"] or today)[:MOST_WAYS]


def _issuer(policy: Policy, model: ScoringModel) -> str:
    """The department that owns the sector of the model."""
    keys = policy.agencies.of_sector(model.owner) or policy.city.lead
    return policy.agencies.agencies[keys[0]].name


def anchor(model: ScoringModel) -> str:
    return model.id.replace("/", "-")
