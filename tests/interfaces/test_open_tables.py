"""Open data: a copy made of a snapshot and its changes is what a fresh snapshot says, and what has ended is in none of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.interfaces.open_copies import copy_of, follow
from tests.people import NOW, TODAY, People
from tests.services.deliveries import REGISTER, code, penalty, registration, write
from tests.services.listing_cases import LIST
from tests.store import listing_rows
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.interfaces.web.surfaces import About, Openness, leaks
from xinheng.services.collect import Delivery, import_file
from xinheng.services.open_tables import clean_snapshot, publish_snapshot, write_snapshot
from xinheng.services.open_tables_changes import number_touches
from xinheng.services.publication import publish_batch
from xinheng.services.records import Change, change_state, delete
from xinheng.services.subject_merge import decide_merge, propose_merge
from xinheng.store.models import Batch, ListEntry, OpenRelease, OpenTouch, Publication, Record, Subject

pytestmark = [pytest.mark.row("M5-02"), pytest.mark.guard("G9")]
DOCUMENT, FACTS = "汴市监罚〔2026〕开放号", "样例违法事实不应再现"
LATER = NOW + timedelta(hours=1)


@dataclass
class City:
    """Four enterprises, each with a published penalty; the first stands on a list by its penalty."""

    people: People
    policy: Policy
    home: Path
    folder: Path
    rows: Rows

    def record(self, number: int) -> Record:
        return Record.objects.get(item=4, subject__code=code(number), known_until__isnull=True)

    def file(self, name: str) -> Path:
        release = OpenRelease.objects.latest("pk")
        return self.home / "open-data" / release.public_id / name

    def publish(self, *numbers: int, called: str) -> None:
        delivery = Delivery(
            policy=self.policy,
            organisation=self.people.market,
            actor=self.people.li,
            now=NOW - timedelta(days=2),
        )
        rows = [penalty(n, document=DOCUMENT if n == 1 else None, facts=FACTS) for n in numbers]
        import_file(write(self.folder, *rows, called=called), delivery)
        batch = Batch.objects.get(item=4, published_at__isnull=True)
        publish_batch(batch.public_id, reviewer=self.people.zhou, policy=self.policy, now=NOW)

    def repair(self, number: int) -> None:
        change = Change(deed="repair", reason="已履行", ground="信用修复决定〔2026〕1号")
        key = self.record(number).record_key
        change_state(record_key=key, change=change, policy=self.policy, now=LATER, actor=self.people.zhao)

    def delete(self, number: int) -> None:
        change = Change(deed="delete", reason="误报", ground="更正函〔2026〕1号")
        who = {"proposed_by": self.people.wang, "actor": self.people.zhao}
        key = self.record(number).record_key
        delete(record_key=key, change=change, policy=self.policy, now=LATER, with_original=False, **who)

    def merge(self, gone: int, kept: int) -> None:
        first, second = Subject.objects.get(code=code(gone)), Subject.objects.get(code=code(kept))
        why: dict[str, Any] = {"reason": "换发代码", "ground": "登记底册第3页", "now": LATER}
        made = propose_merge(first, second, keep=second, actor=self.people.wang, **why)
        told: dict[str, Any] = {"agree": True, "reason": "已核对", "policy": self.policy, "now": LATER}
        decide_merge(made.public_id, actor=self.people.zhao, **told)

    def list(self, number: int, key: str = LIST) -> ListEntry:
        record = self.record(number)
        return listing_rows.entry(
            self.rows,
            subject=record.subject,
            list_key=key,
            until_on=date(2099, 1, 1),
            ground_key=record.record_key,
            record_key=record.record_key,
        )

    def fresh(self, name: str) -> Path:
        return write_snapshot(self.home / name, policy=self.policy, now=LATER).folder


@pytest.fixture
def city(
    committed_people: People, policy: Policy, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> City:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    made = City(committed_people, policy, home, tmp_path, Rows(committed_people))
    delivery = Delivery(
        policy=policy, organisation=made.people.market, actor=made.people.li, now=NOW - timedelta(days=2)
    )
    rows = [registration(number) for number in range(1, 7)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    made.publish(1, 2, 3, 4, called="一.csv")
    made.list(1)
    return made


def test_a_copy_kept_by_changes_is_what_a_fresh_snapshot_says(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    copy = copy_of(city.file(""))
    assert len(copy["penalties"]) == 4
    assert len(copy["listings"]) == 1

    city.publish(5, 6, called="二.csv")
    city.repair(2)
    city.merge(3, 4)
    ListEntry.objects.update(ended_at=LATER, end_cause="withdrawn", ended_why="wrong")
    city.list(5)
    city.delete(6)
    Subject.objects.filter(code=code(5)).update(name="开封改名食品有限公司")
    number_touches(now=LATER)

    last, changes = follow(copy, release.last)
    assert copy == copy_of(city.fresh("fresh"))
    assert {"added", "changed", "deleted", "retracted"} == {one["kind"] for one in changes}
    assert [one["offset"] for one in changes] == list(range(release.last + 1, last + 1))
    assert any(row["主体名称"] == "开封改名食品有限公司" for row in copy["listings"].values())


def test_every_act_is_in_the_table_of_its_item_with_the_fields_of_that_table(city: City) -> None:
    told = {
        3: {"许可类别": "普通", "行政许可决定文书号": "汴许〔2026〕1号", "检查结果": "不是许可的字段"},
        12: {"检查结果": "未发现问题", "许可类别": "不是检查的字段"},
        16: {"承诺类型": "主动公示型"},
        13: {"检查结果": "没有自己的表"},
    }
    for item, fields in told.items():
        record = city.rows.record(item=item, record_key=1000 + item)
        city.rows.detail(record=record, document_no=f"第{item}号", fields=fields)
        city.rows.publication(ground=record, item=item)
    copy = copy_of(city.fresh("taken"))
    (permit,), (inspection,), (commitment,), (other,) = (
        copy[key].values() for key in ("permits", "inspections", "commitments", "acts")
    )
    assert (permit["信息项"], permit["许可类别"], permit["许可决定文书号"]) == (3, "普通", "汴许〔2026〕1号")
    assert (inspection["信息项"], inspection["检查结果"], inspection["处理情况"]) == (12, "未发现问题", None)
    assert (commitment["承诺编码"], commitment["承诺类型"]) == (commitment["文号"], "主动公示型")
    assert (other["信息项"], "检查结果" in other) == (13, False)
    assert {row["违法事实"] for row in copy["penalties"].values()} == {FACTS}


def test_a_deletion_says_its_key_and_no_more(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    key = str(Publication.objects.get(record_key=city.record(2).record_key).pk)
    city.repair(2)
    number_touches(now=LATER)
    _, changes = follow(copy_of(city.file("")), release.last)
    told = next(one for one in changes if one["dataset"] == "penalties")
    assert set(told) == {"offset", "day", "dataset", "key", "kind"}
    assert (told["key"], told["kind"]) == (key, "retracted")


def test_what_was_added_and_ended_before_anybody_asked_is_told_by_key_alone(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    city.publish(5, called="二.csv")
    number_touches(now=NOW)
    city.repair(5)
    answer = Client().get("/open-data/changes", {"after": release.last})
    assert FACTS not in answer.content.decode()
    assert [one["kind"] for one in answer.json()["changes"] if one["dataset"] == "penalties"] == ["deleted"]


def test_what_commits_late_gets_a_later_number(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    with _elsewhere() as other:
        other.execute(
            "INSERT INTO store_opentouch (dataset, key, kind, stale) VALUES ('penalties', '999999', 'changed', false)"
        )
        city.repair(2)
        number_touches(now=LATER)
        last, seen = follow(copy_of(city.file("")), release.last)
        assert "999999" not in {one["key"] for one in seen}
        other.commit()
    number_touches(now=LATER)
    _, changes = follow(copy_of(city.file("")), last)
    assert [one["key"] for one in changes] == ["999999"]


def _elsewhere() -> psycopg.Connection[Any]:
    given = connection.get_connection_params()
    return psycopg.connect(
        **{key: given[key] for key in ("dbname", "host", "port", "user") if given.get(key)}
    )


def test_what_no_transaction_touched_is_found_by_the_next_snapshot(city: City) -> None:
    """A term that ran out without a clock, and another name of the organ that sent it."""
    release = publish_snapshot(policy=city.policy, now=NOW)
    copy = copy_of(city.file(""))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE store_publication DISABLE TRIGGER touch_open_of_changed")
    Publication.objects.filter(record_key=city.record(2).record_key).update(stop_on=TODAY)
    city.people.market.names.update(name="市场监督管理局（新）")
    number_touches(now=LATER)
    assert follow(copy, release.last)[1] == []
    publish_snapshot(policy=city.policy, now=LATER)
    _, changes = follow(copy, release.last)
    assert {(one["dataset"], one["kind"]) for one in changes} == {
        ("penalties", "deleted"),
        ("penalties", "changed"),
    }
    assert copy == copy_of(city.fresh("fresh"))


@pytest.mark.row("M5-10")
@pytest.mark.row("M12-04")
@pytest.mark.parametrize("end", [City.repair, City.delete], ids=["repair", "delete"])
def test_what_has_ended_is_in_no_file_from_that_moment(city: City, end: Callable[[City, int], None]) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    address = f"/open-data/{release.public_id}/penalties.csv"
    kept = Client().get(address)
    assert DOCUMENT in b"".join(kept).decode() or FACTS in kept.getvalue().decode()
    end(city, 1)
    with CaptureQueriesContext(connections["portal"]) as asked:
        page = Client().get("/open-data")
    withheld = {one["key"] for one in page.context["tables"] if one["withheld"]}
    assert "penalties" in withheld and "permits" not in withheld
    assert sum("public_open_waiting" in one["sql"] for one in asked) == 1, "for all tables at once"
    gone = Client().get(address, headers={"If-None-Match": kept.headers["ETag"]})
    assert (gone.status_code, gone.headers["Retry-After"]) == (503, "300")
    assert _said(city, release.public_id) == []
    cleaned = clean_snapshot(policy=city.policy, now=LATER)
    assert cleaned is not None
    assert Client().get(address).status_code == 410
    assert not list(city.home.glob(f"open-data/{release.public_id}"))
    assert len(copy_of(city.file(""))["penalties"]) == 3
    assert _said(city, cleaned.public_id) == []
    assert DOCUMENT not in json.dumps(cleaned.manifest, ensure_ascii=False)


def _said(city: City, snapshot: str) -> list[Any]:
    subject = Subject.objects.get(code=code(1))
    about = About(
        subject=subject.public_id,
        code=code(1),
        name=subject.name,
        snapshots=(snapshot,),
        open_files=("penalties.csv", "acts.csv", "listings.csv"),
    )
    return list(
        leaks(about, (DOCUMENT,), ask=lambda address: Client().get(address), openness=Openness.PUBLIC)
    )


def test_a_copy_of_a_cleaned_snapshot_catches_up_as_well(city: City) -> None:
    publish_snapshot(policy=city.policy, now=NOW)
    city.repair(1)
    city.merge(3, 4)
    cleaned = clean_snapshot(policy=city.policy, now=LATER)
    assert cleaned is not None
    copy = copy_of(city.file(""))
    follow(copy, cleaned.manifest["content"]["last_change"])
    assert copy == copy_of(city.fresh("fresh"))


def test_nothing_is_cleaned_where_nothing_ended(city: City) -> None:
    publish_snapshot(policy=city.policy, now=NOW)
    city.publish(5, called="二.csv")
    assert clean_snapshot(policy=city.policy, now=LATER) is None


def test_nobody_is_touched_before_the_first_snapshot(city: City) -> None:
    assert not OpenTouch.objects.exists()
    assert Client().get("/open-data").status_code == 200
    assert Client().get("/open-data/manifest.json").status_code == 404


@pytest.mark.guard("G1")
def test_sole_traders_and_persons_are_not_taken_in_bulk(city: City) -> None:
    Subject.objects.filter(code=code(2)).update(kind="sole_trader")
    publish_snapshot(policy=city.policy, now=NOW)
    copy = copy_of(city.file(""))
    assert code(2) not in {
        row["统一社会信用代码"] for table in ("subjects", "penalties") for row in copy[table].values()
    }
    columns = {name for table in copy.values() for row in table.values() for name in row}
    assert not [
        name
        for name in columns
        if any(word in name for word in ("法定代表人", "住所", "地址", "电话", "负责人"))
    ]


@pytest.mark.guard("G16")
def test_no_table_holds_a_score_or_a_grade(city: City) -> None:
    publish_snapshot(policy=city.policy, now=NOW)
    told = json.dumps(
        json.loads(city.file("manifest.json").read_bytes())["content"]["datasets"], ensure_ascii=False
    )
    assert not any(word in told for word in ("等级", "评分", "得分"))


def test_the_page_lists_the_files_with_their_digests_and_the_terms(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    page = Client().get("/open-data").content.decode()
    table = next(one for one in release.manifest["content"]["datasets"] if one["key"] == "penalties")
    assert all(file["digest"] in page for file in table["files"])
    assert "收到停止公示或者撤回的变动后，删除" in page
    rows = copy_of(city.file(""))["penalties"].values()
    empty = {one["name"] for one in table["columns"] if one.get("empty")}
    assert empty == {one for one in next(iter(rows)) if all(row[one] is None for row in rows)}
    assert "罚款金额" in empty and page.count("各行均空</span>") >= len(empty)
    for row in rows:
        assert (row["处罚决定书文号"], row["处罚机关"]) == (row["文号"], row["机关"])
        assert str(row["处罚决定日期"]) == str(row["决定日期"])
    found = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert json.loads(found)["dataset"][0]["distribution"][0]["encodingFormat"] == "text/csv"
    followed = Client().get("/open-data/newest/penalties.parquet", follow=True)
    assert len(b"".join(followed)) == table["files"][1]["bytes"]


def test_a_part_of_a_file_can_be_asked_for(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    address = f"/open-data/{release.public_id}/subjects.csv"
    whole = b"".join(Client().get(address))
    part = Client().get(address, headers={"Range": "bytes=3-9"})
    assert (part.status_code, b"".join(part)) == (206, whole[3:10])
    assert part.headers["Content-Range"] == f"bytes 3-9/{len(whole)}"
    assert b"".join(Client().get(address, headers={"Range": "bytes=-5"})) == whole[-5:]
    assert Client().get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert b"".join(Client().get(address, headers={"Range": "bytes=1-2,4-5"})) == whole


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"after": "-1"}, "OD2"),
        ({"after": "x"}, "OD2"),
        ({"after": "\x00"}, "OD2"),
        ({"limit": "0"}, "OD2"),
        ({"limit": "1001"}, "OD2"),
        ({"format": "xml"}, "OD2"),
        ({"after": "99999"}, "OD3"),
    ],
)
def test_a_wrong_place_is_refused_by_name(city: City, asked: dict[str, str], told: str) -> None:
    answer = Client().get("/open-data/changes", asked)
    assert (answer.status_code, answer.json()["code"]) == (400, told)


def test_an_unknown_file_or_day_is_no_page(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    for address in (
        f"/open-data/{release.public_id}/manifest.json.bak",
        f"/open-data/{release.public_id}/..%2Flock",
        "/open-data/newest/secrets.json",
        "/open-data/2026-13-01/manifest.json",
        "/open-data/2020-01-01/manifest.json",
    ):
        assert Client().get(address).status_code == 404, address
    assert Client().get("/open-data/2026-11-20/manifest.json").json() == release.manifest


def test_changes_can_be_read_line_by_line(city: City) -> None:
    release = publish_snapshot(policy=city.policy, now=NOW)
    city.repair(1)
    number_touches(now=LATER)
    answer = Client().get("/open-data/changes", {"after": str(release.last), "format": "ndjson"})
    lines = [json.loads(line) for line in answer.content.decode().splitlines()]
    assert {one["kind"] for one in lines} == {"retracted"}
