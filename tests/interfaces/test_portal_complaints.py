"""The public page of handled consumer complaints."""

from pathlib import Path

import pytest
from django.test import Client
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People
from tests.services.deliveries import name
from tests.services.test_provenance import COMPLAINTS, complaint, delivered

from xinheng.core.policy import Policy
from xinheng.services.publication import publish_batch

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
