"""Finds in a long list the names most like a given one, and says of each whether it is the same enterprise.

The list is kept as numbers, about 175 bytes a name: its characters, and for each pair of characters the names that
hold it, with and without place and form; a former name in brackets is an entry of its own. Names of natural persons do not enter it (legal guard G2).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import local
from typing import Any

import numpy as np

from xinheng.core.person_names import looks_like_person_name
from xinheng.matching.comparing import NameScore, compare_many
from xinheng.matching.divisions import NATIONAL, Divisions
from xinheng.matching.index_kernel import (
    START,
    TERMS,
    Lists,
    Scratch,
    Texts,
    count_terms,
    fill_lists,
    find,
    scratch,
)
from xinheng.matching.lines import PartedNames, joined, line_of
from xinheng.matching.names import Form, NameParts, parse_name, part_name
from xinheng.matching.pair_kernel import Lines

_BATCH = 256
_PART = 100_000
_KEPT = 200_000
"""Names whose lines are kept, about 240 bytes each; in a longer list those found are parted again."""
_WIDER = 2
"""So many candidates more than asked for are compared with care."""
_ENDINGS = re.compile("[省市]")
_FORMS = {
    Form.NONE: "",
    Form.COMPANY: "公司",
    Form.LIMITED: "有限公司",
    Form.SHARES: "股份有限公司",
    Form.PARTNERSHIP: "合伙企业",
    Form.SOLE: "个人独资企业",
    Form.COOPERATIVE: "专业合作社",
    Form.OFFICE: "事务所",
    Form.SOLE_TRADER: "",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One name of the list. ``place`` is its number there, ``likeness`` 1 where nothing differs in the writing."""

    place: int
    name: str
    likeness: float
    verdict: NameScore


class NameIndex:
    """Immutable; may be asked by several threads at once."""

    def __init__(
        self,
        *,
        whole: Texts,
        core: Texts,
        lists: Lists,
        written: "_Written",
        former: Sequence[int],
        kept: Lines | None,
        divisions: Divisions,
    ) -> None:
        self._whole, self._core, self._lists = whole, core, lists
        self._written = written
        self._divisions = divisions
        self._former = former
        self._kept = None if kept is None else PartedNames(kept, self._parted)
        self._own = local()

    @classmethod
    def build(cls, names: Iterable[str], *, divisions: Divisions = NATIONAL) -> "NameIndex":
        """The index of ``names``; ``place`` of what is found counts in their order, from 0."""
        written = _Written()
        wholes, cores = _Runs(), _Runs()
        former: list[tuple[int, str]] = []
        kept: list[str] = []
        for place, name in enumerate(written.taking(names)):
            whole = core = line = ""
            if not looks_like_person_name(name):
                parts = part_name(name, divisions=divisions)
                whole, core = runs(parts)
                former += ((place, older) for older in parts.former)
                line = line_of(parts) if place < _KEPT else ""
            if place < _KEPT:
                kept.append(line)
            wholes.add(whole)
            cores.add(core)
        for _, older in former:
            whole, core = runs(part_name(older, divisions=divisions))
            wholes.add(whole)
            cores.add(core)
        texts, core_texts = wholes.texts(), cores.texts()
        return cls(
            whole=texts,
            core=core_texts,
            lists=_lists(texts, core_texts),
            written=written,
            former=[place for place, _ in former],
            kept=joined(kept) if len(written) <= _KEPT else None,
            divisions=divisions,
        )

    def __len__(self) -> int:
        return len(self._written)

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        arrays = (*self._whole, *self._core, *self._lists)
        kept = sum(int(one.nbytes) for one in self._kept.lines) if self._kept is not None else 0
        return sum(int(one.nbytes) for one in arrays) + kept + self._written.size

    def nearest(self, name: str, limit: int = 5) -> list[Candidate]:
        """The names most like ``name``: those that are the same first, then by likeness."""
        return self._found([name], limit)[0]

    def nearest_many(
        self, names: Iterable[str], limit: int = 5, *, threads: int = 2
    ) -> Iterator[list[Candidate]]:
        """As ``nearest`` for each of ``names``, in their order."""
        source = iter(names)
        asked = partial(self._found, limit=limit)
        with ThreadPoolExecutor(threads) as pool:
            while waiting := list(islice(source, 4 * threads * _BATCH)):
                parts = [waiting[at : at + _BATCH] for at in range(0, len(waiting), _BATCH)]
                for answers in pool.map(asked, parts):
                    yield from answers

    def _found(self, names: Sequence[str], limit: int) -> list[list[Candidate]]:
        asked, asked_core = _Runs(), _Runs()
        parted = [part_name(name, divisions=self._divisions) for name in names]
        for parts in parted:
            whole, core = runs(parts)
            asked.add(whole)
            asked_core.add(core)
        found = np.full((len(names), limit + _WIDER), -1, np.int32)
        likeness = np.zeros(found.shape, np.float32)
        find(
            self._whole,
            self._core,
            self._lists,
            asked.texts(),
            asked_core.texts(),
            self._room(),
            found,
            likeness,
        )
        held = [self._places(*each) for each in zip(names, found.tolist(), likeness.tolist(), strict=True)]
        return list(self._judged(PartedNames.of(parted), held, limit))

    def _places(self, name: str, entries: Sequence[int], likes: Sequence[float]) -> dict[int, float]:
        """The places found for a name, each once, and how like they are; none for a person or an empty name."""
        held: dict[int, float] = {}
        if name.strip() and not looks_like_person_name(name):
            for entry, like in zip(entries, likes, strict=True):
                place = entry if entry < len(self) else self._former[entry - len(self)]
                if place >= 0:
                    held.setdefault(place, like)
        return held

    def _judged(
        self, asked: PartedNames, held: Sequence[dict[int, float]], limit: int
    ) -> Iterator[list[Candidate]]:
        rights = [place for each in held for place in each]
        lefts = [query for query, each in enumerate(held) for _ in each]
        listed = self._kept
        if listed is None:
            rows = {place: row for row, place in enumerate(dict.fromkeys(rights))}
            listed = PartedNames.of(map(self._parted, rows))
            rights = [rows[place] for place in rights]
        verdicts = iter(compare_many(asked, lefts, listed, rights, divisions=self._divisions))
        for each in held:
            found = [
                Candidate(place, self._written[place], round(like, 4), verdict)
                for (place, like), verdict in zip(each.items(), verdicts, strict=False)
            ]
            found.sort(key=lambda one: (-one.verdict.same, -one.likeness, -one.verdict.score, one.place))
            yield found[:limit]

    def _parted(self, place: int) -> NameParts:
        return parse_name(self._written[place], divisions=self._divisions)

    def _room(self) -> Scratch:
        room: Scratch | None = getattr(self._own, "room", None)
        if room is None:
            room = self._own.room = scratch(len(self._whole.starts) - 1)
        return room


