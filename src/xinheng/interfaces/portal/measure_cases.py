"""Typical cases of measures for everybody to read: what was done in which matter, without enterprise, day or document.

One person reported each, another accepted it; it is here only as long as the measure lies on its ground, so that nobody who
has put things right is held up as an example (宛政办〔2020〕17号五（三）; legal guards G9, G16).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.core.measures import MeasureGroup, Occasion
from xinheng.interfaces.portal import answers, law, showing
from xinheng.interfaces.portal.older import newest_first
from xinheng.store.public import PublicMeasureCase

PAGE = 20

OUTCOMES = {
    "limited": "依法限制或从严办理",
    "granted": "给予便利或优待",
    "performed": "企业因此履行了义务",
    "not_met": "核查后不适用",
}


@require_safe
def measure_cases(request: HttpRequest) -> HttpResponse:
    """The newest accepted in front."""
    known = PublicMeasureCase.objects.using(showing.DATABASE).all()
    shown, paging = newest_first(request, known, here=reverse("portal:measure_cases"), page=PAGE)
    today = localdate()
    policy = law.policy_in_force(on=today)
    version = answers.version_of(request, policy, today, [one.pk for one in shown])
    if (unchanged := answers.unchanged(request, version)) is not None:
        return unchanged
    context = {
        "cases": [_told(one) for one in shown],
        "measures_url": reverse("portal:measures"),
        "paging": paging,
        "noindex": True,
    }
    return answers.fresh(render(request, "portal/measure_cases.html", context), version, noindex=True)


def _told(one: PublicMeasureCase) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "group": MeasureGroup(one.measure_group).label,
        "organ": one.organisation or "",
        "occasion": Occasion(one.occasion).label,
        "year": one.year,
        "outcome": OUTCOMES.get(one.outcome, ""),
        "text": one.text,
    }
