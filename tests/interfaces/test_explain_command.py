"""`xinheng explain`: one subject of a snapshot, down to record and clause, and what would change its grade."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.core.examples import fact
from tests.interfaces.snapshot_files import CODES, DAY, run, snapshot
from tests.scoring.worlds import City

Captured = pytest.CaptureFixture[str]
FINED: City = [
    (
        "enterprise",
        "food",
        [*(fact(place, age=20, seriousness=2, finality=6) for place in range(2)), fact(3, item=1, age=100)],
    ),
    ("enterprise", "food", [fact(5, age=-9)]),
    ("sole_trader", "food", []),
]


def explain(monkeypatch: pytest.MonkeyPatch, folder: Path, subject: str, *more: str) -> int:
    words = (
        "explain",
        "--model",
        "general/trial",
        "--as-of",
        DAY,
        "--snapshot",
        folder,
        "--subject",
        subject,
    )
    return run(monkeypatch, *words, *more)


@pytest.mark.row("M7-11")
def test_a_subject_is_explained_down_to_record_and_clause(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert explain(monkeypatch, snapshot(tmp_path / "in", FINED), CODES[0]) == 0
    out = capsys.readouterr().out
    assert f"主体 {CODES[0]}（编号 1）" in out
    assert "600 分，等级 C 中等（试算，不发布）" in out
    assert "一般行政处罚：-180 分" in out
    assert "记录 1（2026-10-31，行政处罚信息）" in out
    assert "《信用修复管理办法》（国家发展改革委令第36号）" in out and "未与原文核对" in out
    assert "没有相关记录：轻微行政处罚" in out


def test_ways_to_a_better_grade_carry_days(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    explain(monkeypatch, snapshot(tmp_path / "in", FINED), "1", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["grade"] == "C"
    assert found["ways"], "fines fade and leave the window"
    for way in found["ways"]:
        assert way["on"] > DAY and way["grade"] in ("A", "B")
    repaired = [way for way in found["ways"] if way["kind"] == "repair"]
    assert all(first >= "2027-01-31" for way in repaired for _, first in way["repairs"])


def test_a_supposition_changes_the_result_and_no_file(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    folder = snapshot(tmp_path / "in", FINED)
    before = (folder / "records.parquet").read_bytes()
    assert explain(monkeypatch, folder, "1", "--what-if", "1=修复", "--what-if", "记录2 withdrawn") == 0
    out = capsys.readouterr().out
    assert "假如（只是推算，不是决定或承诺）" in out
    assert "得分 600 → 780" in out
    assert (folder / "records.parquet").read_bytes() == before


def test_records_that_do_not_count_are_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert explain(monkeypatch, snapshot(tmp_path / "in", FINED), "2") == 0
    out = capsys.readouterr().out
    assert "可用信息不足" in out
    assert "记录 4（2026-11-29，行政处罚信息）：作出日期在评价日之后" in out


@pytest.mark.guard("G1")
def test_who_the_model_does_not_cover_gets_no_grade(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert explain(monkeypatch, snapshot(tmp_path / "in", FINED), "3") == 2
    assert "不评价这一主体（类型 sole_trader" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("subject", "more", "words"),
    [
        ("99", (), "subjects.parquet 中没有“99”"),
        ("1", ("--what-if", "9=修复"), "这个主体没有记录 9"),
        ("1", ("--what-if", "1=打折"), "看不懂假设“1=打折”"),
        ("1", ("--what-if", "1=修复", "--what-if", "1=撤回"), "两个不同的假设"),
        ("1", ("--what-if", "1=缴清"), "没有尚未缴清的款项"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    tmp_path: Path,
    subject: str,
    more: tuple[str, ...],
    words: str,
) -> None:
    assert explain(monkeypatch, snapshot(tmp_path / "in", FINED), subject, *more) == 2
    assert words in capsys.readouterr().err


def test_a_record_outside_of_the_format_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    folder = snapshot(tmp_path / "in", FINED)
    table = pq.read_table(folder / "records.parquet")
    place = table.schema.get_field_index("state")
    pq.write_table(table.set_column(place, "state", pa.array([9] * len(table))), folder / "records.parquet")
    assert explain(monkeypatch, folder, "1") == 2
    assert "记录 1 的 state 不合格式：9" in capsys.readouterr().err


def test_a_snapshot_without_codes_is_asked_by_number(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    assert explain(monkeypatch, snapshot(tmp_path / "in", FINED[:1]), "1") == 0
    assert "主体 编号 1，" in capsys.readouterr().out
