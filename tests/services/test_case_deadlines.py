"""Persons suspend, resume and extend clocks with a reason; lists and reminders follow the work-days."""

from datetime import date, datetime, tzinfo

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.orders import KEY, Orders, later, make_orders

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.jobs import tasks
from xinheng.services import policies
from xinheng.services.case_deadlines import (
    answer_extension,
    due_within,
    extend_deadline,
    overdue,
    remind,
    reminders_of,
    resume_deadline,
    running,
    suspend_deadline,
)
from xinheng.store.models import Case, CaseReminder, DeadlineMove, LedgerEvent, User


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.fixture
def case(orders: Orders) -> Case:
    return orders.correcting()


def _move(
    orders: Orders, case: Case, verb: object, *, actor: User | None = None, at: int = 0, **more: object
) -> object:
    case.refresh_from_db()
    given = {
        "actor": actor or orders.people.wang,
        "policy": orders.policy,
        "now": later(at),
        "reason": "等待鉴定",
    }
    return verb(case.public_id, KEY, **{**given, "seen": case.version, **more})  # type: ignore[operator]


def _refused(*args: object, **more: object) -> str:
    return code_of(_move, *args, **more)


@pytest.mark.row("M11-01")
def test_a_clock_stands_still_and_goes_on_with_what_was_left(orders: Orders, case: Case) -> None:
    before = orders.deadline(case).due_on
    _move(orders, case, suspend_deadline, on=TODAY)
    assert orders.deadline(case).due_on is None
    assert not running([case.organisation_id]).exists()
    _move(orders, case, resume_deadline, on=date(2026, 11, 27), at=7)
    after = orders.deadline(case).due_on
    assert after == orders.policy.calendar.add_workdays(date(2026, 11, 27), 20).on
    assert before is not None
    assert after is not None
    assert after > before
    moves = DeadlineMove.objects.order_by("pk")
    assert [(move.kind, move.before, move.after) for move in moves] == [
        ("suspended", before, None),
        ("resumed", None, after),
    ]
    assert LedgerEvent.objects.filter(kind="deadline.suspended", object=f"case:{case.number}").count() == 1


def test_what_is_wrong_with_a_move_is_said(orders: Orders, case: Case) -> None:
    assert _refused(orders, case, suspend_deadline, on=TODAY, reason=" ") == "CD3"
    assert _refused(orders, case, suspend_deadline, on=date(2026, 11, 21)) == "CD4"
    assert _refused(orders, case, suspend_deadline, on=date(2026, 11, 19)) == "clock_order"
    assert _refused(orders, case, resume_deadline, on=TODAY) == "clock_not_suspended"
    assert _refused(orders, case, suspend_deadline, on=TODAY, actor=orders.people.chen) == "CD2"
    assert _refused(orders, case, suspend_deadline, on=TODAY, seen=1) == "C02"
    orders.take(case, "revoke", orders.people.zhao)
    assert _refused(orders, case, suspend_deadline, on=TODAY) == "CD1"
    assert not DeadlineMove.objects.exists()


def test_a_term_is_extended_once_within_policy_by_a_second_person(orders: Orders, case: Case) -> None:
    before = orders.deadline(case).due_on
    assert _refused(orders, case, extend_deadline, by=11) == "clock_extension"
    assert _refused(orders, case, extend_deadline, by=0) == "clock_extension"
    assert _move(orders, case, extend_deadline, by=10) is False
    assert orders.deadline(case).due_on == before
    assert _refused(orders, case, extend_deadline, by=5) == "CD6"
    assert _refused(orders, case, answer_extension, agree=True) == "CD8"
    _move(orders, case, answer_extension, agree=True, actor=orders.people.zhao)
    assert orders.deadline(case).due_on == orders.policy.calendar.add_workdays(TODAY, 30).on
    assert _refused(orders, case, extend_deadline, by=1) == "CD5"
    assert _refused(orders, case, answer_extension, agree=True, actor=orders.people.zhao) == "CD7"


