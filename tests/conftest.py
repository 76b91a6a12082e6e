"""The database of the tests: one template, migrated once per state of the migrations, copied for each process."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg.conninfo import conninfo_to_dict
from tests.people import People, make_people

import xinheng.store
from xinheng.config.paths import data_home
from xinheng.config.postgres import ensure_running
from xinheng.core.policy import Policy, load_policy

TEMPLATE_LOCK = 7_240_099


def _server() -> dict[str, Any]:
    given = os.environ.get("XINHENG_TEST_DATABASE_URL")
    url = given or ensure_running(data_home(os.environ), fast=True, environ=os.environ).url
    return conninfo_to_dict(url)


def _digest_of_schema() -> str:
    folder = Path(xinheng.store.__file__).parent
    files = sorted([*folder.glob("migrations/*.py"), *folder.glob("sql/*.sql"), folder / "roles.py"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _point_to(server: dict[str, Any], name: str) -> None:
    for alias in ("default", "portal"):
        values = connections[alias].settings_dict
        values.update(
            NAME=name,
            USER=server.get("user", ""),
            PASSWORD=server.get("password", ""),
            HOST=server.get("host", ""),
            PORT=str(server.get("port", "")),
        )
        connections[alias].close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A copy of the migrated template for this process; the template outlives the run."""
    server = _server()
    template = f"xinheng_template_{_digest_of_schema()}"
    name = f"xinheng_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with (
        psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as admin,
        django_db_blocker.unblock(),
    ):
        admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            _make_template(admin, server, template)
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        admin.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
        _point_to(server, name)
        yield
        connections.close_all()
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _make_template(admin: psycopg.Connection[Any], server: dict[str, Any], template: str) -> None:
    draft = f"{template}_draft"
    admin.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
    admin.execute(f'CREATE DATABASE "{draft}" TEMPLATE template0 ENCODING UTF8')
    _point_to(server, draft)
    call_command("migrate", verbosity=0)
    from xinheng.store import roles

    with connections["default"].cursor() as cursor:
        roles.grant(cursor)
    connections.close_all()
    admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def people(db: None) -> People:
    return make_people()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of this test alone in which transactions really end, copied from the template."""
    server = _server()
    template = f"xinheng_template_{_digest_of_schema()}"
    name = f"xinheng_copy_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    before = dict(connections["default"].settings_dict)
    with (
        psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as admin,
        django_db_blocker.unblock(),
    ):
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _point_to(server, name)
        yield
        connections.close_all()
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        _point_to(server, str(before["NAME"]))


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy of Kaifeng."""
    return load_policy(settings.POLICY_ROOT, city="kaifeng")


@pytest.fixture
def committed_people(committed: None) -> People:
    return make_people()
