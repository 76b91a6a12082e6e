"""Checking one file of 1 M permits against the rules of its feed, four rows in twenty defective or to be repaired; and the pages of quality
over a year of a city's deliveries.

Floor: DuckDB reading the same columns of the same file and counting what is filled. Ours: `intake.prepare` as a process
of its own, from the bytes of the file to accepted rows and rows that go back. Pages: a city loaded past intake, a year
of 20,000 counted deliveries, each page asked in process by one signed-in reader.
Run: python bench/quality.py [--size s|m|l] [--rounds 3] [--no-pages] [--json]
"""

import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import intake
from measuring import XINHENG, analyse, ask_apart, parser, place, run, tell

from xinheng.sample.chance import quoted

CITY = "kaifeng"
FEED = "permit-dual-publicity"
CHECK = "import sys; from quality import check; check(sys.argv[1], sys.argv[2])"
SCAN = "import sys; from quality import scan; scan(sys.argv[1], sys.argv[2])"
ASK = "import sys; from quality import ask; ask(sys.argv[1])"
PAGES = {
    "dashboard": "/office/dashboard/",
    "quality": "/office/quality/?period=365",
    "counties": "/office/quality/?period=365&by=county",
    "scores": "/office/quality/scores/",
    "coverage": "/office/quality/coverage/",
    "collection": "/office/collection/",
    "late_rows": "/office/quality/rows/?kind=late&period=all",
}
ASKED = 9
BATCHES = 20_000
DIRT = {
    "行政相对人代码_1(统一社会信用代码)": "CASE WHEN n % 20 = 0 THEN left({c}, 17) || '!' ELSE {c} END",
    "许可决定日期": "CASE WHEN n % 20 = 7 THEN '某年某月' ELSE {c} END",
    "有效期至": "CASE WHEN n % 20 = 13 THEN '2001/01/01' ELSE {c} END",
    "许可内容": "CASE WHEN n % 20 = 17 THEN {c} || ' 13800000000' ELSE {c} END",
}
"""Wrong check characters, unreadable days, days in wrong order, personal numbers: each in one row of twenty."""


def make(path: Path, *, rows: int) -> None:
    """The clean file of the bench of import, with defects."""
    clean = path.with_name("clean.csv")
    intake.make(clean, rows=rows)
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        source = f"read_csv({quoted(str(clean))}, all_varchar = true, header = true)"
        dirty = ", ".join(
            f'{sql.format(c=chr(34) + name + chr(34))} AS "{name}"' for name, sql in DIRT.items()
        )
        engine.execute(
            f"COPY (SELECT * EXCLUDE (n) REPLACE ({dirty}) FROM (SELECT *, row_number() OVER () AS n FROM {source}))"
            f" TO {quoted(str(path))} (FORMAT csv, HEADER true)"
        ).fetchall()
    clean.unlink()


def check(path: str, out: str) -> None:
    """Prepare the file and say how long it took; runs in a process of its own."""
    from xinheng.config.paths import policy_root
    from xinheng.core.policy import load_policy
    from xinheng.intake import judging
    from xinheng.intake.prepare import prepare, standards_of

    policy = load_policy(policy_root(os.environ), city=CITY)
    rules: list[int] = []
    written = judging.judgement_of

    def counted(*args: Any, **given: Any) -> judging.Judgement:
        judgement = written(*args, **given)
        rules.append(len(judgement.rules))
        return judgement

    judging.judgement_of = counted
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        prepared = prepare(
            Path(path),
            feeds=policy.feeds,
            work=Path(folder),
            today=date.today(),
            feed=FEED,
            standards=standards_of(policy),
        )
        seconds = time.perf_counter() - begun
    told = {"seconds": seconds, "rules": rules[0], "accepted": prepared.accepted, "rows": prepared.rows}
    Path(out).write_text(json.dumps(told), encoding="utf-8")


def scan(path: str, out: str) -> None:
    """The floor: every column read once."""
    begun = time.perf_counter()
    with duckdb.connect(config={"memory_limit": "480MB", "threads": 2}) as engine:
        source = f"read_csv({quoted(path)}, all_varchar = true, header = true)"
        names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        counts = ", ".join(f'count("{name}")' for name in names)
        engine.execute(f"SELECT {counts} FROM {source}").fetchall()
    Path(out).write_text(json.dumps({"seconds": time.perf_counter() - begun}), encoding="utf-8")


