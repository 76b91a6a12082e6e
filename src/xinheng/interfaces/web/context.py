"""What every page knows: its place, the size of its letters, and whether it shows made-up material."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from xinheng.interfaces.web.large_text import wants_large_text
from xinheng.interfaces.web.place import UNNAMED, Place


def place() -> Place:
    """The place named by the settings, or a nameless one."""
    named = getattr(settings, "PLACE", None)
    return named if isinstance(named, Place) else UNNAMED


def city(request: HttpRequest) -> dict[str, Any]:
    return {
        "place": place(),
        "large_text": wants_large_text(request),
        "demo": bool(getattr(settings, "DEMO", False)),
    }
