"""Desk and lists of cases by the day due in a city with many open cases.

Cases of the order to put right are written past the services: every unit has its share, one clock in ten is overdue.
Floor: the same fifty rows of one unit by plain SQL on the index. Each page is asked in process by one signed-in person.
Run: python bench/cases.py [--size s|m|l] [--json]
"""

import json
import statistics
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from measuring import analyse, ask_apart, parser, place, tell

SIZES = {"s": 20_000, "m": 200_000, "l": 1_000_000}
UNITS = 60
ROUNDS = 30
ASK = "import sys; from cases import ask; ask(int(sys.argv[1]), sys.argv[2])"
FILL = """
INSERT INTO store_case (public_id, number, secret_digest, kind, flow, flow_version, state, organisation_id, title, details,
    ground, opened_at, version, handler_id)
SELECT 'case' || lpad(n::text, 12, '0'), 'ZG-2026-' || lpad(n::text, 7, '0'), '', 'rectification', 'rectification', 1,
    (ARRAY['drafted', 'correcting', 'correcting', 'correcting', 'checking', 'overdue'])[1 + n % 6],
    (%(units)s::bigint[])[1 + n %% array_length(%(units)s::bigint[], 1)], '责令某公司整改', '{}', '', now(), 1, %(user)s
FROM generate_series(1, %(cases)s) n
""".replace("n % 6", "n %% 6")
EVENTS = """
INSERT INTO store_caseevent (case_id, sequence, at, verb, from_state, to_state, actor_id, reason, ground, details)
SELECT id, s, now(), (ARRAY['draft', 'confirm', 'serve'])[s], 'new', state, %(user)s, '', '', '{}'
FROM store_case, generate_series(1, 3) s
"""
CLOCKS = """
INSERT INTO store_casedeadline (case_id, organisation_id, key, started_on, due_on, provisional, calendar_version, count, unit)
SELECT id, organisation_id, 'rectification.correct_workdays', %(today)s::date - 10, %(today)s::date - 4 + (id %% 40)::int,
    false, '', 20, 'workday'
FROM store_case WHERE state <> 'drafted'
"""
PLAIN = """
SELECT c.number, c.title, d.due_on FROM store_casedeadline d JOIN store_case c ON c.id = d.case_id
WHERE d.ended_on IS NULL AND d.organisation_id = %s AND d.due_on < %s ORDER BY d.due_on, d.id LIMIT 51
"""
PAGES = {
    "desk": "/office/desk/",
    "cases": "/office/cases/",
    "mine": "/office/cases/?mine=1",
    "state": "/office/cases/?state=checking&kind=rectification",
    "overdue": "/office/cases/?due=late",
    "due_3": "/office/cases/?due=3",
    "due_10_state": "/office/cases/?due=10&state=checking",
}


def ask(cases: int, out: str) -> None:
    """Fill the database and ask every page; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city="kaifeng")
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    officers, unit = _people()
    today = datetime.now(UTC).date()
    with connection.cursor() as cursor:
        begun = time.perf_counter()
        _fill(cursor, cases, user=officers["unit"].pk, today=today)
        figures = {"fill_s": round(time.perf_counter() - begun, 1)}
        figures["floor_p95_ms"] = _p95(lambda: (cursor.execute(PLAIN, [unit, today]), cursor.fetchall()))
    for name, officer in officers.items():
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(officer)
        for page, url in PAGES.items():
            response = client.get(url)
            if response.status_code != 200:
                raise SystemExit(f"{url}: {response.status_code}")
            figures[f"{name}_{page}_p95_ms"] = _p95(lambda client=client, url=url: client.get(url))
    Path(out).write_text(json.dumps(figures), encoding="utf-8")


def _people() -> tuple[dict[str, Any], int]:
    """A city of sixty units, an officer of the city and one of a unit."""
    from allauth.mfa.models import Authenticator

    from xinheng.core.roles import Role
    from xinheng.store.models import Organisation, RoleGrant, User

    city = Organisation.objects.create(key="bench.city", kind="city")
    units = [
        Organisation.objects.create(key=f"bench.unit{number}", kind="department", parent=city)
        for number in range(UNITS)
    ]
    found = {}
    for name, where in (("city", city), ("unit", units[7])):
        user = User.objects.create_user(name, "x" * 20, display_name=name, organisation=where)
        RoleGrant.objects.create(user=user, role=Role.REVIEWER, organisation=where, from_on=date(2020, 1, 1))
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        found[name] = user
    return found, units[7].pk


def _fill(cursor: Any, cases: int, *, user: int, today: date) -> None:
    from xinheng.store.models import Organisation

    units = list(Organisation.objects.filter(key__startswith="bench.unit").values_list("pk", flat=True))
    given = {"units": units, "user": user, "cases": cases, "today": today}
    for statement in (FILL, EVENTS, CLOCKS):
        cursor.execute(statement, given)
    analyse("store_case", "store_caseevent", "store_casedeadline")


def _p95(call: Any) -> float:
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        spent.append((time.perf_counter() - begun) * 1000)
    return round(statistics.quantiles(spent, n=20)[-1], 1)


def main() -> None:
    options = parser(__doc__, sizes=tuple(SIZES), size="s").parse_args()
    with place() as made:
        tell("cases", ask_apart(made, ASK, str(SIZES[options.size])), as_json=options.json)


if __name__ == "__main__":
    main()
