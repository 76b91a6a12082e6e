"""Reads a list of enterprises as somebody pasted or exported it: one a line, wherever in the line its code stands.

What is no unified social credit code is named with its line and cause, and no line with the number of a person is
repeated (legal guard G2).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from xinheng.core.ids import CodeKind, normalise_code, read_code
from xinheng.core.masking import mask_personal

_CUT = re.compile(r"[\t,，;；|]| {2,}")
_LIKE_A_CODE = re.compile(r"(?=.*[0-9])[0-9A-Z]{12,20}")
_WITHIN = re.compile(r"(?<![0-9A-Z])(?=[A-Z]*[0-9])[0-9A-Z]{12,20}(?![0-9A-Z])")
_HEAD = "信用代码"
SHOWN = 40
"""Characters of a wrong line that are repeated."""


@dataclass(frozen=True, slots=True)
class WrongLine:
    """``line`` counts from 1; ``text`` as it was given, shortened and without persons."""

    line: int
    text: str
    cause: str


@dataclass(frozen=True, slots=True)
class Bidders:
    """``codes`` in the order of the list, each once."""

    codes: tuple[str, ...]
    wrong: tuple[WrongLine, ...]


def lines_of(text: str) -> list[list[str]]:
    """Pasted text as cells."""
    return [_CUT.split(line) for line in text.splitlines()]


def bidders_of(rows: Iterable[Sequence[str]]) -> Bidders:
    """An empty line is nothing; a first line without any code is the head of the table."""
    codes: dict[str, int] = {}
    wrong: list[WrongLine] = []
    begun = False
    for line, cells in enumerate(rows, start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled:
            continue
        code, cause = _code_in(filled)
        if code in codes:
            cause = f"与第 {codes[code]} 行重复"
        elif code:
            codes[code] = line
        if cause and (begun or _like_codes(filled) or (len(filled) == 1 and _HEAD not in filled[0])):
            wrong.append(WrongLine(line, mask_personal(" ".join(filled)).text[:SHOWN], cause))
        begun = True
    return Bidders(tuple(codes), tuple(wrong))


def _like_codes(cells: Sequence[str]) -> list[str]:
    """Cells that are like a code as a whole, blanks and dashes left out, and what is like one within a cell."""
    whole = [cell for cell in cells if _LIKE_A_CODE.fullmatch(normalise_code(cell))]
    return whole + [one for cell in cells for one in _WITHIN.findall(normalize("NFKC", cell).upper())]


def _code_in(cells: Sequence[str]) -> tuple[str, str]:
    """The first valid code, and what is wrong with the line: no code, or more than one."""
    read = [read_code(one) for one in _like_codes(cells)]
    valid = dict.fromkeys(one.value for one in read if one.valid and one.kind is CodeKind.USCC)
    if valid:
        return next(iter(valid)), "一行有几个代码，只取了第一个；请一家一行" if len(valid) > 1 else ""
    if any(one.kind is CodeKind.RESIDENT_ID for one in read):
        return "", "这是自然人的证件号码，不核查自然人"
    if read and read[0].problem is not None:
        return "", read[0].problem.label
    return "", "没有统一社会信用代码"
