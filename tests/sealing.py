"""Seals the ledger where other tests run on the same server."""

from datetime import datetime
from time import sleep

from xinheng.services.ledger import seal_events, unsealed_count
from xinheng.store.ledger import LedgerBatch


def seal_all(now: datetime) -> LedgerBatch:
    """The newest batch, once nothing waits: transactions of other tests hold the horizon back for a moment."""
    for _ in range(600):
        seal_events(now=now)
        if not unsealed_count():
            return LedgerBatch.objects.latest("number")
        sleep(0.1)
    raise AssertionError("not everything was sealed within a minute")
