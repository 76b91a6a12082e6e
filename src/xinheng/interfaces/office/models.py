"""The models of the city: versions in force, drafts, runs with their drift, feedback of those who use the results.

What is drafted here goes through a trial on history and a second person before it is in force (services.models;
汴政办〔2020〕46号第9、11、13项).
"""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.model_draft import dump_draft, plain_tree, read_draft
from xinheng.core.model_history import differences
from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.model_shown import case_line, cycle_words, due_words, run_chart, run_line
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on, told
from xinheng.services.evaluation_cycles import Cycle, cycles, when_due
from xinheng.services.feedback import VERDICTS, Opinion, feedback_on, full_runs, give_feedback
from xinheng.services.models import (
    Beginning,
    blank_tree,
    is_end,
    next_tree,
    open_drafts,
    propose_end,
    retired_model,
    start_draft,
    versions_of,
)
from xinheng.store.policy_versions import PolicyVersion

_RUNS, _FEEDBACK = 12, 20
_MOST_BYTES = 512 * 1024
READERS = (Verb.DRAFT_MODEL, Verb.PUBLISH_MODEL, Verb.RUN_EVALUATION, Verb.READ_GRADE)


@asks(*READERS)
def models(call: Call) -> HttpResponse:
    reached = call.reach(Verb.DRAFT_MODEL) | call.reach(Verb.PUBLISH_MODEL)
    drafts = open_drafts().filter(organisation__in=reached)
    found = sorted(cycles(call.policy, today=call.today), key=lambda cycle: cycle.model.id)
    context = {
        "models": [cycle_line(call, cycle) for cycle in found],
        "drafts": [case_line(case) for case in drafts],
        "new_url": reverse("office:new_model") if call.may_somewhere(Verb.DRAFT_MODEL) else "",
        "cycles_url": reverse("office:evaluation_cycles"),
    }
    return call.render("models", context)


def cycle_line(call: Call, cycle: Cycle) -> dict[str, Any]:
    """A model with its cycle, its last results and when the next are due."""
    model = cycle.model
    state, tone = due_words(cycle, today=call.today)
    return {
        "id": model.id,
        "title": model.title,
        "url": reverse("office:model", kwargs={"model": model.id}),
        "version": model.version,
        "kind": f"{model.kind.label}，{model.use.label}",
        "owner": _sector(call, model.owner),
        "units": "、".join(call.tree.name(unit.pk) for unit in cycle.owners),
        "cycle": cycle_words(cycle),
        "rule": cycle.rule.source if cycle.rule else "",
        "verified": bool(cycle.rule and cycle.rule.verified),
        "last_on": cycle.last_on,
        "due_on": cycle.due_on,
        "state": state,
        "tone": tone,
    }


def _sector(call: Call, key: str) -> str:
    known = call.policy.sectors.sectors.get(key)
    return known.title if known else key


class FeedbackForm(forms.Form):
    """What a user of results reports; no personal data."""

    use = forms.CharField(
        label="用在什么地方", max_length=100, error_messages={"required": "请写明结果用在哪项工作。"}
    )
    verdict = forms.ChoiceField(label="总的看法", choices=list(VERDICTS.items()))
    text = forms.CharField(
        label="具体情况",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明哪里相符、哪里不符。"},
    )


class EndForm(forms.Form):
    reason = forms.CharField(
        label="停用的理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "停用模型必须写明理由。"},
    )


@asks(*READERS)
def model(call: Call, model: str) -> HttpResponse:
    return _page(call, model_ever(call, model), FeedbackForm(), EndForm())


def model_ever(call: Call, model_id: str) -> ScoringModel:
    """A model in force, or one that is retired as it was on its last day: its past stays open to readers."""
    if model_id not in call.policy.models and (retired := retired_model(model_id, today=call.today)):
        return retired[0]
    return known_model(call, model_id)


def known_model(call: Call, model_id: str) -> ScoringModel:
    known = call.policy.models.get(model_id)
    if known is None:
        raise unknown_model()
    return known


def unknown_model() -> Refusal:
    return Refusal("MD8", "没有这个模型，或者它已经停用。", advice="请从“评价模型”列表中打开。")


