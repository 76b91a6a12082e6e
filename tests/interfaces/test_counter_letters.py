"""An enterprise reads in its space the letters that were served on it: none before, and none of others."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.interfaces.office_people import text
from tests.interfaces.own_space import visitor_of
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code
from tests.services.letter_cases import draft_of
from tests.services.orders import Orders, make_orders

from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.service_proof import Try, Way
from xinheng.services.letters import is_own, issue_letter
from xinheng.services.letters_serving import serve
from xinheng.store.models import LedgerEvent, Subject

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.guard("G17")]


@pytest.fixture
def orders(people: People, policy: Policy) -> Orders:
    return make_orders(people, policy)


@pytest.mark.row("M11-01")
def test_a_served_letter_is_read_by_its_enterprise_alone(orders: Orders, people: People) -> None:
    record = orders.rows.record(subject=orders.rows.subject(name="甲公司", code=code(1)))
    case = orders.confirm(orders.draft(record=record))
    by = {"actor": people.wang, "policy": orders.policy, "now": NOW}
    letter = issue_letter(case.public_id, draft_of("rectification_order"), **by)  # type: ignore[arg-type]
    assert case.subject is not None
    firm, visitor = case.subject, visitor_of(case.subject, people.wang)
    page = reverse("counter:own_case", args=[firm.public_id, case.number])
    paper = reverse("counter:own_letter", args=[firm.public_id, letter.public_id])
    assert paper not in text(visitor.get(page))
    assert visitor.get(paper).status_code == 404
    serve(letter.public_id, Try(way=Way.DIRECT, on=TODAY, proof="SD-1"), **by)  # type: ignore[arg-type]
    assert f'href="{paper}">责令整改通知书' in text(visitor.get(page))
    answer = visitor.get(paper)
    assert answer.content.startswith(b"%PDF")
    assert LedgerEvent.objects.filter(kind="letter.read", object=f"letter:{letter.public_id}").exists()
    for name, known_at in (("甲公司", NOW), ("新名称公司", NOW + timedelta(days=1))):
        orders.rows.name(firm, name=name, normalised=normalise_name(name), known_at=known_at)
    Subject.objects.filter(pk=firm.pk).update(name="新名称公司")
    assert paper in text(visitor.get(page)) and visitor.get(paper).status_code == 200, (
        "served before it was renamed"
    )
    firm.refresh_from_db()
    letter.addressee = "投诉人"
    assert not is_own(letter, firm)
    firm.name, letter.addressee = "再新名称公司", "新名称公司"
    assert not is_own(letter, firm), "nobody knew that name here when the letter was issued"
    other = orders.rows.subject(name="乙公司", code=code(2))
    stranger = visitor_of(other, people.wang)
    assert (
        stranger.get(reverse("counter:own_letter", args=[other.public_id, letter.public_id])).status_code
        == 404
    )
