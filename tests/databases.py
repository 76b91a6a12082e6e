"""Databases of the tests: one template, migrated once per state of the migrations, and copies of it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

import xinheng.store
from xinheng.config.paths import data_home
from xinheng.config.postgres import ensure_running

TEMPLATE_LOCK = 7_240_099


@contextmanager
def copied(*names: str, of: str = "") -> Iterator[None]:
    """Copies of the template, or of another database that nobody is connected to, dropped at the end; the connections then point where they did before.

    Copying files takes a third of the time of copying through the log.
    """
    before = str(connections["default"].settings_dict["NAME"])
    _ensure_template()
    with _admin() as admin:
        _drop(admin, *names)
        for name in names:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of or _template()}" STRATEGY FILE_COPY')
        try:
            yield
        finally:
            connections.close_all()
            _drop(admin, *names)
            point_to(before)


def point_to(name: str) -> None:
    for alias in ("default", "portal"):
        values = connections[alias].settings_dict
        values.update(
            NAME=name,
            USER=_server().get("user", ""),
            PASSWORD=_server().get("password", ""),
            HOST=_server().get("host", ""),
            PORT=str(_server().get("port", "")),
        )
        connections[alias].close()


def own_name(of: str) -> str:
    """Of a database of this process alone."""
    return f"xinheng_{of}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@cache
def _ensure_template() -> None:
    """The template outlives the run."""
    with _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template()]).fetchone():
            return
        draft = f"{_template()}_draft"
        _drop(admin, draft)
        admin.execute(f'CREATE DATABASE "{draft}" TEMPLATE template0 ENCODING UTF8')
        point_to(draft)
        call_command("migrate", verbosity=0)
        from xinheng.store import roles

        with connections["default"].cursor() as cursor:
            roles.grant(cursor)
        connections.close_all()
        admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{_template()}"')


@cache
def _server() -> dict[str, Any]:
    given = os.environ.get("XINHENG_TEST_DATABASE_URL")
    return conninfo_to_dict(given or ensure_running(data_home(os.environ), fast=True, environ=os.environ).url)


@cache
def _template() -> str:
    """Its name, which stays for the run where somebody writes a migration meanwhile."""
    folder = Path(xinheng.store.__file__).parent
    files = sorted([*folder.glob("migrations/*.py"), *folder.glob("sql/*.sql"), folder / "roles.py"])
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"xinheng_template_{digest[:12]}"


def _admin() -> psycopg.Connection[Any]:
    return psycopg.connect(**{**_server(), "dbname": "postgres"}, autocommit=True)


def _drop(admin: psycopg.Connection[Any], *names: str) -> None:
    for name in names:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings_test")
    django.setup()
    _ensure_template()
