"""One plan on one page: where it stands, what each band would give or gave, and the form of the next step."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.grading import Band, Dated
from xinheng.core.inspection_objects import names_of
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.draft_decisions import opinion_on, sent_back
from xinheng.interfaces.office.plan_forms import (
    AnnounceForm,
    ApproveForm,
    FailureForm,
    FilingForm,
    WithdrawForm,
    withdraw_form,
)
from xinheng.interfaces.office.wording import case_state, cited
from xinheng.interfaces.web.parts import Crumb, Stage
from xinheng.interfaces.web.refusals import told
from xinheng.services.cases import steps_for
from xinheng.services.draw_secrets import speaking
from xinheng.services.inspection_objects import count_fitting, rule_has_changed, rules_of
from xinheng.services.inspections import forecast_draw
from xinheng.services.result_age import without_result
from xinheng.services.statistics import current_runs
from xinheng.services.time import day_of
from xinheng.store.draw_failures import DrawFailure
from xinheng.store.inspection_plans import PlanFiling
from xinheng.store.inspections import Draw, DrawAnnouncement, Inspector, Plan, PlanKind
from xinheng.store.scores import EvaluationRun


def drawn_of(plan: Plan) -> tuple[int, int]:
    found = Draw.objects.filter(announcement__plan=plan).aggregate(times=Count("pk"), drawn=Sum("drawn"))
    return found["times"], found["drawn"] or 0


def line_of(call: Call, plan: Plan, drawn: tuple[int, int]) -> dict[str, Any]:
    state, tone = case_state(plan.case)
    sector = call.policy.sectors.sectors.get(plan.sector)
    return {
        "title": plan.title,
        "number": plan.case.number,
        "url": reverse("office:plan", kwargs={"plan": plan.public_id}),
        "year": plan.year,
        "organ": call.tree.name(plan.organisation_id),
        "sector": sector.title if sector else plan.sector,
        "matter": plan.matter,
        "matter_url": f"{reverse('office:inspection_matters')}#{plan.matter_key}" if plan.matter_key else "",
        "kind": PlanKind(plan.kind).label,
        "basis": plan.basis,
        "state": "已批准" if plan.approved_at else state,
        "tone": tone,
        "draws": drawn[0],
        "drawn": drawn[1],
        "approved_by": plan.approved_by.display_name if plan.approved_by else "",
        "approved_at": plan.approved_at,
    }


def figure_of(call: Call, dated: Dated | None) -> dict[str, Any]:
    line = dated.on(call.today) if dated else None
    if line is None:
        return {"value": None, "source": "", "verified": False}
    return {"value": line.value, "source": cited([line], call.policy), "verified": line.verified}


def band_of(call: Call, band: Band) -> dict[str, Any]:
    ratio = figure_of(call, band.ratio)
    return {
        "name": band.name,
        "grades": list(band.grades),
        "ratio": ratio["value"],
        "visits": figure_of(call, band.visits_per_year)["value"],
        "items": band.items,
        "waivers": band.waivers,
        "source": "；".join(dict.fromkeys(filter(None, (cited(band.basis, call.policy), ratio["source"])))),
        "verified": ratio["verified"],
    }


def waiting_of(plan: Plan) -> DrawAnnouncement | None:
    """The announcement that is still to be drawn."""
    waiting = DrawAnnouncement.objects.filter(plan=plan, drawn__isnull=True)
    return waiting.exclude(failure__agreed_at__isnull=False).order_by("-attempt").first()


def _given_up(plan: Plan) -> bool:
    """Whether the last announcement failed, so that the plan may be announced again."""
    last = DrawAnnouncement.objects.filter(plan=plan).order_by("-attempt").first()
    failure = DrawFailure.objects.filter(announcement=last).first() if last else None
    return failure is not None and failure.agreed_at is not None


def _runs(call: Call, plan: Plan) -> list[EvaluationRun]:
    """Runs in force of the models for the line of the plan first; models on trial steer nothing."""
    models = call.policy.models
    usable = [run for run in current_runs() if not run.trial and run.model in models]
    return sorted(usable, key=lambda run: plan.sector not in models[run.model].population.sectors)


def announcing_form(call: Call, plan: Plan, answers: Any = None) -> AnnounceForm:
    names = {key: model.title for key, model in call.policy.models.items()}
    return AnnounceForm(_runs(call, plan), names, answers)


def plan_page(
    call: Call,
    plan: Plan,
    *,
    approving: ApproveForm | None = None,
    announcing: AnnounceForm | None = None,
    undrawn: str = "",
    filing: FilingForm | None = None,
    failing: FailureForm | None = None,
    withdrawing: WithdrawForm | None = None,
) -> HttpResponse:
    plan.refresh_from_db()
    part = {"plan": plan.public_id}
    verbs = {step.verb for step in steps_for(plan.case, call.user, on=call.today)}
    may_draw = bool(plan.approved_at and call.may(Verb.MAKE_DRAW, call.of(plan.organisation_id)))
    announcement = waiting_of(plan)
    announced = DrawAnnouncement.objects.filter(plan=plan).exists() and not _given_up(plan)
    strata, blocked = _forecast(call, plan) if not announced else (_announced(call, plan), [])
    open_for_announcing = may_draw and not announced and not blocked
    context = {
        "crumbs": [Crumb("抽查计划", reverse("office:plans")), Crumb(plan.title)],
        "plan": line_of(call, plan, drawn_of(plan)) | {"opinion": opinion_on(plan.case)},
        "sent_back": sent_back(plan.case),
        "stages": _stages(plan),
        **_objects(call, plan),
        "batches": list(plan.batches.order_by("position")),
        **_filing(call, plan, filing),
        "strata": strata,
        "unrated": _unrated(call, plan) if open_for_announcing else 0,
        "unrated_url": reverse("office:unrated", kwargs=part),
        "blocked": blocked if plan.approved_at else [],
        "inspectors": Inspector.objects.filter(
            organisation=plan.organisation, lines__contains=[plan.sector]
        ).count(),
        "run": _run(call, plan),
        "announcement": _shown(announcement),
        **_failures(call, plan, announcement if may_draw else None, failing),
        "approve_form": approving
        or (ApproveForm(initial={"seen": plan.case.version}) if "approve" in verbs else None),
        "approve_url": reverse("office:approve_plan", kwargs=part),
        "return_url": reverse("office:return_plan", kwargs=part),
        "edit_url": reverse("office:edit_plan", kwargs=part) if "edit" in verbs else "",
        "withdraw_form": withdrawing or withdraw_form(plan, verbs),
        "withdraw_url": reverse("office:withdraw_plan", kwargs=part),
        "announce_form": announcing or (announcing_form(call, plan) if open_for_announcing else None),
        "announce_url": reverse("office:announce_draw", kwargs=part),
        "secret_url": reverse("office:draw_secret", kwargs=part)
        if announcement or open_for_announcing
        else "",
        "undrawn": undrawn,
        "draw_url": reverse("office:draw_plan", kwargs=part) if announcement and may_draw else "",
        "draws": _draws(plan),
    }
    return call.render("plan", context)


def _objects(call: Call, plan: Plan) -> dict[str, Any]:
    """Of whom the pool is made, and how many of the register that is; once announced, the rules as announced."""
    announcement = DrawAnnouncement.objects.filter(plan=plan).order_by("-attempt").first()
    if announcement is not None and not _given_up(plan):
        return {"rules": announcement.content.get("pool_rules", []), "fitting": None, "rule_changed": False}
    names = names_of(call.policy)
    return {
        "rules": [one.published(names) for one in rules_of(plan, policy=call.policy)],
        "fitting": count_fitting(plan, policy=call.policy, on=call.today),
        "rule_changed": rule_has_changed(plan, policy=call.policy),
    }


def _unrated(call: Call, plan: Plan) -> int:
    """How many under supervision nobody has graded lately; a warning before the announcement, no obstacle."""
    return without_result(plan.sector, policy=call.policy, on=call.today).count()


def _filing(call: Call, plan: Plan, form: FilingForm | None) -> dict[str, Any]:
    filing = PlanFiling.objects.filter(plan=plan).select_related("entered_by").first()
    may_file = bool(plan.approved_at) and call.may(Verb.DRAFT_PLAN, call.of(plan.organisation_id))
    return {
        "filing": filing,
        "filing_form": form or (FilingForm() if may_file and filing is None else None),
        "filing_url": reverse("office:file_plan", kwargs={"plan": plan.public_id}),
    }


def _stages(plan: Plan) -> list[Stage]:
    last = DrawAnnouncement.objects.filter(plan=plan).order_by("-attempt").first()
    announcement = None if _given_up(plan) else last
    draw = Draw.objects.filter(announcement__plan=plan).order_by("pk").first()
    moments = (
        ("拟定", plan.case.opened_at),
        ("批准", plan.approved_at),
        ("公告", announcement.announced_at if announcement else None),
        ("抽取", draw.drawn_at if draw else None),
    )
    stages, begun = [], False
    for label, moment in moments:
        state = "done" if moment else "ahead" if begun else "now"
        begun = begun or moment is None
        stages.append(Stage(label, state, on=day_of(moment) if moment else None))
    return stages


def _run(call: Call, plan: Plan) -> dict[str, Any] | None:
    runs = _runs(call, plan)
    if not runs:
        return None
    return {"model": call.policy.models[runs[0].model].title, "run_on": runs[0].as_of, "url": ""}


def _forecast(call: Call, plan: Plan) -> tuple[list[dict[str, Any]], list[str]]:
    """The bands with what would be drawn, or why nothing can be."""
    runs = _runs(call, plan)
    if not runs:
        return [], ["还没有可以使用的评价结果，不能按等级抽取。请先运行评价。"]
    try:
        found = forecast_draw(plan, model=runs[0].model, policy=call.policy, on=call.today)
    except Refusal as refusal:
        return [], [told(refusal)]
    lines = []
    for one in found:
        band = call.policy.grading_for(plan.sector).band(one.band)
        shown = band_of(call, band)
        lines.append(
            {
                "name": band.name,
                "grades": "、".join(band.grades),
                "population": one.population,
                "eligible": one.eligible,
                "ratio": one.ratio,
                "drawn": one.size,
                "source": shown["source"],
                "verified": shown["verified"],
            }
        )
    return lines, []


def _announced(call: Call, plan: Plan) -> list[dict[str, Any]]:
    """The bands as they were fixed."""
    announcement = DrawAnnouncement.objects.filter(plan=plan).order_by("-attempt")[0]
    return strata_of(
        call, announcement, drawn={one["key"]: one["size"] for one in announcement.content["strata"]}
    )


def strata_of(
    call: Call, announcement: DrawAnnouncement, *, drawn: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The bands of an announcement with their ground in policy; ``drawn``: how many are or will be drawn of each."""
    grading, lines = call.policy.grading_for(announcement.plan.sector), []
    for one in announcement.content["strata"]:
        band = grading.known(one["key"])
        shown = band_of(call, band) if band else {"source": "", "verified": True}
        lines.append(
            {
                **{key: one[key] for key in ("name", "population", "eligible", "ratio")},
                "excluded": list(one.get("excluded", {}).items()),
                "drawn": drawn.get(one["key"], 0),
                "grades": "、".join(band.grades) if band else "",
                "source": shown["source"],
                "verified": shown["verified"],
            }
        )
    return lines


