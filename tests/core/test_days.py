"""Terms of work-days over holidays, over weekends worked in exchange, and beyond the calendar."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.days import (
    CalendarYear,
    DayKind,
    DueDate,
    calendar_of,
    last_day_held,
)
from xinheng.core.policy_file import PolicyError, parse, read_strict
from xinheng.core.refusal import Refusal

FOLDER = Path(__file__).parents[2] / "policy" / "calendar"


def shipped() -> list[CalendarYear]:
    return [parse(CalendarYear, read_strict(file), file=file) for file in sorted(FOLDER.glob("*.yml"))]


CALENDAR = calendar_of(shipped())


def next_year(*, holidays: tuple[str, ...], make_up: tuple[str, ...] = ()) -> CalendarYear:
    return CalendarYear(
        year=2027,
        source="测试",
        verified=False,
        holidays=tuple(map(date.fromisoformat, holidays)),
        make_up_workdays=tuple(map(date.fromisoformat, make_up)),
    )


def test_nothing_ends_before_the_day_on_which_it_began() -> None:
    day, after = date(2026, 3, 2), date(2026, 3, 3)
    ends = [(day, day), (after, day), (date(2026, 3, 4), day), (day, None), (None, day)]
    held = [last_day_held(stop, began=began) for stop, began in ends]
    assert held == [day, day, after, date(2026, 3, 1), None]


def test_every_day_agrees_with_the_package() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        assert not CALENDAR.is_provisional(day)
        day += timedelta(days=1)


@pytest.mark.row("M5-01")
@pytest.mark.parametrize(
    ("decided", "due"),
    [
        ("2019-02-01", "2019-02-15"),
        ("2020-01-21", "2020-02-07"),
        ("2021-02-09", "2021-02-24"),
        ("2022-01-28", "2022-02-11"),
        ("2023-01-19", "2023-02-02"),
        ("2024-02-07", "2024-02-22"),
        ("2024-09-27", "2024-10-12"),
        ("2025-01-24", "2025-02-10"),
        ("2026-02-12", "2026-02-28"),
        ("2026-03-02", "2026-03-11"),
    ],
)
def test_seven_workdays_after_a_decision_follow_the_official_calendar(decided: str, due: str) -> None:
    found = CALENDAR.add_workdays(date.fromisoformat(decided), 7)
    assert found == DueDate(date.fromisoformat(due), False, CALENDAR.version)


@pytest.mark.row("M5-01")
@pytest.mark.parametrize(("decided", "due"), [("2027-02-04", "2027-02-15"), ("2026-12-28", "2027-01-06")])
def test_a_term_that_leaves_the_calendar_runs_monday_to_friday_and_is_provisional(
    decided: str, due: str
) -> None:
    found = CALENDAR.add_workdays(date.fromisoformat(decided), 7)
    assert found == DueDate(date.fromisoformat(due), True, CALENDAR.version)


def test_days_beyond_the_calendar_are_monday_to_friday() -> None:
    for ahead in range(365):
        day = date(2027, 1, 1) + timedelta(days=ahead)
        assert CALENDAR.is_workday(day) == (day.weekday() < 5)
        assert CALENDAR.is_provisional(day)
    assert CALENDAR.is_provisional(date(2003, 12, 31))


def test_a_term_that_ends_on_the_last_known_day_is_not_provisional() -> None:
    assert CALENDAR.add_workdays(date(2026, 12, 30), 1) == DueDate(
        date(2026, 12, 31), False, CALENDAR.version
    )


def test_no_workdays_are_the_start_itself_and_none_can_be_counted_backward() -> None:
    assert CALENDAR.add_workdays(date(2026, 2, 15), 0).on == date(2026, 2, 15)
    with pytest.raises(ValueError, match="forward"):
        CALENDAR.add_workdays(date(2026, 2, 15), -1)


def test_a_natural_day_term_that_ends_on_a_holiday_ends_on_the_next_workday() -> None:
    assert CALENDAR.next_workday(date(2026, 2, 15)).on == date(2026, 2, 24)
    assert CALENDAR.next_workday(date(2026, 2, 14)).on == date(2026, 2, 14)
    assert CALENDAR.next_workday(date(2027, 1, 2)).provisional


def test_a_calendar_page_tells_four_kinds_of_day() -> None:
    kinds = [CALENDAR.kind_of(date(2026, 2, day)) for day in (13, 14, 16, 8)]
    assert kinds == [DayKind.WORKDAY, DayKind.MAKE_UP_WORKDAY, DayKind.HOLIDAY, DayKind.WEEKEND]
    assert CALENDAR.kind_of(date(2026, 2, 15)).label == "节假日"


DAYS = st.dates(min_value=date(2003, 6, 1), max_value=date(2028, 6, 1))


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_the_distance_to_a_due_date_is_its_count(start: date, count: int) -> None:
    due = CALENDAR.add_workdays(start, count).on
    assert CALENDAR.workdays_between(start, due) == count
    assert CALENDAR.workdays_between(due, start) == -count
    assert CALENDAR.is_workday(due)


def test_an_extension_is_a_new_version_and_settles_what_was_provisional() -> None:
    year = next_year(holidays=("2027-01-01", "2027-02-08", "2027-02-09"), make_up=("2027-02-13",))
    extended = CALENDAR.extended_by(year)
    assert extended.version != CALENDAR.version
    assert extended.last == date(2027, 12, 31)
    assert extended.add_workdays(date(2027, 2, 4), 7) == DueDate(date(2027, 2, 16), False, extended.version)
    assert extended == calendar_of([*shipped(), year])
    assert CALENDAR.is_provisional(date(2027, 2, 4))


def test_a_corrected_year_replaces_the_one_before() -> None:
    first = CALENDAR.extended_by(next_year(holidays=("2027-01-01",)))
    second = first.extended_by(next_year(holidays=("2027-01-04",)))
    assert second.is_workday(date(2027, 1, 1))
    assert not second.is_workday(date(2027, 1, 4))
    assert first.extended_by(next_year(holidays=("2027-01-01",))) == first


def test_a_year_may_not_be_skipped_or_given_twice() -> None:
    later = CalendarYear(
        year=2028, source="测试", verified=False, holidays=(date(2028, 1, 1),), make_up_workdays=()
    )
    with pytest.raises(Refusal, match="2027年"):
        CALENDAR.extended_by(later)
    with pytest.raises(Refusal, match="两次"):
        CALENDAR.extended_by(next_year(holidays=("2027-01-01",)), next_year(holidays=("2027-01-04",)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"holidays": ["2026-01-01"]},
        {"make_up_workdays": ["2027-01-04"]},
        {"holidays": ["2027-01-01", "2027-01-01"]},
        {"holidays": ["2027-01-02"], "make_up_workdays": ["2027-01-02"]},
        {"holidays": []},
        {"half_days": []},
        {"verified": "yes"},
    ],
)
def test_a_wrong_calendar_file_is_named_with_file_and_cause(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {
        "year": 2027,
        "source": "测试",
        "verified": False,
        "holidays": ["2027-01-01"],
        "make_up_workdays": ["2027-01-02"],
    }
    assert parse(CalendarYear, good, file="2027.yml").year == 2027
    with pytest.raises(PolicyError, match=r"2027\.yml："):
        parse(CalendarYear, good | wrong, file="2027.yml")


def test_a_calendar_with_a_gap_is_refused() -> None:
    with pytest.raises(PolicyError, match="缺少2010年"):
        calendar_of([year for year in shipped() if year.year != 2010])
    with pytest.raises(PolicyError, match="2010年出现两次"):
        calendar_of([*shipped(), *(year for year in shipped() if year.year == 2010)])
    with pytest.raises(PolicyError):
        calendar_of([])
