"""Brings running cases from one version of a flow to a newer one, or says for each why it cannot.

Nobody loses a right by it: the state needs a counterpart, each running clock goes on under a key that the new version
can end, and verbs keep their meaning, so that who took an earlier step still may not decide. Moving back is exact.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from xinheng.core.flows import NEW, Flow, Past, hands, reachable
from xinheng.core.roles import Role

MIGRATED = "migrate"
UNDONE = "migrate_undo"


@dataclass(frozen=True, slots=True)
class Move:
    """An event of a case: ``verbs`` are the counterparts that a migration gave."""

    verb: str
    actor: int | None
    verbs: Mapping[str, str] | None = None


def past_of(moves: Iterable[Move]) -> tuple[Past, ...]:
    """The steps of a case in the words of its present version; a migration that was undone leaves no trace."""
    past: list[Past] = []
    before: list[list[Past]] = []
    for move in moves:
        if move.verb == MIGRATED:
            before.append(list(past))
            names = move.verbs or {}
            past = [Past(verb=names.get(one.verb, one.verb), actor=one.actor) for one in past]
        elif move.verb == UNDONE and before:
            past = before.pop()
        else:
            past.append(Past(verb=move.verb, actor=move.actor))
    return tuple(past)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Counterparts of states, verbs and clocks of the old version in the new one; what is not named keeps its name."""

    old: Flow
    new: Flow
    states: Mapping[str, str] = field(default_factory=dict)
    verbs: Mapping[str, str] = field(default_factory=dict)
    clocks: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"states": dict(self.states), "verbs": dict(self.verbs), "clocks": dict(self.clocks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A case as it stands: ``clocks`` are the keys of those that run or stand still."""

    number: str
    state: str
    history: Sequence[Past]
    clocks: Sequence[str]
    recused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What would happen to one case; ``why_not`` is a Chinese sentence for one that cannot be moved."""

    number: str
    from_state: str
    to_state: str
    clocks: tuple[tuple[str, str], ...] = ()
    waits_for: tuple[Role, ...] = ()
    barred: tuple[int, ...] = ()
    why_not: str = ""


def flaws_of_plan(plan: Plan) -> tuple[str, ...]:
    """What is wrong with the plan itself, as Chinese sentences."""
    found = []
    if plan.old.name != plan.new.name or plan.new.version <= plan.old.version:
        found.append("只能迁移到同一流程的较新版本")
    before, after = _names(plan.old), _names(plan.new)
    for kind, words in (("状态", plan.states), ("步骤", plan.verbs), ("期限", plan.clocks)):
        found += [f"旧版本没有{kind}“{name}”" for name in sorted(set(words) - before[kind])]
        found += [f"新版本没有{kind}“{name}”" for name in sorted(set(words.values()) - after[kind])]
    return tuple(found)


def _names(flow: Flow) -> Mapping[str, Set[str]]:
    """Of its states, steps and clocks."""
    return {
        "状态": {state.key for state in flow.states},
        "步骤": {step.verb for step in flow.steps},
        "期限": _clocks(flow),
    }


def dry_run(plan: Plan, cases: Iterable[Running]) -> tuple[Line, ...]:
    """What would happen to each case."""
    return tuple(_line(plan, case) for case in cases)


def _line(plan: Plan, case: Running) -> Line:
    target = plan.states.get(case.state, case.state)
    clocks = tuple((key, plan.clocks.get(key, key)) for key in case.clocks)
    why = _why_not(plan, case, target, clocks)
    if why:
        return Line(number=case.number, from_state=case.state, to_state=target, clocks=clocks, why_not=why)
    past = [Past(verb=plan.verbs.get(one.verb, one.verb), actor=one.actor) for one in case.history]
    barred = {
        one.actor
        for step in plan.new.steps_from(target)
        for one in past
        if one.verb in step.not_by and one.actor is not None
    }
    return Line(
        number=case.number,
        from_state=case.state,
        to_state=target,
        clocks=clocks,
        waits_for=tuple(sorted(hands(plan.new, state=target))),
        barred=tuple(sorted(barred | case.recused)),
    )


def _why_not(plan: Plan, case: Running, target: str, clocks: Sequence[tuple[str, str]]) -> str:
    states = {state.key: state for state in plan.new.states}
    if target == NEW or target not in states:
        return f"状态“{plan.old.state(case.state).title}”在新版本没有对应"
    if states[target].settled:
        return "办理中的事项不能迁移成已办结"
    known = {step.verb for step in plan.new.steps}
    for one in case.history:
        if plan.verbs.get(one.verb, one.verb) not in known:
            title = next((step.title for step in plan.old.steps if step.verb == one.verb), one.verb)
            return f"经过中的步骤“{title}”在新版本没有对应，无法判断谁应当避开"
    for old, new in clocks:
        if new not in _clocks(plan.new):
            return f"正在计算的期限“{old}”在新版本没有对应"
        if _outlives(plan.new, target, new):
            return f"正在计算的期限“{old}”在新版本从这个状态起没有终点"
    return ""


def _clocks(flow: Flow) -> set[str]:
    return {clock for step in flow.steps for clock in step.starts}


def _outlives(flow: Flow, state: str, clock: str) -> bool:
    """Whether the case could be settled from this state while the clock runs."""
    enders = [step.verb for step in flow.steps if clock in step.ends]
    reached = reachable(flow, start=state, without=enders)
    return any(one.settled and one.key in reached for one in flow.states)
