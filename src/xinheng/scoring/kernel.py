"""The one compiled loop that evaluates sorted rows subject by subject, for every plan alike.

A plan reaches it as arrays (scoring.kernel_plan): a row's item, class and result words lead to the parts it feeds,
so that a record costs what it touches and not the number of indicators. Compiled once a machine and kept on disk.
Only whole numbers occur; nothing here knows a model.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

FLAG, SUM, MAX, AMOUNT, HEADCOUNT, YOUNGEST, LATEST = range(7)
"""What a part does with a fact. A number of facts is a sum of ones."""

VALUE, AGE, SEEN, NUMBER_WIDTH = range(4)
"""Columns of a number: so far, the age of its latest fact where that matters, whether there is a fact."""

KIND, PLAIN, PLACE, AGE_FROM, AGE_BELOW, WORTH, LAST, LIMITED = range(8)
AMOUNT_FROM, AMOUNT_BELOW, HEADCOUNT_FROM, HEADCOUNT_BELOW, CLAMP, VALUED, STEP_FROM, STEP_TO = range(8, 16)
FLAG_AT, PART_WIDTH = range(16, 18)
"""Columns of a part, which is one slot of an operation, or a flag. LIMITED: amount or headcount matter. WORTH, LAST:
its first step. PLAIN: from the first day on it goes by age alone. FLAG_AT: its flag, or one that nobody asks for."""

START, WORTH_FROM, LAST_DAY, STEP_WIDTH = range(4)
"""Columns of a step: the value from which on it holds, where its points by age begin, the last age that has its own."""

SLOT_FROM, SLOT_TO, SLOT_CAP, BAND_FROM, BAND_TO, FLOOR, CAP, FAMILY, SIGN, ABSENT, OPERATION_WIDTH = range(
    11
)
"""Columns of an operation. ABSENT: its number where no fact is."""
GROUP_SIGN, GROUP_FLOOR, GROUP_CAP, GROUP_WIDTH = range(4)
BEGIN, LEAST, GREATEST, WORST, SCALE_WIDTH = range(5)

CURRENT, LIVE, OUT, COVERED_AT, OTHER_AT, STRAYS, STRAY, EVIDENCE, FLAGGED, TOUCHED, CURSOR_WIDTH = range(11)
"""The cursor: the subject at hand, whether and where it is written, places in the lists, strays so far;
of the subject whether there is evidence, a flag, and how many numbers have facts."""

NOBODY = -(2**63)
CLASSES = 5
"""Four classes of seriousness, and any other number."""
FINALITIES = 8
"""Seven finalities, and any other number."""
LINEAR = 4
"""Ladders up to this length are tried rung by rung, longer ones are halved."""
BLOCK = 2048
"""Rows that are sifted at once."""
STATES = 32
"""States of a record are numbers below this, and any other number."""
PLAINS = 4
"""Plain parts of a combination that are fed without branches; any more are fed as the others."""
FEEDS, SHOWS = 1, 2
"""What a row does that weighs: it feeds parts, it is evidence."""


def _keep_compiled() -> None:
    """Beside the source where that can be written to, else under the data folder.

    In a folder of its own for each state of the source: what an older one left behind cannot be read.
    """
    here, home = Path(__file__).parent, os.environ.get("XINHENG_HOME")
    place = os.environ.get("NUMBA_CACHE_DIR")
    if place is None and os.access(here, os.W_OK):
        place = str(here / "__pycache__")
    elif place is None and home:
        place = str(Path(home) / "cache" / "numba")
    if place is not None:
        sources = b"".join((here / name).read_bytes() for name in ("kernel.py", "kernel_arrays.py"))
        folder = f"kernel-{sha256(sources).hexdigest()[:16]}"
        os.environ["NUMBA_CACHE_DIR"] = place if Path(place).name == folder else str(Path(place) / folder)


_keep_compiled()

from numba import njit  # noqa: E402
from numba.core.registry import cpu_target  # noqa: E402

cpu_target.target_context.refresh()
"""The compiler loads its own parts with this module and not with the first run."""

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
"""The loop makes no arrays; without counted references to them it runs five times as fast."""


def _compiled(function: Any) -> Any:
    return njit(**OPTIONS)(function)


def _inlined(function: Any) -> Any:
    return njit(forceinline=True, **OPTIONS)(function)


@_inlined
def _climb(rungs: Any, low: int, high: int, value: int) -> Any:
    """The value of the last rung whose start is reached, 0 below the first."""
    found = np.int64(0)
    if high - low <= LINEAR:
        for at in range(low, high):
            found = rungs[at, 1] if rungs[at, 0] <= value else found
        return found
    if rungs[low, 0] > value:
        return found
    while high - low > 1:
        middle = (low + high) >> 1
        if rungs[middle, 0] <= value:
            low = middle
        else:
            high = middle
    return rungs[low, 1]


@_inlined
def _number(operation: Any, sums: Any, ending: Any) -> Any:
    """The number of an operation that has facts; its sums are empty again."""
    numbers, number = sums.numbers, np.int64(0)
    for slot in range(operation[SLOT_FROM], operation[SLOT_TO]):
        number += min(numbers[slot, VALUE], operation[SLOT_CAP])
        numbers[slot, VALUE] = numbers[slot, SEEN] = 0
    if operation[BAND_TO] > operation[BAND_FROM]:
        number = _climb(ending.rungs, operation[BAND_FROM], operation[BAND_TO], number)
    return max(operation[FLOOR], min(operation[CAP], number))


@_inlined
def _indicators(sums: Any, ending: Any, out: int, output: Any) -> None:
    """Numbers become contributions and totals of families. Operations without facts are written already."""
    for family in range(len(sums.totals)):
        sums.totals[family] = ending.absent[family]
    for at in range(sums.cursor[TOUCHED]):
        if sums.numbers[sums.touched[at], SEEN] == 0:
            continue
        place = ending.owners[sums.touched[at]]
        operation = ending.operations[place]
        number = _number(operation, sums, ending)
        sums.totals[operation[FAMILY]] += number - operation[ABSENT]
        output.contributions[out, place] = operation[SIGN] * number


@_inlined
def _reached(sums: Any, ending: Any) -> Any:
    """Points: start, families capped and added, held within the scale."""
    reached = ending.scale[BEGIN]
    if sums.cursor[FLAGGED] != 0:
        first = 1 + len(ending.limits) + len(ending.downgrades)
        for place in range(len(ending.starts)):
            if sums.flags[first + place] != 0:
                reached = ending.starts[place]
                break
    groups = ending.groups
    for family in range(groups.shape[0]):
        held = max(groups[family, GROUP_FLOOR], min(groups[family, GROUP_CAP], sums.totals[family]))
        reached += groups[family, GROUP_SIGN] * held
    return max(ending.scale[LEAST], min(ending.scale[GREATEST], reached))


@_inlined
def _conclude(reached: int, sums: Any, ending: Any, out: int, output: Any) -> None:
    """From points to grade: downgrades, then the strictest limit, and what decided."""
    flags, limits, downgrades = sums.flags, ending.limits, ending.downgrades
    by_points = _climb(ending.bands, 0, ending.bands.shape[0], reached)
    lowered, downgrade, worst, limit = by_points, -1, np.int64(-1), -1
    if sums.cursor[FLAGGED] != 0:
        for place in range(len(downgrades)):
            if flags[1 + len(limits) + place] != 0:
                lowered += downgrades[place]
                downgrade = place if downgrade < 0 else downgrade
        for place in range(len(limits)):
            if flags[1 + place] != 0 and limits[place] > worst:
                worst, limit = limits[place], place
    lowered = min(lowered, ending.scale[WORST])
    output.deciders[out] = -1
    if sums.cursor[EVIDENCE] == 0 and flags[0] == 0 and worst < 0:
        output.ranks[out] = -1
        return
    output.ranks[out] = max(lowered, worst)
    if worst > lowered:
        output.deciders[out] = limit
    elif lowered > by_points:
        output.deciders[out] = len(limits) + downgrade


@_compiled
def finish(sums: Any, ending: Any, output: Any) -> None:
    """Write the subject at hand."""
    cursor = sums.cursor
    out = cursor[OUT]
    _indicators(sums, ending, out, output)
    reached = _reached(sums, ending)
    output.points[out] = reached
    _conclude(reached, sums, ending, out, output)
    if cursor[FLAGGED] != 0:
        sums.flags[:] = 0
    cursor[EVIDENCE] = cursor[FLAGGED] = cursor[TOUCHED] = 0


@_inlined
def _turn_to(subject: int, cursor: Any, people: Any) -> None:
    """Look the next subject up: covered by the model, of the population at least, or of neither."""
    covered, others = people.covered, people.others
    at = cursor[COVERED_AT]
    while at < len(covered) and covered[at] < subject:
        at += 1
    cursor[COVERED_AT] = at
    cursor[CURRENT] = subject
    if at < len(covered) and covered[at] == subject:
        cursor[LIVE], cursor[STRAY], cursor[OUT] = 1, 0, at - people.base
        return
    at = cursor[OTHER_AT]
    while at < len(others) and others[at] < subject:
        at += 1
    cursor[OTHER_AT] = at
    cursor[LIVE] = 0
    cursor[STRAY] = 0 if at < len(others) and others[at] == subject else 1


@_inlined
def _combine(first: int, end: int, rows: Any, weighing: Any, dispatch: Any, sieve: Any) -> None:
    """Combination of each row."""
    for row in range(first, end):
        item = weighing.item_places[rows.items[row]]
        rank = np.int32(min(rows.classes[row], np.uint8(CLASSES - 1)))
        wording = rows.wordings[rows.results[row]]
        sieve.combinations[row - first] = (item * np.int32(CLASSES) + rank) * dispatch.wordings + wording


@_inlined
def _mark(first: int, end: int, rows: Any, weighing: Any, dispatch: Any, sieve: Any) -> None:
    """What each row does, by its combination and age."""
    for row in range(first, end):
        at = sieve.combinations[row - first]
        age = np.int32(weighing.today - rows.decided[row])
        sieve.ages[row - first] = age
        feeds = age < dispatch.feeds_below[at]
        shows = (age < dispatch.shows_below[at]) & (age >= dispatch.evidence_from)
        sieve.does[row - first] = np.uint8(feeds) * np.uint8(FEEDS) | np.uint8(shows) * np.uint8(SHOWS)


@_inlined
def _stand(first: int, end: int, rows: Any, weighing: Any, dispatch: Any, sieve: Any) -> None:
    """Rows whose state or finality lets them not weigh do nothing."""
    for row in range(first, end):
        at = sieve.combinations[row - first] * np.int32(FINALITIES)
        at += np.int32(min(rows.finalities[row], np.uint8(FINALITIES - 1)))
        final = sieve.ages[row - first] >= dispatch.final_from[at]
        state = np.int32(min(rows.states[row], np.uint8(STATES - 1)))
        sieve.does[row - first] *= np.uint8(final) & np.uint8((weighing.standing >> state) & np.int32(1))


@_inlined
def _last(first: int, end: int, rows: Any, weighing: Any, dispatch: Any, sieve: Any) -> None:
    """Rows that have ended do nothing, unless they outlive it (core.treatment.weighing)."""
    for row in range(first, end):
        outlives = np.uint8(dispatch.outliving[sieve.combinations[row - first]])
        endless = np.uint8(1) - rows.ends_known[row]
        sieve.does[row - first] *= np.uint8(rows.valid_to[row] > weighing.today) | outlives | endless


@_inlined
def _known(bits: Any, at: int) -> Any:
    return (bits[at >> 3] >> (at & 7)) & 1


@_inlined
def _amount(rows: Any, row: int) -> Any:
    return max(rows.amounts[row], 0) * _known(rows.amounts_known, rows.shifts[0] + row)


@_inlined
def _headcount(rows: Any, row: int) -> Any:
    return np.int64(max(rows.headcounts[row], 0)) * _known(rows.headcounts_known, rows.shifts[1] + row)


@_inlined
def _within(rows: Any, row: int, part: Any) -> Any:
    """Whether amount and headcount are those a part asks for."""
    if part[LIMITED] == 0:
        return True
    amount, headcount = _amount(rows, row), _headcount(rows, row)
    return (
        amount >= part[AMOUNT_FROM]
        and amount < part[AMOUNT_BELOW]
        and headcount >= part[HEADCOUNT_FROM]
        and headcount < part[HEADCOUNT_BELOW]
    )


@_inlined
def _points(rows: Any, row: int, part: Any, dispatch: Any, age: int) -> Any:
    """Points of one fact, by amount or headcount where they matter, and by age."""
    if part[VALUED] == 0:
        return np.int64(dispatch.worth[part[WORTH] + min(age, part[LAST])])
    steps, step = dispatch.steps, part[STEP_FROM]
    value = _amount(rows, row) if part[VALUED] == AMOUNT else _headcount(rows, row)
    while step + 1 < part[STEP_TO] and steps[step + 1, START] <= value:
        step += 1
    return np.int64(dispatch.worth[steps[step, WORTH_FROM] + min(age, steps[step, LAST_DAY])])


@_inlined
def _add(rows: Any, row: int, number: Any, part: Any, dispatch: Any, age: int) -> None:
    """One fact more in a number."""
    kind, seen = part[KIND], number[SEEN] != 0
    if kind == YOUNGEST:
        number[VALUE] = min(number[VALUE], age) if seen else age
    elif kind in (AMOUNT, HEADCOUNT):
        value = _amount(rows, row) if kind == AMOUNT else _headcount(rows, row)
        number[VALUE] = min(number[VALUE] + min(value, part[CLAMP]), part[CLAMP])
    else:
        worth = _points(rows, row, part, dispatch, age)
        if kind == SUM:
            number[VALUE] += worth
        elif kind == MAX or (seen and age == number[AGE]):
            number[VALUE] = max(number[VALUE], worth)
        elif not seen or age < number[AGE]:
            number[VALUE], number[AGE] = worth, age


@_inlined
def _touch(place: int, touched: int, sums: Any) -> Any:
    """How many numbers have facts, now that this one has."""
    sums.touched[touched] = place
    seen = sums.numbers[place, SEEN]
    sums.numbers[place, SEEN] = 1
    return touched + 1 - seen


@_inlined
def _take(rows: Any, row: int, age: int, at: int, dispatch: Any, sums: Any) -> None:
    """Give a weighing row to the parts it feeds, but for plain ones."""
    touched = sums.cursor[TOUCHED]
    for entry in range(dispatch.others[at], dispatch.plains[at + 1]):
        part = dispatch.parts[entry]
        if age >= part[AGE_BELOW]:
            break
        if age < part[AGE_FROM] or not _within(rows, row, part):
            continue
        if part[KIND] == FLAG:
            sums.flags[part[FLAG_AT]] = sums.cursor[FLAGGED] = 1
            continue
        _add(rows, row, sums.numbers[part[PLACE]], part, dispatch, age)
        touched = _touch(part[PLACE], touched, sums)
    sums.cursor[TOUCHED] = touched


@_inlined
def _give(pairs: int, dispatch: Any, sums: Any, sieve: Any) -> None:
    """Give facts to plain parts, whatever their kind, without branches."""
    cursor, numbers, parts = sums.cursor, sums.numbers, dispatch.parts
    touched = cursor[TOUCHED]
    for pair in range(pairs):
        entry, age = sieve.pairs[pair, 0], np.int64(sieve.pairs[pair, 1])
        kind, place = parts[entry, KIND], parts[entry, PLACE]
        before = numbers[place, VALUE]
        worth = np.int64(dispatch.worth[parts[entry, WORTH] + min(age, parts[entry, LAST])])
        added = max(before, worth) if kind == MAX else before + worth
        younger = age if numbers[place, SEEN] == 0 else min(before, age)
        numbers[place, VALUE] = younger if kind == YOUNGEST else added
        sums.flags[parts[entry, FLAG_AT]] = 1
        cursor[FLAGGED] |= kind == FLAG
        touched = _touch(place, touched, sums)
    cursor[TOUCHED] = touched


@_inlined
def _read(first: int, end: int, block: int, rows: Any, dispatch: Any, sums: Any, sieve: Any) -> None:
    """Take in sifted rows of the subject at hand. Which parts a row feeds is written down without branches."""
    kept, shown = 0, 0
    for row in range(first - block, end - block):
        sieve.picked[kept] = row
        kept += sieve.does[row] & FEEDS
        shown |= sieve.does[row]
    sums.cursor[EVIDENCE] |= shown & SHOWS
    pairs, others = 0, 0
    for place in range(kept):
        row = sieve.picked[place]
        at, age = sieve.combinations[row], sieve.ages[row]
        sieve.picked[others] = row
        others += age < dispatch.others_below[at]
        entry = dispatch.plains[at]
        alive = 0
        for each in range(PLAINS):
            sieve.pairs[pairs + each, 0] = entry + each
            sieve.pairs[pairs + each, 1] = age
            alive += age < dispatch.plains_below[at, each]
        pairs += alive
    _give(pairs, dispatch, sums, sieve)
    for place in range(others):
        row = sieve.picked[place]
        _take(rows, block + row, np.int64(sieve.ages[row]), sieve.combinations[row], dispatch, sums)


@_compiled
def sift(first: int, end: int, rows: Any, weighing: Any, dispatch: Any, sieve: Any) -> None:
    """What the rows of a block do. Loop by loop, so that each becomes vector instructions."""
    _combine(first, end, rows, weighing, dispatch, sieve)
    _mark(first, end, rows, weighing, dispatch, sieve)
    _stand(first, end, rows, weighing, dispatch, sieve)
    _last(first, end, rows, weighing, dispatch, sieve)


@_compiled
def feed(
    first: int,
    end: int,
    rows: Any,
    weighing: Any,
    dispatch: Any,
    ending: Any,
    people: Any,
    sums: Any,
    sieve: Any,
    output: Any,
) -> Any:
    """Take rows in; -1, or the row at which the order of subjects is broken."""
    cursor, subjects = sums.cursor, rows.subjects
    row = first
    while row < end:
        block, stop = row, min(row + BLOCK, end)
        sift(block, stop, rows, weighing, dispatch, sieve)
        while row < stop:
            subject = subjects[row]
            if subject != cursor[CURRENT]:
                if subject < cursor[CURRENT] or subject > people.last:
                    return row
                if cursor[EVIDENCE] | cursor[FLAGGED] | cursor[TOUCHED]:
                    finish(sums, ending, output)
                _turn_to(subject, cursor, people)
            begun = row
            while row < stop and subjects[row] == subject:
                row += 1
            if cursor[LIVE] != 0:
                _read(begun, row, block, rows, dispatch, sums, sieve)
            else:
                cursor[STRAYS] += cursor[STRAY] * (row - begun)
    return -1
