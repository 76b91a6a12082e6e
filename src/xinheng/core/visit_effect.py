"""What past visits show: how often they found something in each band, what drawing by grade saved, who stands apart.

Counts in, figures out. Nothing here judges an enterprise or an officer: with few visits a rate is mostly chance, so each
carries its interval, and comparisons of few visits are not shown (国办发〔2024〕54号; legal guard G7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

NORMAL_95 = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Visits with a confirmed result, and how many of them found something."""

    visits: int = 0
    hits: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.visits + other.visits, self.hits + other.hits)

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.hits, self.visits) if self.visits else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson interval of the rate at 95 %, from 0 to 1; all that is possible where nobody was visited."""
        return wilson(self.hits, self.visits)


def wilson(hits: int, visits: int) -> tuple[float, float]:
    """Bounds of a rate (Wilson 1927), from 0 to 1. ``ValueError`` for counts that cannot be."""
    if not 0 <= hits <= visits:
        raise ValueError(f"{hits} of {visits}")
    if visits == 0:
        return 0.0, 1.0
    rate, square = hits / visits, NORMAL_95**2
    middle = rate + square / (2 * visits)
    reach = NORMAL_95 * sqrt(rate * (1 - rate) / visits + square / (4 * visits**2))
    scale = 1 + square / visits
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def equal_share(made: int, populations: Mapping[str, int]) -> dict[str, Fraction]:
    """As many visits as were made, spread over the bands of one draw at one rate for everybody."""
    total = sum(populations.values())
    return {band: Fraction(made * held, total) for band, held in populations.items()} if total else {}


@dataclass(frozen=True, slots=True)
class Saving:
    """``needed``: visits that one rate for everybody would have made to find as much; None where ``unknown`` names bands
    of which too little is known to say. ``visits`` and ``hits`` are what was made and found."""

    visits: int
    hits: int
    base: Fraction | None
    needed: Fraction | None
    unknown: tuple[str, ...] = ()

    @property
    def saved(self) -> Fraction | None:
        """Below zero where drawing by grade took more visits than one rate would have."""
        return None if self.needed is None else self.needed - self.visits


def saving(tallies: Mapping[str, Tally], populations: Mapping[str, int], *, minimum: int) -> Saving:
    """What drawing by grade saved. The base rate weighs the rate of each band by its population.

    A band with fewer than ``minimum`` visits says too little; so does a base rate of zero.
    """
    total = sum((tallies.get(band, Tally()) for band in populations), Tally())
    few = tuple(
        band for band, held in populations.items() if held and tallies.get(band, Tally()).visits < minimum
    )
    people = sum(populations.values())
    if few or not people:
        return Saving(total.visits, total.hits, None, None, few)
    base = sum((tallies[band].rate or Fraction(0)) * held for band, held in populations.items() if held)
    rate = Fraction(base) / people
    return Saving(total.visits, total.hits, rate, total.hits / rate if rate else None)


@dataclass(frozen=True, slots=True)
class Compared:
    """One officer or area: what was found, and what the strata visited let expect. ``apart``: the expected rate lies
    outside the interval, a question to ask and no finding."""

    name: str
    tally: Tally
    expected: Fraction

    @property
    def apart(self) -> bool:
        low, high = self.tally.interval
        return not low <= self.expected / self.tally.visits <= high


@dataclass(frozen=True, slots=True)
class Comparison:
    """``rows`` with enough visits to be shown; ``hidden`` counts the others."""

    rows: tuple[Compared, ...]
    hidden: int


def compare(visits: Iterable[tuple[Iterable[str], str, bool]], *, minimum: int) -> Comparison:
    """Compares names by what they found against what the strata they visited let expect.

    ``visits``: names (a team has several), stratum, whether something was found. Names with fewer than ``minimum`` visits
    are counted and not shown.
    """
    known = [(tuple(names), stratum, failed) for names, stratum, failed in visits]
    strata: dict[str, Tally] = {}
    for _, stratum, failed in known:
        strata[stratum] = strata.get(stratum, Tally()) + Tally(1, int(failed))
    tallies: dict[str, Tally] = {}
    expected: dict[str, Fraction] = {}
    for names, stratum, failed in known:
        for name in names:
            tallies[name] = tallies.get(name, Tally()) + Tally(1, int(failed))
            expected[name] = expected.get(name, Fraction(0)) + (strata[stratum].rate or Fraction(0))
    shown = tuple(
        Compared(name, tallies[name], expected[name])
        for name in sorted(tallies)
        if tallies[name].visits >= minimum
    )
    return Comparison(shown, len(tallies) - len(shown))
