"""Runs of the models: what is in force, what was run, and the order of a new run.

A run names its day, rules and snapshot by digest; a model on trial is never published (汴政办〔2020〕46号第10、11项;
legal guard G4).
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.web.figures import count
from xinheng.interfaces.web.parts import Crumb, Notice
from xinheng.interfaces.web.refusals import told
from xinheng.services.runs import REFUSED, Order, last_order, order_run
from xinheng.store.scores import EvaluationRun

_RUNS = 20


class RunForm(forms.Form):
    """Which model, for which day, and whether the public sees the results."""

    model = forms.ChoiceField(label="模型")
    as_of = forms.DateField(
        label="评价日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写评价日期。", "invalid": "日期请写成 2026-11-20 这样。"},
    )
    publish = forms.BooleanField(label="结果对外公布", required=False)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"as_of": call.today}, **kwargs})
        models = sorted(call.policy.models.values(), key=lambda model: (model.trial, model.id))
        choices = [(model.id, f"{model.title}（{model.use.label}）") for model in models]
        self.fields["model"].choices = choices  # type: ignore[attr-defined]


@asks(Verb.RUN_EVALUATION)
def evaluations(call: Call) -> HttpResponse:
    asked = call.request.GET.get("model", "")
    known = {"model": asked} if asked in call.policy.models else {}
    return _page(call, RunForm(call, initial={"as_of": call.today, **known}))


@asks(Verb.RUN_EVALUATION, methods=("POST",))
@once
def run_evaluation(call: Call) -> HttpResponse:
    """Run a model now, or leave it to the worker."""
    form = RunForm(call, call.request.POST)
    if not form.is_valid():
        return _page(call, form)
    given = form.cleaned_data
    order = Order(model=given["model"], as_of=given["as_of"], publish=given["publish"])
    try:
        call.demand(Verb.RUN_EVALUATION, call.of(call.user.organisation_id))
        run = order_run(order, actor=call.user, policy=call.policy, now=call.now, today=call.today)
    except Refusal as refusal:
        form.add_error(None, told(refusal))
        return _page(call, form)
    if run is not None:
        call.tell(f"已评价 {count(run.subjects)} 户，{_force(run, in_force=run.current)}。")
    return redirect("office:evaluations")


def _page(call: Call, form: RunForm) -> HttpResponse:
    models = call.policy.models
    full = EvaluationRun.objects.filter(base__isnull=True).select_related("started_by")
    page, paging = newest_first(full, call.request, size=_RUNS)
    in_force = {run.full.pk for run in EvaluationRun.objects.filter(current=True).select_related("base")}
    context = {
        "crumbs": [Crumb("评价")],
        "form": form,
        "run_url": reverse("office:run_evaluation"),
        "notices": _notices(call),
        "runs": [_line(run, models.get(run.model), in_force=run.pk in in_force) for run in page],
        "paging": paging,
    }
    return call.render("evaluations", context)


def _notices(call: Call) -> list[Notice]:
    event = last_order()
    if event is None:
        return []
    model = call.policy.models.get(event.object.removeprefix("model:"))
    title = model.title if model else event.object
    if event.kind == REFUSED:
        return [Notice("decide", f"“{title}”没有运行", event.reason)]
    return [Notice("clock", f"正在运行“{title}”", "记录较多，由后台办理。过一会儿刷新本页。")]


def _line(run: EvaluationRun, model: ScoringModel | None, *, in_force: bool) -> dict[str, Any]:
    grades = sorted(run.distribution.items(), key=lambda pair: pair[0] or "~")
    return {
        "number": run.public_id[:6].upper(),
        "url": reverse("office:evaluation_run", kwargs={"run": run.public_id}),
        "model": model.title if model else run.model,
        "version": run.model_version,
        "as_of": run.as_of,
        "known_at": run.known_at,
        "by": run.started_by.display_name if run.started_by else "系统",
        "subjects": run.subjects,
        "grades": "　".join(f"{grade or '信息不足'} {count(number)}" for grade, number in grades),
        "digest": run.result_digest,
        "state": _force(run, in_force=in_force),
        "tone": "done" if in_force else "",
    }


def _force(run: EvaluationRun, *, in_force: bool) -> str:
    """A full run is in force while the refreshes after it are."""
    kind = "试算" if run.trial else "已公布" if run.published else "未公布"
    return f"现行，{kind}" if in_force else f"留存，{kind}"
