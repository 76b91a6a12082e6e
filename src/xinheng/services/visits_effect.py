"""Counts what the visits of a year did: findings by band, visits saved, who was visited how often, ceilings, ratings.

Everything is counted from visits that took place; a finding counts while its record stands. Enterprises and areas appear as
numbers only, officers by certificate number to their head and the auditor (国办发〔2024〕54号; docs/decisions/inspections.md).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import Avg, Count, Max, Q, QuerySet

from xinheng.core.policy import Policy
from xinheng.core.visit_effect import Comparison, Saving, Tally, compare, equal_share, saving
from xinheng.services.coverage import county_of
from xinheng.store.inspections import Draw
from xinheng.store.records import Record
from xinheng.store.visits import Visit, VisitRating, VisitSheet

MINIMUM_VISITS = "inspections.effect_minimum_visits"
MINIMUM_RATINGS = "inspections.effect_minimum_ratings"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which visits: those of organs, in a year, in a line of business or in all."""

    units: Collection[int]
    year: int
    sector: str = ""

    def visits(self) -> QuerySet[Visit]:
        """Those that took place: the team stood at the door."""
        found = Visit.objects.filter(organisation__in=self.units, year=self.year, arrival__isnull=False)
        return found.filter(plan__sector=self.sector) if self.sector else found

    def draws(self) -> QuerySet[Draw]:
        plans = "announcement__plan"
        found = Draw.objects.filter(**{f"{plans}__organisation__in": self.units, f"{plans}__year": self.year})
        return found.filter(announcement__plan__sector=self.sector) if self.sector else found


@dataclass(frozen=True, slots=True)
class BandEffect:
    """One band: enterprises in the pools of the draws, visits made, what was found, and the visits that one rate for
    everybody would have made with the same effort."""

    key: str
    name: str
    population: int
    made: int
    tally: Tally
    equal: Fraction