def checking(folder: Path, *, rows: int, rounds: int) -> dict[str, float]:
    file, out = folder / "行政许可.csv", folder / "told.json"
    make(file, rows=rows)
    environment = {"PYTHONPATH": str(Path(__file__).parent)}
    ours, floors, peaks, told, cpu = [], [], [], {}, 0.0
    for _ in range(rounds):
        for command, taken in ((CHECK, ours), (SCAN, floors)):
            spent = run(
                [sys.executable, "-c", command, str(file), str(out)],
                environment={**os.environ, **environment},
            )
            said = json.loads(out.read_text(encoding="utf-8"))
            taken.append(said["seconds"])
            if command == CHECK:
                told = said
                peaks.append(spent.peak_mib)
                cpu = spent.cpu
    total, floor = statistics.median(ours), statistics.median(floors)
    return {
        "rows": rows,
        "rules": told["rules"],
        "accepted": told["accepted"],
        "file_mib": round(file.stat().st_size / 2**20, 1),
        "total_s": round(total, 2),
        "cpu_s": round(cpu, 2),
        "scan_s": round(floor, 2),
        "ratio": round(total / floor, 2),
        "peak_mib": round(max(peaks)),
    }


def ask(out: str) -> None:
    """Fill a year of deliveries, count the subjects, and ask for each page; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from xinheng.services.quality import count_batches, count_subjects

    settings.ALLOWED_HOSTS = ["*"]
    figures: dict[str, float] = {}
    for name, work in (("count_batches_s", count_batches), ("count_subjects_s", count_subjects)):
        begun = time.perf_counter()
        work(now=timezone.now())
        figures[name] = round(time.perf_counter() - begun, 2)
    reader = _reader()
    _deliveries(datetime.now(UTC), reader=reader)
    analyse("store_batch", "store_batchmarks", "store_batchcount")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(reader)
    for name, url in PAGES.items():
        taken = []
        for _ in range(ASKED):
            begun = time.perf_counter()
            response = client.get(url)
            taken.append((time.perf_counter() - begun) * 1000)
            if response.status_code != 200:
                raise SystemExit(f"{url}: {response.status_code}")
        figures[f"{name}_ms"] = round(statistics.median(taken[2:]), 1)
        figures[f"{name}_max_ms"] = round(max(taken[2:]), 1)
    Path(out).write_text(json.dumps(figures), encoding="utf-8")


def _deliveries(now: datetime, *, reader: Any) -> None:
    """A year of loaded, reviewed and counted deliveries of every department in every county."""
    from xinheng.store.models import Batch, BatchCount, BatchMarks, Organisation

    units = list(Organisation.objects.filter(kind="department").values_list("pk", flat=True))
    batches = Batch.objects.bulk_create(
        Batch(
            organisation_id=units[number % len(units)],
            received_at=now - timedelta(minutes=number * 365 * 1440 // BATCHES),
            loaded_at=now,
            file_name=f"{number}.csv",
            file_digest=f"sha256:bench{number}",
            policy_digest="sha256:bench",
            feed=FEED,
            item=3 + number % 12,
            state="loaded",
            rows=1000,
            accepted=950,
            returned=50,
            report={"problems": {"E03": 20, "E01": 30}},
        )
        for number in range(BATCHES)
    )
    Batch.objects.update(published_at=now, published_by=reader)
    months = {batch.pk: [batch.received_at.date().replace(day=1)] for batch in batches}
    BatchMarks.objects.bulk_create(
        (
            BatchMarks(batch=batch, timed=True, counted_at=now + timedelta(hours=1), months=months[batch.pk])
            for batch in batches
        ),
        batch_size=5_000,
    )
    BatchCount.objects.bulk_create(
        (
            BatchCount(
                batch=batch,
                division=f"4102{place:02}",
                accepted=95,
                returned=5,
                timed=100,
                late=place,
                wrong_codes=2,
                inaccurate=2,
                incomplete=3,
            )
            for batch in batches
            for place in (2, 3, 4, 5, 12, 21, 22, 23, 25)
        ),
        batch_size=10_000,
    )


def _reader() -> Any:
    """A reader of all figures, with a second factor."""
    from allauth.mfa.totp.internal.auth import TOTP

    from xinheng.core.roles import Role
    from xinheng.services.organisations import organisation_for
    from xinheng.services.people import Account, open_account
    from xinheng.services.policies import policy_in_force

    now = datetime.now(UTC)
    unit = organisation_for(policy_in_force(on=now.date()), None)
    while unit.parent is not None:
        unit = unit.parent
    roles = (Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR)
    account = Account(username="bench", display_name="测速", organisation=unit, roles=roles)
    reader = open_account(account, password=None, actor=None, now=now, today=now.date())
    TOTP.activate(reader, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    return reader


def paging(size: str) -> dict[str, float]:
    with place() as made:
        day = date.today().isoformat()
        load = [*XINHENG, "sample-city", "--size", size, "--city", CITY, "--as-of", day, "--into-database"]
        run(load, environment=made.environment())
        return ask_apart(made, ASK)


def main() -> None:
    asked = parser(__doc__, sizes=list(intake.ROWS), size="m")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--no-pages", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        figures = checking(Path(folder), rows=intake.ROWS[given.size], rounds=given.rounds)
    if not given.no_pages:
        figures |= paging(given.size)
    tell("quality", figures, as_json=given.json)


if __name__ == "__main__":
    main()
