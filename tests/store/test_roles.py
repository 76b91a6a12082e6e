"""What the database lets its roles do: asked on a real connection that acts as the role."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from psycopg import errors

from xinheng.store import roles
from xinheng.store.roles import APP, PORTAL

ONLY_GROWS = [
    "store_recorddetail",
    "store_recordnote",
    "store_policyversion",
    "store_ledgerevent",
    "store_ledgerbatch",
    "store_ledgerleaf",
    "store_caseevent",
    "store_draw",
    "store_drawannouncement",
    "store_drawnobject",
    "store_score",
]
NEVER_REMOVED = [
    *ONLY_GROWS,
    "store_record",
    "store_publication",
    "store_subject",
    "store_subjectname",
    "store_subjectcode",
    "store_batch",
    "store_case",
    "store_attachment",
    "store_plan",
    "store_evaluationrun",
    "store_storedfile",
    "store_user",
    "store_rolegrant",
    "store_organisation",
    "store_organisationname",
]


@contextmanager
def acting_as(role: str) -> Iterator[psycopg.Connection]:
    """A connection of its own to the database of the tests, which acts as ``role`` from its first statement."""
    at = connection.settings_dict
    with psycopg.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
        autocommit=True,
    ) as opened:
        opened.execute(f"SET ROLE {role}")
        yield opened


def column_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position LIMIT 1",
            [table],
        )
        return str(cursor.fetchone()[0])


def relations() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("table", [*ONLY_GROWS, "store_record"])
def test_the_application_cannot_change_what_only_grows(table: str) -> None:
    name = column_of(table)
    with acting_as(APP) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(f"UPDATE {table} SET {name} = {name}")


@pytest.mark.django_db
@pytest.mark.parametrize("table", NEVER_REMOVED)
def test_the_application_cannot_remove_what_stays(table: str) -> None:
    with acting_as(APP) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(f"DELETE FROM {table}")
    with acting_as(APP) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_the_application_may_close_a_record_and_nothing_else_of_it() -> None:
    with acting_as(APP) as app:
        app.execute("UPDATE store_record SET known_until = now() WHERE id = -1")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("UPDATE store_record SET amount_fen = 0 WHERE id = -1")


@pytest.mark.django_db
def test_the_application_cannot_write_through_a_public_view() -> None:
    with acting_as(APP) as app:
        for view in (name for name, kind in relations().items() if kind == "v"):
            with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
                app.execute(f"DELETE FROM {view}")


@pytest.mark.django_db
def test_the_application_cannot_take_the_guards_off() -> None:
    with acting_as(APP) as app:
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("ALTER TABLE store_ledgerevent DISABLE TRIGGER only_grows")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("DROP TABLE store_ledgerevent")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("SET session_replication_role = replica")


@pytest.mark.guard("G9")
@pytest.mark.django_db
def test_the_portal_reads_the_public_views_and_no_table() -> None:
    with acting_as(PORTAL) as portal:
        for name, kind in relations().items():
            if kind == "v" and name.startswith("public_"):
                portal.execute(f"SELECT 1 FROM {name} LIMIT 1")
            else:
                with pytest.raises(errors.InsufficientPrivilege):
                    portal.execute(f"SELECT 1 FROM {name} LIMIT 1")


@pytest.mark.django_db
def test_the_portal_writes_nothing() -> None:
    with acting_as(PORTAL) as portal:
        for name in relations():
            for statement in (f"INSERT INTO {name} DEFAULT VALUES", f"DELETE FROM {name}"):
                with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
                    portal.execute(statement)
        with pytest.raises(errors.InsufficientPrivilege):
            portal.execute("CREATE TABLE public.note (words text)")


@pytest.mark.django_db
def test_granting_again_gives_the_same_rights() -> None:
    rights = "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants ORDER BY 1, 2, 3"
    with connection.cursor() as cursor:
        cursor.execute(rights)
        before = cursor.fetchall()
        roles.grant(cursor)
        cursor.execute(rights)
        assert cursor.fetchall() == before


@pytest.mark.django_db
def test_logins_of_their_own_may_take_their_role_and_no_other() -> None:
    logins = {APP: "xinheng_test_clerk", PORTAL: "xinheng_test_pages"}
    reaches = "SELECT pg_has_role(%s, %s, 'member'), pg_has_role(%s, %s, 'member')"
    with connection.cursor() as cursor:
        for login in logins.values():
            cursor.execute(f"CREATE ROLE {login} LOGIN")
        assert not roles.granted(cursor, logins)
        roles.grant(cursor, logins)
        assert roles.granted(cursor, logins)
        for role, other in ((APP, PORTAL), (PORTAL, APP)):
            cursor.execute(reaches, [logins[role], role, logins[role], other])
            assert cursor.fetchone() == (True, False)


@pytest.mark.django_db
def test_a_table_that_came_without_its_rights_is_noticed() -> None:
    with connection.cursor() as cursor:
        assert roles.granted(cursor, {APP: "", PORTAL: ""})
        cursor.execute("CREATE TABLE store_new (id bigint)")
        assert not roles.granted(cursor, {APP: "", PORTAL: ""})
        roles.grant(cursor)
        assert roles.granted(cursor, {APP: "", PORTAL: ""})


@pytest.mark.django_db
def test_the_application_knows_that_it_owns_nothing() -> None:
    with connection.cursor() as cursor:
        assert roles.owns_tables(cursor)
        cursor.execute(f"SET LOCAL ROLE {APP}")
        assert not roles.owns_tables(cursor)


def test_the_application_takes_statistics_of_what_a_load_filled_and_the_portal_does_not() -> None:
    with acting_as(APP) as opened:
        opened.execute("SELECT store_take_statistics(1000)")
        assert not opened.execute("SELECT has_table_privilege('store_record', 'DELETE')").fetchone()[0]  # type: ignore[index]
    with acting_as(PORTAL) as opened, pytest.raises(psycopg.errors.InsufficientPrivilege):
        opened.execute("SELECT store_take_statistics(1000)")
