"""The one compiled loop that evaluates sorted rows subject by subject, for every plan alike.

A plan reaches it as arrays (scoring.kernel_plan): a row's item, class and result words lead to the parts it feeds,
so that a record costs what it touches and not the number of indicators. Compiled once a machine and kept on disk.
Only whole numbers occur; nothing here knows a model.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I16 = npt.NDArray[np.int16]
I8 = npt.NDArray[np.int8]
U8 = npt.NDArray[np.uint8]

FLAG, SUM, MAX, AMOUNT, HEADCOUNT, YOUNGEST, LATEST = range(7)
"""What a part does with a fact. A number of facts is a sum of ones."""

KIND, PLACE, AGE_FROM, AGE_BELOW, LIMITED, AMOUNT_FROM, AMOUNT_BELOW, HEADCOUNT_FROM, HEADCOUNT_BELOW = range(
    9
)
CLAMP, VALUED, STEP_FROM, STEP_TO, PART_WIDTH = range(9, 14)
"""Columns of a part, which is one slot of an operation, or a flag. LIMITED: amount or headcount matter."""

START, WORTH_FROM, LAST_DAY, STEP_WIDTH = range(4)
"""Columns of a step: the value from which on it holds, where its points by age begin, the last age that has its own."""

ENTRY_FROM, ENTRY_TO, FEEDS_BELOW, WEIGHS_BELOW, EVIDENT, COMBINATION_WIDTH = range(6)
"""Columns of a combination of item, class and wording. Its entries, falling by age; from
which age on it feeds nothing and weighs no more. EVIDENT: such a record is evidence, if young enough."""

SLOT_FROM, SLOT_TO, SLOT_CAP, BAND_FROM, BAND_TO, FLOOR, CAP, FAMILY, SIGN, OPERATION_WIDTH = range(10)
GROUP_SIGN, GROUP_FLOOR, GROUP_CAP, GROUP_WIDTH = range(4)
BEGIN, LEAST, GREATEST, WORST, SCALE_WIDTH = range(5)

CURRENT, LIVE, OUT, COVERED_AT, OTHER_AT, STRAYS, STRAY, TOUCHED, CURSOR_WIDTH = range(9)
"""The cursor: the subject at hand, whether and where it is written, places in the lists, strays so far."""

NOBODY = -(2**63)
CLASSES = 5
"""Four classes of seriousness, and any other number."""
FINALITIES = 8
"""Seven finalities, and any other number."""
LINEAR = 4
"""Ladders up to this length are tried rung by rung, longer ones are halved."""


class Rows(NamedTuple):
    """Columns of records. ``*_known`` are bitmaps that begin at ``shifts``; empty, everything is known."""

    subjects: I64
    items: I16
    classes: I8
    finalities: I8
    states: I8
    decided: I32
    valid_to: I32
    amounts: I64
    headcounts: I32
    results: I32
    ends_known: U8
    amounts_known: U8
    headcounts_known: U8
    results_known: U8
    shifts: I64
    wordings: I32
    """Wording of each result, and as the last that of none."""


class Weighing(NamedTuple):
    """Rules of treatment for one day. Of an item first its place, then by place and class or finality."""

    today: int
    item_places: I32
    standing: U8
    final_from: I64
    outliving: U8


class Dispatch(NamedTuple):
    """Parts by place of the item, class and wording. ``worth``: points by age, one stretch after another."""

    wordings: int
    evidence_from: int
    evidence_below: int
    combinations: I64
    entries: I32
    parts: I64
    steps: I64
    worth: I32


class Ending(NamedTuple):
    """How the sums of a subject become its points and grade."""

    operations: I64
    groups: I64
    rungs: I64
    scale: I64
    bands: I64
    limits: I64
    downgrades: I64
    starts: I64


class People(NamedTuple):
    """Sorted subjects that the model covers, and the others.

    ``base``: place of the covered one that is written first; ``last``: the last subject there is room for.
    """

    covered: I64
    others: I64
    base: int
    last: int


class Sums(NamedTuple):
    """The subject at hand. A number: value, age of its latest fact, whether there is a fact."""

    cursor: I64
    numbers: I64
    flags: U8
    totals: I64


class Output(NamedTuple):
    points: I32
    ranks: I8
    deciders: I16
    contributions: I32


def _keep_compiled() -> None:
    """Beside the source where that can be written to, else under the data folder."""
    home = os.environ.get("XINHENG_HOME")
    if home and not os.access(Path(__file__).parent, os.W_OK):
        os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(home) / "cache" / "numba"))


_keep_compiled()

from numba import njit  # noqa: E402

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
"""The loop makes no arrays; without counted references to them it runs five times as fast."""


def _compiled(function: Any) -> Any:
    return njit(**OPTIONS)(function)


def _inlined(function: Any) -> Any:
    return njit(forceinline=True, **OPTIONS)(function)


@_inlined
def _climb(rungs: Any, low: int, high: int, value: int) -> Any:
    """The value of the last rung whose start is reached, 0 below the first."""
    if high - low <= LINEAR:
        found = np.int64(0)
        for at in range(low, high):
            if rungs[at, 0] > value:
                break
            found = rungs[at, 1]
        return found
    if rungs[low, 0] > value:
        return np.int64(0)
    while high - low > 1:
        middle = (low + high) >> 1
        if rungs[middle, 0] <= value:
            low = middle
        else:
            high = middle
    return rungs[low, 1]


@_inlined
def _known(bits: Any, at: int) -> Any:
    return len(bits) == 0 or (bits[at >> 3] >> (at & 7)) & 1 == 1


@_inlined
def _indicators(sums: Any, ending: Any, out: int, output: Any) -> None:
    """Numbers become contributions and totals of families; the sums are empty again."""
    numbers, operations = sums.numbers, ending.operations
    sums.totals[:] = 0
    for place in range(operations.shape[0]):
        number, seen = np.int64(0), False
        for slot in range(operations[place, SLOT_FROM], operations[place, SLOT_TO]):
            if numbers[slot, 2] != 0:
                number += min(numbers[slot, 0], operations[place, SLOT_CAP])
                seen = True
                numbers[slot, 0] = 0
                numbers[slot, 2] = 0
        if seen and operations[place, BAND_TO] > operations[place, BAND_FROM]:
            number = _climb(ending.rungs, operations[place, BAND_FROM], operations[place, BAND_TO], number)
        number = max(operations[place, FLOOR], min(operations[place, CAP], number))
        sums.totals[operations[place, FAMILY]] += number
        output.contributions[out, place] = operations[place, SIGN] * number


@_inlined
def _reached(sums: Any, ending: Any) -> Any:
    """Points: start, families capped and added, held within the scale."""
    reached = ending.scale[BEGIN]
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
def _conclude(reached: int, flags: Any, ending: Any, out: int, output: Any) -> None:
    """From points to grade: downgrades, then the strictest limit, and what decided."""
    limits, downgrades = ending.limits, ending.downgrades
    by_points = _climb(ending.bands, 0, ending.bands.shape[0], reached)
    lowered, downgrade, worst, limit = by_points, -1, np.int64(-1), -1
    for place in range(len(downgrades)):
        if flags[1 + len(limits) + place] != 0:
            lowered += downgrades[place]
            downgrade = place if downgrade < 0 else downgrade
    lowered = min(lowered, ending.scale[WORST])
    for place in range(len(limits)):
        if flags[1 + place] != 0 and limits[place] > worst:
            worst, limit = limits[place], place
    output.deciders[out] = -1
    if flags[0] == 0 and worst < 0:
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
    out = sums.cursor[OUT]
    _indicators(sums, ending, out, output)
    reached = _reached(sums, ending)
    output.points[out] = reached
    _conclude(reached, sums.flags, ending, out, output)
    sums.flags[:] = 0
    sums.cursor[TOUCHED] = 0


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
def _combination(rows: Any, row: int, item: int, wordings: int) -> Any:
    rank = rows.classes[row]
    if rank < 0 or rank >= CLASSES:
        rank = CLASSES - 1
    wording = rows.wordings[len(rows.wordings) - 1]
    if _known(rows.results_known, rows.shifts[3] + row):
        wording = rows.wordings[rows.results[row]]
    return (item * CLASSES + rank) * wordings + wording


@_inlined
def _weighs(rows: Any, row: int, weighing: Any, item: int, age: int) -> Any:
    """core.treatment.weighing, but for the longest age."""
    finality = rows.finalities[row]
    if finality < 0 or finality >= FINALITIES:
        finality = FINALITIES - 1
    if (
        weighing.standing[rows.states[row] + 128] == 0
        or age < weighing.final_from[item * FINALITIES + finality]
    ):
        return False
    if rows.valid_to[row] > weighing.today or weighing.outliving[item] != 0:
        return True
    return not _known(rows.ends_known, rows.shifts[0] + row)


@_inlined
def _points(part: Any, dispatch: Any, age: int, amount: int, headcount: int) -> Any:
    """Points of one fact, by amount or headcount where they matter, and by age."""
    steps, step = dispatch.steps, part[STEP_FROM]
    if part[VALUED] != 0:
        value = amount if part[VALUED] == AMOUNT else headcount
        while step + 1 < part[STEP_TO] and steps[step + 1, START] <= value:
            step += 1
    return np.int64(dispatch.worth[steps[step, WORTH_FROM] + min(age, steps[step, LAST_DAY])])


@_inlined
def _add(number: Any, part: Any, dispatch: Any, age: int, amount: int, headcount: int) -> None:
    """One fact more in a number."""
    kind, seen = part[KIND], number[2] != 0
    number[2] = 1
    if kind == SUM:
        number[0] += _points(part, dispatch, age, amount, headcount)
    elif kind == MAX:
        number[0] = max(number[0], _points(part, dispatch, age, amount, headcount))
    elif kind == YOUNGEST:
        number[0] = min(number[0], age) if seen else age
    elif kind == LATEST:
        worth = _points(part, dispatch, age, amount, headcount)
        if not seen or age < number[1]:
            number[0], number[1] = worth, age
        elif age == number[1]:
            number[0] = max(number[0], worth)
    else:
        value = amount if kind == AMOUNT else headcount
        number[0] = min(number[0] + min(value, part[CLAMP]), part[CLAMP])


@_inlined
def _take(rows: Any, row: int, age: int, first: int, end: int, dispatch: Any, sums: Any) -> None:
    """Give a weighing row to the parts it feeds."""
    amount, headcount = np.int64(0), np.int64(0)
    if rows.amounts[row] > 0 and _known(rows.amounts_known, rows.shifts[1] + row):
        amount = rows.amounts[row]
    if rows.headcounts[row] > 0 and _known(rows.headcounts_known, rows.shifts[2] + row):
        headcount = np.int64(rows.headcounts[row])
    for entry in range(first, end):
        part = dispatch.parts[dispatch.entries[entry]]
        if age >= part[AGE_BELOW]:
            break
        if age < part[AGE_FROM]:
            continue
        if part[LIMITED] != 0 and (
            amount < part[AMOUNT_FROM]
            or amount >= part[AMOUNT_BELOW]
            or headcount < part[HEADCOUNT_FROM]
            or headcount >= part[HEADCOUNT_BELOW]
        ):
            continue
        sums.cursor[TOUCHED] = 1
        if part[KIND] == FLAG:
            sums.flags[part[PLACE]] = 1
        else:
            _add(sums.numbers[part[PLACE]], part, dispatch, age, amount, headcount)


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
    output: Any,
) -> Any:
    """Take rows in; -1, or the row at which the order of subjects is broken."""
    cursor, flags, combinations = sums.cursor, sums.flags, dispatch.combinations
    for row in range(first, end):
        subject = rows.subjects[row]
        if subject != cursor[CURRENT]:
            if subject < cursor[CURRENT] or subject > people.last:
                return row
            if cursor[TOUCHED] != 0:
                finish(sums, ending, output)
            _turn_to(subject, cursor, people)
        if cursor[LIVE] == 0:
            cursor[STRAYS] += cursor[STRAY]
            continue
        item = weighing.item_places[rows.items[row] + 32768]
        at = _combination(rows, row, item, dispatch.wordings)
        awaited = flags[0] == 0 and combinations[at, EVIDENT] != 0
        age = weighing.today - np.int64(rows.decided[row])
        if age < 0 or age >= combinations[at, WEIGHS_BELOW if awaited else FEEDS_BELOW]:
            continue
        if not _weighs(rows, row, weighing, item, age):
            continue
        if awaited and dispatch.evidence_from <= age < dispatch.evidence_below:
            flags[0] = cursor[TOUCHED] = 1
        _take(rows, row, age, combinations[at, ENTRY_FROM], combinations[at, ENTRY_TO], dispatch, sums)
    return -1
