"""Reports that come due on fixed days: the commitment register by the 5th, the quarter's report by the 25th.

The days stand in the cities' own documents (淮政办发〔2020〕80号 二（一）, 宛政办〔2020〕17号 七（五）).
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from xinheng.core.policy_file import PolicyModel
from xinheng.core.sources import Entry


class Every(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Deadline(Entry):
    """Due on ``day`` of each of ``months``; ``reports`` says what, ``by`` who, ``to`` whom (an agency key)."""

    title: str
    every: Every
    months: tuple[Annotated[StrictInt, Field(ge=1, le=12)], ...]
    day: Annotated[StrictInt, Field(ge=1, le=28)]
    reports: str
    by: str
    to: str
    since: date

    @model_validator(mode="after")
    def _months_fit(self) -> Self:
        expected = {Every.MONTH: 12, Every.QUARTER: 4, Every.YEAR: 1}[self.every]
        if len(set(self.months)) != expected:
            raise ValueError(f"{self.every} 须写 {expected} 个月份")
        return self

    def due_days(self, year: int) -> Iterator[date]:
        """Due days of a year, in order, from the day the rule holds."""
        days = (date(year, month, self.day) for month in sorted(self.months))
        return (day for day in days if day >= self.since)

    def next_due(self, day: date) -> date:
        """First due day on or after ``day``."""
        return next(
            due for year in range(day.year, day.year + 3) for due in self.due_days(year) if due >= day
        )


class Target(Entry):
    """A milestone a document sets (目标): what is to be reached by the end of which day."""

    title: str
    by: date
    measure: str


class Deadlines(PolicyModel):
    deadlines: dict[str, Deadline] = {}
    targets: dict[str, Target] = {}