def runs(parts: NameParts) -> tuple[str, str]:
    """The whole name in one order and writing, and the name without place and form."""
    core = f"{parts.core}{parts.branch}{parts.site}"
    place = _ENDINGS.sub("", parts.region.text)
    group = "集团" if parts.group else ""
    return f"{place}{parts.core}{group}{_FORMS[parts.form]}{parts.branch}{parts.site}", core


class _Runs:
    """Texts being gathered."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._parts: list[Any] = []
        self._lengths: list[Any] = []

    def add(self, text: str) -> None:
        self._waiting.append(text)
        if len(self._waiting) >= _PART:
            self._store()

    def _store(self) -> None:
        joined = "".join(self._waiting).encode("utf-32-le")
        signs = np.frombuffer(joined, np.uint32)
        self._parts.append(np.where(signs > 0xFFFF, 0xFFFF, signs).astype(np.uint16))
        self._lengths.append(np.fromiter(map(len, self._waiting), np.int64, len(self._waiting)))
        self._waiting = []

    def texts(self) -> Texts:
        self._store()
        lengths = np.concatenate(self._lengths)
        starts = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        return Texts(np.concatenate(self._parts), starts)


class _Written:
    """The names as they were given, in one block of bytes."""

    def __init__(self) -> None:
        self._block = b""
        self._starts: Any = np.zeros(1, np.int64)

    def taking(self, names: Iterable[str]) -> Iterator[str]:
        """Keeps each name that passes; complete when the last has passed."""
        block = bytearray()
        starts = [0]
        parts = []
        for name in names:
            block += name.encode("utf-8", "surrogatepass")
            starts.append(len(block))
            if len(starts) > _PART:
                parts.append(np.array(starts[:-1], np.int64))
                starts = starts[-1:]
            yield name
        parts.append(np.array(starts, np.int64))
        self._block, self._starts = bytes(block), np.concatenate(parts)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, place: int) -> str:
        begin, end = self._starts[place], self._starts[place + 1]
        return self._block[begin:end].decode("utf-8", "surrogatepass")

    @property
    def size(self) -> int:
        return len(self._block) + int(self._starts.nbytes)


def _lists(whole: Texts, core: Texts) -> Lists:
    terms = np.zeros(TERMS, np.uint32)
    pairs = _pairs(whole, core)
    starts = np.zeros(len(pairs) + 1, np.int64)
    count_terms(whole, core, pairs, starts, terms)
    np.cumsum(starts, out=starts)
    lists = Lists(pairs, starts, np.zeros(int(starts[-1]), np.int32))
    fill_lists(whole, core, lists, starts.copy(), terms)
    return lists


def _pairs(whole: Texts, core: Texts) -> Any:
    """Every pair that may occur, ascending; neighbours across the end of a run among them, with an empty list."""
    found = np.unique(np.uint32(START) << np.uint32(16) | core.signs.astype(np.uint32))
    for signs in (whole.signs, core.signs):
        for begin in range(0, len(signs), 10 * _PART):
            part = signs[begin : begin + 10 * _PART + 1].astype(np.uint32)
            found = np.union1d(found, np.unique(part[:-1] << np.uint32(16) | part[1:]))
    return found
