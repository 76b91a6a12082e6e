"""An officer plans a listed matter, another approves, everybody reads it; an unlisted matter is refused. A check of one named
enterprise is told to nobody outside, and begins only on the word of another."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey
TITLE = "食品生产专项检查计划"


def _fill(page: Page) -> str:
    """The form of a plan but for its matter; the year of the demonstration."""
    page.goto("/office/plans/new/")
    year = page.get_by_label("年度").input_value()
    page.get_by_label("计划名称").fill(TITLE)
    page.get_by_label("检查类型").select_option(label="专项检查")
    page.get_by_label("批次").fill(f"全市食品生产者，12，{year}-01-01，{year}-12-31")
    return year


@pytest.mark.row("M8-01")
@pytest.mark.row("X-06")
def test_a_listed_matter_is_planned_approved_and_published_and_an_unlisted_one_refused(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/inspections/matters")
    expect(passer.locator("main")).to_contain_text("食品生产监督检查")
    expect(passer.locator("main")).to_contain_text("依据待核")
    fits(passer)
    with passer.expect_download() as waiting:
        passer.get_by_role("link", name="下载 CSV").click()
    assert "食品生产监督检查" in waiting.value.path().read_text(encoding="utf-8-sig")

    officer, decider = site.person("liufang"), site.person("liqiang")
    _fill(officer)
    officer.get_by_label("检查事项").evaluate(
        "select => { select.add(new Option('顾客', 'customers')); select.value = 'customers'; }"
    )
    officer.get_by_role("button", name="送批").click()
    expect(officer.locator("main")).to_contain_text("不在公布的抽查事项清单内")
    fits(officer)

    _fill(officer)
    officer.get_by_label("检查事项").select_option("food_production")
    officer.get_by_role("button", name="送批").click()
    officer.wait_for_url(re.compile(r"/office/plans/[a-z2-7]{16}/"))
    plan = officer.url
    fits(officer)
    passer.goto("/inspections/plans")
    expect(passer.locator("main")).not_to_contain_text(TITLE)

    decider.goto(plan)
    decider.get_by_role("button", name="批准计划").click()
    expect(decider.locator("main")).to_contain_text("已批准")
    officer.goto(plan)
    officer.get_by_text("登记向上级备案").click()
    officer.get_by_label("备案机关").fill("省市场监督管理局")
    officer.get_by_label("备案号").fill("备〔2026〕9号")
    officer.get_by_label("备案日期").fill(_today(officer))
    officer.get_by_role("button", name="登记备案").click()
    expect(officer.locator("main")).to_contain_text("备案号 备〔2026〕9号")
    passer = site.passer_by()
    passer.goto("/inspections/plans")
    expect(passer.locator("main")).to_contain_text(TITLE)
    expect(passer.locator("main")).to_contain_text("备〔2026〕9号")
    fits(passer)


def _today(page: Page) -> str:
    """The day in China."""
    return str(
        page.evaluate("new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date())")
    )


@pytest.mark.row("X-06")
@pytest.mark.guard("G15")
def test_ceilings_and_grading_are_public_and_what_nobody_knows_is_unconfirmed(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/draws")
    passer.get_by_role("link", name="年度频次上限").click()
    expect(passer.locator("main")).to_contain_text("待确认")
    fits(passer)
    passer.get_by_role("link", name="分级分类监管政策").click()
    expect(passer.locator("main")).to_contain_text("不按等级，一律按“未评价”档")
    fits(passer)


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_an_emergency_check_begins_on_the_word_of_another_and_is_not_announced(site: Site) -> None:
    officer, second = site.person("liufang"), site.person("zhangmin")
    officer.goto("/acts?kind=penalty")
    path = officer.locator("main a[href^='/subject/']").first.get_attribute("href") or ""
    officer.goto(path)
    code = re.findall(r"\b9[0-9A-Z]{17}\b", officer.locator("main").inner_text())[0]
    officer.goto("/office/plans/case/new/")
    officer.get_by_label("检查事项").select_option("food_operation")
    officer.get_by_label("统一社会信用代码").fill(code)
    officer.get_by_label("事由").select_option(label="投诉举报")
    officer.get_by_label("具体情况").fill("12315 转来的投诉，反映销售过期食品")
    officer.get_by_label("情况紧急").check()
    officer.get_by_role("button", name="送批").click()
    officer.wait_for_url(re.compile(r"/office/plans/[a-z2-7]{16}/"))
    url = officer.url
    assert not officer.get_by_role("button", name="同意先行检查").count()
    fits(officer)
    second.goto(url)
    second.get_by_role("button", name="同意先行检查").click()
    expect(second.locator("main")).to_contain_text("先行检查，待补审批")
    expect(second.locator("main")).to_contain_text("司法行政部门（行政执法监督）")
    second.goto("/office/case-checks/")
    fits(second)
    passer = site.passer_by()
    passer.goto("/inspections/plans")
    expect(passer.locator("main")).not_to_contain_text("个案检查：")
