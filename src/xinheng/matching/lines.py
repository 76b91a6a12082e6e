"""Writes a parted name as one line of whole numbers, in which two names are compared without looking at their text again.

What takes a list of words to find out (figures, words of trade, whether there is a 字号 at all) is found out once a name.
"""

import re
from collections.abc import Callable, Iterable, Set
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate

import numpy as np

from xinheng.matching import pair_kernel as kernel
from xinheng.matching.divisions import NATION, NOWHERE
from xinheng.matching.names import Form, NameParts
from xinheng.matching.numerals import has_numeral, in_digits, numbers
from xinheng.matching.pair_kernel import I32, Lines
from xinheng.matching.trades import has_name, trade_words

_FORMS = {form: place for place, form in enumerate(Form)}
_GROWN = frozenset((Form.COMPANY, Form.LIMITED, Form.SHARES))
_PLAIN = re.compile(r"[省市]|分(?=店$)")
_HEAD = int(kernel.HEAD)
_SHORT = 400
_MOST = 4_000
"""Characters of one part; a longer one keeps its beginning and a digest of the whole. A short name has no such part."""


class PartedNames:
    """Names that were parted once, to be compared with many. ``parts`` gives those of one name again."""

    def __init__(self, lines: Lines, parts: Callable[[int], NameParts]) -> None:
        self.lines, self.parts = lines, parts

    @classmethod
    def of(cls, names: Iterable[NameParts]) -> "PartedNames":
        held = list(names)
        return cls(joined(map(line_of, held)), held.__getitem__)

    def __len__(self) -> int:
        return len(self.lines.starts) - 1


def joined(lines: Iterable[str]) -> Lines:
    """Lines as the kernel reads them."""
    held = list(lines)
    starts = np.zeros(len(held) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, held), np.int64, len(held)), out=starts[1:])
    return Lines(numbered("".join(held)), starts)


def numbered(lines: str) -> I32:
    return np.frombuffer(lines.encode("utf-32-le", "surrogatepass"), np.int32)


def line_of(parts: NameParts) -> str:
    """The numbers of a line, each as the character of that number."""
    ordinals: tuple[str, ...] = ()
    if has_numeral(parts):
        parts = in_digits(parts)
        ordinals = numbers(parts)
    region = parts.region
    bodies: tuple[str, ...] = (
        parts.key,
        parts.brand,
        parts.trade,
        _PLAIN.sub("", parts.branch) if parts.branch else "",
        parts.site,
        "|".join(ordinals),
        _members(region.named),
        _members(region.implied),
        _words(parts.trade),
    )
    if len(parts.key) > _SHORT:
        bodies = tuple(map(_cut, bodies))
    begins = accumulate(map(len, bodies), initial=_HEAD)
    return "".join((*map(chr, (_flags(parts), _FORMS[parts.form], *begins)), *bodies))


def _cut(text: str) -> str:
    return (
        text
        if len(text) <= _MOST
        else text[: _MOST - 64] + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    )


def _flags(parts: NameParts) -> int:
    return (
        kernel.GROUP * parts.group
        | kernel.NOWHERE * (parts.region is NOWHERE)
        | kernel.INSIDE * parts.region_inside
        | kernel.NATION * (NATION in parts.region.named)
        | kernel.HAS_NAME * has_name(parts.core)
        | kernel.GROWN * (parts.form in _GROWN)
        | kernel.FORMER * bool(parts.former)
        | kernel.HAS_BRANCH * bool(parts.branch)
    )


@lru_cache(maxsize=1 << 12)
def _members(members: Set[str]) -> str:
    held = ""
    for one in sorted(members):
        if len(held) + len(one) < _MOST:
            held += chr(len(one)) + one
    return held


@lru_cache(maxsize=1 << 12)
def _words(trade: str) -> str:
    return _members(trade_words(trade)) if trade else ""
