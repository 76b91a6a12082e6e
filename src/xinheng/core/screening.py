"""Names and codes that are to be looked for on lists: how a line is read and what is wrong with it.

Natural persons are looked for nowhere: a line that reads as one is named and left out (legal guard G2).
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.ids import CodeKind, read_code
from xinheng.core.person_names import looks_like_person_name

LONGEST = 200
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A line as given, ``number`` counted from 1. ``problem``: why it is not looked for; then nothing of it is kept."""

    number: int
    name: str = ""
    code: str = ""
    problem: str = ""


class Found(StrEnum):
    """What came of a line. ``UNSURE``: a person has to say whether it is the same enterprise."""

    LISTED = "listed"
    UNSURE = "unsure"
    NOTHING = "nothing"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Found.LISTED: "在名单上",
    Found.UNSURE: "名称相近，须核实",
    Found.NOTHING: "名单上没有",
    Found.WRONG: "没有核查",
}


def read_pasted(text: str) -> list[AskedLine]:
    """Lines of a text field: a name, a code, or both apart by a tab or comma. Empty lines count and are left out."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.replace("，", ",")
        cells = next(csv.reader([plain], delimiter="\t" if "\t" in plain else ",", strict=False), [])
        if any(cell.strip() for cell in cells):
            rows.append((number, cells))
    return [read_line(number, cells) for number, cells in rows]


def read_line(number: int, cells: Sequence[str]) -> AskedLine:
    """One cell is a name or a code; of two either may come first."""
    given = [cell.strip() for cell in cells if cell.strip()][:2]
    codes = [one for one in given if read_code(one).names_a_subject or not _HAN.search(one)]
    if len(given) == 1:
        return asked_line(number, *(("", given[0]) if codes else (given[0], "")))
    name, code = given
    return asked_line(number, *((code, name) if codes == [name] else (name, code)))


def asked_line(number: int, name: str, code: str) -> AskedLine:
    """The line with what is wrong with it."""
    problem = _wrong(name, code)
    if problem:
        return AskedLine(number=number, problem=problem)
    return AskedLine(number=number, name=name, code=read_code(code).value if code else "")


def _wrong(name: str, code: str) -> str:
    kinds = {read_code(one).kind for one in (name, code) if one}
    if CodeKind.RESIDENT_ID in kinds:
        return "含有居民身份证号码，不核查自然人"
    if not name and not code:
        return "没有名称，也没有代码"
    if name and looks_like_person_name(name):
        return "像自然人的姓名，不核查自然人；是字号的请写全称"
    if len(name) > LONGEST:
        return f"名称超过 {LONGEST} 字"
    if not name and not read_code(code).names_a_subject:
        return "代码有误，也没有名称"
    return ""


def wrong_lines(lines: Iterable[AskedLine]) -> list[AskedLine]:
    return [one for one in lines if one.problem]
