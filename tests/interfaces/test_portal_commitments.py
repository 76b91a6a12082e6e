"""Commitments on the portal: lists, the sheet of a matter, and those that were made, redacted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import text
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People
from tests.services.promises import PLAN, Desk, a_list, an_item, make_desk

from xinheng.core.policy import Policy
from xinheng.services.publication import publish_batch
from xinheng.store.models import PolicyVersion, Record


@pytest.fixture
def desk(people: People, policy: Policy, home: object) -> Desk:
    return make_desk(people, policy)


@pytest.mark.row("M4-01")
@pytest.mark.row("M4-07")
@pytest.mark.row("M4-15")
@pytest.mark.guard("G13")
def test_the_portal_shows_lists_sheets_and_redacted_commitments(desk: Desk, home: object) -> None:
    desk.publish()
    done = desk.take()
    page = Client().get(reverse("portal:commitments"))
    assert done.code not in text(page)
    record = Record.objects.get(record_key=done.record_key)
    assert record.batch is not None
    publish_batch(record.batch.public_id, reviewer=desk.people.zhou, policy=desk.policy, now=NOW)
    shown = text(Client().get(reverse("portal:commitments"), {"q": "蓝天", "type": "substitution"}))
    assert done.code in shown
    assert done.code not in text(Client().get(reverse("portal:commitments"), {"type": "voluntary"}))
    act = text(Client().get("/act/" + shown.split('href="/act/')[1].split('"')[0]))
    assert "鼓楼区" not in act
    sheet = text(Client().get(reverse("portal:promise_item", args=["food", "food-shop"])))
    assert all(word in sheet for word in ("食品经营许可新办", PLAN, "<svg", "可以承诺后补"))
    assert Client().get(reverse("portal:promise_item", args=["food", "no"])).status_code == 404
    assert "食品领域" in text(Client().get(reverse("portal:promise_lists")))


@pytest.mark.row("M5-04")
def test_lists_and_sheets_answer_for_an_older_day(desk: Desk, home: object) -> None:
    desk.publish(a_list(an_item(title="旧的事项名称")), now=NOW - timedelta(days=3))
    desk.publish(a_list(an_item(title="新的事项名称")))
    older = PolicyVersion.objects.filter(kind="promise_list").order_by("pk").values_list("from_on", flat=True)
    days = [str(one) for one in older]
    sheet = reverse("portal:promise_item", args=["food", "food-shop"])
    then = text(Client().get(sheet, {"on": days[0]}))
    assert "旧的事项名称" in then
    assert "看现行版本" in then
    lists = text(Client().get(reverse("portal:promise_list", args=["food"]), {"on": days[0]}))
    assert f"{sheet}?on={days[0]}" in lists
    before = {"on": "2024-01-02"}
    assert Client().get(sheet, before).status_code == 404
    assert "食品领域" not in text(Client().get(reverse("portal:promise_lists"), before))


@pytest.mark.row("M4-15")
def test_the_hall_shows_matter_after_matter_in_large_letters(desk: Desk, home: object) -> None:
    desk.publish(a_list(an_item(), an_item(key="food-stall", title="食品摊点备案")))
    first, second = (
        reverse("portal:promise_item", args=["food", key]) for key in ("food-shop", "food-stall")
    )
    sheet = Client().get(first)
    assert "Refresh" not in sheet.headers
    assert 'class="large"' not in text(sheet)
    screen = Client().get(first, {"screen": "1"})
    assert 'class="large"' in text(screen)
    assert "签署处" not in text(screen)
    assert "Refresh" not in screen.headers
    turned = [Client().get(here, {"screen": "1", "turn": "1"}).headers["Refresh"] for here in (first, second)]
    assert [one.split("url=")[1].split("?")[0] for one in turned] == [second, first]
