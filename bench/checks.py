"""Checks by key over HTTP: single ones, each entered in register and ledger, and batches; beside a bare view of one row.

The bare view is a plain Django view in the same server that reads one row by its code and enters nothing; both are asked
in turns by the same clients, so that load from outside falls on both. One enterprise in fifty has a measure that fits;
commitments and lists are those of the made-up city. ``--home`` names a data folder that holds a city (a key, a grant and
measures are added to it); without it one is loaded.
``batch_server_cpu_us`` and ``batch_database_cpu_us`` are what one code of a batch takes of a processor.
Run: python bench/checks.py [--size s|m|l] [--home DIR] [--clients 8] [--seconds 5] [--json]
"""

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg
from measuring import Place, city_at, parser, tell, told_by_child
from pages import CITY, wait_for

ROUNDS = 4
TARGETS = {"target_ratio": 0.35, "target_p99_ms": 60, "target_batch_codes_per_s": 20_000}
BATCH = 10_000
BATCHES = 6
AT_ONCE = 2
PURPOSE, OCCASION = "tender", "tender"
PREPARE = "from checks import prepare; prepare()"
MEASURES = """
INSERT INTO store_measureapplied (public_id, subject_id, ground_kind, ground_key, decision_id, organisation_id, measure, title,
    "group", edition, policy_digest, occasions, basis, ban, field, permanent, from_on, until_on, reason, proposed_by_id,
    decided_by_id, applied_at, end_cause, ended_why)
SELECT left(md5(random()::text), 16), s.id, 'record', s.id, %(case)s, %(unit)s, 'bench', '限制措施', 2, '2024', '', ARRAY['tender'],
    '依据', '', '', false, current_date - 10, NULL, '理由', %(user)s, %(other)s, now() - interval '10 days', '', ''
FROM store_subject s WHERE s.id %% 50 = 0
ON CONFLICT DO NOTHING
"""


def prepare() -> None:
    """Say the text of a reading key without bounds worth the name; runs in a process of its own."""
    from datetime import UTC, datetime, timedelta

    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from django.db import connection

    from xinheng.core.roles import Role
    from xinheng.services.organisations import set_up_organisations
    from xinheng.services.people import Account, open_account
    from xinheng.services.policies import policy_in_force
    from xinheng.services.senders import ReadingOrder, make_reading_key
    from xinheng.services.time import day_of
    from xinheng.store.models import Case, SenderKey, SharingGrant

    now, mark = datetime.now(UTC), f"{time.time():.0f}"
    today = day_of(now)
    policy = policy_in_force(on=today)
    unit = set_up_organisations(policy, on=today)
    one, two = (
        open_account(
            Account(
                username=f"{name}{mark}",
                display_name="测速",
                organisation=unit,
                roles=(Role.CREDIT_OFFICE_OPERATOR,),
            ),
            password=None,
            actor=None,
            now=now,
            today=today,
        )
        for name in ("bench", "beside")
    )
    case = Case.objects.create(
        number=f"BENCH-{mark}", kind="sharing", flow="sharing", flow_version=1, state="in_force", organisation=unit,
        title="样例", opened_at=now,
    )  # fmt: skip
    grant = SharingGrant.objects.create(
        case=case, organisation=unit, items={"penalty": ["文书号"]}, purpose=PURPOSE, matter="样例", legal_basis="样例",
        daily_quota=2_000_000_000, from_on=today, until_on=today + timedelta(days=30), approved_by=two, approved_at=now,
    )  # fmt: skip
    order = ReadingOrder(
        organisation=unit, name="测速", grant=grant, expires_on=today + timedelta(days=30), per_minute=6_000
    )
    key, text = make_reading_key(order, actor=one, now=now)
    SenderKey.objects.filter(pk=key.pk).update(per_minute=2_000_000_000)
    with connection.cursor() as cursor:
        cursor.execute(MEASURES, {"case": case.pk, "unit": unit.pk, "user": one.pk, "other": two.pk})
    print(json.dumps({"key": text}))


def site() -> Any:
    """The application with the bare view beside it; made by the server's own process."""
    from xinheng.config.wsgi import application

    _add_bare_view()
    return application


def _add_bare_view() -> None:
    """To be called once Django stands."""
    from django.http import HttpRequest, HttpResponse, JsonResponse
    from django.urls import path

    from xinheng.config import urls
    from xinheng.store.models import Subject

    def bare(request: HttpRequest, code: str) -> HttpResponse:
        return JsonResponse({"name": Subject.objects.values_list("name", flat=True).get(code=code)})

    urls.urlpatterns.insert(0, path("bare/<str:code>", bare))


