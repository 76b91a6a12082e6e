"""The words with which the papers of a visit begin: what the case knows stands in the form, the officer completes it.

Nothing is left to be copied by hand that could be copied wrongly: matter, basis, certificates, count and code.
"""

from collections.abc import Callable
from datetime import date

from xinheng.core.policy import Policy
from xinheng.services.joint_visits import together_with
from xinheng.services.reach import tree
from xinheng.services.time import day_of
from xinheng.services.visits import results_of
from xinheng.services.visits_on_site import last_sheet
from xinheng.store.casework import Case
from xinheng.store.visits import Visit

Words = dict[str, str | date]


def words_of(case: Case, kind: str, *, policy: Policy, on: date) -> Words:
    """Fields of the letter by key; none for a case that is no visit and for other letters."""
    make = _PAPERS.get(kind)
    visit = Visit.objects.select_related("plan", "subject").filter(case=case).first() if make else None
    if make is None or visit is None:
        return {}
    return {
        "matter": visit.matter,
        "basis": visit.plan.basis,
        "officers": "\n".join(visit.certificates),
        "frequency": f"{visit.year}年第{visit.number}次，上限{visit.limit}次",
    } | make(visit, policy, on)


def _form(visit: Visit, policy: Policy, on: date) -> Words:
    return {"plan": visit.plan.title, "offsite": visit.offsite}


def _notice(visit: Visit, policy: Policy, on: date) -> Words:
    """One notice for all where organs come together: it names every organ with its matter, basis and officers."""
    joint = together_with(visit)
    if joint is None:
        return {"visit_on": on, "code": visit.code}
    names = tree()
    organs = [(names.name(one.organisation_id), one) for one in joint.visits]
    return {
        "visit_on": joint.day,
        "code": visit.code,
        "matter": "；".join(f"{organ}：{one.matter}" for organ, one in organs),
        "basis": "\n".join(dict.fromkeys(one.plan.basis for _, one in organs)),
        "officers": "\n".join(f"{organ} {number}" for organ, one in organs for number in one.certificates),
        "frequency": "；".join(
            f"{organ}{one.year}年第{one.number}次，上限{one.limit}次" for organ, one in organs
        ),
    }


def _minutes(visit: Visit, policy: Policy, on: date) -> Words:
    sheet = last_sheet(visit)
    if sheet is None:
        return {"visit_on": on}
    lines = [
        f"{one.text}：{one.get_finding_display()}{f'，{one.note}' if one.note else ''}"
        for one in sheet.points.order_by("pk")
    ]
    return {
        "visit_on": day_of(sheet.recorded_at),
        "officers": "\n".join(sheet.present),
        "found": "\n".join((sheet.found, *lines)),
        "views": sheet.views or "没有意见",
    }


def _result(visit: Visit, policy: Policy, on: date) -> Words:
    sheet = last_sheet(visit)
    if sheet is None:
        return {"visit_on": on}
    return {
        "visit_on": day_of(sheet.recorded_at),
        "result": results_of(visit, policy=policy)[sheet.result].title,
        "found": sheet.found,
        "next": "无",
    }


_PAPERS: dict[str, Callable[[Visit, Policy, date], Words]] = {
    "inspection_form": _form,
    "inspection_notice": _notice,
    "inspection_minutes": _minutes,
    "inspection_result": _result,
    "inspection_cleared": _result,
}
