"""How often one address may do what costs something, in a day; the address is kept as a keyed digest."""

import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

DAY = 24 * 3600


def is_beyond(request: HttpRequest, what: str, *, most: int | None) -> bool:
    """Counts this request and tells whether there were more than ``most`` within a day; never without a limit."""
    if most is None:
        return False
    address = str(request.META.get("REMOTE_ADDR") or "")
    slot = f"{what}:{hmac.new(settings.KEYS.hash_key, address.encode(), hashlib.sha256).hexdigest()}"
    cache.add(slot, 0, DAY)
    try:
        return int(cache.incr(slot)) > most
    except ValueError:
        return False
