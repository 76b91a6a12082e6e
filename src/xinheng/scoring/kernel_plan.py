"""Lays a plan out as the arrays that the compiled loop reads.

Everything a record can be told apart by in words - item, class, result words - is decided here once for each
combination, so that the loop only compares ages, amounts and headcounts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from xinheng.core.records import Finality
from xinheng.core.treatment import FINAL, OPEN, Treatment
from xinheng.scoring import kernel
from xinheng.scoring.compile import Condition, Ladder, Operation, Plan, Reduce, Slot
from xinheng.scoring.kernel_arrays import I64, Dispatch, Ending, Output, Sieve, Sums, Weighing

NEVER = 2**31 - 1
"""An age in days that no record reaches."""
ANY_NUMBER = 2**62
EPOCH = date(1970, 1, 1)
OTHER_ITEM = -1
"""Stands for every item that neither plan nor treatment names."""

KINDS = {
    Reduce.SUM: kernel.SUM,
    Reduce.MAX: kernel.MAX,
    Reduce.COUNT: kernel.SUM,
    Reduce.AMOUNT: kernel.AMOUNT,
    Reduce.HEADCOUNT: kernel.HEADCOUNT,
    Reduce.YOUNGEST: kernel.YOUNGEST,
    Reduce.LATEST: kernel.LATEST,
}

PLAIN_KINDS = (kernel.FLAG, kernel.SUM, kernel.MAX, kernel.YOUNGEST)
COUNTED: dict[Reduce, tuple[tuple[int, Ladder], ...]] = {Reduce.COUNT: ((0, ((0, 1),)),)}
"""Every fact that is counted is worth one."""

Wording = frozenset[str]
"""The words of a result that the plan asks for."""


@dataclass(frozen=True, slots=True)
class _Feed:
    """What one slot or flag takes, and what becomes of it."""

    kind: int
    place: int
    condition: Condition
    slot: Slot
    operation: Operation | None
    steps: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Parted:
    """Parts of a combination, the first ``plains`` of them plain."""

    parts: Sequence[int]
    plains: int
    plains_below: Sequence[int]
    others_below: int


def _parted(fed: Sequence[int], parts: Sequence[tuple[int, ...]]) -> _Parted:
    falling = sorted(fed, key=lambda part: -parts[part][kernel.AGE_BELOW])
    plains = [part for part in falling if parts[part][kernel.PLAIN]][: kernel.PLAINS]
    others = [part for part in falling if part not in plains]
    below = [parts[part][kernel.AGE_BELOW] for part in plains]
    return _Parted(
        parts=[*plains, *others],
        plains=len(plains),
        plains_below=below + [0] * (kernel.PLAINS - len(below)),
        others_below=parts[others[0]][kernel.AGE_BELOW] if others else 0,
    )


class KernelPlan:
    """A plan as arrays. ``words`` are all result words it asks for."""

    def __init__(self, plan: Plan) -> None:
        self._places = {item: place for place, item in enumerate([OTHER_ITEM, *_items(plan)])}
        self._steps: list[tuple[int, int, int]] = []
        self._worth: list[int] = []
        self._evidence, self._rules = plan.evidence, plan.treatment
        self._feeds = [*_flags(plan), *self._slots(plan)]
        self._flags = len(_flagged(plan))
        self._numbers = sum(feed.kind != kernel.FLAG for feed in self._feeds)
        self.words = frozenset(word for feed in self._feeds for word in _words(feed)).union(
            plan.evidence.results, plan.evidence.not_results
        )
        self.weighing = _weighing(plan.treatment, places=self._places, as_of=plan.as_of)
        self.ending = _ending(plan)
        finalities = [
            [_final_from(self._rules, item, each) for each in range(kernel.FINALITIES)]
            for item in self._places
        ]
        self._final_from = np.array(finalities, np.int32)
        self._outliving = np.array([item in self._rules.outlive_validity for item in self._places], np.int32)

    def _slots(self, plan: Plan) -> Iterator[_Feed]:
        place = 0
        for operation in plan.operations:
            first = len(self._steps)
            for start, ladder in operation.points or COUNTED.get(operation.reduce, ()):
                low = len(self._worth)
                self._worth += _by_day(ladder, below=_or(operation.condition.age_below, NEVER))
                self._steps.append((start, low, len(self._worth) - low - 1))
            steps = (first, len(self._steps))
            for slot in operation.slots or (Slot(),):
                yield _Feed(KINDS[operation.reduce], place, operation.condition, slot, operation, steps)
                place += 1

    def empty(self) -> Sums:
        """Sums of nobody."""
        cursor = np.zeros(kernel.CURSOR_WIDTH, np.int64)
        cursor[kernel.CURRENT] = kernel.NOBODY
        numbers = np.zeros((self._numbers + 1, kernel.NUMBER_WIDTH), np.int64)
        numbers[self._numbers, kernel.SEEN] = 1
        return Sums(
            cursor=cursor,
            numbers=numbers,
            flags=np.zeros(self._flags + 1, np.uint8),
            totals=np.zeros(len(self.ending.groups), np.int64),
            touched=np.zeros(self._numbers + 1, np.int64),
        )

    def sieve(self) -> Sieve:
        return Sieve(
            combinations=np.empty(kernel.BLOCK, np.int32),
            ages=np.empty(kernel.BLOCK, np.int32),
            does=np.empty(kernel.BLOCK, np.uint8),
            picked=np.empty(kernel.BLOCK + 1, np.int64),
            pairs=np.empty(((kernel.BLOCK + 1) * kernel.PLAINS, 2), np.int32),
        )

    def output(self, rows: int) -> Output:
        """Room for so many subjects, none of which has a fact."""
        found = self._room(rows)
        columns: list[Any] = list(zip(found, self._nothing, strict=True))
        for whole, one in columns:
            whole[:] = one
        return found

    @cached_property
    def _nothing(self) -> Output:
        found, operations = self._room(1), self.ending.operations
        found.contributions[0] = operations[:, kernel.SIGN] * operations[:, kernel.ABSENT]
        kernel.finish(self.empty(), self.ending, found)
        return found

    def _room(self, rows: int) -> Output:
        return Output(
            points=np.empty(rows, np.int32),
            ranks=np.empty(rows, np.int8),
            deciders=np.empty(rows, np.int16),
            contributions=np.empty((rows, len(self.ending.operations)), np.int32),
        )

    def dispatch(self, wordings: Sequence[Wording]) -> Dispatch:
        """Which parts each item, class and wording feeds."""
        parts: list[tuple[int, ...]] = []
        fed: list[list[int]] = [[] for _ in range(len(self._places) * kernel.CLASSES * len(wordings))]
        for feed in self._feeds:
            classes = feed.condition.classes or range(kernel.CLASSES)
            rows = [item * kernel.CLASSES + rank for item in self._items_of(feed) for rank in classes]
            for number, part in self._variants(feed, wordings):
                if not parts or parts[-1] != part:
                    parts.append(part)
                for row in rows:
                    fed[row * len(wordings) + number].append(len(parts) - 1)
        kinds = [_parted(each, parts) for each in fed]
        shows_below, longest = self._below(wordings)
        ages = [[parts[part][kernel.AGE_BELOW] for part in each] for each in fed]
        firsts = [0, *accumulate(len(each) for each in fed)]
        width = kernel.CLASSES * len(wordings)
        return Dispatch(
            wordings=np.int32(len(wordings)),
            evidence_from=np.int32(self._evidence.age_from),
            feeds_below=np.minimum(longest, [max(each, default=0) for each in ages]).astype(np.int32),
            shows_below=np.array(shows_below, np.int32),
            plains_below=np.array([each.plains_below for each in kinds], np.int32),
            others_below=np.array([each.others_below for each in kinds], np.int32),
            final_from=np.repeat(self._final_from, width, axis=0).reshape(-1),
            outliving=np.repeat(self._outliving, width),
            plains=np.array(firsts, np.int32),
            others=np.array(
                [first + each.plains for first, each in zip(firsts, kinds, strict=False)], np.int32
            ),
            parts=_table([parts[part] for each in kinds for part in each.parts], kernel.PART_WIDTH),
            steps=_table(self._steps, kernel.STEP_WIDTH),
            worth=np.array([*self._worth, 0], np.int32),
        )

    def _below(self, wordings: Sequence[Wording]) -> tuple[list[int], list[int]]:
        """From which age on each combination is no evidence, and weighs no more."""
        shows: list[int] = []
        weighs: list[int] = []
        for item in self._places:
            for rank in range(kernel.CLASSES):
                below = _or(self._rules.longest(item=item, seriousness=rank), NEVER)
                for wording in wordings:
                    weighs.append(below)
                    shows.append(min(below, self._evident_below(item=item, rank=rank, wording=wording)))
        return shows, weighs

    def _evident_below(self, *, item: int, rank: int, wording: Wording) -> int:
        evidence = self._evidence
        if not _is_plain(evidence) or not _meets(evidence, item=item, rank=rank, wording=wording):
            return 0
        return _or(evidence.age_below, NEVER)

    def _items_of(self, feed: _Feed) -> list[int]:
        wanted = set(feed.condition.items or self._places)
        if feed.slot.item is not None:
            wanted &= {feed.slot.item}
        return sorted(self._places[item] for item in wanted)

    def _variants(self, feed: _Feed, wordings: Sequence[Wording]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The part for each number of a wording that meets the condition, equal parts one after another."""
        found = []
        for number, wording in enumerate(wordings):
            if not _worded(feed.condition, wording):
                continue
            if feed.slot.result is not None and feed.slot.result not in wording:
                continue
            found.append((self._part(feed, wording), number))
        return ((number, part) for part, number in sorted(found))

    def _part(self, feed: _Feed, wording: Wording) -> tuple[int, ...]:
        condition, slot, operation = feed.condition, feed.slot, feed.operation
        first, end = self._steps_for(feed, wording)
        valued = operation and operation.valued_by and not operation.result_points
        step = self._steps[first] if first < end else (0, 0, 0)
        age_from = max(condition.age_from, slot.age_from)
        is_flag = feed.kind == kernel.FLAG
        plain = feed.kind in PLAIN_KINDS and _is_plain(condition) and not valued and not age_from
        return (
            feed.kind,
            int(plain),
            self._numbers if is_flag else feed.place,
            age_from,
            min(_or(condition.age_below, NEVER), _or(slot.age_below, NEVER)),
            *step[kernel.WORTH_FROM :],
            int(not _is_plain(condition)),
            _or(condition.amount_from, 0),
            _or(condition.amount_below, ANY_NUMBER),
            _or(condition.headcount_from, 0),
            _or(condition.headcount_below, ANY_NUMBER),
            operation.clamp if operation else 0,
            KINDS[operation.valued_by] if operation and operation.valued_by and valued else 0,
            first,
            end,
            feed.place if is_flag else self._flags,
        )

    def _steps_for(self, feed: _Feed, wording: Wording) -> tuple[int, int]:
        """Steps by amount or headcount; where the words give the value, the one step it leads to."""
        first, end = feed.steps
        if feed.operation is None or not feed.operation.points or feed.operation.valued_by:
            return first, end
        value = max((milli for word, milli in feed.operation.result_points if word in wording), default=0)
        place = max((at for at in range(first, end) if self._steps[at][0] <= value), default=first)
        return place, place + 1


