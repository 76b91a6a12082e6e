"""The public page of handled consumer complaints."""

from pathlib import Path

import pytest
from django.test import Client
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People
from tests.services.deliveries import code, name
from tests.services.test_provenance import COMPLAINTS, complaint, delivered

from xinheng.core.policy import Policy
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state
from xinheng.store.models import Record, Subject

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.interfaces.portal_urls")]


@pytest.mark.row("M2-10")
@pytest.mark.guard("G13")
def test_handled_complaints_are_shown_after_review_without_complainant(
    client: Client, people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    rows = (complaint(1, "处理中"), complaint(2, "属实"))
    batch = delivered(people, policy, tmp_path, *rows, header=COMPLAINTS, called="12315.csv")
    assert "没有已办结" in client.get("/complaints").content.decode()
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    answer = client.get("/complaints")
    page = answer.content.decode().split("<main")[1]
    assert page.count("查证属实") == 1
    assert page.count(name(1)) == 1
    assert "张三" not in page
    assert "不计入评价" in page
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert client.get("/complaints", HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 304
    assert client.get("/complaints?older=2026-05-02.1").status_code == 200
    assert client.get("/complaints?older=nonsense").status_code == 200


@pytest.mark.row("M2-10")
@pytest.mark.row("M5-07")
@pytest.mark.guard("G13")
def test_the_page_of_the_enterprise_shows_only_what_was_reviewed_and_handled_apart_from_failings(
    client: Client, people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    rows = (complaint(1, "处理中"), complaint(2, "属实"))
    batch = delivered(people, policy, tmp_path, *rows, header=COMPLAINTS, called="12315.csv")
    address = f"/subject/{Subject.objects.get(code=code(1)).public_id}"
    before = client.get(address)
    assert 'id="complaints"' not in before.content.decode()
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    answer = client.get(address, HTTP_IF_NONE_MATCH=before.headers["ETag"])
    assert answer.status_code == 200, "a copy from before the review is stale"
    section = answer.content.decode().split('id="complaints"')[1].split("</section>")[0]
    assert section.count("<tr>") == 2, "the head and one handled complaint"
    assert "查证属实" in section
    assert "不作为列入名单" in section
    assert "张三" not in section
    assert "noindex" in answer.headers["X-Robots-Tag"]
    record = Record.objects.get(result="upheld", known_until__isnull=True)
    change = Change(deed="withdraw", reason="转办有误", ground="市监函〔2026〕2号")
    change_state(record_key=record.record_key, change=change, actor=people.zhao, policy=policy, now=NOW)
    assert 'id="complaints"' not in client.get(address).content.decode()


@pytest.mark.row("M2-10")
@pytest.mark.guard("G15")
def test_the_clocks_of_handling_say_where_nobody_compared_or_knows_them(
    client: Client, policy: Policy
) -> None:
    page = client.get("/complaints").content.decode().split('id="clocks"')[1]
    for reading in (policy.parameter(key, on=TODAY) for key in policy.parameters if key.startswith("compl")):
        assert not reading.verified
        assert reading.title in page
    assert "45 个工作日" in page or "45个工作日" in page
    assert "待确认" in page, "the day of publication, for which no source is known"
    assert page.count("依据待核") >= 4


@pytest.mark.row("M2-10")
def test_every_public_page_leads_to_the_complaints(client: Client) -> None:
    foot = client.get("/about").content.decode().split("<footer")[1]
    assert 'href="/complaints"' in foot
