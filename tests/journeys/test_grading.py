"""The organ in charge writes the policy of its field, another person approves it, anybody reads it with its version."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey


@pytest.mark.row("M8-01")
@pytest.mark.row("M8-02")
def test_a_policy_of_a_field_is_drafted_checked_approved_and_public(site: Site) -> None:
    page = site.person("zhangmin")
    page.goto("/office/gradings/")
    fits(page)
    line = page.locator("tr", has=page.locator("input[value=food]"))
    line.get_by_role("button", name="起草").click()
    expect(page.locator("main")).to_contain_text("还没有写适用对象")
    fits(page)
    page.get_by_label("适用对象").fill("取得食品经营许可的单位")
    page.get_by_label("分级标准").fill("按食品经营评价模型的等级")
    page.get_by_label("评价周期（个月）").fill("12")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("没有发现问题")
    draft = page.url
    page.get_by_role("link", name="优秀").first.click()
    page.locator("[name=ratio_value]").fill("90")
    expect(page.locator("#findings")).to_contain_text("的抽查比例高于")
    page.locator("[name=ratio_value]").fill("0.5")
    page.locator("[name=depth]").select_option("key")
    expect(page.locator("#findings")).not_to_contain_text("的抽查比例高于")
    fits(page)
    page.get_by_role("button", name="保存").click()
    page.goto(draft)
    expect(page.locator("main")).to_contain_text("0.5%")
    page.get_by_role("button", name="送审").click()
    expect(page.locator("main")).to_contain_text("待批准")

    decider = site.person("liqiang")
    decider.goto(draft)
    fits(decider)
    decider.get_by_role("button", name="批准").click()
    expect(decider.locator("main")).to_contain_text("已生效")

    anybody = site.passer_by()
    anybody.goto("/inspections/grading?sector=food")
    fits(anybody)
    for words in ("取得食品经营许可的单位", "12 个月", "查到重点项为止", "第 1 版"):
        expect(anybody.locator("main")).to_contain_text(words)
