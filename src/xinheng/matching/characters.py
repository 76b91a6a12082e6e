"""Brings the characters of a name to one form: simplified, half-width, one kind of bracket, no blanks.

Also tells how characters are read, for one who writes by ear takes the wrong one of them.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xinheng.core.names import normalise_name

_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_TITLE_MARKS = dict.fromkeys(map(ord, "《》〈〉「」『』"))


def name_key(name: str) -> str:
    """The simplified form in which two spellings of one name are equal."""
    key = name if _PLAIN.fullmatch(name) else normalise_name(name.translate(_TITLE_MARKS))
    return key.translate(simplified()) if _traditional().search(key) else key


@cache
def simplified() -> dict[int, str]:
    """Traditional to simplified, character by character, from OpenCC's own table."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split() for line in table.read_text(encoding="utf-8").splitlines())
    return {ord(pair[0]): pair[1] for pair in pairs if len(pair) > 1 and pair[0] != pair[1]}


@cache
def _traditional() -> re.Pattern[str]:
    """Tells whether anything in a name is to be simplified; of the rare characters, which a class holds one by one, all
    are let through."""
    signs = "".join(chr(sign) for sign in simplified() if sign < 0x10000)
    return re.compile(f"[{re.escape(signs)}\U00010000-\U0010ffff]")


@cache
def readings() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The readings of every character, whatever the tone, each reading as a number: those of character ``n`` stand in
    the second array from the place that the first names for ``n`` to that for ``n + 1``."""
    from pypinyin.constants import PINYIN_DICT

    signs = sorted(PINYIN_DICT)
    written = unicodedata.normalize("NFD", "\n".join(PINYIN_DICT[sign] for sign in signs))
    numbers: dict[str, int] = {}
    counts = np.zeros(signs[-1] + 2, np.int32)
    found: list[int] = []
    for sign, line in zip(signs, written.encode("ascii", "ignore").decode().split("\n"), strict=True):
        before = len(found)
        found += (numbers.setdefault(one, len(numbers)) for one in set(line.split(",")))
        counts[sign + 1] = len(found) - before
    return np.cumsum(counts, dtype=np.int32), np.array(found, np.int32)
