"""Lays what the office has published over the files of the city's pack: of each feed, calendar year, model, local
supplement to the catalogue and policy of supervision the version in force on a day. A model may also be retired from a day on. The office and the public pages read policy alike
(《优化营商环境条例》第五十三条).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinheng.core.catalogue import Catalogue
from xinheng.core.catalogue_change import parse_supplement, with_supplements
from xinheng.core.days import CalendarYear
from xinheng.core.feeds import Feed
from xinheng.core.grading import GradingPolicy
from xinheng.core.models import parse_model
from xinheng.core.policy import Policy, overlaid
from xinheng.core.policy_file import parse

FEED, CALENDAR, MODEL, CATALOGUE, GRADING = "feed", "calendar", "model", "catalogue", "grading"
RETIRED = "retired"
"""Key of the body by which a version of a model says that there is none from its first day on."""


@dataclass(frozen=True, slots=True)
class Published:
    """``number`` grows with each version; of two from one day the later one holds."""

    number: int
    kind: str
    key: str
    body: Mapping[str, Any]
    from_on: date


def living(versions: Iterable[Published], *, on: date | None) -> dict[tuple[str, str], Published]:
    """By kind and key; ``on`` None takes the last of each, in force or not."""
    found: dict[tuple[str, str], Published] = {}
    for version in sorted(versions, key=lambda version: (version.from_on, version.number)):
        if on is None or version.from_on <= on:
            found[version.kind, version.key] = version
    return found


def laid_over(seed: Policy, versions: Iterable[Published], *, on: date | None) -> Policy:
    """The seed itself where nothing is in force. A feed of an item that has left the catalogue reads nothing more."""
    found = living(versions, on=on)
    if not found:
        return seed
    models = {key: version.body for (kind, key), version in found.items() if kind == MODEL}
    catalogue = supplemented(seed.catalogue, found.values())
    feeds = [
        parse(Feed, version.body, file=f"feeds/{key}")
        for (kind, key), version in found.items()
        if kind == FEED
    ]
    return overlaid(
        seed,
        feeds=[feed for feed in feeds if feed.item is None or feed.item in catalogue.items],
        years=[
            parse(CalendarYear, version.body, file=f"calendar/{key}")
            for (kind, key), version in found.items()
            if kind == CALENDAR
        ],
        models=[
            parse_model(body, file=f"models/{key}") for key, body in models.items() if not body.get(RETIRED)
        ],
        catalogue=catalogue,
        gradings=[
            parse(GradingPolicy, version.body, file=f"grading/{key}")
            for (kind, key), version in found.items()
            if kind == GRADING
        ],
        retired=[key for key, body in models.items() if body.get(RETIRED)],
    )


def supplemented(catalogue: Catalogue, versions: Iterable[Published]) -> Catalogue:
    """The catalogue with the supplements among ``versions``."""
    return with_supplements(
        catalogue, [parse_supplement(version.body) for version in versions if version.kind == CATALOGUE]
    )
