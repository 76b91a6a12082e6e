"""What people do on many pages: look whether one fits, take a step of a case, enter the own space, look a case up, wait
for what the worker does."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from tests.interfaces.web_browser import overflow, violations

from xinheng.interfaces.cli.demo_people import ENTERPRISE, PASSWORD


def fits(page: Page) -> None:
    """Accessible, and without sideways scrolling on a telephone."""
    assert violations(page) == []
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 800})
    assert overflow(page) == []
    if size is not None:
        page.set_viewport_size(size)


def open_step(page: Page, title: str) -> Locator:
    """The unfolded form of a step on the page of a case."""
    box = page.locator("details", has=page.locator("summary", has_text=re.compile(f"^{title}$"))).first
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    return box


def try_step(page: Page, title: str, reason: str) -> None:
    box = open_step(page, title)
    box.locator("textarea[name=reason]").fill(reason)
    box.get_by_role("button", name=title, exact=True).click()


def take_step(page: Page, title: str, reason: str) -> None:
    try_step(page, title, reason)
    expect(page.get_by_text(f"已办理：{title}。")).to_be_visible()


def enter_own_space(page: Page) -> None:
    """As the enterprise of the demonstration."""
    page.goto("/own/sign-in/")
    page.get_by_label("账号").fill(ENTERPRISE)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的信用信息")).to_be_visible()


def number_and_code(page: Page) -> tuple[str, str]:
    """Of a case, from the receipt."""
    number, code = (page.locator("dd.code").nth(place).inner_text() for place in (0, 1))
    return number, code


def look_up(page: Page, number: str, code: str) -> None:
    page.goto("/cases")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()


def forced(page: Page, address: str, **fields: str) -> str:
    """The page that answers a form sent by hand, past what the page offers; the hidden fields are those of a form on it."""
    answer: str = page.evaluate(
        """async ([address, fields]) => {
            const form = [...document.querySelectorAll("main form[method=post]")].find((one) => one.elements.once);
            const sent = new URLSearchParams(fields);
            for (const name of ["csrfmiddlewaretoken", "once"]) sent.set(name, form.elements[name].value);
            const seen = document.querySelector("input[name=seen]");
            if (seen) sent.set("seen", seen.value);
            return await (await fetch(address, {method: "POST", body: sent})).text();
        }""",
        [address, fields],
    )
    return answer


def score(page: Page, file: str) -> float:
    """Points of the first grade on the file of an enterprise in the office; below all points while there is none."""
    page.goto(file)
    found = re.search(r"(-?\d[\d,]*\.\d+) 分", page.locator("main").inner_text())
    return float(found[1].replace(",", "")) if found else float("-inf")


def eventually(so: Callable[[], bool], what: str, *, seconds: int = 300) -> None:
    """What a worker does within some minutes has come to be; a busy machine takes longer than an idle one."""
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(1)


def open_penalty(page: Page) -> None:
    """Open the page of a penalty of the market office."""
    page.goto("/office/subjects/?q=食品")
    firms = page.locator("main table a[href*='/office/subjects/']")
    addresses = [one.get_attribute("href") or "" for one in firms.all()]
    for address in addresses:
        page.goto(address)
        rows = page.locator("main tr", has_text="罚〔").filter(has_text="市场监")
        if rows.count():
            rows.first.locator("a[href*='/records/']").first.click()
            return
    raise AssertionError("no penalty in the demonstration city")
