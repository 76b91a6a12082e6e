"""The ledger is sealed in chained batches, and whoever changes it is found."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from tests.people import NOW, People, make_people
from tests.sealing import seal_all

from xinheng.services.ledger import note, unsealed_count, verify_ledger
from xinheng.store.models import LedgerBatch, LedgerEvent


@pytest.fixture
def sealed(transactional_people: People) -> Iterator[People]:
    for number in range(3):
        note(
            "test.deed",
            now=NOW,
            actor=transactional_people.wang,
            object=f"thing:{number}",
            payload={"n": number},
        )
    seal_all(NOW + timedelta(seconds=1))
    yield transactional_people


@pytest.fixture
def transactional_people(committed: None) -> People:
    return make_people()


GUARDED = ("store_ledgerevent", "store_ledgerleaf", "store_ledgerbatch")


def _tamper(statement: str) -> None:
    """What the owner of the tables could do: take the guards off, rewrite, put them back."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.row("M17-04")
def test_a_whole_ledger_verifies(sealed: People) -> None:
    assert list(verify_ledger()) == []
    assert unsealed_count() == 0
    assert LedgerBatch.objects.get().size == 3


def test_events_of_unfinished_transactions_wait(sealed: People) -> None:
    note("test.more", now=NOW)
    assert unsealed_count() == 1
    second = seal_all(NOW + timedelta(seconds=2))
    assert (second.number, second.size) == (2, 1)
    assert list(verify_ledger()) == []


@pytest.mark.row("M3-02")
@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE store_ledgerevent SET kind = 'other' WHERE object = 'thing:1'", "被改动"),
        ("UPDATE store_ledgerevent SET actor_id = NULL WHERE object = 'thing:2'", "被改动"),
        ("DELETE FROM store_ledgerleaf WHERE position = 0", "实有2个"),
        ("UPDATE store_ledgerbatch SET size = 2", "链值"),
    ],
)
def test_tampering_is_found(sealed: People, statement: str, word: str) -> None:
    _tamper(statement)
    assert any(word in problem for problem in verify_ledger())


def test_an_event_slipped_in_later_is_found(sealed: People) -> None:
    first = LedgerEvent.objects.order_by("pk").first()
    assert first is not None
    _tamper(
        "INSERT INTO store_ledgerevent (transaction, at, kind, subject, object, reason, payload_digest)"
        f" VALUES ({first.transaction}, now(), 'forged', '', '', '', '')"
    )
    assert any("事后插入" in problem for problem in verify_ledger())


@pytest.mark.guard("G13")
def test_numbers_of_persons_in_a_reason_are_masked(people: People) -> None:
    event = note("test.read", now=NOW, actor=people.wang, reason="核对投诉人 13812345678 的来信")
    assert "12345678" not in event.reason
    assert event.reason.startswith("核对投诉人 138")
