"""The credit office adds an item to the catalogue on a local regulation; another approves; anybody reads it."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey


@pytest.mark.row("M2-01")
@pytest.mark.row("X-10")
def test_an_item_is_drafted_checked_approved_and_public(site: Site) -> None:
    page = site.person("zhangmin")
    page.goto("/office/catalogue/")
    fits(page)
    page.get_by_role("button", name="起草开封市补充目录").click()
    page.get_by_role("link", name="增加信息项").click()
    page.get_by_label("信息项名称").fill("经营者宗教信仰")
    expect(page.locator("#findings")).to_contain_text("宗教信仰不得归集")
    page.get_by_label("信息项名称").fill("产业园区入驻合同履约信息")
    page.locator("[name=group]").fill("地方补充")
    for label, choice in (
        ("信息性质", "守信或失信信息"), ("共享属性", "有条件共享"), ("公开属性", "授权查询"),
        ("是否涉及自然人", "不涉及自然人"), ("有效期限", "文书有效期内"),
    ):  # fmt: skip
        page.get_by_label(label).select_option(label=choice)
    page.get_by_label("更新周期").fill("每月")
    page.get_by_label("市发展改革委").check()
    page.locator("[name=basis_0_source]").select_option("henan-credit-regulation")
    page.locator("[name=basis_0_clause]").fill("第十一条")
    page.locator("[name=f0_name]").fill("合同编号")
    page.locator("[name=f0_kind]").select_option("text")
    expect(page.locator("#findings")).to_contain_text("没有发现问题")
    fits(page)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="返回草稿").click()
    fits(page)
    page.get_by_role("button", name="送审").click()
    expect(page.locator("main")).to_contain_text("待批准")

    decider = site.person("liqiang")
    decider.goto(page.url)
    fits(decider)
    decider.get_by_role("button", name="批准").click()
    expect(decider.locator("main")).to_contain_text("已生效")
    decider.goto("/office/catalogue/")
    decider.get_by_role("link", name="开封市 第 1 版").click()
    fits(decider)

    anybody = site.passer_by()
    anybody.goto("/catalogue")
    fits(anybody)
    anybody.get_by_text("产业园区入驻合同履约信息").first.click()
    expect(anybody.locator("main")).to_contain_text("《河南省社会信用条例》第十一条")
    with anybody.expect_download() as download:
        anybody.get_by_role("link", name="JSON").click()
    assert "产业园区入驻合同履约信息" in download.value.path().read_text(encoding="utf-8")


@pytest.mark.row("M2-02")
def test_duties_stand_beside_the_items_that_they_oblige_to(site: Site) -> None:
    page = site.person("zhangmin")
    page.goto("/office/duties/")
    fits(page)
    content = "单位,职权编号,职权名称,目录项\n市市场监管局,4102-C-001,对违反食品安全法行为的处罚,行政处罚\n"
    file = {"name": "清单.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("权责清单（CSV）").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="导入并送批").click()
    decider = site.person("liqiang")
    decider.goto(page.url)
    decider.get_by_role("button", name="批准").click()
    expect(decider.locator("main")).to_contain_text("已生效")
    page.goto("/office/duties/")
    expect(page.locator("main")).to_contain_text("对违反食品安全法行为的处罚")
    expect(page.locator("main")).to_contain_text("没有对应职权")
    fits(page)
