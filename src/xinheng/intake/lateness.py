"""Counts work-days set-wise: a table with one row a day, so that lateness (E09) is a subtraction."""

from datetime import date, timedelta
from functools import lru_cache

import duckdb

from xinheng.core.days import Calendar

YEARS_BACK = 15


def create_workdays(engine: duckdb.DuckDBPyConnection, calendar: Calendar, *, today: date) -> None:
    """The table ``workdays``: day, and how many work-days lie on or before it since the first."""
    engine.execute(
        "CREATE OR REPLACE TABLE workdays AS SELECT unnest(?::DATE[]) AS day, unnest(?::INT[]) AS count_until",
        list(_counted(calendar, today)),
    ).fetchall()


@lru_cache(maxsize=4)
def _counted(calendar: Calendar, today: date) -> tuple[list[date], list[int]]:
    first = date(today.year - YEARS_BACK, 1, 1)
    days, counts, passed = [], [], 0
    for offset in range((date(today.year + 1, 1, 1) - first).days):
        day = first + timedelta(days=offset)
        passed += calendar.is_workday(day)
        days.append(day)
        counts.append(passed)
    return days, counts
