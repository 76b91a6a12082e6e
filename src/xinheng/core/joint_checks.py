"""Which visits of several organs at one place can be one (进一次门、查多项事), and on which days.

Visits at the same subject and place that share a work-day are proposed as one; nobody waits beyond his own last day
(《优化营商环境条例》第五十四条). The fewest: whoever must go first takes along all who can go on his last day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from xinheng.core.days import Calendar

MAXIMUM = "inspections.joint_organs_maximum"
"""How many organs may come at once; unknown is no limit."""
_DAY = timedelta(days=1)


class Answer(StrEnum):
    """What an organ says to a proposal."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"waiting": "待答复", "agreed": "已同意", "refused": "不参加"}[self.value]


@dataclass(frozen=True, slots=True)
class Task:
    """A visit still to be made; ``first`` and ``last`` are the days within which its organ must go, both included."""

    visit: int
    subject: int
    place: str
    organ: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Joint:
    """Visits that can be one; any work-day from ``first`` to ``last`` suits all. ``visits``: who must go first in front."""

    subject: int
    place: str
    visits: tuple[int, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Proposals:
    """``alone``: visits that share a work-day with nobody or have none left."""

    joints: tuple[Joint, ...]
    alone: tuple[int, ...]

    @property
    def saved(self) -> int:
        """Visits that enterprises would be spared."""
        return sum(len(one.visits) - 1 for one in self.joints)


def propose(tasks: Iterable[Task], *, calendar: Calendar, maximum: int | None = None) -> Proposals:
    """The fewest visits for these tasks. ``maximum``: organs that may come at once; where one organ has several tasks at a
    place and the limit binds, the number is small but not proven least."""

    @cache
    def forward(day: date) -> date:
        return calendar.next_workday(day).on

    @cache
    def back(day: date) -> date:
        while not calendar.is_workday(day):
            day -= _DAY
        return day

    places: dict[tuple[int, str], list[Task]] = defaultdict(list)
    alone: list[int] = []
    for one in tasks:
        first, last = forward(one.first), back(one.last)
        if first > last or not one.place:
            alone.append(one.visit)
        else:
            places[one.subject, one.place].append(
                Task(one.visit, one.subject, one.place, one.organ, first, last)
            )
    joints = []
    for group in places.values():
        for party in _parties(group, maximum):
            if len(party) == 1:
                alone.append(party[0].visit)
            else:
                joints.append(_joint(party))
    return Proposals(tuple(joints), tuple(alone))


def _parties(group: Sequence[Task], maximum: int | None) -> Iterator[list[Task]]:
    """Whoever has the earliest last day takes along those who can go that day, the most pressed first."""
    left = sorted(group, key=lambda one: (one.last, one.first, one.visit))
    while left:
        stab, organs, party, rest = left[0].last, set[int](), list[Task](), list[Task]()
        for one in left:
            fits = maximum is None or one.organ in organs or len(organs) < maximum
            if one.first <= stab and fits:
                party.append(one)
                organs.add(one.organ)
            else:
                rest.append(one)
        yield party
        left = rest


def _joint(party: Sequence[Task]) -> Joint:
    return Joint(
        party[0].subject,
        party[0].place,
        tuple(one.visit for one in party),
        max(one.first for one in party),
        min(one.last for one in party),
    )
