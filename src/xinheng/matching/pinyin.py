"""Readings of Chinese characters without tones, and queries that spell them out (kaifengshipin → 开封食品).

Serves the search boxes: people type the sound of a name where they do not know its characters.
"""

import unicodedata
from functools import cache

MOST_WAYS = 6
"""Ways to cut one run of letters into syllables that are followed; xian is 西安 and 先."""
_LONGEST_SYLLABLE = 6


def sounds(letters: str, text: str) -> bool:
    """Whether the letters spell characters of a name that stand side by side, each by a whole syllable or its initial."""
    reached: set[int] = set()
    for sign in text:
        said = _ways_to_say(sign)
        reached = {at + len(way) for at in (0, *reached) for way in said if letters.startswith(way, at)}
        if len(letters) in reached:
            return True
    return False


def cut(letters: str) -> list[list[str]]:
    """Syllables of a run of letters that holds nothing else; the ways with fewest syllables first, at most MOST_WAYS."""
    found: list[list[list[str]]] = [[[]]]
    for end in range(1, len(letters) + 1):
        ways = [
            [*before, letters[start:end]]
            for start in range(max(0, end - _LONGEST_SYLLABLE), end)
            if letters[start:end] in _syllables()
            for before in found[start]
        ]
        found.append(sorted(ways, key=len)[:MOST_WAYS])
    return found[-1] if letters else []


@cache
def readings(sign: str) -> tuple[str, ...]:
    """The syllables of a character, most usual first; empty for what is none."""
    from pypinyin.constants import PINYIN_DICT

    return tuple(dict.fromkeys(_plain(one) for one in PINYIN_DICT.get(ord(sign), "").split(",") if one))


@cache
def _ways_to_say(sign: str) -> tuple[str, ...]:
    said = readings(sign)
    if not said:
        return (sign.lower(),)
    return tuple(dict.fromkeys((*said, *(one[0] for one in said))))


@cache
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT

    said = {_plain(one) for readings in PINYIN_DICT.values() for one in readings.split(",")}
    return frozenset(one for one in said if set(one) & set("aeiouv"))


def _plain(reading: str) -> str:
    """Without tones; ü is v, as keyboards have it."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(sign for sign in letters if sign.isascii())
