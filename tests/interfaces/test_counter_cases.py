"""Where is my case: number and code open it, without sign-in, and nothing tells whether a number exists."""

import pytest
from django.test import Client
from tests.interfaces.office_people import text
from tests.people import NOW, People
from tests.services.orders import Orders, make_orders

from xinheng.core.policy import Policy
from xinheng.services.case_lookup import give_code
from xinheng.store.models import Case, LookupLock

pytestmark = [pytest.mark.guard("G13"), pytest.mark.usefixtures("office_clock")]
URL = "/cases"


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.fixture
def case(orders: Orders) -> Case:
    return orders.correcting()


def _ask(number: str, code: str, client: Client | None = None) -> object:
    return (client or Client()).post(URL, {"number": number, "code": code})


def test_number_and_code_show_the_case_without_persons(orders: Orders, case: Case) -> None:
    code = give_code(case.public_id, actor=orders.people.wang, now=NOW)
    response = _ask(case.number, code)
    page = text(response)  # type: ignore[arg-type]
    assert "整改中" in page
    assert "剩 20 个工作日" in page
    assert "请在期限内整改" in page
    assert "收到整改材料" in page
    assert "开封市" in page
    for person in (orders.people.wang, orders.people.zhao, orders.sun):
        assert person.display_name not in page
    assert "理由" not in page.split("<main")[1]
    assert response.headers["Cache-Control"] == "no-store"  # type: ignore[attr-defined]
    assert "noindex" in response.headers["X-Robots-Tag"]  # type: ignore[attr-defined]


def test_an_unknown_number_and_a_wrong_code_are_told_the_same(orders: Orders, case: Case) -> None:
    give_code(case.public_id, actor=orders.people.wang, now=NOW)
    wrong, unknown = (_ask(number, "AAAA-AAAA-AAAA") for number in (case.number, "ZG-2026-999999"))
    pages = [text(one).replace(case.number, "N").replace("ZG-2026-999999", "N") for one in (wrong, unknown)]  # type: ignore[arg-type]
    main = [page.split("<main")[1].split('name="csrfmiddlewaretoken"')[0] for page in pages]
    assert main[0] == main[1]
    assert wrong.status_code == unknown.status_code == 200  # type: ignore[attr-defined]


def test_after_wrong_codes_it_is_locked(case: Case) -> None:
    answers = [_ask(case.number, "AAAA") for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]  # type: ignore[attr-defined]
    assert "15 分钟内不能再查" in text(answers[-1])  # type: ignore[arg-type]
    assert LookupLock.objects.count() == 2


def test_an_empty_form_says_what_is_missing_and_counts_no_try(db: None) -> None:
    page = text(_ask("", ""))  # type: ignore[arg-type]
    assert "请填写编号。" in page
    assert "请填写查询码。" in page
    assert not LookupLock.objects.exists()


def test_odd_input_is_a_wrong_code_and_no_fault(case: Case) -> None:
    for number, code in (("\x00", "\x00"), ("编" * 60, "码" * 60), ("' OR 1=1", "%00"), (case.number, "-")):
        assert _ask(number, code).status_code == 200  # type: ignore[attr-defined]


def test_the_form_needs_no_sign_in_and_guards_against_other_sites(db: None) -> None:
    assert Client().get(URL).status_code == 200
    assert Client(enforce_csrf_checks=True).post(URL, {"number": "x", "code": "y"}).status_code == 403
    assert Client().put(URL).status_code == 405
