"""The WSGI application that granian serves."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

NEW_OBJECTS = 50_000
"""After so many the collector of cycles looks at the young ones; the default of 700 has it run many times a page."""


def settle() -> None:
    """Load every view, then take what lives as long as the process out of the sight of the collector of cycles, which
    would go through it again for each large answer."""
    get_resolver().url_patterns  # noqa: B018 - a property that imports
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)


application = get_wsgi_application()
settle()
