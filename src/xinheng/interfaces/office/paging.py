"""Pages of long lists by key, forwards and back, with the filters kept in the address."""

from collections.abc import Container, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from xinheng.interfaces.web.parts import Paging

SIZE = 50
_KEYS = ("after", "before")
M = TypeVar("M", bound=Model)
T = TypeVar("T")


def address(request: HttpRequest, **changes: Any) -> str:
    """The address of this page with other parameters; empty ones are left out, paging starts anew."""
    query = request.GET.copy()
    for key in _KEYS:
        query.pop(key, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in ("", None):
            query[key] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def newest_first(rows: QuerySet[M], request: HttpRequest, *, size: int = SIZE) -> tuple[list[M], Paging]:
    """A page in falling order of the primary key."""
    after, before = (number(request, key) for key in _KEYS)
    if before is not None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
        page, earlier, later = found[:size][::-1], True, len(found) > size
    else:
        below = rows if after is None else rows.filter(pk__lt=after)
        found = list(below.order_by("-pk")[: size + 1])
        page, earlier, later = found[:size], len(found) > size, after is not None
    return page, Paging(
        previous_url=address(request, before=page[0].pk) if later and page else "",
        next_url=address(request, after=page[-1].pk) if earlier and page else "",
        shown=len(page),
    )


def oldest_first(rows: QuerySet[M], request: HttpRequest, *, size: int = SIZE) -> tuple[list[M], Paging]:
    """A page in rising order of the primary key."""
    after, before = (number(request, key) for key in _KEYS)
    if before is not None:
        found = list(rows.filter(pk__lt=before).order_by("-pk")[: size + 1])
        page, earlier, later = found[:size][::-1], len(found) > size, True
    else:
        above = rows if after is None else rows.filter(pk__gt=after)
        found = list(above.order_by("pk")[: size + 1])
        page, earlier, later = found[:size], after is not None, len(found) > size
    return page, Paging(
        previous_url=address(request, before=page[0].pk) if earlier and page else "",
        next_url=address(request, after=page[-1].pk) if later and page else "",
        shown=len(page),
    )


def in_memory(rows: Sequence[T], request: HttpRequest, *, size: int = SIZE) -> tuple[Sequence[T], Paging]:
    """A page of a list that is whole at hand; the key is the place."""
    start = min(max(number(request, "after") or 0, 0), max(len(rows) - 1, 0))
    page = rows[start : start + size]
    return page, Paging(
        previous_url=address(request, after=start - size if start > size else None) if start else "",
        next_url=address(request, after=start + size) if start + size < len(rows) else "",
        shown=len(page),
        total=len(rows),
    )


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number in the address; None where there is none or something else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def chosen(request: HttpRequest, name: str, options: Container[str]) -> str:
    """A parameter, if it is one of the options."""
    value = request.GET.get(name, "")
    return value if value in options else ""
