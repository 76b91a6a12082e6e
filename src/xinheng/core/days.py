"""Counts work-days on the official calendar: holidays and the weekends worked in exchange (调休).

Publication within 7 work-days, and the 2, 3, 5 and 7 days of 《行政处罚法》第八十五条, run on it. A day the
calendar does not reach is taken Monday to Friday and called provisional; a due date remembers the version
it was computed with, so that it is computed again when the calendar grows or is corrected.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from xinheng.core.canonical import digest_of
from xinheng.core.policy_file import PolicyError, PolicyModel
from xinheng.core.refusal import Refusal

_DAY = timedelta(days=1)


def last_day(stop: date) -> date:
    """The last day of a period that ends before ``stop``: what pages, papers and files say of an end."""
    return stop - _DAY


def last_day_if(stop: date | None) -> date | None:
    """The same; None where the period has no end."""
    return None if stop is None else last_day(stop)


def last_day_held(stop: date | None, *, began: date | None) -> date | None:
    """The last day of what began on ``began``; of what was over on the day on which it began, that day."""
    last = last_day_if(stop)
    return began if last and began and last < began else last


def first_day_off(last: date) -> date:
    """The first day after a period whose last day is given: what records keep of an end. The last day that a
    calendar of computers knows has none after it and stays."""
    return last if last == date.max else last + _DAY


def add_months(day: date, months: int) -> date:
    """Same day of the later month, or its last day where the month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class CalendarYear(PolicyModel):
    """``policy/calendar/<year>.yml``: days off (weekend days of a holiday included) and weekends worked."""

    year: Annotated[StrictInt, Field(ge=1949, le=9999)]
    source: StrictStr
    verified: StrictBool
    holidays: tuple[date, ...] = Field(min_length=1)
    make_up_workdays: tuple[date, ...]

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        days = (*self.holidays, *self.make_up_workdays)
        foreign = [day for day in days if day.year != self.year]
        if foreign:
            raise ValueError(f"{foreign[0]} 不在 {self.year} 年")
        if len(set(days)) != len(days):
            raise ValueError("同一天重复，或既是节假日又是调休上班日")
        weekdays = [day for day in self.make_up_workdays if day.weekday() < 5]
        if weekdays:
            raise ValueError(f"{weekdays[0]} 不是周末，不能写为调休上班日")
        return self


class DayKind(StrEnum):
    """How a calendar page shows a day."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP_WORKDAY = "make_up_workday"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    DayKind.WORKDAY: "工作日",
    DayKind.WEEKEND: "周末",
    DayKind.HOLIDAY: "节假日",
    DayKind.MAKE_UP_WORKDAY: "调休上班",
}


@dataclass(frozen=True, slots=True)
class DueDate:
    """``provisional``: a counted day lies beyond the calendar, so the day may still move."""

    on: date
    provisional: bool
    calendar_version: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whole years from ``first`` to ``last``. Build it with ``calendar_of``; ``version`` digests the content."""

    version: str
    first: date
    last: date
    workdays_on_weekend: frozenset[date]
    holidays: frozenset[date]

    def kind_of(self, day: date) -> DayKind:
        """The kind of a day; beyond the calendar, work-day or weekend."""
        if day in self.holidays:
            return DayKind.HOLIDAY
        if day in self.workdays_on_weekend:
            return DayKind.MAKE_UP_WORKDAY
        return DayKind.WORKDAY if day.weekday() < 5 else DayKind.WEEKEND

    def is_workday(self, day: date) -> bool:
        """Monday to Friday but for holidays, and weekends worked in exchange."""
        if day.weekday() < 5:
            return day not in self.holidays
        return day in self.workdays_on_weekend

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies outside the calendar."""
        return not self.first <= day <= self.last

    def add_workdays(self, start: date, count: int) -> DueDate:
        """The ``count``-th work-day after ``start``, which is not counted itself; 0 gives ``start``."""
        if count < 0:
            raise ValueError("work-days are counted forward")
        day, left = start, count
        while left:
            day += _DAY
            left -= self.is_workday(day)
        begun = start + _DAY if count else start
        return DueDate(day, self.is_provisional(begun) or self.is_provisional(day), self.version)

    def next_workday(self, day: date) -> DueDate:
        """``day`` or the first work-day after it: where a term of natural days ends on a day off."""
        while not self.is_workday(day):
            day += _DAY
        return DueDate(day, self.is_provisional(day), self.version)

    def workdays_between(self, start: date, end: date) -> int:
        """Work-days after ``start`` up to and with ``end``; negative where ``end`` lies before ``start``."""
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(start + _DAY * ahead) for ahead in range(1, (end - start).days + 1))

    def extended_by(self, *years: CalendarYear) -> "Calendar":
        """A new version with further years, or with corrected ones in place of those it had.

        Raises Refusal where a year is repeated or would leave a gap.
        """
        given = {year.year for year in years}
        if len(given) != len(years):
            raise Refusal("CAL01", "同一年份的日历给出了两次。", advice="每个年份只提交一份日历。")
        reached = {*range(self.first.year, self.last.year + 1), *given}
        gap = sorted({*range(min(reached), max(reached) + 1)} - reached)
        if gap:
            raise Refusal(
                "CAL02", f"日历缺少{gap[0]}年，不能跳过年份。", advice=f"请先补充{gap[0]}年的日历。"
            )
        return _calendar(
            years=reached,
            weekend=_replaced(self.workdays_on_weekend, given, (year.make_up_workdays for year in years)),
            holidays=_replaced(self.holidays, given, (year.holidays for year in years)),
        )


def _replaced(days: frozenset[date], years: set[int], added: Iterable[tuple[date, ...]]) -> frozenset[date]:
    return frozenset(day for day in days if day.year not in years).union(*added)


def _calendar(*, years: set[int], weekend: frozenset[date], holidays: frozenset[date]) -> Calendar:
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    content = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "holidays": sorted(day.isoformat() for day in holidays),
        "make_up_workdays": sorted(day.isoformat() for day in weekend),
    }
    return Calendar(digest_of(content), first, last, weekend, holidays)


def calendar_of(years: Iterable[CalendarYear]) -> Calendar:
    """The calendar of consecutive years, in any order. Raises PolicyError on none, a gap or a repetition."""
    given = sorted(years, key=lambda year: year.year)
    numbers = [year.year for year in given]
    if not numbers:
        raise PolicyError(["工作日历：一个年份也没有"])
    missing = sorted({*range(numbers[0], numbers[-1] + 1)} - {*numbers})
    repeated = sorted({number for number in numbers if numbers.count(number) > 1})
    if missing or repeated:
        raise PolicyError(
            [f"工作日历：缺少{number}年" for number in missing]
            + [f"工作日历：{number}年出现两次" for number in repeated]
        )
    return _calendar(
        years=set(numbers),
        weekend=frozenset[date]().union(*(year.make_up_workdays for year in given)),
        holidays=frozenset[date]().union(*(year.holidays for year in given)),
    )
