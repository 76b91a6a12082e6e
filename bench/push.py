"""Pushing records over HTTP: four clients, one hundred records a call, answered record by record with a receipt.

Floor: the same rows put into empty copies of the target tables with their indexes by plain INSERT, a row a statement,
one hundred a transaction, over one connection. `xinheng serve` answers on the loopback address with an own embedded
server; clients, web server and database share the processors.
Run: python bench/push.py [--size s|m] [--json]
"""

import csv
import http.client
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import psycopg
from intake import make
from measuring import TICKS, Place, parser, place, tell, times
from pages import CITY, served

CALLS = {"s": 60, "m": 300}
RECORDS_A_CALL = 100
CLIENTS = 4
WARM = 8
FEED = "permit-dual-publicity"
KEY = "from push import make_key; make_key()"
TABLES = ("store_record", "store_recorddetail")


def make_key() -> None:
    """Print the text of a key for the feed; runs in a process of its own."""
    from datetime import UTC, datetime, timedelta

    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from xinheng.core.roles import Role
    from xinheng.services.organisations import set_up_organisations
    from xinheng.services.people import Account, open_account
    from xinheng.services.policies import policy_in_force
    from xinheng.services.senders import MOST_PER_MINUTE, KeyOrder
    from xinheng.services.senders import make_key as make_sender
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    today = day_of(now)
    city = set_up_organisations(policy, on=today)
    account = Account(
        username="bench", display_name="测速", organisation=city, roles=(Role.CREDIT_OFFICE_OPERATOR,)
    )
    officer = open_account(account, password=None, actor=None, now=now, today=today)
    order = KeyOrder(
        organisation=city,
        name="测速",
        feeds=(FEED,),
        expires_on=today + timedelta(days=1),
        per_minute=MOST_PER_MINUTE,
    )
    print(make_sender(order, actor=officer, policy=policy, now=now)[1])


def bodies(path: Path) -> Iterator[bytes]:
    """JSON of one hundred records each."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        while records := list(islice(rows, RECORDS_A_CALL)):
            yield json.dumps({"records": records}, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Taken:
    seconds: float
    calls: list[float]


class Client(threading.Thread):
    """Sends bodies from a queue until it is empty."""

    def __init__(self, port: int, key: str, waiting: "queue.SimpleQueue[tuple[int, bytes]]") -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.key, self.waiting = key, waiting
        self.calls: list[float] = []
        self.wrong = ""

    def run(self) -> None:
        while not self.wrong:
            try:
                number, body = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.calls.append(self._send(number, body))

    def _send(self, number: int, body: bytes) -> float:
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"bench-{number:06}",
        }
        begun = time.perf_counter()
        self.connection.request("POST", f"/api/v1/deliveries?feed={FEED}", body=body, headers=headers)
        response = self.connection.getresponse()
        told = json.loads(response.read())
        if response.status != 201 or told["accepted"] != RECORDS_A_CALL:
            self.wrong = f"{response.status}: {str(told)[:300]}"
        return time.perf_counter() - begun


def push(port: int, key: str, sent: list[tuple[int, bytes]]) -> Taken:
    waiting: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
    for one in sent:
        waiting.put(one)
    clients = [Client(port, key, waiting) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    seconds = time.perf_counter() - begun
    for client in clients:
        if client.wrong:
            raise SystemExit(client.wrong)
    return Taken(seconds, [spent for client in clients for spent in client.calls])


def insert(url: str) -> float:
    """Seconds for the same rows by plain INSERT."""
    seconds = 0.0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        held: dict[str, list[tuple[object, ...]]] = {}
        statements: dict[str, str] = {}
        for table in TABLES:
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            held[table] = cursor.fetchall()
            names = [column.name for column in cursor.description or ()]
            kinds = {column.name: column.type_code for column in cursor.description or ()}
            marks = ["%s::jsonb" if kinds[name] == JSONB else "%s" for name in names]
            statements[table] = f"INSERT INTO floor_{table} ({', '.join(names)}) VALUES ({', '.join(marks)})"
        connection.commit()
        for start in range(0, len(held[TABLES[0]]), RECORDS_A_CALL):
            rows = {table: _plain(held[table][start : start + RECORDS_A_CALL]) for table in TABLES}
            begun = time.perf_counter()
            for table in TABLES:
                for row in rows[table]:
                    cursor.execute(statements[table], row)
            connection.commit()
            seconds += time.perf_counter() - begun
    return seconds


JSONB = 3802


def _plain(rows: list[tuple[object, ...]]) -> list[list[object]]:
    return [[json.dumps(cell) if isinstance(cell, dict) else cell for cell in row] for row in rows]


def measure(size: str) -> dict[str, float]:
    calls = CALLS[size]
    with place() as made:
        source = made.home / "permits.csv"
        make(source, rows=(calls + WARM) * RECORDS_A_CALL)
        sent = list(enumerate(bodies(source)))
        key = _key(made)
        with served(made) as port:
            push(port, key, sent[:WARM])
            before = made.server_cpu(), web_cpu(made)
            taken = push(port, key, sent[WARM:])
            database, web = made.server_cpu() - before[0], web_cpu(made) - before[1]
        floor = insert(made.server.url_for())
    records = calls * RECORDS_A_CALL
    per_s = records / taken.seconds
    floor_per_s = (calls + WARM) * RECORDS_A_CALL / floor
    return {
        "records": records,
        "per_s": round(per_s),
        "insert_per_s": round(floor_per_s),
        "ratio": round(per_s / floor_per_s, 3),
        "call_ms": round(median(taken.calls) * 1000, 1),
        "call_p99_ms": round(quantiles(taken.calls, n=100)[98] * 1000, 1),
        "web_cpu_ms_a_call": round(web / calls * 1000),
        "database_cpu_ms_a_call": round(database / calls * 1000),
    }


def web_cpu(made: Place) -> float:
    """Seconds of processor time that the web server of this bench has taken."""
    seconds = 0.0
    for entry in Path("/proc").iterdir():
        try:
            ours = entry.name.isdigit() and f"XINHENG_HOME={made.home}".encode() in (
                entry / "environ"
            ).read_bytes().split(b"\0")
            if ours and b"granian" in (entry / "cmdline").read_bytes():
                seconds += sum(times(int(entry.name))[1:3]) / TICKS
        except OSError:
            continue
    return seconds


def _key(made: Place) -> str:
    folder = str(Path(__file__).parent)
    command = [sys.executable, "-c", KEY]
    done = subprocess.run(
        command, env=made.environment(PYTHONPATH=folder), stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout.strip().splitlines()[-1]


def main() -> None:
    given = parser(__doc__, sizes=list(CALLS), size="m").parse_args()
    tell("push", measure(given.size), as_json=given.json)


if __name__ == "__main__":
    main()