@dataclass(frozen=True, slots=True)
class OrganRating:
    """``stars``: the mean; None where too few enterprises spoke."""

    organisation: int
    rated: int
    complaints: int
    stars: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """``leads``: checks on a lead, outside every comparison. ``visited``: enterprises by number of visits. ``beyond``: visits
    above the ceiling by reason."""

    bands: tuple[BandEffect, ...]
    leads: Tally
    leads_made: int
    saving: Saving
    minimum: int
    visited: Mapping[int, int]
    made: int
    within: int
    beyond: Mapping[str, int]
    areas: Comparison
    ratings: tuple[OrganRating, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """One visit made. ``failed`` is None until its result is confirmed, and again once its record was withdrawn."""

    pk: int
    subject: int
    organisation: int
    division: str
    sector: str
    band: str | None
    draw: int | None
    number: int
    limit: int
    beyond: str
    failed: bool | None

    @property
    def stratum(self) -> str:
        return f"{self.organisation}:{self.sector}:{self.band}"


@dataclass(slots=True)
class _Bands:
    population: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    equal: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    names: dict[str, str] = field(default_factory=dict)


def effect_of(scope: Scope, *, policy: Policy, on: date) -> Effect:
    """The effect of the visits of a scope."""
    made = _made(scope)
    minimum = policy.parameter(MINIMUM_VISITS, on=on).required()
    tallies = _tallies(made)
    bands = _bands(scope, made, tallies, policy)
    drawn = [one for one in made if one.band is not None and one.failed is not None]
    return Effect(
        bands=bands,
        leads=_tally(one for one in made if one.band is None),
        leads_made=sum(one.band is None for one in made),
        saving=saving(tallies, {one.key: one.population for one in bands if one.population}, minimum=minimum),
        minimum=minimum,
        visited=Counter(Counter(one.subject for one in made).values()),
        made=len(made),
        within=sum(one.number <= one.limit for one in made),
        beyond=Counter(one.beyond for one in made if one.number > one.limit),
        areas=compare(
            (((county_of(one.division, policy),), one.stratum, bool(one.failed)) for one in drawn),
            minimum=minimum,
        ),
        ratings=_ratings(scope, minimum=policy.parameter(MINIMUM_RATINGS, on=on).required()),
    )


def compare_officers(scope: Scope, *, policy: Policy, on: date) -> Comparison:
    """Officers by certificate number: what was found on visits at which they were present, against what the strata of
    these visits let expect. Not a measure of a person; a question for the head."""
    drawn = {one.pk: one for one in _made(scope) if one.band is not None and one.failed is not None}
    last = VisitSheet.objects.filter(visit__in=drawn).values("visit").annotate(last=Max("sequence"))
    latest = {row["visit"]: row["last"] for row in last}
    sheets = VisitSheet.objects.filter(visit__in=drawn).values_list("visit", "sequence", "present")
    return compare(
        (
            (present, drawn[visit].stratum, bool(drawn[visit].failed))
            for visit, sequence, present in sheets
            if latest[visit] == sequence
        ),
        minimum=policy.parameter(MINIMUM_VISITS, on=on).required(),
    )


def years_of(units: Collection[int]) -> list[int]:
    """Years with visits, the newest first."""
    found = Visit.objects.filter(organisation__in=units).order_by().values_list("year", flat=True).distinct()
    return sorted(found, reverse=True)


def _made(scope: Scope) -> list[_Made]:
    rows = list(
        scope.visits()
        .select_related("subject", "plan", "drawn")
        .only(
            *("organisation", "number", "limit", "beyond", "record_key", "plan__sector"),
            *("subject__division_code", "subject__merged_into", "drawn__band", "drawn__draw"),
        )
    )
    keys = [one.record_key for one in rows if one.record_key is not None]
    living = Record.objects.filter(record_key__in=keys, known_until__isnull=True)
    standing = dict(living.values_list("record_key", "seriousness"))
    return [_known(one, standing) for one in rows]


def _known(visit: Visit, standing: Mapping[int, int]) -> _Made:
    seriousness = standing.get(visit.record_key) if visit.record_key is not None else None
    return _Made(
        pk=visit.pk,
        subject=visit.subject.merged_into_id or visit.subject_id,
        organisation=visit.organisation_id,
        division=visit.subject.division_code,
        sector=visit.plan.sector,
        band=visit.drawn.band if visit.drawn else None,
        draw=visit.drawn.draw_id if visit.drawn else None,
        number=visit.number,
        limit=visit.limit,
        beyond=visit.beyond,
        failed=None if seriousness is None else seriousness > 0,
    )


def _tally(made: Iterable[_Made]) -> Tally:
    judged = [one.failed for one in made if one.failed is not None]
    return Tally(len(judged), sum(judged))


def _tallies(made: Collection[_Made]) -> dict[str, Tally]:
    by_band: defaultdict[str, list[_Made]] = defaultdict(list)
    for one in made:
        if one.band is not None:
            by_band[one.band].append(one)
    return {band: _tally(own) for band, own in by_band.items()}


def _bands(
    scope: Scope, made: Collection[_Made], tallies: Mapping[str, Tally], policy: Policy
) -> tuple[BandEffect, ...]:
    """Draws of which nobody was visited yet say nothing, and are left out."""
    by_draw = Counter(one.draw for one in made if one.draw is not None)
    found = _Bands(made=Counter(one.band for one in made if one.band is not None))
    contents = scope.draws().filter(pk__in=by_draw).values_list("pk", "announcement__content")
    for draw, content in contents:
        populations = {one["key"]: one["population"] for one in content["strata"]}
        found.names |= {one["key"]: one["name"] for one in content["strata"]}
        found.population.update(populations)
        for band, share in equal_share(by_draw[draw], populations).items():
            found.equal[band] += share
    order = {band.key: place for place, band in enumerate(policy.grading.strata)}
    known = sorted({*found.population, *found.made}, key=lambda key: (order.get(key, len(order)), key))
    return tuple(
        BandEffect(
            key=key,
            name=found.names.get(key, key),
            population=found.population[key],
            made=found.made[key],
            tally=tallies.get(key, Tally()),
            equal=found.equal[key],
        )
        for key in known
    )


def _ratings(scope: Scope, *, minimum: int) -> tuple[OrganRating, ...]:
    rows = (
        VisitRating.objects.filter(visit__in=scope.visits())
        .values("visit__organisation")
        .annotate(rated=Count("id"), complaints=Count("id", filter=Q(complains=True)), stars=Avg("stars"))
        .order_by("visit__organisation")
    )
    return tuple(
        OrganRating(
            row["visit__organisation"],
            row["rated"],
            row["complaints"],
            row["stars"] if row["rated"] >= minimum else None,
        )
        for row in rows
    )
