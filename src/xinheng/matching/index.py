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
from xinheng.matching.comparing import NameVerdict, compare_parts
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
from xinheng.matching.names import Form, NameParts, parse_name, part_name

_BATCH = 256
_PART = 100_000
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
    verdict: NameVerdict


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
        divisions: Divisions,
    ) -> None:
        self._whole, self._core, self._lists = whole, core, lists
        self._written = written
        self._divisions = divisions
        self._former = former
        self._own = local()

    @classmethod
    def build(cls, names: Iterable[str], *, divisions: Divisions = NATIONAL) -> "NameIndex":
        """The index of ``names``; ``place`` of what is found counts in their order, from 0."""
        written = _Written()
        wholes, cores = _Runs(), _Runs()
        former: list[tuple[int, str]] = []
        for place, name in enumerate(written.taking(names)):
            whole = core = ""
            if not looks_like_person_name(name):
                parts = part_name(name, divisions=divisions)
                whole, core = runs(parts)
                former += ((place, older) for older in parts.former)
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
            divisions=divisions,
        )

    def __len__(self) -> int:
        return len(self._written)

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        arrays = (*self._whole, *self._core, *self._lists)
        return sum(int(one.nbytes) for one in arrays) + self._written.size

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
        for name in names:
            whole, core = runs(part_name(name, divisions=self._divisions))
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
        return [
            self._judged(name, zip(places.tolist(), likes.tolist(), strict=True), limit)
            for name, places, likes in zip(names, found, likeness, strict=True)
        ]

    def _judged(self, name: str, found: Iterable[tuple[int, float]], limit: int) -> list[Candidate]:
        if not name.strip() or looks_like_person_name(name):
            return []
        asked = parse_name(name, divisions=self._divisions)
        held = []
        seen: set[int] = set()
        for entry, like in found:
            place = entry if entry < len(self) else self._former[entry - len(self)]
            if place >= 0 and place not in seen:
                seen.add(place)
                other = self._written[place]
                parts = parse_name(other, divisions=self._divisions)
                verdict = compare_parts(asked, parts, divisions=self._divisions)
                held.append(Candidate(place, other, round(like, 4), verdict))
        held.sort(key=lambda one: (-one.verdict.same, -one.likeness, -one.verdict.score, one.place))
        return held[:limit]

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
