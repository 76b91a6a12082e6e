from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.refusals import code_of

from xinheng.core.clocks import (
    Clock,
    begin,
    clocks_of,
    due,
    end,
    extend,
    is_overdue,
    resume,
    suspend,
    workdays_left,
)
from xinheng.core.days import CalendarYear, calendar_of
from xinheng.core.flows import NEW, Step
from xinheng.core.parameters import Reading, Status, Unit

CALENDAR = calendar_of(
    [
        CalendarYear(
            year=year,
            source="made up",
            verified=False,
            holidays=[date(year, 1, 1), *(date(year, 10, day) for day in range(1, 8))],
            make_up_workdays=weekend,
        )
        for year, weekend in ((2026, [date(2026, 10, 10)]), (2027, [date(2027, 10, 9)]))
    ]
)
START = date(2026, 9, 28)
"""A Monday; the week after it is a holiday, the Saturday 10 October is worked."""


def clock(count=7, unit=Unit.WORKDAY, start=START, **changes):
    return Clock(key="decide", started_on=start, count=count, unit=unit, **changes)


def due_on(made):
    found = due(made, calendar=CALENDAR)
    return found and found.on


def reading(value, unit=Unit.WORKDAY, status=Status.KNOWN):
    return Reading(key="decide", title="决定期限", unit=unit, value=value, status=status)


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (2, Unit.WORKDAY, date(2026, 9, 30)),
        (3, Unit.WORKDAY, date(2026, 10, 8)),
        (5, Unit.WORKDAY, date(2026, 10, 10)),
        (6, Unit.WORKDAY, date(2026, 10, 12)),
        (2, Unit.DAY, date(2026, 9, 30)),
        (5, Unit.DAY, date(2026, 10, 8)),
        (3, Unit.MONTH, date(2026, 12, 28)),
        (1, Unit.YEAR, date(2027, 9, 28)),
    ],
)
def test_the_first_day_is_not_counted_and_days_off_are_passed(count, unit, expected):
    assert due_on(clock(count, unit)) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [(date(2026, 11, 30), 3, date(2027, 3, 1)), (date(2026, 3, 31), 1, date(2026, 4, 30))],
)
def test_a_month_without_the_day_ends_on_its_last_day(start, months, expected):
    assert due_on(clock(months, Unit.MONTH, start)) == expected


def test_a_due_day_beyond_the_calendar_is_provisional():
    assert due(clock(), calendar=CALENDAR).provisional is False
    assert due(clock(start=date(2027, 12, 30)), calendar=CALENDAR).provisional is True
    assert due(clock(), calendar=CALENDAR).calendar_version == CALENDAR.version


@pytest.mark.guard("G15")
def test_an_unknown_term_has_no_due_day_and_never_runs_out():
    unknown = begin("decide", reading=reading(None, status=Status.UNCONFIRMED), on=START)
    assert due(unknown, calendar=CALENDAR) is None
    assert not is_overdue(unknown, on=date(2030, 1, 1), calendar=CALENDAR)
    assert workdays_left(unknown, on=START, calendar=CALENDAR) is None
    assert code_of(extend, unknown, by=1, on=START, limit=5, calendar=CALENDAR) == "clock_unconfirmed"
    assert resume(suspend(unknown, on=START, calendar=CALENDAR), on=START) == unknown


def test_without_a_rule_there_is_no_clock_and_a_count_is_no_term():
    assert begin("decide", reading=reading(None, status=Status.NO_RULE), on=START) is None
    with pytest.raises(ValueError):
        begin("decide", reading=reading(3, unit=Unit.COUNT), on=START)


@pytest.mark.guard("G17")
def test_a_term_that_begins_with_a_letter_begins_at_its_service():
    letter = Step(
        verb="v", title="告知", from_states=(NEW,), to_state="s", notice="notice", starts=("decide",)
    )
    silent = Step(verb="v", title="受理", from_states=(NEW,), to_state="s", starts=("decide",))
    readings = {"decide": reading(7)}
    served = date(2026, 10, 12)
    assert clocks_of(letter, readings=readings, taken_on=START) == ()
    assert [c.started_on for c in clocks_of(letter, readings=readings, taken_on=START, served_on=served)] == [
        served
    ]
    assert [c.started_on for c in clocks_of(silent, readings=readings, taken_on=START)] == [START]


