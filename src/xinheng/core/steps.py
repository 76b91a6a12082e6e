"""The hands of casework and the steps in which most procedures are written: by whom, from where, to where.

Officers prepare, the window takes in, deciders decide; what burdens somebody is decided by a second person on a ground
and told by letter (《行政处罚法》第五十七、五十八条). Each step asks for a reason unless it says otherwise.
"""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from xinheng.core.flows import Step
from xinheng.core.roles import Role

OFFICERS = frozenset({Role.REVIEWER, Role.CREDIT_OFFICE_OPERATOR})
WINDOW = frozenset({Role.WINDOW_CLERK})
TAKERS = OFFICERS | WINDOW
DECIDERS = frozenset({Role.DECIDER})
STATEMENT = "letters.statement_workdays"
"""The term for statement and defence; it starts with the service of the letter that announces the decision."""


class Terms(TypedDict, total=False):
    """What a step may say of itself besides its arrow, as in ``Step``."""

    not_by: tuple[str, ...]
    adverse: bool
    ground_required: bool
    reason_required: bool
    notice: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    suspends: tuple[str, ...]
    resumes: tuple[str, ...]


def by(
    roles: frozenset[Role], verb: str, title: str, source: str | Iterable[str], to: str, **more: Unpack[Terms]
) -> Step:
    """A step that people take."""
    terms: Terms = {"reason_required": True, **more}
    return Step(roles=roles, verb=verb, title=title, from_states=_states(source), to_state=to, **terms)


def adverse(verb: str, title: str, source: str | Iterable[str], to: str, **more: Unpack[Terms]) -> Step:
    """A decision that burdens somebody, on a ground; ``not_by`` names who prepared it."""
    terms: Terms = {"adverse": True, "ground_required": True, **more}
    return by(DECIDERS, verb, title, source, to, **terms)


def by_clock(
    verb: str,
    title: str,
    source: str | Iterable[str],
    to: str,
    *,
    after: str = "",
    starts: tuple[str, ...] = (),
    ends: tuple[str, ...] = (),
) -> Step:
    """A step that nobody takes; with ``after`` on the day on which that clock is over, which it ends."""
    return Step(
        verb=verb,
        title=title,
        from_states=_states(source),
        to_state=to,
        starts=starts,
        ends=(after,) if after else ends,
        after=after,
    )


def _states(source: str | Iterable[str]) -> tuple[str, ...]:
    return (source,) if isinstance(source, str) else tuple(source)
