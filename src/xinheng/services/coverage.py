"""What should come and came: each item of each department by period, and the matrix of departments, items and places.

An item is covered in a period by a delivery or by a signed statement that there was nothing. The coverage rate
(归集覆盖率) counts items; the matrix counts subjects times items (户·项覆盖率): a department that accounts for an item
covers all subjects of a place; one that does not covers those of whom the city knows something (平信用〔2021〕1号).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Max, Min
from django.db.models.functions import TruncMonth

from xinheng.core.catalogue import Item
from xinheng.core.collection_cycle import Arrival, Span, Standing, Stood, due_day, every, span_of, stood
from xinheng.core.days import DueDate
from xinheng.core.duties import Owing
from xinheng.core.policy import Policy
from xinheng.core.quality_score import Rate
from xinheng.core.refusal import Refusal
from xinheng.services.duties import owed
from xinheng.services.statistics import due_items
from xinheng.services.time import SHANGHAI, day_of, end_of
from xinheng.store.batches import Batch, BatchState
from xinheng.store.organisations import Organisation, OrganisationKind
from xinheng.store.quality import NothingStatement, SubjectCount
from xinheng.store.subjects import SubjectKind

ELSEWHERE = ""
"""Key of the place of subjects whose code names none of the city's counties."""
REGISTERED_BY: Mapping[str, frozenset[str]] = {
    "market_regulation": frozenset({"enterprise", "branch", "sole_trader", "cooperative"}),
    "civil_affairs": frozenset({"social_organisation"}),
    "establishment": frozenset({"public_institution", "government"}),
}
"""Which kinds of subject a sector registers (first character of the code, GB 32100); the others it cannot supply."""
_Duty = tuple[Organisation, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """An item of a department and how it stands in a period."""

    organisation: Organisation
    item: int
    stood: Stood
    statement: NothingStatement | None = None


def grace(policy: Policy, *, on: date) -> int:
    """Work-days after a period within which it is still in time."""
    return policy.parameter("quality.due_workdays", on=on).required()


def duties_of(organisations: Iterable[Organisation], *, policy: Policy, on: date) -> list[_Duty]:
    """Items that a department's list of powers and duties asks of it, and those it has delivered before.

    Where no list of it was imported, the catalogue says who supplies an item.
    """
    lists = owed(policy=policy, on=on)
    units = list(organisations)
    delivered: defaultdict[int, set[int]] = defaultdict(set)
    rows = Batch.objects.filter(state=BatchState.LOADED, item__isnull=False, organisation__in=units)
    for organisation, item in rows.order_by().values_list("organisation", "item").distinct():
        if item is not None:
            delivered[organisation].add(item)
    found: list[_Duty] = []
    for unit in units:
        listed = lists.items_of(unit.key)
        asked = due_items(unit.key, policy) if listed is None else listed
        found += [(unit, item) for item in sorted(asked | delivered[unit.pk])]
    return found


def cells(
    organisations: Iterable[Organisation], *, policy: Policy, month: date, today: date
) -> tuple[Cell, ...]:
    """How each item stands in its period that holds ``month``."""
    duties = duties_of(organisations, policy=policy, on=today)
    spans = {item: span_of(every(policy.catalogue.item(item).cycle), month) for _, item in duties}
    return tuple(_cells(duties, spans, policy=policy, today=today))


def closed_cells(organisations: Iterable[Organisation], *, policy: Policy, today: date) -> tuple[Cell, ...]:
    """How each item stands in its last period that is over."""
    duties = duties_of(organisations, policy=policy, on=today)
    spans = {item: span_of(every(policy.catalogue.item(item).cycle), today).before for _, item in duties}
    return tuple(_cells(duties, spans, policy=policy, today=today))


@dataclass(frozen=True, slots=True)
class _Known:
    """Deliveries and statements that are known, by organisation and item."""

    came: Mapping[tuple[int, int], list[Arrival]]
    said: Mapping[tuple[int, int, date], NothingStatement]


def _known(duties: Iterable[_Duty], *, since: date, today: date) -> _Known:
    units = {unit.pk for unit, _ in duties}
    statements = NothingStatement.objects.filter(organisation__in=units, withdrawn_at__isnull=True)
    said = {
        (statement.organisation_id, statement.item, statement.start_on): statement
        for statement in statements.select_related("signed_by")
    }
    return _Known(arrivals(units, since=since, known_by=today), said)


def _cells(
    duties: Collection[_Duty],
    spans: Mapping[int, Span],
    *,
    policy: Policy,
    today: date,
    known: _Known | None = None,
) -> Iterator[Cell]:
    if not duties:
        return
    if known is None:
        known = _known(duties, since=min(spans.values()).start, today=today)
    terms = {span: _term(span, policy=policy, today=today) for span in set(spans.values())}
    for unit, item in duties:
        span = spans[item]
        due, grace_until = terms[span]
        came = known.came.get((unit.pk, item), [])
        statement = known.said.get((unit.pk, item, span.start))
        found = stood(
            span,
            came[bisect_left(came, span.start, key=lambda arrival: arrival.on) :],
            nothing=statement is not None,
            due=due,
            grace_until=grace_until,
            today=today,
        )
        yield Cell(unit, item, found, statement)


def _term(span: Span, *, policy: Policy, today: date) -> tuple[DueDate, date]:
    """The due day of a period, and that of the one before."""
    workdays, calendar = grace(policy, on=today), policy.calendar
    due = due_day(span, workdays=workdays, calendar=calendar)
    return due, due_day(span.before, workdays=workdays, calendar=calendar).on


def cells_by_month(
    organisations: Iterable[Organisation], *, policy: Policy, months: Iterable[date], today: date
) -> dict[date, tuple[Cell, ...]]:
    """How each item stands in its period that holds a month, by the first day of each month."""
    duties = duties_of(organisations, policy=policy, on=today)
    kinds = {item: every(policy.catalogue.item(item).cycle) for _, item in duties}
    wanted = {month: {item: span_of(kind, month) for item, kind in kinds.items()} for month in months}
    starts = [span.start for spans in wanted.values() for span in spans.values()]
    if not starts:
        return dict.fromkeys(wanted, ())
    known = _known(duties, since=min(starts), today=today)
    return {
        month: tuple(_cells(duties, spans, policy=policy, today=today, known=known))
        for month, spans in wanted.items()
    }


def arrivals(
    organisations: Iterable[int], *, since: date, known_by: date
) -> dict[tuple[int, int], list[Arrival]]:
    """Deliveries since a day, by organisation and item, in order of their days.

    Of those of one month that bring records of the same months only the first and the last are told.
    """
    rows = Batch.objects.filter(
        state=BatchState.LOADED,
        item__isnull=False,
        organisation__in=list(organisations),
        received_at__gte=datetime.combine(since, time(), SHANGHAI),
        received_at__lt=end_of(known_by),
    )
    told = (
        rows.annotate(month=TruncMonth("received_at", tzinfo=SHANGHAI))
        .order_by()
        .values_list("organisation", "item", "month", "marks__months")
        .annotate(Min("received_at"), Max("received_at"))
    )
    found: defaultdict[tuple[int, int], list[Arrival]] = defaultdict(list)
    for organisation, item, _, months, first, last in told:
        days = {day_of(first), day_of(last)}
        if item is not None:
            found[organisation, item] += [Arrival(day, frozenset(months or ())) for day in days]
    for own in found.values():
        own.sort(key=lambda arrival: arrival.on)
    return found


def overdue(organisations: Iterable[Organisation], *, policy: Policy, today: date) -> list[Cell]:
    """迟报清单: items whose last period is over and unaccounted for, longest overdue first."""
    found = [
        cell
        for cell in closed_cells(organisations, policy=policy, today=today)
        if cell.stood.standing is Standing.OVERDUE
    ]
    return sorted(found, key=lambda cell: (cell.stood.due.on, cell.organisation.pk, cell.item))


def to_remind(organisations: Iterable[Organisation], *, policy: Policy, today: date) -> list[Cell]:
    """Items that are due within the days of reminding, or overdue; these alone while the days are to be confirmed."""
    ahead = policy.parameter("quality.remind_workdays", on=today).value
    found = []
    for cell in closed_cells(organisations, policy=policy, today=today):
        left = policy.calendar.workdays_between(today, cell.stood.due.on)
        near = ahead is not None and left <= ahead
        if cell.stood.standing is Standing.OVERDUE or (near and not cell.stood.standing.covered):
            found.append(cell)
    return sorted(found, key=lambda cell: (cell.stood.due.on, cell.organisation.pk, cell.item))


def covered_of(found: Iterable[Cell]) -> Rate:
    """Items accounted for, of those whose period is over."""
    judged = [cell for cell in found if cell.stood.standing is not Standing.RUNNING]
    return Rate(sum(cell.stood.standing.covered for cell in judged), len(judged))


def covered_by_unit(found: Iterable[Cell]) -> dict[int, Rate]:
    """The same by organisation."""
    by_unit: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell in found:
        by_unit[cell.organisation.pk].append(cell)
    return {unit: covered_of(own) for unit, own in by_unit.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One department and item: how it stands, by place the subjects covered of those expected, and whether it owes the
    item there; where its list says that it does not, there is no rate."""

    cell: Cell
    places: Mapping[str, Rate]
    owing: Mapping[str, Owing]

    @property
    def basis(self) -> Owing:
        """The strongest of what holds at its places."""
        return next((one for one in Owing if one in self.owing.values()), Owing.NO_LIST)

    @property
    def whole(self) -> Rate:
        return Rate(
            sum(rate.part for rate in self.places.values()), sum(rate.whole for rate in self.places.values())
        )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Departments and items against places. ``kinds`` are the kinds of subject counted."""

    lines: tuple[Line, ...]
    places: tuple[str, ...]
    subjects: Mapping[str, int]
    counted_at: datetime | None

    @property
    def whole(self) -> Rate:
        """户·项覆盖率: subjects times items with data or a statement, of those expected."""
        return Rate(sum(line.whole.part for line in self.lines), sum(line.whole.whole for line in self.lines))

    def of_place(self, place: str) -> Rate:
        rates = [line.places[place] for line in self.lines if place in line.places]
        return Rate(sum(rate.part for rate in rates), sum(rate.whole for rate in rates))


def matrix(found: Iterable[Cell], *, policy: Policy, on: date, kinds: Collection[str] = ()) -> Matrix:
    """Coverage of subjects by the cells of one period, of what is owed by the lists that hold ``on`` a day.

    ``kinds``: only these kinds of subject; empty for all.
    """
    lists = owed(policy=policy, on=on)
    wanted = frozenset(kinds) or frozenset(SubjectKind.values)
    counted: defaultdict[tuple[int, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    moment: datetime | None = None
    for row in SubjectCount.objects.filter(kind__in=wanted):
        counted[row.item, county_of(row.division, policy)][row.kind] += row.subjects
        moment = row.counted_at
    places = [*standing_counties(policy), ELSEWHERE]
    if not any(counted.get((0, ELSEWHERE), {}).values()):
        places.remove(ELSEWHERE)
    lines = []
    for cell in found:
        own = _kinds_of(cell, policy) & wanted
        key = cell.organisation.key
        owing = {place: lists.of(key, cell.item, place=place) for place in _places_of(cell, places)}
        rates = {
            place: _rate(cell, place, own, counted)
            for place, held in owing.items()
            if held is not Owing.NOT_OWED
        }
        if any(rate.whole for rate in rates.values()) or Owing.NOT_OWED in owing.values():
            lines.append(Line(cell, rates, owing))
    subjects = {place: sum(counted[0, place].values()) for place in places}
    return Matrix(tuple(lines), tuple(places), subjects, moment)


def _rate(
    cell: Cell, place: str, kinds: frozenset[str], counted: Mapping[tuple[int, str], Mapping[str, int]]
) -> Rate:
    everybody = counted.get((0, place), {})
    expected = sum(everybody.get(kind, 0) for kind in kinds)
    if cell.stood.standing.covered:
        return Rate(expected, expected)
    known = counted.get((cell.item, place), {})
    return Rate(min(sum(known.get(kind, 0) for kind in kinds), expected), expected)


def _kinds_of(cell: Cell, policy: Policy) -> frozenset[str]:
    """Kinds of subject of whom the department can supply the item."""
    if cell.item != Item.REGISTRATION:
        return frozenset(SubjectKind.values)
    agency = policy.agencies.agencies.get(cell.organisation.key)
    sectors = agency.sectors if agency else ()
    own = [REGISTERED_BY[sector] for sector in sectors if sector in REGISTERED_BY]
    return frozenset[str]().union(*own) if own else frozenset(SubjectKind.values)


def _places_of(cell: Cell, places: Iterable[str]) -> list[str]:
    """A county or town answers for its own place, any other body for the whole city."""
    if cell.organisation.kind in (OrganisationKind.COUNTY, OrganisationKind.TOWN):
        return [place for place in places if place == cell.organisation.division_code]
    return list(places)


def standing_counties(policy: Policy) -> tuple[str, ...]:
    """Codes of the counties that are in use."""
    return tuple(code for code, county in policy.counties.items() if county.until is None)


def county_of(division: str, policy: Policy) -> str:
    """The present county of a division code, as old codes name it too; empty for a place outside the city."""
    seen: set[str] = set()
    while division in policy.counties and division not in seen:
        county = policy.counties[division]
        if county.until is None:
            return division
        seen.add(division)
        if len(county.became) != 1:
            return ELSEWHERE
        division = county.became[0]
    return ELSEWHERE


def span_from(item: int, start: date, *, policy: Policy) -> Span:
    """The period of an item that begins on a day; Refusal Q05 where none does."""
    span = span_of(every(policy.catalogue.item(item).cycle), start)
    if span.start != start:
        raise Refusal("Q05", "没有从这一天开始的报送期。", advice="请从报送情况的列表中打开。")
    return span


def due_of(span: Span, *, policy: Policy, today: date) -> date:
    """The last day on which a period is in time."""
    return due_day(span, workdays=grace(policy, on=today), calendar=policy.calendar).on
