"""Plans of checks: drafted, approved by a second person, announced, and drawn in the open.

Nothing is drawn outside an approved plan; the grade decides the share of each band within the yearly ceiling
(国办发〔2024〕54号; legal guard G7).
"""

import re
from typing import Any

from django import forms
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.grading import Dated
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import PLAN
from xinheng.interfaces.office.paging import newest_first, number
from xinheng.interfaces.office.wording import case_state, cited, told
from xinheng.interfaces.web.parts import Crumb, Filter, Option, Stage
from xinheng.services.cases import steps_for
from xinheng.services.inspections import (
    PlanDraft,
    announce_draw,
    approve_plan,
    commit_to,
    draft_plan,
    forecast_draw,
    make_draw,
    return_plan,
    revise_plan,
)
from xinheng.services.statistics import ANYBODY, current_runs
from xinheng.services.time import day_of
from xinheng.store.inspections import Draw, DrawAnnouncement, Inspector, Plan
from xinheng.store.organisations import Organisation
from xinheng.store.scores import EvaluationRun

_PARTY = re.compile(r"(?P<name>\S.*?)[\s,，:：]+(?P<value>sha256:[0-9a-f]{64})")


class PlanForm(forms.Form):
    """What a plan says. The line is what inspectors must be certified for."""

    organisation = forms.ChoiceField(label="检查机关")
    title = forms.CharField(label="计划名称", max_length=120, error_messages={"required": "请写明计划名称。"})
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2999)
    matter = forms.CharField(
        label="检查事项", max_length=200, error_messages={"required": "请写明检查事项。"}
    )
    basis = forms.CharField(
        label="依据",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明法律法规依据和公布的检查事项。"},
    )
    line = forms.ChoiceField(label="行业")

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Organisation.objects.filter(pk__in=call.reach(Verb.DRAFT_PLAN)).order_by("pk")
        self.units = {unit.public_id: unit for unit in units}
        names = [(key, call.tree.name(unit.pk)) for key, unit in self.units.items()]
        lines = [(key, sector.title) for key, sector in call.policy.sectors.sectors.items() if key != ANYBODY]
        self.fields["organisation"].choices = names  # type: ignore[attr-defined]
        self.fields["line"].choices = lines  # type: ignore[attr-defined]

    def draft(self) -> PlanDraft:
        given = self.cleaned_data
        return PlanDraft(
            organisation=self.units[given["organisation"]],
            title=given["title"],
            matter=given["matter"],
            basis=given["basis"],
            line=given["line"],
            year=given["year"],
        )


class ApproveForm(forms.Form):
    """The word of the second person."""

    reason = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class AnnounceForm(forms.Form):
    """The model whose grades count, and what each organ has committed to."""

    model = forms.ChoiceField(label="等级来自")
    parties = forms.CharField(
        label="各单位的承诺值",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "至少要有一个单位提交承诺值。"},
    )

    def __init__(self, runs: list[EvaluationRun], names: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (run.model, f"{names.get(run.model, run.model)}　{run.as_of}") for run in runs
        ]

    def clean_parties(self) -> dict[str, str]:
        """One organ a line: its name, then its commitment."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["parties"].splitlines():
            if not line.strip():
                continue
            read = _PARTY.fullmatch(line.strip())
            if read is None:
                raise forms.ValidationError(f"这一行读不出单位和承诺值：{line.strip()[:60]}")
            if read["name"] in found:
                raise forms.ValidationError(f"“{read['name']}”写了两次。")
            found[read["name"]] = read["value"]
        return found


class CommitForm(forms.Form):
    """An organ's secret text, to be hashed and forgotten."""

    party = forms.CharField(label="单位", max_length=100)
    reveal = forms.CharField(label="秘密文字", min_length=16, max_length=200)


class DrawForm(forms.Form):
    """What each organ now reveals."""

    def __init__(self, announcement: DrawAnnouncement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [party["name"] for party in announcement.content["parties"]]
        for place, name in enumerate(self.names):
            self.fields[f"reveal{place}"] = forms.CharField(
                label=f"{name}公开的秘密文字",
                max_length=200,
                error_messages={"required": "请填写与承诺值对应的文字。"},
            )

    def reveals(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"reveal{place}"] for place, name in enumerate(self.names)}


