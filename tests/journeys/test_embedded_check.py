"""A clerk of another system checks the applicant inside his own page, decides, and tells what was decided; the key stays on
the server of that system."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "embed_check.py"


@contextmanager
def other_system(site: Site, key: str) -> Iterator[str]:
    """The example of `docs/how-to/embed-a-check.md` on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "XINHENG_KEY": key, "XINHENG_MATTER": "honour/honours"}
    command = [sys.executable, str(EXAMPLE), site.url, str(port)]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(url, timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def _key(site: Site) -> tuple[str, Page]:
    """A reading key for honours, applied for and approved; and the page on which it can be taken back."""
    applicant = site.person("liufang")
    applicant.goto("/office/sharing/")
    applicant.get_by_label("登记注册基本信息", exact=True).check()
    applicant.get_by_role("button", name="申请所选的信息项").click()
    applicant.get_by_label("用途").select_option("honour")
    applicant.get_by_label("具体业务").fill("守信企业评选")
    applicant.get_by_label("依据").fill("《河南省社会信用条例》第三十一条")
    applicant.get_by_label("机关", exact=True).check()
    applicant.get_by_role("button", name="提交申请").click()
    number = re.search(r"GX-\d{4}-\d{6}", applicant.inner_text("main"))
    assert number is not None
    decider = site.person("liqiang")
    decider.goto("/office/sharing/")
    decider.get_by_role("link", name=number[0]).click()
    decider.get_by_role("button", name="批准", exact=True).click()
    clerk = site.person("zhangmin")
    clerk.goto(decider.url.removeprefix(site.url))
    clerk.get_by_role("link", name="办理读取密钥").click()
    clerk.get_by_label("系统名称").fill("评选系统")
    clerk.get_by_role("button", name="办理", exact=True).click()
    return clerk.locator("pre").inner_text().strip(), decider


@pytest.mark.row("M10-02")
@pytest.mark.row("M6-03")
@pytest.mark.guard("G16")
def test_a_clerk_checks_inside_the_page_of_another_system_and_tells_what_was_decided(site: Site) -> None:
    key, decider = _key(site)
    office = site.person("zhangmin")
    office.goto("/office/subjects/?q=开封")
    office.locator("main table a").first.click()
    code = re.search(r"\b9[0-9A-Z]{17}\b", office.inner_text("main"))
    assert code is not None
    with other_system(site, key) as url:
        page = site.browser.new_context(base_url=url, locale="zh-CN").new_page()
        seen: list[str] = []
        page.on("request", lambda one: seen.append(f"{one.url} {one.all_headers()} {one.post_data}"))
        page.goto(f"/?code={code[0]}&reference=PX-7")
        expect(page.get_by_role("button", name="信用核查")).to_be_visible()
        fits(page)
        page.get_by_role("button", name="信用核查").click()
        expect(page.get_by_text("不是准入结论")).to_be_visible()
        for words in (code[0], "未核查自然人任职资格", "市场和行业禁入", "摘要值 sha256:"):
            expect(page.locator("xinheng-check")).to_contain_text(words)
        fits(page)
        page.get_by_label("结果").select_option("limited")
        page.get_by_label("理由").fill("按评选办法")
        page.get_by_role("button", name="反馈结果").click()
        expect(page.get_by_role("status")).to_contain_text("须写明所依据的")
        page.get_by_label("结果").select_option("unaffected")
        page.get_by_role("button", name="反馈结果").click()
        expect(page.get_by_text("已反馈，记入核查登记")).to_be_visible()
        fits(page)
        assert key not in page.content() and not [one for one in seen if key in one]
        page.goto("/?code=91410202MA9F00001X&reference=PX-8")
        page.get_by_role("button", name="信用核查").click()
        expect(page.get_by_text("没有这个统一社会信用代码的主体")).to_be_visible()
    decider.get_by_label("意见").fill("评选结束")
    decider.get_by_role("button", name="撤销授权").click()
    expect(decider.locator("main")).to_contain_text("撤销授权")
