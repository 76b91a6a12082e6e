"""An organ enters the reports it took in place of certificates, once each, and only such as hold; what it refused it explains."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.interfaces.portal_city import a_subject, an_act
from tests.people import NOW, TODAY, People
from tests.refusals import code_of

from xinheng.core.mandates import Proof
from xinheng.core.misuse import Fault
from xinheng.core.policy import Policy
from xinheng.core.special_reports import Scope
from xinheng.services.misuse import Grievance, complain
from xinheng.services.own_file import readings_of
from xinheng.services.records import Change, change_state
from xinheng.services.report_acceptances import (
    Received,
    complaints_in,
    coverage_of,
    enter_received,
    entered_by,
)
from xinheng.services.reports import Order, make_at_window
from xinheng.store.models import MadeReport, Record, ReportAcceptance, ReportSource, Subject

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("X-05"), pytest.mark.guard("G10")]


@pytest.fixture
def firm(people: People) -> Subject:
    return a_subject("开封样例食品有限公司")


@pytest.fixture
def record(firm: Subject, people: People) -> Record:
    return an_act(firm, people).record


@pytest.fixture
def made(firm: Subject, record: Record, people: People, policy: Policy) -> MadeReport:
    order = Order("special", "qualification", Scope(fields=(), from_on=date(2024, 1, 1), until_on=TODAY))
    return make_at_window(
        firm.code or "", order, proof=Proof.LICENCE, clerk=people.wang, policy=policy, now=NOW
    )


def received(made: MadeReport, **changed: Any) -> Received:
    given: dict[str, Any] = {
        "matter": "listing",
        "source": ReportSource.CITY,
        "number": made.number,
        "code": made.subject.code,
        "received_on": TODAY,
    }
    return Received(**given | changed)


def test_a_report_of_ours_is_taken_once_and_its_subject_is_told(
    made: MadeReport, people: People, policy: Policy
) -> None:
    spaced = received(made, number=f" {made.number[:14]} {made.number[14:].lower()}")
    entered = enter_received(spaced, by=people.li, policy=policy, now=NOW)
    assert (entered.made, entered.accepted, entered.number) == (made, True, made.number)
    again = received(made)
    assert code_of(enter_received, again, by=people.li, policy=policy, now=NOW) == "BG14"
    enter_received(received(made, matter="tender"), by=people.li, policy=policy, now=NOW)
    told, _ = readings_of(made.subject, limit=10)
    assert "上市、挂牌" in [one.reason for one in told]
    assert entered_by([people.market.pk]).count() == 2 and not entered_by([people.city.pk]).exists()


def test_a_stale_report_is_not_taken_and_may_be_entered_as_refused(
    made: MadeReport, record: Record, people: People, policy: Policy
) -> None:
    change = Change(deed="repair", reason="已履行", ground="信用修复决定〔2026〕1号")
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)
    assert code_of(enter_received, received(made), by=people.li, policy=policy, now=NOW) == "BG13"
    told = received(made, reason="报告已有更新，经办人张三，身份证410202199001011237")
    entered = enter_received(told, by=people.li, policy=policy, now=NOW)
    assert not entered.accepted and "410202199001011237" not in entered.reason


def test_a_number_of_nobody_or_of_another_is_refused(
    made: MadeReport, people: People, policy: Policy
) -> None:
    other = a_subject("开封别家有限公司")
    for wrong, code in (
        ({"number": "20261120100000ABCDEFGH"}, "BG12"),
        ({"number": "x" * 40}, "BG12"),
        ({"code": other.code}, "BG12"),
        ({"code": "91410202MA0000000X"}, "BG5"),
        ({"matter": "astrology"}, "BG15"),
        ({"received_on": TODAY + timedelta(days=1)}, "BG15"),
    ):
        assert code_of(enter_received, received(made, **wrong), by=people.li, policy=policy, now=NOW) == code
    assert not ReportAcceptance.objects.exists()


def test_the_city_sees_how_far_it_has_come(made: MadeReport, people: People, policy: Policy) -> None:
    def enter(by: Any, **changed: Any) -> None:
        enter_received(received(made, **changed), by=by, policy=policy, now=NOW)

    enter(people.li)
    enter(people.wang)
    enter(people.li, source=ReportSource.PROVINCE, number="P-1")
    enter(people.li, number="P-2", source=ReportSource.PROVINCE, reason="只收纸质证明")
    enter(people.li, number="P-3", source=ReportSource.PROVINCE, received_on=TODAY.replace(year=2025))
    found = {one.matter: (one.accepted, one.refused, one.organs) for one in coverage_of(2026, policy=policy)}
    assert found["listing"] == (3, 1, 2) and found["tender"] == (0, 0, 0)
    assert set(found) == set(policy.reports.substitutes)


def test_an_enterprise_complains_that_a_certificate_was_demanded_all_the_same(
    people: People, policy: Policy
) -> None:
    what = "交了专项信用报告，窗口仍要求开无违法违规证明。"
    complain(
        Grievance(fault=Fault.REFUSED, what=what, unit=people.market), actor=None, policy=policy, now=NOW
    )
    complain(Grievance(fault=Fault.LEAK, what=what), actor=None, policy=policy, now=NOW)
    assert (complaints_in(2026), complaints_in(2025)) == (1, 0)
