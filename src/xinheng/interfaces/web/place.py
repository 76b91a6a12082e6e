"""Who publishes this site: the city, the names on its head and foot, and the one colour it chooses.

The colours are a closed set, each at least 4.5 to 1 on white, because a strict content policy forbids styles
in a page.
"""

from dataclasses import dataclass
from enum import StrEnum

from xinheng.core.policy import Policy


class Accent(StrEnum):
    """Names of the rules ``[data-accent=…]`` in tokens.css."""

    BLUE = "blue"
    TEAL = "teal"
    INDIGO = "indigo"
    PLUM = "plum"
    UMBER = "umber"
    MOSS = "moss"


INKS = {
    Accent.BLUE: "#1d4f91",
    Accent.TEAL: "#0f5e66",
    Accent.INDIGO: "#3b3f8f",
    Accent.PLUM: "#6b2f63",
    Accent.UMBER: "#6b4423",
    Accent.MOSS: "#4a5d1f",
}
"""The colours of the accents, as tokens.css has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """``chop`` are the two to four characters of the emblem; ``seal_url`` an image that replaces it."""

    code: str
    city: str
    portal: str
    chop: str = "信衡"
    accent: Accent = Accent.BLUE
    organiser: str = ""
    contact: str = ""
    seal_url: str = ""
    home: str = "/"


def place_of(policy: Policy, county: str = "") -> Place:
    """The place that a city's policy names, or the county that has a portal, with the accent that comes nearest to its
    colour."""
    city = policy.city
    portal = policy.counties[county].portal if county else None
    if portal is not None:
        return Place(
            code=county,
            city=policy.counties[county].name,
            portal=portal.name,
            chop=_chop(portal.name),
            accent=nearest_accent(portal.accent),
            organiser=portal.organiser,
            home=f"/county/{county}/",
        )
    lead = policy.agencies.agencies[city.lead[0]]
    return Place(
        code=city.code,
        city=city.name,
        portal=city.portal_name,
        chop=_chop(city.portal_name),
        accent=nearest_accent(city.accent),
        organiser=lead.name,
    )


def nearest_accent(colour: str) -> Accent:
    """``colour`` as ``#rrggbb``."""
    wanted = _channels(colour)
    return min(INKS, key=lambda accent: _distance(wanted, _channels(INKS[accent])))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum((left - right) ** 2 for left, right in zip(one, other, strict=True))


def _chop(portal: str) -> str:
    """The name of the portal where it has room for it, as a seal would; else its first two characters."""
    return portal if portal.isalpha() and len(portal) <= 4 else portal[:2]
