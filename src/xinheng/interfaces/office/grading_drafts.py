"""A policy of supervision from its draft to its approval: what it says, what speaks against it, what it changes, who decides.

A band is saved as it stands, sound or not; what is wrong with it is said beside it, before saving by script and after saving
without one.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xinheng.core.grading_change import Finding, Tree
from xinheng.core.inspection_matters import Weight
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.draft_decisions import Decisions, blank_decision, sent_back, why_not
from xinheng.interfaces.office.grading_forms import BandForm, HeadForm, figure_words
from xinheng.interfaces.office.gradings import draft_line
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.web.figures import per_mille
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.approvals import body_of
from xinheng.services.cases import steps_for
from xinheng.services.gradings import (
    approve_grading,
    changes_of,
    check_grading,
    name_of,
    save_band,
    save_head,
    submit_grading,
)
from xinheng.services.policies import GRADING
from xinheng.store.casework import Case

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY)


def draft_of(case: Case) -> Case:
    if case.kind != GRADING:
        raise Refusal(
            "GP9", "这个事项不是分级分类政策的草稿。", advice="请从“分级分类政策”或“审批事项”中打开。"
        )
    return case


@asks(*READERS, of=CASE, methods=("GET", "POST"))
def grading_draft(call: Call, case: Case) -> HttpResponse:
    tree = body_of(draft_of(case))
    if call.request.method != "POST":
        return _page(call, case, blank_decision(call, case))
    call.demand(Verb.DRAFT_POLICY, call.of(case.organisation_id))
    return _headed(call, case, tree)


@once
def _headed(call: Call, case: Case, tree: Tree) -> HttpResponse:
    head = HeadForm(call.policy, tree, call.today, call.request.POST)
    if head.is_valid():
        save_head(case.public_id, head.tree(), actor=call.user, policy=call.policy, now=call.now)
        call.tell("已保存。")
        return redirect("office:grading_draft", case=case.public_id)
    return _page(call, case, blank_decision(call, case), head=head)


def _page(
    call: Call, case: Case, form: forms.Form, *, head: HeadForm | None = None, problem: str = ""
) -> HttpResponse:
    case.refresh_from_db()
    tree, part = body_of(case), {"case": case.public_id}
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    open_one = case.state in ("drafted", "submitted")
    found = check_grading(tree, policy=call.policy, on=call.today) if open_one else ()
    context = {
        "crumbs": [Crumb("分级分类政策", reverse("office:gradings")), Crumb(case.number)],
        "case": draft_line(case, call),
        "field": name_of(case.details["key"], policy=call.policy),
        "problem": problem,
        "sent_back": sent_back(case),
        "findings": _lines(case, tree, found),
        "checked": open_one,
        "bands": [_band(call, case, band) for band in tree["bands"]],
        "changes": changes_of(case, policy=call.policy, on=call.today) if open_one else (),
        "may_edit": "edit" in verbs,
        "head": head or HeadForm(call.policy, tree, call.today),
        "head_url": reverse("office:grading_draft", kwargs=part),
        "submit_url": reverse("office:submit_grading", kwargs=part)
        if "submit" in verbs and not found
        else "",
        "form": form if verbs & {"approve", "return", "withdraw"} else None,
        "approve_url": reverse("office:approve_grading", kwargs=part) if "approve" in verbs else "",
        "return_url": reverse("office:return_grading", kwargs=part) if "return" in verbs else "",
        "withdraw_url": reverse("office:withdraw_grading", kwargs=part) if "withdraw" in verbs else "",
        "why_not": why_not(call, case, verbs),
    }
    return call.render("grading_draft", context)


def _band(call: Call, case: Case, band: Tree) -> dict[str, Any]:
    depth = band.get("depth")
    return {
        "name": band.get("name") or "（未命名）",
        "url": _band_url(case, str(band["key"])),
        "grades": list(band.get("grades") or ()),
        "ratio": figure_words(band.get("ratio"), per_mille, call.today),
        "eased": figure_words(band.get("eased"), per_mille, call.today) if band.get("eased") else "",
        "visits": figure_words(band.get("visits_per_year"), "{} 次".format, call.today),
        "depth": f"查到{Weight(depth).label}" if depth in set(Weight) else "全部",
        "items": band.get("items") or "",
        "exempt": bool(band.get("exempt")),
        "waivers": band.get("waivers") or "",
    }


def _band_url(case: Case, key: str) -> str:
    return reverse("office:grading_band", kwargs={"case": case.public_id, "band": key})


def _lines(case: Case, tree: Tree, found: tuple[Finding, ...]) -> list[dict[str, str]]:
    names = {str(one["key"]): str(one.get("name") or one["key"]) for one in tree["bands"]}
    return [
        {
            "place": names.get(one.band, "政策"),
            "url": _band_url(case, one.band) if one.band in names else "#head",
            "sentence": one.sentence,
        }
        for one in found
    ]


@asks(*READERS, of=CASE, methods=("GET", "POST"))
def grading_band(call: Call, case: Case, band: str) -> HttpResponse:
    """One band of the draft."""
    tree = body_of(draft_of(case))
    known = next((one for one in tree["bands"] if one["key"] == band), None)
    if known is None:
        raise Http404
    if call.request.method != "POST":
        return _band_page(call, case, known, BandForm(call.policy, known, call.today))
    call.demand(Verb.DRAFT_POLICY, call.of(case.organisation_id))
    form = BandForm(call.policy, known, call.today, call.request.POST)
    if call.request.POST.get("action") == "check":
        lines = _as_typed(call, case, tree, band, form)
        return render(call.request, "office/model_findings.html", {"findings": lines, "checked": True})
    return _answered(call, case, known, form)


def _as_typed(call: Call, case: Case, tree: Tree, key: str, form: BandForm) -> list[dict[str, str]]:
    """What is wrong with the band as it stands in the form."""
    if not form.is_valid():
        return []
    bands = [{**one, **form.tree()} if one["key"] == key else one for one in tree["bands"]]
    known = set(check_grading(tree, policy=call.policy, on=call.today))
    found = check_grading({**tree, "bands": bands}, policy=call.policy, on=call.today)
    mine = tuple(one for one in found if one.band == key or one not in known)
    return [{**line, "url": "#findings"} for line in _lines(case, tree, mine)]


@once
def _answered(call: Call, case: Case, known: Tree, form: BandForm) -> HttpResponse:
    if not form.is_valid():
        return _band_page(call, case, known, form)
    key = str(known["key"])
    save_band(case.public_id, key, form.tree(), actor=call.user, policy=call.policy, now=call.now)
    call.tell("已保存。")
    return redirect("office:grading_band", case=case.public_id, band=key)


def _band_page(call: Call, case: Case, known: Tree, form: BandForm) -> HttpResponse:
    tree, key = body_of(case), str(known["key"])
    found = check_grading(tree, policy=call.policy, on=call.today)
    case_url = reverse("office:grading_draft", kwargs={"case": case.public_id})
    heading = str(known.get("name") or "（未命名）")
    context = {
        "crumbs": [
            Crumb("分级分类政策", reverse("office:gradings")),
            Crumb(case.number, case_url),
            Crumb(heading),
        ],
        "heading": heading,
        "form": form,
        "findings": _lines(case, tree, tuple(one for one in found if one.band == key)),
        "may_save": case.state == "drafted"
        and bool(call.may(Verb.DRAFT_POLICY, call.of(case.organisation_id))),
        "draft_url": case_url,
    }
    return call.render("grading_band", context)


submit, approve, send_back, withdraw = Decisions(
    draft_of,
    _page,
    "office:grading_draft",
    submit_grading,
    approve_grading,
    after="，并在公示网站公开",
).views()
