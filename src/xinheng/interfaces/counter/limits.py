"""How often one address may do what costs something, in a day; the address is kept as a keyed digest."""

import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from xinheng.interfaces.web.callers import address_of
from xinheng.interfaces.web.floods import waiting

DAY = 24 * 3600


def slot_of(request: HttpRequest, what: str) -> str:
    """Where the cache counts for the address of the request."""
    address = address_of(request)
    return f"{what}:{hmac.new(settings.KEYS.hash_key, address.encode(), hashlib.sha256).hexdigest()}"


def another_day(response: HttpResponse) -> HttpResponse:
    """With the longest that the count of a day lasts."""
    return waiting(response, seconds=DAY)


def is_beyond(request: HttpRequest, what: str, *, most: int | None) -> bool:
    """Counts this request and tells whether there were more than ``most`` within a day; never without a limit."""
    if most is None:
        return False
    slot = slot_of(request, what)
    cache.add(slot, 0, DAY)
    try:
        return int(cache.incr(slot)) > most
    except ValueError:
        return False
