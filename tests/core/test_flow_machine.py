"""Whatever is tried, by whom and when: no published flow ever leaves its invariants."""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from xinheng.core import clocks
from xinheng.core.days import CalendarYear, calendar_of
from xinheng.core.flows import NEW, Flow, Past, Step, available, check_step
from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.parameters import Reading, Status, Unit
from xinheng.core.procedures import flows
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role

CALENDAR = calendar_of(
    [
        CalendarYear(
            year=year, source="made up", verified=False, holidays=[date(year, 1, 1)], make_up_workdays=[]
        )
        for year in (2026, 2027, 2028)
    ]
)
START = date(2026, 3, 2)
GROUND = Ground(GroundKind.RECORD, 1)
PEOPLE = st.none() | st.integers(1, 4)
ROLES = st.frozensets(st.sampled_from(sorted(Role)), max_size=6)
VERBS = sorted({step.verb for flow in flows() for step in flow.steps} | {"seize"})
TERM = st.sampled_from([None, 0, 1, 5, 20])


class Casework(RuleBasedStateMachine):
    """One case of any published flow, its clocks, and people who try everything."""

    @initialize(flow=st.sampled_from(flows()), term=TERM, unit=st.sampled_from([Unit.WORKDAY, Unit.MONTH]))
    def open(self, flow: Flow, term: int | None, unit: Unit) -> None:
        self.flow, self.state, self.today = flow, NEW, START
        self.history: list[Past] = []
        self.clocks: list[clocks.Clock] = []
        self.recused: frozenset[int] = frozenset()
        self.adverse: list[tuple[Step, int | None, frozenset[int]]] = []
        self.reading = Reading(
            key="k", title="期限", unit=unit, value=term,
            status=Status.KNOWN if term is not None else Status.UNCONFIRMED,
        )  # fmt: skip

    @rule(days=st.integers(1, 90))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(person=st.integers(1, 4))
    def recuse(self, person: int) -> None:
        self.recused |= {person}

    @rule(
        verb=st.sampled_from(VERBS),
        actor=PEOPLE,
        roles=ROLES,
        reason=st.sampled_from(["", "理由"]),
        ground=st.booleans(),
    )
    def attempt(
        self, verb: str, actor: int | None, roles: frozenset[Role], reason: str, ground: bool
    ) -> None:
        self._take(verb, actor, roles, reason, GROUND if ground else None)

    @rule(actor=st.integers(1, 4), place=st.integers(0, 20))
    def press_a_button(self, actor: int, place: int) -> None:
        """What the page offers is never refused once reason and ground are given."""
        steps = available(
            self.flow, state=self.state, actor=actor, roles=Role, history=self.history, recused=self.recused
        )
        if steps:
            verb = steps[place % len(steps)].verb
            assert self._take(verb, actor, frozenset(Role), "理由", GROUND)

    @rule(place=st.integers(0, 5), kind=st.sampled_from(["suspend", "resume", "extend", "run_out"]))
    def touch_a_clock(self, place: int, kind: str) -> None:
        running = [clock for clock in self.clocks if clock.ended_on is None]
        if not running:
            return
        clock = running[place % len(running)]
        try:
            after = self._touched(clock, kind)
        except Refusal as refusal:
            _says_why(refusal)
            return
        if clock in self.clocks:
            self.clocks[self.clocks.index(clock)] = after

    def _touched(self, clock: clocks.Clock, kind: str) -> clocks.Clock:
        if kind == "suspend":
            return clocks.suspend(clock, on=self.today, calendar=CALENDAR)
        if kind == "resume":
            return clocks.resume(clock, on=self.today)
        if kind == "extend":
            return clocks.extend(clock, by=3, on=self.today, limit=10, calendar=CALENDAR)
        if clocks.is_overdue(clock, on=self.today, calendar=CALENDAR):
            for step in self.flow.steps_from(self.state):
                if step.after == clock.key:
                    assert self._take(step.verb, None, frozenset(), "", None)
        return clock

    def _take(
        self, verb: str, actor: int | None, roles: frozenset[Role], reason: str, ground: Ground | None
    ) -> bool:
        try:
            step = check_step(
                self.flow, state=self.state, verb=verb, actor=actor, roles=roles, history=self.history,
                recused=self.recused, reason=reason, ground=ground,
            )  # fmt: skip
        except Refusal as refusal:
            _says_why(refusal)
            return False
        if step.adverse:
            before = frozenset(past.actor for past in self.history if past.actor is not None)
            self.adverse.append((step, actor, before))
            assert reason.strip()
            assert ground
            assert not [past for past in self.history if past.actor == actor and past.verb in step.not_by]
        assert actor is None or actor not in self.recused
        self.clocks = [
            clocks.after_step(clock, step, on=self.today, calendar=CALENDAR) for clock in self.clocks
        ]
        readings = dict.fromkeys(step.starts, self.reading)
        begun = clocks.clocks_of(step, readings=readings, taken_on=self.today, served_on=self.today)
        running = {clock.key for clock in self.clocks if clock.ended_on is None}
        self.clocks += [clock for clock in begun if clock.key not in running]
        self.history.append(Past(verb=verb, actor=actor))
        self.state = step.to_state
        return True

    @invariant()
    def a_settled_case_has_no_running_clock(self) -> None:
        if self.__dict__.get("state", NEW) != NEW and self.flow.state(self.state).settled:
            assert not [clock for clock in self.clocks if clock.ended_on is None]

    @invariant()
    def nothing_adverse_is_done_by_one_person(self) -> None:
        for step, actor, before in self.__dict__.get("adverse", []):
            assert actor is not None
            assert before - {actor}, step.verb

    @invariant()
    def a_clock_never_ends_before_it_began(self) -> None:
        for clock in self.__dict__.get("clocks", []):
            assert clock.ended_on is None or clock.ended_on >= clock.started_on
            assert clock.count is None or clock.count >= 0


def _says_why(refusal: Refusal) -> None:
    assert refusal.code
    assert refusal.message
    assert refusal.advice


Casework.TestCase.settings = settings(
    max_examples=300, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
)
TestCasework = Casework.TestCase
