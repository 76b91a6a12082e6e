"""The compiled comparison of parted names: the row of differences of two, and the scores of many pairs.

A name reaches it as one line of whole numbers (matching.lines): flags, form, where each part begins, then the characters
of the parts. Every column of the row is told here and nowhere else; what a column weighs comes in from `weights`.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xinheng.matching.compiling import compiled, inner

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

COLUMNS = (
    "same_core",
    "same_brand",
    "brand_differs",
    "brand_within",
    "core_distance",
    "one_replaced",
    "replaced_alike",
    "rearranged",
    "only_added",
    "brand_length",
    "trade_missing",
    "trade_wider",
    "trade_differs",
    "place_missing",
    "place_narrower",
    "place_level",
    "unnamed",
    "place_differs",
    "form_missing",
    "form_grown",
    "form_differs",
    "group_differs",
    "branch_missing",
    "branch_differs",
    "number_differs",
    "site_missing",
    "site_differs",
)
"""The row: each between 0 and 1."""
(
    SAME_CORE,
    SAME_BRAND,
    BRAND_DIFFERS,
    BRAND_WITHIN,
    CORE_DISTANCE,
    ONE_REPLACED,
    REPLACED_ALIKE,
    REARRANGED,
    ONLY_ADDED,
    BRAND_LENGTH,
    TRADE_MISSING,
    TRADE_WIDER,
    TRADE_DIFFERS,
    PLACE_MISSING,
    PLACE_NARROWER,
    PLACE_LEVEL,
    UNNAMED,
    PLACE_DIFFERS,
    FORM_MISSING,
    FORM_GROWN,
    FORM_DIFFERS,
    GROUP_DIFFERS,
    BRANCH_MISSING,
    BRANCH_DIFFERS,
    NUMBER_DIFFERS,
    SITE_MISSING,
    SITE_DIFFERS,
) = range(len(COLUMNS))

FLAGS, FORM, KEY, BRAND, TRADE, BRANCH, SITE, NUMBERS, NAMED, IMPLIED, WORDS, END, HEAD = map(
    np.int64, range(13)
)
"""The head of a line: from KEY on the place where the part begins, counted from the line's first number; END behind the last.
NAMED, IMPLIED and WORDS are sets: the length of each member before its characters."""
GROUP, NOWHERE, INSIDE, NATION, HAS_NAME, GROWN, FORMER, HAS_BRANCH = (1 << bit for bit in range(8))
"""Flags: calls itself a group; no place; the place stood in brackets; 中国 is among the places; anything in it is a 字号; a
form into which companies grow; former names stood in brackets; has a branch."""

LONGEST = 255
"""Characters of two cores that are set against each other; names end sooner."""
EQUAL_KEYS = 0.99
UNSETTLED = -1.0
"""Two lines do not suffice: a former name speaks too, or a place may have to be taken out of the other's 字号."""


class Signs(NamedTuple):
    """Figures and their kind, ascending; for each character, by its number, its readings."""

    single: I32
    readings_from: I32
    readings: I32


class Weighing(NamedTuple):
    """By column: what it weighs, the most that a pair with it may score (above 1: no ceiling); BIAS and CONTINUOUS."""

    coefficients: F64
    ceilings: F64
    others: F64


class Lines(NamedTuple):
    """Lines one after another; line ``n`` ends where ``n + 1`` begins."""

    signs: I32
    starts: I64


class Room(NamedTuple):
    """What one thread needs for one pair after another."""

    steps: I16
    row: F64


def room() -> Room:
    return Room(np.empty((LONGEST + 1) ** 2, np.int16), np.empty(len(COLUMNS), np.float64))


@inner
def _same(x: Any, a: int, width: int, y: Any, b: int, height: int) -> bool:
    at = 0
    while width == height and at < width and x[a + at] == y[b + at]:
        at += 1
    return at == width == height


@inner
def _same_part(x: Any, a: int, y: Any, b: int, part: int) -> Any:
    return _same(
        x, a + x[a + part], x[a + part + 1] - x[a + part], y, b + y[b + part], y[b + part + 1] - y[b + part]
    )


@inner
def _holds(x: Any, a: int, part: int, y: Any, b: int, width: int) -> bool:
    """Whether a set has the member of ``width`` characters at ``b``."""
    at, end = a + x[a + part], a + x[a + part + 1]
    while at < end:
        held = np.int64(x[at])
        if _same(x, at + 1, held, y, b, width):
            return True
        at += 1 + held
    return False


@inner
def _within(x: Any, a: int, y: Any, b: int, part: int, wider: int) -> bool:
    """Whether every member of a set of the one is in that of the other, or in the other's ``wider`` one."""
    at, end = a + x[a + part], a + x[a + part + 1]
    while at < end:
        held = np.int64(x[at])
        if not _holds(y, b, part, x, at + 1, held) and not _holds(y, b, wider, x, at + 1, held):
            return False
        at += 1 + held
    return True


@inner
def _contains(x: Any, a: int, width: int, y: Any, b: int, height: int) -> bool:
    shift = 0
    while shift + height <= width and not _same(x, a + shift, height, y, b, height):
        shift += 1
    return shift + height <= width


