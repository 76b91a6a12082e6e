"""The explained grade tells limits, years, records and ways up; the trial page asks and answers by its address."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.interfaces.office.access import Call
from xinheng.interfaces.office.explain import Sheet
from xinheng.services.collect import Delivery, import_file
from xinheng.services.evaluate import run_model
from xinheng.store.models import GivenGrade, LedgerEvent, Record, Subject, User

pytestmark = pytest.mark.usefixtures("office_clock")
MODEL = "food/food-operators"


@pytest.fixture
def city(committed_people: People, policy: Policy, home: Path, tmp_path: Path) -> People:
    people = committed_people
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=1)
    )
    import_file(write(tmp_path, registration(1), header=REGISTER, called="登记注册.csv"), delivery)
    fines = [
        penalty(1, fine="60", decided=f"2026-{month:02d}-20", document=f"汴市监罚〔2026〕{month}号")
        for month in (1, 2, 3, 4, 10)
    ]
    import_file(write(tmp_path, *fines), delivery)
    run_model(MODEL, policy=policy, as_of=TODAY, actor=people.li, now=NOW - timedelta(hours=1))
    return people


def _address(name: str) -> str:
    subject = Subject.objects.get(code=code(1))
    return reverse(f"office:{name}", kwargs={"subject": subject.public_id, "model": MODEL})


@pytest.mark.row("M7-11")
def test_a_grade_tells_limits_and_the_ways_up_with_their_days(city: People) -> None:
    page = text(signed_in(city.wang).get(_address("grade")))
    assert "怎样升到更好的等级" in page
    assert "可以申请信用修复" in page
    assert "封顶：原为" in page
    assert "决定尚未终局" in page.split("没有计入的记录")[1]
    assert _address("what_if") in page
    assert "记录 " not in page.split("怎样升到更好的等级")[1].split("不计今后新增")[0].replace("记录推算", "")


@pytest.mark.row("M7-11")
def test_the_ways_up_are_kept_until_the_file_changes(city: People, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(city.wang)
    first = text(client.get(_address("grade")))
    monkeypatch.setattr("xinheng.interfaces.office.explain.ways_of", lambda *_, **__: pytest.fail("again"))
    assert "可以申请信用修复" in first
    assert "可以申请信用修复" in text(client.get(_address("grade")))


@pytest.mark.row("M7-11")
def test_a_trial_is_asked_in_the_address_and_writes_nothing(city: People) -> None:
    client, versions = signed_in(city.wang), Record.objects.count()
    page = text(client.get(_address("what_if")))
    fine = Record.objects.filter(item=4).order_by("pk")[0]
    assert f'name="record-{fine.pk}"' in page
    assert not LedgerEvent.objects.filter(kind="grade.supposed").exists()
    old = Record.objects.filter(item=4, decided_on__lt=date(2026, 6, 1))
    fines = {f"record-{each.pk}": "repaired" for each in old}
    answer = text(client.get(_address("what_if"), fines))
    assert "等级将由" in answer or "等级不变，分数增加" in answer
    assert answer.count(" selected") == 4
    assert Record.objects.count() == versions
    assert LedgerEvent.objects.filter(kind="grade.supposed", actor=city.wang).count() == 1


def test_a_record_of_somebody_else_is_refused_in_words(city: People) -> None:
    page = text(
        signed_in(city.wang).get(_address("what_if"), {"record-999999": "withdrawn", "record-x": "?"})
    )
    assert "不能按“撤回”试算" in page


def test_a_grade_that_a_model_reads_has_a_label_and_leads_to_its_own_page(people: People) -> None:
    subject = Subject.objects.create(name="某公司", kind="enterprise", last_known_at=NOW)
    given = GivenGrade(pk=5, subject=subject, model="food/food-operators", grade="B", decided_on=NOW.date())
    linked = Sheet(_call(people.wang), subject, {}, {5: given}).linked([5, 6])
    assert len(linked) == 1
    assert linked[0]["title"].startswith("本市评价“")
    assert linked[0]["title"].endswith("：B")
    assert linked[0]["url"].endswith("/grade/food/food-operators/")


def _call(user: User) -> Call:
    return Call(RequestFactory().get("/office/"), user)
