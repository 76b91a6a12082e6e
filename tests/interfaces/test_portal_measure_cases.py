"""Accepted typical cases are read by everybody, without a name, and are gone with their ground."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People
from tests.services.measure_cases import Measures, make_measures

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.measures_tasks import Use, report_use, review_use
from xinheng.services.records import Change, change_state
from xinheng.store.models import MeasureApplied, MeasureUse, Record

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.interfaces.portal_urls"),
    pytest.mark.usefixtures("home"),
    pytest.mark.row("M10-04"),
]
TEXT = "某食品公司因标签不合格受到处罚，取消当年评先资格后主动改正"
PATH = "/measures/cases"


@pytest.fixture
def measures(people: People, policy: Policy) -> Measures:
    return make_measures(people, policy)


def _reported(measures: Measures, measure: MeasureApplied, text: str = TEXT) -> MeasureUse:
    use = Use(occasion="honours", acted_on=TODAY, outcome="limited", what="不予推荐", text=text)
    return report_use(measure, use, organisation=measures.housing, actor=measures.sun, now=NOW)


def _accepted(measures: Measures, used: MeasureUse) -> None:
    review_use(used.public_id, accepted=True, review="有代表性", actor=measures.people.wang, now=NOW)


def _page(client: Client) -> str:
    return client.get(PATH).content.decode().split("<main")[1]


@pytest.mark.guard("G9")
def test_a_case_is_public_once_another_person_accepted_it_and_gone_with_its_ground(
    client: Client, measures: Measures
) -> None:
    record = measures.record()
    measure = measures.in_force(record)
    used = _reported(measures, measure)
    assert "没有公布的典型案例" in _page(client)
    with pytest.raises(Refusal) as same:
        review_use(used.public_id, accepted=True, review="好", actor=measures.sun, now=NOW)
    assert same.value.code == "MU5"
    _accepted(measures, used)
    page = _page(client)
    assert TEXT in page and "限制参加评先评优" in page and "2026 年" in page
    subject = measure.subject
    for word in (subject.name, subject.code or subject.public_id, str(TODAY), "汴市监罚"):
        assert word not in page
    answer = client.get(PATH)
    assert "noindex" in answer.headers["X-Robots-Tag"]
    change_state(
        record_key=record.record_key,
        change=Change(deed="withdraw", reason="有误", ground="撤1号"),
        actor=measures.people.wang,
        policy=measures.policy,
        now=NOW + timedelta(minutes=1),
    )
    assert Record.objects.filter(record_key=record.record_key).count() == 2
    assert TEXT not in _page(client)
    assert client.get(PATH, HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 200


def test_a_refused_case_and_one_whose_measure_rests_are_not_shown(client: Client, measures: Measures) -> None:
    first, second = measures.in_force(), measures.in_force(measures.record())
    used = _reported(measures, first)
    review_use(used.public_id, accepted=False, review="不典型", actor=measures.people.wang, now=NOW)
    other = _reported(measures, second, "某建筑公司被取消评先资格")
    _accepted(measures, other)
    assert TEXT not in _page(client) and "某建筑公司" in _page(client)
    MeasureApplied.objects.filter(pk=second.pk).update(suspended_at=NOW)
    assert "某建筑公司" not in _page(client)


@pytest.mark.guard("G13")
def test_neither_name_nor_document_number_may_stand_in_a_case(measures: Measures) -> None:
    measure = measures.in_force()
    measure.subject.names.create(
        name="开封老字号食品厂", normalised="开封老字号食品厂", known_at=NOW - timedelta(days=900)
    )
    for text, code in (
        (f"{measure.subject.name}失信", "MU3"),
        ("开封老字号食品厂失信", "MU3"),
        ("依据汴市监罚〔2026〕7号决定", "MU8"),
        ("依据汴市监罚(2026)7号决定", "MU8"),
    ):
        with pytest.raises(Refusal) as refused:
            _reported(measures, measure, text)
        assert refused.value.code == code, text
    assert not MeasureUse.objects.exists()


def test_the_page_goes_on_and_does_not_stumble_over_its_address(client: Client) -> None:
    assert client.get(f"{PATH}?older=12").status_code == 200
    assert client.get(f"{PATH}?older=nonsense").status_code == 200
    assert "典型案例" in client.get("/measures").content.decode()
