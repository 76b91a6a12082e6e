"""Reads a CSV table as people keep it: any usual encoding, a title above the header, short rows, quoted line breaks.

What cannot be read without guessing is refused with the row; nothing is dropped but lines that are empty.
"""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal
from xinheng.interfaces.cli.codes import encoding_of

_HEADER_WITHIN = 30
_GREATEST_FIELD = 1 << 20
_UTF8_MARK = b"\xef\xbb\xbf"

Titles = Mapping[str, Sequence[str]]
"""Of each column, the titles under which it may stand, in lower case."""
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are as wide as the header. ``at`` tells where the columns asked for stand. ``marked``: not plain UTF-8."""

    header: list[str]
    rows: list[list[str]]
    at: dict[str, int]
    marked: bool


def read_table(file: Path, *, needed: Titles, wanted: Titles) -> Table:
    """The table with all columns ``needed``, or with at least one ``wanted`` where none is. Raises Refusal otherwise."""
    try:
        encoding = encoding_of(file)
        with file.open("rb") as raw:
            marked = encoding != "utf-8-sig" or raw.read(3) == _UTF8_MARK
        with file.open(encoding=encoding, newline="") as stream:
            lines = _lines(file, stream)
    except OSError as error:
        raise Refusal(
            "MAT01", f"打不开 {file}：{os_cause(error)}。", advice="请检查路径和读取权限。"
        ) from error
    start, at = _header(file, lines, needed, wanted)
    header = [cell.strip("\ufeff") for cell in lines[start][1]]
    del lines[: start + 1]
    rows = [_fitted(file, line, len(header)) for line in lines]
    return Table(header, rows, at, marked)


def _lines(file: Path, stream: TextIO) -> list[Line]:
    csv.field_size_limit(_GREATEST_FIELD)
    first = stream.readline()
    reader = csv.reader(chain([first], stream), delimiter=max(",\t;", key=first.count))
    found: list[Line] = []
    try:
        found.extend((reader.line_num, cells) for cells in reader if cells)
    except csv.Error as error:
        raise Refusal(
            "MAT04",
            f"{file.name}在第{reader.line_num}行附近无法读取（{error}）。",
            advice="请检查该行的引号是否成对、文件是否完整，再重新导出。",
        ) from error
    return found


def _header(file: Path, lines: Sequence[Line], needed: Titles, wanted: Titles) -> tuple[int, dict[str, int]]:
    missing = list(needed)
    for line, (_, cells) in enumerate(lines[:_HEADER_WITHIN]):
        titles = [_title(cell) for cell in cells]
        found = {
            key: titles.index(title)
            for key, names in (*needed.items(), *wanted.items())
            if (title := next((name for name in names if name in titles), None)) is not None
        }
        if found and needed.keys() <= found.keys():
            _refuse_twice(file, titles, found)
            return line, found
        missing = min(missing, [key for key in needed if key not in found], key=len)
    said = "、".join(missing) or " 或 ".join(wanted)
    shown = max((cells for _, cells in lines[:_HEADER_WITHIN]), key=_filled, default=[])
    listed = "、".join(cell.strip() for cell in shown if cell.strip()) or "（空文件）"
    raise Refusal("MAT02", f"{file.name}中没有名为 {said} 的列。", advice=f"请改正表头。现有的列：{listed}。")


def _refuse_twice(file: Path, titles: Sequence[str], found: Mapping[str, int]) -> None:
    """Which of two columns of one title is meant cannot be known."""
    for at in found.values():
        if titles.count(titles[at]) > 1:
            raise Refusal(
                "MAT05",
                f"{file.name}中有{titles.count(titles[at])}列都叫 {titles[at]}，不知道用哪一列。",
                advice="请改正表头，只留一列用这个名称。",
            )


def _fitted(file: Path, line: Line, width: int) -> list[str]:
    number, cells = line
    if len(cells) == width:
        return cells
    if any(cell.strip() for cell in cells[width:]):
        raise Refusal(
            "MAT03",
            f"{file.name}第{number}行有{len(cells)}列，表头只有{width}列。",
            advice="含逗号的内容请用引号括起来，再重新导出。",
        )
    return [*cells[:width], *[""] * (width - len(cells))]


def _title(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).strip("\ufeff\"' ").split()).lower()


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)
