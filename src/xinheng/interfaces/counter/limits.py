"""How often one place may do what costs something, in a calendar day; of IPv6 a place is a /64, as for floods.

This machine itself is not counted: behind a proxy that tells no addresses everybody would look like it.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from xinheng.interfaces.web.callers import address_of, place_of
from xinheng.interfaces.web.floods import waiting
from xinheng.services.day_counts import count_once_more
from xinheng.services.time import day_of, end_of


def another_day(response: HttpResponse, *, now: datetime) -> HttpResponse:
    """With the seconds until the next day begins."""
    return waiting(response, seconds=int((end_of(day_of(now)) - now).total_seconds()) + 1)


def is_beyond(request: HttpRequest, what: str, *, most: int | None, now: datetime) -> bool:
    """Counts this request and tells whether there were more than ``most`` this day; never without a limit."""
    place = place_of(address_of(request))
    if most is None or place is None:
        return False
    return count_once_more(place, what, today=day_of(now)) > most
