"""Hits of the screening of lists in the office: what was given to whom, and where the person goes on after confirming."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from xinheng.core.list_hit import NAME
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.cases_kinds import CaseKind, StepForm
from xinheng.services.cases import ground_of
from xinheng.services.list_screening import Given, confirm_hit
from xinheng.store.casework import Case
from xinheng.store.subjects import Subject


def _shown(call: Call, case: Case) -> Mapping[str, Any]:
    """``ways`` lead to the cases in which something adverse may be proposed; only once the hit was confirmed."""
    near = Subject.objects.filter(public_id=case.details.get("near", "")).first()
    if near is not None:
        return {"given": _given(case), "near": _near(call, case, near), "ways": _merging(case, near)}
    ground = ground_of(case)
    key = ground.reference if ground else 0
    ways = [
        ("移出守信激励名单", reverse("office:list_entries")),
        ("终止守信激励措施", reverse("office:measures_applied")),
        ("提出失信惩戒措施", f"{reverse('office:new_measure')}?record={key}"),
    ]
    return {
        "given": _given(case),
        "near": None,
        "ways": ways if case.state == "confirmed" else [],
    }


def _given(case: Case) -> list[str]:
    return [Given(one).label for one in case.details.get("given", [])]


def _near(call: Call, case: Case, subject: Subject) -> dict[str, str]:
    """The enterprise here whose name is like the one on the list."""
    return {
        "name": subject.name,
        "code": subject.code or "没有代码",
        "url": call.file_url(subject),
        "score": str(case.details.get("score", "")),
    }


def _merging(case: Case, near: Subject) -> list[tuple[str, str]]:
    """That both are one is a matter of the master first; the entry then meets what was given by itself."""
    if case.state != "confirmed" or case.subject is None:
        return []
    both = {"one": near.code or "", "other": case.subject.code or ""}
    return [("提出合并这两个主体", f"{reverse('office:merges')}?{urlencode(both)}")]


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
