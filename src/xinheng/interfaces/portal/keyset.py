"""Pages by key: a page begins after the last row of the one before, however many rows come and go in between.

The key stands in the address; one that nobody gave out leads to the first page.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict

from xinheng.interfaces.web.parts import Paging

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)
_TOKEN = re.compile(r"(-|\d{4}-\d\d-\d\d)\.(\d{1,18})")
OLDER, NEWER = "older", "newer"


@dataclass(frozen=True, slots=True)
class Key:
    """Where a row stands in an order by day and number, newest first, those without a day last."""

    day: date | None
    number: int

    def __str__(self) -> str:
        return f"{self.day or '-'}.{self.number}"


def read_key(text: str) -> Key | None:
    """The key in an address; None for anything else."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    try:
        return Key(None if found[1] == "-" else date.fromisoformat(found[1]), int(found[2]))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Turned(Generic[Row]):
    """One page, newest row first, and the keys from which its neighbours begin."""

    rows: list[Row]
    newer: Key | None
    older: Key | None


Fetch = Callable[[Key | None, bool, int], Sequence[Row]]
"""(key, towards older rows, how many) → rows beyond the key, the nearest first."""


def turn(
    fetch: Fetch[Row], *, key_of: Callable[[Row], Key], older: Key | None, newer: Key | None, size: int
) -> Turned[Row]:
    """The page that lies beyond a key; ``older`` wins where an address names both."""
    if newer is not None and older is None:
        rows = list(fetch(newer, False, size + 1))
        more = len(rows) > size
        rows = rows[:size][::-1]
        if rows:
            return Turned(rows, key_of(rows[0]) if more else None, key_of(rows[-1]))
    rows = list(fetch(older, True, size + 1))
    more = len(rows) > size
    rows = rows[:size]
    first = key_of(rows[0]) if rows and older is not None else None
    return Turned(rows, first, key_of(rows[-1]) if more else None)


def beyond_day(key: Key | None, back: bool) -> Q:
    """Rows that have a day (``decided_on``), beyond a key."""
    if key is None or key.day is None:
        return Q()
    if back:
        return Q(decided_on__lte=key.day) & (Q(decided_on__lt=key.day) | Q(id__lt=key.number))
    return Q(decided_on__gte=key.day) & (Q(decided_on__gt=key.day) | Q(id__gt=key.number))


def turn_by_number(known: QuerySet[M], request: HttpRequest, *, size: int) -> Turned[M]:
    """The page that an address asks for of rows that go by their number alone."""

    def fetch(key: Key | None, back: bool, limit: int) -> Sequence[M]:
        rows = known.order_by("-id" if back else "id")
        if key is not None:
            rows = rows.filter(id__lt=key.number) if back else rows.filter(id__gt=key.number)
        return list(rows[:limit])

    older, newer = keys_in(request.GET)
    return turn(fetch, key_of=lambda row: Key(None, row.pk), older=older, newer=newer, size=size)


def keys_in(parameters: QueryDict) -> tuple[Key | None, Key | None]:
    """(older, newer) of an address."""
    return read_key(parameters.get(OLDER, "")), read_key(parameters.get(NEWER, ""))


def paging(request: HttpRequest, turned: Turned[Row], *, total: int | None = None) -> Paging | None:
    """The links to the neighbours, with the filters of this address; None where this page is all there is."""
    if turned.newer is None and turned.older is None and total is None:
        return None
    return Paging(
        previous_url=with_key(request, NEWER, turned.newer),
        next_url=with_key(request, OLDER, turned.older),
        shown=len(turned.rows),
        total=total,
    )


def with_key(request: HttpRequest, name: str, key: object | None) -> str:
    """This address with another key; empty where there is none."""
    if key is None:
        return ""
    query = request.GET.copy()
    for known in (OLDER, NEWER):
        query.pop(known, None)
    query[name] = str(key)
    return f"?{query.urlencode()}"
