"""A department gets a key for reading: it applies for an item, another office says yes, the key is given out once."""

import re

from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site

_GIVEN: dict[tuple[str, str], str] = {}


def reading_key(site: Site, *, item: str, fields: tuple[str, ...]) -> str:
    """The key of a system of the market regulator that may read ``fields`` of ``item`` for permits; one a site and item."""
    if (site.url, item) not in _GIVEN:
        _GIVEN[site.url, item] = _applied(site, item=item, fields=fields)
    return _GIVEN[site.url, item]


def _applied(site: Site, *, item: str, fields: tuple[str, ...]) -> str:
    applicant, decider, clerk = (site.person(one) for one in ("liufang", "liqiang", "zhangmin"))
    applicant.goto("/office/sharing/")
    applicant.get_by_label(item, exact=True).check()
    applicant.get_by_role("button", name="申请所选的信息项").click()
    applicant.get_by_label("具体业务", exact=True).fill("食品经营许可审批")
    applicant.get_by_label("依据", exact=True).fill("《中华人民共和国食品安全法》第三十五条")
    for field in fields:
        applicant.get_by_label(field, exact=True).check()
    applicant.get_by_role("button", name="提交申请").click()
    expect(applicant.locator("main")).to_contain_text("待审批")
    number = re.search(r"GX-\d{4}-\d{6}", applicant.inner_text("main"))
    assert number is not None
    return _given(decider, clerk, number[0], site)


def _given(decider: Page, clerk: Page, number: str, site: Site) -> str:
    decider.goto("/office/sharing/")
    decider.get_by_role("link", name=number).click()
    decider.get_by_role("button", name="批准", exact=True).click()
    expect(decider.locator("main")).to_contain_text("已批准")
    clerk.goto(decider.url.removeprefix(site.url))
    clerk.get_by_role("link", name="办理读取密钥").click()
    clerk.get_by_label("系统名称").fill("许可审批系统")
    clerk.get_by_role("button", name="办理", exact=True).click()
    return clerk.locator("pre").inner_text().strip()