def _items(plan: Plan) -> list[int]:
    rules = plan.treatment
    named = {*rules.final_items, *rules.terms, *rules.until_removed, *rules.outlive_validity}
    parts = _flagged(plan)
    for operation in plan.operations:
        parts.append(operation.condition)
        named |= {slot.item for slot in operation.slots if slot.item is not None}
    return sorted(named.union(*(part.items for part in parts)))


def _flagged(plan: Plan) -> list[Condition]:
    """Conditions of which only matters whether they are met, in the order of the flags."""
    return [
        plan.evidence,
        *(limit.condition for limit in plan.limits),
        *(downgrade.condition for downgrade in plan.downgrades),
        *(start.condition for start in plan.starts),
    ]


def _flags(plan: Plan) -> Iterator[_Feed]:
    """Evidence is looked for apart where no amount or headcount matters."""
    for place, condition in enumerate(_flagged(plan)):
        if place or not _is_plain(condition):
            yield _Feed(kernel.FLAG, place, condition, Slot(), None, (0, 0))


def _is_plain(condition: Condition) -> bool:
    return all(limit is None for limit in _limits(condition))


def _limits(condition: Condition) -> tuple[int | None, ...]:
    return (
        condition.amount_from,
        condition.amount_below,
        condition.headcount_from,
        condition.headcount_below,
    )