def _shown(announcement: DrawAnnouncement | None) -> dict[str, Any] | None:
    if announcement is None:
        return None
    parties = speaking(announcement)
    return {
        "at": announcement.announced_at,
        "by": announcement.announced_by.display_name,
        "digest": announcement.digest,
        "parties": parties,
        "complete": all(one.given_by for one in parties),
        "url": reverse("portal:announcement", kwargs={"public_id": announcement.public_id}),
    }


def _failures(
    call: Call, plan: Plan, announcement: DrawAnnouncement | None, form: FailureForm | None
) -> dict[str, Any]:
    """Announcements that failed or are said to have failed. ``announcement``: the one this person may give up."""
    part = {"plan": plan.public_id}
    known = DrawFailure.objects.filter(announcement__plan=plan).order_by("announcement__attempt")
    pending = known.filter(agreed_at__isnull=True, announcement__drawn__isnull=True).first()
    may_agree = pending is not None and call.may(Verb.APPROVE_PLAN, call.of(plan.organisation_id))
    own = pending is not None and pending.proposed_by_id == call.user.pk
    return {
        "failures": [
            {
                "attempt": one.announcement.attempt,
                "url": reverse("portal:announcement", kwargs={"public_id": one.announcement.public_id}),
                "cause": one.get_cause_display(),
                "party": one.party,
                "reason": one.reason,
                "proposed_by": one.proposed_by.display_name,
                "agreed_by": one.agreed_by.display_name if one.agreed_by else "",
                "agreed_at": one.agreed_at,
            }
            for one in known.select_related("announcement", "proposed_by", "agreed_by")
            if one.agreed_at or one == pending
        ],
        "failure_form": form or (FailureForm(announcement) if announcement else None),
        "failure_url": reverse("office:report_failure", kwargs=part),
        "agree_failure_url": reverse("office:agree_failure", kwargs=part) if may_agree and not own else "",
    }


def _draws(plan: Plan) -> list[dict[str, Any]]:
    draws = Draw.objects.filter(announcement__plan=plan).select_related("drawn_by").order_by("pk")
    return [
        {
            "number": draw.public_id,
            "url": reverse("office:draw", kwargs={"draw": draw.public_id}),
            "drawn_at": draw.drawn_at,
            "drawn": draw.drawn,
            "by": draw.drawn_by.display_name,
        }
        for draw in draws.defer("record")
    ]
