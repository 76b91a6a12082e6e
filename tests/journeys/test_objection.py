"""An enterprise objects to a wrong entry: marked at once where everybody looks, answered by two persons, gone everywhere."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.interfaces.web_browser import overflow, violations
from tests.journeys.conftest import Site

from xinheng.interfaces.cli.demo_people import ENTERPRISE, PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]


def _fits(page: Page) -> None:
    """Accessible, and without sideways scrolling on a telephone."""
    assert violations(page) == []
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 800})
    assert overflow(page) == []
    if size is not None:
        page.set_viewport_size(size)


def _take(page: Page, step: str, reason: str) -> None:
    box = page.locator("details", has=page.locator("summary", has_text=re.compile(f"^{step}$"))).first
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    box.locator("textarea").first.fill(reason)
    box.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text(f"已办理：{step}。")).to_be_visible()


def _enter(site: Site) -> Page:
    page = site.passer_by()
    page.goto("/own/sign-in/")
    page.get_by_label("账号").fill(ENTERPRISE)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的信用信息")).to_be_visible()
    return page


@pytest.mark.row("M13-01")
@pytest.mark.row("M13-04")
def test_a_wrong_entry_is_marked_answered_and_gone_everywhere(site: Site) -> None:
    firm = _enter(site)
    public_url = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    _fits(firm)
    entry = firm.locator("article.statement", has=firm.get_by_role("link", name="提出异议"))
    entry = entry.filter(has_text="正在公示").first
    number = entry.locator("dd").nth(2).inner_text().strip()
    entry.get_by_role("link", name="提出异议").click()
    _fits(firm)
    firm.get_by_role("button", name="提出异议").click()
    expect(firm.get_by_text("请写明哪里有误。").first).to_be_visible()
    firm.get_by_label("哪里有误").fill("被处罚的不是本企业，是同名的另一家")
    firm.get_by_role("button", name="提出异议").click()
    case, code = (firm.locator("dd.code").nth(place).inner_text() for place in (0, 1))
    _fits(firm)

    passer = site.passer_by()
    passer.goto(public_url)
    expect(passer.locator("main")).to_contain_text(number)
    expect(passer.locator("main")).to_contain_text("异议中")
    passer.goto("/cases")
    passer.get_by_label("编号").fill(case)
    passer.get_by_label("查询码").fill(code)
    passer.get_by_role("button", name="查询").click()
    expect(passer.locator("main")).to_contain_text("不需要您做什么")

    office, decider = site.person("zhangmin"), site.person("liqiang")
    office.goto(f"/office/cases/{case}/")
    box = office.locator("details", has=office.locator("summary", has_text=re.compile("^核查"))).first
    step = box.locator("summary").inner_text().strip()
    box.get_by_label("处理意见").select_option(label="撤回有误的信息")
    _take(office, step, "核对原件，处罚对象写错")
    _fits(office)
    decider.goto(f"/office/cases/{case}/")
    expect(decider.locator("main")).to_contain_text("撤回有误的信息")
    _take(decider, "撤回有误的信息", "情况属实")
    office.goto(f"/office/cases/{case}/")
    _take(office, "告知结果", "送达回证1号")

    firm.goto("/own/")
    expect(firm.locator("main")).not_to_contain_text(number)
    firm.get_by_role("link", name="办理事项").click()
    _fits(firm)
    firm.get_by_role("link", name=case).click()
    expect(firm.locator("main")).to_contain_text("办结")
    _fits(firm)
    passer.goto(public_url)
    assert number not in passer.locator("main").inner_text()
    firm.get_by_role("link", name="谁看过我的档案").click()
    _fits(firm)


@pytest.mark.row("M13-03")
def test_anybody_complains_of_misuse_without_an_account(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/misuse")
    _fits(passer)
    passer.get_by_label("泄露").check()
    passer.get_by_label("发生了什么").fill("有人把我公司的信用档案告诉了竞争对手")
    passer.get_by_role("button", name="提交投诉").click()
    case, code = (passer.locator("dd.code").nth(place).inner_text() for place in (0, 1))
    _fits(passer)
    passer.goto("/cases")
    passer.get_by_label("编号").fill(case)
    passer.get_by_label("查询码").fill(code)
    passer.get_by_role("button", name="查询").click()
    expect(passer.locator("main")).to_contain_text("待受理")
