"""The desk's cases: those in which one may take a step now, what is due first in front."""

import pytest
from tests.people import NOW, TODAY, People
from tests.services.orders import Orders, make_orders

from xinheng.core.policy import Policy
from xinheng.services.cases_waiting import waiting_for
from xinheng.services.recusals import decide, declare
from xinheng.store.models import CaseDeadline, User


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


def _numbers(orders: Orders, user: User, *, units: list[int] | None = None, most: int = 100) -> list[str]:
    reached = [orders.people.city.pk] if units is None else units
    return [case.number for case in waiting_for(user, reached, on=TODAY, most=most)]


def test_a_draft_waits_for_whoever_may_confirm_it_and_not_for_who_wrote_it(orders: Orders) -> None:
    case = orders.draft()
    assert _numbers(orders, orders.people.zhao) == [case.number]
    assert _numbers(orders, orders.people.li) == []
    assert _numbers(orders, orders.people.zhao, units=[orders.people.market.pk]) == []
    both = [orders.people.city.pk, orders.people.market.pk]
    assert _numbers(orders, orders.people.zhao, units=both) == [case.number]


def test_what_is_due_first_stands_in_front_and_no_more_come_than_asked_for(orders: Orders) -> None:
    cases = [orders.correcting() for _ in range(3)]
    for case, day in zip(cases, (9, 3, 6), strict=True):
        CaseDeadline.objects.filter(case=case, ended_on__isnull=True).update(due_on=f"2026-12-{day:02}")
    first, second, third = (cases[index].number for index in (1, 2, 0))
    assert _numbers(orders, orders.people.wang) == [first, second, third]
    assert len(_numbers(orders, orders.people.wang, most=2)) == 2


def test_who_stepped_aside_is_not_waited_for(orders: Orders) -> None:
    case = orders.draft()
    assert _numbers(orders, orders.qian) == [case.number]
    asked = declare(case.public_id, actor=orders.qian, reason="与当事人有利害关系", now=NOW)
    decide(asked.public_id, grant=True, actor=orders.people.zhao, answer="同意", now=NOW)
    assert _numbers(orders, orders.qian) == []