@asks(Verb.READ_DRAW, Verb.DRAFT_PLAN, Verb.APPROVE_PLAN)
def plans(call: Call) -> HttpResponse:
    reached = call.reach(Verb.READ_DRAW) | call.reach(Verb.DRAFT_PLAN) | call.reach(Verb.APPROVE_PLAN)
    found = Plan.objects.filter(organisation__in=reached).select_related(
        "case", "approved_by", "organisation"
    )
    years = sorted(set(found.values_list("year", flat=True)), reverse=True)
    year = number(call.request, "year")
    page, paging = newest_first(found.filter(year=year) if year else found, call.request)
    options = [Option("", "全部"), *(Option(str(one), f"{one} 年") for one in years)]
    grading = call.policy.grading
    context = {
        "filters": [Filter("year", "年度", "select", str(year or ""), options)],
        "reset_url": reverse("office:plans"),
        "paging": paging,
        "new_url": reverse("office:new_plan") if call.may_somewhere(Verb.DRAFT_PLAN) else "",
        "plans": [_line(call, plan, _drawn(plan)) for plan in page],
        "bands": [_band(call, band) for band in grading.bands],
        "ceiling": _figure(call, grading.ceiling),
        "policy_title": grading.title,
        "policy_digest": call.policy.digest,
    }
    return call.render("plans", context)


def _drawn(plan: Plan) -> tuple[int, int]:
    found = Draw.objects.filter(announcement__plan=plan).aggregate(times=Count("pk"), drawn=Sum("drawn"))
    return found["times"], found["drawn"] or 0


def _line(call: Call, plan: Plan, drawn: tuple[int, int]) -> dict[str, Any]:
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
        "basis": plan.basis,
        "state": "已批准" if plan.approved_at else state,
        "tone": tone,
        "draws": drawn[0],
        "drawn": drawn[1],
        "approved_by": plan.approved_by.display_name if plan.approved_by else "",
        "approved_at": plan.approved_at,
    }


def _figure(call: Call, dated: Dated | None) -> dict[str, Any]:
    line = dated.on(call.today) if dated else None
    if line is None:
        return {"value": None, "source": "", "verified": False}
    return {"value": line.value, "source": cited([line], call.policy), "verified": line.verified}


def _band(call: Call, band: Any) -> dict[str, Any]:
    ratio = _figure(call, band.ratio)
    return {
        "name": band.name,
        "grades": list(band.grades),
        "ratio": ratio["value"],
        "visits": _figure(call, band.visits_per_year)["value"],
        "items": band.items,
        "waivers": band.waivers,
        "source": "；".join(dict.fromkeys(filter(None, (cited(band.basis, call.policy), ratio["source"])))),
        "verified": ratio["verified"],
    }


@asks(Verb.DRAFT_PLAN, methods=("GET", "POST"))
@once
def new_plan(call: Call) -> HttpResponse:
    form = PlanForm(call, call.request.POST or None, initial=_initial(call))
    if call.request.method == "POST" and form.is_valid():
        draft = form.draft()
        try:
            call.demand(Verb.DRAFT_PLAN, call.of(draft.organisation.pk))
            plan = draft_plan(draft, actor=call.user, policy=call.policy, now=call.now)
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            call.tell("计划已送批，由另一人批准后才能抽取。")
            return redirect("office:plan", plan=plan.public_id)
    return call.render("plan_form", {"crumbs": _crumbs("拟定计划"), "form": form, "heading": "拟定计划"})


def _initial(call: Call) -> dict[str, Any]:
    agency = call.policy.agencies.agencies.get(call.user.organisation.key)
    own = agency.sectors if agency else ()
    modelled = [line for model in call.policy.models.values() for line in model.population.sectors]
    line = next((line for line in modelled if line in own), own[0] if own else "")
    return {"year": call.today.year, "organisation": call.user.organisation.public_id, "line": line}


