"""By when what should come: the periods of a catalogue item, its due day, and how an item stands in a period.

The catalogue says each item's cycle in words (更新周期). What follows an event is accounted for by the month: in each
month a department delivers, or states in writing that there was nothing. Terms are figures of policy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinheng.core.days import Calendar, DueDate, add_months, last_day


class Every(StrEnum):
    """How often an item is accounted for."""

    EVENT = "event"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Every.QUARTER: 3, Every.YEAR: 12}.get(self, 1)


_WORDS = {"每季": Every.QUARTER, "每年": Every.YEAR, "每月": Every.MONTH}


def every(cycle: str) -> Every:
    """The cycle that the words of the catalogue mean; daily and event-driven items are accounted for by the month."""
    return next((found for word, found in _WORDS.items() if word in cycle), Every.EVENT)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open period of whole months."""

    start: date
    end: date

    @property
    def label(self) -> str:
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        if months == 12:
            return f"{self.start.year}年"
        if months == 3:
            return f"{self.start.year}年第{(self.start.month + 2) // 3}季度"
        return f"{self.start.year}年{self.start.month}月"

    def holds(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def before(self) -> "Span":
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        return Span(add_months(self.start, -months), self.start)


def span_of(kind: Every, day: date) -> Span:
    """The period of the cycle in which a day lies."""
    months = kind.months
    first = (day.month - 1) // months * months + 1
    start = date(day.year, first, 1)
    return Span(start, add_months(start, months))


def spans_back(kind: Every, day: date) -> Iterator[Span]:
    """The period of the day and those before it, without end."""
    span = span_of(kind, day)
    while True:
        yield span
        span = span.before


def due_day(span: Span, *, workdays: int, calendar: Calendar) -> DueDate:
    """The last day on which what belongs to the period is in time: ``workdays`` after its last day."""
    return calendar.add_workdays(last_day(span.end), workdays)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery: its day, and the first days of the months in which its records were decided."""

    on: date
    months: frozenset[date] = frozenset()


def covers(arrival: Arrival, span: Span, *, grace_until: date) -> bool:
    """Whether a delivery accounts for a period.

    It does with records decided in the period; without such records only where it came within the period and not in
    the days of grace of the one before (``grace_until``), in which the earlier period is still being delivered.
    """
    if any(span.holds(month) for month in arrival.months):
        return arrival.on >= span.start
    late_for_earlier = bool(arrival.months) and arrival.on <= grace_until
    return span.holds(arrival.on) and not late_for_earlier


class Standing(StrEnum):
    """How an item of a department stands in a period."""

    CAME = "came"
    CAME_LATE = "came_late"
    NOTHING = "nothing"
    RUNNING = "running"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        return _STANDINGS[self]

    @property
    def covered(self) -> bool:
        """Data came, or somebody signed that there was nothing."""
        return self in (Standing.CAME, Standing.CAME_LATE, Standing.NOTHING)


_STANDINGS = {
    Standing.CAME: "已报送",
    Standing.CAME_LATE: "已报送，晚于期限",
    Standing.NOTHING: "已说明本期无数据",
    Standing.RUNNING: "本期未完",
    Standing.DUE_SOON: "待报送",
    Standing.OVERDUE: "逾期未报",
}


@dataclass(frozen=True, slots=True)
class Stood:
    """``came_on`` is the first delivery that accounts for the period."""

    span: Span
    due: DueDate
    standing: Standing
    came_on: date | None = None


def stood(
    span: Span,
    arrivals: Iterable[Arrival],
    *,
    nothing: bool,
    due: DueDate,
    grace_until: date,
    today: date,
) -> Stood:
    """How the period stands on a day. ``arrivals`` come by day; ``nothing``: a statement is in force; ``due`` and
    ``grace_until`` are the due days of this period and of the one before."""
    came = next((one.on for one in arrivals if covers(one, span, grace_until=grace_until)), None)
    if came is not None:
        standing = Standing.CAME if came <= due.on else Standing.CAME_LATE
    elif nothing:
        standing = Standing.NOTHING
    elif today > due.on:
        standing = Standing.OVERDUE
    else:
        standing = Standing.RUNNING if today < span.end else Standing.DUE_SOON
    return Stood(span, due, standing, came)
