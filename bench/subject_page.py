"""The file of a subject in the office, as the server makes it: any subjects, and the ones with most records.

Floor: `/health`, the least a request can be. ``--home`` names a data folder that holds a city; without it a city of size s
or m is loaded on an own embedded server. One signed-in reader asks in process; a file that is opened is an event in the
ledger, so each request writes. Milliseconds of wall time and of processor time in this process.
Run: python bench/subject_page.py [--size s|m] [--home DIR] [--requests 100] [--json]
"""

import argparse
import json
import os
import random
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from measuring import city_at, parser, tell, told_by_child

CITY = "kaifeng"
TASK = "from subject_page import ask; ask({count})"
USER = "bench-file"
WARM = 5
SHOWN = (
    "merged_into_id IS NULL AND NOT EXISTS (SELECT FROM store_record r LEFT JOIN store_recorddetail d ON d.record_id = r.id"
    " WHERE r.subject_id = s.id AND d.record_id IS NULL)"
)
"""Subjects without records of the bench of the night, which have no words."""


def ask(count: int) -> None:
    """Ask for each page and tell the figures; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(_reader())
    figures: dict[str, float] = {}
    for name, paths in _paths(count).items():
        for path in paths[:WARM]:
            _asked(client, path)
        queries = _Counted()
        with connection.execute_wrapper(queries):
            taken = [_asked(client, path) for path in paths]
        figures[f"{name}_queries"] = round(queries.count / len(paths), 1)
        for word, place_ in (("", 0), ("cpu_", 1)):
            values = [one[place_] * 1000 for one in taken]
            figures[f"{name}_{word}ms"] = round(median(values), 1)
            figures[f"{name}_{word}p99_ms"] = round(quantiles(values, n=100)[98], 1)
    print(json.dumps(figures))


class _Counted:
    count = 0

    def __call__(self, execute: Any, *asked: Any) -> Any:
        self.count += 1
        return execute(*asked)


def _asked(client: Any, path: str) -> tuple[float, float]:
    begun, busy = time.perf_counter(), time.process_time()
    response = client.get(path)
    spent = time.perf_counter() - begun, time.process_time() - busy
    if response.status_code != 200:
        raise SystemExit(f"{path}: {response.status_code}")
    return spent


def _paths(count: int) -> dict[str, list[str]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM store_subject")
        last = cursor.fetchone()[0]
        chosen = random.Random(1).sample(range(1, last + 1), count * 2)
        cursor.execute(f"SELECT public_id FROM store_subject s WHERE id = ANY(%s) AND {SHOWN}", [chosen])
        some = [row[0] for row in cursor.fetchall()][:count]
        cursor.execute(
            "SELECT s.public_id FROM store_subject s JOIN (SELECT subject_id, count(*) AS records FROM store_record"
            " WHERE subject_id = ANY(%s) GROUP BY 1 ORDER BY 2 DESC LIMIT %s) b ON b.subject_id = s.id"
            f" WHERE {SHOWN} ORDER BY b.records DESC",
            [random.Random(2).sample(range(1, last + 1), min(20_000, last)), count * 10],
        )
        busy = [row[0] for row in cursor.fetchall()][:count]
    return {
        "health": ["/health"] * count,
        "file": [f"/office/subjects/{one}/" for one in some],
        "busy_file": [f"/office/subjects/{one}/" for one in busy],
    }


def _reader() -> Any:
    from datetime import UTC, datetime

    from allauth.mfa.totp.internal.auth import TOTP

    from xinheng.core.roles import Role
    from xinheng.services.organisations import organisation_for
    from xinheng.services.people import Account, open_account
    from xinheng.services.policies import policy_in_force
    from xinheng.store.accounts import User

    known = User.objects.filter(username=USER).first()
    if known is not None:
        return known
    now = datetime.now(UTC)
    unit = organisation_for(policy_in_force(on=now.date()), None)
    while unit.parent is not None:
        unit = unit.parent
    roles = (Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR)
    account = Account(username=USER, display_name="测速", organisation=unit, roles=roles)
    reader = open_account(account, password=None, actor=None, now=now, today=now.date())
    TOTP.activate(reader, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    return reader


def main() -> None:
    given = _given()
    with city_at(given.home, size=given.size, city=CITY) as made:
        figures = told_by_child(made, TASK.format(count=given.requests), city=CITY)
    tell("subject_page", {**figures, "load": round(os.getloadavg()[0], 1)}, as_json=given.json)


def _given() -> argparse.Namespace:
    made = parser(__doc__, sizes=["s", "m"], size="s")
    made.add_argument("--home", type=Path)
    made.add_argument("--requests", type=int, default=100)
    return made.parse_args()


if __name__ == "__main__":
    main()
