"""An order to put right: drafted on a record, given by another, served, answered, checked; the enterprise follows it
with number and code, and nobody else learns that it exists."""

import pytest
from playwright.sync_api import Page, expect
from tests.interfaces.web_browser import overflow, violations
from tests.journeys.conftest import Site

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
    box = page.locator("details", has=page.locator("summary", has_text=step)).first
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    box.locator("textarea").first.fill(reason)
    box.get_by_role("button", name=step).click()
    expect(page.get_by_text(f"已办理：{step}。")).to_be_visible()


def _look_up(page: Page, number: str, code: str) -> None:
    page.goto("/cases")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()


@pytest.mark.row("M11-01")
@pytest.mark.guard("G13")
def test_an_order_is_given_served_answered_and_followed_by_the_enterprise(site: Site) -> None:
    office, decider, checker = (site.person(one) for one in ("zhangmin", "liqiang", "wangjing"))
    office.goto("/office/subjects/?q=食品")
    office.locator("main table a[href*='/office/subjects/']").first.click()
    office.locator("main a[href*='/records/']").first.click()
    office.get_by_role("link", name="责令整改").click()
    _fits(office)
    office.get_by_label("整改要求").fill("改正标签，报送照片")
    office.get_by_label("事实和理由").fill("标签不合格")
    office.get_by_role("button", name="拟定，交另一人").click()
    url = office.url
    _fits(office)

    decider.goto("/office/desk/")
    expect(decider.locator(f"a[href='{url.removeprefix(site.url)}']")).to_be_visible()
    decider.goto(url)
    _take(decider, "责令整改", "情况属实")

    office.goto(url)
    office.get_by_label("送达日期").fill("2026-01-05")
    _take(office, "登记送达", "送达回证1号")
    expect(office.locator("main")).to_contain_text("整改期限")
    office.get_by_role("button", name="发查询码、打印回执").click()
    number, code = (office.locator("dd.code").nth(place).inner_text() for place in (0, 1))
    _fits(office)

    passer = site.passer_by()
    _look_up(passer, number, "AAAA-AAAA-AAAA")
    expect(passer.locator("main")).to_contain_text("编号或者查询码不对")
    _look_up(passer, number, code)
    expect(passer.locator("main")).to_contain_text("请在期限内整改")
    _fits(passer)
    assert "张敏" not in passer.locator("main").inner_text()

    office.goto(url)
    _take(office, "收到整改材料", "照片三张")
    checker.goto(url)
    _take(checker, "核查通过", "已改正")
    _fits(checker)
    _look_up(passer, number, code)
    expect(passer.locator("main")).to_contain_text("核查通过，事项已经办结")
