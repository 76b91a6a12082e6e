"""The night of a city: new records out of PostgreSQL, every model in force run, the scores back into PostgreSQL.

full_s: nothing is kept, everything is exported, run and written. total_s: the same with the snapshot of the day before
and 100,000 new records. refresh_s: 100,000 further records, from committed row to new grade in force. one_ms: one changed
record. A made-up city is loaded on an own embedded server, or ``--home`` names a data folder that holds one already;
new records are added to it with each run of the bench.
Run: python bench/nightly.py [--size s|m|l] [--home DIR] [--json]
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measuring import XINHENG, parser, place, run, tell

CITY = "kaifeng"
MODELS = ("general/trial", "food/food-operators")
NEW = {"s": 2_000, "m": 20_000, "l": 100_000}
ADD = """
WITH chosen AS (
    SELECT id FROM store_subject WHERE id IN (SELECT 1 + (random() * %(last)s)::bigint FROM generate_series(1, %(count)s * 2))
    ORDER BY random() LIMIT %(count)s
), touched AS (
    UPDATE store_subject s SET version = version + 1,
           last_known_at = greatest(%(now)s, s.last_known_at + interval '1 microsecond')
    FROM chosen c WHERE s.id = c.id RETURNING s.id, s.last_known_at
), numbered AS (SELECT nextval('store_record_id_seq') AS id, t.* FROM touched t(subject_id, known_at)), said AS (
INSERT INTO store_record (id, record_key, subject_id, batch_id, amount_fen, known_at, row_no, decided_on, item, seriousness,
                          finality, state, natural_hash, content_hash, result)
SELECT id, id, subject_id, (SELECT min(id) FROM store_batch), 1000000, known_at, 1, %(day)s, 4, 2, 6, 1,
       decode(md5(id::text), 'hex'), decode(md5(id::text), 'hex'), '罚款'
FROM numbered RETURNING id
)
INSERT INTO store_recorddetail (record_id, document_no, authority, authority_code, title, fields)
SELECT id, '试字〔2026〕' || id || '号', '测试机关', '', '测试所添', '{}' FROM said
"""


@contextmanager
def city() -> Iterator[None]:
    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    yield


def add(count: int) -> int:
    from django.db import connection

    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM store_subject")
        last = cursor.fetchone()[0]
        cursor.execute(ADD, {"last": last, "count": count, "now": now, "day": day_of(now)})
        return int(cursor.rowcount)


def full(_: int) -> dict[str, float]:
    """Nothing is kept; an unpublished run of both models takes force."""
    from django.conf import settings

    from xinheng.services.evaluate import run_model
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    shutil.rmtree(settings.HOME / "snapshot", ignore_errors=True)
    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    begun = time.perf_counter()
    first = run_model(MODELS[0], policy=policy, as_of=day_of(now), actor=None, now=now)
    seconds = time.perf_counter() - begun
    run_model(MODELS[1], policy=policy, as_of=day_of(now), actor=None, now=now)
    return {"full_s": seconds, "subjects": first.subjects}


def night(count: int) -> dict[str, float]:
    """The night after: days have gone on, so that points fade."""
    from django.db.models import Count

    from xinheng.services.nightly import run_night
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of
    from xinheng.store.models import EvaluationRun, Record, Score

    added = add(count)
    last = max(run.as_of for run in EvaluationRun.objects.filter(current=True))
    now = datetime.now(UTC)
    as_of = max(last, day_of(now)) + timedelta(days=1)
    begun = time.perf_counter()
    done = run_night(policy=policy_in_force(on=day_of(now)), as_of=as_of, now=now)
    seconds = time.perf_counter() - begun
    if done.refused:
        raise SystemExit(f"refused: {done.refused}")
    written = Score.objects.filter(run__in=done.runs).aggregate(count=Count("pk"))["count"]
    return {"total_s": seconds, "new": added, "written": written, "records": Record.objects.latest("pk").pk}


def refresh(count: int) -> dict[str, float]:
    from xinheng.services.refresh import refresh_grades

    add(count)
    begun = time.perf_counter()
    refreshed = refresh_grades(now=datetime.now(UTC))
    return {"refresh_s": time.perf_counter() - begun, "refreshed": refreshed}


def one(_: int) -> dict[str, float]:
    from xinheng.services.refresh import refresh_grades

    spent = []
    for _round in range(9):
        add(1)
        begun = time.perf_counter()
        refresh_grades(now=datetime.now(UTC))
        spent.append(time.perf_counter() - begun)
    return {"one_ms": sorted(spent)[len(spent) // 2] * 1000}


OWN = ("peak_mib", "cpu_s")
"""Figures of the command alone, without the server."""
TASKS = {"full": full, "night": night, "refresh": refresh, "one": one}


def apart(task: str, size: str, home: Path) -> dict[str, float]:
    """The figures of a task in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--task", task, "--size", size]
    environment = {**os.environ, "XINHENG_HOME": str(home), "XINHENG_CITY": CITY}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(size: str, home: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    for task in TASKS:
        found = apart(task, size, home)
        figures |= {f"{task}_{key}" if key in OWN else key: value for key, value in found.items()}
    return {name: round(value, 2) for name, value in figures.items()}


def main() -> None:
    given = _given()
    if given.task:
        with city():
            figures = TASKS[given.task](NEW[given.size])
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(
            json.dumps(figures | {"peak_mib": used.ru_maxrss / 1024, "cpu_s": used.ru_utime + used.ru_stime})
        )
        return
    if given.home:
        figures = measure(given.size, given.home)
    else:
        with place() as made:
            load = [*XINHENG, "sample-city", "--size", given.size, "--city", CITY, "--into-database"]
            run(load, environment=made.environment())
            figures = measure(given.size, made.home)
    tell("nightly", figures, as_json=given.json)


def _given() -> argparse.Namespace:
    made = parser(__doc__, sizes=tuple(NEW), size="m")
    made.add_argument("--home", type=Path)
    made.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    return made.parse_args()


if __name__ == "__main__":
    main()
