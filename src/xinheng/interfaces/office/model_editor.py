"""The editor of one part of a draft, the look at real subjects, and the report of a trial.

A part is saved as it stands, sound or not; what is wrong with it is said beside it, before saving by script and
after saving without one.
"""

import secrets
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xinheng.core.evaluation import Evaluation
from xinheng.core.model_draft import HEAD, LISTS, SCALE, Tree
from xinheng.core.model_report import DIMENSIONS
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.model_drafts import draft_of
from xinheng.interfaces.office.model_forms import (
    FamilyForm,
    HeadForm,
    IndicatorForm,
    PartForm,
    RuleForm,
    ScaleForm,
    result_words,
)
from xinheng.interfaces.office.model_shown import (
    curve_rows,
    finding_lines,
    part_chart,
    part_url,
    psi_words,
    report_chart,
    state_word,
)
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.figures import count, points
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.approvals import body_of
from xinheng.services.cases import steps_for
from xinheng.services.governance_preview import Seen, preview
from xinheng.services.models import check_draft, drafted_model, save_draft
from xinheng.store.casework import Case
from xinheng.store.governance import ModelTrial
from xinheng.store.subjects import Subject

NAMES = {HEAD: "基本情况", SCALE: "分制和等级", **LISTS}
READERS = (Verb.DRAFT_MODEL, Verb.PUBLISH_MODEL)


@asks(*READERS, of=CASE, methods=("GET", "POST"))
def model_part(call: Call, case: Case, section: str, place: int) -> HttpResponse:
    tree = body_of(draft_of(case))
    if section not in NAMES or place > len(tree.get(section) or ()):
        raise Http404
    if call.request.method != "POST":
        form = _form(call, section, tree, _part(tree, section, place))
        return _page(call, case, section, place, form, tree)
    call.demand(Verb.DRAFT_MODEL, call.of(case.organisation_id))
    if call.request.POST.get("action") == "check":
        return _checked(call, case, section, place, tree)
    return _saved(call, case, section, place, tree)


def _part(tree: Tree, section: str, place: int) -> Tree:
    listed = tree.get(section) or []
    return dict(listed[place]) if section in LISTS and place < len(listed) else {}


def _form(call: Call, section: str, tree: Tree, part: Tree, *, posted: bool = False) -> PartForm:
    given = call.request.POST if posted else None
    if section == HEAD:
        return HeadForm(call.policy, given, initial=HeadForm.initial_of(tree))
    if section == SCALE:
        return ScaleForm(call.policy, given, initial=ScaleForm.initial_of(tree))
    if section == "families":
        return FamilyForm(call.policy, given, initial=FamilyForm.initial_of(part))
    if section == "indicators":
        families = tree.get("families") or []
        return IndicatorForm(call.policy, given, initial=IndicatorForm.initial_of(part), families=families)
    return RuleForm(call.policy, given, initial=RuleForm.initial_of(part), section=section)


def _with(tree: Tree, section: str, place: int, form: PartForm) -> Tree:
    """The draft with the answer of the form in its place."""
    if isinstance(form, HeadForm | ScaleForm):
        return form.changed(tree)
    listed = list(tree.get(section) or [])
    key = _part(tree, section, place).get("id") or _new_key(tree, section)
    listed[place : place + 1] = [{"id": key, **form.tree()}]
    return {**tree, section: listed}


def _new_key(tree: Tree, section: str) -> str:
    """A key that nothing in the draft has."""
    taken = {each.get("id") for name in LISTS for each in tree.get(name) or []}
    stem = {"families": "family", "indicators": "indicator"}.get(section, "rule")
    number = len(tree.get(section) or []) + 1
    key = f"{stem}_{number}"
    return key if key not in taken else f"{stem}_{secrets.token_hex(3)}"


def _without(tree: Tree, section: str, place: int) -> Tree:
    listed = list(tree.get(section) or [])
    del listed[place : place + 1]
    return {**tree, section: listed}


def _moved(tree: Tree, section: str, place: int) -> Tree:
    """One place further up."""
    listed = list(tree.get(section) or [])
    if 0 < place < len(listed):
        listed[place - 1], listed[place] = listed[place], listed[place - 1]
    return {**tree, section: listed}


def _checked(call: Call, case: Case, section: str, place: int, tree: Tree) -> HttpResponse:
    """Only the findings, for the script of the page."""
    form = _form(call, section, tree, _part(tree, section, place), posted=True)
    found = (
        _findings(call, case, section, place, _with(tree, section, place, form)) if form.is_valid() else []
    )
    return render(call.request, "office/model_findings.html", {"findings": found, "checked": True})


def _findings(call: Call, case: Case, section: str, place: int, tree: Tree) -> list[dict[str, str]]:
    """What is wrong with this part."""
    mine = [
        each
        for each in check_draft(tree, policy=call.policy, on=call.today)
        if each.section == section and (section not in LISTS or each.place in (None, place))
    ]
    return finding_lines(case, mine)


