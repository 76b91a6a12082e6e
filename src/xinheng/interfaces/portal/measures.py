"""The catalogue of measures as it holds on a day, for everybody to read and to download.

What is not on it may not be laid on anybody; who executes what elsewhere is said beside it (国办发〔2020〕49号).
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinheng.interfaces.portal import answers, law
from xinheng.interfaces.web.measure_rows import catalogue_of


@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    on, today = answers.day_asked(request), localdate()
    context = {
        "on": on,
        "past": on != today,
        "now_url": reverse("portal:measures"),
        "json_url": reverse("portal:measures_json") + (f"?on={on}" if on != today else ""),
        "cases_url": reverse("portal:measure_cases"),
        **catalogue_of(law.policy_in_force(on=on)),
    }
    return answers.short_lived(render(request, "portal/measures.html", context), noindex=False)


@require_safe
def measures_json(request: HttpRequest) -> HttpResponse:
    """The list as data, with its digest."""
    on = answers.day_asked(request)
    found = law.policy_in_force(on=on).measures
    body = {"on": on.isoformat(), "digest": found.digest, **found.model_dump(mode="json")}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    return answers.short_lived(response, noindex=False)
