"""Running terms follow the work-day calendar, whoever changed it: the office or a release with a new year."""

from datetime import date

import pytest
from tests.people import People
from tests.store.rows import Rows

from xinheng.core.days import CalendarYear
from xinheng.core.policy import Policy, overlaid
from xinheng.interfaces.jobs import tasks
from xinheng.services import policies
from xinheng.services.calendars import follow_calendar
from xinheng.store.models import CaseDeadline

STARTED = date(2027, 2, 4)


@pytest.fixture
def term(people: People, policy: Policy) -> CaseDeadline:
    """Seven work-days that run beyond the calendar of the seed."""
    rows = Rows(people)
    due = policy.calendar.add_workdays(STARTED, 7)
    assert due.provisional
    return rows.deadline(
        rows.case(),
        started_on=STARTED,
        count=7,
        unit="workday",
        due_on=due.on,
        provisional=True,
        calendar_version=due.calendar_version,
    )


def _next_year(policy: Policy) -> Policy:
    year = CalendarYear(
        year=2027, source="测试", verified=False, holidays=(date(2027, 2, 8),), make_up_workdays=()
    )
    return overlaid(policy, feeds=[], years=[year])


def test_a_term_is_computed_again_when_the_calendar_changes(term: CaseDeadline, policy: Policy) -> None:
    before = term.due_on
    new = _next_year(policy)
    assert follow_calendar(policy=new) == 1
    term.refresh_from_db()
    assert term.due_on == new.calendar.add_workdays(STARTED, 7).on
    assert term.due_on > before
    assert (term.provisional, term.calendar_version) == (False, new.calendar.version)
    assert follow_calendar(policy=new) == 0


def test_an_ended_term_keeps_the_day_it_had(term: CaseDeadline, policy: Policy) -> None:
    CaseDeadline.objects.update(ended_on=STARTED)
    assert follow_calendar(policy=_next_year(policy)) == 0


def test_the_worker_follows_a_calendar_that_came_with_a_release(
    term: CaseDeadline, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = _next_year(policy)
    monkeypatch.setattr(policies, "policy_in_force", lambda *, on=None: new)
    tasks.follow_calendar(timestamp=0)
    term.refresh_from_db()
    assert term.calendar_version == new.calendar.version
