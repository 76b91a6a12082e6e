"""Cuts names into tokens so that a plain PostgreSQL array index finds them by part and by pinyin initials.

A name is found with ``tokens @> query_tokens(query)``: Chinese words by their pairs of characters, Latin
letters and digits by threes of initials (开封食品 → kfs, fsp), by the pair where a word has no more. Spelled syllables are found
by their pairs (kai'feng). Serves the portal's search; no extension needed.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, product
from operator import add

from xinheng.core.names import normalise_name
from xinheng.matching.characters import simplified
from xinheng.matching.pinyin import readings, sounds

CUT = 1
"""Which way names are cut; names that were cut in another are cut anew by the worker."""
_PINYIN = "py:"
_ASCII = re.compile("[0-9A-Z]+")
_HAN = re.compile("[^0-9A-Z]+")
_NOT_SEARCHED = re.compile(r"[\W_]+")
_READ_IN_TWO_WAYS = "行长重乐厦曾朝会单藏省都卡盛调传车弹降便铺角莘解翟仇尉泌浚六堡参柏查种朴秘粘"
"""Characters of names and places whose initial depends on the word; both are indexed, and all their syllables."""


def search_tokens(name: str) -> list[str]:
    """The tokens under which a name is stored, without repetition, in a fixed order."""
    text = searched(name)
    found: list[str] = []
    for run in _HAN.findall(text):
        found += run
        found += map(add, run, run[1:])
        said = [_said(sign) for sign in run]
        found += (syllables(one) for beside in pairwise(said) for one in product(*beside))
    initials = _initials(text)
    found += _in_line(initials, initials[1:])
    found += _in_line(initials, initials[1:], initials[2:])
    return list(dict.fromkeys(found))


def _in_line(*signs: Sequence[str]) -> list[str]:
    """Tokens of initials that stand side by side, in every way to read them."""
    return [_PINYIN + "".join(way) for beside in zip(*signs, strict=False) for way in product(*beside)]


def syllables(beside: Sequence[str]) -> str:
    """The token of two syllables that stand side by side."""
    return f"{_PINYIN}{beside[0]}'{beside[1]}"


@cache
def _said(sign: str) -> tuple[str, ...]:
    """The usual syllable of a character; each where it depends on the word."""
    return readings(sign)[: None if sign in _READ_IN_TWO_WAYS else 1]


def query_tokens(query: str) -> list[str]:
    """The tokens a name must hold; empty where the query is too short to search for (one letter or digit)."""
    found: dict[str, None] = {}
    for word in query.split():
        text = searched(word)
        for run in _ASCII.findall(text):
            width = 3 if len(run) > 2 else 2
            found.update(dict.fromkeys(_in_line(*(run.lower()[start:] for start in range(width)))))
        for run in _HAN.findall(text):
            pairs = [left + right for left, right in pairwise(run)]
            found.update(dict.fromkeys(pairs or [run]))
    return list(found)


def name_matches(*, query: str, name: str) -> bool:
    """Whether every word of the query stands in the name unbroken; sorts out what only holds the same pairs."""
    text = searched(name)
    return all(_stands_in(searched(word), text) for word in query.split())


def _stands_in(part: str, text: str) -> bool:
    if part in text:
        return True
    letters = part.lower()
    return part.isascii() and (_stands_for(letters, _initials(text)) or sounds(letters, text))


def _stands_for(letters: str, initials: Sequence[str]) -> bool:
    told = "".join(initials)
    if len(told) == len(initials):
        return letters in told
    width = len(letters)
    return any(
        all(letter in initials[start + place] for place, letter in enumerate(letters))
        for start in range(len(initials) - width + 1)
    )


def searched(name: str) -> str:
    """The name as it is cut: in simplified characters, letters and digits large, without signs."""
    text = normalise_name(name).translate(simplified())
    return text if text.isalnum() else _NOT_SEARCHED.sub("", text)


def _initials(text: str) -> list[str]:
    table = _first_letters()
    return [found for sign in text if (found := table.get(sign, ""))]


@cache
def _first_letters() -> dict[str, str]:
    """Initial of each character; letters and digits stand for themselves."""
    from pypinyin.constants import PINYIN_DICT

    table = {chr(code): _first(readings.partition(",")[0]) for code, readings in PINYIN_DICT.items()}
    for sign in _READ_IN_TWO_WAYS:
        letters = dict.fromkeys(_first(reading) for reading in PINYIN_DICT[ord(sign)].split(","))
        table[sign] = "".join(letters)[:2]
    return table | {sign: sign.lower() for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _first(reading: str) -> str:
    return unicodedata.normalize("NFD", reading)[:1]
