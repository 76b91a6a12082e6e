"""Courses are free and no condition; agencies on the register sell no deletion."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code

from xinheng.core.refusal import Refusal
from xinheng.services.repair_courses import (
    Advice,
    agencies,
    courses,
    end_course,
    enter_agency,
    offer_course,
    strike_agency,
)


@pytest.mark.row("M12-06")
@pytest.mark.guard("G5")
@pytest.mark.parametrize("summary", ["学费 200 元", "收费课程", "参加本课程是修复条件", "必须参加"])
def test_a_course_that_costs_or_is_demanded_is_refused(people: People, summary: str) -> None:
    with pytest.raises(Refusal) as refused:
        offer_course("信用课程", summary, "政务大厅", actor=people.wang, now=NOW)
    assert refused.value.code == "RT2"


@pytest.mark.row("M12-06")
def test_a_free_course_is_offered_until_it_ends(people: People) -> None:
    made = offer_course("信用课程", "免费，自愿参加，不收费", "政务大厅", actor=people.wang, now=NOW)
    assert list(courses()) == [made]
    end_course(made.public_id, actor=people.wang, now=NOW)
    assert not courses()
    with pytest.raises(Refusal, match="都要写明"):
        offer_course(" ", "内容", "地点", actor=people.wang, now=NOW)


@pytest.mark.row("M12-07")
@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"services": "有偿删除处罚信息"}, "RT4"),
        ({"services": "信用修复包过"}, "RT4"),
        ({"code": "123"}, "RT3"),
        ({"undertaken_on": TODAY + timedelta(days=1)}, "RT3"),
    ],
)
def test_an_agency_that_sells_deletions_is_not_entered(
    people: People, given: dict[str, object], wrong: str
) -> None:
    told = {
        "name": "某信用服务公司", "code": code(3), "services": "信用管理咨询", "undertaken_on": TODAY,
    }  # fmt: skip
    with pytest.raises(Refusal) as refused:
        enter_agency(Advice(**told | given), actor=people.wang, now=NOW)  # type: ignore[arg-type]
    assert refused.value.code == wrong


@pytest.mark.row("M12-07")
def test_an_agency_is_struck_off_with_a_reason_and_stays_off(people: People) -> None:
    advice = Advice(name="某公司", code=code(3), services="咨询", undertaken_on=TODAY)
    made = enter_agency(advice, actor=people.wang, now=NOW)
    with pytest.raises(Refusal) as refused:
        strike_agency(made.public_id, " ", actor=people.wang, now=NOW)
    assert refused.value.code == "RT6"
    strike_agency(made.public_id, "有偿代办删除，已移送", actor=people.wang, now=NOW)
    assert agencies()[0].struck_at == NOW
    with pytest.raises(Refusal) as again:
        enter_agency(advice, actor=people.wang, now=NOW)
    assert again.value.code == "RT5"
