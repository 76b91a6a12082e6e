"""Draws as an outsider sees them: announced before, verifiable after, without naming anybody."""

import json
from pathlib import Path

import pytest
from django.test import Client
from tests.interfaces.portal_city import a_draw, an_announcement
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, People
from typer.testing import CliRunner

from xinheng.core.draw_verify import verify
from xinheng.interfaces.cli import app
from xinheng.interfaces.portal import draws
from xinheng.services.pools import publish_pool
from xinheng.store.models import Draw, DrawAnnouncement, DrawFailure
from xinheng.store.public import published_path

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("home"),
    pytest.mark.urls("tests.interfaces.portal_urls"),
]


@pytest.fixture(autouse=True)
def unchecked() -> None:
    draws._check.cache_clear()


@pytest.mark.row("M8-03")
def test_a_draw_page_shows_seed_bands_and_how_to_verify(client: Client, people: People) -> None:
    draw = a_draw(people)
    html = client.get(f"/draw/{draw.public_id}").content.decode()
    for words in (
        draw.seed,
        draw.digest,
        draw.announcement.digest,
        "xinheng draw verify",
        "样例市人民政府",
        "10.0%",
    ):
        assert words in html
    assert "重新计算一致" in html
    assert "名录 40 户，抽 4 户" in html
    assert f"/draw/{draw.public_id}/record.json" in html


@pytest.mark.row("M8-03")
def test_the_downloaded_record_is_verified_by_the_command_alone(
    client: Client, people: People, tmp_path: Path
) -> None:
    draw = a_draw(people)
    answer = client.get(f"/draw/{draw.public_id}/record.json")
    assert answer.headers["Content-Disposition"].endswith(f'draw-{draw.public_id}.json"')
    file = tmp_path / "record.json"
    file.write_bytes(answer.getvalue())
    command = ["draw", "verify", str(file), "--announced", draw.announcement.digest]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "核验通过" in result.output
    again = client.get(
        f"/draw/{draw.public_id}/record.json", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.row("M8-03")
def test_a_draw_whose_pool_is_gone_is_still_shown_and_its_file_is_kindly_refused(
    client: Client, people: People
) -> None:
    draw = a_draw(people)
    assert draw.announcement.pool is not None
    path = published_path(draw.announcement.pool.digest)
    content = path.read_bytes()
    path.unlink()
    page = client.get(f"/draw/{draw.public_id}")
    html = page.content.decode()
    assert page.status_code == 200
    assert draw.seed in html and draw.digest in html and "记录文件暂时取不到" in html
    assert "record.json" not in html and "重新计算" not in html
    answer = client.get(f"/draw/{draw.public_id}/record.json")
    assert answer.status_code == 404
    assert "抽取结果没有变" in answer.content.decode() and draw.digest in answer.content.decode()
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    path.write_bytes(content)
    assert client.get(f"/draw/{draw.public_id}/record.json").status_code == 200
    assert "重新计算一致" in client.get(f"/draw/{draw.public_id}").content.decode()


@pytest.mark.row("M8-03")
def test_a_changed_record_is_told_apart_by_page_and_reader(client: Client, people: People) -> None:
    whole = a_draw(people)
    record = json.loads(json.dumps(whole.record))
    record["drawn"][0], record["drawn"][1] = record["drawn"][1], record["drawn"][0]
    draw = Draw(**{f.attname: getattr(whole, f.attname) for f in Draw._meta.concrete_fields})
    draw.pk, draw.public_id, draw.record = None, "b" * 16, record
    row, _ = an_announcement(people)
    publish_pool(row)
    draw.announcement = row
    draw.save(force_insert=True)
    html = client.get(f"/draw/{draw.public_id}").content.decode()
    assert "重新计算不一致" in html
    assert verify(json.loads(client.get(f"/draw/{draw.public_id}/record.json").getvalue()))


@pytest.mark.guard("G4")
def test_neither_enterprises_nor_inspectors_are_named(client: Client, people: People) -> None:
    draw = a_draw(people)
    html = client.get(f"/draw/{draw.public_id}").content.decode()
    keys = [one["key"] for one in draw.record["drawn"]]
    assert not [key for key in keys if key in html]
    assert 'data-label="信用代码"' not in html


@pytest.mark.row("M8-03")
def test_what_is_fixed_before_a_draw_can_be_read_before_it(client: Client, people: People) -> None:
    row, _ = an_announcement(people)
    html = client.get("/draws").content.decode()
    assert "已公告、尚未抽取" in html
    address = f"/announcement/{row.public_id}"
    assert address in html
    page = client.get(address).content.decode()
    for words in (row.digest, row.content["pool"], row.content["parties"][0]["commitment"], "尚未抽取"):
        assert words in page


@pytest.mark.row("M8-03")
def test_a_failed_draw_stays_public_beside_the_one_that_repeats_it(client: Client, people: People) -> None:
    first, _ = an_announcement(people)
    why = "原值保管不善，已经遗失"
    failure = DrawFailure.objects.create(
        announcement=first,
        cause="no_reveal",
        party="样例市人民政府",
        reason=why,
        proposed_by=people.wang,
        proposed_at=NOW,
    )
    address = f"/announcement/{first.public_id}"
    assert why not in client.get(address).content.decode()
    failure.agreed_by, failure.agreed_at = people.zhao, NOW
    failure.save()
    repeats = {"announcement": first.digest, "reason": f"承诺方没有公开原值：{why}"}
    again = DrawAnnouncement.objects.create(
        plan=first.plan,
        run=first.run,
        attempt=2,
        announced_at=NOW,
        announced_by=people.wang,
        policy_digest=first.policy_digest,
        secret=first.secret,
        digest=f"sha256:{'2' * 64}",
        content={**first.content, "attempt": 2, "repeats": repeats},
        inspectors=[],
    )
    old = client.get(address).content.decode()
    new = client.get(f"/announcement/{again.public_id}").content.decode()
    assert "未能完成：承诺方没有公开原值（样例市人民政府）" in old and why in old and again.public_id in old
    assert "第 2 次公告" in new and why in new and first.public_id in new and first.digest in new
    for page in (old, new):
        assert people.wang.display_name not in page and people.zhao.display_name not in page
    listed = client.get("/draws").content.decode()
    assert "未能完成的抽取" in listed and "第 2 次公告" in listed


def test_draws_are_listed_by_year(client: Client, people: People) -> None:
    draw = a_draw(people)
    assert f"/draw/{draw.public_id}" in client.get("/draws", {"year": "2026"}).content.decode()
    assert f"/draw/{draw.public_id}" not in client.get("/draws", {"year": "2025"}).content.decode()
    assert f"/draw/{draw.public_id}" in client.get("/draws", {"year": "x'; --"}).content.decode()
    html = client.get(f"/announcement/{draw.announcement.public_id}").content.decode()
    assert f"/draw/{draw.public_id}" in html


@pytest.mark.parametrize("address", ["/draw/{}", "/draw/{}/record.json", "/announcement/{}"])
def test_an_unknown_draw_is_no_page(client: Client, address: str) -> None:
    assert client.get(address.format("c" * 16)).status_code == 404
