"""The daily snapshot of open data: every public table as CSV and Parquet with its signed manifest, out of a whole city.

Floor in the same run: the same rows copied out of the database and thrown away. ``--home`` names a data folder that holds
a city (its database is brought to the newest migration); without it one is loaded. Sole traders are taken along, whether
or not the policy of the city leaves them out. The files go to a folder of the bench and away again.
Run: python bench/snapshot.py [--size s|m|l] [--home DIR] [--out DIR] [--json]
"""

import argparse
import json
import resource
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measuring import city_at, parser, tell, told_by_child

CITY = "kaifeng"
TASK = "from snapshot import take; take({out!r}, publish={publish})"
TARGET_SECONDS = 180
PUBLISH = """
INSERT INTO store_publication (record_key, ground_id, subject_id, item, decided_on, provisional, calendar_version,
                               reviewed_by_id, published_at, stop_reason)
SELECT record_key, id, subject_id, item, decided_on, false, 'sha256:0', %s, %s, '' FROM store_record
WHERE known_until IS NULL AND state = 1 AND item = ANY(%s) AND seriousness <> ALL(%s)
ON CONFLICT DO NOTHING
"""


def take(out: str, *, publish: bool) -> None:
    """Write one snapshot into ``out``, then copy its rows away, and tell the figures; runs in a process of its own."""
    from datetime import UTC, datetime

    from xinheng.interfaces.cli.ready import ready

    ready(city=CITY)
    from xinheng.services.open_tables import write_snapshot
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    policy = with_everybody(policy_in_force(on=day_of(now)))
    if publish:
        publish_everything(policy, now=now)
    folder = Path(out, "snapshot")
    begun = time.perf_counter()
    written = write_snapshot(folder, policy=policy, now=now)
    total = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = {
        suffix: sum(f.stat().st_size for f in folder.glob(f"*.{suffix}")) for suffix in ("csv", "parquet")
    }
    shutil.rmtree(folder)
    floor = copied_away(policy, on=day_of(now))
    figures = {
        "rows": written.rows,
        "total_s": round(total, 2),
        "copy_s": round(floor, 2),
        "ratio": round(total / floor, 2),
        "rows_per_s": round(written.rows / total),
        "csv_mib": round(sizes["csv"] / 2**20, 1),
        "parquet_mib": round(sizes["parquet"] / 2**20, 1),
        "peak_mib": round(peak),
        "target_s": TARGET_SECONDS,
    }
    print(json.dumps(figures))


def publish_everything(policy: Any, *, now: Any) -> None:
    """Every record that may be public, in one statement."""
    from django.db import connection
    from measuring import analyse

    from xinheng.core.open_tables import classes_kept_back, public_items
    from xinheng.core.roles import Role
    from xinheng.services.organisations import set_up_organisations
    from xinheng.services.people import Account, open_account
    from xinheng.services.time import day_of

    today = day_of(now)
    city = set_up_organisations(policy, on=today)
    account = Account(
        username="bench-open", display_name="测速", organisation=city, roles=(Role.SECRECY_REVIEWER,)
    )
    reviewer = open_account(account, password=None, actor=None, now=now, today=today)
    with connection.cursor() as cursor:
        given = [reviewer.pk, now, list(public_items(policy)), list(classes_kept_back(policy))]
        cursor.execute(PUBLISH, given)
    analyse("store_publication", "store_record", "store_recorddetail", "store_subject")


def with_everybody(policy: Any) -> Any:
    """The policy with sole traders in the tables, the most that there can be."""
    from dataclasses import replace

    scope = {key: one.model_copy(update={"included": True}) for key, one in policy.open_data.scope.items()}
    return replace(policy, open_data=policy.open_data.model_copy(update={"scope": scope}))


def copied_away(policy: Any, *, on: Any) -> float:
    """Seconds to copy the same rows out of the same views and keep nothing."""
    from django.db import connections, transaction

    from xinheng.core.open_tables import Source, side_by_side, tables
    from xinheng.services.open_tables import ONE_VIEW
    from xinheng.store.public import DATABASE, open_rows

    begun = time.perf_counter()
    with transaction.atomic(using=DATABASE, durable=True), connections[DATABASE].cursor() as cursor:
        for statement in ONE_VIEW:
            cursor.execute(statement)
        known = tables(policy).values()
        acts = side_by_side([one for one in known if one.source is Source.ACT])
        for table in (acts, *(one for one in known if one.source not in (Source.ACT, Source.MEASURE))):
            statement, given = open_rows(table, on=on).order_by().query.sql_with_params()
            with cursor.cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", given) as copy:
                for _ in copy:
                    pass
    return time.perf_counter() - begun


def measure(size: str, home: Path | None, out: Path | None, *, publish: bool) -> dict[str, float]:
    with (
        city_at(home, size=size, city=CITY) as made,
        TemporaryDirectory(prefix="xinheng-snapshot-", dir=out) as folder,
    ):
        return told_by_child(made, TASK.format(out=folder, publish=publish or home is None), city=CITY)


def main() -> None:
    made: argparse.ArgumentParser = parser(__doc__, sizes=["s", "m", "l"], size="s")
    made.add_argument("--home", type=Path)
    made.add_argument("--publish", action="store_true")
    made.add_argument("--out", type=Path)
    given = made.parse_args()
    tell("snapshot", measure(given.size, given.home, given.out, publish=given.publish), as_json=given.json)


if __name__ == "__main__":
    main()
