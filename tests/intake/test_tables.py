"""The quick way and the careful way give the same table."""

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinheng.core.refusal import Refusal
from xinheng.intake.limits import Limits
from xinheng.intake.sniffing import as_utf8
from xinheng.intake.tables import SMALL, Table, head_of, read_table

Row = tuple[int, list[str], str | None]


def _read(path: Path, work: Path, *, first: int = 1) -> tuple[Table, list[Row]]:
    work.mkdir(exist_ok=True)
    text = as_utf8(path, work)
    table = read_table(text, head_of(text, limits=Limits()), first=first, work=work, limits=Limits())
    found = duckdb.sql(f"SELECT * FROM {table.source} ORDER BY row_no").fetchall()
    return table, [(row[0], [cell or "" for cell in row[1:-2]], row[-1]) for row in found]


def _written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def test_an_even_file_is_read_by_the_engine(tmp_path: Path) -> None:
    rows = [["名称", "结果"], *([f"第{number}", "合格"] for number in range(5000))]
    path = _written(tmp_path / "a.csv", rows)
    assert path.stat().st_size < SMALL
    assert _read(path, tmp_path / "small")[0].offset is None
    rows *= 5
    table, found = _read(_written(tmp_path / "a.csv", rows), tmp_path / "w")
    assert table.offset == 1
    assert [(number, cells) for number, cells, _ in found] == list(enumerate(rows[1:], start=2))


@pytest.mark.parametrize(
    "uneven",
    ["\n", "丁,合格\n\n戊,合格\n", '"两\n行",合格\n', "少一列\n"],
    ids=["blank", "blank inside", "line break", "short"],
)
def test_an_uneven_file_is_cut_with_care(tmp_path: Path, uneven: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,结果\n甲,合格\n" + uneven + "乙,合格\n", encoding="utf-8")
    table, found = _read(path, tmp_path / "w")
    assert table.offset is None
    assert found[0] == (2, ["甲", "合格"], None) and found[-1][1:] == (["乙", "合格"], None)


def test_a_row_with_more_cells_than_the_header_is_faulty(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,结果\n甲,合格,多出\n乙,合格,\n", encoding="utf-8")
    _, found = _read(path, tmp_path / "w")
    assert [fault for *_, fault in found] == [None if len(found[0][1]) == 3 else "wide", None]


def test_a_broken_character_marks_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名称,结果\n甲,合格\n".encode() + b"\xe5\xbc,x\n" + "乙,合格\n".encode())
    _, found = _read(path, tmp_path / "w")
    assert [fault for *_, fault in found] == [None, "garbled", None]


def test_a_table_too_wide_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.csv", [["列"] * 600, ["1"] * 600])
    text = as_utf8(path, tmp_path)
    with pytest.raises(Refusal, match="超过上限512列"):
        head_of(text, limits=Limits())


_CELL = st.text(st.sampled_from('甲乙a1 "\n,;'), min_size=1, max_size=6)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=30))
def test_both_ways_agree(tmp_path: Path, rows: list[list[str]]) -> None:
    """A blank last line forces the careful way, as a small file does; everything else is equal."""
    sent = [["名称", "代码", "结果"], *rows]
    path = _written(tmp_path / "a.csv", sent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xinheng.intake.tables.SMALL", 0)
        _, quick = _read(path, tmp_path / "w1")
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8", newline="")
    _, careful = _read(path, tmp_path / "w2")
    assert [row for row in careful if any(row[1])] == quick
    assert [cells for _, cells, _ in quick] == rows
