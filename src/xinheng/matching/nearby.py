"""Names that are looked for with a slip: a character wrong, left out or too many, two exchanged, or others of the same
sound. Where the words themselves find nothing, sets of tokens lead to candidates, and a likeness puts them in order.
"""

import re
from difflib import SequenceMatcher
from itertools import pairwise

from xinheng.matching.pinyin import cut, readings
from xinheng.matching.tokens import query_tokens, searched

SHORTEST = 4
"""Chinese characters; of fewer, what is left beside a slip stands in too many names."""
LONGEST = 16
ALIKE = 0.74
"""Least likeness of a name worth showing: three characters of four."""
CLOSE = 1
"""Characters of a name that may stand between those looked for."""
SPARED = 6
"""From so many characters on, two exchanged neighbours are led past as well: three pairs are left out, not two."""
_HAN = re.compile("[^0-9A-Z]+")
_EVERYWHERE = frozenset(map("".join, pairwise("股份有限责任公司"))) | {"限公"}
"""Pairs that stand in most names and narrow nothing."""


def spelled_tokens(query: str) -> list[list[str]]:
    """Sets of tokens of a query whose words of letters are spelled syllables; a name holds all of one set."""
    ways = [""]
    for word in query.split():
        text = searched(word)
        said = (
            ["".join(syllable[0] for syllable in way) for way in cut(text.lower())]
            if text.isascii()
            else [text]
        )
        ways = [f"{before} {one}" for before in ways for one in dict.fromkeys(said)]
    return [tokens for way in ways if (tokens := query_tokens(way))]


def nearby_tokens(query: str) -> list[list[str]]:
    """Sets of tokens that a name meant by the query holds in spite of one slip; empty where the query is too short."""
    runs = [run[:LONGEST] for word in query.split() for run in _HAN.findall(searched(word))]
    longest = max(runs, key=len, default="")
    if len(longest) < SHORTEST:
        return []
    pairs = list(map("".join, pairwise(longest)))
    width = 3 if len(longest) >= SPARED else 2
    left = [
        [
            pair
            for place, pair in enumerate(pairs)
            if not slip - 1 <= place < slip - 1 + width and pair not in _EVERYWHERE
        ]
        for slip in range(len(longest))
    ]
    same_sound = query_tokens("".join(said[0][0] for sign in longest if (said := readings(sign))))
    found = [*left, same_sound]
    return [list(tokens) for tokens in dict.fromkeys(tuple(dict.fromkeys(one)) for one in found) if tokens]


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
