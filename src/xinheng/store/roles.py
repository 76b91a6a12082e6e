"""The two database roles below the owner: the application, which cannot change what only grows, and the portal,
which can read the public views and nothing else.

Roles belong to the server, not to the database; granting again changes nothing. A process takes its role when it
connects, with the owner's login or with one of its own that is a member of the role.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

APP = "xinheng_app"
PORTAL = "xinheng_portal"

_MAKE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

_GUARDED = """
SELECT DISTINCT g.tgname, c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND g.tgname IN ('only_grows', 'never_removed') ORDER BY 2
"""
_KEPT = (
    *("store_subjectcode", "store_case", "store_attachment", "store_plan", "store_evaluationrun"),
    *("store_storedfile", "store_user", "store_rolegrant", "store_organisation", "store_organisationname"),
)
"""Tables from which the application removes nothing, though their owner may; the others bear triggers (guards.sql)."""
_VIEWS = (
    "public_subject",
    "public_moved",
    "public_name",
    "public_search",
    "public_search_often",
    "public_act",
    "public_complaint",
    "public_correction",
    "public_listing",
    "public_notice",
    "public_release",
    "public_disputed_grade",
    "public_run",
    "public_score",
    "public_announcement",
    "public_draw_failure",
    "public_draw_substitute",
    "public_plan",
    "public_classification",
    "public_measure_case",
    "public_draw",
    "public_policy",
    "public_open_release",
    "public_open_change",
    "public_open_waiting",
    "public_article",
    "public_article_file",
    "public_arrears",
)

_FUNCTIONS = (
    "store_forget_scores(bigint[], bigint[])",
    "store_forget_refreshes(bigint[])",
    "store_forget_readings(date)",
    "store_take_statistics(bigint)",
)
"""Functions that do for the application what the owner alone may: remove what only grows once its term is over, which
they look at themselves, and take the statistics of tables that a load has filled."""

_GRANTED = """
SELECT count(*) = 2 FROM (VALUES (%s, %s), (%s, %s)) wanted (role, login)
JOIN pg_roles held ON held.rolname = wanted.role
JOIN pg_roles person ON person.rolname = coalesce(nullif(wanted.login, ''), current_user)
WHERE pg_has_role(person.oid, held.oid, 'member') AND NOT EXISTS (
    SELECT FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND NOT has_table_privilege(held.oid, c.oid, 'SELECT')
      AND (c.relkind = 'v' OR c.relkind = 'r' AND held.rolname = %s))
"""
_OWNED = """
SELECT coalesce(
    (SELECT pg_has_role(relowner, 'usage') FROM pg_class WHERE oid = to_regclass('public.django_migrations')),
    has_schema_privilege('public', 'CREATE'))
"""


def granted(cursor: CursorWrapper, logins: Mapping[str, str]) -> bool:
    """Whether both roles reach what they should and the ``logins`` (by role; empty: the present one) may take them."""
    cursor.execute(_GRANTED, [APP, logins[APP], PORTAL, logins[PORTAL], APP])
    return bool(cursor.fetchone()[0])


def owns_tables(cursor: CursorWrapper) -> bool:
    """Whether the present login may change the tables, or make them where there are none yet."""
    cursor.execute(_OWNED)
    return bool(cursor.fetchone()[0])


@transaction.atomic
def grant(cursor: CursorWrapper, logins: Mapping[str, str] | None = None) -> None:
    """Make the roles and give them exactly their rights, all at once; run as the owner after every migration.

    ``logins`` by role may take it; they are made beforehand by whoever runs the server.
    """
    for role in (APP, PORTAL):
        cursor.execute(_MAKE.format(role=role))
        cursor.execute(f"GRANT {role} TO CURRENT_USER")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        if login := (logins or {}).get(role):
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(login)))
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")
    cursor.execute(_GUARDED)
    for trigger, table in cursor.fetchall():
        rights = "UPDATE, DELETE" if trigger == "only_grows" else "DELETE"
        cursor.execute(f"REVOKE {rights} ON {table} FROM {APP}")
    cursor.execute(f"REVOKE DELETE ON {', '.join(_KEPT)} FROM {APP}")
    cursor.execute(f"REVOKE UPDATE, DELETE ON store_record FROM {APP}")
    cursor.execute(f"GRANT UPDATE (known_until) ON store_record TO {APP}")
    cursor.execute(f"REVOKE UPDATE, DELETE ON store_recorddetail FROM {APP}")
    cursor.execute(f"GRANT UPDATE (document_no, title, fields) ON store_recorddetail TO {APP}")
    cursor.execute(f"REVOKE UPDATE, DELETE ON store_score FROM {APP}")
    cursor.execute(f"GRANT UPDATE (until_id) ON store_score TO {APP}")
    cursor.execute(f"REVOKE UPDATE, DELETE ON store_givengrade FROM {APP}")
    cursor.execute(f"GRANT UPDATE (until) ON store_givengrade TO {APP}")
    for function in _FUNCTIONS:
        cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {APP}")
    cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(_VIEWS)} FROM {APP}")
    cursor.execute(f"GRANT SELECT ON {', '.join(_VIEWS)} TO {PORTAL}")


def act_as(connection: BaseDatabaseWrapper, role: str) -> None:
    """Let this connection, and every one opened anew in its place, act as ``role``."""
    options = connection.settings_dict["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c role={role}".strip()
    connection.close()
