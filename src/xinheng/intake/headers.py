"""Finds the header row wherever it is and gives every column a name.

Above it may stand titles, rules or blank rows; below a merged header stand nameless columns, called ``A#2``.
Header texts are compared without blanks, stars, width of letters and notes such as （文字类型 *必填项）.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_NOTE = re.compile(r"\([^()]*(?:类型|必填|选填|格式).*$")
_BLANKS = re.compile(r"[\s*﻿​]+")
_NAMELESS = re.compile(r"unnamed:?_?\d+(?:_level_\d+)?")
_NUMBER = re.compile(r"[-+]?[\d.,:/\s-]+%?")
_HEADER_WORDS = re.compile(
    r"名称|代码|编号|日期|时间|文号|序号|类别|机关|单位|金额|内容|结果|地址|状态|依据|号$"
)


@lru_cache(maxsize=4096)
def normal_header(text: str) -> str:
    """The form under which two header cells are equal; empty for a nameless one."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()
    plain = _NOTE.sub("", plain) or plain
    return "" if _NAMELESS.fullmatch(plain) or not any(map(str.isalnum, plain)) else plain


def column_names(row: Sequence[str], width: int) -> tuple[str, ...]:
    """Unique names of all columns. Nameless and repeated ones count on from the last name: ``A``, ``A#2`` …"""
    names: list[str] = []
    taken: set[str] = set()
    last = "列"
    for place in range(width):
        plain = normal_header(row[place]) if place < len(row) else ""
        last = plain or last
        name, count = last, 1
        while name in taken or (not plain and count == 1):
            count += 1
            name = f"{last}#{count}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def position_names(width: int) -> tuple[str, ...]:
    """Names of the columns of a table without header."""
    return tuple(f"第{place}列" for place in range(1, width + 1))


def shown_name(row: Sequence[str], place: int) -> str:
    """The header as the sender wrote it, for reports; ``place`` counts from 1."""
    text = " ".join(row[place - 1].split()) if place <= len(row) else ""
    return text if normal_header(text) else f"第{place}列"


def title_lines(rows: Sequence[Sequence[str]]) -> str:
    """The rows above a header that are titles: no more than two cells with words."""
    lines = ([cell.strip() for cell in row if any(map(str.isalnum, cell))] for row in rows)
    return " ".join(" ".join(cells) for cells in lines if len(cells) <= 2)


def guess_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Index of the row that looks most like a header, for a file that no feed knows."""
    width = max((len(row) for row in rows), default=0)
    best, best_score = None, 0.0
    for index, row in enumerate(rows[:20]):
        filled = [cell.strip() for cell in row if cell.strip()]
        if not filled or len(filled) < max(1, width // 2) or len(set(filled)) < len(filled):
            continue
        if any(len(cell) > 60 or _NUMBER.fullmatch(cell) for cell in filled):
            continue
        words = sum(bool(_HEADER_WORDS.search(normal_header(cell))) for cell in filled)
        score = words / len(filled) + len(filled) / width - index * 0.05
        if words and score > best_score:
            best, best_score = index, score
    return best