@once
def _saved(call: Call, case: Case, section: str, place: int, tree: Tree) -> HttpResponse:
    action = call.request.POST.get("action", "")
    form = _form(call, section, tree, _part(tree, section, place), posted=True)
    if action == "remove" and section in LISTS:
        changed = _without(tree, section, place)
    elif action == "up" and section in LISTS:
        changed = _moved(tree, section, place)
    elif form.is_valid():
        changed = _with(tree, section, place, form)
    else:
        return _page(call, case, section, place, form, tree)
    try:
        save_draft(case.public_id, changed, actor=call.user, policy=call.policy, now=call.now)
    except Refusal as refusal:
        form.add_error(None, told(refusal)) if form.is_bound else None
        return _page(call, case, section, place, form, tree)
    found = _findings(call, case, section, place, changed) if action not in ("remove", "up") else []
    if found:
        call.tell(f"已保存，还有 {len(found)} 处要改。")
        return redirect(part_url(case, section, place))
    call.tell("已保存。")
    return redirect("office:model_draft", case=case.public_id)


def _page(call: Call, case: Case, section: str, place: int, form: PartForm, tree: Tree) -> HttpResponse:
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    part = _part(tree, section, place)
    kept = bool(part) or section in (HEAD, SCALE)
    draft_url = reverse("office:model_draft", kwargs={"case": case.public_id})
    context = {
        "crumbs": [
            Crumb("评价模型", reverse("office:models")),
            Crumb(case.number, draft_url),
            Crumb(NAMES[section]),
        ],
        "heading": f"{NAMES[section]}：{part['label']}" if part.get("label") else NAMES[section],
        "section": section,
        "form": form,
        "findings": _findings(call, case, section, place, tree) if kept else [],
        "words": result_words(call.policy) if section not in (HEAD, SCALE, "families") else [],
        "may_save": "edit" in verbs,
        "listed": section in LISTS and kept,
        "draft_url": draft_url,
    }
    return call.render("model_part", context)


@asks(*READERS, of=CASE)
def preview_model(call: Call, case: Case) -> HttpResponse:
    model = drafted_model(body_of(draft_of(case)))
    asked = call.request.GET.get("who", "")
    seen = preview(
        model,
        base=call.policy.models.get(model.id),
        wanted=asked.replace("，", "\n").replace("、", "\n").splitlines(),
        actor=call.user,
        policy=call.policy,
        now=call.now,
    )
    changed = [one for one in seen.sample if _grade(one.old) != _grade(one.new)]
    context = {
        "crumbs": [
            Crumb("评价模型", reverse("office:models")),
            Crumb(case.number, reverse("office:model_draft", kwargs={"case": case.public_id})),
            Crumb("预览"),
        ],
        "who": asked,
        "named": [_seen(one) for one in seen.named],
        "unknown": list(seen.unknown),
        "sample": [_seen(one) for one in sorted(seen.sample, key=_distance)],
        "changed": len(changed),
        "base": model.id in call.policy.models,
    }
    return call.render("model_preview", context)


def _grade(found: Evaluation | None) -> str:
    return (found.grade or "") if found else "-"


def _distance(one: Seen) -> int:
    return -abs(one.new.points_milli - one.old.points_milli) if one.old else 0


def _seen(one: Seen) -> dict[str, Any]:
    return {
        "name": one.subject.name,
        "url": reverse("office:subject", kwargs={"subject": one.subject.public_id}),
        "old_points": points(one.old.points_milli) if one.old else "—",
        "old_grade": state_word(_grade(one.old), {}),
        "new_points": points(one.new.points_milli),
        "new_grade": state_word(_grade(one.new), {}),
        "changed": one.old is not None and _grade(one.old) != _grade(one.new),
    }


@asks(*READERS, of=CASE)
def model_trial(call: Call, case: Case, trial: str) -> HttpResponse:
    """The report on which a decider relies."""
    kept = ModelTrial.objects.filter(case=draft_of(case), public_id=trial, state="done").first()
    if kept is None or kept.report is None:
        raise Http404
    report = kept.report
    labels = report["labels"]
    charts = [part_chart(report, name, call.policy) for name in DIMENSIONS]
    context = {
        "crumbs": [
            Crumb("评价模型", reverse("office:models")),
            Crumb(case.number, reverse("office:model_draft", kwargs={"case": case.public_id})),
            Crumb("试算报告"),
        ],
        "report": report,
        "known_at": kept.ordered_at,
        "psi": psi_words(report["whole"]["psi"]),
        "chart": report_chart(report),
        "heads": [state_word(state, labels) for state in report["states_new"]],
        "matrix": [
            (state_word(state, labels), list(zip(_heads(report), map(count, row), strict=True)))
            for state, row in zip(report["states_old"], report["whole"]["matrix"], strict=True)
            if sum(row)
        ]
        if report["base"]
        else [],
        "charts": [chart for chart in charts if chart is not None],
        "curves": curve_rows(report),
        "movers": _movers(call, report, labels),
    }
    return call.render("model_trial", context)


def _heads(report: dict[str, Any]) -> list[str]:
    return [state_word(state, report["labels"]) for state in report["states_new"]]


def _movers(call: Call, report: dict[str, Any], labels: dict[str, str]) -> list[dict[str, Any]]:
    rows = report["movers"]
    known = Subject.objects.in_bulk([row[0] for row in rows])
    return [
        {
            "name": known[subject].name,
            "url": reverse("office:subject", kwargs={"subject": known[subject].public_id}),
            "was": f"{state_word(was or '', labels)}　{points(before)}",
            "becomes": f"{state_word(becomes or '', labels)}　{points(after)}",
        }
        for subject, was, becomes, before, after in rows
        if subject in known
    ]
