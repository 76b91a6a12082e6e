"""The arrays between which the compiled loop works: records, rules, sums and what comes out.

Their columns are named by the numbers of scoring.kernel, which are compiled into the loop and so stand beside it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I16 = npt.NDArray[np.int16]
I8 = npt.NDArray[np.int8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]


class Rows(NamedTuple):
    """Columns of records; small numbers as they lie in memory, so that those below zero come out great.

    ``results`` lead into ``wordings``. ``ends_known`` is a byte a row; the other two are bitmaps that begin at
    ``shifts``.
    """

    subjects: I64
    items: U16
    classes: U8
    finalities: U8
    states: U8
    decided: I32
    valid_to: I32
    amounts: I64
    headcounts: I32
    results: U32
    wordings: I32
    ends_known: U8
    amounts_known: U8
    headcounts_known: U8
    shifts: I64


class Weighing(NamedTuple):
    """Rules of treatment for one day. ``standing``: bits of the states in which a record weighs."""

    today: np.int32
    item_places: I32
    standing: np.int32


class Dispatch(NamedTuple):
    """Parts by combination of item, class and wording: plain ones from ``plains`` of it on, the others from ``others``
    of it to ``plains`` of the next, both falling by age. ``…_below``: from which age on it feeds nothing, is no
    evidence, feeds each plain part no more, feeds no others. ``final_from``: by combination and finality, from which
    age on it weighs. ``worth``: points by age, one stretch after another.
    """

    wordings: np.int32
    evidence_from: np.int32
    feeds_below: I32
    shows_below: I32
    plains_below: I32
    others_below: I32
    final_from: I32
    outliving: I32
    plains: I32
    others: I32
    parts: I64
    steps: I64
    worth: I32


class Ending(NamedTuple):
    """How the sums of a subject become its points and grade. ``owners``: operation of each number;
    ``absent``: totals of families without facts.
    """

    operations: I64
    owners: I64
    absent: I64
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
    """The subject at hand. ``touched``: numbers that have facts. The last number and the last flag are nobody's."""

    cursor: I64
    numbers: I64
    flags: U8
    totals: I64
    touched: I64


class Sieve(NamedTuple):
    """Room for the rows of a block: combination, age, what the row does; for plain parts and the ages of facts."""

    combinations: I32
    ages: I32
    does: U8
    picked: I64
    pairs: I32


class Output(NamedTuple):
    points: I32
    ranks: I8
    deciders: I16
    contributions: I32
