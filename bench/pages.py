"""Public pages of a whole city: the page of a subject, search, and the list of acts, as the server makes them.

Floor: `/health`, the least a request can be. A city is loaded past intake, published and graded on an own embedded
server; then `xinheng serve` answers one reader on the loopback address. Milliseconds are those of Server-Timing.
Run: python bench/pages.py [--size s|m] [--requests 300] [--json]
"""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

import psycopg
from measuring import XINHENG, Place, parser, place, run, tell

CITY = "kaifeng"
START_SECONDS = 90
TIMING = re.compile(r"app;dur=([0-9.]+)")
PUBLISH = "from pages import publish; publish()"
WORDS = (
    "食品",
    "开封市",
    "样例甲",
    "kfsp",
    "小吃店",
    "龙亭区 物流",
    "股份有限公司",
    "专业合作社",
    "沅湄",
    "9141",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """Milliseconds of each request: in the server, and as the reader waited."""

    server: list[float]
    wall: list[float]


def publish() -> None:
    """Let one reviewer publish every batch and grade the food trade; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from xinheng.core.roles import Role
    from xinheng.services.evaluate import run_model
    from xinheng.services.organisations import organisation_for
    from xinheng.services.people import Account, open_account
    from xinheng.services.policies import policy_in_force
    from xinheng.services.publication import publish_batch
    from xinheng.services.time import day_of
    from xinheng.store.models import Batch

    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    places = {
        Role.SECRECY_REVIEWER: organisation_for(policy, None),
        Role.MODEL_OFFICER: organisation_for(policy, policy.agencies.of_sector("food")[0]),
    }
    reviewer, officer = (
        open_account(
            Account(username=role.value, display_name="测速", organisation=organisation, roles=(role,)),
            password=None,
            actor=None,
            now=now,
            today=day_of(now),
        )
        for role, organisation in places.items()
    )
    for public_id in Batch.objects.values_list("public_id", flat=True):
        publish_batch(public_id, reviewer=reviewer, policy=policy, now=now)
    run_model("food/food-operators", policy=policy, as_of=day_of(now), actor=officer, now=now, publish=True)


@contextmanager
def served(made: Place) -> Iterator[int]:
    """The site on a free port of the loopback address; ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    log = made.home / "serve.log"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*XINHENG, "serve", "--city", CITY, "--port", str(port), "--threads", "4"],
            env=made.environment(),
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(port, server, log)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_SECONDS and server.poll() is None:
        try:
            ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/health")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(log.read_text(encoding="utf-8", errors="replace"))


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, float]:
    """Milliseconds in the server and in all."""
    begun = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    wall = (time.perf_counter() - begun) * 1000
    found = TIMING.search(response.headers.get("Server-Timing", ""))
    if response.status not in (200, 302) or found is None:
        raise SystemExit(f"{path}: {response.status}")
    return float(found.group(1)), wall


def answers(port: int, paths: Sequence[str]) -> Answers:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for path in paths[:5]:
        ask(connection, path)
    pairs = [ask(connection, path) for path in paths]
    return Answers([server for server, _ in pairs], [wall for _, wall in pairs])


def pages(url: str, count: int) -> dict[str, list[str]]:
    """Addresses to ask for: subjects with many acts among any subjects, words people type, filters of the list."""
    chance = random.Random(1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE store_publication, store_score, store_subject")
        busy = connection.execute(
            "SELECT s.public_id FROM store_subject s JOIN store_publication p ON p.subject_id = s.id"
            " GROUP BY s.id ORDER BY count(*) DESC LIMIT %s",
            [count // 10],
        ).fetchall()
        share = max(
            1.0, count * 200 / connection.execute("SELECT count(*) FROM store_subject").fetchall()[0][0]
        )
        some = connection.execute(
            f"SELECT public_id, name FROM store_subject TABLESAMPLE SYSTEM ({min(share, 100.0)}) REPEATABLE (1)"
        ).fetchall()
    chosen = chance.sample(some, min(len(some), count - len(busy)))
    names = [name[4:8] for _, name in chosen[: count - len(WORDS)]]
    kinds = [f"/acts?kind={kind}" for kind in ("", "permit", "penalty", "abnormal_operation")]
    return {
        "health": ["/health"] * count,
        "subject": chance.sample([f"/subject/{row[0]}" for row in (*busy, *chosen)], len(busy) + len(chosen)),
        "search": [f"/search?q={quote(word)}" for word in (*WORDS, *names)],
        "acts": [kinds[number % len(kinds)] for number in range(count)],
    }


def measure(size: str, count: int) -> dict[str, float]:
    with place() as made:
        day = date.today().isoformat()
        load = [*XINHENG, "sample-city", "--size", size, "--city", CITY, "--as-of", day, "--into-database"]
        loaded = run(load, environment=made.environment())
        folder = str(Path(__file__).parent)
        run([sys.executable, "-c", PUBLISH], environment=made.environment(PYTHONPATH=folder))
        with served(made) as port:
            found = {
                name: answers(port, paths) for name, paths in pages(made.server.url_for(), count).items()
            }
    figures = {"load_s": round(loaded.seconds, 1)}
    for name, taken in found.items():
        figures[f"{name}_ms"] = round(median(taken.server), 1)
        figures[f"{name}_p99_ms"] = round(quantiles(taken.server, n=100)[98], 1)
        figures[f"{name}_wall_ms"] = round(median(taken.wall), 1)
    return figures


def main() -> None:
    asked = parser(__doc__, sizes=["s", "m"], size="m")
    asked.add_argument("--requests", type=int, default=300)
    given = asked.parse_args()
    tell("pages", measure(given.size, given.requests), as_json=given.json)


if __name__ == "__main__":
    main()
