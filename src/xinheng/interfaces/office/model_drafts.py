"""One draft of a model from its first line to its approval: what it says, what is wrong, what a trial shows, who decides."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.model_draft import LISTS, Tree, dump_draft, read_draft
from xinheng.core.model_history import differences, written
from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.draft_decisions import Decisions, blank_decision, why_not
from xinheng.interfaces.office.model_shown import case_line, finding_lines, part_url
from xinheng.interfaces.office.models import UploadForm, file_answer
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.parts import Crumb, Stage
from xinheng.interfaces.web.refusals import told
from xinheng.services.approvals import body_of
from xinheng.services.cases import steps_for
from xinheng.services.feedback import VERDICTS, feedback_on
from xinheng.services.governance import order_trial
from xinheng.services.models import approve_model, check_draft, is_end, save_draft, submit_draft
from xinheng.services.policies import MODEL
from xinheng.services.time import day_of
from xinheng.store.casework import Case
from xinheng.store.governance import ModelTrial

READERS = (Verb.DRAFT_MODEL, Verb.PUBLISH_MODEL)
_VERBS = {"draft": "草拟", "edit": "修改", "submit": "送审", "approve": "批准", "return": "退回"}
_STATES = {"waiting": ("等待试算", "clock"), "running": ("正在试算", "clock"), "done": ("已完成", "done")}


def draft_of(case: Case) -> Case:
    """Only drafts of models are shown here."""
    if case.kind != MODEL:
        raise Refusal("MD9", "这个事项不是模型草稿。", advice="请从“评价模型”或“审批事项”中打开。")
    return case


@asks(*READERS, of=CASE)
def model_draft(call: Call, case: Case) -> HttpResponse:
    return page(call, draft_of(case), blank_decision(call, case))


def page(
    call: Call, case: Case, form: forms.Form, upload: UploadForm | None = None, *, problem: str = ""
) -> HttpResponse:
    case.refresh_from_db()
    tree, part = body_of(case), {"case": case.public_id}
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    found = () if is_end(tree) else check_draft(tree, policy=call.policy, on=call.today)
    model = parse_model(tree, file="草稿") if not found and not is_end(tree) else None
    trials = list(case.trials.order_by("-pk")[:5])
    tried = model is not None and any(t.digest == model.digest and t.state == "done" for t in trials)
    context = {
        "crumbs": [Crumb("评价模型", reverse("office:models")), Crumb(case.number)],
        "case": {**case_line(case), "version": tree.get("version"), "id": case.details["key"]},
        "problem": problem,
        "ends": tree.get("reason", "") if is_end(tree) else "",
        "stages": _stages_of_end(case)
        if is_end(tree)
        else _stages(case, tried=tried or case.state != "drafted"),
        "may_edit": "edit" in verbs and not is_end(tree),
        "findings": finding_lines(case, found),
        "parts": [] if is_end(tree) else _parts(case, tree),
        "head_url": part_url(case, "head", 0),
        "scale_url": part_url(case, "scale", 0),
        "text": dump_draft(tree),
        "file_url": reverse("office:draft_file", kwargs=part),
        "upload": upload or UploadForm(),
        "upload_url": reverse("office:upload_draft", kwargs=part),
        "changes": _changes(call, model),
        "trials": [_trial(each, model) for each in trials],
        "tried": tried,
        "preview_url": reverse("office:preview_model", kwargs=part) if model else "",
        "report_url": reverse("office:draft_report", kwargs=part) if model else "",
        "try_url": reverse("office:try_model", kwargs=part) if model and "edit" in verbs else "",
        "submit_url": reverse("office:submit_model", kwargs=part) if tried and "submit" in verbs else "",
        "feedback": _feedback(case),
        "events": _events(case),
        "form": form if verbs & {"approve", "return", "withdraw"} else None,
        "approve_url": reverse("office:approve_model", kwargs=part) if "approve" in verbs else "",
        "return_url": reverse("office:return_model", kwargs=part) if "return" in verbs else "",
        "withdraw_url": reverse("office:withdraw_model", kwargs=part) if "withdraw" in verbs else "",
        "why_not": why_not(call, case, verbs, publish=Verb.PUBLISH_MODEL),
    }
    return call.render("model_draft", context)


def _stages(case: Case, *, tried: bool) -> list[Stage]:
    done = {"drafted": 1 if tried else 0, "submitted": 3}.get(case.state, 4)
    if case.state == "drafted" and tried:
        done = 2
    names = ("起草", "试算比较", "送审", "批准并定生效日")
    return [
        Stage(name, "done" if place < done else "now" if place == done else "ahead")
        for place, name in enumerate(names)
    ]


def _stages_of_end(case: Case) -> list[Stage]:
    """What ends is not tried again."""
    done = {"drafted": 0, "submitted": 2}.get(case.state, 3)
    return [
        Stage(name, "done" if place < done else "now" if place == done else "ahead")
        for place, name in enumerate(("提出停用", "送审", "批准并定停用日"))
    ]


def _parts(case: Case, tree: Tree) -> list[dict[str, Any]]:
    """The lists of the file with a line a part."""
    families = {each.get("id"): each.get("label") for each in tree.get("families") or []}
    found = []
    for section, name in LISTS.items():
        listed = tree.get(section) or []
        lines = [
            {
                "label": each.get("label") or f"第 {place + 1} 条",
                "what": _what(section, each, families),
                "basis": len(each.get("basis") or []),
                "url": part_url(case, section, place),
            }
            for place, each in enumerate(listed)
        ]
        found.append(
            {
                "section": section,
                "name": name,
                "lines": lines,
                "grounded": section != "families",
                "new_url": part_url(case, section, len(listed)),
            }
        )
    return found


def _what(section: str, part: Tree, families: dict[Any, Any]) -> str:
    if section == "families":
        effect = {"plus": "加分", "minus": "扣分"}.get(part.get("effect", ""), "")
        return f"{effect}，封顶 {part.get('cap', '—')}"
    if section == "indicators":
        scale = next(
            (key for key in ("points", "by_amount", "by_headcount", "by_result", "bands") if part.get(key)),
            "",
        )
        points = written(part.get(scale)) if scale == "points" else f"{len(part.get(scale) or ())} 档"
        return f"{families.get(part.get('family'), '未归类')}，{points}，封顶 {part.get('cap', '—')}"
    own = {"vetoes": "grade", "limits": "grade", "downgrades": "levels", "starts": "points"}[section]
    unit = {"grade": "不超过 ", "levels": "降级 ", "points": "起评分 "}[own]
    return f"{unit}{part.get(own, '—')}"


def _changes(call: Call, model: ScoringModel | None) -> list[tuple[str, str, str, str]]:
    """Against the version in force."""
    base = call.policy.models.get(model.id) if model else None
    if model is None or base is None:
        return []
    return [(one.part, one.field, one.was, one.becomes) for one in differences(base, model)]


def _trial(trial: ModelTrial, model: ScoringModel | None) -> dict[str, Any]:
    state, tone = _STATES.get(trial.state, ("没有完成", "decide"))
    if trial.state == "running":
        state = f"{state} {trial.progress}%"
    fits = model is not None and trial.digest == model.digest
    return {
        "at": trial.ordered_at,
        "by": trial.ordered_by.display_name,
        "state": state,
        "tone": tone,
        "reason": trial.reason,
        "fits": "与现在的内容一致" if fits else "内容之后改过",
        "url": reverse("office:model_trial", kwargs={"case": trial.case.public_id, "trial": trial.public_id})
        if trial.state == "done"
        else "",
    }


def _feedback(case: Case) -> list[tuple[str, str]]:
    return [
        (f"{day_of(one.written_at)}　第 {one.version} 版　{VERDICTS[one.verdict]}（{one.use}）", one.text)
        for one in feedback_on(case.details["key"])[:10]
    ]


def _events(case: Case) -> list[dict[str, Any]]:
    names = {**_VERBS, "withdraw": "撤销草稿", "take_effect": "生效", "revoke": "撤回"}
    return [
        {
            "at": event.at,
            "verb": names.get(event.verb, event.verb),
            "actor": event.actor.display_name if event.actor else "系统",
            "reason": event.reason,
        }
        for event in case.events.select_related("actor").order_by("sequence")
    ]


@asks(*READERS, of=CASE)
def draft_file(call: Call, case: Case) -> HttpResponse:
    """The draft as it is, sound or not."""
    return file_answer(dump_draft(body_of(draft_of(case))), case.details["key"])


@asks(Verb.DRAFT_MODEL, of=CASE, methods=("POST",))
@once
def upload_draft(call: Call, case: Case) -> HttpResponse:
    """Put a file in the place of the draft; its key and version stay."""
    upload = UploadForm(call.request.POST, call.request.FILES)
    if upload.is_valid():
        try:
            tree = read_draft(upload.text())
            save_draft(draft_of(case).public_id, tree, actor=call.user, policy=call.policy, now=call.now)
        except Refusal as refusal:
            upload.add_error(None, told(refusal))
        except PolicyError as error:
            upload.add_error(None, "；".join(error.causes))
        else:
            call.tell("已用文件替换草稿的内容。")
            return redirect("office:model_draft", case=case.public_id)
    return page(call, case, blank_decision(call, case), upload)


@asks(Verb.DRAFT_MODEL, of=CASE, methods=("POST",))
@once
def try_model(call: Call, case: Case) -> HttpResponse:
    """Try the draft on the city's records, now or by the worker."""
    try:
        trial = order_trial(draft_of(case).public_id, actor=call.user, policy=call.policy, now=call.now)
    except Refusal as refusal:
        return page(call, case, blank_decision(call, case), problem=told(refusal))
    if trial.state == "done":
        return redirect("office:model_trial", case=case.public_id, trial=trial.public_id)
    call.tell("记录较多，试算由后台办理。过一会儿刷新本页。" if trial.state == "waiting" else trial.reason)
    return redirect("office:model_draft", case=case.public_id)


submit_model, approve_case, return_case, withdraw_case = Decisions(
    draft_of, page, "office:model_draft", submit_draft, approve_model
).views()
