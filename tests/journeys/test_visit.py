"""A drawn enterprise is visited: approved by another person, its code checked by anybody, checked in to, found wanting,
confirmed, told, published; what is filled in halfway is not taken."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.letters import serve_letter, write_letter
from tests.journeys.pages import fits, open_step, take_step

pytestmark = pytest.mark.journey
RESULT = "不配合检查情节严重"


@pytest.mark.row("M8-04")
@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_a_visit_goes_from_the_draw_to_the_published_result(site: Site) -> None:
    office, inspector, decider, secrecy = (
        site.person(one) for one in ("liufang", "sunwei", "liqiang", "zhouyan")
    )
    _send_out(office)
    url = _mine(inspector)
    expect(inspector.locator("main")).to_contain_text("等待决定人办理")
    decider.goto(url)
    fits(decider)
    take_step(decider, "批准入企检查", "计划内，理由成立")
    write_letter(office, url, "行政检查通知书")

    passer = site.passer_by()
    firm, code = _check_the_code(passer, inspector, url)
    _check_in(inspector, url, code)
    _record(inspector)

    decider.goto(url)
    expect(decider.locator("main")).to_contain_text("拒绝打开冷藏间")
    take_step(decider, "确认发现问题", "事实清楚")
    passer.goto("/inspections/results")
    expect(passer.locator("main")).not_to_contain_text(RESULT)

    write_letter(office, url, "检查结果告知书")
    expect(office.locator("main")).to_contain_text("《信用修复告知书》")
    serve_letter(office)
    secrecy.goto(url)
    take_step(secrecy, "审查并公示", "不涉密，不涉及个人隐私")

    passer.goto("/inspections/results?result=failing")
    expect(passer.locator("main")).to_contain_text(RESULT)
    expect(passer.locator("main")).to_contain_text(firm)
    fits(passer)
    assert "孙伟" not in passer.locator("main").inner_text()


def _send_out(page: Page) -> None:
    page.goto("/office/plans/")
    page.locator("main table a[href^='/office/plans/']").last.click()
    page.locator("main a[href^='/office/draws/']").first.click()
    page.get_by_role("link", name="派出检查").click()
    fits(page)
    page.get_by_label("不能以非现场方式检查的理由").fill("")
    page.get_by_role("button", name="派出，交另一人审批").click()
    expect(page.locator("main")).to_contain_text("请写明为什么不能以非现场方式检查")
    page.get_by_label("不能以非现场方式检查的理由").fill("加工场所卫生须当场查看，照片不能代替")
    page.get_by_role("button", name="派出，交另一人审批").click()
    expect(page.locator("body")).to_contain_text("待另一人审批")


def _mine(page: Page) -> str:
    """The first visit assigned to this inspector."""
    page.goto("/office/visits/?kind=mine")
    fits(page)
    page.locator("main table a[href^='/office/cases/']").first.click()
    return page.url


def _check_the_code(passer: Page, inspector: Page, url: str) -> tuple[str, str]:
    """Anybody with the notice finds organ and certificates, and no name of an officer; returns the enterprise and the code."""
    inspector.goto(url)
    words = inspector.locator("main").inner_text()
    found = re.search(r"入企检查码\s*([2-9A-Z]{10})", words)
    assert found is not None
    passer.goto("/visit/")
    passer.get_by_label("入企检查码").fill("22222ABCDE")
    passer.get_by_role("button", name="核验").click()
    expect(passer.locator("main")).to_contain_text("没有查到这次检查")
    passer.goto("/visit/")
    passer.get_by_label("入企检查码").fill(found[1].lower())
    passer.get_by_role("button", name="核验").click()
    expect(passer.locator("main")).to_contain_text("并经批准")
    expect(passer.locator("main")).not_to_contain_text("孙伟")
    fits(passer)
    firm = passer.locator("dt", has_text="检查对象").locator("xpath=following-sibling::dd").inner_text()
    return firm, found[1]


def _check_in(page: Page, url: str, code: str) -> None:
    page.goto(url)
    box = open_step(page, "入企登记")
    box.get_by_label("企业扫码核验").check()
    box.get_by_role("button", name="入企登记").click()
    expect(page.locator("main")).to_contain_text("不是这次检查的检查码")
    box = open_step(page, "入企登记")
    box.get_by_label("扫到的检查码").fill(code)
    box.get_by_role("button", name="入企登记").click()
    expect(page.get_by_text("已办理：入企登记。")).to_be_visible()


def _record(page: Page) -> None:
    box = open_step(page, "登记检查结果")
    box.get_by_label(RESULT).check()
    box.get_by_label("现场检查情况").fill("拒绝打开冷藏间，两次劝告后仍拒绝")
    box.get_by_role("button", name="登记检查结果").click()
    expect(page.locator("main")).to_contain_text("没有填写")
    fits(page)
    box = open_step(page, "登记检查结果")
    points = box.locator("select[name^=point-]")
    for place in range(points.count()):
        points.nth(place).select_option("fit")
    points.first.select_option("unfit")
    box.locator("input[name^=note-]").first.fill("许可证已过期")
    box.get_by_role("button", name="登记检查结果").click()
    expect(page.get_by_text("已办理：登记检查结果。")).to_be_visible()
    fits(page)
