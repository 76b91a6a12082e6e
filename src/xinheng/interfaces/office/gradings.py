"""The policies of supervision field by field: which one holds, which is being drafted, and every version there was."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xinheng.core.grading_change import GENERAL
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.once import once
from xinheng.interfaces.office.policy_state import state_on
from xinheng.interfaces.office.units import units_reached
from xinheng.interfaces.web.refusals import told
from xinheng.services.gradings import (
    all_versions,
    fields_of,
    name_of,
    number_of,
    open_drafts,
    start_grading,
)
from xinheng.services.measures_grounds import sectors_of
from xinheng.store.casework import Case
from xinheng.store.organisations import Organisation
from xinheng.store.policy_versions import PolicyVersion

READERS = (Verb.DRAFT_POLICY, Verb.PUBLISH_POLICY, Verb.READ_DRAW)


@asks(*READERS)
def gradings(call: Call) -> HttpResponse:
    return _page(call)


def _page(call: Call, *, problem: str = "") -> HttpResponse:
    reached = call.reach(Verb.DRAFT_POLICY) | call.reach(Verb.PUBLISH_POLICY)
    drafts = {case.details["key"]: case for case in open_drafts().filter(organisation__in=reached)}
    units = units_reached(call, Verb.DRAFT_POLICY) if call.may_somewhere(Verb.DRAFT_POLICY) else {}
    named = {one.sector: one for one in call.policy.grading.fields}
    context = {
        "problem": problem,
        "fields": [
            {
                **_field(call, key),
                "named": call.policy.sources[named[key].basis[0].source].cite(named[key].basis[0].clause)
                if key in named
                else "",
                "draft": draft_line(drafts[key], call) if key in drafts else None,
                "units": _units(call, key, units) if key not in drafts else [],
            }
            for key in (GENERAL, *fields_of(call.policy))
        ],
        "versions": [_version(call, one) for one in all_versions()],
        "start_url": reverse("office:start_grading"),
        "public_url": reverse("portal:grading"),
    }
    return call.render("gradings", context)


def _field(call: Call, key: str) -> dict[str, Any]:
    own = call.policy.grading if key == GENERAL else call.policy.sector_gradings.get(key)
    holding = own or call.policy.grading_for(key)
    known = call.policy.sectors.sectors.get(holding.sector or "")
    address = reverse("portal:grading")
    return {
        "key": key,
        "name": name_of(key, policy=call.policy),
        "own": own is not None,
        "holding": holding.title if own else f"适用{known.title if known else '全市'}的政策",
        "url": address if key == GENERAL else f"{address}?sector={key}",
    }


def draft_line(case: Case, call: Call) -> dict[str, Any]:
    state, tone = state_on(case, call.today)
    return {
        "number": case.number,
        "title": case.title,
        "url": reverse("office:grading_draft", kwargs={"case": case.public_id}),
        "by": case.opened_by.display_name if case.opened_by else "",
        "at": case.opened_at,
        "state": state,
        "tone": tone,
    }


def _units(call: Call, key: str, units: dict[str, Organisation]) -> list[tuple[str, str]]:
    """The organs within reach that are in charge of the field."""
    policy = call.policy
    fitting = {
        public_id: unit
        for public_id, unit in units.items()
        if (key == GENERAL and (unit.parent_id is None or unit.key in policy.city.lead))
        or key in sectors_of(unit, policy)
    }
    return [(public_id, call.tree.name(unit.pk)) for public_id, unit in fitting.items()]


def _version(call: Call, version: PolicyVersion) -> dict[str, Any]:
    later = version.from_on > call.today
    newest = all_versions().filter(key=version.key, from_on__lte=call.today).first()
    current = newest is not None and newest.pk == version.pk
    address = f"{reverse('portal:grading')}?on={version.from_on}"
    return {
        "title": f"{name_of(version.key, policy=call.policy)} 第 {number_of(version)} 版",
        "url": address if version.key == GENERAL else f"{address}&sector={version.key}",
        "from_on": version.from_on,
        "digest": version.digest,
        "by": f"{version.drafted_by.display_name}、{version.approved_by.display_name}",
        "state": f"尚未生效，自 {version.from_on} 起施行" if later else "现行" if current else "已被取代",
        "tone": "clock" if later else "done" if current else "",
    }


@asks(Verb.DRAFT_POLICY, methods=("POST",))
@once
def start(call: Call) -> HttpResponse:
    """Open the draft of the next version for a field and the organ in charge of it."""
    unit = units_reached(call, Verb.DRAFT_POLICY).get(call.request.POST.get("unit", ""))
    try:
        if unit is None:
            raise Refusal("GP6", "没有选择起草单位。", advice="请选择负责该领域的单位。")
        case = start_grading(
            call.request.POST.get("field", ""),
            organisation=unit,
            actor=call.user,
            policy=call.policy,
            now=call.now,
        )
    except Refusal as refusal:
        return _page(call, problem=told(refusal))
    return redirect("office:grading_draft", case=case.public_id)
