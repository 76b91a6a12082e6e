"""An enterprise objects to a wrong entry: marked at once where everybody looks, answered by two persons, gone everywhere."""

import re

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import enter_own_space, fits, look_up, number_and_code, take_step

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]


@pytest.mark.row("M13-01")
@pytest.mark.row("M13-04")
def test_a_wrong_entry_is_marked_answered_and_gone_everywhere(site: Site) -> None:
    firm = site.passer_by()
    enter_own_space(firm)
    public_url = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    fits(firm)
    entry = firm.locator("article.statement", has=firm.get_by_role("link", name="提出异议"))
    entry = entry.filter(has_text="正在公示").first
    number = entry.locator("dd").nth(2).inner_text().strip()
    entry.get_by_role("link", name="提出异议").click()
    fits(firm)
    firm.get_by_role("button", name="提出异议").click()
    expect(firm.get_by_text("请写明哪里有误。").first).to_be_visible()
    firm.get_by_label("哪里有误").fill("被处罚的不是本企业，是同名的另一家")
    firm.get_by_role("button", name="提出异议").click()
    case, code = number_and_code(firm)
    fits(firm)

    passer = site.passer_by()
    passer.goto(public_url)
    expect(passer.locator("main")).to_contain_text(number)
    expect(passer.locator("main")).to_contain_text("异议中")
    look_up(passer, case, code)
    expect(passer.locator("main")).to_contain_text("不需要您做什么")

    office, decider = site.person("zhangmin"), site.person("liqiang")
    office.goto(f"/office/cases/{case}/")
    box = office.locator("details", has=office.locator("summary", has_text=re.compile("^核查"))).first
    step = box.locator("summary").inner_text().strip()
    box.get_by_label("处理意见").select_option(label="撤回有误的信息")
    take_step(office, step, "核对原件，处罚对象写错")
    fits(office)
    decider.goto(f"/office/cases/{case}/")
    expect(decider.locator("main")).to_contain_text("撤回有误的信息")
    take_step(decider, "撤回有误的信息", "情况属实")
    office.goto(f"/office/cases/{case}/")
    take_step(office, "告知结果", "送达回证1号")

    firm.goto("/own/")
    expect(firm.locator("main")).not_to_contain_text(number)
    firm.get_by_role("link", name="办理事项").click()
    fits(firm)
    firm.get_by_role("link", name=case).click()
    expect(firm.locator("main")).to_contain_text("办结")
    fits(firm)
    passer.goto(public_url)
    assert number not in passer.locator("main").inner_text()
    firm.get_by_role("link", name="谁看过我的档案").click()
    fits(firm)


@pytest.mark.row("M13-03")
def test_anybody_complains_of_misuse_without_an_account(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/misuse")
    fits(passer)
    passer.get_by_label("泄露").check()
    passer.get_by_label("发生了什么").fill("有人把我公司的信用档案告诉了竞争对手")
    passer.get_by_role("button", name="提交投诉").click()
    case, code = number_and_code(passer)
    fits(passer)
    look_up(passer, case, code)
    expect(passer.locator("main")).to_contain_text("待受理")
