"""Recusal is declared or asked for, decided by another person, and keeps the person from every further step."""

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.orders import Orders, make_orders

from xinheng.core.policy import Policy
from xinheng.services.case_deadlines import suspend_deadline
from xinheng.services.cases import steps_for
from xinheng.services.recusals import ask_for, decide, declare
from xinheng.store.models import Case, LedgerEvent, Recusal


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.fixture
def case(orders: Orders) -> Case:
    return orders.correcting()


def test_a_recused_person_takes_no_step_and_the_others_go_on(orders: Orders, case: Case) -> None:
    wang = orders.people.wang
    asked = declare(case.public_id, actor=wang, reason="配偶在该企业任职", now=NOW)
    assert "hand_in" in [step.verb for step in steps_for(case, wang, on=TODAY)]
    decide(asked.public_id, grant=True, actor=orders.people.zhao, answer="情况属实", now=NOW)
    assert steps_for(case, wang, on=TODAY) == ()
    assert code_of(orders.take, case, "hand_in", wang) == "flow_recused"
    case.refresh_from_db()
    assert (
        code_of(
            suspend_deadline, case.public_id, "rectification.correct_workdays", on=TODAY, actor=wang,
            policy=orders.policy, now=NOW, reason="x", seen=case.version,
        )
        == "CD2"
    )  # fmt: skip
    assert orders.take(case, "hand_in", orders.sun).state == "checking"
    assert LedgerEvent.objects.filter(kind="recusal.granted").count() == 1


def test_a_refused_request_leaves_the_person_in(orders: Orders, case: Case) -> None:
    wang = orders.people.wang
    asked = ask_for(case.public_id, person=wang.public_id, actor=orders.sun, reason="当事人申请", now=NOW)
    assert asked.by_party
    decide(asked.public_id, grant=False, actor=orders.people.zhao, answer="没有利害关系", now=NOW)
    assert orders.take(case, "hand_in", wang).state == "checking"


def test_nobody_decides_on_himself_or_on_what_he_asked_for(orders: Orders, case: Case) -> None:
    zhao, qian = orders.people.zhao, orders.qian
    own = declare(case.public_id, actor=zhao, reason="亲属", now=NOW)
    assert code_of(decide, own.public_id, grant=False, actor=zhao, answer="x", now=NOW) == "RC7"
    party = ask_for(case.public_id, person=orders.sun.public_id, actor=qian, reason="当事人申请", now=NOW)
    assert code_of(decide, party.public_id, grant=True, actor=qian, answer="x", now=NOW) == "RC7"
    assert (
        code_of(decide, party.public_id, grant=True, actor=orders.people.wang, answer="x", now=NOW)
        == "access"
    )
    assert code_of(decide, party.public_id, grant=True, actor=zhao, answer=" ", now=NOW) == "RC8"
    decide(party.public_id, grant=True, actor=zhao, answer="同意", now=NOW)
    assert code_of(decide, party.public_id, grant=True, actor=zhao, answer="同意", now=NOW) == "RC6"


def test_wrong_requests_are_refused(orders: Orders, case: Case) -> None:
    wang = orders.people.wang
    assert code_of(declare, case.public_id, actor=wang, reason="", now=NOW) == "RC1"
    assert code_of(ask_for, case.public_id, person="nobody", actor=wang, reason="x", now=NOW) == "RC2"
    asked = declare(case.public_id, actor=wang, reason="亲属", now=NOW)
    assert code_of(declare, case.public_id, actor=wang, reason="亲属", now=NOW) == "RC5"
    decide(asked.public_id, grant=True, actor=orders.people.zhao, answer="同意", now=NOW)
    assert code_of(declare, case.public_id, actor=wang, reason="亲属", now=NOW) == "RC3"
    orders.take(case, "revoke", orders.people.zhao)
    assert code_of(declare, case.public_id, actor=orders.sun, reason="亲属", now=NOW) == "RC4"
    assert Recusal.objects.count() == 1
