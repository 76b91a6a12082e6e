"""A passer-by finds an enterprise by letters, reads its public page, and sees nothing that is not public."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey
NEVER = re.compile(
    r"\b1[3-9]\d{9}\b"  # a mobile telephone
    r"|\b[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX]\b"  # a person's number
    r"|法定代表人|经营者姓名|住所"
)


def _tabbed(page: Page) -> str:
    """What the next press of the tabulator leads to."""
    page.keyboard.press("Tab")
    where: str = page.evaluate("document.activeElement.innerText || document.activeElement.id")
    return where


@pytest.mark.row("M5-03")
def test_a_passer_by_finds_the_public_page(site: Site) -> None:
    page = site.passer_by()
    page.goto("/acts?kind=penalty")
    fits(page)
    link = page.locator("main a[href^='/subject/']").first
    name = link.inner_text()
    page.goto("/")
    fits(page)
    page.get_by_role("searchbox").first.fill(name[2:8])
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    fits(page)
    page.locator("main a[href^='/subject/']", has_text=name).first.click()
    expect(page.get_by_role("heading", name=name).first).to_be_visible()
    fits(page)
    expect(page.locator("main")).to_contain_text("行政处罚")
    assert not NEVER.search(page.locator("main").inner_text())
    page.locator("main a[href^='/act/']").first.click()
    fits(page)
    assert not NEVER.search(page.locator("main").inner_text())


@pytest.mark.guard("G1")
def test_of_a_sole_trader_neither_grade_nor_person_is_shown(site: Site) -> None:
    page = site.passer_by()
    page.goto("/search?q=9241")
    page.locator("main .results a").first.click()
    expect(page.locator("main")).to_contain_text("个体工商户")
    expect(page.locator("main")).to_contain_text("不公开经营者、住所和联系方式，不公开等级")
    assert page.locator(".grade-shape").count() == 0
    assert page.get_by_role("link", name="下载信用报告").count() == 0


@pytest.mark.row("M5-09")
def test_the_keyboard_alone_and_no_script_are_enough(site: Site) -> None:
    context = site.browser.new_context(base_url=site.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").first.fill("食品")
    page.keyboard.press("Enter")
    expect(page.locator("main .results a").first).to_be_visible()
    context.close()

    page = site.passer_by()
    page.goto("/")
    assert _tabbed(page) == "跳到正文"
    page.keyboard.press("Enter")
    assert _tabbed(page) == "q"
    page.keyboard.type("食品")
    page.keyboard.press("Enter")
    expect(page.locator("main .results a").first).to_be_visible()
    page.get_by_role("link", name="大字版").press("Enter")
    expect(page.get_by_role("link", name="恢复字号")).to_be_visible()
    assert "q=" in page.url
    fits(page)


@pytest.mark.row("M5-02")
def test_open_data_can_be_taken_from_the_first_day(site: Site) -> None:
    page = site.passer_by()
    page.goto("/")
    page.get_by_role("link", name="开放数据").first.click()
    expect(page.get_by_role("heading", name="开放数据", level=1)).to_be_visible()
    fits(page)
    with page.expect_download() as waited:
        page.locator("main a[href$='.csv']").first.click()
    head = waited.value.path().read_text(encoding="utf-8-sig").splitlines()[0]
    assert "," in head
    assert not NEVER.search(head)


def test_the_office_is_closed_to_passers_by(site: Site) -> None:
    page = site.passer_by()
    page.goto("/office/desk/")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
