"""The policy in force: the seed files of the city's pack, overlaid by what the office has published since.

Feeds, calendar years and models are published as immutable versions by two persons (services.approvals); the newest
version of each in force takes the place of the file. A model may also be retired from a day on.
"""

from collections.abc import Iterable
from datetime import date
from threading import Lock

from django.conf import settings

from xinheng.core.days import CalendarYear
from xinheng.core.feeds import Feed
from xinheng.core.models import parse_model
from xinheng.core.policy import Policy, load_policy, overlaid
from xinheng.core.policy_file import parse
from xinheng.store.policy_versions import PolicyVersion

FEED, CALENDAR, MODEL = "feed", "calendar", "model"
RETIRED = "retired"
"""Key of the body by which a version of a model says that there is none from its first day on."""
_KINDS = (FEED, CALENDAR, MODEL)

_Key = tuple[str, int, str, date, date | None]
_kept: dict[_Key, Policy] = {}
_lock = Lock()


def policy_in_force(*, on: date | None = None) -> Policy:
    """The policy of this installation's city. ``on``: only versions in force by that day; None, all approved ones."""
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
            _kept[key] = _with(seed, published.filter(pk__lte=newest[0]), on=on)
        return _kept[key]


def _with(seed: Policy, published: Iterable[PolicyVersion], *, on: date | None) -> Policy:
    living: dict[tuple[str, str], PolicyVersion] = {}
    for version in sorted(published, key=lambda version: (version.from_on, version.pk)):
        if on is None or version.from_on <= on:
            living[version.kind, version.key] = version
    models = {key: version.body for (kind, key), version in living.items() if kind == MODEL}
    return overlaid(
        seed,
        feeds=[
            parse(Feed, version.body, file=f"feeds/{key}")
            for (kind, key), version in living.items()
            if kind == FEED
        ],
        years=[
            parse(CalendarYear, version.body, file=f"calendar/{key}")
            for (kind, key), version in living.items()
            if kind == CALENDAR
        ],
        models=[
            parse_model(body, file=f"models/{key}") for key, body in models.items() if not body.get(RETIRED)
        ],
        retired=[key for key, body in models.items() if body.get(RETIRED)],
    )
