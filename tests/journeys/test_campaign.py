"""A special campaign is planned, started by another, takes in an enterprise for a living record, shows how far it is, and
ends; the enterprise reads why, and the public nothing."""

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import enter_own_space, fits, take_step

pytestmark = pytest.mark.journey
TITLE = "化工领域诚信缺失"


def _planned(office: Page) -> str:
    """The page of the case of a new plan."""
    office.goto("/office/campaigns/")
    fits(office)
    office.get_by_role("link", name="拟定方案").click()
    fits(office)
    office.get_by_label("领域").select_option(label="诚信缺失突出问题")
    office.get_by_label("名称").fill(TITLE)
    office.get_by_label("依据文件标题").fill("关于开展诚信缺失突出问题专项治理的通知")
    office.get_by_label("依据文件文号").fill("汴信办〔2026〕9号")
    office.get_by_label("范围和要求").fill("全市化工企业，以已有记录为准")
    office.get_by_label("截止日期").fill("2099-06-30")
    office.get_by_label("行政处罚信息").check()
    office.get_by_label("从哪一天起作出的").fill("2024-01-01")
    office.get_by_label("事实和理由").fill("按通知开展")
    office.get_by_role("button", name="提交，交另一人").click()
    expect(office.locator("main")).to_contain_text("提示规则")
    fits(office)
    return office.url


def _taken(office: Page, code: str) -> str:
    """Takes the first living ground of the enterprise into the campaign; returns the address of the board."""
    office.get_by_role("link", name="台账和进度").click()
    board = office.url
    expect(office.locator("main")).to_contain_text("还没有纳入企业")
    office.get_by_role("link", name="纳入", exact=True).click()
    fits(office)
    office.get_by_label("按统一社会信用代码查找").fill(code)
    office.get_by_role("button", name="查找").click()
    office.locator("input[name=record]").first.check()
    office.get_by_label("纳入理由").fill("处罚后仍未改正")
    fits(office)
    office.get_by_role("button", name="纳入所选").click()
    expect(office.locator("main")).to_contain_text("已纳入 1 项")
    fits(office)
    return board


@pytest.mark.row("M11-04")
@pytest.mark.guard("G9")
def test_a_campaign_is_run_and_seen_by_the_enterprise_and_by_nobody_else(site: Site) -> None:
    firm = site.passer_by()
    enter_own_space(firm)
    public = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    code = firm.locator("form strong").locator("xpath=..").inner_text().split()[1]
    space = firm.get_by_role("navigation", name="企业空间")
    space.get_by_role("link", name="专项治理").click()
    expect(firm.locator("main")).not_to_contain_text(TITLE)

    office, decider = site.person("zhangmin"), site.person("liqiang")
    case = _planned(office)
    decider.goto(case)
    take_step(decider, "批准启动", "符合文件要求")
    office.goto(case)
    board = _taken(office, code)

    firm.reload()
    for words in (TITLE, "处罚后仍未改正", "不是名单", "怎样结束"):
        expect(firm.locator("main")).to_contain_text(words)
    fits(firm)
    passer = site.passer_by()
    for address in (public, f"/search?q={code}"):
        passer.goto(address)
        assert "专项治理" not in passer.locator("body").inner_text()
    passer.goto(board)
    assert TITLE not in passer.locator("body").inner_text()

    office.locator("#lines tbody a").first.click()
    for link in ("约谈", "责令整改"):
        expect(office.get_by_role("link", name=link, exact=True)).to_be_visible()
    office.get_by_label("已完成：整改到位").check()
    office.get_by_label("理由").fill("已改正，经现场复查")
    fits(office)
    office.get_by_role("button", name="结束这一项").click()
    expect(office.locator("h1")).to_contain_text("已完成")

    decider.goto(case)
    take_step(decider, "提前结束", "任务已经完成")
    office.goto(case)
    take_step(office, "提交总结，结束", "纳入 1 项，完成 1 项")
    office.goto(board)
    expect(office.locator("main")).to_contain_text("纳入 1 项，完成 1 项")
    with office.expect_download() as download:
        office.get_by_role("link", name="导出台账").click()
    assert download.value.suggested_filename.startswith("专项治理台账-ZX-")
    firm.reload()
    expect(firm.locator("main")).to_contain_text("整改已经到位")
