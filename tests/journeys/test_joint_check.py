"""Two organs are to visit one enterprise in the same days: proposed as one, agreed to by a named person of each, one notice, one
arrival, two records; the visit that was saved is counted. Where today is no work-day, nobody comes on another day than agreed."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.letters import write_letter
from tests.journeys.pages import fits, open_step

from xinheng.core.policy import load_policy

pytestmark = [
    pytest.mark.journey,
    pytest.mark.row("M8-05"),
    pytest.mark.row("X-06"),
]
JOINT = "/office/joint-checks/"
MARKET, SAFETY = "市场监督", "应急管理"


def test_two_organs_come_once_and_each_keeps_its_own_result(site: Site) -> None:
    quality, safety = site.person("liufang"), site.person("guobin")
    today = timezone.localdate()
    calendar = load_policy(settings.POLICY_ROOT, city="kaifeng").calendar
    day = today if calendar.is_workday(today) else calendar.next_workday(today).on
    _propose(quality)
    firm = _agree(quality, MARKET, day)
    expect(quality.locator("main")).to_contain_text("还有 1 项待答复")
    _refuses_another_day(safety, day + timedelta(days=1) if day.weekday() < 4 else day - timedelta(days=1))
    assert _agree(safety, SAFETY, day) == firm
    expect(safety.locator("main")).to_contain_text("已约定")
    fits(safety)
    addresses = _cases(quality), _cases(safety)
    own = {MARKET: addresses[0], SAFETY: addresses[1]}
    leading = MARKET if MARKET in _leading(quality) else SAFETY
    office = {MARKET: quality, SAFETY: safety}[leading]
    write_letter(office, own[leading], "行政检查通知书")
    inspectors = {MARKET: site.person("malin"), SAFETY: site.person("songyang")}
    if day != today:
        _check_in(inspectors[leading], own[leading])
        expect(inspectors[leading].locator("main")).to_contain_text(f"约定在 {day} 联合进行")
        return
    _check_in(inspectors[leading], own[leading])
    for organ, inspector in inspectors.items():
        _record(inspector, own[organ], arrived=organ == leading)
    quality.goto(JOINT)
    expect(quality.locator("main")).to_contain_text("已入企，节省 1 次")
    expect(quality.get_by_role("heading", name="节省的入企次数", exact=True)).to_be_visible()
    expect(quality.locator("main")).to_contain_text(re.compile(rf"{today:%Y-%m}\s*1"))
    fits(quality)


def _propose(page: Page) -> None:
    """One is proposed when the page says so: by this person, or by the worker, which looks in the night."""
    page.goto(JOINT)
    fits(page)
    page.get_by_role("button", name="现在查找可以合并的检查").click()
    expect(page.locator("body")).to_contain_text(re.compile(r"提出 ([01]) 项联合检查，可节省 \1 次入企"))
    expect(page.locator("main")).to_contain_text("还有 2 项待答复")


def _agree(page: Page, organ: str, day: date) -> str:
    """The organ agrees to the day; returns the enterprise."""
    page.goto(JOINT)
    box = page.locator("details", has=page.locator("summary", has_text=re.compile(f"{organ}.*同意参加")))
    box.get_by_label("联合检查日期").fill(day.isoformat())
    box.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator("main h2 a").first).to_be_visible()
    return page.locator("main h2 a").first.inner_text()


def _refuses_another_day(page: Page, day: date) -> None:
    page.goto(JOINT)
    box = page.locator("details", has=page.locator("summary", has_text="同意参加"))
    box.get_by_label("联合检查日期").fill(day.isoformat())
    box.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator("body")).to_contain_text(re.compile("已有机关同意|计划期限内的工作日"))


def _cases(page: Page) -> str:
    """The address of the own organ's visit in the joint check."""
    page.goto(JOINT)
    link = page.locator("main table a[href^='/office/cases/']").first
    return f"/{link.get_attribute('href')}".replace("//", "/")


def _leading(page: Page) -> str:
    page.goto(JOINT)
    return page.locator("dt", has_text="牵头机关").locator("xpath=following-sibling::dd").first.inner_text()


def _check_in(page: Page, url: str) -> None:
    page.goto(url)
    found = re.search(r"入企检查码\s*([2-9A-Z]{10})", page.locator("main").inner_text())
    assert found is not None
    box = open_step(page, "入企登记")
    box.get_by_label("企业扫码核验").check()
    box.get_by_label("扫到的检查码").fill(found[1])
    box.get_by_role("button", name="入企登记").click()


def _record(page: Page, url: str, *, arrived: bool) -> None:
    """What the first team did at the door counts for the second, which only confirms that it is there."""
    if not arrived:
        _check_in(page, url)
    expect(page.get_by_text("已办理：入企登记。")).to_be_visible()
    box = open_step(page, "登记检查结果")
    box.locator("input[name=result]:is([value=no_problem], [value=passed])").check()
    box.get_by_label("现场检查情况").fill("查看了现场和记录，没有发现问题")
    points = box.locator("select[name^=point-]")
    for place in range(points.count()):
        points.nth(place).select_option("fit")
    box.get_by_role("button", name="登记检查结果").click()
    expect(page.get_by_text("已办理：登记检查结果。")).to_be_visible()
