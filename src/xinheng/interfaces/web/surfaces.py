"""The surfaces on which the public, or whoever holds a key, could read of an enterprise, and a scanner for what has ended.

Each module of addresses names its surfaces beside its routes; a route without one fails a test. The scanner asks every
surface what it says and looks for words and numbers of what has ended (legal guard G9; SJZ-(十三), NY-五(六)).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch


class Openness(StrEnum):
    """Who can ask a surface. What stands behind a sign-in of its own enterprise, or is no page, is tested with it."""

    PUBLIC = "public"
    KEY = "key"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Of whom and what a surface is asked: ids of the subject, of its publications and of the run it was graded by, keys of
    lists and ids of releases on which it stood, numbers of reports that the public got, ids of snapshots of open data and
    names of their files."""

    subject: str
    code: str
    name: str
    publications: tuple[int, ...] = ()
    runs: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    open_files: tuple[str, ...] = ()


Ask = Callable[[About], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Surface:
    """One route, by its name without the namespace. ``asks`` gives the addresses at which it could speak of somebody;
    without it the bare address is asked. ``why``: why it is closed or cannot be asked by name."""

    route: str
    asks: Ask | None = None
    openness: Openness = Openness.PUBLIC
    why: str = ""

    def addresses(self, namespace: str, about: About) -> list[str]:
        if self.openness is Openness.CLOSED:
            return []
        if self.asks is not None:
            return list(self.asks(about))
        try:
            return [reverse(f"{namespace}:{self.route}")]
        except NoReverseMatch:
            return []


@dataclass(frozen=True, slots=True)
class Leak:
    """A surface that still says what has ended."""

    surface: str
    address: str
    word: str


def speaking_of(route: str, *parts: str) -> Ask:
    """Addresses of a route whose parts are fields of ``About``; each value of a field with many is asked."""

    def asked(about: About) -> Iterator[str]:
        rows: list[list[object]] = [[]]
        for part in parts:
            value = getattr(about, part)
            values = value if isinstance(value, tuple) else (value,)
            rows = [[*row, one] for row in rows for one in values]
        for row in rows:
            yield reverse(route, args=row)

    return asked


def with_query(route: str, *queries: str) -> Ask:
    """The bare address, and one with each query; ``{name}`` and ``{code}`` stand for those of the subject."""

    def asked(about: About) -> Iterator[str]:
        address = reverse(route)
        yield address
        for query in queries:
            yield f"{address}?{query.format(name=about.name, code=about.code, subject=about.subject)}"

    return asked


def registered() -> dict[str, tuple[Surface, ...]]:
    """Surfaces by namespace, as the mounted modules of addresses name them."""
    found = {}
    for resolver in _namespaces():
        found[str(resolver.namespace)] = tuple(getattr(resolver.urlconf_module, "SURFACES", ()))
    return found


def unregistered() -> list[str]:
    """Routes of namespaces with surfaces that none of them names."""
    missing = []
    for resolver in _namespaces():
        named = {surface.route for surface in getattr(resolver.urlconf_module, "SURFACES", ())}
        routes = {route.name for route in resolver.url_patterns if isinstance(route, URLPattern)}
        missing += [f"{resolver.namespace}:{name}" for name in sorted(routes - named, key=str)]
    return missing


def _namespaces() -> list[URLResolver]:
    """What is mounted for others than officers."""
    return [
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace and one.namespace != "office"
    ]


def leaks(
    about: About, words: Iterable[str], *, ask: Callable[[str], HttpResponseBase], openness: Openness
) -> Iterator[Leak]:
    """Ask every surface of an openness and report each word of what has ended that it still says."""
    wanted = tuple(words)
    for namespace, surfaces in registered().items():
        for surface in surfaces:
            if surface.openness is not openness:
                continue
            for address in surface.addresses(namespace, about):
                text = _text(ask(address))
                for word in wanted:
                    if word in text:
                        yield Leak(f"{namespace}:{surface.route}", address, word)


def _text(answer: HttpResponseBase) -> str:
    body: bytes = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers}\n{body.decode('utf-8', errors='replace')}"
