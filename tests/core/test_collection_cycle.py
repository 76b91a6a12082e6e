"""Periods of catalogue items, their due days, and how an item stands."""

from datetime import date

import pytest
from django.conf import settings

from xinheng.core.collection_cycle import (
    Arrival,
    Every,
    Span,
    Standing,
    covers,
    due_day,
    every,
    span_of,
    spans_back,
    stood,
)
from xinheng.core.days import Calendar
from xinheng.core.policy import load_policy

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_policy(settings.POLICY_ROOT, city="kaifeng").calendar


def _stood(calendar: Calendar, today: date, *arrivals: Arrival, nothing: bool = False) -> Standing:
    due, before = (due_day(span, workdays=5, calendar=calendar) for span in (OCTOBER, OCTOBER.before))
    return stood(OCTOBER, arrivals, nothing=nothing, due=due, grace_until=before.on, today=today).standing


@pytest.mark.row("M2-03")
def test_the_words_of_the_catalogue_are_read_as_cycles() -> None:
    policy = load_policy(settings.POLICY_ROOT, city="kaifeng")
    found = {item.title: every(item.cycle) for item in policy.catalogue.items.values()}
    assert set(found.values()) == set(Every)
    assert every("每季度") is Every.QUARTER
    assert every("每日") is Every.EVENT
    assert every("决定之日起按公示时限") is Every.EVENT


def test_periods_are_whole_months_quarters_and_years() -> None:
    day = date(2026, 11, 20)
    assert span_of(Every.EVENT, day).label == "2026年11月"
    assert span_of(Every.QUARTER, day) == Span(date(2026, 10, 1), date(2027, 1, 1))
    assert span_of(Every.QUARTER, day).label == "2026年第4季度"
    assert span_of(Every.YEAR, day).before.label == "2025年"
    back = spans_back(Every.MONTH, date(2026, 1, 31))
    assert [next(back).label for _ in range(3)] == ["2026年1月", "2025年12月", "2025年11月"]


def test_a_period_is_due_some_work_days_after_its_end(calendar: Calendar) -> None:
    assert due_day(OCTOBER, workdays=5, calendar=calendar).on == date(2026, 11, 6)


def test_a_period_stands_as_its_data_and_days_say(calendar: Calendar) -> None:
    assert _stood(calendar, date(2026, 10, 20)) is Standing.RUNNING
    assert _stood(calendar, date(2026, 11, 6)) is Standing.DUE_SOON
    assert _stood(calendar, date(2026, 11, 7)) is Standing.OVERDUE
    assert _stood(calendar, date(2026, 11, 7), nothing=True) is Standing.NOTHING
    came = Arrival(date(2026, 10, 20))
    assert _stood(calendar, date(2026, 11, 7), came, nothing=True) is Standing.CAME
    late = Arrival(date(2026, 11, 9), frozenset({date(2026, 10, 1)}))
    assert _stood(calendar, date(2026, 11, 20), late) is Standing.CAME_LATE


def test_what_comes_in_the_days_of_grace_belongs_to_the_earlier_period() -> None:
    until = date(2026, 10, 14)
    september = Arrival(date(2026, 10, 9), frozenset({date(2026, 9, 1)}))
    assert not covers(september, OCTOBER, grace_until=until)
    assert covers(Arrival(date(2026, 10, 9)), OCTOBER, grace_until=until)
    both = Arrival(date(2026, 10, 9), frozenset({date(2026, 9, 1), date(2026, 10, 1)}))
    assert covers(both, OCTOBER, grace_until=until)
    old = Arrival(date(2026, 10, 20), frozenset({date(2020, 1, 1)}))
    assert covers(old, OCTOBER, grace_until=until)
    assert not covers(Arrival(date(2026, 11, 3)), OCTOBER, grace_until=until)
