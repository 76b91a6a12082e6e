"""What every page knows: its place, the size of its letters, and whether it shows made-up material."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from xinheng.core.policy import load_policy
from xinheng.interfaces.web.large_text import wants_large_text
from xinheng.interfaces.web.place import Place, place_of


def place() -> Place:
    """The place named by the settings, else the city of this installation."""
    named = getattr(settings, "PLACE", None)
    if isinstance(named, Place):
        return named
    return place_of(load_policy(settings.POLICY_ROOT, city=settings.CITY))


def city(request: HttpRequest) -> dict[str, Any]:
    return {
        "place": place(),
        "large_text": wants_large_text(request),
        "home_url": "/office/" if request.path.startswith("/office/") else "/",
        "demo": bool(getattr(settings, "DEMO", False)),
    }
