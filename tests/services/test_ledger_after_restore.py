"""A restored database goes on where the dump ended, although the new server counts transactions from the beginning."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.people import NOW

from xinheng.core.ledger import Entry, seal
from xinheng.services.ledger import note, seal_events, verify_ledger
from xinheng.store.models import LedgerBatch, LedgerEvent, LedgerLeaf

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "after-restore.sql"


def _transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        number: int = cursor.fetchone()[0]
    return number


def _restored(ahead: int) -> None:
    """A sealed event whose transaction number this server has not reached."""
    number = _transaction() + ahead
    event = LedgerEvent.objects.create(transaction=number, at=NOW, kind="test.before")
    leaf = Entry(id=event.pk, transaction=number, at=NOW, kind="test.before", actor=None).leaf()
    sealed = seal([leaf], after=None, sealed_at=NOW, below_transaction=number + 1)
    batch = LedgerBatch.objects.create(
        number=sealed.number,
        sealed_at=sealed.sealed_at,
        below_transaction=sealed.below_transaction,
        size=sealed.size,
        root=sealed.root,
        previous=sealed.previous,
        chain=sealed.chain,
    )
    LedgerLeaf.objects.create(event=event, batch=batch, position=0, digest=leaf)


def _sealed_soon() -> LedgerBatch:
    """Sealing waits for every older transaction of the whole server, those of other tests too."""
    for _ in range(300):
        if batch := seal_events(now=NOW + timedelta(seconds=1)):
            return batch
        time.sleep(0.1)
    raise AssertionError("nothing was sealed")


@pytest.mark.row("M17-03")
def test_after_the_script_new_events_are_sealed_and_the_ledger_is_whole(committed: None) -> None:
    _restored(ahead=2000)
    with connection.cursor() as cursor:
        cursor.execute(SCRIPT.read_text(encoding="utf-8"))
    note("test.after", now=NOW)
    batch = _sealed_soon()
    assert (batch.number, batch.size) == (2, 1)
    assert list(verify_ledger()) == []


def test_without_the_script_new_events_would_look_slipped_in(committed: None) -> None:
    _restored(ahead=2000)
    note("test.after", now=NOW)
    assert seal_events(now=NOW + timedelta(seconds=1)) is None
    assert any("事后插入" in problem for problem in verify_ledger())
