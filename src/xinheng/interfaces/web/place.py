"""Who publishes this site: the city, the names on its head and foot, and the one colour it chooses.

The colours are a closed set, each at least 4.5 to 1 on white, because a strict content policy forbids styles
in a page.
"""

from dataclasses import dataclass
from enum import StrEnum


class Accent(StrEnum):
    """Names of the rules ``[data-accent=…]`` in tokens.css."""

    BLUE = "blue"
    TEAL = "teal"
    INDIGO = "indigo"
    PLUM = "plum"
    UMBER = "umber"
    MOSS = "moss"


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


UNNAMED = Place(code="", city="", portal="信用公示")
