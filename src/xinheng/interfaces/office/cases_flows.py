"""Versions of flows and the running cases in each; bringing cases to a newer version, and back, by two persons."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.access import Target
from xinheng.core.flow_migration import Line
from xinheng.core.flows import Flow, hands
from xinheng.core.procedures import flow_of, flows
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role, Verb
from xinheng.interfaces.office.access import Call, Owned, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.web.parts import Crumb
from xinheng.interfaces.web.refusals import told
from xinheng.services.case_moves import carry_out, plan_of, propose_migration, propose_undo, try_plan
from xinheng.store.accounts import User
from xinheng.store.case_moves import FlowMigration
from xinheng.store.casework import Case

READ = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY)
MOST = 500
_COUNTERPARTS = ("states", "verbs", "clocks")
Words = Mapping[str, str]


def _found(public_id: str) -> FlowMigration | None:
    kept = FlowMigration.objects.select_related("proposed_by", "done_by", "undoes")
    return kept.filter(public_id=public_id).first()


def _of_city(call: Call, row: FlowMigration) -> Target:
    """A migration concerns the cases of every unit."""
    return Target(organisations=(call.tree.root,))


MIGRATION = Owned("migration", _found, _of_city)


class PlanForm(forms.Form):
    """Counterparts as lines ``旧=新``; what is not named keeps its name."""

    flow = forms.CharField(widget=forms.HiddenInput, max_length=40)
    old = forms.IntegerField(widget=forms.HiddenInput)
    new = forms.IntegerField(widget=forms.HiddenInput)
    states = forms.CharField(label="状态", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    verbs = forms.CharField(label="步骤", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    clocks = forms.CharField(label="期限", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    reason = forms.CharField(label="理由", required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """Every line is a pair; the plan itself says where a name is unknown."""
        given: dict[str, Any] = self.cleaned_data
        for name in _COUNTERPARTS:
            for line in given.get(name, "").splitlines():
                if line.strip() and not all(part.strip() for part in line.partition("=")):
                    self.add_error(name, f"“{line.strip()[:40]}”没有写成 旧=新。")
        return given

    def counterparts(self, old: Mapping[str, Words], new: Mapping[str, Words]) -> dict[str, dict[str, str]]:
        """By the names of the program; ``old`` and ``new`` give the words that pages show for them."""
        return {name: _pairs(self.cleaned_data[name], old[name], new[name]) for name in _COUNTERPARTS}


def _pairs(text: str, old: Words, new: Words) -> dict[str, str]:
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {_key(left, old): _key(right, new) for left, _, right in lines}


def _key(written: str, words: Words) -> str:
    """What somebody wrote as the page shows it, if one thing alone is called so; else as it stands."""
    found = [key for key, title in words.items() if title == written.strip()]
    return found[0] if len(found) == 1 else written.strip()


def _words(call: Call, flow: Flow) -> dict[str, Words]:
    """Titles of the states, steps and clocks of a version, by their names."""
    return {
        "states": {state.key: state.title for state in flow.states},
        "verbs": {step.verb: step.title for step in flow.steps},
        "clocks": {key: _term(call, key) for step in flow.steps for key in step.starts},
    }


def _term(call: Call, key: str) -> str:
    known = key in call.policy.parameters
    return call.policy.parameter(key, on=call.today).title if known else key


def _counterparts(call: Call, form: PlanForm) -> dict[str, dict[str, str]]:
    """As typed where a version is unknown: the plan refuses it."""
    given = form.cleaned_data
    known = {(flow.name, flow.version): flow for flow in flows()}
    old, new = (known.get((given["flow"], given[one])) for one in ("old", "new"))
    nothing: dict[str, Words] = {key: {} for key in _COUNTERPARTS}
    return form.counterparts(_words(call, old) if old else nothing, _words(call, new) if new else nothing)


@asks(*READ, methods=("GET", "POST"))
@once
def flow_versions(call: Call) -> HttpResponse:
    """Flows and versions; a plan is tried, or sent to the second person."""
    if call.request.method != "POST":
        return _page(call)
    form = PlanForm(call.request.POST)
    if not form.is_valid():
        return _page(call, form)
    given = form.cleaned_data
    try:
        plan = plan_of(given["flow"], given["old"], given["new"], _counterparts(call, form))
        if "try" in call.request.POST:
            return _page(call, form, try_plan(plan))
        row = propose_migration(plan, actor=call.user, reason=given["reason"], now=call.now)
    except Refusal as refusal:
        form.add_error(None, told(refusal))
        return _page(call, form)
    call.tell("已写成迁移清单，由另一人办理。")
    return redirect("office:flow_migration", migration=row.public_id)


def _page(call: Call, form: PlanForm | None = None, lines: tuple[Line, ...] | None = None) -> HttpResponse:
    running = {
        (flow, version): number
        for flow, version, number in Case.objects.filter(closed_at__isnull=True)
        .order_by()
        .values_list("flow", "flow_version")
        .annotate(Count("pk"))
    }
    newest = {flow.name: flow.version for flow in flows()}
    versions = [
        {
            "title": flow.title,
            "name": flow.name,
            "version": flow.version,
            "running": running.get((flow.name, flow.version), 0),
            "form": _form_of(form, flow.name, flow.version, newest[flow.name]),
        }
        for flow in flows()
    ]
    context = {
        "crumbs": [Crumb("办理事项", reverse("office:cases")), Crumb("流程版本")],
        "versions": versions,
        "lines": None if lines is None or form is None else _tried(call, form, lines),
        "migrations": [_row(row) for row in FlowMigration.objects.order_by("-pk")[:50]],
    }
    return call.render("flow_versions", context)


def _form_of(form: PlanForm | None, name: str, version: int, newest: int) -> PlanForm | None:
    """A form for a version that has a newer one; the one that was sent keeps what was typed."""
    if version == newest:
        return None
    if form is not None and form.data.get("flow") == name and form.data.get("old") == str(version):
        return form
    return PlanForm(initial={"flow": name, "old": version, "new": newest}, auto_id=f"{name}{version}_%s")


def _tried(call: Call, form: PlanForm, lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    given = form.cleaned_data
    old, new = (flow_of(given["flow"], given[one]) for one in ("old", "new"))
    return [
        _shown(
            call,
            (old, new),
            {
                "number": line.number,
                "from": line.from_state,
                "to": line.to_state,
                "clocks": line.clocks,
                "waits_for": line.waits_for,
                "barred": line.barred,
            },
            why_not=line.why_not,
        )
        for line in lines[:MOST]
    ]


def _shown(
    call: Call, ways: tuple[Flow, Flow], line: Mapping[str, Any], *, why_not: str = ""
) -> dict[str, Any]:
    """A line in the words that people know; ``ways``: the version it comes from and that it goes to."""
    old, new = ({state.key: state.title for state in flow.states} for flow in ways)
    clocks = ((_term(call, before), _term(call, after)) for before, after in line["clocks"])
    return {
        "number": line["number"],
        "from": old.get(line["from"], line["from"]),
        "to": new.get(line["to"], line["to"]),
        "clocks": "、".join(before if before == after else f"{before} → {after}" for before, after in clocks),
        "waits_for": "、".join(Role(role).label for role in line["waits_for"]),
        "barred": _names(tuple(line["barred"])),
        "why_not": why_not,
    }


def _names(persons: tuple[int, ...]) -> str:
    return "、".join(
        User.objects.filter(pk__in=persons).order_by("pk").values_list("display_name", flat=True)
    )


def _row(row: FlowMigration) -> dict[str, Any]:
    return {
        "title": f"{flow_of(row.flow, row.to_version).title} {_versions_of(row)}",
        "url": reverse("office:flow_migration", kwargs={"migration": row.public_id}),
        "cases": len(row.lines),
        "proposed_at": row.proposed_at,
        "state": ("已退回" if _undone(row) else "已办理") if row.done_at else "待另一人办理",
        "tone": "done" if row.done_at else "decide",
    }


def _undone(row: FlowMigration) -> bool:
    return row.undone_by.filter(done_at__isnull=False).exists()


def _versions_of(row: FlowMigration) -> str:
    if row.undoes_id:
        return f"{row.to_version} → {row.from_version}（退回）"
    return f"{row.from_version} → {row.to_version}"


@asks(*READ, of=MIGRATION, methods=("GET", "POST"))
@once
def flow_migration(call: Call, row: FlowMigration) -> HttpResponse:
    """The list that both persons see; carrying it out, or asking for it to be undone."""
    wrong, reason = "", call.request.POST.get("reason", "")[:500]
    if call.request.method == "POST":
        try:
            if "undo" in call.request.POST:
                made = propose_undo(row.public_id, actor=call.user, reason=reason, now=call.now)
                call.tell("已提出退回，由另一人办理。")
                return redirect("office:flow_migration", migration=made.public_id)
            count = carry_out(row.public_id, actor=call.user, now=call.now)
            call.tell(f"已办理，{count} 件事项。")
            return redirect("office:flow_migration", migration=row.public_id)
        except Refusal as refusal:
            wrong = told(refusal)
            row.refresh_from_db()
    return _migration(call, row, wrong, reason)


def _migration(call: Call, row: FlowMigration, wrong: str, reason: str) -> HttpResponse:
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb("流程版本", reverse("office:flow_versions")),
            Crumb("迁移"),
        ],
        "row": {
            **_row(row),
            "reason": row.reason,
            "proposed_by": row.proposed_by.display_name,
            "done_by": row.done_by.display_name if row.done_by else "",
            "done_at": row.done_at,
            "digest": row.digest,
        },
        "lines": _written(call, row),
        "more": max(len(row.lines) - MOST, 0),
        "wrong": wrong,
        "typed": reason,
        "may_do": row.done_at is None
        and row.proposed_by_id != call.user.pk
        and call.may_somewhere(Verb.PUBLISH_POLICY),
        "may_undo": row.done_at is not None
        and row.undoes_id is None
        and not _undone(row)
        and call.may_somewhere(Verb.DRAFT_POLICY),
    }
    return call.render("flow_migration", context)


def _written(call: Call, row: FlowMigration) -> list[dict[str, Any]]:
    """The list as both persons see it; one that takes cases back is read the other way round."""
    old, new = flow_of(row.flow, row.from_version), flow_of(row.flow, row.to_version)
    if row.undoes_id is None:
        return [_shown(call, (old, new), line) for line in row.lines[:MOST]]
    back = (_back(old, line) for line in row.lines[:MOST])
    return [_shown(call, (new, old), line) for line in back]


def _back(old: Flow, line: Mapping[str, Any]) -> dict[str, Any]:
    state = line["before"]["state"]
    return {
        **line,
        "from": line["to"],
        "to": state,
        "clocks": [(after, before) for before, after in line["clocks"]],
        "waits_for": sorted(hands(old, state=state)),
        "barred": (),
    }
