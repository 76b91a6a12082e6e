"""An officer opens a file and follows a grade down to points, records and clauses."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site

pytestmark = pytest.mark.journey


@pytest.mark.row("M7-11")
def test_a_grade_is_explained_with_chart_table_and_clauses(site: Site) -> None:
    page = site.person("zhangmin")
    page.goto("/office/subjects/?q=食品有限公司")
    page.locator("main table a[href^='/office/subjects/']").first.click()
    page.locator("a[href*='/grade/food']").first.click()
    expect(page.locator("main svg").first).to_be_visible()
    page.get_by_text("以表格查看").first.click()
    expect(page.locator("main")).to_contain_text("《")
    expect(page.locator("main")).to_contain_text("分")
