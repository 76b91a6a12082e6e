"""An enterprise makes a commitment in its own space and follows it; nobody without the matter does."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.own_space import visitor_of
from tests.people import People
from tests.services.promises import FORM, PLAN, Desk, a_firm, make_desk

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.store.models import Commitment

SECRET = "蓝天白云 2026 信用"
pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    made = make_desk(people, policy)
    made.publish()
    return made


@pytest.mark.row("M4-06")
@pytest.mark.row("M4-04")
def test_one_promises_online_and_the_unit_takes_it_when_the_material_came(desk: Desk) -> None:
    visitor = visitor_of(desk.firm, desk.sun, *Matter)
    home = text(visitor.get(reverse("counter:own_commitments", args=[desk.firm.public_id])))
    assert "食品经营许可新办" in home
    assert "产品质量信用承诺书" in home
    url = f"{reverse('counter:new_own_commitment', args=[desk.firm.public_id])}?matter=food/food-shop"
    given = {"answer_matter": "食品经营许可", "answer_place": "鼓楼区某路"}
    asked = text(visitor.get(url))
    assert desk.firm.name in asked and "{subject}" not in asked and "{place}" not in asked
    assert "承诺不成立" in text(visitor.post(url, given))
    made = visitor.post(url, {**given, "confirmed": "on"}, follow=True)
    assert "还要交的材料" in text(made)
    one = Commitment.objects.get()
    assert (one.source, one.account is not None, one.missing) == ("own", True, [FORM, PLAN])
    case = desk.case(one)
    assert case.events.get().account_id == one.account_id
    assert "正在办理" in text(visitor.post(url, {**given, "confirmed": "on"}))
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "accept"})
    sun = signed_in(desk.sun)
    refused = post(sun, step, {"seen": case.version, "received": [FORM]})
    assert "还缺“平面图”" in text(refused)
    post(sun, step, {"seen": case.version, "received": [FORM, PLAN]})
    shown = text(visitor.get(reverse("counter:own_commitment", args=[desk.firm.public_id, one.public_id])))
    assert "41020020261120000001" in shown


@pytest.mark.row("M4-06")
def test_a_promise_of_the_own_accord_waits_for_the_credit_office(desk: Desk) -> None:
    visitor = visitor_of(desk.firm, desk.sun, Matter.COMMITMENTS)
    url = f"{reverse('counter:new_own_commitment', args=[desk.firm.public_id])}?matter=/voluntary-standard"
    visitor.post(url, {"answer_more": "", "confirmed": "on"})
    one = Commitment.objects.get()
    assert (one.kind, desk.case(one).state, one.code) == ("voluntary", "lodged", None)


@pytest.mark.row("M4-06")
def test_who_promised_takes_it_back_as_long_as_nobody_accepted_it(desk: Desk) -> None:
    visitor = visitor_of(desk.firm, desk.sun, *Matter)
    url = f"{reverse('counter:new_own_commitment', args=[desk.firm.public_id])}?matter=/voluntary-standard"
    visitor.post(url, {"answer_more": "", "confirmed": "on"})
    case = desk.case(Commitment.objects.get())
    page = reverse("counter:own_case", args=[desk.firm.public_id, case.number])
    given = {"deed": "withdraw", "seen": case.version}
    assert "撤回承诺" in text(visitor.get(page))
    assert "必须写明理由" in text(visitor.post(page, given))
    visitor.post(page, given | {"reason": "另行申请"})
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert "撤回承诺" not in text(visitor.get(page))
    accepted = desk.case(desk.take())
    other = reverse("counter:own_case", args=[desk.firm.public_id, accepted.number])
    assert "没有这一步" not in text(visitor.get(other)) and "撤回承诺" not in text(visitor.get(other))
    late = text(visitor.post(other, given | {"seen": accepted.version, "reason": "后悔"}))
    assert "不能“撤回”" in late
    accepted.refresh_from_db()
    assert accepted.state == "accepted"


@pytest.mark.guard("G13")
def test_without_the_matter_or_for_another_there_is_no_commitment(desk: Desk) -> None:
    visitor = visitor_of(desk.firm, desk.sun, Matter.FILE)
    url = reverse("counter:own_commitments", args=[desk.firm.public_id])
    assert visitor.get(url).status_code == 403
    other = a_firm(desk.people, 2, "开封白云食品有限公司")
    assert visitor.get(reverse("counter:own_commitments", args=[other.public_id])).status_code == 404
    taken = desk.take(subject=other)
    able = visitor_of(desk.firm, desk.sun, *Matter)
    assert (
        able.get(reverse("counter:own_commitment", args=[desk.firm.public_id, taken.public_id])).status_code
        == 404
    )
