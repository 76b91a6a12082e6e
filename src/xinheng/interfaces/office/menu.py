"""The menu of one person: the entries whose routes this person's roles open somewhere."""

from datetime import date
from functools import lru_cache

from django.urls import NoReverseMatch, resolve, reverse

from xinheng.core.access import Actor, may_somewhere
from xinheng.core.roles import Verb
from xinheng.interfaces.web.menus import OFFICE
from xinheng.interfaces.web.parts import Link, MenuGroup


def menu_of(actor: Actor, *, on: date, current: str) -> list[MenuGroup]:
    """Groups without entries are left out."""
    groups = []
    for label, routes in OFFICE:
        links = [
            Link(route.label, url, current=current in (route.name, *route.under))
            for route in routes
            if (url := _open(route.name, actor, on=on))
        ]
        if links:
            groups.append(MenuGroup(label, links))
    return groups


def first_page(actor: Actor, *, on: date) -> str:
    """Where this person's work begins; empty for somebody without a role."""
    return next((link.url for group in menu_of(actor, on=on, current="") for link in group.links), "")


def _open(name: str, actor: Actor, *, on: date) -> str:
    url, verbs = _route(name)
    return url if any(may_somewhere(actor, verb, on=on) for verb in verbs) else ""


@lru_cache(maxsize=64)
def _route(name: str) -> tuple[str, tuple[Verb, ...]]:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return "", ()
    verbs: tuple[Verb, ...] = getattr(resolve(url).func, "verbs", ())
    return url, verbs
