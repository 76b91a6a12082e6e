"""Statements that the server plans once a connection: for what is asked many times a second, where planning would cost more
than the work."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection

_HELD = "xinheng_cursor"
"""Where a connection keeps the cursor of these statements: a new one would look up every type again."""


def prepared(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement of ours with named parameters, on the connection of this thread and in its transaction; it
    must give rows.

    Parameters are bound by the server, so that each needs a cast to its type in the statement; many values come as one
    text, to be split there.
    """
    connection.ensure_connection()
    link: Any = connection.connection
    cursor = getattr(link, _HELD, None)
    if cursor is None:
        cursor = psycopg.Cursor(link)
        setattr(link, _HELD, cursor)
    before, link.prepare_threshold = link.prepare_threshold, 0
    try:
        with connection.wrap_database_errors:
            return list(cursor.execute(statement, given, prepare=True).fetchall())
    finally:
        link.prepare_threshold = before
