"""A draw of about 1 % from the objects of a city with 2,000 inspectors, and its verification from the file: by the
command, and by the page of the portal in a real browser (Chromium).

Floor: one SHA-256 over each key of the pool in plain Python, the least any verifier has to do.
Run: python bench/draw.py [--size s|m|l] [--json]
"""

import argparse
import hashlib
import json
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import xinheng.interfaces.web
from xinheng.core.draw import Inspector, Occasion, Party, Stratum, announce, draw
from xinheng.core.draw_rule import blind_key, commitment
from xinheng.core.draw_verify import verify

OBJECTS = {"s": 2_000, "m": 100_000, "l": 1_300_000}
SHARES = (("a", 0.19, 5), ("b", 0.60, 8), ("c", 0.15, 10), ("d", 0.04, 20), ("e", 0.02, 50))
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PAGE = Path(xinheng.interfaces.web.__file__).parent / "static" / "web" / "draw"
CHROMIUM = "/usr/bin/chromium"
WORK = """() => new Promise((done) => {
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => done(data);
  worker.postMessage({ url: "/record.json", announced: "" });
})"""
SECRET = "a secret text of the bench"


def strata(count: int) -> list[Stratum]:
    pools: list[Stratum] = []
    for key, share, ratio in SHARES:
        size = int(count * share)
        objects = [blind_key(f"{key}{n}", identity="") for n in range(size)]
        pools.append(Stratum(key=key, name=key, ratio=ratio, population=size, objects=objects))
    return pools


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def measure(size: str) -> dict[str, float]:
    pools = strata(OBJECTS[size])
    people = [
        Inspector(key=f"i{n}", lines=frozenset({"x"}), certified_until=date(2030, 1, 1), max_load=50)
        for n in range(2_000)
    ]
    occasion = Occasion(
        draw="bench", title="示例", organ="示例", plan="示例", matter="示例", basis="示例", line="x"
    )
    party = Party(name="示例", commitment=commitment(draw="bench", party="示例", reveal=SECRET))
    keys = [key.encode() for pool in pools for key in pool.objects]
    floor_s, _ = timed(lambda: [hashlib.sha256(key).digest() for key in keys])

    def make() -> Any:
        announced = announce(
            occasion, strata=pools, inspectors=people, team=2, parties=[party], now=NOW, today=NOW.date()
        )
        return draw(announced, reveals=[SECRET], now=NOW + timedelta(hours=1))

    draw_s, record = timed(make)
    write_s, content = timed(record.to_json)
    verify_s, problems = timed(lambda: verify(json.loads(content)))
    if problems:
        raise SystemExit("\n".join(problems))
    browser_s = in_browser(content)
    return {
        "objects": len(keys),
        "drawn": len(record.drawn),
        "floor_s": round(floor_s, 3),
        "draw_s": round(draw_s, 3),
        "write_s": round(write_s, 3),
        "verify_s": round(verify_s, 3),
        "browser_s": round(browser_s, 3),
        "file_mib": round(len(content) / 2**20, 1),
    }


def in_browser(content: bytes) -> float:
    """Seconds from asking for the file to the verdict, in the worker that the portal's page starts."""
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        for file in PAGE.glob("*.js"):
            (Path(folder) / file.name).write_bytes(file.read_bytes())
        (Path(folder) / "record.json").write_bytes(content)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/page.js")
            answer = page.evaluate(WORK)
            browser.close()
        server.shutdown()
        server.server_close()
    if answer.get("problems") != []:
        raise SystemExit(str(answer))
    return float(answer["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=OBJECTS, default="l")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = measure(given.size)
    for name, value in figures.items():
        print(f"{name:>10} {value}")
    if given.json:
        print(json.dumps({"name": "draw", "figures": figures}))


if __name__ == "__main__":
    main()
