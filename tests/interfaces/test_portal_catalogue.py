"""The public catalogue: what is in force, what was before, and the same as files."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.core.test_catalogue_change import item
from tests.interfaces.portal_city import portal_on_the_day as portal_on_the_day
from tests.people import NOW, TODAY, People

from xinheng.core.canonical import digest_of
from xinheng.store.models import PolicyVersion

pytestmark = pytest.mark.urls("tests.interfaces.portal_urls")


def _publish(people: People, version: int, *, days: int, sharing: object = None, **items: object) -> None:
    body = {"area": "410200", "version": version, "title": "开封市补充目录", "note": "", "items": items}
    body |= {"sharing": sharing} if sharing else {}
    PolicyVersion.objects.create(
        kind="catalogue", key="410200", digest=digest_of(body), body=body, from_on=TODAY + timedelta(days=days),
        drafted_by=people.wang, approved_by=people.zhao, approved_at=NOW,
    )  # fmt: skip


@pytest.fixture
def versions(people: People) -> None:
    _publish(people, 1, days=-30, local_101=item())
    _publish(
        people, 2, days=-10, local_101=item(cycle="每季"), local_102=item(number=102, title="大蒜产业信息")
    )
    _publish(people, 3, days=10)


@pytest.mark.row("M2-01")
@pytest.mark.row("M5-04")
def test_the_catalogue_in_force_and_each_older_one_can_be_read(client: Client, versions: None) -> None:
    page = client.get("/catalogue").content.decode()
    assert "大蒜产业信息" in page
    assert "《河南省社会信用条例》第十一条" in page
    assert "开封市 第 3 版</a>（尚未施行）" in page
    assert "修改园区企业履约信息的更新周期；新增大蒜产业信息" in page
    before = client.get(f"/catalogue?on={TODAY - timedelta(days=20)}").content.decode()
    assert "园区企业履约信息" in before
    assert "102　大蒜产业信息" not in before
    assert "看现行目录" in before


@pytest.mark.row("M2-01")
def test_the_public_sees_how_others_get_an_item_and_on_what_ground(client: Client, people: People) -> None:
    basis = [{"source": "henan-credit-regulation", "clause": "第十一条", "verified": False}]
    _publish(people, 1, days=-5, sharing={"penalty": {"sharing": "open", "basis": basis}})
    page = client.get("/catalogue").content.decode()
    assert "新增行政处罚信息的共享属性" in page
    assert "共享属性的依据" in page
    rows = list(csv.DictReader(io.StringIO(client.get("/catalogue.csv").content.decode("utf-8-sig"))))
    assert {row["共享属性"] for row in rows if row["代号"] == "penalty"} == {"无条件共享"}
    assert "无条件共享" not in client.get(f"/catalogue?on={TODAY - timedelta(days=20)}").content.decode()


@pytest.mark.row("X-10")
def test_what_must_not_be_collected_is_public_with_its_clause(client: Client, versions: None) -> None:
    page = client.get("/catalogue").content.decode()
    assert "宗教信仰" in page
    assert "《征信业管理条例》（国务院令第631号）第十四条" in page or "《征信业管理条例》第十四条" in page


def test_what_is_no_day_or_lies_too_far_back_shows_today(client: Client, versions: None) -> None:
    for asked in ("gestern", "0001-01-01", ""):
        page = client.get(f"/catalogue?on={asked}").content.decode()
        assert "102　大蒜产业信息" in page
        assert "尚未施行</strong>" not in page


@pytest.mark.row("M2-01")
@pytest.mark.parametrize("days", [10, 20, 40_000])
def test_a_day_that_lies_ahead_shows_what_will_hold_then_and_says_so(
    client: Client, versions: None, days: int
) -> None:
    day = TODAY + timedelta(days=days)
    page = client.get(f"/catalogue?on={day}").content.decode()
    assert "尚未施行</strong>：按今天已经公布的版本" in page
    assert "102　大蒜产业信息" not in page
    told = client.get(f"/catalogue.json?on={day}")
    assert "local_102" not in json.loads(told.content)["items"]
    assert "local_102" in json.loads(client.get("/catalogue.json").content)["items"]
    sooner = client.get(f"/catalogue?on={TODAY + timedelta(days=3)}").content.decode()
    assert "下面与现行目录相同" in sooner
    assert "102　大蒜产业信息" in sooner


@pytest.mark.row("M2-01")
def test_the_files_hold_every_item_and_field(client: Client, versions: None) -> None:
    told = json.loads(client.get("/catalogue.json").content)
    assert told["items"]["local_101"]["cycle"] == "每季"
    assert told["items"]["penalty"]["number"] == 4
    rows = list(csv.DictReader(io.StringIO(client.get("/catalogue.csv").content.decode("utf-8-sig"))))
    rate = next(row for row in rows if (row["编号"], row["字段"]) == ("101", "履约率"))
    assert (rate["单位"], rate["层级"], rate["共享属性"]) == ("%", "开封市", "有条件共享")
    assert len(rows) == sum(len(each["fields"]) for each in told["items"].values())
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/catalogue.xlsx").content))
    assert len(book.get_sheet_by_index(0).to_python()) == len(rows) + 1
    old = json.loads(client.get(f"/catalogue.json?on={TODAY - timedelta(days=20)}").content)
    assert "local_102" not in old["items"]


def test_a_city_without_a_supplement_has_the_national_list(client: Client, people: People) -> None:
    page = client.get("/catalogue").content.decode()
    assert "只用国家目录" in page
    assert "25　约谈" in page or "25　" in page
