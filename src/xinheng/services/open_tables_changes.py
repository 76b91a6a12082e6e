"""Numbers what was touched, and finds what no transaction touched: terms that ran out, another policy, renamed organs.

One writer at a time gives the numbers, to touches that are committed: whoever has read up to a number never finds a lower
one later. A change says which row to look at; whether it stands, and what it says, is read when somebody asks.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from xinheng.scoring.engine import engine
from xinheng.services.time import day_of
from xinheng.store import locks
from xinheng.store.open_tables import OpenChange, OpenRelease

AT_ONCE = 200_000
MEMORY = "1GB"
_LAST = "SELECT coalesce(max(number), 0) FROM store_openchange"
_NUMBER = """
WITH taken AS (
    DELETE FROM store_opentouch WHERE id IN (SELECT id FROM store_opentouch ORDER BY id LIMIT %(limit)s)
    RETURNING id, dataset, key, kind, stale
), one AS (
    SELECT dataset, key, min(id) AS first, bool_or(stale) AS stale,
           CASE max(array_position(ARRAY['changed', 'added', 'deleted', 'retracted'], kind::text))
               WHEN 1 THEN 'changed' WHEN 2 THEN 'added' WHEN 3 THEN 'deleted' ELSE 'retracted' END AS kind
    FROM taken GROUP BY dataset, key
)
INSERT INTO store_openchange (number, day, dataset, key, kind, stale)
SELECT %(last)s + row_number() OVER (ORDER BY first, dataset, key), %(day)s, dataset, key, kind, stale FROM one
"""
_TOUCH = """
INSERT INTO store_opentouch (dataset, key, kind, stale)
SELECT %s, key, kind, false FROM unnest(%s::text[], %s::text[]) AS found (key, kind)
"""
_DIFFERENT = """
SELECT coalesce(o.k, n.k),
       CASE WHEN o.k IS NULL THEN 'added' WHEN n.k IS NULL THEN 'deleted' ELSE 'changed' END
FROM (SELECT "{key}"::VARCHAR AS k, {old} AS h FROM read_parquet(?)) o
FULL JOIN (SELECT "{key}"::VARCHAR AS k, {new} AS h FROM read_parquet(?)) n ON o.k = n.k
WHERE o.k IS NULL OR n.k IS NULL OR o.h <> n.h
"""


def number_touches(*, now: datetime) -> int:
    """Give every committed touch its number; returns how many changes came of them."""
    total = 0
    while count := _number_some(now=now):
        total += count
    return total


@transaction.atomic
def _number_some(*, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.OPEN_DATA])
        cursor.execute(_LAST)
        last = cursor.fetchone()[0]
        cursor.execute(_NUMBER, {"limit": AT_ONCE, "last": last, "day": day_of(now)})
        return int(cursor.rowcount)


def stale_since(number: int) -> tuple[dict[str, set[str]], int]:
    """Keys by table of rows that a published file may not hand out any more, and the last number looked at."""
    found: dict[str, set[str]] = {}
    rows = OpenChange.objects.filter(number__gt=number, stale=True).order_by("number")
    for last, dataset, key in rows.values_list("number", "dataset", "key"):
        found.setdefault(dataset, set()).add(key)
        number = last
    return found, number


def touch_differences(
    before: OpenRelease, old: Path, new: Path, *, manifest: dict[str, Any], work: Path
) -> int:
    """Touch whatever differs between the files of two snapshots; returns how many rows. In the caller's transaction."""
    known = {one["key"]: one for one in before.manifest["content"]["datasets"]}
    count = 0
    for table in manifest["datasets"]:
        file = old / f"{table['key']}.parquet"
        if table["key"] not in known or not file.exists():
            continue
        same = known[table["key"]]["columns_digest"] == table["columns_digest"]
        found = _different(file, new / file.name, columns=table["columns"], contents=same, work=work)
        for some in found:
            _touch(table["key"], some)
            count += len(some)
    return count


def _different(
    old: Path, new: Path, *, columns: list[dict[str, str]], contents: bool, work: Path
) -> Iterator[list[tuple[str, str]]]:
    """Keys with what happened to them; ``contents``: whether the columns are alike and can be compared."""
    names = ", ".join('"{}"'.format(one["name"].replace('"', '""')) for one in columns)
    said = f"hash({names})" if contents else "0"
    statement = _DIFFERENT.format(key=columns[0]["name"].replace('"', '""'), old=said, new=said)
    with engine(work=work, memory_limit=MEMORY, threads=None) as duck:
        answer = duck.execute(statement, [str(old), str(new)])
        while some := answer.fetchmany(AT_ONCE):
            yield some


def _touch(dataset: str, rows: Iterable[tuple[str, str]]) -> None:
    keys, kinds = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, [dataset, list(keys), list(kinds)])
