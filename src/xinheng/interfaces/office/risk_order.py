"""The points table by which visits of a draw may be ordered: which one holds, what it says, what it would have found, who decides.

Off by default: without a table that two persons adopted no page orders anything, and with one it is ordered where it is asked for.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.draft_decisions import Decisions, blank_decision, sent_back, why_not
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.owned import CASE
from xinheng.interfaces.office.policy_state import state_on
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import refusals_on
from xinheng.planning.points import Cell, PointsTable, Row
from xinheng.services.approvals import body_of, versions
from xinheng.services.cases import steps_for
from xinheng.services.risk_order import (
    KIND,
    adopted,
    approve_table,
    propose_table,
    table_of,
    watched,
    watches_of,
)
from xinheng.services.risk_trial import Trial
from xinheng.store.casework import Case

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, Verb.READ_DRAW)
_TONES = {"stable": "done", "watch": "clock", "drift": "decide"}
_ORDERS = {
    "model": "按积分",
    "random": "随机",
    "as_it_was": "当时的先后",
    "last_result": "按上次结果",
    "own_rate": "按此前不合格率",
}


class TableForm(forms.Form):
    """A file of ``xinheng plan fit``."""

    file = forms.FileField(
        label="积分表（xinheng plan fit 生成的 .yml）",
        error_messages={"required": "请选择一个文件。", "empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml"}),
    )


@asks(*READERS)
def risk_order(call: Call) -> HttpResponse:
    return _page(call, TableForm())


def _page(call: Call, form: TableForm) -> HttpResponse:
    held = adopted(on=call.today)
    reached = call.reach(Verb.DRAFT_POLICY) | call.reach(Verb.PUBLISH_POLICY)
    drafts = Case.objects.filter(kind=KIND, closed_at__isnull=True, organisation__in=reached)
    last = watched(on=call.today)
    context = {
        "held": {
            "from_on": held.version.from_on,
            "by": f"{held.version.drafted_by.display_name}、{held.version.approved_by.display_name}",
            "digest": held.version.digest,
            **told(held.table),
        }
        if held
        else None,
        "trial": trial_words(last or held.trial) if held else None,
        "watched": last is not None,
        "nights": [
            {key: one[key] for key in ("on", "verdict", "tone", "reasons", "why")}
            for one in map(trial_words, watches_of(held.version) if held else ())
        ],
        "drafts": [_line(case, call) for case in drafts.select_related("opened_by")],
        "versions": [
            {
                "from_on": one.from_on,
                "by": f"{one.drafted_by.display_name}、{one.approved_by.display_name}",
                "learnt": f"{one.body['table']['learnt']['first_day']} 至 {one.body['table']['learnt']['last_day']}",
                "digest": one.digest,
            }
            for one in versions(KIND)
        ],
        "form": form if call.may_somewhere(Verb.DRAFT_POLICY) else None,
        "upload_url": reverse("office:upload_points"),
    }
    return call.render("risk_order", context)


def _line(case: Case, call: Call) -> dict[str, Any]:
    state, tone = state_on(case, call.today)
    return {
        "number": case.number,
        "title": case.title,
        "url": reverse("office:risk_draft", kwargs={"case": case.public_id}),
        "by": case.opened_by.display_name if case.opened_by else "",
        "at": case.opened_at,
        "state": state,
        "tone": tone,
    }


def told(table: PointsTable) -> dict[str, Any]:
    """The table as people read it: features with their steps, what it was learnt from, what was kept out."""
    learnt = table.learnt
    return {
        "learnt": f"{learnt.first_day} 至 {learnt.last_day}，{learnt.visits} 次检查，发现问题 {learnt.failed} 次",
        "doubling": table.points_to_double,
        "rows": [{"title": row.title, "cells": _cells(row)} for row in table.rows],
        "left_out": [(one.column, one.reason) for one in table.left_out],
    }


def _cells(row: Row) -> list[dict[str, Any]]:
    named: list[tuple[str, Cell]] = []
    below = ""
    for step in row.steps:
        label = f"不满 {step.below}" if not below else f"{below} 至不满 {step.below}"
        named.append((label if step.below is not None else f"{below or '0'} 以上", step))
        below = step.below or below
    named += [*row.words.items(), ("未知或者新出现", row.otherwise)]
    return [
        {"label": label, "points": cell.points, "visits": cell.visits, "failed": cell.failed}
        for label, cell in named
    ]


def trial_words(trial: Trial) -> dict[str, Any]:
    """The figures of a trial, as pages say them."""
    half = trial.half or {}
    return {
        "why": trial.why,
        "on": trial.on,
        "about": f"这张表用它学到的最后一天以后（{trial.since} 起）的 {trial.visits} 次检查检验，其中发现问题 {trial.failed} 次。"
        if trial.own
        else f"新的检查还太少，检验的是同一方法：只用 {trial.since} 以前的检查学习，用此后的 {trial.visits} 次检验，其中发现问题 {trial.failed} 次。",
        "area": f"{trial.area / 1000:.3f}" if trial.area is not None else "",
        "half": [
            {"order": _ORDERS.get(name, name), "share": f"{share / 10:.1f}%"} for name, share in half.items()
        ],
        "verdict": trial.verdict.label if trial.verdict else "不能判断",
        "tone": _TONES[trial.verdict.value] if trial.verdict else "",
        "reasons": trial.reasons,
    }


@asks(Verb.DRAFT_POLICY, methods=("POST",))
@once
def upload(call: Call) -> HttpResponse:
    """Send the table of a file to the decider."""
    form = TableForm(call.request.POST, call.request.FILES)
    if form.is_valid():
        with refusals_on(form):
            file = form.cleaned_data["file"]
            case = propose_table(
                file.read(), name=file.name, actor=call.user, policy=call.policy, now=call.now
            )
            call.tell("积分表已送批，由另一人批准后才能用来排先后。")
            return redirect("office:risk_draft", case=case.public_id)
    return _page(call, form)


def draft_of(case: Case) -> Case:
    if case.kind != KIND:
        raise Refusal("RO9", "这个事项不是积分表。", advice="请从“风险排序”或“审批事项”中打开。")
    return case


@asks(Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, of=CASE)
def risk_draft(call: Call, case: Case) -> HttpResponse:
    return _draft_page(call, draft_of(case), blank_decision(call, case))


def _draft_page(call: Call, case: Case, form: forms.Form, *, problem: str = "") -> HttpResponse:
    case.refresh_from_db()
    body, part = body_of(case), {"case": case.public_id}
    verbs = {step.verb for step in steps_for(case, call.user, on=call.today)}
    context = {
        "crumbs": [Crumb("风险排序", reverse("office:risk_order")), Crumb(case.number)],
        "case": _line(case, call),
        "problem": problem,
        "sent_back": sent_back(case),
        "table": told(table_of(body)),
        "trial": trial_words(Trial.read(body["trial"])),
        "form": form if verbs & {"approve", "return", "withdraw"} else None,
        "approve_url": reverse("office:approve_points", kwargs=part) if "approve" in verbs else "",
        "return_url": reverse("office:return_points", kwargs=part) if "return" in verbs else "",
        "withdraw_url": reverse("office:withdraw_points", kwargs=part) if "withdraw" in verbs else "",
        "why_not": why_not(call, case, verbs),
    }
    return call.render("risk_draft", context)


_, approve, send_back, withdraw = Decisions(
    draft_of,
    _draft_page,
    "office:risk_draft",
    None,
    approve_table,
    after="，抽取记录页可以按风险排先后",
).views()
