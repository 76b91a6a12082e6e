"""Whatever stands in the address of a page, the page answers or refuses: odd keys, and odd values of every name that it reads.

The names are not listed anywhere: a page is asked once while somebody notes what it looks up in the query. Of the odd
values each page gets a few, by a chance that is the same each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter
from tests.interfaces.office_people import signed_in
from tests.interfaces.own_space import visitor_of
from tests.interfaces.portal_city import a_subject, an_act, portal_reads_default
from tests.people import People, make_user

from xinheng.core.roles import Role

pytestmark = [pytest.mark.usefixtures("office_clock", "uploads"), pytest.mark.row("M17-01")]
KEYS = ("x", "甲' OR 1=1--", "a" * 300, "\x00", "..", "9" * 30)
NUMBERS = (0, 2**63, 10**30)
TOGETHER = (
    "",
    "x",
    "甲<script>",
    "\x00",
    "-1",
    "9" * 30,
    "2026-02-30",
    "0001-01-01",
    "..%2f",
    "\ud800",
    "a" * 5000,
)


def _routes(
    found: list[Any] | None = None, before: str = "", kinds: dict[str, Any] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Templates of addresses with the converters of their parts."""
    for one in get_resolver().url_patterns if found is None else found:
        place, known = f"{before}{one.pattern}", {**(kinds or {}), **one.pattern.converters}
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, place, known)
        elif isinstance(one, URLPattern) and hasattr(one.pattern, "_route"):
            yield place, known


def _addresses(room: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, kinds in _routes():
        office, own = place.startswith("office/"), place.startswith("own/")
        foreign = place.startswith(("api/", "account/", "gallery/", "static/"))
        if not foreign and room == ("office" if office else "own" if own else "public"):
            yield place, kinds


def _filled(place: str, kinds: dict[str, Any], value: Any, known: str) -> str:
    for name, converter in kinds.items():
        given = known if name == "subject" and known else value
        number = isinstance(converter, IntConverter)
        put = given if number == isinstance(given, int) else (7 if number else "x")
        shape = (
            f"<{name}>"
            if f"<{name}>" in place
            else next(
                place[at : place.index(">", at) + 1]
                for at in range(len(place))
                if place.startswith("<", at) and place[at : place.index(">", at)].endswith(f":{name}")
            )
        )
        place = place.replace(shape, quote(str(put), safe=""))
    return f"/{place}"


@contextmanager
def _noting(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names that are looked up in a query meanwhile."""
    names: set[str] = set()
    with monkeypatch.context() as patch:
        for method in ("__getitem__", "get", "getlist", "__contains__"):
            original = getattr(QueryDict, method)

            def noted(self: QueryDict, key: Any, *more: Any, _to: Any = original, **given: Any) -> Any:
                names.add(str(key))
                return _to(self, key, *more, **given)

            patch.setattr(QueryDict, method, noted)
        yield names


def _client(room: str, people: People) -> tuple[Client, str]:
    """Somebody who may open most of a room, and the number of an enterprise there."""
    firm = a_subject("开封样例食品有限公司")
    an_act(firm, people)
    if room == "own":
        client = visitor_of(firm, people.wang)
    elif room == "office":
        roles = [one for one in Role if one not in {Role.ENTERPRISE_OWNER, Role.ENTERPRISE_AGENT}]
        client = signed_in(make_user("all", "全职", people.city, *roles))
    else:
        client = Client()
    client.raise_request_exception = False
    return client, firm.public_id


@pytest.mark.parametrize("room", ["public", "own", "office"])
def test_no_address_breaks_a_page(room: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    client, known = _client(room, people)
    broken: list[tuple[str, dict[str, str]]] = []
    asked = 0

    def ask(address: str, query: dict[str, str]) -> None:
        nonlocal asked
        asked += 1
        cache.clear()
        given = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query.items())
        with portal_reads_default(), transaction.atomic():
            answer = client.get(address, QUERY_STRING=given)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            broken.append((address, query))

    chance = Random(room)
    for place, kinds in _addresses(room):
        numbers = any(isinstance(one, IntConverter) for one in kinds.values())
        for value in chance.sample(NUMBERS if numbers else KEYS, 1) if kinds else ():
            ask(_filled(place, kinds, value, ""), {})
        address = _filled(place, kinds, "x", known)
        with _noting(monkeypatch) as names:
            ask(address, {})
        for value in chance.sample(TOGETHER, 1) if names else ():
            ask(address, dict.fromkeys(names, value))
    assert broken == []
    assert asked > 100
