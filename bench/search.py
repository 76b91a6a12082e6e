"""The public search at a steady 50 queries a second, and the subject page at 20, as a reader on the loopback address waits.

Queries of each kind that people type (whole and begun codes, parts of names, former names, initials, spelled pinyin,
one slip, narrowed) leave on a clock whether or not the last was answered. Floor in the same run: an address that reads
one row (`/code/<code>`). The server is one process, so that what it answers in a second is bounded by what a page takes of
one processor (``server_cpu_ms`` a query, ``page_cpu_ms`` a page; those of the database apart): pages asked for faster than that queue without
end. ``--home`` names a data folder that holds a city (`bench/home.py --at-rest`); without it one is loaded, and the worker beside
the server counts it meanwhile.
Run: python bench/search.py [--size s|m|l] [--home DIR] [--rate 50] [--page-rate 20] [--seconds 60] [--json]
"""

import argparse
import http.client
import os
import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from threading import local
from urllib.parse import quote

import psycopg
from measuring import Place, city_at, parser, tell
from pages import CITY, served
from pypinyin import lazy_pinyin

CLIENTS = 16
SAMPLE = 4_000
WRONG = "甲乙丙丁戊己庚辛"
TARGET_P95_MS = 100
"""Of searches, and of subject pages."""
_kept = local()


def queries(url: str) -> dict[str, list[str]]:
    """Addresses by kind of query, of enterprises drawn from all."""
    chance = random.Random(1)
    with psycopg.connect(url, autocommit=True) as connection:
        last = connection.execute("SELECT max(id) FROM store_subject").fetchall()[0][0]
        chosen = chance.sample(range(1, last + 1), min(SAMPLE, last))
        rows = connection.execute(
            "SELECT public_id, code, name, division_code FROM public_subject WHERE id = ANY(%s) AND code IS NOT NULL",
            [chosen],
        ).fetchall()
        former = connection.execute(
            "SELECT name FROM public_name WHERE subject_id = ANY(%s)", [chosen]
        ).fetchall()
    found: dict[str, list[str]] = defaultdict(list)
    for public_id, code, name, division in rows:
        part = name[4:8]
        spelled = "".join(lazy_pinyin(name[:6]))
        place_ = chance.randrange(2, 6)
        found["subject"].append(f"/subject/{public_id}")
        found["one_row"].append(f"/code/{code}")
        found["code"].append(_search(code))
        found["code_begun"].append(_search(code[:12]))
        found["name"].append(_search(name))
        found["part"].append(_search(part))
        found["initials"].append(_search("".join(one[0] for one in lazy_pinyin(name[:8]))))
        found["pinyin"].append(_search(spelled))
        found["slip"].append(_search(name[:place_] + chance.choice(WRONG) + name[place_ + 1 :]))
        found["narrowed"].append(_search(part, f"&district={division}&status=active"))
    found["former"] = [_search(name[2:8]) for (name,) in former] or found["part"]
    return found


def _search(query: str, more: str = "") -> str:
    return f"/search?q={quote(query)}{more}"


def at_rate(port: int, addresses: list[tuple[str, str]], rate: float) -> dict[str, list[float]]:
    """Milliseconds from the moment an ask was due until its answer was read, by kind."""
    begun = time.perf_counter()
    waited: dict[str, list[float]] = defaultdict(list)

    def ask(number: int, kind: str, path: str) -> None:
        due = begun + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        _get(port, path)
        waited[kind].append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(CLIENTS) as clients:
        for done in [clients.submit(ask, number, *one) for number, one in enumerate(addresses)]:
            done.result()
    return waited


def _get(port: int, path: str) -> None:
    if getattr(_kept, "port", None) != port:
        _kept.port, _kept.connection = port, http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    _kept.connection.request("GET", path)
    response = _kept.connection.getresponse()
    response.read()
    if response.status not in (200, 302):
        raise SystemExit(f"{path}: {response.status}")


def measure(made: Place, rate: float, page_rate: float, seconds: int) -> dict[str, float]:
    by_kind = queries(made.server.url_for())
    apart = {"subject", "one_row"}
    chance = random.Random(2)
    kinds = [kind for kind in by_kind if kind not in apart]
    mixed = [(kind := chance.choice(kinds), chance.choice(by_kind[kind])) for _ in range(int(rate * seconds))]
    figures: dict[str, float] = {}
    with served(made) as port:
        at_rate(port, mixed[: int(rate * 5)], rate)
        before = server_cpu(made)
        waited = at_rate(port, mixed, rate)
        busy = [
            (after - was) * 1000 / len(mixed) for was, after in zip(before, server_cpu(made), strict=True)
        ]
        figures["server_cpu_ms"], figures["database_cpu_ms"] = round(busy[0], 1), round(busy[1], 1)
        for kind, apace in (("one_row", rate), ("subject", page_rate)):
            chosen = [(kind, path) for path in chance.sample(by_kind[kind], min(500, len(by_kind[kind])))]
            before = server_cpu(made)
            waited |= at_rate(port, chosen, apace)
            busy = [
                (after - was) * 1000 / len(chosen)
                for was, after in zip(before, server_cpu(made), strict=True)
            ]
        figures["page_cpu_ms"], figures["page_database_cpu_ms"] = round(busy[0], 1), round(busy[1], 1)
    everything = [one for kind in kinds for one in waited[kind]]
    figures["median_ms"], figures["p95_ms"] = round(median(everything), 1), _p(everything, 95)
    figures["p99_ms"] = _p(everything, 99)
    for kind, taken in sorted(waited.items()):
        figures[f"{kind}_p95_ms"] = _p(taken, 95)
    figures["ratio"] = round(figures["p95_ms"] / figures["one_row_p95_ms"], 1)
    figures["target_p95_ms"] = TARGET_P95_MS
    return figures


def server_cpu(made: Place) -> tuple[float, float]:
    """Seconds of processor time of the web server's processes, and of the database."""
    return made.child_cpu(), made.server_cpu()


def _p(values: list[float], share: int) -> float:
    return round(quantiles(values, n=100)[share - 1], 1)


def main() -> None:
    given = _given()
    with city_at(given.home, size=given.size, city=CITY) as made:
        figures = measure(made, given.rate, given.page_rate, given.seconds)
    tell("search", {**figures, "load": round(os.getloadavg()[0], 1)}, as_json=given.json)


def _given() -> argparse.Namespace:
    made = parser(__doc__, sizes=["s", "m", "l"], size="s")
    made.add_argument("--home", type=Path)
    made.add_argument("--rate", type=float, default=50)
    made.add_argument("--page-rate", type=float, default=20)
    made.add_argument("--seconds", type=int, default=60)
    return made.parse_args()


if __name__ == "__main__":
    main()