def _meets(condition: Condition, *, item: int, rank: int, wording: Wording) -> bool:
    """Whatever the age, amount and headcount."""
    if condition.items and item not in condition.items:
        return False
    return (not condition.classes or rank in condition.classes) and _worded(condition, wording)


def _worded(condition: Condition, wording: Wording) -> bool:
    if condition.results and not wording & set(condition.results):
        return False
    return not wording & set(condition.not_results)


def _words(feed: _Feed) -> Iterator[str]:
    yield from feed.condition.results
    yield from feed.condition.not_results
    if feed.slot.result is not None:
        yield feed.slot.result
    if feed.operation is not None:
        yield from (word for word, _ in feed.operation.result_points)


def _by_day(ladder: Ladder, *, below: int) -> list[int]:
    """A ladder written out day by day, up to the last day whose value is not that of the day before."""
    ends = [*(start for start, _ in ladder[1:]), ladder[-1][0] + 1]
    values = [0] * ladder[0][0]
    for (_, value), end in zip(ladder, ends, strict=True):
        values += [value] * (min(end, below) - len(values))
    return values


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _table(rows: Sequence[tuple[int, ...]], width: int) -> I64:
    return np.array(rows, np.int64).reshape(len(rows), width)


def _weighing(rules: Treatment, *, places: dict[int, int], as_of: date) -> Weighing:
    item_places = np.zeros(65_536, np.int32)
    for item, place in places.items():
        if item != OTHER_ITEM:
            item_places[item & 65_535] = place
    return Weighing(
        today=np.int32((as_of - EPOCH).days),
        item_places=item_places,
        standing=np.int32(sum(1 << int(state) for state in rules.states)),
    )


