"""A restored database goes on where the dump ended, although the new server counts transactions from the beginning."""

from datetime import timedelta

import pytest
from django.db import connection
from tests.people import NOW
from tests.sealing import seal_all

from xinheng.core.ledger import Batch, Entry, seal
from xinheng.services.ledger import note, seal_events, unsealed_count, verify_ledger
from xinheng.store.models import LedgerBatch, LedgerEvent, LedgerLeaf

ELSEWHERE = "7000000000000000001"
AHEAD = 1_000_000
SEALED = NOW + timedelta(seconds=1)


def _transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        number: int = cursor.fetchone()[0]
    return number


def _server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        name: str = cursor.fetchone()[0]
    return name


def _event(number: int, kind: str) -> LedgerEvent:
    return LedgerEvent.objects.create(transaction=number, at=NOW, kind=kind)


def _restored(number: int, *, server: str = ELSEWHERE) -> None:
    """As a dump of another server leaves it: one sealed event of transaction ``number`` and one that waited."""
    event = _event(number, "test.before")
    leaf = Entry(id=event.pk, transaction=number, at=NOW, kind=event.kind, actor=None).leaf()
    sealed = seal([leaf], after=None, sealed_at=NOW, below_transaction=number + 1, server=server)
    batch = LedgerBatch.objects.create(**{name: getattr(sealed, name) for name in Batch.__dataclass_fields__})
    LedgerLeaf.objects.create(event=event, batch=batch, position=0, digest=leaf)
    _event(number + 5, "test.waiting")


@pytest.mark.row("M17-03")
@pytest.mark.parametrize("ahead", [AHEAD, -2])
def test_on_another_server_everything_that_waits_is_sealed_once(committed: None, ahead: int) -> None:
    """Whether the new server counts lower or has by chance passed the numbers of the dump."""
    note("test.early", now=NOW)
    _restored(_transaction() + ahead)
    note("test.after", now=NOW)
    assert unsealed_count() == 3
    batch = seal_all(SEALED)
    assert (batch.number, batch.size, batch.era) == (2, 3, 1)
    assert list(verify_ledger()) == []
    assert unsealed_count() == 0


def test_the_ledger_goes_on_there_in_order(committed: None) -> None:
    _restored(_transaction() + AHEAD)
    note("test.after", now=NOW)
    seal_all(SEALED)
    for number in (3, 4):
        note("test.later", now=NOW)
        batch = seal_all(SEALED)
        assert (batch.number, batch.size, batch.era) == (number, 1, 1)
    assert seal_events(now=SEALED) is None
    assert LedgerLeaf.objects.count() == LedgerEvent.objects.count()
    assert list(verify_ledger()) == []


def test_before_the_first_sealing_there_nothing_looks_slipped_in(committed: None) -> None:
    _restored(_transaction() + AHEAD)
    note("test.after", now=NOW)
    assert list(verify_ledger()) == []


def test_numbers_that_run_backwards_on_the_same_server_are_noticed(committed: None) -> None:
    _restored(_transaction() + AHEAD, server=_server())
    note("test.after", now=NOW)
    assert (seal_all(SEALED).era, LedgerBatch.objects.count()) == (1, 2)
    assert list(verify_ledger()) == []


def test_an_event_slipped_in_after_the_move_is_found(committed: None) -> None:
    _restored(_transaction() + AHEAD)
    note("test.after", now=NOW)
    batch = seal_all(SEALED)
    _event(batch.below_transaction - 1, "forged")
    assert seal_events(now=NOW + timedelta(seconds=2)) is None
    assert any("事后插入" in problem for problem in verify_ledger())


def test_an_era_that_was_changed_afterwards_is_found(committed: None) -> None:
    _restored(_transaction() + AHEAD)
    note("test.after", now=NOW)
    seal_all(SEALED)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE store_ledgerbatch DISABLE TRIGGER USER")
        cursor.execute("UPDATE store_ledgerbatch SET era = 0 WHERE number = 2")
        cursor.execute("ALTER TABLE store_ledgerbatch ENABLE TRIGGER USER")
    found = list(verify_ledger())
    assert any("链值与内容不符" in problem for problem in found)
    assert any("事务界限早于前一批" in problem for problem in found)
