"""A passer-by finds an enterprise by letters, reads its public page, and sees nothing that is not public."""

import re

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site

pytestmark = pytest.mark.journey


@pytest.mark.row("M5-03")
def test_a_passer_by_finds_the_public_page(site: Site) -> None:
    page = site.passer_by()
    page.goto("/acts?kind=penalty")
    link = page.locator("main a[href^='/subject/']").first
    name = link.inner_text()
    page.goto("/")
    page.get_by_role("searchbox").first.fill(name[2:8])
    page.keyboard.press("Enter")
    page.locator("main a[href^='/subject/']", has_text=name).first.click()
    expect(page.get_by_role("heading", name=name).first).to_be_visible()
    expect(page.locator("main")).to_contain_text("行政处罚")
    assert not re.search(r"\b1[3-9]\d{9}\b", page.locator("body").inner_text())


def test_the_office_is_closed_to_passers_by(site: Site) -> None:
    page = site.passer_by()
    page.goto("/office/desk/")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
