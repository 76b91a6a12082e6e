"""The page of a case that waits for a letter says which, and leads to it; ways back never stand in its place."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.letter_cases import draft_of
from tests.services.orders import Orders, make_orders

from xinheng.core.policy import Policy
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import issue_letter
from xinheng.services.letters_serving import serve
from xinheng.store.models import Case

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.guard("G17")]


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


def _page(case: Case) -> str:
    return reverse("office:case", kwargs={"number": case.number})


@pytest.mark.row("M11-01")
def test_a_decided_case_leads_to_its_letter_and_then_to_its_service(orders: Orders, people: People) -> None:
    case = orders.confirm(orders.draft())
    wang, zhao = signed_in(people.wang), signed_in(people.zhao)
    write = reverse("office:write_letter", kwargs={"case": case.public_id}) + "?kind=rectification_order"
    page = text(wang.get(_page(case)))
    assert "还没有签发《责令整改通知书》" in page
    assert f'href="{write}"' in page
    assert "须由另一人办理" not in page
    page = text(zhao.get(_page(case)))
    assert "还没有签发《责令整改通知书》" in page
    assert write not in page
    assert "<details open><summary>撤回整改要求" not in page
    by = {"actor": people.wang, "policy": orders.policy, "now": NOW}
    letter = issue_letter(case.public_id, draft_of("rectification_order"), **by)  # type: ignore[arg-type]
    page = text(wang.get(_page(case)))
    assert "已经签发，还没有送达" in page
    assert f'href="{reverse("office:letter", args=[letter.public_id])}">登记送达' in page
    serve(letter.public_id, Try(way=Way.DIRECT, on=TODAY, proof="SD-1"), **by)  # type: ignore[arg-type]
    assert "还没有送达" not in text(wang.get(_page(case)))


@pytest.mark.row("M11-01")
def test_ways_back_come_last_and_nobody_is_awaited_for_them(orders: Orders, people: People) -> None:
    case = orders.draft()
    page = text(signed_in(people.wang).get(_page(case)))
    assert page.index("<summary>修改整改要求") < page.index("<summary>撤销草稿")
    orders.confirm(case)
    reader = text(signed_in(people.chen).get(_page(case)))
    assert "等待信用办经办人、审核人办理" in reader


@pytest.mark.row("M11-01")
def test_a_forged_form_is_told_what_is_missing_in_words(orders: Orders, people: People) -> None:
    case = orders.draft()
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "confirm"})
    page = text(post(signed_in(people.zhao), step, {"reason": "x"}))
    assert "页面不完整，请从事项页面重新办理。" in page
    assert "Seen" not in page
