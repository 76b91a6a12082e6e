"""The compiled loops of the index of names: from a name's pairs of characters to the names most like it.

A name reaches them as two runs of character numbers: the whole name, and the name without place and form. Candidates are
the names that share its rarest pairs; they are ranked by the edit distance of both runs. No arrays are made in the loops.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xinheng.matching.compiling import compiled

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]

LONGEST = 64
"""Characters of a run that are compared; names end sooner."""
TERMS = 160
START = 1
"""Stands before the first character of the name without place and form."""
BUDGET = 60_000
"""Entries of lists that one query may read: its rarest pairs first, the rest is left to the ranking."""
ENOUGH = 0.65
"""Share of the worth of a query's pairs that the best name holds when no further list is read."""
CANDIDATES = 96
CORE_SHARE = 0.65
"""Of the likeness, the share of the name without place and form."""


class Texts(NamedTuple):
    """Runs of characters, one after another; run ``n`` ends where ``n + 1`` begins."""

    signs: U16
    starts: I64


class Lists(NamedTuple):
    """For each pair of characters, ascending, the names that hold it."""

    pairs: U32
    starts: I64
    names: I32


class Scratch(NamedTuple):
    """What one thread needs to work on one query after another."""

    weight: F32
    touched: I32
    terms: U32
    places: I64
    heap_weight: F32
    heap_name: I32
    rows: I32
    left: U16
    right: U16


def scratch(names: int) -> Scratch:
    return Scratch(
        weight=np.zeros(names, np.float32),
        touched=np.zeros(max(names, 1), np.int32),
        terms=np.zeros(TERMS, np.uint32),
        places=np.zeros(TERMS, np.int64),
        heap_weight=np.zeros(CANDIDATES, np.float32),
        heap_name=np.zeros(CANDIDATES, np.int32),
        rows=np.zeros(2 * (LONGEST + 1), np.int32),
        left=np.zeros(LONGEST, np.uint16),
        right=np.zeros(LONGEST, np.uint16),
    )


@compiled
def _add(terms: Any, count: int, pair: Any) -> int:
    for at in range(count):
        if terms[at] == pair:
            return count
    if count < TERMS:
        terms[count] = pair
        count += 1
    return count


@compiled
def terms_of(whole: Texts, core: Texts, name: int, terms: Any) -> int:
    """The pairs of one name, each once: of the whole, of the core, and the first character of the core."""
    count = 0
    for at in range(whole.starts[name], whole.starts[name + 1] - 1):
        count = _add(terms, count, (np.uint32(whole.signs[at]) << 16) | np.uint32(whole.signs[at + 1]))
    before = np.uint32(START)
    for at in range(core.starts[name], core.starts[name + 1]):
        count = _add(terms, count, (before << 16) | np.uint32(core.signs[at]))
        before = np.uint32(core.signs[at])
    return count


@compiled
def place_of(pairs: Any, pair: Any) -> int:
    """Where a pair stands in the ascending list, or -1."""
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) >> 1
        if pairs[middle] < pair:
            low = middle + 1
        else:
            high = middle
    return low if low < len(pairs) and pairs[low] == pair else -1


@compiled
def count_terms(whole: Texts, core: Texts, pairs: Any, counts: Any, terms: Any) -> None:
    """Adds up, for each pair, how many names hold it; ``counts`` is one longer and shifted by one."""
    for name in range(len(whole.starts) - 1):
        for at in range(terms_of(whole, core, name, terms)):
            counts[place_of(pairs, terms[at]) + 1] += 1


@compiled
def fill_lists(whole: Texts, core: Texts, lists: Lists, cursor: Any, terms: Any) -> None:
    """Writes each name into the lists of its pairs; ``cursor`` begins as a copy of the starts."""
    for name in range(len(whole.starts) - 1):
        for at in range(terms_of(whole, core, name, terms)):
            place = place_of(lists.pairs, terms[at])
            lists.names[cursor[place]] = name
            cursor[place] += 1


