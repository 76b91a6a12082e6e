"""Translates what a sender writes in an enumerated column into the feed's words, one or several a cell."""

import re
import unicodedata

from xinheng.core.feeds import PENALTY_KINDS, Column

LONGEST = 40
"""Characters that the stored result may have; the milder kinds of a very long list are left out."""

_STATUTORY = {kind: place for place, kind in enumerate(PENALTY_KINDS)}


def word_for(column: Column, text: str) -> str | None:
    """The word of the cell; several, joined by ``+``, where the column has separators; None where one is unknown."""
    plain = _plain(text)
    whole = _whole(column, plain)
    if whole:
        return whole
    if column.separators is None:
        return _fragment(column, plain) or column.unknown
    words: set[str] = set()
    for part in filter(None, re.split(f"[{re.escape(column.separators)}]", plain)):
        found = _part(column, part)
        if not found:
            return column.unknown
        words |= found
    return joined(column, words) or column.unknown


def joined(column: Column, words: set[str]) -> str:
    """The words in statutory order, else in the order of the feed."""
    own = {word: place for place, word in enumerate((*column.values.values(), *column.contains.values()))}
    ordered = sorted(words, key=lambda word: (_STATUTORY.get(word, 99), own.get(word, 99)))
    while len("+".join(ordered)) > LONGEST:
        ordered.pop(0)
    return "+".join(ordered)


def _part(column: Column, part: str) -> set[str]:
    whole = _whole(column, part)
    if whole:
        return {whole}
    return {word for fragment, word in column.contains.items() if _plain(fragment) in part}


def _whole(column: Column, plain: str) -> str | None:
    for value, word in column.values.items():
        if _plain(value) == plain:
            return word
    return None


def _fragment(column: Column, plain: str) -> str | None:
    for fragment, word in column.contains.items():
        if _plain(fragment) in plain:
            return word
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
