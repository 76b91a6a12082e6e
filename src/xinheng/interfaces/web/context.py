"""What every page knows: its place, the size of its letters, and whether it shows made-up material."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from xinheng.interfaces.web.county import county_of
from xinheng.interfaces.web.large_text import wants_large_text
from xinheng.interfaces.web.place import Place, place_of
from xinheng.interfaces.web.seed import seed_policy


def place(county: str = "") -> Place:
    """The place named by the settings, else the city of this installation or the county with a portal of its own."""
    named = getattr(settings, "PLACE", None)
    if isinstance(named, Place):
        return named
    return place_of(seed_policy(), county)


def city(request: HttpRequest) -> dict[str, Any]:
    here = place(county_of(request))
    return {
        "place": here,
        "large_text": wants_large_text(request),
        "home_url": "/office/" if request.path.startswith("/office/") else here.home,
        "demo": bool(getattr(settings, "DEMO", False)),
    }
