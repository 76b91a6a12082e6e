"""Brings the characters of a name to one form: simplified, half-width, one kind of bracket, no blanks.

Also tells which two characters are read alike, for one who writes by ear takes the wrong one of them.
"""

import unicodedata
from functools import cache
from pathlib import Path

from xinheng.core.names import normalise_name

_TITLE_MARKS = dict.fromkeys(map(ord, "《》〈〉「」『』"))


def name_key(name: str) -> str:
    """The simplified form in which two spellings of one name are equal."""
    return normalise_name(name.translate(_TITLE_MARKS)).translate(simplified())


@cache
def simplified() -> dict[int, str]:
    """Traditional to simplified, character by character, from OpenCC's own table."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split() for line in table.read_text(encoding="utf-8").splitlines())
    return {ord(pair[0]): pair[1] for pair in pairs if len(pair) > 1 and pair[0] != pair[1]}


def sound_alike(one: str, other: str) -> bool:
    """Whether two characters share a reading, whatever the tone."""
    return bool(_readings(one) & _readings(other))


@cache
def _readings(sign: str) -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT

    written = PINYIN_DICT.get(ord(sign), "")
    plain = "".join(one for one in unicodedata.normalize("NFD", written) if one.isascii())
    return frozenset(plain.split(",")) if written else frozenset()
