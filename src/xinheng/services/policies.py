"""The policy in force: the seed files of the city's pack, overlaid by what the office has published since.

Feeds, calendar years, models, local supplements to the catalogue and policies of supervision are published as immutable versions by two persons (services.approvals); the newest
version of each in force takes the place of the file. A model may also be retired from a day on.
"""

from datetime import date, datetime
from pathlib import Path
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
from xinheng.services.time import day_of
from xinheng.store.policy_versions import PolicyVersion
from xinheng.store.prepared import prepared

__all__ = ["CALENDAR", "CATALOGUE", "FEED", "GRADING", "MODEL", "RETIRED", "policy_in_force"]

_KINDS = (FEED, CALENDAR, MODEL, CATALOGUE, GRADING)

_Key = tuple[str, int, str, date, date]
_kept: dict[_Key, Policy] = {}
_lock = Lock()
_looked_at: dict[str, tuple[tuple[Path, str, datetime], Policy]] = {}
_NEWEST = """
SELECT id, digest, from_on FROM store_policyversion WHERE kind = ANY (string_to_array(%(kinds)s::text, ',')) ORDER BY id DESC LIMIT 1
"""


def policy_in_force(*, on: date) -> Policy:
    """The policy of this installation's city on a day; what was approved for a later day is not in it."""
    return _overlaid(load_policy(settings.POLICY_ROOT, city=settings.CITY), on=on)


def policy_at(now: datetime) -> Policy:
    """The same on the day of a moment, for what is asked many times a second: whether a file has changed is looked at once
    a second, what the office published with every call."""
    place = (settings.POLICY_ROOT, settings.CITY, now.replace(microsecond=0))
    held = _looked_at.get("seed")
    if held is None or held[0] != place:
        held = (place, load_policy(settings.POLICY_ROOT, city=settings.CITY))
        _looked_at["seed"] = held
    return _overlaid(held[1], on=day_of(now))


def _overlaid(seed: Policy, *, on: date) -> Policy:
    newest = next(iter(prepared(_NEWEST, {"kinds": ",".join(_KINDS)})), None)
    if newest is None:
        return seed
    published = PolicyVersion.objects.filter(kind__in=_KINDS)
    key: _Key = (seed.digest, newest[0], newest[1], newest[2], on)
    with _lock:
        if key not in _kept:
            while len(_kept) >= 4:
                _kept.pop(next(iter(_kept)))
            known = published.filter(pk__lte=newest[0])
            rows = known.values_list("pk", "kind", "key", "body", "from_on")
            _kept[key] = laid_over(seed, (Published(*row) for row in rows), on=on)
        return _kept[key]
