"""On the page: whoever withdraws a wrong listing says what is published of the error, and is led to where its harm is undone."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People, make_user
from tests.services.listing_cases import make_listers

from xinheng.core.objections import Answer, Claim
from xinheng.core.policy import Policy
from xinheng.core.roles import Role
from xinheng.services.objections import Found, lodge, report_finding
from xinheng.services.objections_remedy import remedy_of
from xinheng.store.models import Case

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.row("M13-02")]


def _objected(people: People, policy: Policy) -> Case:
    entry = make_listers(people, policy).listed()
    clerk = make_user("qian", "钱窗口", people.city, Role.WINDOW_CLERK)
    given = {"policy": policy, "now": NOW}
    claim, reference = Claim(wrong="认定的不是本企业"), f"record:{entry.record_key}"
    case = lodge(claim, subject=entry.subject, reference=reference, actor=clerk, **given).case  # type: ignore[arg-type]
    found = Found(finding="核对原件", proposal=Answer.WITHDRAWN)
    return report_finding(case, found, actor=people.wang, **given)  # type: ignore[arg-type]


def test_a_wrong_listing_is_withdrawn_with_its_correction(people: People, policy: Policy) -> None:
    case = _objected(people, policy)
    other = signed_in(make_user("jin", "金决定", people.city, Role.DECIDER))
    page = reverse("office:case", kwargs={"number": case.number})
    assert "企业要求公示更正声明" in text(other.get(page))
    step = reverse("office:case_step", kwargs={"number": case.number, "verb": "withdraw"})
    given = {"seen": case.version, "reason": "情况属实", "publish": "on"}
    assert "没有写更正声明" in text(post(other, step, dict(given)))
    post(other, step, {**given, "text": "列入有误，现已解除"})
    remedy = remedy_of(case)
    assert remedy is not None
    assert remedy.number in text(other.get(page))
