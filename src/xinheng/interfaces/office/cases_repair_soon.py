"""For the window: enterprises without an account that may soon apply for a repair, so that somebody tells them."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from xinheng.core.repair import FREE
from xinheng.core.roles import Verb
from xinheng.interfaces.office.access import Call, asks
from xinheng.interfaces.office.wording import item_title
from xinheng.interfaces.web.parts import Crumb, Paging
from xinheng.services.ledger import note
from xinheng.services.repair_reminders import DAYS, for_the_window

SIZE = 50


@asks(Verb.ASSIST_ENTERPRISE, Verb.DRAFT_CASE)
def repair_soon(call: Call) -> HttpResponse:
    """The first day first. The window sees the whole city, an officer what the own unit delivered."""
    units = None if call.may_somewhere(Verb.ASSIST_ENTERPRISE) else call.reach(Verb.DRAFT_CASE)
    after = _after(call.request)
    found = for_the_window(today=call.today, units=units, after=after, limit=SIZE + 1)
    page = found[:SIZE]
    note("repair.reminders_read", now=call.now, actor=call.user, payload={"rows": len(page)})
    here, last = call.request.path, page[-1] if page else None
    more = f"{here}?after={last.earliest_on}_{last.number}" if last and len(found) > SIZE else ""
    desk = reverse("office:repair_desk")
    context = {
        "crumbs": [
            Crumb("办理事项", reverse("office:cases")),
            Crumb("信用修复", desk),
            Crumb("快到修复日的企业"),
        ],
        "lines": [
            {
                "name": one.record.subject.name,
                "code": one.record.subject.code or "",
                "item": item_title(one.record.item, call.policy),
                "earliest_on": one.earliest_on,
                "open": one.earliest_on <= call.today,
                "url": f"{desk}?code={one.record.subject.code}" if one.record.subject.code else "",
            }
            for one in page
        ],
        "paging": Paging(previous_url=here if after else "", next_url=more, shown=len(page)),
        "term": call.policy.parameter(DAYS, on=call.today),
        "free": FREE,
    }
    return call.render("repair_soon", context)


def _after(request: HttpRequest) -> tuple[date, int] | None:
    """Day and number of the last line before, as the address has them."""
    day, _, number = request.GET.get("after", "").partition("_")
    try:
        return (date.fromisoformat(day), int(number)) if number.isdecimal() and len(number) < 19 else None
    except ValueError:
        return None