days = st.integers(0, 300).map(lambda n: date(2026, 6, 1) + timedelta(days=n))


@given(days, st.integers(1, 60), st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_days_of_a_pause_do_not_count_and_all_others_do(start, count, gaps):
    """Counts day by day what the arithmetic does at once."""
    made, day, left = clock(count, start=start), start, count
    for index, gap in enumerate(gaps):
        for _ in range(gap):
            day += timedelta(days=1)
            left -= index % 2 == 0 and CALENDAR.is_workday(day)
        if index % 2 == 0:
            assert is_overdue(made, on=day, calendar=CALENDAR) == (
                left < 0 or (left == 0 and day > due_on(made))
            )
            if is_overdue(made, on=day, calendar=CALENDAR):
                assert code_of(suspend, made, on=day, calendar=CALENDAR) == "clock_overdue"
                return
            made = suspend(made, on=day, calendar=CALENDAR)
            assert (made.count, due(made, calendar=CALENDAR)) == (left, None)
        else:
            made = resume(made, on=day)
    if made.running and left:
        assert due_on(made) == CALENDAR.add_workdays(day, left).on


@given(days, st.integers(1, 60), st.sampled_from([Unit.WORKDAY, Unit.DAY, Unit.MONTH]), st.integers(0, 10))
def test_a_pause_of_no_days_changes_nothing(start, count, unit, after):
    made = clock(count, unit, start)
    on = start + timedelta(days=after)
    if not is_overdue(made, on=on, calendar=CALENDAR):
        assert due_on(resume(suspend(made, on=on, calendar=CALENDAR), on=on)) >= due_on(made)
        if unit is Unit.WORKDAY and due_on(made) != on:
            assert due_on(resume(suspend(made, on=on, calendar=CALENDAR), on=on)) == due_on(made)


def test_natural_days_and_months_move_by_the_length_of_the_pause():
    for made in (clock(20, Unit.DAY, date(2026, 6, 1)), clock(1, Unit.MONTH, date(2026, 6, 1))):
        paused = suspend(made, on=date(2026, 6, 10), calendar=CALENDAR)
        shifted = resume(paused, on=date(2026, 6, 17))
        assert due_on(shifted) == due_on(made) + timedelta(days=7)


def test_overdue_begins_the_day_after_and_days_left_count_down():
    made = clock(2)
    assert [workdays_left(made, on=date(2026, 9, day), calendar=CALENDAR) for day in (28, 29, 30)] == [
        2,
        1,
        0,
    ]
    assert not is_overdue(made, on=date(2026, 9, 30), calendar=CALENDAR)
    assert is_overdue(made, on=date(2026, 10, 1), calendar=CALENDAR)
    assert workdays_left(made, on=date(2026, 10, 8), calendar=CALENDAR) == -1


def test_an_extension_keeps_to_its_limit_and_to_the_term():
    made = clock(2)
    assert extend(made, by=3, on=START, limit=3, calendar=CALENDAR).count == 5
    assert code_of(extend, made, by=4, on=START, limit=3, calendar=CALENDAR) == "clock_extension"
    assert code_of(extend, made, by=0, on=START, limit=3, calendar=CALENDAR) == "clock_extension"
    assert code_of(extend, made, by=1, on=START, limit=None, calendar=CALENDAR) == "clock_unconfirmed"
    assert code_of(extend, made, by=1, on=date(2026, 10, 1), limit=3, calendar=CALENDAR) == "clock_overdue"


def test_steps_of_a_clock_keep_their_order():
    paused = suspend(clock(), on=START, calendar=CALENDAR)
    ended = end(clock(), on=START)
    yesterday = START - timedelta(days=1)
    assert code_of(suspend, paused, on=START, calendar=CALENDAR) == "clock_not_running"
    assert code_of(suspend, ended, on=START, calendar=CALENDAR) == "clock_not_running"
    assert code_of(suspend, clock(), on=yesterday, calendar=CALENDAR) == "clock_order"
    assert code_of(resume, clock(), on=START) == "clock_not_suspended"
    assert code_of(resume, paused, on=yesterday) == "clock_order"
    assert code_of(end, ended, on=START) == "clock_ended"
    assert code_of(end, clock(), on=yesterday) == "clock_order"
    assert end(paused, on=START).ended_on == START
    assert due(ended, calendar=CALENDAR) is None
