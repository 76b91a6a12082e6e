"""Enterprises of a plan's field that nobody has graded lately: the list behind the warning before a draw is announced."""

from django.http import HttpResponse
from django.urls import reverse

from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.owned import PLAN
from xinheng.interfaces.office.paging import newest_first
from xinheng.interfaces.office.wording import districts
from xinheng.interfaces.web.parts import Crumb
from xinheng.services.result_age import since, without_result
from xinheng.store.inspections import Plan


@asks(Verb.READ_DRAW, of=PLAN)
def unrated(call: Call, plan: Plan) -> HttpResponse:
    found = without_result(plan.sector, policy=call.policy, on=call.today)
    page, paging = newest_first(found, call.request)
    counties = districts(call.policy)
    may_read = call.may_somewhere(Verb.READ_SUBJECT_FILE)
    sector = call.policy.sectors.sectors.get(plan.sector)
    context = {
        "crumbs": [
            Crumb("抽查计划", reverse("office:plans")),
            Crumb(plan.title, reverse("office:plan", kwargs={"plan": plan.public_id})),
            Crumb("没有近期评价结果的企业"),
        ],
        "sector": sector.title if sector else plan.sector,
        "since": since(call.policy, on=call.today),
        "total": found.count(),
        "paging": paging,
        "subjects": [
            {
                "name": one.name,
                "code": one.code or "",
                "county": counties.get(one.division_code, ""),
                "url": reverse("office:subject", kwargs={"subject": one.public_id}) if may_read else "",
            }
            for one in page
        ],
    }
    return call.render("unrated", context)
