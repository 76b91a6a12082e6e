"""Snapshots that somebody else wrote: what is taken, what is refused by name, what is counted."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.core.examples import AS_OF, fact
from tests.scoring.worlds import City, numbered, some_city, store

from xinheng.core.refusal import Refusal
from xinheng.scoring.exchange import Delivered, deliver, look, subject_of
from xinheng.scoring.exchange_order import are_distinct
from xinheng.scoring.snapshot import POPULATION, SCHEMA, read_manifest

SMALL: City = [("enterprise", "food", [fact(1), fact(2, age=20)]), ("branch", None, [])]


def delivery(folder: Path, city: City = SMALL) -> Path:
    folder.mkdir(exist_ok=True)
    _, population = store(numbered(city), folder)
    population.rename(folder / "subjects.parquet")
    return folder


def changed(path: Path, name: str, values: Any, kind: Any = None) -> None:
    table = pq.read_table(path)
    place = table.schema.get_field_index(name)
    pq.write_table(table.set_column(place, name, pa.array(values, kind)), path)


def taken(folder: Path, work: Path) -> Delivered:
    work.mkdir(exist_ok=True)
    return deliver(look(folder), work=work, as_of=AS_OF, threads=1)


def refused(folder: Path, work: Path) -> str:
    with pytest.raises(Refusal) as caught:
        taken(folder, work)
    return str(caught.value)


def test_a_sorted_snapshot_is_read_where_it_lies(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in", some_city(4))
    found = taken(folder, tmp_path / "work")
    assert found.records == folder / "records.parquet"
    assert found.records_digest == read_manifest(folder / "records.parquet").digest
    assert (found.strays.count, found.record_count) == (0, read_manifest(folder / "records.parquet").rows)


def test_neither_order_nor_width_of_types_changes_a_digest(tmp_path: Path) -> None:
    first, second = delivery(tmp_path / "a", some_city(4)), delivery(tmp_path / "b", some_city(4))
    table = pq.read_table(second / "records.parquet")
    mixed = table.take(pc.sort_indices(table, [("record_id", "descending")])).select(SCHEMA.names[::-1])
    wide = mixed.cast(
        pa.schema([(f.name, pa.int64() if pa.types.is_integer(f.type) else f.type) for f in mixed.schema])
    )
    wide = wide.set_column(0, "result", wide.column("result").dictionary_encode())
    pq.write_table(wide, second / "records.parquet")
    people = pq.read_table(second / "subjects.parquet")
    pq.write_table(people.take(list(range(len(people)))[::-1]), second / "subjects.parquet")
    one, other = taken(first, tmp_path / "w1"), taken(second, tmp_path / "w2")
    assert other.records == tmp_path / "w2" / "records.parquet"
    assert (one.records_digest, one.subjects_digest) == (other.records_digest, other.subjects_digest)
    assert pq.read_table(other.records) == pq.read_table(one.records)


def test_what_may_happen_in_good_data_is_counted_with_examples(tmp_path: Path) -> None:
    city: City = [
        ("enterprise", "food", [fact(1), fact(2, age=-3)]),
        ("enterprise", "food", []),
        ("enterprise", "food", [fact(3), fact(4)]),
    ]
    folder = delivery(tmp_path / "in", city)
    people = pq.read_table(folder / "subjects.parquet")
    pq.write_table(people.slice(0, 2), folder / "subjects.parquet")
    found = taken(folder, tmp_path / "work")
    assert (found.strays.count, found.strays.examples, found.stray_records) == (1, (3,), 2)
    assert (found.future.count, found.future.examples) == (1, (2,))
    assert found.bare == 1


@pytest.mark.parametrize("name", ["subjects.parquet", "records.parquet"])
def test_a_missing_or_broken_file_is_named(tmp_path: Path, name: str) -> None:
    folder = delivery(tmp_path / "in")
    (folder / name).write_bytes(b"PAR1 half a file")
    assert f"无法读取“{name}”" in refused(folder, tmp_path / "work")
    (folder / name).unlink()
    assert f"没有文件“{name}”" in refused(folder, tmp_path / "work")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "没有快照文件夹" in refused(tmp_path / "nowhere", tmp_path / "work")


def test_every_missing_column_is_named_at_once(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in")
    for name, gone in (("records.parquet", ["item", "state"]), ("subjects.parquet", ["kind"])):
        pq.write_table(pq.read_table(folder / name).drop_columns(gone), folder / name)
    words = refused(folder, tmp_path / "work")
    assert "records.parquet 缺少栏目：item、state" in words
    assert "subjects.parquet 缺少栏目：kind" in words


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("decided_on", ["2026-01-01", "2026-01-02"], "decided_on 类型不对：应为日期"),
        ("item", ["penalty", "penalty"], "item 类型不对：应为整数"),
        ("amount_fen", [1.5, 2.0], "amount_fen 类型不对：应为整数"),
        ("item", [26, 4], "没有目录事项编号 26（栏目 item，1 条记录，如 record_id 2）"),
        ("seriousness", [9, 9], "没有失信程度 9（栏目 seriousness，2 条记录"),
        ("finality", [-1, 0], "没有终局状态 -1"),
        ("state", [1, 0], "没有记录状态 0"),
        ("record_id", [7, 7], "有 1 个记录编号重复（7）"),
        ("subject_id", [1, None], "栏目 subject_id 有 1 个空值"),
        ("decided_on", [None, AS_OF], "栏目 decided_on 有 1 个空值"),
        ("item", [None, 4], "栏目 item 有 1 个空值"),
        ("headcount", [2**31, 1], "栏目 headcount 有 1 个值超出 32 位整数"),
    ],
)
def test_a_bad_record_is_refused_by_name(tmp_path: Path, column: str, values: Any, words: str) -> None:
    folder = delivery(tmp_path / "in")
    changed(folder / "records.parquet", column, values)
    assert words in refused(folder, tmp_path / "work")


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("subject_id", [1, 1], "有 1 个主体编号重复（1）"),
        ("subject_id", [1, None], "栏目 subject_id 有 1 个空值"),
        ("kind", ["enterprise", "person"], "不认识的主体类型 person（1 个）"),
        ("kind", ["enterprise", None], "栏目 kind 有 1 个空值"),
        ("kind", [1, 2], "kind 类型不对：应为文本"),
    ],
)
def test_a_bad_subject_is_refused_by_name(tmp_path: Path, column: str, values: Any, words: str) -> None:
    folder = delivery(tmp_path / "in")
    changed(folder / "subjects.parquet", column, values)
    assert words in refused(folder, tmp_path / "work")


@pytest.mark.parametrize(
    ("numbers", "distinct"),
    [
        ([5, 3, 4], True),
        ([5, 3, 5], False),
        ([-2, None, -1], True),
        ([1, 10**15], None),
        ([], None),
    ],
)
def test_numbers_that_stand_twice_are_found_without_sorting(
    tmp_path: Path, numbers: list[int | None], distinct: bool | None
) -> None:
    path = tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"number": pa.array(numbers, pa.int64())}), path, row_group_size=2)
    assert are_distinct(pq.ParquetFile(path), "number") is distinct


def test_far_numbers_that_stand_twice_are_refused_too(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in", [("enterprise", "food", [fact(1), fact(2), fact(3)])])
    changed(folder / "records.parquet", "record_id", [10**15, 1, 10**15])
    assert f"有 1 个记录编号重复（{10**15}）" in refused(folder, tmp_path / "work")


def test_several_defects_are_told_together(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in")
    changed(folder / "records.parquet", "state", [0, 9])
    changed(folder / "subjects.parquet", "kind", ["enterprise", "person"])
    words = refused(folder, tmp_path / "work")
    assert "记录状态 0" in words and "记录状态 9" in words and "主体类型 person" in words


def test_a_file_that_breaks_off_is_refused_in_words(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in", some_city(1))
    content = bytearray((folder / "records.parquet").read_bytes())
    content[40:400] = bytes(360)
    (folder / "records.parquet").write_bytes(bytes(content))
    assert "读不下去" in refused(folder, tmp_path / "work")


def test_empty_files_are_a_city_without_records(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    pq.write_table(SCHEMA.empty_table(), folder / "records.parquet")
    pq.write_table(POPULATION.empty_table(), folder / "subjects.parquet")
    found = taken(folder, tmp_path / "work")
    assert (found.record_count, found.subject_count) == (0, 0)


def test_a_column_without_any_value_may_have_no_type(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in")
    for column in ("amount_fen", "result", "valid_to"):
        changed(folder / "records.parquet", column, [None, None], pa.null())
    assert taken(folder, tmp_path / "work").record_count == 2


def test_a_subject_is_found_by_code_or_number(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in", [("enterprise", "food", []) for _ in range(3)])
    people = pq.read_table(folder / "subjects.parquet")
    codes = pa.array(["91410200MA3XYZ1234", "2", "2"])
    pq.write_table(people.append_column("code", codes), folder / "subjects.parquet")
    opened = look(folder)
    assert opened.known == ("code",)
    assert subject_of(opened, "91410200ma3xyz1234") == 1
    assert subject_of(opened, "3") == 3
    assert subject_of(opened, "9") is None
    assert subject_of(opened, "无") is None
    with pytest.raises(Refusal, match="2 个主体的代码"):
        subject_of(opened, "2")


def test_days_stand_as_they_are(tmp_path: Path) -> None:
    folder = delivery(tmp_path / "in")
    found = pq.read_table(taken(folder, tmp_path / "work").records).column("decided_on").to_pylist()
    assert found == [AS_OF - timedelta(days=20), AS_OF - timedelta(days=10)]
