"""The receipt of a case with its look-up code, in the clear this once."""

from django.http import HttpResponse
from django.urls import reverse

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.web.parts import Crumb
from xinheng.store.casework import Case


def receipt_of(call: Call, case: Case, code: str) -> HttpResponse:
    """The page to print and hand over; no cache keeps it."""
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb(case.number, reverse("office:case", kwargs={"number": case.number})),
            Crumb("受理回执"),
        ],
        "case": {
            "number": case.number,
            "subject": case.subject.name if case.subject else "",
            "unit": call.tree.name(case.organisation_id),
        },
        "code": code,
        "lookup_url": call.request.build_absolute_uri("/cases"),
        "today": call.today,
    }
    response = call.render("case_code", context)
    response["Cache-Control"] = "no-store"
    return response
