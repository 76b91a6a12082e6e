"""A special campaign (专项治理): planned for a declared field, started by a second person, run down line by line, closed.

Asked for by shijiazhuang-2019-126 （十二）, huaizhengbanfa-2020-80 四（二）, wanzhengban-2020-17 五（二） and
pingxinyong-2021-1 十八、十九. A line is supervision inside the offices: no list, no measure, never public, and no score
looks at it. It stands only while the record it was taken in for stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from xinheng.core.days import last_day
from xinheng.core.flows import NEW, Flow, State, published
from xinheng.core.records import Seriousness
from xinheng.core.steps import DECIDERS, OFFICERS, by, by_clock


class CampaignField(StrEnum):
    """What a campaign is declared for."""

    GOVERNMENT = "government"
    FINANCE = "finance"
    SECTOR = "sector"
    INTEGRITY = "integrity"
    ARREARS = "arrears"

    @property
    def label(self) -> str:
        return _FIELDS[self]


_FIELDS = {
    CampaignField.GOVERNMENT: "政府机构失信",
    CampaignField.FINANCE: "涉金融领域失信",
    CampaignField.SECTOR: "重点行业领域失信",
    CampaignField.INTEGRITY: "诚信缺失突出问题",
    CampaignField.ARREARS: "拖欠账款",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which records a machine may propose: catalogue items, from which class on, decided since which day, in which counties
    (none: the whole city)."""

    items: tuple[int, ...]
    least: Seriousness
    since: date
    counties: tuple[str, ...] = ()


class LineState(StrEnum):
    """Where the work on one line stands."""

    WAITING = "waiting"
    INTERVIEWED = "interviewed"
    ORDERED = "ordered"
    DONE = "done"
    LEFT = "left"

    @property
    def label(self) -> str:
        return _LINES[self]


_LINES = {
    LineState.WAITING: "待处置",
    LineState.INTERVIEWED: "已约谈",
    LineState.ORDERED: "已责令整改",
    LineState.DONE: "已完成",
    LineState.LEFT: "已退出",
}
DONE, LEFT, CLOSED = "done", "left", "closed"
"""Why a line ended that did not end with its ground: put right, taken out by somebody, campaign over."""

_REACHED = {
    "interview": (LineState.INTERVIEWED, frozenset({"held", "done"})),
    "rectification": (
        LineState.ORDERED,
        frozenset({"ordered", "correcting", "checking", "overdue", "checking_late", "done"}),
    ),
}
PROCEDURES = tuple(_REACHED)
"""Kinds of case that act on a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A case of ``kind`` on the ground of the line came into ``state``."""

    case: int
    kind: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What happened to one line, its moves in order. ``unit`` recognised the ground, ``county`` is where the subject is."""

    unit: int
    county: str
    taken_at: datetime
    ended_at: datetime | None = None
    ended_why: str = ""
    moves: tuple[Move, ...] = ()


def state_of(life: Life) -> LineState:
    """The state as it stands. An interview called off or an order taken back counts no more."""
    if life.ended_at is not None:
        return LineState.DONE if life.ended_why == DONE else LineState.LEFT
    now = {move.case: move for move in life.moves}
    reached = {
        state for move in now.values() for state, found in (_REACHED[move.kind],) if move.state in found
    }
    return next(
        (state for state in (LineState.ORDERED, LineState.INTERVIEWED) if state in reached), LineState.WAITING
    )


def state_at(life: Life, at: datetime) -> LineState | None:
    """The state at an earlier moment; None before the line was taken in."""
    if at < life.taken_at:
        return None
    over = life.ended_at if life.ended_at is not None and life.ended_at <= at else None
    moves = tuple(move for move in life.moves if move.at <= at)
    return state_of(replace(life, ended_at=over, moves=moves))


def counts(states: Iterable[LineState | None]) -> dict[LineState, int]:
    """How many lines are in each state."""
    found = dict.fromkeys(LineState, 0)
    for state in states:
        if state is not None:
            found[state] += 1
    return found


def weeks(from_on: date, until_on: date) -> Sequence[date]:
    """The Sundays on which the weeks of a period end, the last day of the period for its last week; ``until_on`` is the
    first day after it."""
    last, found = last_day(until_on), []
    day = from_on + timedelta(days=6 - from_on.weekday())
    while day < last:
        found.append(day)
        day += timedelta(days=7)
    return (*found, last)


_STATES = (
    State(key="planned", title="拟定方案"),
    State(key="running", title="进行中", settled=True),
    State(key="reporting", title="待总结"),
    State(key="closed", title="已结束", settled=True),
    State(key="withdrawn", title="撤销草稿", settled=True),
)
_PLANNING = ("draft", "revise")

CAMPAIGN = published(
    Flow(
        name="campaign",
        version=1,
        title="专项治理",
        states=_STATES,
        steps=(
            by(OFFICERS, "draft", "拟定方案", NEW, "planned"),
            by(OFFICERS, "revise", "修改方案", "planned", "planned"),
            by(OFFICERS, "withdraw", "撤销草稿", "planned", "withdrawn"),
            by(DECIDERS, "start", "批准启动", "planned", "running", not_by=_PLANNING),
            by(DECIDERS, "return", "退回", "planned", "planned", not_by=_PLANNING),
            by(DECIDERS, "halt", "提前结束", "running", "reporting"),
            by_clock("expire", "期满", "running", "reporting"),
            by(OFFICERS, "report", "提交总结，结束", "reporting", "closed"),
        ),
    )
)
