"""Finds subjects by code or its beginning, by parts of a present or former name, and by pinyin initials.

Serves the search of the office (《河南省社会信用条例》第二十五条 on queries); reading a file is another act, which is
written to the ledger.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from xinheng.core.ids import normalise_code
from xinheng.matching.tokens import name_matches, query_tokens
from xinheng.store.subjects import Subject, SubjectCode

CODE = re.compile(r"[0-9A-Z]{6,20}")
OLDER_KINDS = ("registration", "organisation", "tax")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. Empty fields do not narrow; ``after`` is the id of the last subject shown."""

    query: str = ""
    kind: str = ""
    status: str = ""
    division: str = ""
    sector: str = ""
    grade: str = ""
    line: int | None = None
    after: int = 0

    @property
    def narrowed(self) -> bool:
        return any((self.kind, self.status, self.division, self.sector, self.grade))


@dataclass(frozen=True, slots=True)
class Found:
    """``more``: there is a next page. ``too_short``: the words are too few to look for."""

    subjects: tuple[Subject, ...]
    more: bool = False
    too_short: bool = False


def find_subjects(search: Search, *, limit: int) -> Found:
    """One page of subjects in the order of their ids; a whole code leads alone."""
    subjects = _narrowed(search)
    words = search.query.strip()
    if not words:
        return _page(subjects, limit) if search.narrowed else Found(())
    code = normalise_code(words)
    if CODE.fullmatch(code) and any(sign.isdigit() for sign in code):
        return _page(_by_code(subjects, code), limit)
    tokens = query_tokens(words)
    if not tokens:
        return Found((), too_short=True)
    page = _page(subjects.filter(search__tokens__contains=tokens), limit)
    return replace(page, subjects=_best_first(page.subjects, words))


def _narrowed(search: Search) -> QuerySet[Subject]:
    subjects = Subject.objects.filter(pk__gt=search.after).order_by("pk")
    given = {
        "kind": search.kind,
        "status": search.status,
        "division_code": search.division,
        "sector": search.sector,
    }
    subjects = subjects.filter(**{name: value for name, value in given.items() if value})
    if search.grade and search.line is not None:
        subjects = subjects.filter(
            scores__line=search.line, scores__until__isnull=True, scores__grade=search.grade.strip("-")
        )
    return subjects


def _by_code(subjects: QuerySet[Subject], code: str) -> QuerySet[Subject]:
    if len(code) == 18:
        return subjects.filter(code=code)
    older = SubjectCode.objects.filter(kind__in=OLDER_KINDS, value=code).values_list("subject_id", flat=True)
    return subjects.filter(Q(code__startswith=code) | Q(pk__in=list(older)))


def _page(subjects: QuerySet[Subject], limit: int) -> Found:
    rows = list(subjects[: limit + 1])
    return Found(tuple(rows[:limit]), more=len(rows) > limit)


def _best_first(subjects: Sequence[Subject], words: str) -> tuple[Subject, ...]:
    """Names that hold the words unbroken before those that hold the same pairs of characters."""
    return tuple(sorted(subjects, key=lambda subject: not name_matches(query=words, name=subject.name)))
