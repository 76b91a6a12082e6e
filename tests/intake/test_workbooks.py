"""Workbooks are read like text files, and none of them can harm the server."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from tests.intake.conftest import PENALTY, Deliver, penalty
from tests.intake.rows import accepted

from xinheng.core.refusal import Refusal
from xinheng.intake.limits import Limits
from xinheng.intake.sniffing import Format
from xinheng.intake.workbooks import sheets_of


def _book(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return path


def test_a_workbook_gives_the_records_of_the_same_text(deliver: Deliver, tmp_path: Path) -> None:
    rows = [penalty(number) for number in range(1, 9)]
    book = _book(tmp_path / "其实是工作簿.csv", {"处罚": [["标题"], PENALTY, *rows]})
    prepared = deliver(book)
    assert (prepared.format, prepared.header_row, prepared.encoding) == ("xlsx", 2, None)
    plain = accepted(deliver(rows))
    assert [{**row, "row_no": row["row_no"] - 1} for row in accepted(prepared)] == plain


def test_cells_are_read_as_they_are_seen(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001
    cells = [date(2026, 3, 2), moment, 5000.0, 0.1, True, "文字", 91410202000000001]
    book = _book(tmp_path / "a.xlsx", {"表": [[], ["", "标题"], ["", *cells]]})
    (sheet,) = sheets_of(book, Format.XLSX, work=tmp_path, limits=Limits())
    lines = sheet.path.read_text(encoding="utf-8").splitlines()
    assert lines[0].strip(",") == ""
    assert lines[2].split(",")[1:] == [
        "2026-03-02",
        "2026-03-02 09:30:00",
        "5000",
        "0.1",
        "是",
        "文字",
        "9.1410202e+16",
    ]


def test_the_sheet_that_a_feed_knows_is_read_and_the_others_are_named(
    deliver: Deliver, tmp_path: Path
) -> None:
    book = _book(tmp_path / "a.xlsx", {"填报说明": [["请按月填报"]], "数据": [PENALTY, penalty(1)]})
    prepared = deliver(book)
    assert prepared.accepted == 1
    assert any("填报说明" in note for note in prepared.notes)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600])
def test_a_damaged_workbook_is_unreadable(deliver: Deliver, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "坏.xls"
    path.write_bytes(content)
    prepared = deliver(path)
    assert (prepared.status, prepared.problems) == ("unreadable", {"E19": 1})
    assert prepared.message and prepared.advice


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "炸弹.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(Refusal, match="异常庞大"):
        sheets_of(path, Format.XLSX, work=tmp_path, limits=Limits())


def test_a_sheet_that_claims_a_million_rows_and_all_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "宽.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "名称")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(Refusal, match="XFD1048576") as caught:
        sheets_of(path, Format.XLSX, work=tmp_path, limits=Limits())
    assert "另存为 CSV" in caught.value.advice


def test_a_sheet_with_too_many_columns_is_refused(tmp_path: Path) -> None:
    book = _book(tmp_path / "a.xlsx", {"表": [["列"] * 600]})
    with pytest.raises(Refusal, match="600列"):
        sheets_of(book, Format.XLSX, work=tmp_path, limits=Limits())


def test_reading_stops_at_the_limit_of_memory(tmp_path: Path) -> None:
    book = _book(
        tmp_path / "a.xlsx", {"表": [[f"第{row}行{cell}" for cell in range(40)] for row in range(4000)]}
    )
    small = replace(Limits(), child_memory=40)
    with pytest.raises(Refusal, match="超过了限制"):
        sheets_of(book, Format.XLSX, work=tmp_path, limits=small)
