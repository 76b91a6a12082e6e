"""How a statement is carried out, told by what it compares and never by a time."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext


def take_statistics(*tables: str) -> None:
    """As the server does by itself some time after rows came."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def pairs_in_vain(statement: str, given: Mapping[str, Any] | None = None) -> float:
    """Pairs of rows that the statement compares and does not join; nothing it writes stays."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", given)
        ((told,),) = cursor.fetchall()
        transaction.set_rollback(True)
    return _of(told[0]["Plan"])


def locked(seen: CaptureQueriesContext) -> list[str]:
    """Tables whose rows were locked by name, in the order of the statements."""
    found = (re.search(r'FROM "(\w+)".* FOR UPDATE', one["sql"]) for one in seen)
    return [one[1] for one in found if one]


def _of(plan: dict[str, Any]) -> float:
    here = plan.get("Rows Removed by Join Filter", 0) * plan["Actual Loops"]
    return float(here + sum(_of(one) for one in plan.get("Plans", ())))
