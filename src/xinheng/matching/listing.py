"""Finds for each row of a dirty file its subject in a clean list: by code where it has one, else by name.

A row is `same` only where exactly one subject fits; where several fit, or where only something near is found, it
is left to a person. The list may hold a subject more than once.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xinheng.core.credit_code import ALPHABET
from xinheng.core.ids import Code, CodeKind, is_placeholder, organisation_code_of, read_code
from xinheng.core.person_names import looks_like_person_name
from xinheng.matching.characters import name_key
from xinheng.matching.comparing import NameScore, codes_agree
from xinheng.matching.divisions import NATIONAL, Divisions
from xinheng.matching.index import Candidate, NameIndex

NEAR = 0.75
"""Likeness of writing from which on a person should look although the parts say otherwise (one wrong character)."""
WORTH_SHOWING = 0.50
EQUAL = 0.999
CODE_CORRECTED = 0.50


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list; ``code`` is normalised where it is valid, else as written."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the file that is matched. What is no code in ``code`` is ignored."""

    name: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """``same`` is None where a person has to say; ``listed`` is then the nearest, which may be another subject."""

    listed: Listed | None
    score: float
    same: bool | None


_CODE_WITHIN = re.compile(r"(?<![0-9A-Za-z０-９])[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]{8,22}(?![0-9A-Za-z０-９])")
_HAN = re.compile("[\u4e00-\u9fff]")
NOTHING = Match(None, 0.0, False)


class SubjectList:
    """A list of subjects by code and by name."""

    def __init__(self, rows: Iterable[tuple[str, str]], *, divisions: Divisions = NATIONAL) -> None:
        self._by_code: dict[str, Listed] = {}
        self._by_name: dict[str, Listed] = {}
        self._more_of_name: dict[str, list[Listed]] = defaultdict(list)
        for row in rows:
            name, written = _put_right(*row)
            code = read_code(written)
            value = (
                code.value if code.names_a_subject else ("" if is_placeholder(written) else written.strip())
            )
            self._enter(Listed(name.strip(), value), code)
        self._names = list(self._by_name)
        self._index = NameIndex.build(self._names, divisions=divisions)

    def __len__(self) -> int:
        return len(self._names)

    def match(self, rows: Iterable[Asked], *, threads: int = 2) -> Iterator[Match]:
        """One answer a row, in their order."""
        waiting: list[Asked] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) == 4096:
                yield from self._matched(waiting, threads)
                waiting = []
        yield from self._matched(waiting, threads)

    def _enter(self, row: Listed, code: Code) -> None:
        if code.names_a_subject:
            self._by_code.setdefault(code.value, row)
        elif code.kind is CodeKind.RESIDENT_ID:
            return
        if row.name and not looks_like_person_name(row.name):
            first = self._by_name.setdefault(row.name, row)
            if row.code not in {first.code, *(other.code for other in self._more_of_name.get(row.name, ()))}:
                self._more_of_name[row.name].append(row)

    @cached_property
    def _by_organisation(self) -> dict[str, list[Listed]]:
        """By the organisation code within: made when a code is first asked for that the list does not hold."""
        found: dict[str, list[Listed]] = defaultdict(list)
        for value, row in self._by_code.items():
            organisation = _organisation(read_code(value))
            if organisation:
                found[organisation].append(row)
        return found

    def _matched(self, rows: Sequence[Asked], threads: int) -> Iterator[Match]:
        read = [_read(row) for row in rows]
        by_code = [self._coded(row, code) for row, code in read]
        left = [at for at, found in enumerate(by_code) if found is None]
        found = self._index.nearest_many((read[at][0].name for at in left), 8, threads=threads)
        by_name = dict(zip(left, found, strict=True))
        for at, (row, code) in enumerate(read):
            answer = by_code[at]
            yield answer if answer is not None else self._named(row, code, by_name[at])

    def _coded(self, row: Asked, code: Code) -> Match | None:
        """The answer where the code decides, None where the name has to."""
        if code.kind is CodeKind.RESIDENT_ID:
            return NOTHING
        if code.names_a_subject:
            listed = self._of_code(code)
            if listed is not None:
                return Match(listed, 1.0, True)
        elif code.value and not row.name:
            return self._corrected(code.value)
        return None if row.name else NOTHING

    def _of_code(self, code: Code) -> Listed | None:
        if code.value in self._by_code:
            return self._by_code[code.value]
        others = {row.code: row for row in self._by_organisation.get(_organisation(code), ())}
        if code.kind is CodeKind.USCC:
            others = {value: row for value, row in others.items() if len(value) != 18}
        return next(iter(others.values())) if len(others) == 1 else None

    def _corrected(self, value: str) -> Match:
        """A code that does not hold, one character away from exactly one of the list: a person has to look."""
        if len(value) != 18:
            return NOTHING
        near = {
            tried: self._by_code[tried]
            for at in range(18)
            for sign in ALPHABET
            if (tried := value[:at] + sign + value[at + 1 :]) in self._by_code
        }
        if len(near) != 1:
            return NOTHING
        return Match(next(iter(near.values())), CODE_CORRECTED, None)

    def _named(self, row: Asked, code: Code, found: Sequence[Candidate]) -> Match:
        near = list(self._subjects(row, code, found))
        if not near:
            return NOTHING
        same = [one for one in near if one[1].same]
        if not same:
            return _unsure(near)
        key = name_key(row.name)
        for fitting in ([one for one in same if name_key(one[0].name) == key], _written_alike(same), same):
            subjects = {one.code or one.name: one for one, *_ in fitting}
            if len(subjects) == 1:
                return Match(fitting[0][0], fitting[0][1].score, True)
            if fitting:
                return Match(fitting[0][0], round(fitting[0][1].score / len(subjects), 4), None)
        return NOTHING

    def _subjects(
        self, row: Asked, code: Code, found: Sequence[Candidate]
    ) -> Iterator[tuple[Listed, NameScore, float]]:
        """Rows of the list under the names found; where both sides have a code, it decides."""
        for candidate in found:
            for listed in (self._by_name[candidate.name], *self._more_of_name.get(candidate.name, ())):
                verdict = candidate.verdict
                if code.names_a_subject and listed.code:
                    agree, _ = codes_agree(code, read_code(listed.code))
                    verdict = verdict if agree is None else NameScore(float(agree), agree)
                yield listed, verdict, candidate.likeness