@contextmanager
def served(made: Place) -> Iterator[int]:
    """As `xinheng serve` serves, without the worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folders = (str(Path(__file__).parent), os.environ.get("PYTHONPATH", ""))
    threads = str(min(8, 2 * (os.cpu_count() or 1) + 1))
    environment = made.environment(
        XINHENG_CITY=CITY,
        XINHENG_PROCESS="web",
        XINHENG_DATABASE_ROLE="xinheng_app",
        XINHENG_THREADS=threads,
        PYTHONPATH=os.pathsep.join(folders),
    )
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "checks:site"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", threads),
        *("--no-ws", "--log-level", "warning"),
    ]
    log = made.home / "checks.log"
    with log.open("wb") as said:
        server = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
        try:
            wait_for(port, server, log)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


class Client:
    """One connection that stays open."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def bare(self, code: str) -> None:
        self._ask("GET", f"/bare/{code}")

    def check(self, code: str) -> None:
        self._ask("POST", "/api/v1/checks", {**_asked(), "code": code})

    def batch(self, codes: list[str]) -> int:
        """How many were answered."""
        head, *_ = self._ask("POST", "/api/v1/checks/batch", {**_asked(), "codes": codes}).split(b"\n", 1)
        return int(json.loads(head)["found"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        sent = json.dumps(body).encode() if body else None
        self.connection.request(method, path, body=sent, headers=self.headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {content[:300].decode(errors='replace')}")
        return content


def _asked() -> dict[str, str]:
    return {"purpose": PURPOSE, "occasion": OCCASION, "reference": "ZB-2026-1"}


def for_a_while(
    clients: list[Client], verb: str, codes: list[str], seconds: float
) -> tuple[float, list[float]]:
    """Answers a second of all clients, and how long each waited, in milliseconds."""
    waited: list[list[float]] = [[] for _ in clients]
    wrong: list[str] = []
    ends = time.perf_counter() + seconds

    def work(number: int) -> None:
        chance, ask = random.Random(number), getattr(clients[number], verb)
        try:
            while (begun := time.perf_counter()) < ends:
                ask(chance.choice(codes))
                waited[number].append((time.perf_counter() - begun) * 1000)
        except (SystemExit, OSError) as error:
            wrong.append(str(error))

    _together(work, len(clients))
    if wrong:
        raise SystemExit(wrong[0])
    every = [one for each in waited for one in each]
    return len(every) / seconds, every


def batches(clients: list[Client], codes: list[str]) -> tuple[float, float]:
    """Codes a second of some batches at once, and the seconds of one."""
    size = min(BATCH, len(codes))
    spent: list[float] = []
    answered: list[int] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        for _ in range(BATCHES // AT_ONCE):
            asked = chance.sample(codes, size)
            begun = time.perf_counter()
            answered.append(clients[number].batch(asked))
            spent.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    _together(work, AT_ONCE)
    return sum(answered) / (time.perf_counter() - begun), median(spent)


def _together(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def measure(made: Place, count: int, seconds: float) -> dict[str, float]:
    key = str(told_by_child(made, PREPARE, city=CITY)["key"])
    with psycopg.connect(made.server.url_for(), autocommit=True) as owner:
        owner.execute("ANALYZE store_measureapplied, store_subject")
        rows = owner.execute(
            "SELECT code FROM store_subject WHERE code IS NOT NULL AND merged_into_id IS NULL ORDER BY random() LIMIT 60000"
        ).fetchall()
        codes = [row[0] for row in rows]
        before = owner.execute("SELECT count(*) FROM store_checkmade").fetchall()[0][0]
        with served(made) as port:
            clients = [Client(port, key) for _ in range(count)]
            for verb in ("bare", "check"):
                for_a_while(clients, verb, codes, min(seconds, 2))
            batches(clients, codes)
            bare, single, waited = [], [], []
            for _ in range(ROUNDS):
                bare.append(for_a_while(clients, "bare", codes, seconds)[0])
                rate, times = for_a_while(clients, "check", codes, seconds)
                single.append(rate)
                waited += times
            before_it = made.child_cpu(), made.server_cpu()
            codes_per_s, batch_s = batches(clients, codes)
            spent = made.child_cpu() - before_it[0], made.server_cpu() - before_it[1]
            busy = [one * 1e6 / (BATCHES // AT_ONCE * AT_ONCE * min(BATCH, len(codes))) for one in spent]
        entered = owner.execute("SELECT count(*) FROM store_checkmade").fetchall()[0][0] - before
    if entered < len(waited):
        raise SystemExit(f"{len(waited)} checks were answered and {entered} entered")
    return {
        "subjects": len(codes),
        "per_s": round(median(single)),
        "bare_per_s": round(median(bare)),
        "ratio": round(median(single) / median(bare), 3),
        "p50_ms": round(median(waited), 1),
        "p99_ms": round(quantiles(waited, n=100)[98], 1),
        "batch_codes_per_s": round(codes_per_s),
        "batch_s": round(batch_s, 3),
        "batch_of": min(BATCH, len(codes)),
        "batch_server_cpu_us": round(busy[0]),
        "batch_database_cpu_us": round(busy[1]),
        **TARGETS,
    }


def main() -> None:
    asked: argparse.ArgumentParser = parser(__doc__, sizes=["s", "m", "l"], size="m")
    asked.add_argument("--home", type=Path)
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--seconds", type=float, default=5)
    given = asked.parse_args()
    with city_at(given.home, size=given.size, city=CITY) as made:
        figures = measure(made, max(given.clients, AT_ONCE), given.seconds)
    tell("checks", figures, as_json=given.json)


if __name__ == "__main__":
    main()
