"""The kept snapshot follows the database by what has changed, and is what a whole export would be."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest
from django.db import connection
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services import snapshot_rows
from xinheng.services.collect import Delivery, import_file
from xinheng.services.records import Change, change_state
from xinheng.services.snapshots import (
    Snapshot,
    export_as_known,
    export_snapshot,
    kept_home,
    kept_snapshot,
    last_snapshot,
)
from xinheng.store.models import Record, Subject


def beginning(people: People, policy: Policy, folder: Path) -> None:
    _deliver(people, policy, folder, *(registration(number) for number in range(1, 6)), register=True)
    _deliver(people, policy, folder, penalty(1, fine="1"), penalty(2))


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


def _deliver(people: People, policy: Policy, folder: Path, *rows: object, register: bool = False) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    words = {"header": REGISTER, "called": "登记注册.csv"} if register else {}
    import_file(write(folder, *rows, **words), delivery)  # type: ignore[arg-type]


def _withdraw(people: People, policy: Policy, number: int) -> None:
    record = Record.objects.filter(subject__code=code(number), item=4, known_until__isnull=True).get()
    change = Change(deed="withdraw", reason="决定被撤销", ground="汴政复决〔2026〕1号")
    change_state(
        record_key=record.record_key,
        change=change,
        actor=people.zhao,
        policy=policy,
        now=NOW + timedelta(hours=1),
    )


def _kept() -> Snapshot:
    with kept_snapshot(now=NOW + timedelta(hours=2)) as snapshot:
        return snapshot


def _rows(snapshot: Snapshot) -> list[dict[str, object]]:
    return [row for part in snapshot.parts for row in pq.read_table(snapshot.records / part.name).to_pylist()]


def test_changes_are_merged_to_what_a_whole_export_gives(
    city: People, policy: Policy, tmp_path: Path
) -> None:
    first = _kept()
    _deliver(city, policy, tmp_path, penalty(3), penalty(1, document="汴市监罚〔2026〕8号", fine="60"))
    _withdraw(city, policy, 2)
    second = _kept()
    whole = export_snapshot(tmp_path / "whole", now=NOW)
    assert second.manifest == whole.manifest != first.manifest
    assert second.population_digest == whole.population_digest
    assert _rows(second) == _rows(whole)
    assert (second.mark, second.manifest.rows) == (Record.objects.latest("pk").pk, first.manifest.rows + 2)


def test_nothing_new_rewrites_no_part(city: People) -> None:
    first = _kept()
    written = (first.records / first.parts[0].name).stat().st_ino
    second = _kept()
    assert second.parts == first.parts
    assert (second.records / second.parts[0].name).stat().st_ino == written


def test_what_was_known_at_a_mark_can_be_had_again(city: People, policy: Policy, tmp_path: Path) -> None:
    first = _kept()
    _withdraw(city, policy, 2)
    _deliver(city, policy, tmp_path, penalty(3))
    _withdraw(city, policy, 3)
    again = export_as_known(tmp_path / "again", mark=first.mark, now=NOW)
    assert again.manifest == first.manifest
    assert export_snapshot(tmp_path / "now", now=NOW).manifest != first.manifest


@pytest.mark.parametrize("spoilt", ["manifest.json", "population.parquet", "records/part-000000.parquet"])
def test_a_snapshot_that_is_not_whole_is_made_anew(city: People, spoilt: str) -> None:
    first = _kept()
    (kept_home() / "state" / spoilt).unlink()
    with last_snapshot() as kept:
        assert kept is None
    assert _kept().manifest == first.manifest


def test_a_snapshot_of_another_database_is_not_gone_on_with(city: People) -> None:
    first = _kept()
    manifest = kept_home() / "state" / "manifest.json"
    manifest.write_text(
        manifest.read_text().replace(first.source, "1:1").replace(f'"mark": {first.mark}', '"mark": 0')
    )
    again = _kept()
    assert (again.manifest, again.source) == (first.manifest, first.source)


def test_a_failed_export_leaves_the_state_before(
    city: People, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _kept()
    _deliver(city, policy, tmp_path, penalty(3))

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("xinheng.services.snapshots.write_population", broken)
    with pytest.raises(OSError, match="no space"):
        _kept()
    with last_snapshot() as kept:
        assert kept == first
    assert [path.name for path in sorted(kept_home().iterdir())] == ["lock", "state"]


def test_no_snapshot_is_taken_while_records_are_being_written(
    city: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_rows, "TRIES", 2)
    monkeypatch.setattr(snapshot_rows, "PAUSE_SECONDS", 0)
    values = connection.settings_dict
    with psycopg.connect(
        dbname=values["NAME"],
        user=values["USER"],
        host=values["HOST"],
        port=values["PORT"],
        password=values["PASSWORD"],
    ) as other:
        other.execute("INSERT INTO store_record SELECT * FROM store_record WHERE false")
        with pytest.raises(Refusal, match="一直在入库"):
            _kept()
        other.rollback()
    assert _kept().manifest.rows


def test_the_population_is_those_who_are_graded(city: People) -> None:
    Subject.objects.filter(code=code(5)).update(status="cancelled")
    kept = pq.read_table(_kept().population).to_pylist()
    graded = Subject.objects.exclude(status="cancelled").order_by("pk")
    assert [row["subject_id"] for row in kept] == list(graded.values_list("pk", flat=True))
    assert set(kept[0]) == {"subject_id", "kind", "sector", "version"}
