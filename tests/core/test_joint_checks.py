"""Proposals of joint checks are the fewest visits there can be, at one place, on a work-day of everybody's own window."""

from datetime import date, timedelta
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.joint_checks import Proposals, Task, propose
from xinheng.core.policy import Policy

pytestmark = pytest.mark.row("M8-05")
START = date(2026, 9, 28)
"""The Monday before the National Day holiday, so that days off stand in the way."""


def _task(
    visit: int, first: int, last: int, *, organ: int = 0, subject: int = 1, place: str = "甲路1号"
) -> Task:
    days = START + timedelta(days=first), START + timedelta(days=last)
    return Task(visit, subject, place, organ or visit, *days)


def _workdays(task: Task, policy: Policy) -> frozenset[date]:
    days = (task.first + timedelta(days=ahead) for ahead in range((task.last - task.first).days + 1))
    return frozenset(day for day in days if policy.calendar.is_workday(day))


def _fewest(tasks: tuple[Task, ...], policy: Policy, maximum: int | None) -> int:
    """By trying every way to part the tasks."""

    @cache
    def least(left: frozenset[Task]) -> int:
        if not left:
            return 0
        first, best = min(left, key=lambda one: one.visit), len(left)
        others = left - {first}
        for size in range(len(others) + 1):
            for along in combinations(sorted(others, key=lambda one: one.visit), size):
                party = frozenset({first, *along})
                if _may_go(party, policy, maximum):
                    best = min(best, 1 + least(left - party))
        return best

    return least(frozenset(tasks))


def _may_go(party: frozenset[Task], policy: Policy, maximum: int | None) -> bool:
    if len(party) == 1:
        return True
    if maximum is not None and len({one.organ for one in party}) > maximum:
        return False
    same = len({(one.subject, one.place) for one in party}) == 1
    return same and bool(frozenset.intersection(*(_workdays(one, policy) for one in party)))


def _made(found: Proposals) -> int:
    return len(found.joints) + len(found.alone)


_WINDOWS = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 9), st.integers(1, 2), st.sampled_from("甲乙")), max_size=7
)


@given(windows=_WINDOWS, maximum=st.sampled_from([None, 1, 2, 3]))
def test_no_way_needs_fewer_visits(
    policy: Policy, windows: list[tuple[int, int, int, str]], maximum: int | None
) -> None:
    tasks = tuple(
        _task(number, first, first + length, subject=subject, place=place)
        for number, (first, length, subject, place) in enumerate(windows, 1)
    )
    found = propose(tasks, calendar=policy.calendar, maximum=maximum)
    assert _made(found) == _fewest(tasks, policy, maximum)
    assert found.saved == len(tasks) - _made(found)
    known = {one.visit: one for one in tasks}
    named = [*found.alone, *(visit for joint in found.joints for visit in joint.visits)]
    assert sorted(named) == sorted(known)
    for joint in found.joints:
        party = frozenset(known[visit] for visit in joint.visits)
        assert _may_go(party, policy, maximum)
        shared = frozenset.intersection(*(_workdays(one, policy) for one in party))
        assert (min(shared), max(shared)) == (joint.first, joint.last)


def test_a_shared_holiday_is_no_shared_work_day(policy: Policy) -> None:
    holiday = [_task(1, 0, 4), _task(2, 3, 12)]
    assert propose(holiday, calendar=policy.calendar).joints == ()


def test_another_place_of_the_same_enterprise_is_another_visit(policy: Policy) -> None:
    found = propose([_task(1, 0, 2), _task(2, 0, 2, place="乙路2号")], calendar=policy.calendar)
    assert found.joints == () and found.alone == (1, 2)


def test_a_place_nobody_knows_is_shared_with_nobody(policy: Policy) -> None:
    tasks = [_task(1, 0, 2, place=""), _task(2, 0, 2, place="")]
    assert propose(tasks, calendar=policy.calendar).alone == (1, 2)


def test_two_matters_of_one_organ_are_one_organ_at_the_door(policy: Policy) -> None:
    tasks = [_task(1, 0, 2, organ=7), _task(2, 0, 2, organ=7), _task(3, 0, 2, organ=8)]
    (joint,) = propose(tasks, calendar=policy.calendar, maximum=2).joints
    assert set(joint.visits) == {1, 2, 3}


def test_a_window_that_has_passed_stays_alone(policy: Policy) -> None:
    assert propose([_task(1, 4, 2), _task(2, 0, 2)], calendar=policy.calendar).alone == (1, 2)