@asks(Verb.DRAFT_PLAN, of=PLAN, methods=("GET", "POST"))
@once
def edit_plan(call: Call, plan: Plan) -> HttpResponse:
    """Change a plan that came back."""
    now_ = {
        "organisation": plan.organisation.public_id,
        "title": plan.title,
        "year": plan.year,
        "matter": plan.matter,
        "basis": plan.basis,
        "line": plan.sector,
    }
    form = PlanForm(call, call.request.POST or None, initial=now_)
    if call.request.method == "POST" and form.is_valid():
        try:
            revise_plan(plan.public_id, form.draft(), actor=call.user, policy=call.policy, now=call.now)
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return redirect("office:plan", plan=plan.public_id)
    return call.render("plan_form", {"crumbs": _crumbs(plan.title), "form": form, "heading": "修改计划"})


@asks(Verb.READ_DRAW, Verb.DRAFT_PLAN, Verb.APPROVE_PLAN, of=PLAN)
def plan(call: Call, plan: Plan) -> HttpResponse:
    return _page(call, plan)


@asks(Verb.APPROVE_PLAN, of=PLAN, methods=("POST",))
@once
def approve(call: Call, plan: Plan) -> HttpResponse:
    """A second person approves."""
    form = ApproveForm(call.request.POST)
    if form.is_valid():
        try:
            approve_plan(plan.public_id, actor=call.user, policy=call.policy, now=call.now)
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return redirect("office:plan", plan=plan.public_id)
    return _page(call, plan, approving=form)


@asks(Verb.APPROVE_PLAN, of=PLAN, methods=("POST",))
@once
def send_back(call: Call, plan: Plan) -> HttpResponse:
    """Return the plan to its drafter."""
    form = ApproveForm(call.request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            return_plan(plan.public_id, actor=call.user, policy=call.policy, now=call.now, reason=reason)
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return redirect("office:plan", plan=plan.public_id)
    return _page(call, plan, approving=form)


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("POST",))
@once
def announce(call: Call, plan: Plan) -> HttpResponse:
    """Fix pool, ratios and inspectors before anybody can know the seed."""
    form = _announcing(call, plan, call.request.POST)
    if form.is_valid():
        try:
            announce_draw(
                plan.public_id,
                model=form.cleaned_data["model"],
                parties=form.cleaned_data["parties"],
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            call.tell("已公告。各单位公开秘密文字后即可抽取。")
            return redirect("office:plan", plan=plan.public_id)
    return _page(call, plan, announcing=form)


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("POST",))
def commit(call: Call, plan: Plan) -> HttpResponse:
    """What an organ publishes for its secret text. The text is not kept."""
    form = CommitForm(call.request.POST)
    value = ""
    if form.is_valid():
        party = form.cleaned_data["party"]
        value = commit_to(plan, party=party, reveal=form.cleaned_data["reveal"])
        form = CommitForm(initial={"party": party})
    return _page(call, plan, committing=form, committed=value)


@asks(Verb.MAKE_DRAW, of=PLAN, methods=("POST",))
@once
def draw_plan(call: Call, plan: Plan) -> HttpResponse:
    """Draw as announced."""
    announcement = _waiting(plan)
    if announcement is None:
        raise Refusal("I05", "这个计划没有等待抽取的公告。", advice="请刷新页面查看现状。")
    form = DrawForm(announcement, call.request.POST)
    if form.is_valid():
        try:
            draw = make_draw(
                announcement.public_id,
                reveals=form.reveals(),
                actor=call.user,
                policy=call.policy,
                now=call.now,
            )
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            return redirect("office:draw", draw=draw.public_id)
    return _page(call, plan, drawing=form)


def _crumbs(last: str) -> list[Crumb]:
    return [Crumb("抽查计划", reverse("office:plans")), Crumb(last)]


def _waiting(plan: Plan) -> DrawAnnouncement | None:
    return DrawAnnouncement.objects.filter(plan=plan, drawn__isnull=True).order_by("-attempt").first()


