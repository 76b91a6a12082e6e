"""Credit reports as the server makes and verifies them, with a warm compiler, in one process.

A signed PDF is what a download costs: the kept content opened, compared with the file of its subject as it is now, set,
signed. Verifying is what an upload costs: signature, number, and the same comparison. Floor: the typesetting alone of the
same reports. ``--home`` names a data folder that holds a city which publishes; without it the demonstration is played on
an embedded server of its own. Milliseconds of wall time and of processor time in this process.
Run: python bench/report.py [--home DIR] [--reports 100] [--json]
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from measuring import XINHENG, Place, at, place, run, tell, told_by_child

CITY = "kaifeng"
TASK = "from report import ask; ask({count})"
WARM = 5
TARGETS = {"target_p95_ms": 150, "target_verify_ms": 50}
URL = "https://credit.example/verify/"


def ask(count: int) -> None:
    """Make, sign and verify, and tell the figures; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from datetime import UTC, datetime

    from xinheng.documents.reports import set_report
    from xinheng.services.policies import policy_in_force
    from xinheng.services.reports import content_of, make_public, paper_of
    from xinheng.services.reports_verifying import State, verify_file

    now = datetime.now(UTC)
    today = now.date()
    policy = policy_in_force(on=today)
    subjects = _subjects(count + WARM)
    if len(subjects) <= WARM:
        raise SystemExit("nothing is published here: name a data folder of a city that publishes")
    made = _taken(lambda one: make_public(one, "partner", policy=policy, now=now), subjects)
    reports = made.results
    papers = _taken(
        lambda one: paper_of(one, verify_url=URL + one.number, with_twin=False, policy=policy, now=now),
        reports,
    )
    seen = _taken(lambda one: verify_file(one, policy=policy, today=today), papers.results)
    if any(one.answer is None or one.answer.state is not State.CURRENT for one in seen.results):
        raise SystemExit("a report that was just made does not verify")
    twins = [content_of(one, policy=policy, now=now) for one in reports]
    floor = _taken(lambda one: set_report(one, verify_url=URL + one["number"], development=True), twins)
    figures = {
        **made.figures("make_"),
        **papers.figures(""),
        **seen.figures("verify_"),
        **floor.figures("floor_"),
        "lines": median(sum(len(part["lines"]) for part in one["sections"]) for one in twins),
        "kib": round(median(len(one) for one in papers.results) / 1024),
    }
    figures["verify_ms"] = figures["verify_median_ms"]
    figures |= TARGETS
    figures["ratio"] = round(figures["median_ms"] / figures["floor_median_ms"], 2)
    print(json.dumps(figures))


class _taken:  # noqa: N801 - reads as a verb
    """Each of ``things`` worked on, the first ones to warm up; what came out, and how long the others took."""

    def __init__(self, work: Callable[[Any], Any], things: list[Any]) -> None:
        self.results: list[Any] = []
        self.spent: list[tuple[float, float]] = []
        for thing in things:
            begun, busy = time.perf_counter(), time.process_time()
            self.results.append(work(thing))
            self.spent.append((time.perf_counter() - begun, time.process_time() - busy))

    def figures(self, name: str) -> dict[str, float]:
        wall, busy = ([one[at] * 1000 for one in self.spent[WARM:]] for at in (0, 1))
        return {
            f"{name}median_ms": round(median(wall), 1),
            f"{name}p95_ms": round(quantiles(wall, n=20)[18], 1),
            f"{name}cpu_ms": round(median(busy), 1),
        }


def _subjects(count: int) -> list[Any]:
    """Enterprises of which something is published, chosen at random but alike each time."""
    from xinheng.store.effects import Publication
    from xinheng.store.subjects import Subject

    shown = Publication.objects.filter(stopped_at=None).values_list("subject", flat=True).distinct()
    living = Subject.objects.filter(pk__in=shown, merged_into=None).exclude(kind="sole_trader")
    numbers = list(living.order_by("pk").values_list("pk", flat=True)[: count * 50])
    chosen = random.Random(1).sample(numbers, min(count, len(numbers)))
    return list(Subject.objects.filter(pk__in=chosen).order_by("pk"))


def main() -> None:
    given = _given()
    with _publishing(given.home) as made:
        figures = told_by_child(made, TASK.format(count=given.reports), city=CITY)
    tell("report", {**figures, "load": round(os.getloadavg()[0], 1)}, as_json=given.json)


@contextmanager
def _publishing(home: Path | None) -> Iterator[Place]:
    if home is not None:
        yield at(home)
        return
    with place() as made:
        run([*XINHENG, "demo", "--city", CITY], environment=made.environment())
        yield made


def _given() -> argparse.Namespace:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--json", action="store_true")
    made.add_argument("--home", type=Path)
    made.add_argument("--reports", type=int, default=100)
    return made.parse_args()


if __name__ == "__main__":
    main()
