"""Hits of the screening of lists in the office: what was given to whom, and where the person goes on after confirming."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from xinheng.core.list_hit import NAME
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm
from xinheng.services.cases import ground_of
from xinheng.services.list_screening import Given, confirm_hit
from xinheng.store.casework import Case


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    """``ways`` lead to the cases in which something adverse may be proposed; only once the hit was confirmed."""
    ground = ground_of(case)
    key = ground.reference if ground else 0
    ways = [
        ("移出守信激励名单", reverse("office:list_entries")),
        ("终止守信激励措施", reverse("office:measures_applied")),
        ("提出失信惩戒措施", f"{reverse('office:new_measure')}?record={key}"),
    ]
    return {
        "given": [Given(one).label for one in case.details.get("given", [])],
        "ways": ways if case.state == "confirmed" else [],
    }


def _confirm(call: Call, case: Case, verb: str, form: StepForm) -> Case:
    given = form.cleaned_data
    return confirm_hit(
        case, actor=call.user, policy=call.policy, now=call.now, reason=given["reason"], seen=given["seen"]
    )


LIST_HIT = CaseKind(
    key=NAME,
    title="名单比对核实",
    part="office/case_hit.html",
    shown=_shown,
    acts={"confirm": _confirm},
)
