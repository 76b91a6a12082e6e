"""Number and code show how far a case is; nothing shows whether a number exists, and nothing names a person."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.orders import Orders, make_orders

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.case_lookup import LOCKED_FOR, Progress, forget_failures, give_code, look_up
from xinheng.store.models import Case, LedgerEvent, LookupLock

pytestmark = pytest.mark.guard("G13")


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.fixture
def case(orders: Orders) -> Case:
    return orders.correcting()


def _look(orders: Orders, number: str, code: str, *, address: str = "10.0.0.1", after: int = 0) -> Progress:
    return look_up(number, code, address=address, policy=orders.policy, now=NOW + timedelta(minutes=after))


def _refusal(*args: object, **more: object) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        _look(*args, **more)  # type: ignore[arg-type]
    return refused.value.code, str(refused.value)


def _wide(text: str) -> str:
    """As a Chinese keyboard writes it."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def test_number_and_code_show_state_term_and_next_step(orders: Orders, case: Case) -> None:
    code = give_code(case.public_id, actor=orders.people.wang, now=NOW)
    found = _look(orders, f" {_wide(case.number.lower())} ", code.lower().replace("-", " "))
    assert (found.matter, found.state, found.opened_on) == ("责令整改", "整改中", TODAY)
    assert found.terms[0].due is not None
    assert found.terms[0].workdays_left == 20
    assert "收到整改材料" in found.next_steps
    assert found.unit == "开封市"
    told = str(asdict(found))
    assert not any(user.display_name in told for user in (orders.people.wang, orders.people.zhao, orders.sun))
    assert "理由" not in told
    assert LedgerEvent.objects.filter(kind="case.looked_up").count() == 1


def test_a_code_is_not_kept_in_the_clear_and_a_new_one_replaces_it(orders: Orders, case: Case) -> None:
    first = give_code(case.public_id, actor=orders.people.wang, now=NOW)
    second = give_code(case.public_id, actor=orders.people.wang, now=NOW)
    case.refresh_from_db()
    assert second.replace("-", "") not in case.secret_digest
    assert _refusal(orders, case.number, first)[0] == "CL1"
    assert _look(orders, case.number, second).number == case.number


def test_a_number_that_does_not_exist_answers_like_a_wrong_code(orders: Orders, case: Case) -> None:
    give_code(case.public_id, actor=orders.people.wang, now=NOW)
    assert _refusal(orders, case.number, "AAAA-AAAA-AAAA") == _refusal(
        orders, "ZG-2026-999999", "AAAA-AAAA-AAAA"
    )
    for number in (case.number, "ZG-2026-999999"):
        answers = [_refusal(orders, number, "AAAA", address=f"10.0.1.{n}")[0] for n in range(5)]
        assert answers[-1] == "CL2"


def test_a_case_without_a_code_is_not_shown_to_an_empty_one(orders: Orders, case: Case) -> None:
    for code in ("", " ", "-"):
        assert _refusal(orders, case.number, code)[0] == "CL1"


def test_the_right_code_waits_until_the_lock_is_over(orders: Orders, case: Case) -> None:
    code = give_code(case.public_id, actor=orders.people.wang, now=NOW)
    for _ in range(5):
        assert _refusal(orders, case.number, "AAAA-AAAA-AAAA")[0] == "CL1"
    assert _refusal(orders, case.number, code, address="10.0.0.9")[0] == "CL2"
    assert _look(orders, case.number, code, after=LOCKED_FOR.seconds // 60 + 1).number == case.number


def test_one_address_that_tries_many_numbers_is_locked(orders: Orders, case: Case) -> None:
    codes = [_refusal(orders, f"ZG-2026-{n:06d}", "AAAA")[0] for n in range(100, 121)]
    assert codes == ["CL1"] * 20 + ["CL2"]
    assert not LookupLock.objects.filter(key__contains="10.0.0.1").exists()
    assert forget_failures(now=NOW) == 0
    assert forget_failures(now=NOW + timedelta(days=2)) == 21
