"""A template that is filled in comes back as the feed it was made from; nothing in it is read as a record."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from tests.feeds import feeds_in

from xinheng.core.entry import may_be_asked, questions
from xinheng.core.feeds import Feed
from xinheng.intake.prepare import Prepared, prepare
from xinheng.intake.template_workbook import write_template

FEEDS = feeds_in(Path(__file__).parents[2] / "policy")
ASKED = [feed for feed in FEEDS.values() if may_be_asked(feed)]


def _read(path: Path, work: Path) -> Prepared:
    work.mkdir()
    return prepare(path, feeds=FEEDS, work=work, today=date(2026, 11, 20))


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("feed", ASKED, ids=lambda feed: feed.id)
def test_a_filled_template_is_read_by_its_feed(feed: Feed, tmp_path: Path) -> None:
    write_template(feed, tmp_path / "模板.xlsx")
    _fill(tmp_path / "模板.xlsx", tmp_path / "报送.xlsx", ["1"])
    prepared = _read(tmp_path / "报送.xlsx", tmp_path / "work")
    assert (prepared.status, prepared.feed, prepared.rows) == ("mapped", feed.id, 1)
    assert prepared.header == tuple(question.header for question in questions(feed))


def test_an_empty_template_holds_no_record(tmp_path: Path) -> None:
    write_template(FEEDS["xinheng-commitment"], tmp_path / "模板.xlsx")
    prepared = _read(tmp_path / "模板.xlsx", tmp_path / "work")
    assert (prepared.status, prepared.rows) == ("unreadable", 0)
    assert "没有数据行" in prepared.message


def test_the_guide_shows_an_amount_in_the_unit_of_its_column(tmp_path: Path) -> None:
    """2000.00 beside 万元 would be twenty millions."""
    write_template(FEEDS["penalty-dual-publicity"], tmp_path / "模板.xlsx")
    guide = CalamineWorkbook.from_path(str(tmp_path / "模板.xlsx")).get_sheet_by_name("填写说明").to_python()
    lines = {str(line[0]): line for line in guide}
    assert lines["罚款金额（万元）"][4] == "0.5"
    code = lines["行政相对人代码_1(统一社会信用代码)"]
    assert (code[1], "没有任何代码的不能入库" in str(code[3])) == ("选填", True)


def _fill(template: Path, out: Path, row: list[str]) -> None:
    """What a department does: the same sheets, with one row below the header of the first."""
    book = CalamineWorkbook.from_path(str(template))
    with xlsxwriter.Workbook(str(out)) as filled:
        for place, name in enumerate(book.sheet_names):
            sheet = filled.add_worksheet(name)
            cells = book.get_sheet_by_name(name).to_python()
            for line, texts in enumerate([*cells, row * len(cells[0])] if place == 0 else cells):
                sheet.write_row(line, 0, texts)
