"""Application, portal and owner may connect with logins of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

SHOW = (
    "import json; from xinheng.config.settings import DATABASES as found; "
    "print(json.dumps({name: [one['USER'], one['OPTIONS']['options']] for name, one in found.items()}))"
)
APPLICATION = {"XINHENG_DATABASE_URL": "postgresql://web:b@127.0.0.1:1/city"}
PORTAL = {"XINHENG_PORTAL_DATABASE_URL": "postgresql://pages:c@127.0.0.1:1/city"}
OWNER = {"XINHENG_OWNER_DATABASE_URL": "postgresql://owner:a@127.0.0.1:1/city"}


def connections(home: Path, given: dict[str, str]) -> dict[str, tuple[str, bool]]:
    """Login of each connection, and whether it takes the portal's role."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XINHENG_")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**kept, **given, "XINHENG_HOME": str(home)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    found = json.loads(done.stdout)
    return {name: (user, "role=xinheng_portal" in options) for name, (user, options) in found.items()}


def test_one_login_serves_all(tmp_path: Path) -> None:
    assert connections(tmp_path, APPLICATION) == {"default": ("web", False), "portal": ("web", True)}


def test_each_has_its_own_login_where_it_is_given(tmp_path: Path) -> None:
    assert connections(tmp_path, APPLICATION | PORTAL | OWNER) == {
        "default": ("web", False),
        "portal": ("pages", True),
        "owner": ("owner", False),
    }
