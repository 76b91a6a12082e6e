"""How two parted names differ, as a row of numbers between 0 and 1 that a person can read.

Each column is one kind of difference or agreement, told by `pair_kernel`; what each weighs stands in `weights`. The order of
the two names does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import local

import numpy as np

from xinheng.matching.characters import readings
from xinheng.matching.lines import line_of, numbered
from xinheng.matching.names import NameParts
from xinheng.matching.pair_kernel import COLUMNS, F64, ONE_REPLACED, Room, Signs, measure, room

_SINGLE = "〇零一二三四五六七八九十百壹贰叁肆伍陆柒捌玖拾甲乙丙丁戊己庚辛壬癸东西南北"
_own = local()


@dataclass(frozen=True, slots=True)
class Difference:
    """The row of numbers, and the two characters that differ where no more does."""

    row: F64
    replaced: tuple[str, str] | None = None

    @property
    def values(self) -> dict[str, float]:
        return dict(zip(COLUMNS, self.row.tolist(), strict=True))


def difference(one: NameParts, other: NameParts) -> Difference:
    """How the two names differ."""
    left, right = _line(one), _line(other)
    both, own = numbered(left + right), own_room()
    measure(both, 0, both, len(left), signs(), own)
    row = own.row.copy()
    replaced = next(_apart(one, other), None) if row[ONE_REPLACED] else None
    return Difference(row, replaced)


def own_room() -> Room:
    """The room of this thread."""
    held: Room | None = getattr(_own, "room", None)
    if held is None:
        held = _own.room = room()
    return held


@cache
def signs() -> Signs:
    starts, found = readings()
    return Signs(np.array(sorted(map(ord, _SINGLE)), np.int32), starts, found)


_line = lru_cache(maxsize=1 << 12)(line_of)


def _apart(one: NameParts, other: NameParts) -> Iterator[tuple[str, str]]:
    left, right = sorted((one.core, other.core))
    return ((mine, theirs) for mine, theirs in zip(left, right, strict=False) if mine != theirs)
