"""The list of matters as officers read it: what may be checked, and the version of the policy that says so (G7)."""

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.web.matter_rows import ceilings_of, matters_of
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.inspection_objects import count_objects


@asks(Verb.READ_DRAW, Verb.DRAFT_PLAN, Verb.APPROVE_PLAN, Verb.RECORD_VISIT)
def matters(call: Call) -> HttpResponse:
    rows = matters_of(call.policy, on=call.today)
    fitting = count_objects(call.policy, on=call.today)
    for row in rows["matters"]:
        row["fitting"] = fitting[row["key"]]
    context = {
        "crumbs": [Crumb("抽查计划", reverse("office:plans")), Crumb("抽查事项清单")],
        "policy_digest": call.policy.digest,
        "public_url": reverse("portal:matters"),
        "ceilings": ceilings_of(call.policy, year=call.today.year, on=call.today),
        "year": call.today.year,
        **rows,
    }
    return call.render("matters", context)
