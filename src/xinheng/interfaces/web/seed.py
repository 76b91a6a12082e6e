"""The pack of policy files of this installation, for pages that ask for it several times each."""

import time

from django.conf import settings

from xinheng.core.policy import Policy, load_policy

LOOKED_AT_EVERY_SECONDS = 1.0
_held: dict[str, tuple[object, float, Policy]] = {}


def seed_policy() -> Policy:
    """Whether a file has changed is looked at once a second."""
    place, moment = (settings.POLICY_ROOT, settings.CITY), time.monotonic()
    held = _held.get("seed")
    if held is None or held[0] != place or moment - held[1] >= LOOKED_AT_EVERY_SECONDS:
        held = (place, moment, load_policy(settings.POLICY_ROOT, city=settings.CITY))
        _held["seed"] = held
    return held[2]