def test_a_refused_extension_changes_nothing_and_may_be_asked_for_again(orders: Orders, case: Case) -> None:
    before = orders.deadline(case).due_on
    _move(orders, case, extend_deadline, by=10)
    _move(orders, case, answer_extension, agree=False, actor=orders.people.zhao)
    assert orders.deadline(case).due_on == before
    assert _move(orders, case, extend_deadline, by=3) is False


@pytest.mark.guard("G15")
def test_a_term_without_a_rule_on_extension_is_not_extended(orders: Orders, case: Case) -> None:
    orders.take(case, "hand_in", orders.people.wang)
    case.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        extend_deadline(
            case.public_id, "rectification.check_workdays", by=1, actor=orders.people.wang,
            policy=orders.policy, now=NOW, reason="x", seen=case.version,
        )  # fmt: skip
    assert refused.value.code == "clock_unconfirmed"


def test_a_term_that_is_over_is_neither_suspended_nor_extended(orders: Orders, case: Case) -> None:
    assert _refused(orders, case, suspend_deadline, on=date(2027, 3, 1), at=101) == "clock_overdue"
    assert _refused(orders, case, extend_deadline, by=1, at=101) == "clock_overdue"


def test_lists_show_what_is_due_by_work_days(orders: Orders, case: Case) -> None:
    unit = [case.organisation_id]
    due = orders.deadline(case).due_on
    assert due is not None
    assert not due_within(unit, workdays=19, today=TODAY, policy=orders.policy).exists()
    assert due_within(unit, workdays=20, today=TODAY, policy=orders.policy).count() == 1
    assert not overdue(unit, today=due).exists()
    assert overdue(unit, today=date(2027, 1, 31)).count() == 1
    assert not overdue([orders.people.market.pk], today=date(2027, 1, 31)).exists()


def test_reminders_go_out_once_a_level_and_climb(orders: Orders, case: Case) -> None:
    due = orders.deadline(case).due_on
    assert due is not None
    ahead = (due - TODAY).days
    days = [0, ahead - 1, ahead, ahead + 1, ahead + 2, ahead + 7, ahead + 9]
    assert [remind(policy=orders.policy, now=later(day)) for day in days] == [0, 1, 0, 1, 0, 1, 0]
    levels = CaseReminder.objects.order_by("pk").values_list("level", flat=True)
    assert list(levels) == ["soon", "overdue", "escalated"]
    assert reminders_of([case.organisation_id], "escalated").count() == 1  # type: ignore[arg-type]


def test_a_reminder_falls_silent_when_the_clock_ends_or_moves(orders: Orders, case: Case) -> None:
    due = orders.deadline(case).due_on
    assert due is not None
    remind(policy=orders.policy, now=later((due - TODAY).days))
    assert reminders_of([case.organisation_id], "soon").count() == 1  # type: ignore[arg-type]
    orders.take(case, "hand_in", orders.people.wang)
    assert not reminders_of([case.organisation_id], "soon").exists()  # type: ignore[arg-type]


def test_a_department_is_escalated_to_the_credit_office(orders: Orders, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(organisation=orders.people.market)
    due = orders.deadline(case).due_on
    assert due is not None
    remind(policy=orders.policy, now=later((due - TODAY).days + 20))
    assert CaseReminder.objects.get().organisation == orders.people.city


def test_the_worker_watches_cases_every_night_and_twice_without_harm(
    orders: Orders, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = orders.deadline(case).due_on
    assert due is not None
    night = later((due - TODAY).days + 1)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return night

    monkeypatch.setattr(tasks, "datetime", Clock)
    monkeypatch.setattr(policies, "policy_in_force", lambda *, on: orders.policy)
    for _ in range(2):
        tasks.watch_cases(timestamp=0)
        case.refresh_from_db()
        assert case.state == "overdue"
