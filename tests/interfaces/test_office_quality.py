"""Pages of quality: rates lead to rows, months are ranked, statements signed, contradictions decided."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, penalty, registration, write
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.interfaces.office import quality
from xinheng.services.collect import Delivery, import_file
from xinheng.services.quality import count_batches, count_subjects
from xinheng.store.models import (
    Batch,
    Conflict,
    NothingStatement,
    Organisation,
    OrganisationKind,
    OrganisationName,
    SpotCheck,
)

pytestmark = pytest.mark.usefixtures("office_clock")
ABNORMAL = "abnormal_operation"
DOCUMENT = "汴市监罚〔2026〕7号"


def beginning(people: People, policy: Policy, folder: Path) -> None:
    delivery = Delivery(
        policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=40)
    )
    rows = [registration(number) for number in range(1, 6)]
    import_file(write(folder, *rows, header=REGISTER, called="登记注册.csv"), delivery)
    fines = [
        penalty(1, decided="2026-10-09"),
        penalty(2, decided="2026-09-01"),
        penalty(3, decided="2026-10-09", fine=""),
        penalty(7, decided="2026-10-08", document=DOCUMENT),
    ]
    import_file(write(folder, *fines), delivery)
    count_batches(now=NOW)
    count_subjects(now=NOW)


@pytest.fixture
def city(committed_people: People, home: Path) -> People:
    return committed_people


@pytest.fixture
def disagreeing(city: People, policy: Policy, tmp_path: Path) -> Conflict:
    justice = Organisation.objects.create(
        key="kaifeng.justice", kind=OrganisationKind.DEPARTMENT, parent=city.city, division_code="410200"
    )
    OrganisationName.objects.create(organisation=justice, name="市司法局")
    row = penalty(7, decided="2026-10-08", document=DOCUMENT, fine="0.9")
    delivery = Delivery(policy=policy, organisation=justice, actor=None, now=NOW)
    import_file(write(tmp_path, row, called="另一部门.csv"), delivery)
    count_batches(now=NOW)
    return Conflict.objects.get()


@pytest.mark.row("M2-06")
@pytest.mark.parametrize("by", ["unit", "county", "item", "feed"])
def test_rates_stand_by_department_county_item_and_feed(city: People, by: str) -> None:
    page = text(signed_in(city.wang).get(f"/office/quality/?by={by}&period=all"))
    for word in ("数据合规率", "迟报率", "及时率", "代码问题率", "瞒报率", "错报率", "以表格查看"):
        assert word in page
    assert {"unit": "市市场监管局", "county": "龙亭区", "item": "行政处罚", "feed": "处罚"}[by] in page
    assert "25.00%" in page


def test_a_figure_leads_to_its_rows(city: People) -> None:
    client = signed_in(city.wang)
    page = text(client.get("/office/quality/rows/?kind=late&period=all"))
    assert "汴市监罚〔2026〕2号" in page
    assert "汴市监罚〔2026〕1号" not in page
    assert "E06" in text(client.get("/office/quality/rows/?kind=returned&period=all"))
    assert "没有这样的行" in text(client.get("/office/quality/rows/?kind=again&period=all"))
    county = text(client.get("/office/quality/rows/?kind=late&period=all&county=410203"))
    assert "没有迟报的记录" in county


def test_who_is_above_the_alert_is_named(city: People, policy: Policy, tmp_path: Path) -> None:
    delivery = Delivery(policy=policy, organisation=city.market, actor=city.li, now=NOW)
    old = [penalty(number, decided="2026-08-03") for number in range(20, 40)]
    import_file(write(tmp_path, *old, called="迟报.csv"), delivery)
    page = text(signed_in(city.wang).get("/office/quality/?period=all"))
    assert "列入通报整改" in page
    assert "依据待核" in page


@pytest.mark.row("X-11")
def test_a_month_is_ranked_and_exported(city: People) -> None:
    client = signed_in(city.wang)
    page = text(client.get("/office/quality/scores/?month=2026-10"))
    for word in ("完整性", "规范性", "准确性", "一致性", "唯一性", "及时性", "覆盖性", "走势", "待审定"):
        assert word in page
    assert "市市场监管局" in page
    assert page.count("<svg") >= 4
    assert "问题分布和整改" in page
    counties = text(client.get("/office/quality/scores/?month=2026-10&by=county"))
    assert "龙亭区" in counties
    table = client.get("/office/quality/scores/?month=2026-10&format=csv").content.decode()
    assert "名次,名称,得分,完整性" in table
    book = client.get("/office/quality/scores/?month=2026-10&format=xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["名次", "名称", "得分"]
    assert rows[1][1] == "市市场监管局"


def _rate(page: str) -> str:
    """What the tile 归集覆盖率 says."""
    found = re.search(r'tile-label">归集覆盖率</span>.*?([0-9.]+%|—)', page, flags=re.S)
    assert found, "no tile"
    return found.group(1)


@pytest.mark.row("M2-06")
def test_coverage_is_a_matrix_of_departments_items_and_counties(city: People) -> None:
    client = signed_in(city.wang)
    page = text(client.get("/office/quality/coverage/?month=2026-10"))
    assert _rate(page) == "20.00%", (
        "items, as on the page of the city; what counts subjects too is called otherwise"
    )
    assert "1 项有数据或无数据说明，应有 5 项" in page
    for word in ("归集覆盖率", "户·项覆盖率", "龙亭区", "兰考县", "登记注册基本信息", "户·项", "逾期未报"):
        assert word in page
    assert "主体类型" in page
    table = client.get("/office/quality/coverage/?month=2026-10&format=csv").content.decode()
    assert "单位,目录项,应报依据,报送期,情况,全市,龙亭区" in table
    assert "1 个单位没有导入权责清单" in page
    one = text(client.get("/office/quality/coverage/?month=2026-10&kind=social_organisation"))
    assert "没有应报的目录项" in one
    duties = [{"organisation": city.market.key, "number": "C1", "title": "处罚", "items": ["penalty"]}]
    Rows(city).version(kind="duties", key="410200", body={"duties": duties})
    listed = text(client.get("/office/quality/coverage/?month=2026-10"))
    assert "不应报" in listed
    assert "没有导入权责清单" not in listed


@pytest.mark.guard("G1")
def test_the_number_of_sole_traders_is_no_figure(city: People) -> None:
    Rows(city).subject_count(kind="sole_trader", subjects=7_654_000)
    client = signed_in(city.wang)
    for kind in ("", "&kind=sole_trader"):
        page = text(client.get(f"/office/quality/coverage/?month=2026-10{kind}"))
        assert 'value="sole_trader"' not in page
        assert "7,654" not in page
        assert "765.4" not in page
        assert "不含个体工商户" in page


def test_a_statement_on_an_item_outside_the_catalogue_is_not_found(city: People) -> None:
    parts = {"unit": city.market.public_id, "item": "local_999", "start": "2026-10-01"}
    assert signed_in(city.li).get(reverse("office:sign_nothing", kwargs=parts)).status_code == 404


@pytest.mark.row("M2-03")
def test_a_department_signs_that_there_was_nothing(city: People) -> None:
    client = signed_in(city.li)
    page = text(client.get("/office/collection/"))
    url = reverse(
        "office:sign_nothing",
        kwargs={"unit": city.market.public_id, "item": ABNORMAL, "start": "2026-10-01"},
    )
    assert url in page
    assert "逾期未报" in page
    assert "经核实，本单位2026年10月没有应当报送的" in text(client.get(url))
    assert "请先核实并勾选" in text(post(client, url))
    signed = post(client, url, {"sure": "on"})
    assert signed.status_code == 302
    statement = NothingStatement.objects.get()
    shown = text(client.get(reverse("office:statement", kwargs={"statement": statement.public_id})))
    assert "李收集" in shown
    assert statement.digest in shown
    covered = text(signed_in(city.wang).get("/office/quality/coverage/?month=2026-10"))
    assert "已说明本期无数据" in covered
    again = post(client, url, {"sure": "on"})
    assert "Q04" in text(again) or "已经作过说明" in text(again)
    taken_back = reverse("office:withdraw_statement", kwargs={"statement": statement.public_id})
    assert "请写明理由" in text(post(client, taken_back))
    post(client, taken_back, {"reason": "发现漏报"})
    statement.refresh_from_db()
    assert statement.withdrawn_by == city.li


def test_an_item_or_day_that_is_none_is_not_found(city: People) -> None:
    client = signed_in(city.li)
    unit = city.market.public_id
    assert client.get(f"/office/collection/{unit}/nothing/2026-10-01/").status_code == 404
    assert client.get(f"/office/collection/{unit}/{ABNORMAL}/today/").status_code == 404
    assert client.get(f"/office/collection/{city.city.public_id}/{ABNORMAL}/2026-10-01/").status_code == 403


def test_the_desk_shows_what_is_overdue(city: People) -> None:
    page = text(signed_in(city.li).get("/office/desk/"))
    assert "2026年10月" in page
    assert "逾期未报" in page
    assert "/office/collection/" in page


@pytest.mark.row("M2-05")
def test_a_contradiction_is_shown_and_decided(city: People, disagreeing: Conflict) -> None:
    client = signed_in(city.zhao)
    assert "同一行为，内容不同" in text(client.get("/office/conflicts/"))
    url = reverse("office:conflict", kwargs={"conflict": disagreeing.public_id})
    page = text(client.get(url))
    assert "5,000.00 元" in page
    assert "9,000.00 元" in page
    assert "罚款" in page
    assert "市司法局" in page
    assert "两者都成立" not in page
    decide = reverse("office:decide_conflict", kwargs={"conflict": disagreeing.public_id})
    assert "请写明理由" in text(post(client, decide, {"verdict": "first"}))
    given = {"verdict": "first", "reason": "以原件为准", "ground": "核对函1号"}
    assert post(client, decide, dict(given)).status_code == 302
    disagreeing.refresh_from_db()
    assert (disagreeing.state, disagreeing.decided_by) == ("first", city.zhao)
    assert "没有待处理的不一致" in text(client.get("/office/conflicts/"))
    assert "赵决定" in text(client.get(url))


def test_a_reviewer_reads_contradictions_and_does_not_decide(city: People, disagreeing: Conflict) -> None:
    client = signed_in(city.wang)
    url = reverse("office:conflict", kwargs={"conflict": disagreeing.public_id})
    assert "决定人处理" in text(client.get(url))
    assert post(client, f"{url}decide/", {"verdict": "first"}).status_code == 403


@pytest.mark.row("M2-06")
def test_a_look_up_is_entered_and_gives_the_rates(city: People) -> None:
    client = signed_in(city.wang)
    given = {
        "organisation": city.market.public_id,
        "item": "4",
        "checked_on": "2026-11-19",
        "place": "部门网站行政处罚专栏",
        "sampled": "50",
        "concealed": "汴市监罚〔2026〕90号\n",
        "wrong": "汴市监罚〔2026〕1号\n汴市监罚〔2026〕2号",
    }
    assert post(client, "/office/quality/checks/add/", dict(given)).status_code == 302
    assert SpotCheck.objects.get().findings.count() == 3
    page = text(client.get("/office/quality/checks/"))
    assert "2.00%" in page
    assert "4.00%" in page
    refused = post(client, "/office/quality/checks/add/", {**given, "sampled": "2"})
    assert "有问题的行多于抽查的行" in text(refused)
    assert "请填写" in text(post(client, "/office/quality/checks/add/", {**given, "sampled": ""}))


@pytest.mark.row("M2-06")
def test_the_dashboard_counts_statements_as_covered(city: People) -> None:
    page = text(signed_in(city.wang).get("/office/dashboard/"))
    assert "/office/quality/coverage/" in page
    assert "无数据说明" in page


def test_late_rows_of_many_deliveries_are_reached_by_delivery(
    city: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "FEW", 0)
    client = signed_in(city.wang)
    listed = text(client.get("/office/quality/rows/?kind=late&period=all"))
    batch = Batch.objects.get(item=4)
    assert f"batch={batch.public_id}" in listed
    monkeypatch.setattr(quality, "FEW", 20)
    one = text(client.get(f"/office/quality/rows/?kind=late&period=all&batch={batch.public_id}"))
    assert "汴市监罚〔2026〕2号" in one


@pytest.mark.row("M2-05")
def test_the_desk_of_the_decider_holds_contradictions(city: People, disagreeing: Conflict) -> None:
    assert "1 处两个单位说法不同" in text(signed_in(city.zhao).get("/office/desk/"))
    assert "两个单位说法不同" not in text(signed_in(city.li).get("/office/desk/"))
