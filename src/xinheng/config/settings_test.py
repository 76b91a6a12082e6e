"""Settings of the test suite and of type checks: importing them starts no server.

``tests/conftest.py`` points the connections to a copy of a migrated template, on ``XINHENG_TEST_DATABASE_URL``
or on an embedded server of its own.
"""

import os
from pathlib import Path

os.environ.setdefault("XINHENG_HOME", str(Path(__file__).resolve().parents[3] / ".data" / "test"))
os.environ["XINHENG_DATABASE_URL"] = os.environ.get(
    "XINHENG_TEST_DATABASE_URL", "postgresql://nobody@/nowhere"
)
os.environ.pop("XINHENG_PORTAL_DATABASE_URL", None)
os.environ.pop("XINHENG_OWNER_DATABASE_URL", None)

from xinheng.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
