"""The error workbook shows each returned row, why it came back and what to do."""

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.intake.conftest import Deliver, penalty

from xinheng.intake.workbook import error_workbook


def _sheet(path: Path) -> list[list[str]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def _rows(path: Path) -> list[dict[str, str]]:
    header, *rows = _sheet(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.row("M2-05")
def test_returned_rows_stand_with_reason_and_advice(deliver: Deliver, tmp_path: Path) -> None:
    prepared = deliver([penalty(1), penalty(2, 处罚有效期="2026-01-01"), penalty(3, 统一社会信用代码="")])
    out = tmp_path / "退回.xlsx"
    error_workbook(prepared, out)
    first, second = _rows(out)
    assert (first["行号"], first["问题代码"], first["行政相对人名称"]) == (
        "3",
        "E04",
        "汴京试验第2商贸有限公司",
    )
    assert "早于" in first["原因"] and first["怎么改"]
    assert (second["行号"], second["问题代码"]) == ("4", "E13")


def test_rows_on_persons_go_back_as_they_came(deliver: Deliver, tmp_path: Path) -> None:
    prepared = deliver([penalty(1, 行政相对人名称="王小明", 行政相对人类别="自然人")])
    error_workbook(prepared, tmp_path / "a.xlsx")
    assert _rows(tmp_path / "a.xlsx")[0]["行政相对人名称"] == "王小明"
    error_workbook(prepared, tmp_path / "b.xlsx", with_refused=False)
    assert _rows(tmp_path / "b.xlsx")[0]["行政相对人名称"] == ""


@pytest.mark.row("M2-05")
def test_conflicts_with_what_is_known_are_added(deliver: Deliver, tmp_path: Path) -> None:
    prepared = deliver([penalty(1)])
    error_workbook(prepared, tmp_path / "a.xlsx", conflicts=[(2, "E17", "代码已属于另一主体")])
    (row,) = _rows(tmp_path / "a.xlsx")
    assert (row["行号"], row["原因"], row["罚款金额（万元）"]) == ("2", "代码已属于另一主体", "0.5")


def test_no_cell_is_a_formula(deliver: Deliver, tmp_path: Path) -> None:
    prepared = deliver([penalty(1, 违法事实="=HYPERLINK(1)", 统一社会信用代码="")])
    error_workbook(prepared, tmp_path / "a.xlsx")
    assert _rows(tmp_path / "a.xlsx")[0]["违法事实"] == "'=HYPERLINK(1)"
