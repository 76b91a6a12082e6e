"""Keys and connectors in the office: shown once, looked after by those who may, readable by the sender."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.services.connectors import ConnectorOrder, declare
from xinheng.services.senders import KeyOrder, admit, make_key
from xinheng.store.connectors import keep_secret
from xinheng.store.models import Connector, SenderKey, SenderPlace

FEED = "penalty-dual-publicity"


@pytest.fixture
def office(people: People, home: Path, office_clock: None) -> Client:
    """Wang of the credit office."""
    return signed_in(people.wang)


def _key(people: People, policy: Policy) -> tuple[SenderKey, str]:
    order = KeyOrder(
        organisation=people.market, name="执法系统", feeds=(FEED,), expires_on=TODAY + timedelta(days=9)
    )
    return make_key(order, actor=people.wang, policy=policy, now=NOW)


def _connector(people: People, policy: Policy) -> Connector:
    order = ConnectorOrder(
        organisation=people.market,
        name="处罚库",
        kind="json",
        feed=FEED,
        url="https://api.example/penalties",
        networks=("10.8.1.0/24",),
        secret="penalties",
    )
    return declare(order, actor=people.wang, policy=policy, now=NOW)


@pytest.mark.row("M2-04")
def test_a_key_is_shown_once(office: Client, people: People) -> None:
    fields: dict[str, object] = {
        "organisation": people.market.public_id,
        "name": "执法办案系统",
        "feeds": [FEED],
        "networks": "10.8.1.0/24\n",
        "expires_on": "2027-05-01",
        "per_minute": "300",
    }
    made = post(office, reverse("office:new_sender"), fields)
    key = SenderKey.objects.get()
    assert made.headers["Cache-Control"] == "no-store"
    shown = text(made).split("<pre")[1].split(">", 1)[1].split("<")[0]
    assert admit(shown, address="10.8.1.7", now=NOW) == key
    for url in (reverse("office:senders"), reverse("office:sender", kwargs={"sender": key.public_id})):
        page = text(office.get(url))
        assert "执法办案系统" in page
        assert shown not in page
        assert key.digest not in page


def test_what_is_wrong_with_an_order_stands_above_the_form(office: Client, people: People) -> None:
    fields: dict[str, object] = {
        "organisation": people.market.public_id,
        "name": "系统",
        "feeds": [FEED],
        "networks": "nowhere",
        "expires_on": "2027-05-01",
        "per_minute": "300",
    }
    page = text(post(office, reverse("office:new_sender"), fields))
    assert "“nowhere”不是网络地址" in page
    assert "nowhere</textarea>" in page
    assert not SenderKey.objects.exists()


@pytest.mark.row("M2-04")
def test_a_second_place_is_flagged_on_the_pages_and_settled_with_a_reason(
    office: Client, people: People, policy: Policy
) -> None:
    _, secret = _key(people, policy)
    for address in ("10.8.1.7", "203.0.113.9"):
        admit(secret, address=address, now=NOW)
    assert "从两处使用，待核对" in text(office.get(reverse("office:senders")))
    assert "一个密钥从两处使用" in text(office.get(reverse("office:desk")))
    place = SenderPlace.objects.get(waiting=True)
    url = reverse("office:settle_place", kwargs={"row": place.pk})
    assert "请写明核对的结果" in text(post(office, url))
    assert post(office, url, {"reason": "备用线路"}).status_code == 302
    assert "从两处使用" not in text(office.get(reverse("office:senders")))
    assert "一个密钥从两处使用" not in text(office.get(reverse("office:desk")))


def test_a_key_is_revoked_with_a_reason(office: Client, people: People, policy: Policy) -> None:
    key, _ = _key(people, policy)
    url = reverse("office:revoke_sender", kwargs={"sender": key.public_id})
    assert "请写明停用的原因" in text(post(office, url))
    post(office, url, {"reason": "人员离岗"})
    page = text(office.get(reverse("office:sender", kwargs={"sender": key.public_id})))
    assert "人员离岗" in page
    assert "停用密钥</button>" not in page


def test_a_sender_sees_its_own_and_changes_nothing(people: People, policy: Policy, home: Path) -> None:
    key, _ = _key(people, policy)
    row = _connector(people, policy)
    li = signed_in(people.li)
    page = text(li.get(reverse("office:sender", kwargs={"sender": key.public_id})))
    assert "执法系统" in page
    assert "停用密钥" not in page
    page = text(li.get(reverse("office:connector", kwargs={"connector": row.public_id})))
    assert "处罚库" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    assert post(li, reverse("office:revoke_sender", kwargs={"sender": key.public_id})).status_code == 403
    KeyOrder(organisation=people.city, name="a", feeds=(FEED,), expires_on=TODAY)
    SenderKey.objects.update(organisation=people.city)
    assert li.get(reverse("office:sender", kwargs={"sender": key.public_id})).status_code == 403
    assert "执法系统" not in text(li.get(reverse("office:senders")))


@pytest.mark.row("M17-02")
def test_a_connector_is_declared_fetched_and_ended(office: Client, people: People) -> None:
    fields: dict[str, object] = {
        "organisation": people.market.public_id,
        "name": "处罚视图",
        "kind": "database",
        "feed": FEED,
        "url": "postgresql://reader:pass@db.example/p",
        "networks": "10.8.1.0/24",
        "secret": "penalties",
        "source": "public.penalty",
        "cursor_field": "id",
        "every_minutes": "60",
        "max_rows": "1000",
        "max_seconds": "30",
    }
    assert "地址中不能写口令" in text(post(office, reverse("office:new_connector"), fields))
    fields["url"] = "postgresql://reader@db.example/p"
    made = post(office, reverse("office:new_connector"), fields)
    row = Connector.objects.get()
    page = text(office.get(made.headers["Location"]))
    assert "服务器上还没有登记" in page
    keep_secret("penalties", "s3cr3t")
    page = text(office.get(made.headers["Location"]))
    assert "已登记" in page
    assert "s3cr3t" not in page
    part = {"connector": row.public_id}
    assert post(office, reverse("office:fetch_connector", kwargs=part)).status_code == 302
    assert "请写明理由" in text(post(office, reverse("office:end_connector", kwargs=part)))
    post(office, reverse("office:end_connector", kwargs=part), {"reason": "系统下线"})
    assert "已停用" in text(office.get(reverse("office:connectors")))


def test_a_held_connector_stands_on_the_desk_of_sender_and_office(
    office: Client, people: People, policy: Policy
) -> None:
    row = _connector(people, policy)
    Connector.objects.update(held_at=NOW, held_reason="来源的列变了：少了“文号”。")
    for client in (office, signed_in(people.li)):
        page = text(client.get(reverse("office:desk")))
        assert "处罚库" in page
        assert "待核对" in page
    url = reverse("office:release_connector", kwargs={"connector": row.public_id})
    post(office, url, {"reason": "已改回"})
    assert "处罚库" not in text(office.get(reverse("office:desk")))