def _written_alike(same: list[tuple[Listed, NameScore, float]]) -> list[tuple[Listed, NameScore, float]]:
    return [one for one in same if one[2] >= EQUAL]


def _unsure(near: Sequence[tuple[Listed, NameScore, float]]) -> Match:
    """The nearest: to be looked at where it may be meant, else only shown, else not even that."""
    listed, verdict, likeness = max(near, key=lambda one: (one[2], one[1].score))
    if verdict.score and (verdict.doubtful or likeness >= NEAR):
        return Match(listed, verdict.score, None)
    if likeness < WORTH_SHOWING:
        return Match(None, verdict.score, False)
    return Match(listed, verdict.score, False)


def _put_right(name: str, code: str) -> tuple[str, str]:
    """Name and code where they belong: columns are exchanged, or one column holds both kinds of cells."""
    if not _HAN.search(code) or is_placeholder(code) or _CODE_WITHIN.search(code):
        return name, code
    if not name.strip() or (not _HAN.search(name) and read_code(name).names_a_subject):
        return code, name
    return name, code


def _read(row: Asked) -> tuple[Asked, Code]:
    """The row and its code, which may stand where the name should, alone or beside the name."""
    row = Asked(*_put_right(row.name, row.code))
    code = read_code(row.code)
    if code.value or not _CODE_WITHIN.search(row.name):
        return row, code
    within = read_code(row.name)
    rest = _CODE_WITHIN.sub(" ", row.name)
    name = rest.strip() if _HAN.search(rest) else ""
    return (Asked(name, row.code), within) if within.value else (row, code)


def _organisation(code: Code) -> str:
    if code.kind is CodeKind.USCC:
        return organisation_code_of(code.value)
    if code.kind is CodeKind.TAX:
        return code.value[6:15]
    return code.value if code.kind is CodeKind.ORGANISATION else ""
