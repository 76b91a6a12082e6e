"""The page on which an organ enters reports that stood in place of certificates."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.people import NOW, People, make_user

from xinheng.core.roles import Role
from xinheng.store.models import ReportAcceptance, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("X-05")]


@pytest.fixture
def firm(people: People) -> Subject:
    return a_subject("开封样例食品有限公司")


def _given(firm: Subject, **changed: str) -> dict[str, object]:
    return {
        "code": firm.code,
        "source": "province",
        "number": "P-2026-1",
        "matter": "listing",
        "received_on": f"{NOW.date()}",
    } | changed


def test_an_officer_enters_a_report_and_sees_the_progress_of_the_city(firm: Subject, people: People) -> None:
    address = reverse("office:report_acceptances")
    officer = signed_in(make_user("sun", "孙办件", people.market, Role.WINDOW_CLERK))
    before = text(officer.get(address))
    assert "还没有登记过报告" in before and "上市、挂牌" in before
    assert post(officer, address, _given(firm)).status_code == 302
    page = text(officer.get(address))
    assert firm.name in page and "P-2026-1" in page and "已有单位接受" in page
    refused = _given(firm, number="P-2026-2", reason="只收纸质证明")
    assert post(officer, address, refused).status_code == 302
    assert "没有接受：只收纸质证明" in text(officer.get(address))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"source": "city"}, "本平台没有为这家企业出具过这个编号的报告"),
        ({"code": "91410202MA0000000X"}, "没有这个统一社会信用代码的主体"),
        ({"matter": ""}, "请选择办理的事项"),
        ({"received_on": "2099-01-01"}, "收到日期在今天以后"),
        ({"number": "\x00"}, ""),
    ],
)
def test_a_wrong_entry_is_told_and_enters_nothing(
    firm: Subject, people: People, wrong: dict[str, str], told: str
) -> None:
    officer = signed_in(make_user("sun", "孙办件", people.market, Role.WINDOW_CLERK))
    answer = post(officer, reverse("office:report_acceptances"), _given(firm, **wrong))
    assert answer.status_code in {200, 400} and told in text(answer)
    assert not ReportAcceptance.objects.exists()


def test_who_checks_nobody_reaches_no_register(people: People) -> None:
    assert signed_in(people.zhou).get(reverse("office:report_acceptances")).status_code == 403