@compiled
def _sink(weights: Any, names: Any, count: int) -> None:
    """Restores the heap, the least at its top, after its top was replaced."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= count:
            return
        if child + 1 < count and weights[child + 1] < weights[child]:
            child += 1
        if weights[at] <= weights[child]:
            return
        weights[at], weights[child] = weights[child], weights[at]
        names[at], names[child] = names[child], names[at]
        at = child


@compiled
def _rise(weights: Any, names: Any, at: int) -> None:
    while at > 0:
        above = (at - 1) >> 1
        if weights[above] <= weights[at]:
            return
        weights[at], weights[above] = weights[above], weights[at]
        names[at], names[above] = names[above], names[at]
        at = above


@compiled
def _distance(one: Texts, left: int, other: Texts, right: int, rows: Any) -> Any:
    """Edit distance of two runs, the first LONGEST characters of each."""
    from_left, from_right = one.starts[left], other.starts[right]
    width = min(one.starts[left + 1] - from_left, LONGEST)
    height = min(other.starts[right + 1] - from_right, LONGEST)
    above, below = 0, LONGEST + 1
    for at in range(width + 1):
        rows[above + at] = at
    for row in range(1, height + 1):
        sign = other.signs[from_right + row - 1]
        rows[below] = row
        for at in range(1, width + 1):
            best = rows[above + at - 1] + (0 if one.signs[from_left + at - 1] == sign else 1)
            best = min(best, rows[above + at] + 1, rows[below + at - 1] + 1)
            rows[below + at] = best
        above, below = below, above
    return rows[above + width]


@compiled
def _alike(one: Texts, left: int, other: Texts, right: int, rows: Any) -> float:
    width = min(one.starts[left + 1] - one.starts[left], LONGEST)
    height = min(other.starts[right + 1] - other.starts[right], LONGEST)
    most = max(width, height)
    return 1.0 if most == 0 else 1.0 - _distance(one, left, other, right, rows) / most


@compiled
def _ordered_places(lists: Lists, terms: Any, places: Any, count: int) -> int:
    """The query's pairs that stand in the lists, the rarest first."""
    kept = 0
    for at in range(count):
        place = place_of(lists.pairs, terms[at])
        if place < 0:
            continue
        size = lists.starts[place + 1] - lists.starts[place]
        if size == 0:
            continue
        spot = kept
        while spot > 0 and lists.starts[places[spot - 1] + 1] - lists.starts[places[spot - 1]] > size:
            places[spot] = places[spot - 1]
            spot -= 1
        places[spot] = place
        kept += 1
    return kept


@compiled
def _gather(lists: Lists, places: Any, count: int, names: int, room: Scratch) -> int:
    """Weighs the names of the rarest lists; how many were touched. Reads one list always, then as the budget lasts.

    It ends sooner where a name holds most of what the query's pairs are worth: others do not overtake it by much.
    """
    total = np.float32(0.0)
    for order in range(count):
        size = lists.starts[places[order] + 1] - lists.starts[places[order]]
        total += np.float32(np.log(1.0 + names / size))
    touched = 0
    left = BUDGET
    top = np.float32(0.0)
    for order in range(count):
        begin, end = lists.starts[places[order]], lists.starts[places[order] + 1]
        if order > 0 and (end - begin > left or top > ENOUGH * total):
            break
        left -= end - begin
        worth = np.float32(np.log(1.0 + names / (end - begin)))
        for at in range(begin, end):
            name = lists.names[at]
            held = room.weight[name]
            if held == 0.0:
                room.touched[touched] = name
                touched += 1
            held += worth
            room.weight[name] = held
            top = max(top, held)
    return touched


@compiled
def _best(touched: int, room: Scratch) -> int:
    """The heaviest names, on the heap; clears the weights."""
    held = 0
    for at in range(touched):
        name = room.touched[at]
        weight = room.weight[name]
        room.weight[name] = 0.0
        if held < CANDIDATES:
            room.heap_weight[held] = weight
            room.heap_name[held] = name
            _rise(room.heap_weight, room.heap_name, held)
            held += 1
        elif weight > room.heap_weight[0]:
            room.heap_weight[0] = weight
            room.heap_name[0] = name
            _sink(room.heap_weight, room.heap_name, held)
    return held


@compiled
def find(
    whole: Texts,
    core: Texts,
    lists: Lists,
    asked: Texts,
    asked_core: Texts,
    room: Scratch,
    found: Any,
    likeness: Any,
) -> None:
    """For each query, the names most like it, the likest first; -1 where there are no more."""
    names = len(whole.starts) - 1
    limit = found.shape[1]
    for query in range(len(asked.starts) - 1):
        count = terms_of(asked, asked_core, query, room.terms)
        count = _ordered_places(lists, room.terms, room.places, count)
        held = _best(_gather(lists, room.places, count, names, room), room)
        kept = 0
        for at in range(held):
            name = room.heap_name[at]
            like = CORE_SHARE * _alike(asked_core, query, core, name, room.rows) + (1 - CORE_SHARE) * _alike(
                asked, query, whole, name, room.rows
            )
            spot = kept if kept < limit else limit - 1
            if kept == limit and like <= likeness[query, spot]:
                continue
            while spot > 0 and likeness[query, spot - 1] < like:
                likeness[query, spot] = likeness[query, spot - 1]
                found[query, spot] = found[query, spot - 1]
                spot -= 1
            likeness[query, spot] = like
            found[query, spot] = name
            kept = min(kept + 1, limit)