def _final_from(rules: Treatment, item: int, finality: int) -> int:
    """The age from which a decision of this finality weighs."""
    if finality == Finality.REVOKED:
        return NEVER
    if item not in rules.final_items or finality in FINAL:
        return 0
    return _or(rules.presumed_final_days, NEVER) if finality in OPEN else NEVER


def _ending(plan: Plan) -> Ending:
    rungs: list[tuple[int, int]] = []
    operations: list[tuple[int, ...]] = []
    owners: list[int] = []
    for operation in plan.operations:
        slot, low, width = len(owners), len(rungs), len(operation.slots) or 1
        owners += [len(operations)] * width
        rungs += operation.bands
        operations.append(
            (
                slot,
                slot + width,
                _or(operation.slot_cap, ANY_NUMBER),
                low,
                len(rungs),
                operation.floor,
                operation.cap,
                operation.family,
                plan.groups[operation.family].sign,
                max(operation.floor, min(operation.cap, 0)),
            )
        )
    absent = [
        sum(each[kernel.ABSENT] for each in operations if each[kernel.FAMILY] == family)
        for family in range(len(plan.groups))
    ]
    return Ending(
        operations=_table(operations, kernel.OPERATION_WIDTH),
        owners=np.array(owners, np.int64),
        absent=np.array(absent, np.int64),
        groups=_table([(group.sign, group.floor, group.cap) for group in plan.groups], kernel.GROUP_WIDTH),
        rungs=_table(rungs, 2),
        scale=np.array([plan.start, plan.least, plan.greatest, len(plan.grades) - 1], np.int64),
        bands=_table(plan.bands, 2),
        limits=np.array([limit.rank for limit in plan.limits], np.int64),
        downgrades=np.array([each.levels for each in plan.downgrades], np.int64),
        starts=np.array([each.milli for each in plan.starts], np.int64),
    )