@inner
def _distance(x: Any, a: int, width: int, y: Any, b: int, height: int, steps: Any) -> float:
    """Insertions and removals from one run to the other, as a share of both lengths."""
    whole = width + height
    while width and height and x[a] == y[b]:
        a, b, width, height = a + 1, b + 1, width - 1, height - 1
    while width and height and x[a + width - 1] == y[b + height - 1]:
        width, height = width - 1, height - 1
    for at in range(width + 1):
        steps[at] = 0
    for row in range(height):
        corner = 0
        for at in range(width):
            above = steps[at + 1]
            steps[at + 1] = corner + 1 if x[a + at] == y[b + row] else max(above, steps[at])
            corner = above
    return (width + height - 2 * steps[width]) / whole if whole else 0.0


@inner
def _holds_number(numbers: Any, number: int) -> bool:
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) >> 1
        if numbers[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low < len(numbers) and numbers[low] == number


@inner
def _sound_alike(one: int, other: int, signs: Any) -> bool:
    """Whether two characters share a reading."""
    last = len(signs.readings_from) - 1
    if one >= last or other >= last:
        return False
    for at in range(signs.readings_from[one], signs.readings_from[one + 1]):
        for beside in range(signs.readings_from[other], signs.readings_from[other + 1]):
            if signs.readings[at] == signs.readings[beside]:
                return True
    return False


@inner
def _before(x: Any, a: int, width: int, y: Any, b: int, height: int) -> bool:
    """Whether the first run stands before the second in the order of characters."""
    for at in range(min(width, height)):
        if x[a + at] != y[b + at]:
            return bool(x[a + at] < y[b + at])
    return width < height


@inner
def _count_steps(x: Any, a: int, width: int, y: Any, b: int, height: int, steps: Any) -> None:
    """The table of edit distances of all beginnings."""
    line = width + 1
    for at in range(line):
        steps[at] = at
    for row in range(1, height + 1):
        steps[row * line] = row
        for at in range(1, line):
            spot = row * line + at
            best = steps[spot - line - 1] + (0 if x[a + at - 1] == y[b + row - 1] else 1)
            steps[spot] = min(best, steps[spot - line] + 1, steps[spot - 1] + 1)


@inner
def _edits(x: Any, a: int, width: int, y: Any, b: int, height: int, signs: Any, room: Any) -> None:
    """The columns told from the fewest edits of the first run into the second: from the end, removals before insertions
    before replacements."""
    row, steps = room.row, room.steps
    _count_steps(x, a, width, y, b, height, steps)
    line, at, under = width + 1, width, height
    removed, added, replaced, alike, single = 0, 0, 0, True, False
    while at and under:
        spot = under * line + at
        if steps[spot] == steps[spot - 1] + 1:
            removed, at = removed + 1, at - 1
            continue
        under -= 1
        if under and steps[spot - line] == steps[spot - line - 1] - 1:
            added += 1
            continue
        at -= 1
        one, other = x[a + at], y[b + under]
        if one != other:
            replaced += 1
            alike = alike and _sound_alike(one, other, signs)
            single = single or (_holds_number(signs.single, one) and _holds_number(signs.single, other))
    removed, added = removed + at, added + under
    if not removed and not added:
        row[ONE_REPLACED] = 1.0 if replaced == 1 else 0.0
        row[REPLACED_ALIKE] = 1.0 if replaced <= 2 and alike else 0.0
    if not replaced and (removed > 0) != (added > 0):
        row[ONLY_ADDED] = 1.0
    if single:
        row[NUMBER_DIFFERS] = 1.0


@inner
def _rearranged(x: Any, a: int, y: Any, b: int, width: int) -> bool:
    for at in range(width):
        sign, count = x[a + at], 0
        for other in range(width):
            count += (x[a + other] == sign) - (y[b + other] == sign)
        if count != 0:
            return False
    return True


@inner
def _core(x: Any, a: int, y: Any, b: int, signs: Any, room: Any) -> None:
    """字号 and trade as one run, and the 字号 alone."""
    row = room.row
    width, height = x[a + TRADE] - x[a + BRAND], y[b + TRADE] - y[b + BRAND]
    row[BRAND_LENGTH] = max(0.0, 1 - (min(width, height) - 1) / 5)
    one, other = a + x[a + BRAND], b + y[b + BRAND]
    long, tall = x[a + BRANCH] - x[a + BRAND], y[b + BRANCH] - y[b + BRAND]
    if _same(x, one, long, y, other, tall):
        row[SAME_CORE] = row[SAME_BRAND] = 1.0
        return
    if _same(x, one, width, y, other, height):
        row[SAME_BRAND] = 1.0
    else:
        row[BRAND_DIFFERS] = 1.0
        if min(width, height) > 1 and (
            _contains(x, one, width, y, other, height) or _contains(y, other, height, x, one, width)
        ):
            row[BRAND_WITHIN] = 1.0
    long, tall = min(long, LONGEST), min(tall, LONGEST)
    row[CORE_DISTANCE] = _distance(x, one, long, y, other, tall, room.steps)
    while long and tall and x[one] == y[other]:
        one, other, long, tall = one + 1, other + 1, long - 1, tall - 1
    first = _before(x, one, long, y, other, tall)
    while long and tall and x[one + long - 1] == y[other + tall - 1]:
        long, tall = long - 1, tall - 1
    if long == tall and _rearranged(x, one, y, other, long):
        row[REARRANGED] = 1.0
    if first:
        _edits(x, one, long, y, other, tall, signs, room)
    else:
        _edits(y, other, tall, x, one, long, signs, room)


@inner
def _trade(x: Any, a: int, y: Any, b: int, room: Any) -> None:
    if _same_part(x, a, y, b, TRADE):
        return
    width, height = x[a + BRANCH] - x[a + TRADE], y[b + BRANCH] - y[b + TRADE]
    if width == 0 or height == 0:
        room.row[TRADE_MISSING] = 1.0
    elif _within(x, a, y, b, WORDS, WORDS) or _within(y, b, x, a, WORDS, WORDS):
        room.row[TRADE_WIDER] = 1.0
    else:
        width, height = min(width, LONGEST), min(height, LONGEST)
        room.row[TRADE_DIFFERS] = _distance(
            x, a + x[a + TRADE], width, y, b + y[b + TRADE], height, room.steps
        )


@inner
def _place(x: Any, a: int, y: Any, b: int, row: Any) -> None:
    narrower, wider = _within(x, a, y, b, NAMED, NAMED), _within(y, b, x, a, NAMED, NAMED)
    if narrower and wider:
        return
    one, other = x[a], y[b]
    if not (one & other & HAS_NAME):
        row[UNNAMED] = 1.0
    if (one | other) & NOWHERE:
        nation = ((one ^ other) & INSIDE) and ((one | other) & NATION)
        row[PLACE_LEVEL if nation else PLACE_MISSING] = 1.0
    elif narrower or wider:
        row[PLACE_NARROWER] = 1.0
    elif _within(x, a, y, b, NAMED, IMPLIED) or _within(y, b, x, a, NAMED, IMPLIED):
        row[PLACE_LEVEL] = 1.0
    else:
        row[PLACE_DIFFERS] = 1.0


@inner
def _form(x: Any, a: int, y: Any, b: int, row: Any) -> None:
    if (x[a] ^ y[b]) & GROUP:
        row[GROUP_DIFFERS] = 1.0
    one, other = x[a + FORM], y[b + FORM]
    if one == other:
        return
    if one == 0 or other == 0:
        row[FORM_MISSING] = 1.0
    elif x[a] & y[b] & GROWN:
        row[FORM_GROWN] = 1.0
    else:
        row[FORM_DIFFERS] = 1.0


@inner
def _branch(x: Any, a: int, y: Any, b: int, row: Any) -> None:
    if not _same_part(x, a, y, b, BRANCH):
        row[BRANCH_DIFFERS if x[a] & y[b] & HAS_BRANCH else BRANCH_MISSING] = 1.0
    if not _same_part(x, a, y, b, SITE):
        both = x[a + NUMBERS] > x[a + SITE] and y[b + NUMBERS] > y[b + SITE]
        row[SITE_DIFFERS if both else SITE_MISSING] = 1.0
    known = row[BRANCH_MISSING] == 0.0 and row[SITE_MISSING] == 0.0
    if known and not _same_part(x, a, y, b, NUMBERS):
        row[NUMBER_DIFFERS] = 1.0


@compiled
def measure(x: Any, a: int, y: Any, b: int, signs: Any, room: Any) -> None:
    """Writes the row of two names, whose lines begin at ``a`` and ``b``."""
    row = room.row
    row[:] = 0.0
    _core(x, a, y, b, signs, room)
    _trade(x, a, y, b, room)
    _place(x, a, y, b, row)
    _form(x, a, y, b, row)
    _branch(x, a, y, b, row)


@compiled
def weigh(row: Any, weighing: Any) -> Any:
    """The probability: the logistic of what the differences weigh, held below the ceilings that apply."""
    total = 0.0
    for column in range(len(row)):
        total += weighing.coefficients[column] * row[column]
    fitted = 1 / (1 + np.exp(-(weighing.others[0] + total)))
    score = fitted
    for column in range(len(row)):
        if row[column] != 0.0:
            score = min(score, weighing.ceilings[column] * (0.5 + 0.5 * fitted))
    return score * (1 - weighing.others[1] * row[CORE_DISTANCE])


@compiled
def judge(
    ones: Lines, lefts: Any, others: Lines, rights: Any, signs: Any, weighing: Any, room: Any, scores: Any
) -> None:
    """The score of each pair, or UNSETTLED."""
    x, y = ones.signs, others.signs
    for at in range(len(scores)):
        a, b = ones.starts[lefts[at]], others.starts[rights[at]]
        either = x[a] | y[b]
        if either & FORMER or (either & INSIDE and either & NOWHERE):
            scores[at] = UNSETTLED
        elif _same_part(x, a, y, b, KEY):
            scores[at] = EQUAL_KEYS
        else:
            measure(x, a, y, b, signs, room)
            scores[at] = weigh(room.row, weighing)
