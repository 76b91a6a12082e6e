"""The yearly classification of each field: drawn up from published results, published by a second person (G1, G4)."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.classification_rows import rows_of, total_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.services.classifications import draw_up, publish
from xinheng.services.statistics import current_runs
from xinheng.store.classifications import Classification

SHOWN = 20


class ClassifyForm(forms.Form):
    """Of which field the published results are counted."""

    model = forms.ChoiceField(
        label="评价结果",
        error_messages={
            "required": "请选择评价结果。",
            "invalid_choice": "这个模型没有已公布的评价结果。",
        },
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = call.policy.models
        usable = [run for run in current_runs() if run.published and run.model in models]
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (run.model, f"{models[run.model].title}　{run.as_of}") for run in usable
        ]


@asks(Verb.RUN_EVALUATION, Verb.PUBLISH_RECORD)
def classifications(call: Call) -> HttpResponse:
    return _page(call, ClassifyForm(call))


@asks(Verb.RUN_EVALUATION, methods=("POST",))
@once
def classify(call: Call) -> HttpResponse:
    """Count the results in force."""
    form = ClassifyForm(call, call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            draw_up(form.cleaned_data["model"], actor=call.user, now=call.now)
            call.tell("已编制，由另一人公布。")
            return redirect("office:classifications")
    return _page(call, form)


@asks(Verb.PUBLISH_RECORD, methods=("POST",))
@once
def publish_classification(call: Call, number: int) -> HttpResponse:
    """A second person publishes."""
    if not Classification.objects.filter(pk=number).exists():
        raise Http404
    try:
        publish(number, actor=call.user, now=call.now)
        call.tell("已公布。")
    except Refusal as refusal:
        call.tell_refusal(refusal)
    return redirect("office:classifications")


def _page(call: Call, form: ClassifyForm) -> HttpResponse:
    found = Classification.objects.select_related("made_by", "published_by").order_by("-pk")[:SHOWN]
    may_publish = call.may_somewhere(Verb.PUBLISH_RECORD)
    context = {
        "crumbs": [Crumb("年度分类结果")],
        "form": form if call.may_somewhere(Verb.RUN_EVALUATION) else None,
        "form_url": reverse("office:classify"),
        "public_url": reverse("portal:classification"),
        "results": [_shown(call, one, may_publish=may_publish) for one in found],
    }
    return call.render("classifications", context)


def _shown(call: Call, one: Classification, *, may_publish: bool) -> dict[str, Any]:
    model = call.policy.models.get(one.model)
    publishable = may_publish and one.published_at is None and one.made_by_id != call.user.pk
    return {
        "title": f"{model.title if model else one.model}　{one.year} 年",
        "as_of": one.as_of,
        "digest": one.digest,
        "made_by": one.made_by.display_name,
        "made_at": one.made_at,
        "published_by": one.published_by.display_name if one.published_by else "",
        "published_at": one.published_at,
        "rows": rows_of(one.counts, call.policy),
        "total": total_of(one.counts),
        "publish_url": reverse("office:publish_classification", kwargs={"number": one.pk})
        if publishable
        else "",
    }
