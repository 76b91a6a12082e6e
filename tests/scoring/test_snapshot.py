import errno
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.core.examples import AS_OF
from tests.scoring.worlds import numbered, rows_of, some_city

from xinheng.core.refusal import Refusal
from xinheng.scoring.snapshot import SCHEMA, manifest_path, read_manifest, write_snapshot

ROWS = rows_of(numbered(some_city(7)))


def batches(rows: list[dict[str, Any]], size: int) -> list[pa.RecordBatch]:
    return [
        pa.RecordBatch.from_pylist(rows[start : start + size], schema=SCHEMA)
        for start in range(0, len(rows), size)
    ]


def shuffled(seed: int = 3) -> list[dict[str, Any]]:
    rows = list(ROWS)
    random.Random(seed).shuffle(rows)
    return rows


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["subject_id"], row["decided_on"], row["record_id"]


def test_rows_are_stored_by_subject_day_and_record(tmp_path: Path) -> None:
    out = tmp_path / "records.parquet"
    manifest = write_snapshot(batches(shuffled(), 7), out)
    assert pq.read_table(out).to_pylist() == sorted(ROWS, key=key)
    assert manifest.rows == len(ROWS)
    assert manifest.subjects == len({row["subject_id"] for row in ROWS})
    assert manifest.first_day == min(row["decided_on"] for row in ROWS).isoformat()
    assert manifest.last_day == max(row["decided_on"] for row in ROWS).isoformat()


@pytest.mark.row("M7-07")
@pytest.mark.parametrize(("seed", "size"), [(1, 1), (2, 50), (3, 10_000)])
def test_the_digest_depends_on_the_rows_alone(tmp_path: Path, seed: int, size: int) -> None:
    first = write_snapshot(batches(sorted(ROWS, key=key), 100), tmp_path / "first.parquet")
    other = write_snapshot(batches(shuffled(seed), size), tmp_path / "other.parquet")
    assert first == other


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("decided_on", AS_OF + timedelta(days=900)),
        ("valid_to", AS_OF),
        ("amount_fen", 12345),
        ("headcount", None),
        ("state", 7),
        ("result", "other"),
    ],
)
def test_any_changed_value_changes_the_digest(tmp_path: Path, column: str, value: Any) -> None:
    before = write_snapshot(batches(ROWS, 100), tmp_path / "before.parquet")
    place = next(place for place, row in enumerate(ROWS) if row[column] != value)
    changed = [row | {column: value} if number == place else row for number, row in enumerate(ROWS)]
    assert write_snapshot(batches(changed, 100), tmp_path / "after.parquet").digest != before.digest


def test_an_empty_text_is_not_a_missing_one(tmp_path: Path) -> None:
    digests = {
        write_snapshot(batches([ROWS[0] | {"result": value}], 1), tmp_path / "one.parquet").digest
        for value in ("", None)
    }
    assert len(digests) == 2


def test_the_manifest_lies_beside_the_file(tmp_path: Path) -> None:
    out = tmp_path / "records.parquet"
    written = write_snapshot(batches(ROWS, 100), out)
    assert read_manifest(out) == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.json", "records.parquet"]


def test_an_empty_city_has_a_snapshot(tmp_path: Path) -> None:
    manifest = write_snapshot([], tmp_path / "records.parquet")
    assert (manifest.rows, manifest.subjects, manifest.first_day) == (0, 0, None)


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="没有可用的清单文件"):
        read_manifest(tmp_path / "records.parquet")
    manifest_path(tmp_path / "records.parquet").write_text("{}", encoding="utf-8")
    with pytest.raises(Refusal, match="没有可用的清单文件"):
        read_manifest(tmp_path / "records.parquet")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pylist([{"subject_id": 1, "record_id": 2}])
    with pytest.raises(Refusal, match="缺少栏目：item、decided_on"):
        write_snapshot([batch], tmp_path / "records.parquet")


def test_a_record_without_a_day_is_refused_by_column(tmp_path: Path) -> None:
    nullable = pa.schema([field.with_nullable(True) for field in SCHEMA])
    batch = pa.RecordBatch.from_pylist([ROWS[0] | {"decided_on": None}], schema=nullable)
    with pytest.raises(Refusal, match="decided_on 有空值"):
        write_snapshot([batch], tmp_path / "records.parquet")


def test_a_number_out_of_range_is_refused(tmp_path: Path) -> None:
    wide = SCHEMA.set(SCHEMA.get_field_index("item"), pa.field("item", pa.int64()))
    batch = pa.RecordBatch.from_pylist([ROWS[0] | {"item": 10**6}], schema=wide)
    with pytest.raises(Refusal, match="不合格式"):
        write_snapshot([batch], tmp_path / "records.parquet")


def test_a_failed_export_leaves_the_previous_snapshot(tmp_path: Path) -> None:
    out = tmp_path / "records.parquet"
    written = write_snapshot(batches(ROWS, 100), out)

    def broken() -> Any:
        yield from batches(ROWS, 50)
        raise ConnectionError("database gone")

    with pytest.raises(ConnectionError):
        write_snapshot(broken(), out)
    assert read_manifest(out) == written
    assert pq.read_table(out).num_rows == len(ROWS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.json", "records.parquet"]


def test_a_full_disk_is_said_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    def full() -> Any:
        yield from batches(ROWS, 50)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Refusal, match="磁盘已满"):
        write_snapshot(full(), tmp_path / "records.parquet")
    assert list(tmp_path.iterdir()) == []
