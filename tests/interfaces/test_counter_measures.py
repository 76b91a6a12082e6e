"""An enterprise sees the measures on itself with ground, body, term and the way to object, and who was told to stop."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import text
from tests.interfaces.own_space import SECRET, visitor_of
from tests.people import NOW, People
from tests.services.deliveries import code
from tests.services.measure_cases import HONOURS, Measures, make_measures

from xinheng.core.mandates import Matter
from xinheng.core.policy import Policy
from xinheng.services.measures_ending import remedy_wrong
from xinheng.store.models import EnterpriseAccount, MeasureApplied, MeasureTask, Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M13-04"), pytest.mark.row("M10-10")]


@pytest.fixture
def measures(people: People, policy: Policy) -> Measures:
    return make_measures(people, policy)


def _page(client: Client, subject: Subject) -> str:
    return text(client.get(reverse("counter:own_measures", args=[subject.public_id])))


def _firm(measures: Measures) -> Subject:
    return measures.rows.subject(code=code(1), name="开封蓝天食品有限公司")


def _in_force(measures: Measures, firm: Subject) -> MeasureApplied:
    return measures.in_force(measures.record(subject=firm), HONOURS)


def test_a_measure_is_told_with_all_that_is_needed_to_contest_it(measures: Measures) -> None:
    firm = _firm(measures)
    measure = _in_force(measures, firm)
    page = _page(visitor_of(firm, measures.people.wang), firm)
    assert measure.until_on is not None
    wanted = (
        "汴市监罚〔2026〕7号",
        measure.basis,
        measure.reason,
        measure.decision.number,
        (measure.until_on - timedelta(days=1)).isoformat(),
    )
    assert [word for word in wanted if word not in page] == []
    assert f"about=measure:{measure.pk}" in page
    assert "行政复议" in page


def test_without_a_mandate_to_ask_there_is_no_way_to_object_in_the_space(measures: Measures) -> None:
    firm = _firm(measures)
    _in_force(measures, firm)
    page = _page(visitor_of(firm, measures.people.wang, Matter.FILE), firm)
    assert "about=measure" not in page
    assert "请向决定单位提出" in page


@pytest.mark.guard("G9")
def test_an_ended_measure_says_who_was_told_and_not_what_it_rested_on(measures: Measures) -> None:
    firm = _firm(measures)
    measure = _in_force(measures, firm)
    remedy_wrong(measure, reason="异议成立", policy=measures.policy, now=NOW)
    page = _page(visitor_of(firm, measures.people.wang), firm)
    assert "汴市监罚〔2026〕7号" not in page
    assert "还没有反馈" in page
    assert "现在没有适用于本企业的措施" in page
    task = MeasureTask.objects.get(measure=measure, kind="stop")
    MeasureTask.objects.filter(pk=task.pk).update(
        answer="done", answered_by=measures.people.wang, answered_at=NOW
    )
    assert "反馈已停止" in _page(_visitor_again(firm), firm)


def _visitor_again(firm: Subject) -> Client:
    client = Client()
    number = EnterpriseAccount.objects.get().number
    client.post("/own/sign-in/", {"number": number, "password": SECRET})
    return client


@pytest.mark.guard("G13")
def test_measures_of_another_enterprise_are_not_there(measures: Measures) -> None:
    firm = _firm(measures)
    other = _in_force(measures, measures.rows.subject(name="开封白云食品有限公司")).subject
    client = visitor_of(firm, measures.people.wang)
    assert client.get(reverse("counter:own_measures", args=[other.public_id])).status_code == 404
    assert "现在没有适用于本企业的措施" in _page(client, firm)