def _page(call: Call, model: ScoringModel, form: FeedbackForm, end: EndForm) -> HttpResponse:
    runs = full_runs(model.id, most=_RUNS)
    cycle = when_due(model, call.policy, today=call.today)
    part = {"model": model.id}
    living = model.id in call.policy.models
    drafts = living and call.may_somewhere(Verb.DRAFT_MODEL)
    shown = {**cycle_line(call, cycle), "digest": model.digest, "note": model.note}
    context = {
        "crumbs": [Crumb("评价模型", reverse("office:models")), Crumb(model.title)],
        "model": shown if living else {**shown, "state": "已停用", "tone": "", "due_on": None},
        "text": dump_draft(plain_tree(model)),
        "file_url": reverse("office:model_file", kwargs=part),
        "report_url": reverse("office:model_report", kwargs=part),
        "history_url": reverse("office:model_history", kwargs=part),
        "cycles_url": reverse("office:evaluation_cycles"),
        "chart": run_chart(model, runs[0]) if runs else None,
        "runs": [run_line(one) for one in runs],
        "versions": _versions(model),
        "feedback": [_said(one) for one in feedback_on(model.id)[:_FEEDBACK]],
        "form": form,
        "feedback_url": reverse("office:model_feedback", kwargs=part),
        "draft_url": reverse("office:draft_model", kwargs=part) if drafts else "",
        "end_form": end if drafts else None,
        "end_url": reverse("office:end_model", kwargs=part),
        "run_url": f"{reverse('office:evaluations')}?model={model.id}"
        if living and call.may_somewhere(Verb.RUN_EVALUATION)
        else "",
        "living": living,
    }
    return call.render("model", context)


def _said(one: Any) -> dict[str, Any]:
    return {
        "at": one.written_at,
        "version": one.version,
        "unit": one.organisation.names.filter(to_on__isnull=True).values_list("name", flat=True).first()
        or "",
        "use": one.use,
        "verdict": VERDICTS[one.verdict],
        "tone": {"fits": "done", "fails": "decide"}.get(one.verdict, ""),
        "text": one.text,
    }


def _versions(model: ScoringModel) -> list[dict[str, Any]]:
    """Published versions, newest first, each with what it changed."""
    rows = list(versions_of(model.id))
    return [
        _version(row, rows[place + 1] if place + 1 < len(rows) else None) for place, row in enumerate(rows)
    ]


def _version(row: PolicyVersion, before: PolicyVersion | None) -> dict[str, Any]:
    ended = is_end(row.body)
    return {
        "version": row.body.get("version"),
        "from_on": row.from_on,
        "drafted_by": row.drafted_by.display_name,
        "approved_by": row.approved_by.display_name,
        "digest": row.digest,
        "what": f"停用：{row.body.get('reason', '')}" if ended else "发布",
        "url": reverse("office:model_draft", kwargs={"case": row.case.public_id}) if row.case else "",
        "changes": _changes(before, row),
    }


def _changes(before: PolicyVersion | None, row: PolicyVersion) -> int:
    if before is None or is_end(row.body) or is_end(before.body):
        return 0
    old, new = (parse_model(each.body, file=each.key) for each in (before, row))
    return len(differences(old, new))


@asks(*READERS)
def model_file(call: Call, model: str) -> HttpResponse:
    """The version in force, or the last one, as a policy file."""
    return file_answer(dump_draft(plain_tree(model_ever(call, model))), model)


def file_answer(text: str, model_id: str) -> HttpResponse:
    name = model_id.rpartition("/")[2]
    return HttpResponse(
        text.encode(),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.yml"'},
    )


@asks(*READERS, methods=("POST",))
@once
def model_feedback(call: Call, model: str) -> HttpResponse:
    """Keep what a user of results says."""
    known, form = known_model(call, model), FeedbackForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            give_feedback(Opinion(**form.cleaned_data), known, actor=call.user, now=call.now)
            call.tell("反馈已记下，起草下一版时会看到。")
            return redirect("office:model", model=model)
    return _page(call, known, form, EndForm())


@asks(Verb.DRAFT_MODEL, methods=("POST",))
@once
def draft_model(call: Call, model: str) -> HttpResponse:
    """Begin the next version from the one in force."""
    call.demand(Verb.DRAFT_MODEL, call.of(call.user.organisation_id))
    case = start_draft(next_tree(known_model(call, model)), actor=call.user, policy=call.policy, now=call.now)
    return redirect("office:model_draft", case=case.public_id)


