"""The policy in force: the seed files of the city's pack, overlaid by what the office has published since.

Feeds, calendar years, models, local supplements to the catalogue and policies of supervision are published as immutable versions by two persons (services.approvals); the newest
version of each in force takes the place of the file. A model may also be retired from a day on.
"""

from datetime import date
from threading import Lock

from django.conf import settings

from xinheng.core.policy import Policy, load_policy
from xinheng.core.policy_published import (
    CALENDAR,
    CATALOGUE,
    FEED,
    GRADING,
    MODEL,
    RETIRED,
    Published,
    laid_over,
)
from xinheng.store.policy_versions import PolicyVersion

__all__ = ["CALENDAR", "CATALOGUE", "FEED", "GRADING", "MODEL", "RETIRED", "policy_in_force"]

_KINDS = (FEED, CALENDAR, MODEL, CATALOGUE, GRADING)

_Key = tuple[str, int, str, date, date]
_kept: dict[_Key, Policy] = {}
_lock = Lock()


def policy_in_force(*, on: date) -> Policy:
    """The policy of this installation's city on a day; what was approved for a later day is not in it."""
    seed = load_policy(settings.POLICY_ROOT, city=settings.CITY)
    published = PolicyVersion.objects.filter(kind__in=_KINDS)
    newest = published.order_by("-pk").values_list("pk", "digest", "from_on").first()
    if newest is None:
        return seed
    key = (seed.digest, *newest, on)
    with _lock:
        if key not in _kept:
            while len(_kept) >= 4:
                _kept.pop(next(iter(_kept)))
            known = published.filter(pk__lte=newest[0])
            rows = known.values_list("pk", "kind", "key", "body", "from_on")
            _kept[key] = laid_over(seed, (Published(*row) for row in rows), on=on)
        return _kept[key]
