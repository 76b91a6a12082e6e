"""The city declares the province's platform, a second person agrees, and packages are carried out and reconciled."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

from xinheng.core.exchange_package import signed

pytestmark = pytest.mark.journey
SECRET = "jiaohuan"
COMMON = "一个双方都知道的密文"


def _secret(site: Site) -> None:
    """As the administrator enters it on the server."""
    home = Path(site.environment["XINHENG_HOME"])
    path = home / "secrets.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored.setdefault("connectors", {})[SECRET] = COMMON
    path.write_text(json.dumps(stored), encoding="utf-8")


@pytest.mark.row("M2-12")
def test_the_city_reports_to_the_province_and_reconciles(site: Site, tmp_path: Path) -> None:
    _secret(site)
    page = site.person("zhangmin")
    page.goto("/office/exchanges/")
    fits(page)
    page.get_by_role("link", name="登记平台").click()
    fits(page)
    page.get_by_label("平台名称").fill("河南省信用平台")
    page.get_by_label("层级").select_option("province")
    page.get_by_label("本方代号").fill("410200")
    page.get_by_label("对方代号").fill("410000")
    page.get_by_role("group", name="发给对方的信息项").get_by_label("行政处罚信息", exact=True).check()
    page.get_by_label("起始日").fill("2020-01-01")
    page.get_by_label("共同密文名称").fill(SECRET)
    page.get_by_label("依据").fill("河南省社会信用条例第十七条")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("main")).to_contain_text("待决定")
    where = page.url

    decider = site.person("liqiang")
    decider.goto(where)
    fits(decider)
    decider.get_by_label("理由").fill("已与省中心核对")
    decider.get_by_role("button", name="同意交换").click()
    expect(decider.locator("main")).to_contain_text("交换中")

    out = tmp_path / "out"
    sent = site.run("exchange", "send", "--peer", "410000", "--out", str(out))
    assert sent.returncode == 0, sent.stdout + sent.stderr
    packages = sorted(out.iterdir())
    assert packages
    manifest = json.loads(packages[0].read_bytes().splitlines()[0])
    page.goto(where)
    expect(page.locator("main")).to_contain_text("已发送，待回执")
    told = {
        "format": "xinheng-holdings/1",
        "stream": manifest["stream"],
        "through": 0,
        "blocks": [],
        "listed": [1, manifest["count"]],
        "rows": [],
        "at": manifest["made_at"],
    }
    statement = tmp_path / "holdings.json"
    statement.write_text(json.dumps(signed(told, secret=COMMON)), encoding="utf-8")
    page.get_by_role("link", name="对账").click()
    page.get_by_label("对方的对账单").set_input_files(statement)
    page.get_by_role("button", name="核对").click()
    expect(page.locator("main")).to_contain_text("有差异")
    fits(page)
    page.get_by_text("以表格查看").first.click()
    page.get_by_label("补发的原因").first.fill("对方没有收到")
    page.get_by_role("button", name="补发这一段").first.click()
    expect(page.locator("main")).to_contain_text("将在一分钟内补发")
