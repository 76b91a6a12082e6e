"""A line of a campaign is where its cases are: interviewed, ordered, done or left, at any moment; weeks end on Sundays."""

from datetime import UTC, date, datetime, timedelta

import pytest

from xinheng.core.campaigns import CAMPAIGN, DONE, Life, LineState, Move, counts, state_at, state_of, weeks
from xinheng.core.flows import Past, check_step
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role

pytestmark = pytest.mark.row("M11-04")
START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def after(days: int) -> datetime:
    return START + timedelta(days=days)


def _move(case: int, kind: str, state: str, days: int) -> Move:
    return Move(case=case, kind=kind, state=state, at=after(days))


def _life(*moves: Move, ended: int | None = None, why: str = "") -> Life:
    over = after(ended) if ended is not None else None
    return Life(unit=1, county="410211", taken_at=START, ended_at=over, ended_why=why, moves=moves)


@pytest.mark.parametrize(
    ("moves", "state"),
    [
        ((), LineState.WAITING),
        ((_move(1, "interview", "called", 1),), LineState.WAITING),
        ((_move(1, "interview", "called", 1), _move(1, "interview", "held", 2)), LineState.INTERVIEWED),
        ((_move(1, "interview", "held", 1), _move(2, "rectification", "drafted", 2)), LineState.INTERVIEWED),
        ((_move(1, "interview", "done", 1), _move(2, "rectification", "ordered", 2)), LineState.ORDERED),
        (
            (_move(2, "rectification", "ordered", 1), _move(2, "rectification", "revoked", 2)),
            LineState.WAITING,
        ),
    ],
)
def test_a_line_is_where_its_cases_are(moves: tuple[Move, ...], state: LineState) -> None:
    assert state_of(_life(*moves)) is state_at(_life(*moves), after(3)) is state


def test_a_line_is_shown_as_it_stood_on_each_day() -> None:
    life = _life(_move(1, "interview", "held", 4), ended=9, why=DONE)
    days = [-1, 0, 4, 8, 9]
    assert [state_at(life, after(day)) for day in days] == [
        None, LineState.WAITING, LineState.INTERVIEWED, LineState.INTERVIEWED, LineState.DONE,
    ]  # fmt: skip
    assert state_at(_life(ended=2, why="repair"), after(2)) is LineState.LEFT


def test_every_line_is_counted_in_one_state() -> None:
    lives = [_life(), _life(ended=1, why=DONE), _life(ended=1, why="withdraw")]
    found = counts(map(state_of, lives))
    assert sum(found.values()) == len(lives)
    assert (found[LineState.WAITING], found[LineState.DONE], found[LineState.LEFT]) == (1, 1, 1)


def test_weeks_end_on_sundays_and_the_last_with_the_period() -> None:
    assert weeks(date(2026, 11, 18), date(2026, 12, 2)) == (
        date(2026, 11, 22), date(2026, 11, 29), date(2026, 12, 1),
    )  # fmt: skip
    assert weeks(date(2026, 11, 16), date(2026, 11, 23)) == (date(2026, 11, 22),)
    assert weeks(date(2026, 11, 16), date(2026, 11, 17)) == (date(2026, 11, 16),)


def test_nobody_starts_the_campaign_that_he_planned() -> None:
    past = [Past(verb="draft", actor=1)]
    with pytest.raises(Refusal) as refused:
        check_step(
            CAMPAIGN, state="planned", verb="start", actor=1, roles=[Role.DECIDER], history=past, reason="好"
        )
    assert refused.value.code == "flow_same_person"
    started = check_step(
        CAMPAIGN, state="planned", verb="start", actor=2, roles=[Role.DECIDER], history=past, reason="好"
    )
    assert started.to_state == "running"
