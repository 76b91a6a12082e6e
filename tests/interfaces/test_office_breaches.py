"""The uniform table of commitments not kept, on pages: units hand on, the city takes note, the case says to whom and when."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.promises import Desk, make_desk
from tests.services.test_breaches import broken

from xinheng.core.policy import Policy
from xinheng.services.commitments_checks import overturn_breach
from xinheng.store.models import BreachReport

pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    return make_desk(people, policy)


@pytest.mark.row("M4-09")
def test_the_city_sees_the_table_takes_note_and_the_case_says_so(desk: Desk, people: People) -> None:
    made = broken(desk, people.market)
    wang, page = signed_in(people.wang), reverse("office:breaches")
    shown = text(wang.get(page))
    assert "经营场所不存在" in shown and "市信用办" in shown and "待确认" in shown
    case = reverse("office:case", args=[desk.case(made).number])
    assert "报到哪里" in text(wang.get(case)) and "待确认" in text(wang.get(case))
    report = BreachReport.objects.get()
    address = reverse("office:receive_breach", args=[report.public_id])
    assert signed_in(people.li).post(address).status_code == 403
    assert post(wang, address).status_code == 302
    assert "王审核" in text(wang.get(case))
    assert "确认收到" not in text(wang.get(page))
    table = wang.get(reverse("office:breaches_table"))
    assert table.headers["Content-Type"].startswith("text/csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("承诺编码,承诺人名称")
    assert "虚假承诺" in lines[1] and "2026-11-20" in lines[1]
    assert signed_in(people.li).get(page).status_code == 403


@pytest.mark.row("M4-09")
def test_an_empty_table_says_why(desk: Desk, people: People) -> None:
    assert "没有现行的违诺情况" in text(signed_in(people.wang).get(reverse("office:breaches")))


@pytest.mark.row("M4-09")
def test_what_was_overturned_is_held_against_nobody_on_the_page(
    desk: Desk, people: People, policy: Policy
) -> None:
    made = broken(desk, people.market)
    wang, page = signed_in(people.wang), reverse("office:case", args=[desk.case(made).number])
    assert "经营场所不存在" in text(wang.get(page))
    overturn_breach(desk.case(made), actor=desk.qian, policy=policy, now=NOW, reason="事实不成立")
    shown = text(wang.get(page))
    assert "经营场所不存在" not in shown and "现场笔录 1 号" not in shown
