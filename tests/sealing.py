"""Seals the ledger where other tests run on the same server."""

from datetime import datetime
from time import sleep

from django.db import connection

from xinheng.services.ledger import seal_events, unsealed_count
from xinheng.store.ledger import LedgerBatch

PATIENCE_SECONDS = 300


def seal_all(now: datetime) -> LedgerBatch:
    """The batch of everything that waits. A transaction of another test holds the horizon back as long as it lasts."""
    last = _number("pg_current_xact_id()")
    for _ in range(PATIENCE_SECONDS * 10):
        if _number("pg_snapshot_xmin(pg_current_snapshot())") > last:
            break
        sleep(0.1)
    seal_events(now=now)
    assert not unsealed_count(), (
        "a transaction of another test outlasts our patience, or one of this test is open"
    )
    return LedgerBatch.objects.latest("number")


def _number(of: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {of}::text::bigint")
        found: int = cursor.fetchone()[0]
    return found
