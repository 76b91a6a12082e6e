"""A local supplement from its first item to its approval: what it adds, what speaks against it, who decides.

An item is saved as it stands, sound or not; what is wrong with it is said beside it, before saving by script and after
saving without one.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xinheng.core.catalogue_change import Tree, all_differences, parse_supplement
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.documents.catalogue import edition_of
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.catalogue_forms import SPARE, HeadForm, ItemForm
from xinheng.interfaces.office.catalogue_shown import (
    case_line,
    finding_lines,
    item_url,
    sharing_lines,
    sharing_url,
)
from xinheng.interfaces.office.draft_decisions import Decisions, blank_decision, why_not
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.parts import Crumb, Stage
from xinheng.services.approvals import body_of
from xinheng.services.cases import steps_for
from xinheng.services.catalogues import (
    approve_supplement,
    check_supplement,
    drop_item,
    feeds_without_item,
    save_head,
    save_item,
    submit_supplement,
    versions_of,
)
from xinheng.services.policies import CATALOGUE
from xinheng.services.time import day_of
from xinheng.store.casework import Case

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY)
NEW = "new"
_NAMES = {
    "draft": "草拟", "edit": "修改", "submit": "送审", "approve": "批准", "return": "退回", "withdraw": "撤销草稿",
    "take_effect": "生效", "revoke": "撤回",
}  # fmt: skip


def draft_of(case: Case) -> Case:
    if case.kind != CATALOGUE:
        raise Refusal("CT9", "这个事项不是补充目录的草稿。", advice="请从“信用信息目录”或“审批事项”中打开。")
    return case


@asks(*READERS, of=CASE, methods=("GET", "POST"))
def catalogue_draft(call: Call, case: Case) -> HttpResponse:
    tree = body_of(draft_of(case))
    if call.request.method != "POST":
        return _page(call, case, blank_decision(call, case))
    call.demand(Verb.DRAFT_POLICY, call.of(case.organisation_id))
    return _headed(call, case, tree)


@once
def _headed(call: Call, case: Case, tree: Tree) -> HttpResponse:
    head = HeadForm(call.request.POST)
    if head.is_valid():
        save_head(case.public_id, **head.cleaned_data, actor=call.user, policy=call.policy, now=call.now)
        call.tell("已保存。")
        return redirect("office:catalogue_draft", case=case.public_id)
    return _page(call, case, blank_decision(call, case), head=head)


def _page(
    call: Call, case: Case, form: forms.Form, *, head: HeadForm | None = None, problem: str = ""
) -> HttpResponse:
    case.refresh_from_db()
    tree, part = body_of(case), {"case": case.public_id}
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    open_one = case.state in ("drafted", "submitted")
    found = check_supplement(tree, policy=call.policy, on=call.today) if open_one else ()
    context = {
        "crumbs": [Crumb("信用信息目录", reverse("office:catalogue")), Crumb(case.number)],
        "case": {**case_line(case, today=call.today), "version": tree.get("version")},
        "problem": problem,
        "findings": finding_lines(case, tree, found, policy=call.policy),
        "checked": open_one,
        "stages": _stages(case),
        "items": _items(case, tree),
        "stated": sharing_lines(tree, call.policy),
        "sharing_url": sharing_url(case) if str(tree["area"]) == call.policy.city.code else "",
        "changes": _changes(call, case, tree),
        "silenced": _silenced(call, tree),
        "may_edit": "edit" in verbs,
        "head": head or HeadForm(initial={"title": tree.get("title"), "note": tree.get("note")}),
        "head_url": reverse("office:catalogue_draft", kwargs=part),
        "new_url": item_url(case, NEW) if "edit" in verbs else "",
        "submit_url": reverse("office:submit_supplement", kwargs=part)
        if "submit" in verbs and not found
        else "",
        "events": _events(case),
        "form": form if verbs & {"approve", "return", "withdraw"} else None,
        "approve_url": reverse("office:approve_supplement", kwargs=part) if "approve" in verbs else "",
        "return_url": reverse("office:return_supplement", kwargs=part) if "return" in verbs else "",
        "withdraw_url": reverse("office:withdraw_supplement", kwargs=part) if "withdraw" in verbs else "",
        "why_not": why_not(call, case, verbs),
    }
    return call.render("catalogue_draft", context)


def _items(case: Case, tree: Tree) -> list[dict[str, Any]]:
    return [
        {
            "number": item.get("number"),
            "title": item.get("title") or "（未命名）",
            "url": item_url(case, code),
            "fields": len(item.get("fields") or {}),
            "basis": len(item.get("basis") or []),
        }
        for code, item in (tree.get("items") or {}).items()
    ]


def _changes(call: Call, case: Case, tree: Tree) -> list[Any]:
    """Against the version that holds last; empty while the draft is not sound."""
    last = versions_of(str(tree["area"])).exclude(case=case).first()
    try:
        new = parse_supplement(tree)
    except PolicyError:
        return []
    old = parse_supplement(last.body) if last else None
    return list(all_differences(old, new, names=edition_of(call.policy, on=call.today).names))


def _silenced(call: Call, tree: Tree) -> tuple[str, ...]:
    try:
        return feeds_without_item(parse_supplement(tree), policy=call.policy)
    except PolicyError:
        return ()


def _stages(case: Case) -> list[Stage]:
    done = {"drafted": 0, "withdrawn": 1, "submitted": 2}.get(case.state, 3)
    names = {"draft": "起草", "submit": "送审", "approve": "批准并定生效日"}
    days = {event.verb: day_of(event.at) for event in case.events.order_by("sequence")}
    stages = []
    for place, (verb, name) in enumerate(names.items()):
        state = "done" if place < done else "now" if place == done else "ahead"
        stages.append(Stage(name, state, on=days.get(verb) if state == "done" else None))
    return stages


def _events(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at,
            "verb": _NAMES.get(event.verb, event.verb),
            "actor": event.actor.display_name if event.actor else "系统",
            "reason": event.reason,
        }
        for event in case.events.select_related("actor").order_by("sequence")
    ]


@asks(*READERS, of=CASE, methods=("GET", "POST"))
def supplement_item(call: Call, case: Case, item: str) -> HttpResponse:
    """One item of the draft; ``new`` is one that is not in it yet."""
    tree = body_of(draft_of(case))
    known = (tree.get("items") or {}).get(item)
    if known is None and item != NEW:
        raise Http404
    shown = ItemForm.initial_of(known or {})
    if call.request.method != "POST":
        rows = len((known or {}).get("fields") or {}) + SPARE
        return _item_page(call, case, item, ItemForm(call.policy, rows, initial=shown), tree)
    call.demand(Verb.DRAFT_POLICY, call.of(case.organisation_id))
    form = ItemForm(call.policy, _rows(call), call.request.POST, initial=shown)
    if call.request.POST.get("action") == "check":
        lines = _findings(call, case, item, form, tree)
        return render(call.request, "office/model_findings.html", {"findings": lines, "checked": True})
    return _answered(call, case, item, form, tree)


def _rows(call: Call) -> int:
    text = call.request.POST.get("rows", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else SPARE


def _findings(call: Call, case: Case, code: str, form: ItemForm, tree: Tree) -> list[dict[str, str]]:
    """What is wrong with the item as it stands in the form."""
    if not form.is_valid():
        return []
    items, numbers = dict(tree.get("items") or {}), {"number": 32767, "national": False}
    key = "local_32767" if code == NEW else code
    items[key] = {
        **form.tree(),
        **(numbers if code == NEW else {"number": items[key]["number"], "national": False}),
    }
    changed = {**tree, "items": items}
    found = check_supplement(changed, policy=call.policy, on=call.today)
    mine = tuple(one for one in found if one.item == key)
    return [{**line, "url": "#findings"} for line in finding_lines(case, changed, mine, policy=call.policy)]


@once
def _answered(call: Call, case: Case, code: str, form: ItemForm, tree: Tree) -> HttpResponse:
    action = call.request.POST.get("action", "")
    given: dict[str, Any] = {"actor": call.user, "policy": call.policy, "now": call.now}
    if action == "remove" and code != NEW:
        drop_item(case.public_id, code, **given)
        call.tell("已从草稿中删去这个信息项。")
        return redirect("office:catalogue_draft", case=case.public_id)
    if not form.is_valid():
        return _item_page(call, case, code, form, tree)
    if action == "more":
        more = ItemForm(call.policy, form.rows + 2 * SPARE, initial={**form.cleaned_data})
        return _item_page(call, case, code, more, tree)
    _, saved = save_item(case.public_id, form.tree(), code="" if code == NEW else code, **given)
    call.tell("已保存。")
    return redirect("office:supplement_item", case=case.public_id, item=saved)


def _own(call: Call, case: Case, tree: Tree, code: str) -> list[dict[str, str]]:
    """What is wrong with one item of the draft."""
    found = check_supplement(tree, policy=call.policy, on=call.today)
    return finding_lines(case, tree, tuple(one for one in found if one.item == code), policy=call.policy)


def _item_page(call: Call, case: Case, code: str, form: ItemForm, tree: Tree) -> HttpResponse:
    known = (tree.get("items") or {}).get(code) or {}
    lines: list[dict[str, str]] = []
    if code != NEW:
        lines = _own(call, case, tree, code)
    case_url = reverse("office:catalogue_draft", kwargs={"case": case.public_id})
    may_save = case.state == "drafted" and bool(call.may(Verb.DRAFT_POLICY, call.of(case.organisation_id)))
    heading = str(known.get("title") or "") or ("增加信息项" if code == NEW else "（未命名）")
    context = {
        "crumbs": [
            Crumb("信用信息目录", reverse("office:catalogue")),
            Crumb(case.number, case_url),
            Crumb(heading),
        ],
        "heading": heading,
        "number": known.get("number"),
        "form": form,
        "findings": lines,
        "may_save": may_save,
        "listed": code != NEW,
        "draft_url": case_url,
    }
    return call.render("catalogue_part", context)


submit, approve, send_back, withdraw = Decisions(
    draft_of,
    _page,
    "office:catalogue_draft",
    submit_supplement,
    approve_supplement,
    after="，并在公示网站公开",
).views()
