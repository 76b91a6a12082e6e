"""A model officer changes a model, compares it, has it approved by another, runs it and follows a grade to its reasons."""

import re

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey
TITLE = "食品生产经营企业信用评价"


@pytest.mark.row("M7-08")
@pytest.mark.row("M7-12")
@pytest.mark.slow
def test_a_model_is_drafted_compared_approved_run_and_explained(site: Site) -> None:
    page = site.person("heping")
    page.goto("/office/models/")
    fits(page)
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="起草下一版").click()
    page.get_by_role("link", name="一般行政处罚", exact=True).click()
    fits(page)
    steps = page.locator("textarea[name=steps]")
    steps.fill("0 abc")
    expect(page.locator("#findings")).to_contain_text("必须是分数")
    steps.fill("0 140\n10000 170\n100000 200")
    expect(page.locator("#findings")).to_contain_text("没有发现问题")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("起点 0 分值 140")
    fits(page)
    page.get_by_role("link", name="在真实主体上预览").click()
    expect(page.locator("main")).to_contain_text("抽样")
    fits(page)
    page.go_back()
    page.get_by_role("button", name="试算并与现行版本比较").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("试算报告")
    expect(page.locator("main")).to_contain_text("按县区：谁升谁降")
    page.get_by_text("以表格查看").first.click()
    fits(page)
    page.get_by_role("link", name=re.compile("^MX-")).click()
    page.get_by_role("button", name="送审").click()
    expect(page.locator("main")).to_contain_text("待批准")
    address = page.url

    decider = site.person("liqiang")
    decider.goto(address)
    fits(decider)
    decider.get_by_role("button", name="批准").click()
    expect(decider.locator("main")).to_contain_text("已生效")

    page.goto("/office/evaluations/")
    page.get_by_label("模型").select_option(label=f"{TITLE}（可发布）")
    page.get_by_label("结果对外公布").check()
    page.get_by_role("button", name="运行").click()
    expect(page.locator("main")).to_contain_text("第 2 版")
    page.locator("main table a").first.click()
    page.get_by_role("button", name="重算并核对").click()
    expect(page.locator("main")).to_contain_text("重算结果一致")
    fits(page)
    page.goto("/office/subjects/?q=食品有限公司")
    page.locator("main table a[href^='/office/subjects/']").first.click()
    page.locator("a[href*='/grade/food']").first.click()
    expect(page.locator("main svg").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("《")
    page.goto("/office/models/")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("main")).to_contain_text("本市发布的版本")
    fits(page)
