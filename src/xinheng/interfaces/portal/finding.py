"""Finds enterprises by credit code, by part of a present or former name, by pinyin, and in spite of a slip.

Only subjects that a credit record may be kept of are found; persons are not (legal guards G2, G11).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Value
from django.db.models.functions import Substr

from xinheng.core.credit_code import codes_one_slip_away
from xinheng.core.ids import normalise_code
from xinheng.interfaces.portal import showing
from xinheng.interfaces.portal.holding import Holding
from xinheng.interfaces.portal.often import Often, often
from xinheng.matching.nearby import ALIKE, initials_of_spelled, likeness, nearby_tokens, spelled_tokens
from xinheng.matching.tokens import name_matches, query_tokens
from xinheng.store.public import PublicName, PublicSubject

PAGE = 20
CANDIDATES = 400
"""Rows that are looked at for one page; beyond it results come by place, without a total."""
SORTED = 2_000
"""So many are read at once and put in order here; of words that stand in more names, the first are asked for. In a list that
is narrowed each costs the row of its enterprise too, so that no more are read than are looked at."""
NAMES_AT_ONCE = 24
"""Names that are read first for a page of long results: a page, one more, and some that only hold the same pairs."""
LOOKED_AT = 150
WHOLE = 120
"""Of so many candidates all is read at once that a page shows; of more the names, and the rest of those on the page."""
LONGEST_QUERY = 60
_CODE = re.compile(r"(?=[0-9A-Z]*[0-9])[0-9A-Z]{4,18}")
_NUMBERS = ArrayField(BigIntegerField())
_BODY = re.compile(r"[0-9A-Z]{8}[0-9X]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for; an empty field does not narrow. ``district`` is a division of six digits."""

    query: str
    kind: str = ""
    status: str = ""
    district: str = ""

    def narrowing(self, prefix: str = "") -> dict[str, str]:
        given = {"kind": self.kind, "status": self.status, "division_code": self.district}
        return {f"{prefix}{name}": value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results. ``total`` is None where counting would take longer than finding; ``nearly``: nothing holds
    the words themselves, these come close."""

    subjects: Sequence[PublicSubject] = ()
    names: dict[int, list[str]] = field(default_factory=dict)
    total: int | None = 0
    more: bool = False
    nearly: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of candidates: present and former ``names`` by subject, the present one first; whole ``rows``."""

    names: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[int, PublicSubject] = field(default_factory=dict)

    def read(self, ids: Sequence[int]) -> Self:
        if not ids:
            return self
        if len(ids) <= WHOLE:
            present = [(pk, row.name) for pk, row in self._add(ids).items()]
        else:
            present = list(showing.subjects().filter(_one_of("id", ids)).values_list("id", "name"))
        for pk, name in present:
            self.names[pk].append(name)
        former = (
            PublicName.objects.using(showing.DATABASE)
            .filter(_one_of("subject_id", ids))
            .order_by("subject_id", "id")
        )
        for pk, name in former.values_list("subject_id", "name"):
            if name not in self.names[pk]:
                self.names[pk].append(name)
        return self

    def page(self, ids: Sequence[int]) -> list[PublicSubject]:
        """These in their order, but those that are gone meanwhile."""
        if missing := [one for one in ids if one not in self.rows]:
            self._add(missing)
        return [self.rows[one] for one in ids if one in self.rows]

    def _add(self, ids: Sequence[int]) -> dict[int, PublicSubject]:
        found = {row.pk: row for row in showing.subjects().filter(_one_of("id", ids))}
        self.rows.update(found)
        return found


def tidy(text: str) -> str:
    """Half-width, without control characters, of a length that names have."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST_QUERY * 2])
    return " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())[:LONGEST_QUERY]


def is_too_short(query: str) -> bool:
    """Fewer than two Chinese characters, or fewer than three letters or digits."""
    signs = "".join(sign for sign in query if sign.isalnum())
    return len(signs) < (3 if signs.isascii() else 2)


def find(asked: Asked, *, after: PublicSubject | None = None) -> Found:
    """By code where the query can be one and some code begins so, else by name, else by what comes near."""
    code = normalise_code(asked.query)
    if _CODE.fullmatch(code):
        found = _by_code(asked, code, after)
        if found.subjects:
            return found
    return _by_name(asked, after) or _by_code_nearby(asked, code) or _by_name_nearby(asked) or Found()


def ids_named(query: str) -> list[int]:
    """Subjects by whose code or name a list is narrowed: those that hold the words, none that only come near."""
    found = Found() if is_too_short(query) else find(Asked(query=query))
    return [] if found.nearly else [one.pk for one in found.subjects]


def _by_code(asked: Asked, code: str, after: PublicSubject | None) -> Found:
    subjects = showing.subjects().filter(**asked.narrowing())
    known = subjects.filter(code__startswith=code)
    if _BODY.fullmatch(code) and not known.exists():
        known = subjects.filter(code__isnull=False).annotate(body=Substr("code", 9, 9)).filter(body=code)
    if after is not None and after.code:
        known = known.filter(code__gt=after.code)
    rows = list(known.order_by("code")[: PAGE + 1])
    more = len(rows) > PAGE
    return Found(rows[:PAGE], {}, None if more or after else len(rows), more)


def _by_code_nearby(asked: Asked, code: str) -> Found | None:
    """Holders of the codes that one slip of the fingers makes of a code that nobody has."""
    rows = list(showing.subjects().filter(code__in=codes_one_slip_away(code), **asked.narrowing())[:PAGE])
    return Found(rows, {}, len(rows), nearly=True) if rows else None


def _by_name(asked: Asked, after: PublicSubject | None) -> Found | None:
    told = query_tokens(asked.query)
    if not told:
        return None
    found = _by_tokens(asked, [told, *spelled_tokens(asked.query)], after)
    if found is None and (seldom := initials_of_spelled(asked.query)):
        return _by_tokens(asked, seldom, after)
    return found


def _by_tokens(asked: Asked, sets: Sequence[Sequence[str]], after: PublicSubject | None) -> Found | None:
    known = _holding(asked, often(), sets)
    start = known.place_of(after.pk) if after is not None else -1
    batches = known.batches(start, NAMES_AT_ONCE, CANDIDATES)
    if known.probably_many and len(known.walked(-1, NAMES_AT_ONCE)) == NAMES_AT_ONCE:
        return _by_place(asked.query, batches)
    most = CANDIDATES if asked.narrowing() else SORTED
    some = known.some(most + 1)
    if len(some) <= CANDIDATES:
        return _ranked(asked.query, sorted(one for _, one in some), after)
    if len(some) > most:
        return _by_place(asked.query, batches)
    some = sorted(one for one in some if one[0] > start)
    return _by_place(asked.query, [some[:NAMES_AT_ONCE], some[NAMES_AT_ONCE:CANDIDATES]])


def _by_place(query: str, batches: Iterable[Sequence[tuple[int, int]]]) -> Found:
    """A page of long results: the first by place whose names hold the words, fewer than a page holds where after LOOKED_AT
    names so few do. After full batches there may be more."""
    fitting: list[int] = []
    told = _Read()
    seen = 0
    for batch in batches:
        ids = [one for _, one in batch]
        told.read(ids)
        fitting += [one for one in ids if _fits(query, told.names[one])]
        seen += len(batch)
        if len(fitting) > PAGE or (fitting and seen >= LOOKED_AT):
            break
    more = len(fitting) > PAGE or seen >= min(LOOKED_AT, CANDIDATES)
    return Found(told.page(fitting[:PAGE]), told.names, None, more)


def _by_name_nearby(asked: Asked) -> Found | None:
    """The names most like the words, of those that hold all tokens beside one slip. Sets that many names hold are asked for
    only where the others lead nowhere: they would fill the candidates with names that share what all have."""
    told = often()
    sets = nearby_tokens(asked.query)
    many = [one for one in sets if told.expected(one) > SORTED]
    few = [one for one in sets if one not in many]
    some = _holding(asked, told, few).some(CANDIDATES) if few else []
    found = _most_alike(asked.query, some)
    if found is None and many:
        found = _most_alike(asked.query, _holding(asked, told, many).walked(-1, CANDIDATES))
    return found


def _most_alike(query: str, some: Sequence[tuple[int, int]]) -> Found | None:
    ids = [one for _, one in some]
    told = _Read().read(ids)
    names = told.names
    alike = {one: max(likeness(query, name) for name in names[one]) for one in ids}
    best = sorted(
        (one for one in ids if alike[one] >= ALIKE), key=lambda one: (-alike[one], len(names[one][0]), one)
    )
    page = best[:PAGE]
    return Found(told.page(page), names, len(page), nearly=True) if page else None


def _holding(asked: Asked, told: Often, sets: Sequence[Sequence[str]]) -> Holding:
    return Holding(told, sets, asked.narrowing("subject__"))


def _one_of(field: str, ids: Sequence[int]) -> Func:
    """To be one of them: one parameter, where ``__in`` would write one for each into the statement."""
    given = Value(list(ids), output_field=_NUMBERS)
    return Func(
        F(field), given, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )


def _ranked(query: str, ids: Sequence[int], after: PublicSubject | None) -> Found | None:
    """All results at hand: the name itself first, then names that begin so, then the shorter ones."""
    told = _Read().read(ids)
    names = told.names
    fitting = [one for one in ids if _fits(query, names[one])]
    fitting.sort(key=lambda one: (min(_rank(query, name) for name in names[one]), one))
    start = fitting.index(after.pk) + 1 if after is not None and after.pk in fitting else 0
    page = fitting[start : start + PAGE]
    return Found(told.page(page), names, len(fitting), start + PAGE < len(fitting)) if page else None


def _rank(query: str, name: str) -> tuple[bool, bool, int]:
    return name != query, not name.startswith(query), len(name)


def _fits(query: str, names: Iterable[str]) -> bool:
    return any(name_matches(query=query, name=name) for name in names)


def found_by(query: str, row: PublicSubject, names: Iterable[str]) -> str:
    """The former name by which a subject was found; empty where its present name is the reason."""
    if name_matches(query=query, name=row.name):
        return ""
    return next((name for name in names if name_matches(query=query, name=name)), "")
