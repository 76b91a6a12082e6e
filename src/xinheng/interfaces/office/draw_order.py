"""The column 先去 of a draw: who is visited first within a stratum by the points table in force, each point explained.

Off until somebody asks for it, and without a table that two persons adopted there is nothing to ask for. It changes neither whom
nor how many (legal guard G7).
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.paging import address
from xinheng.planning.drift import Verdict
from xinheng.services.risk_order import Adopted, Place, adopted, places_of, watched
from xinheng.services.visits import MOST
from xinheng.store.inspections import Draw, DrawnObject

RISK = "risk"


@dataclass(frozen=True, slots=True)
class Ordering:
    """``shown``: what the page says of the order, None where no table is in force; ``places`` by place in the draw, empty
    while the order is off."""

    shown: dict[str, Any] | None = None
    places: dict[int, Place] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        return bool(self.shown and self.shown["on"])


def ordering_of(call: Call, draw: Draw) -> Ordering:
    held = adopted(on=call.today)
    if held is None:
        return Ordering()
    on = call.request.GET.get("order") == RISK
    places = places_of(draw, held.table, policy=call.policy, on=call.today) if on else {}
    last = watched(on=call.today)
    shown = {
        "on": on,
        "url": address(call.request, order=RISK),
        "off_url": address(call.request, order=""),
        "compared": _compared(held),
        "drifted": last is not None and last.verdict is Verdict.DRIFT,
        "first": MOST,
        "count": len(places),
    }
    return Ordering(shown, places)


def _compared(held: Adopted) -> str:
    half = held.trial.half
    if not half:
        return f"这张积分表没有可用的回测：{held.trial.why}"
    return (
        f"回测：先查一半，按积分查出全部问题的 {half['model'] / 10:.1f}%，随机为 {half['random'] / 10:.1f}%。"
    )


def in_order(objects: QuerySet[DrawnObject], ordering: Ordering, strata: list[str]) -> list[DrawnObject]:
    """Those who can be ordered, stratum by stratum, who goes first in front: as many as one dispatch takes."""
    place = {key: number for number, key in enumerate(strata)}
    found = objects.filter(position__in=ordering.places)
    return sorted(
        found, key=lambda one: (place.get(one.band, len(place)), ordering.places[one.position].rank)
    )[:MOST]


def place_words(place: Place | None) -> dict[str, Any] | None:
    """Rank, points and what they add up from."""
    if place is None:
        return None
    return {
        "rank": place.rank,
        "points": place.points,
        "parts": [f"{title} {points:+d}" for title, points in place.parts],
    }
