"""Names that are looked for with a slip: a character wrong, left out or too many, two exchanged, or others of the same
sound. Where the words themselves find nothing, sets of tokens lead to candidates, and a likeness puts them in order.
"""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import pairwise

from xinheng.matching.pinyin import cut, readings
from xinheng.matching.tokens import query_tokens, searched, syllables

SHORTEST = 4
"""Chinese characters; of fewer, what is left beside a slip stands in too many names."""
LONGEST = 16
ALIKE = 0.74
"""Least likeness of a name worth showing: three characters of four."""
MOST_SETS = 24
"""Sets for one query; of several words that can be cut in many ways, the ways with fewest syllables of the last ones go first."""
CLOSE = 1
"""Characters of a name that may stand between those looked for."""
_HAN = re.compile("[^0-9A-Z]+")
_EVERYWHERE = frozenset((*"股份有限责任公司市", *map("".join, pairwise("股份有限责任公司")), "限公"))
"""Characters and pairs that stand in most names and narrow nothing."""


def spelled_tokens(query: str) -> list[list[str]]:
    """Sets of tokens of a query in which words of letters are spelled syllables, a name that is read so as a rule holds all of
    one set; empty where no word is."""
    return _spelled(query, lambda way: list(map(syllables, pairwise(way))))


def initials_of_spelled(query: str) -> list[list[str]]:
    """The same by the initials of the syllables, which names hold whose characters are read so seldom."""
    return _spelled(query, lambda way: query_tokens("".join(syllable[0] for syllable in way)))


def _spelled(query: str, told_by: Callable[[list[str]], list[str]]) -> list[list[str]]:
    sets: list[list[str]] = [[]]
    spelled = False
    for word in query.split():
        text = searched(word)
        ways = cut(text.lower()) if text.isascii() else []
        spelled |= bool(ways)
        told = [told_by(way) for way in ways] or [query_tokens(text)]
        sets = [[*before, *more] for before in sets for more in told][:MOST_SETS]
    return [list(one) for one in dict.fromkeys(map(tuple, sets)) if spelled and one]


def nearby_tokens(query: str) -> list[list[str]]:
    """Sets of tokens that a name meant by the query holds in spite of one slip; empty where the query is too short."""
    runs = [run[:LONGEST] for word in query.split() for run in _HAN.findall(searched(word))]
    signs = max(runs, key=len, default="")
    if len(signs) < SHORTEST:
        return []
    same_sound = query_tokens("".join(said[0][0] for sign in signs if (said := readings(sign))))
    sets = [
        *(_besides(signs, [slip], pairs=(slip - 1, slip)) for slip in range(len(signs))),
        *(_besides(signs, [], pairs=(slip - 1, slip, slip + 1)) for slip in range(len(signs) - 1)),
        frozenset(same_sound),
    ]
    return [
        sorted(one) for one in dict.fromkeys(sets) if one and not any(other < one for other in sets if other)
    ]


def _besides(signs: str, left_out: list[int], *, pairs: tuple[int, ...]) -> frozenset[str]:
    """The pairs of a run but those at some places, and the single characters that these pairs would have told."""
    kept = [sign + after for place, (sign, after) in enumerate(pairwise(signs)) if place not in pairs]
    told = [
        sign
        for place, sign in enumerate(signs)
        if place not in left_out and min(pairs) <= place <= max(pairs) + 1
    ]
    return frozenset(kept + told) - _EVERYWHERE


def likeness(query: str, name: str) -> float:
    """How much of the query stands in the name in its order, by characters or else by sound; 0 to 1."""
    wanted, text = searched(query.replace(" ", "")), searched(name)
    by_sign = _share(wanted, text)
    by_sound = _share([_sound(sign) for sign in wanted], [_sound(sign) for sign in text])
    return max(by_sign, (by_sign + by_sound) / 2)


def _share(wanted: str | list[str], text: str | list[str]) -> float:
    """The part of the query that is found, less where it lies scattered over the name."""
    blocks = SequenceMatcher(None, wanted, text, autojunk=False).get_matching_blocks()[:-1]
    if not blocks:
        return 0.0
    span = blocks[-1].b + blocks[-1].size - blocks[0].b
    return sum(block.size for block in blocks) / len(wanted) * min(1.0, (len(wanted) + CLOSE) / span)


def _sound(sign: str) -> str:
    return next(iter(readings(sign)), sign)
