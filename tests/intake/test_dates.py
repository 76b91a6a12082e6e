"""Dates are read in every order and calendar style that files bring."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.intake.dates import EMPTY, UNREADABLE, date_in_title, read_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020/9/25", date(2020, 9, 25)),
        ("2020.09.25", date(2020, 9, 25)),
        ("２０２０年９月２５日", date(2020, 9, 25)),
        ("26/10/2023", date(2023, 10, 26)),
        ("20/3/2025 14:32:36", date(2025, 3, 20)),
        ("2024-01-09T10:11:12", date(2024, 1, 9)),
        ("20240109", date(2024, 1, 9)),
        ("44744", date(2022, 7, 2)),
        ("44744.5", date(2022, 7, 2)),
        ("2021年度2  月", date(2021, 2, 1)),
        ("2018年", date(2018, 1, 1)),
        ("二〇二三年十一月二十日", date(2023, 11, 20)),
        ("长期", date(2099, 12, 31)),
        ("9999-12-31", date(2099, 12, 31)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert read_date(text).day == day


@pytest.mark.parametrize("text", ["1900/1/0 0:00:00", "1900-01-00", "0000-00-00", "1900/1/1"])
def test_the_zero_date_of_a_spreadsheet_is_an_empty_cell(text: str) -> None:
    assert read_date(text) == EMPTY


@pytest.mark.parametrize("text", ["2024-02-30", "北京市", "201X", "2024-13-01", "1899-05-05", "12345678"])
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read_date(text) == UNREADABLE


def test_the_feed_says_which_part_comes_first_and_which_day_stands_for_a_year() -> None:
    assert read_date("3/9/2022", day_first=True).day == date(2022, 9, 3)
    assert read_date("3/9/2022", day_first=False).day == date(2022, 3, 9)
    assert read_date("2023年2月", period="end").day == date(2023, 2, 28)
    assert read_date("2023", period="end").day == date(2023, 12, 31)


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("园区企业库（截止2023年7月）.csv", date(2023, 7, 31)),
        ("2019年某区名单", date(2019, 12, 31)),
        ("检查单（2021年第一季度）", date(2021, 3, 31)),
        ("截至2024年5月6日", date(2024, 5, 6)),
        ("企业名单", None),
    ],
)
def test_a_title_states_a_date(title: str, day: date | None) -> None:
    assert date_in_title(title, period="end") == day


@given(
    st.dates(date(1950, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d 00:00:00", "%Y%m%d"]),
)
def test_a_written_date_is_read_back(day: date, form: str) -> None:
    assert read_date(day.strftime(form)).day == day


@given(st.dates(date(1954, 10, 4), date(2099, 12, 31)))
def test_a_serial_number_is_read_back(day: date) -> None:
    assert read_date(str((day - date(1899, 12, 30)) // timedelta(days=1))).day == day
