"""Writes the workbook that a department fills in: one sheet for the records, one on how, one with the choices.

The first sheet holds the header alone, so that it comes back through the usual upload and nothing made up is
ever read as a record; examples stand on the second sheet.
"""

from pathlib import Path
from typing import Any

import xlsxwriter

from xinheng.core.catalogue import CatalogueItem
from xinheng.core.entry import Question, questions
from xinheng.core.feeds import Feed, Kind

ROWS_PREPARED = 5_000
_GUIDE, _CHOICES = "填写说明", "可选内容"
_SAYS = {
    Kind.TEXT: "文字",
    Kind.NAME: "单位全称",
    Kind.CODE: "代码",
    Kind.DATE: "日期",
    Kind.AMOUNT: "金额",
    Kind.ENUM: "选项",
    Kind.INTEGER: "整数",
}
_EXAMPLES = {
    Kind.DATE: "2026-01-31",
    Kind.INTEGER: "12",
    Kind.NAME: "某某市某某商贸有限公司",
}
_FIVE_THOUSAND_YUAN = {"万元": "0.5", "元": "5000.00", "分": "500000"}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_template(feed: Feed, out: Path, *, item: CatalogueItem | None = None) -> None:
    """``item``: as for ``questions``. Raises Refusal (FE1) for a feed whose files have no header."""
    asked = questions(feed, item)
    with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{feed.title}填报模板"})
        sheet = book.add_worksheet(sheet_name(feed))
        _guide(book, feed, asked)
        ranges = _choices(book, asked)
        _records(book, sheet, asked, ranges)


def sheet_name(feed: Feed) -> str:
    """Holds the title words by which files of some feeds are told apart."""
    words = feed.recognise.title
    title = (
        feed.title if not words or any(word in feed.title for word in words) else f"{words[0]} {feed.title}"
    )
    return title.translate(_FORBIDDEN)[:31].strip("'")


def _records(book: Any, sheet: Any, asked: tuple[Question, ...], ranges: dict[str, str]) -> None:
    must = book.add_format(
        {"bold": True, "bg_color": "#FCE8E6", "text_wrap": True, "valign": "vcenter", "border": 1}
    )
    may = book.add_format(
        {"bold": True, "bg_color": "#EEEEEE", "text_wrap": True, "valign": "vcenter", "border": 1}
    )
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 1)
    for place, question in enumerate(asked):
        sheet.write_string(0, place, question.header, must if question.required else may)
        sheet.set_column(place, place, max(12, min(40, len(question.header) * 2 + 4)), text)
        sheet.write_comment(0, place, _note(question), {"width": 220, "height": 90})
        if question.header in ranges:
            sheet.data_validation(1, place, ROWS_PREPARED, place, _list(question, ranges[question.header]))


def _list(question: Question, cells: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": cells,
        "error_type": "stop" if question.closed and not question.joined_by else "information",
        "error_title": "不在可选内容中",
        "error_message": f"“{question.header}”请从列表中选择。"[:255],
    }


def _guide(book: Any, feed: Feed, asked: tuple[Question, ...]) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(_GUIDE)
    sheet.set_column(0, 0, 32, wrap)
    sheet.set_column(1, 2, 10, wrap)
    sheet.set_column(3, 4, 44, wrap)
    sheet.write_string(
        0, 0, f"{feed.title}：请在第一张工作表中填写，一行一条，不要改动表头。自然人的记录不要填报。"
    )
    for place, title in enumerate(("栏目", "必填", "类型", "怎么填", "示例（不会被读入）")):
        sheet.write_string(2, place, title, bold)
    for line, question in enumerate(asked, start=3):
        cells = (question.header, _must(question), _SAYS[question.kind], question.hint, _example(question))
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, cell, wrap)


def _choices(book: Any, asked: tuple[Question, ...]) -> dict[str, str]:
    """Writes the choices one column a question; gives the range of each."""
    ranges: dict[str, str] = {}
    several = [question for question in asked if question.choices]
    if not several:
        return ranges
    sheet = book.add_worksheet(_CHOICES)
    for place, question in enumerate(several):
        sheet.write_string(0, place, question.header)
        sheet.set_column(place, place, 24)
        for line, choice in enumerate(question.choices, start=1):
            sheet.write_string(line, place, choice)
        column = xlsxwriter.utility.xl_col_to_name(place)
        ranges[question.header] = f"='{_CHOICES}'!${column}$2:${column}${len(question.choices) + 1}"
    return ranges


def _must(question: Question) -> str:
    return "必填" if question.required else "选填"


def _example(question: Question) -> str:
    if question.choices:
        return question.choices[0]
    if question.kind is Kind.AMOUNT:
        return _FIVE_THOUSAND_YUAN.get(question.unit, "")
    return _EXAMPLES.get(question.kind, "")


def _note(question: Question) -> str:
    return "；".join(filter(None, (_must(question), _SAYS[question.kind], question.hint)))
