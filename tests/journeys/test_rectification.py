"""An order to put right: drafted on a record, given by another, served, answered, checked; the enterprise follows it
with number and code, and nobody else learns that it exists."""

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.letters import serve_letter, write_letter
from tests.journeys.pages import fits, look_up, number_and_code, open_penalty, take_step

pytestmark = pytest.mark.journey


@pytest.mark.row("M11-01")
@pytest.mark.guard("G13")
def test_an_order_is_given_served_answered_and_followed_by_the_enterprise(site: Site) -> None:
    office, decider, checker = (site.person(one) for one in ("zhangmin", "liqiang", "wangjing"))
    open_penalty(office)
    office.get_by_role("link", name="责令整改").click()
    fits(office)
    office.get_by_label("整改要求").fill("改正标签，报送照片")
    office.get_by_label("事实和理由").fill("标签不合格")
    office.get_by_role("button", name="拟定，交另一人").click()
    url = office.url
    fits(office)

    decider.goto("/office/desk/")
    expect(decider.locator(f"a[href='{url.removeprefix(site.url)}']")).to_be_visible()
    decider.goto(url)
    take_step(decider, "责令整改", "情况属实")

    write_letter(office, url, "责令整改通知书")
    expect(office.locator("main")).to_contain_text("《信用修复告知书》")
    serve_letter(office)
    office.goto(url)
    expect(office.locator("main")).to_contain_text("整改期限")
    office.get_by_role("button", name="发查询码、打印回执").click()
    number, code = number_and_code(office)
    fits(office)

    passer = site.passer_by()
    look_up(passer, number, "AAAA-AAAA-AAAA")
    expect(passer.locator("main")).to_contain_text("编号或者查询码不对")
    look_up(passer, number, code)
    expect(passer.locator("main")).to_contain_text("请在期限内整改")
    fits(passer)
    assert "张敏" not in passer.locator("main").inner_text()

    office.goto(url)
    take_step(office, "收到整改材料", "照片三张")
    checker.goto(url)
    take_step(checker, "核查通过", "已改正")
    fits(checker)
    look_up(passer, number, code)
    expect(passer.locator("main")).to_contain_text("核对通过，事项已经办完")
