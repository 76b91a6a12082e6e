"""Running cases go to a newer version of their flow by two persons, after a dry run, and come back exactly."""

from dataclasses import replace

import pytest
from tests.people import NOW, People
from tests.refusals import code_of
from tests.services.orders import Orders, make_orders

from xinheng.core import flows
from xinheng.core.flows import Flow
from xinheng.core.policy import Policy
from xinheng.core.rectification import RECTIFICATION
from xinheng.services.case_moves import carry_out, plan_of, propose_migration, propose_undo, try_plan
from xinheng.services.cases import history_of, take_step
from xinheng.store.models import Case, CaseDeadline, FlowMigration, LedgerEvent

STATES = {"correcting": "mending"}
VERBS = {"draft": "propose"}


def _next(flow: Flow) -> Flow:
    def name(word: str) -> str:
        return {**STATES, **VERBS}.get(word, word)

    steps = tuple(
        replace(
            step,
            verb=name(step.verb),
            from_states=tuple(map(name, step.from_states)),
            to_state=name(step.to_state),
            not_by=tuple(map(name, step.not_by)),
        )
        for step in flow.steps
    )
    states = tuple(replace(state, key=name(state.key)) for state in flow.states)
    return replace(flow, version=2, states=states, steps=steps)


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.fixture
def case(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A case of the first version, begun before the second was published."""
    made = orders.correcting()
    monkeypatch.setitem(flows._published, ("rectification", 2), _next(RECTIFICATION))
    return made


def _plan() -> object:
    return plan_of("rectification", 1, 2, {"states": STATES, "verbs": VERBS})


def _moved(orders: Orders) -> FlowMigration:
    row = propose_migration(_plan(), actor=orders.people.wang, reason="新版本", now=NOW)  # type: ignore[arg-type]
    assert carry_out(row.public_id, actor=orders.people.zhao, now=NOW) == 1
    return row


def _as_it_is(case: Case) -> tuple[object, ...]:
    case.refresh_from_db()
    clocks = CaseDeadline.objects.filter(case=case).order_by("pk").values_list()
    return case.state, case.flow_version, history_of(case), list(clocks)


def test_a_dry_run_writes_nothing(case: Case) -> None:
    before = _as_it_is(case)
    lines = try_plan(_plan())  # type: ignore[arg-type]
    assert [(line.number, line.from_state, line.to_state) for line in lines] == [
        (case.number, "correcting", "mending")
    ]
    assert _as_it_is(case) == before
    assert not FlowMigration.objects.exists()


def test_two_persons_move_the_cases_and_the_rule_of_two_persons_goes_along(
    orders: Orders, case: Case
) -> None:
    _moved(orders)
    case.refresh_from_db()
    assert (case.state, case.flow_version) == ("mending", 2)
    assert history_of(case)[0].verb == "propose"
    moved = take_step(
        case.public_id, "hand_in", actor=orders.people.wang, policy=orders.policy, now=NOW, reason="材料"
    )
    assert moved.state == "checking"
    assert LedgerEvent.objects.filter(kind="flow.migrated").count() == 1


def test_what_was_moved_comes_back_exactly_by_two_persons(orders: Orders, case: Case) -> None:
    before = _as_it_is(case)
    row = _moved(orders)
    undo = propose_undo(row.public_id, actor=orders.people.wang, reason="有误", now=NOW)
    assert code_of(carry_out, undo.public_id, actor=orders.people.wang, now=NOW) == "access"
    carry_out(undo.public_id, actor=orders.qian, now=NOW)
    assert _as_it_is(case) == before
    assert code_of(propose_undo, row.public_id, actor=orders.people.wang, reason="x", now=NOW) == "FM6"
    _moved(orders)


def test_a_case_that_went_on_is_not_taken_back(orders: Orders, case: Case) -> None:
    row = _moved(orders)
    orders.take(case, "hand_in", orders.people.wang)
    assert code_of(propose_undo, row.public_id, actor=orders.people.wang, reason="x", now=NOW) == "FM10"


def test_a_list_that_is_out_of_date_moves_nothing(orders: Orders, case: Case) -> None:
    row = propose_migration(_plan(), actor=orders.people.wang, reason="新版本", now=NOW)  # type: ignore[arg-type]
    orders.take(case, "hand_in", orders.people.wang)
    assert code_of(carry_out, row.public_id, actor=orders.people.zhao, now=NOW) == "FM9"
    case.refresh_from_db()
    assert case.flow_version == 1


def test_wrong_migrations_are_refused(orders: Orders, case: Case) -> None:
    wang = orders.people.wang
    assert code_of(plan_of, "rectification", 1, 9, {}) == "FM1"
    assert code_of(plan_of, "rectification", 1, 2, {"states": {"correcting": "moon"}}) == "FM2"
    assert (
        code_of(propose_migration, plan_of("rectification", 1, 2, {}), actor=wang, reason="x", now=NOW)
        == "FM3"
    )
    assert code_of(propose_migration, _plan(), actor=wang, reason="", now=NOW) == "FM4"
    assert code_of(propose_migration, _plan(), actor=orders.people.li, reason="x", now=NOW) == "access"
    orders.take(case, "revoke", orders.people.zhao)
    assert code_of(propose_migration, _plan(), actor=wang, reason="x", now=NOW) == "FM5"
    assert code_of(carry_out, "nothing", actor=orders.people.zhao, now=NOW) == "FM7"


def test_who_proposed_does_not_carry_out_even_with_the_role(orders: Orders, case: Case) -> None:
    from datetime import date

    from xinheng.core.roles import Role
    from xinheng.store.models import RoleGrant

    people = orders.people
    RoleGrant.objects.create(
        user=people.wang, role=Role.DECIDER, organisation=people.city, from_on=date(2026, 1, 1)
    )
    row = propose_migration(_plan(), actor=people.wang, reason="新版本", now=NOW)  # type: ignore[arg-type]
    assert code_of(carry_out, row.public_id, actor=people.wang, now=NOW) == "FM8"
