"""An order is given by two persons on a living record, served, answered, checked, or falls overdue by the clock."""

from datetime import date

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.orders import KEY, Orders, later, make_orders

from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services import case_deadlines
from xinheng.services.case_deadlines import run_out
from xinheng.services.case_grounds import halted
from xinheng.services.cases import start_on_service, take_step
from xinheng.services.rectification import Order, confirm_order, draft_order, wanted_of
from xinheng.store.models import Case, CaseDeadline


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.mark.row("M11-01")
@pytest.mark.usefixtures("home")
def test_an_order_runs_from_its_service_to_its_check(orders: Orders) -> None:
    case = orders.draft()
    assert case.number == "ZG-2026-000001"
    assert wanted_of(case) == "改正标签"
    confirm_order(
        case, actor=orders.people.zhao, policy=orders.policy, now=NOW, reason="属实", seen=case.version
    )
    assert not CaseDeadline.objects.filter(case=case).exists()
    case.refresh_from_db()
    served = date(2026, 11, 18)
    orders.serve(case, on=served)
    assert orders.deadline(case).due_on == orders.policy.calendar.add_workdays(served, 20).on
    orders.take(case, "hand_in", orders.people.wang)
    assert orders.deadline(case).suspended_on == TODAY
    done = orders.take(case, "pass", orders.sun)
    assert (done.state, done.closed_at) == ("done", NOW)
    assert not CaseDeadline.objects.filter(case=case, ended_on__isnull=True).exists()


@pytest.mark.row("M11-01")
def test_a_plain_fact_orders_nobody_to_put_anything_right(orders: Orders) -> None:
    passed = orders.rows.record(item=12, result="passed")
    order = Order(subject=passed.subject, record=passed.record_key, wanted="改正标签", reason="x")
    given = {"actor": orders.people.wang, "policy": orders.policy, "now": NOW}
    assert code_of(draft_order, order, **given) == "IV11"
    assert not Case.objects.exists()


@pytest.mark.row("M11-01")
def test_a_draft_whose_record_became_a_plain_fact_is_told_as_halted(orders: Orders) -> None:
    record = orders.rows.record(item=12, result="failed")
    case = orders.draft(record=record)
    assert halted(case, policy=orders.policy) == ""
    type(record).objects.filter(pk=record.pk).update(known_until=later(1))
    changed = {"item": 12, "record_key": record.record_key, "subject": record.subject}
    orders.rows.record(**changed, result="passed")
    call = {"actor": orders.people.zhao, "policy": orders.policy, "now": NOW, "reason": "x"}
    assert "不是失信行为" in halted(case, policy=orders.policy)
    assert code_of(confirm_order, case, seen=case.version, **call) == "IV11"
    taken_back = orders.take(case, "withdraw", orders.people.wang)
    assert halted(taken_back, policy=orders.policy) == ""


@pytest.mark.row("M11-01")
@pytest.mark.guard("G15")
def test_nothing_done_in_time_is_overdue_by_the_clock_alone(orders: Orders) -> None:
    case = orders.correcting()
    assert run_out(policy=orders.policy, now=NOW) == 0
    last = orders.deadline(case).due_on
    assert last is not None
    days = (last - TODAY).days
    assert run_out(policy=orders.policy, now=later(days)) == 0
    CaseDeadline.objects.filter(case=case).update(provisional=True)
    assert run_out(policy=orders.policy, now=later(days + 1)) == 0
    CaseDeadline.objects.filter(case=case).update(provisional=False)
    assert run_out(policy=orders.policy, now=later(days + 1)) == 1
    case.refresh_from_db()
    assert case.state == "overdue"
    assert case.closed_at is None
    assert run_out(policy=orders.policy, now=later(days + 2)) == 0


@pytest.mark.row("M11-01")
def test_an_order_is_not_given_by_who_drafted_it_nor_without_a_living_record(
    orders: Orders, people: People
) -> None:
    record = orders.rows.record()
    case = orders.draft(record=record)
    with pytest.raises(Refusal, match="您不能“责令整改”"):
        confirm_order(case, actor=people.wang, policy=orders.policy, now=NOW, reason="x", seen=case.version)
    type(record).objects.filter(pk=record.pk).update(known_until=later(1))
    with pytest.raises(Refusal, match="失效"):
        confirm_order(case, actor=people.zhao, policy=orders.policy, now=NOW, reason="x", seen=case.version)


@pytest.mark.row("M11-01")
@pytest.mark.parametrize(
    "given", [{"state": RecordState.SHIELDED}, {"finality": Finality.REVOKED}, {"known_until": later(1)}]
)
def test_a_record_that_does_not_stand_orders_nothing(orders: Orders, given: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        orders.draft(record=orders.rows.record(**given))
    assert refused.value.code == "RE2"
    assert not Case.objects.exists()


def test_an_order_says_what_is_wanted(orders: Orders) -> None:
    record = orders.rows.record()
    order = Order(subject=record.subject, record=record.record_key, wanted=" ", reason="x")
    with pytest.raises(Refusal) as refused:
        draft_order(order, actor=orders.people.wang, policy=orders.policy, now=NOW)
    assert refused.value.code == "RE1"


def test_a_day_of_service_to_come_is_refused(orders: Orders) -> None:
    case = orders.draft()
    confirm_order(
        case, actor=orders.people.zhao, policy=orders.policy, now=NOW, reason="x", seen=case.version
    )
    with pytest.raises(Refusal) as refused:
        orders.take(case, "serve", orders.people.wang, counted_from=date(2026, 11, 21))
    assert refused.value.code == "C04"


@pytest.mark.guard("G17")
def test_a_clock_that_waits_for_no_letter_does_not_start_twice(orders: Orders) -> None:
    case = orders.correcting()
    start_on_service(case, "serve", on=TODAY, policy=orders.policy)
    assert CaseDeadline.objects.filter(case=case, key=KEY).count() == 1


@pytest.mark.row("M11-01")
def test_what_is_not_enough_goes_back_with_what_was_left_of_the_term(orders: Orders) -> None:
    case = orders.correcting(served_on=date(2026, 11, 13))
    orders.take(case, "hand_in", orders.people.wang)
    orders.take(case, "send_back", orders.sun, on=later(5))
    assert orders.deadline(case).due_on == orders.policy.calendar.add_workdays(date(2026, 11, 25), 15).on
    assert orders.deadline(case, "rectification.check_workdays").ended_on == date(2026, 11, 25)


def test_a_case_whose_step_is_refused_does_not_keep_the_clock_from_the_others(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = orders.correcting(), orders.correcting()
    due = orders.deadline(stuck).due_on
    assert due is not None

    def step(case: str, *given: object, **more: object) -> Case:
        if case == stuck.public_id:
            raise Refusal("C04", "办不了。")
        return take_step(case, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(case_deadlines, "take_step", step)
    told: list[str] = []
    late = later((due - TODAY).days + 1)
    assert run_out(policy=orders.policy, now=late, refused=lambda case, refusal: told.append(case)) == 1
    assert told == [stuck.public_id]
    other.refresh_from_db()
    assert other.state == "overdue"