@asks(Verb.DRAFT_MODEL, methods=("POST",))
@once
def end_model(call: Call, model: str) -> HttpResponse:
    """Ask a second person to retire the model."""
    known, form = known_model(call, model), EndForm(call.request.POST)
    if form.is_valid():
        with refusals_on(form):
            call.demand(Verb.DRAFT_MODEL, call.of(call.user.organisation_id))
            case = propose_end(
                model, reason=form.cleaned_data["reason"], actor=call.user, policy=call.policy, now=call.now
            )
            call.tell("停用已送审，由另一人批准。")
            return redirect("office:model_draft", case=case.public_id)
    return _page(call, known, FeedbackForm(), form)


class NewForm(forms.Form):
    """A model from nothing."""

    title = forms.CharField(label="模型名称", max_length=100, error_messages={"required": "请填写模型名称。"})
    owner = forms.ChoiceField(label="主管领域")
    slug = forms.RegexField(
        r"^[a-z][a-z0-9-]{1,40}$",
        label="英文短名",
        error_messages={"required": "请填写英文短名。", "invalid": "只用小写字母、数字和“-”，以字母开头。"},
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = [(key, sector.title) for key, sector in call.policy.sectors.sectors.items()]
        self.fields["owner"].choices = sectors  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    file = forms.FileField(label="模型文件（.yml）", error_messages={"required": "请选择文件。"})

    def text(self) -> str:
        """Raises Refusal for what is no text of a usual size."""
        given = self.cleaned_data["file"]
        if given.size > _MOST_BYTES:
            raise Refusal("MD7", "模型文件超过 512 KB。", advice="请确认选的是模型文件。")
        try:
            return str(given.read().decode("utf-8"))
        except UnicodeDecodeError as error:
            raise Refusal("MD7", "文件不是 UTF-8 文本。", advice="请另存为 UTF-8 编码后重新上传。") from error


@asks(Verb.DRAFT_MODEL, methods=("GET", "POST"))
def new_model(call: Call) -> HttpResponse:
    if call.request.method != "POST":
        return _new_page(call, NewForm(call), UploadForm())
    return _begin(call)


@once
def _begin(call: Call) -> HttpResponse:
    uploads = "file" in call.request.FILES or call.request.POST.get("action") == "upload"
    form = NewForm(call) if uploads else NewForm(call, call.request.POST)
    upload = UploadForm(call.request.POST, call.request.FILES) if uploads else UploadForm()
    asked: forms.Form = upload if uploads else form
    if asked.is_valid():
        try:
            call.demand(Verb.DRAFT_MODEL, call.of(call.user.organisation_id))
            tree = read_draft(upload.text()) if uploads else _blank(call, form, on=call.today)
            case = start_draft(tree, actor=call.user, policy=call.policy, now=call.now)
            return redirect("office:model_draft", case=case.public_id)
        except Refusal as refusal:
            asked.add_error(None, told(refusal))
        except PolicyError as error:
            asked.add_error(None, "；".join(error.causes))
    return _new_page(call, form, upload)


def _blank(call: Call, form: NewForm, *, on: date) -> dict[str, Any]:
    given = form.cleaned_data
    owner = given["owner"]
    key = f"{owner.replace('_', '-')}/{given['slug']}"
    if key in call.policy.models:
        raise Refusal(
            "MD10", f"已有模型“{call.policy.models[key].title}”。", advice="请从那个模型起草下一版。"
        )
    return blank_tree(Beginning(id=key, title=given["title"], owner=owner), policy=call.policy, on=on)


def _new_page(call: Call, form: NewForm, upload: UploadForm) -> HttpResponse:
    context = {
        "crumbs": [Crumb("评价模型", reverse("office:models")), Crumb("起草模型")],
        "form": form,
        "upload": upload,
        "models": [
            {
                "title": one.title,
                "url": reverse("office:draft_model", kwargs={"model": one.id}),
                "version": one.version,
            }
            for one in sorted(call.policy.models.values(), key=lambda one: one.id)
        ],
    }
    return call.render("model_new", context)
