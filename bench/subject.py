"""One enterprise graded at once: its facts from PostgreSQL and the reference evaluation, and what explains the grade.

A sample city is loaded on an own embedded server; then subjects with records are taken one after another, each
fetched and graded by a model of 31 indicators, and the same grade is explained. Milliseconds, after a few to warm up.
Floor: the database answering the same subjects by number, nothing computed.
Run: python bench/subject.py [--size s|m] [--subjects 500] [--json]
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from measuring import XINHENG, parser, place, run, tell

CITY = "kaifeng"
WARM_UP = 20
MEASURE = "from subject import measure_here; measure_here()"


def measure_here() -> None:
    """Print the figures; runs in a process of its own, with the database."""
    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    import engine_city

    from xinheng.core.evaluation import Evaluator
    from xinheng.core.explanation import explain
    from xinheng.services.evaluate import facts_known
    from xinheng.store.records import Record
    from xinheng.store.subjects import Subject

    count, day = int(sys.argv[1]), date.fromisoformat(sys.argv[2])
    known, model = datetime.now(UTC), engine_city.model()
    evaluator = Evaluator(model, treatment=engine_city.TREATMENT)
    numbers = Record.objects.order_by("subject_id").values_list("subject_id", flat=True).distinct()
    every = max(1, len(numbers) // (count + WARM_UP))
    times: dict[str, list[float]] = {"floor": [], "fetch": [], "both": [], "explain": [], "records": []}
    for number in list(numbers[::every])[: count + WARM_UP]:
        floor_ms, subject = timed(lambda n=number: Subject.objects.get(pk=n))
        fetch_ms, facts = timed(lambda s=subject: facts_known(s, at=known))
        grade_ms, found = timed(lambda f=facts: evaluator.evaluate(f, as_of=day))
        explain_ms, _ = timed(lambda e=found: explain(model, e))
        for name, value in zip(
            times, (floor_ms, fetch_ms, fetch_ms + grade_ms, explain_ms, len(facts)), strict=True
        ):
            times[name].append(value)
    print(json.dumps(summary({name: taken[WARM_UP:] for name, taken in times.items()})))


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = call()
    return (time.perf_counter() - begun) * 1000, found


def summary(times: Mapping[str, list[float]]) -> dict[str, float]:
    return {
        "subjects": len(times["both"]),
        "records_each": median(times["records"]),
        "floor_ms": round(median(times["floor"]), 3),
        "fetch_ms": round(median(times["fetch"]), 3),
        "median_ms": round(median(times["both"]), 3),
        "p99_ms": round(quantiles(times["both"], n=100)[98], 3),
        "explain_ms": round(median(times["explain"]), 3),
        "explain_p99_ms": round(quantiles(times["explain"], n=100)[98], 3),
    }


def measure(size: str, count: int) -> dict[str, float]:
    day = date.today().isoformat()
    with place() as made:
        load = [*XINHENG, "sample-city", "--size", size, "--city", CITY, "--as-of", day, "--into-database"]
        run(load, environment=made.environment())
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(count), day],
            env=made.environment(PYTHONPATH=str(Path(__file__).parent), XINHENG_CITY=CITY),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    asked = parser(__doc__, sizes=["s", "m"], size="s")
    asked.add_argument("--subjects", type=int, default=500)
    given = asked.parse_args()
    tell("subject", measure(given.size, given.subjects), as_json=given.json)


if __name__ == "__main__":
    main()
