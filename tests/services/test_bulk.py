"""A made-up city past intake: there complete with every guard back in its place, or not there at all."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection
from tests.people import NOW, People
from typer.testing import CliRunner

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli import app
from xinheng.interfaces.cli.sample import place_of
from xinheng.sample.city import SampleCity, found_city
from xinheng.sample.tables import write_tables
from xinheng.services import bulk
from xinheng.services.bulk import Copied, load_city
from xinheng.services.loading import load_single
from xinheng.store.models import Batch, LedgerEvent, Record, Subject, SubjectSearch

AS_OF = date(2026, 11, 20)


@pytest.fixture(scope="module")
def made(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleCity]:
    scratch = tmp_path_factory.mktemp("scratch")
    place = place_of(policy, day=AS_OF)
    city = found_city(city=place, size="s", seed=3, as_of=AS_OF, scratch=scratch, dirt=0)
    yield city
    city.connection.close()


def copy(made: SampleCity, policy: Policy, people: People, work: Path, **options: Any) -> Copied:
    return load_city(made, policy=policy, organisation=people.market, now=NOW, work=work, **options)


def schema() -> list[tuple[Any, ...]]:
    """Every constraint, index and trigger of the store, as the database writes them down."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid <> 0 UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes"
            " WHERE tablename LIKE 'store%' UNION ALL SELECT tgrelid::regclass::text, tgname, tgenabled::text"
            " FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2, 3"
        )
        return list(cursor.fetchall())


def test_the_city_arrives_as_its_tables_tell_it(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path
) -> None:
    copied = copy(made, policy, people, tmp_path)
    told = write_tables(made, out=tmp_path / "tables")
    assert (copied.subjects, copied.records) == (told.subject_count, told.record_count)
    assert (Subject.objects.count(), Record.objects.count()) == (copied.subjects, copied.records)
    with duckdb.connect() as engine:
        rows = engine.execute(
            "SELECT code, name, item, decided_on, amount_fen, document_no, details::VARCHAR, lower(hex(natural_hash))"
            f" FROM read_parquet('{told.records[0]}') ORDER BY row_no LIMIT 500"
        ).fetchall()
    found = Record.objects.select_related("subject", "detail").order_by("pk")[:500]
    for record, (code, name, item, decided_on, amount, document, details, natural) in zip(
        found, rows, strict=True
    ):
        subject, detail = record.subject, record.detail
        assert (subject.code, subject.name, record.item, record.decided_on) == (code, name, item, decided_on)
        assert (record.amount_fen, detail.document_no) == (amount, document)
        assert bytes(record.natural_hash).hex() == natural
        assert len(detail.fields) == details.count('":"')


def test_every_record_has_its_source_and_the_ledger_tells_of_it(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path
) -> None:
    copied = copy(made, policy, people, tmp_path)
    batches = list(Batch.objects.all())
    assert sum(batch.accepted for batch in batches) == copied.records
    assert not Record.objects.filter(batch=None).exists()
    assert {record.item == record.batch.item for record in Record.objects.select_related("batch")[:200]} == {
        True
    }  # type: ignore[union-attr]
    assert Record.objects.values("row_no").distinct().count() == copied.records
    assert LedgerEvent.objects.filter(kind="batch.loaded").count() == len(batches)
    assert SubjectSearch.objects.filter(tokens__contains=["样例", "甲食"]).count() == 1


def test_keys_indexes_foreign_keys_and_triggers_are_back(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path
) -> None:
    before = schema()
    copy(made, policy, people, tmp_path)
    assert schema() == before
    assert len(before) > 100


def test_the_next_delivery_goes_on_where_the_city_ends(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path
) -> None:
    copied = copy(made, policy, people, tmp_path)
    known = Subject.objects.earliest("pk")
    row = {
        "row_no": 2,
        "code": known.code,
        "name": known.name,
        "item": 3,
        "decided_on": "2026-10-12",
        "natural_hash": "00" * 16,
        "content_hash": "01" * 16,
    }
    assert load_single(row, batch=Batch.objects.earliest("pk").pk, now=NOW)
    assert Record.objects.latest("pk").pk == copied.records + 1
    assert Record.objects.latest("pk").subject == known
    assert Subject.objects.create(name="新设", kind="enterprise", last_known_at=NOW).pk == copied.subjects + 1


def test_a_database_with_subjects_is_left_as_it_is(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path
) -> None:
    Subject.objects.create(name="已有主体", kind="enterprise", last_known_at=NOW)
    with pytest.raises(Refusal, match="数据库里已有主体"):
        copy(made, policy, people, tmp_path)
    assert (Subject.objects.count(), Batch.objects.count()) == (1, 0)


def test_what_breaks_off_leaves_nothing_behind(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path
) -> None:
    def stop(step: str, _count: int) -> None:
        if step.startswith("外键"):
            raise KeyboardInterrupt

    before = schema()
    with pytest.raises(KeyboardInterrupt):
        copy(made, policy, people, tmp_path, heard=stop)
    assert (Subject.objects.count(), Batch.objects.count(), schema()) == (0, 0, before)


def test_a_city_that_cannot_be_written_is_told(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bulk, "write_tables", full)
    with pytest.raises(OSError, match="No space left"):
        copy(made, policy, people, tmp_path)
    assert Batch.objects.count() == 0


def test_only_the_owner_of_the_tables_may(
    made: SampleCity, policy: Policy, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_AS_OWNER", "SET LOCAL ROLE xinheng_app")
    with pytest.raises(Refusal, match="不是各表的所有者"):
        copy(made, policy, people, tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")


def test_files_or_the_database_not_both(tmp_path: Path) -> None:
    for words in ([], ["--out", str(tmp_path / "city"), "--into-database"]):
        with pytest.raises(Refusal, match="选用一个"):
            CliRunner().invoke(app, ["sample-city", *words], catch_exceptions=False)
    assert not (tmp_path / "city").exists()
