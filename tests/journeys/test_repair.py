"""An enterprise gets its repair ready, the window registers it, officers decide, and the record is gone everywhere."""

import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.intake import papers
from tests.journeys.conftest import Site
from tests.journeys.pages import enter_own_space, fits, open_step, take_step

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]
DOCUMENT = re.compile(r"汴\S+?罚〔\d{4}〕\d+号")


def _prepare(page: Page) -> tuple[str, str]:
    """Get the first penalty that may be repaired and is shown ready: its document and the number of the case."""
    page.get_by_role("navigation", name="企业空间").get_by_role("link", name="信用修复").click()
    fits(page)
    assert "现在不能申请" in page.locator("main").inner_text()
    ready = page.locator("article", has_text="现在可以申请").filter(has_text="正在公示")
    article = ready.filter(has_text=DOCUMENT).first
    found = DOCUMENT.search(article.inner_text())
    assert found is not None
    article.get_by_role("link", name="准备修复材料").click()
    fits(page)
    page.get_by_label("怎样证明已经改正、履行义务").fill("缴款书 2026 年第 9 号，整改照片 3 张")
    page.get_by_label("作出上述信用修复承诺").check()
    page.get_by_role("button", name="保存材料").click()
    expect(page.locator("h1")).to_contain_text("待提交")
    fits(page)
    number = re.search(r"XF-\d{4}-\d{6}", page.locator("h1").inner_text())
    assert number is not None
    return found.group(), number.group()


def _lodge(clerk: Page, number: str, code: str) -> str:
    clerk.goto("/office/cases/repair/")
    clerk.get_by_label("统一社会信用代码").fill(code)
    clerk.get_by_role("button", name="查看").click()
    fits(clerk)
    clerk.get_by_role("link", name=f"已在办理 {number}").click()
    step = open_step(clerk, "登记修复申请")
    step.get_by_label("网站上的申请编号").fill("XYZG20261121001")
    for label in ("提出申请的日期", "推送到本单位的日期"):
        step.get_by_label(label).fill("2026-11-20")
    take_step(clerk, "登记修复申请", "协助企业在信用中国提出")
    fits(clerk)
    return clerk.url


def _hand_in(page: Page, own: str, paper: Path) -> None:
    """Too large a file is refused at once and costs nothing; then the proof itself."""
    page.goto(own)
    page.get_by_role("link", name="交材料").click()
    fits(page)
    assert _told_of_two_gigabytes(page) == 413
    proof = page.locator("article", has_text="已改正、已履行义务的证明")
    proof.get_by_label("文件").set_input_files(paper)
    proof.get_by_role("button", name="交这份材料").click()
    expect(page.get_by_role("cell", name="本企业账号")).to_be_visible()
    fits(page)


def _told_of_two_gigabytes(page: Page) -> int:
    """What the server says to the head of such an upload, no byte of whose body is sent."""
    place = urlsplit(page.url)
    assert place.hostname is not None
    line = HTTPConnection(place.hostname, place.port or 80, timeout=20)
    cookies = page.context.cookies()
    line.putrequest("POST", f"{place.path}?for=duty_done")
    line.putheader("Cookie", "; ".join(f"{one['name']}={one['value']}" for one in cookies))
    line.putheader("Content-Type", "multipart/form-data; boundary=x")
    line.putheader("Content-Length", str(2 * 2**30))
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


@pytest.mark.row("M12-01")
@pytest.mark.row("M12-02")
@pytest.mark.row("M12-04")
@pytest.mark.guard("G5")
@pytest.mark.guard("G9")
def test_an_enterprise_repairs_and_disappears_from_every_surface(site: Site, tmp_path: Path) -> None:
    firm = site.passer_by()
    enter_own_space(firm)
    public = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    code = firm.locator("form strong").locator("xpath=..").inner_text().split()[1]
    document, number = _prepare(firm)
    own = firm.url
    _hand_in(firm, own, papers.pdf(tmp_path / "缴款书.pdf"))

    passer = site.passer_by()
    passer.goto(public)
    shown = passer.locator("article.statement", has_text=document).first
    act = shown.locator("h3 a").get_attribute("href") or ""
    assert act.startswith("/act/")

    clerk, reviewer, examiner, decider = (
        site.person(one) for one in ("sunli", "wangjing", "zhangmin", "liqiang")
    )
    url = _lodge(clerk, number, code)
    reviewer.goto(url)
    expect(reviewer.get_by_text("企业交来：已改正、已履行义务的证明").first).to_be_visible()
    fits(reviewer)
    take_step(reviewer, "受理", "材料齐全")
    examiner.goto(url)
    take_step(examiner, "提出审核意见", "义务已履行，建议准予修复")
    firm.goto(own)
    expect(firm.locator("main")).to_contain_text("正在作出决定")
    decider.goto(url)
    take_step(decider, "准予修复", "最短公示期已满，义务已履行")
    fits(decider)

    firm.goto(own)
    expect(firm.locator("h1")).to_contain_text("已修复")
    fits(firm)
    firm.get_by_role("navigation", name="企业空间").get_by_role("link", name="我的信用信息").click()
    assert document not in firm.locator("main").inner_text()
    passer = site.passer_by()
    for address in (public, "/acts", f"/search?q={code}"):
        passer.goto(address)
        assert document not in passer.locator("main").inner_text()
    told = passer.goto(act)
    assert told is not None
    assert told.status == 404
    assert document not in passer.content()