def _runs(call: Call, plan: Plan) -> list[EvaluationRun]:
    """Runs in force of the models for the line of the plan first; models on trial steer nothing."""
    models = call.policy.models
    usable = [run for run in current_runs() if not run.trial and run.model in models]
    return sorted(usable, key=lambda run: plan.sector not in models[run.model].population.sectors)


def _announcing(call: Call, plan: Plan, answers: Any = None) -> AnnounceForm:
    names = {key: model.title for key, model in call.policy.models.items()}
    return AnnounceForm(_runs(call, plan), names, answers)


def _page(
    call: Call,
    plan: Plan,
    *,
    approving: ApproveForm | None = None,
    announcing: AnnounceForm | None = None,
    committing: CommitForm | None = None,
    committed: str = "",
    drawing: DrawForm | None = None,
) -> HttpResponse:
    plan.refresh_from_db()
    part = {"plan": plan.public_id}
    verbs = {step.verb for step in steps_for(plan.case, call.user, on=call.today)}
    may_draw = bool(plan.approved_at and call.may(Verb.MAKE_DRAW, call.of(plan.organisation_id)))
    announcement = _waiting(plan)
    announced = DrawAnnouncement.objects.filter(plan=plan).exists()
    strata, blocked = _forecast(call, plan) if not announced else (_announced(call, plan), [])
    open_for_announcing = may_draw and not announced and not blocked
    if announcement and may_draw and drawing is None:
        drawing = DrawForm(announcement)
    context = {
        "crumbs": _crumbs(plan.title),
        "plan": _line(call, plan, _drawn(plan)),
        "stages": _stages(plan),
        "strata": strata,
        "blocked": blocked if plan.approved_at else [],
        "inspectors": Inspector.objects.filter(
            organisation=plan.organisation, lines__contains=[plan.sector]
        ).count(),
        "run": _run(call, plan),
        "announcement": _shown(announcement),
        "approve_form": approving or (ApproveForm() if "approve" in verbs else None),
        "approve_url": reverse("office:approve_plan", kwargs=part),
        "return_url": reverse("office:return_plan", kwargs=part),
        "edit_url": reverse("office:edit_plan", kwargs=part) if "edit" in verbs else "",
        "announce_form": announcing or (_announcing(call, plan) if open_for_announcing else None),
        "announce_url": reverse("office:announce_draw", kwargs=part),
        "commit_form": committing or CommitForm(),
        "commit_url": reverse("office:commit", kwargs=part),
        "committed": committed,
        "form": drawing,
        "draw_url": reverse("office:draw_plan", kwargs=part),
        "draws": _draws(plan),
    }
    return call.render("plan", context)


def _stages(plan: Plan) -> list[Stage]:
    announcement = DrawAnnouncement.objects.filter(plan=plan).order_by("attempt").first()
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
        band = call.policy.grading.band(one.band)
        shown = _band(call, band)
        lines.append(
            {
                "name": band.name,
                "grades": "、".join(band.grades),
                "population": one.population,
                "eligible": one.eligible,
                "ratio": one.ratio,
                "size": one.size,
                "source": shown["source"],
                "verified": shown["verified"],
            }
        )
    return lines, []


def _announced(call: Call, plan: Plan) -> list[dict[str, Any]]:
    """The bands as they were fixed."""
    announcement = DrawAnnouncement.objects.filter(plan=plan).order_by("-attempt")[0]
    lines = []
    for one in announcement.content["strata"]:
        band = next((band for band in call.policy.grading.bands if band.key == one["key"]), None)
        shown = _band(call, band) if band else {"source": "", "verified": True}
        lines.append(
            {
                **{key: one[key] for key in ("name", "population", "eligible", "ratio", "size")},
                "grades": "、".join(band.grades) if band else "",
                "source": shown["source"],
                "verified": shown["verified"],
            }
        )
    return lines


def _shown(announcement: DrawAnnouncement | None) -> dict[str, Any] | None:
    if announcement is None:
        return None
    return {
        "at": announcement.announced_at,
        "by": announcement.announced_by.display_name,
        "digest": announcement.digest,
        "parties": announcement.content["parties"],
        "url": reverse("portal:announcement", kwargs={"public_id": announcement.public_id}),
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
