"""A partner of an enterprise takes its basic report and proves it genuine, the enterprise takes the authorised one, and the
window prints one for who comes without a computer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import enter_own_space, fits

pytestmark = [pytest.mark.journey, pytest.mark.row("M6-02")]
NUMBER = re.compile(r"\d{14}[2-9A-Z]{8}")


def _paper(page: Page, folder: Path) -> Path:
    with page.expect_download() as waited:
        page.get_by_role("link", name="下载 PDF", exact=True).click()
    kept = folder / waited.value.suggested_filename
    waited.value.save_as(kept)
    assert kept.read_bytes().startswith(b"%PDF-")
    return kept


def _upload(page: Page, paper: Path) -> None:
    page.goto("/verify")
    page.get_by_label("报告文件").set_input_files(paper)
    page.get_by_role("button", name="上传核验").click()


@pytest.mark.row("M6-04")
def test_a_passer_by_takes_a_report_and_proves_it(site: Site, tmp_path: Path) -> None:
    page = site.passer_by()
    page.goto("/acts?kind=penalty")
    firms = page.locator("main a[href^='/subject/']")
    for place in range(firms.count()):
        page.goto("/acts?kind=penalty")
        firms.nth(place).click()
        if page.get_by_role("link", name="下载信用报告").count():
            break
    name = page.locator("h1").inner_text().split("\n")[0].strip()
    page.get_by_role("link", name="下载信用报告").click()
    fits(page)
    page.get_by_label("用途").select_option(label="商业合作")
    page.get_by_role("button", name="获取报告").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("公共信用信息报告（基础版）")
    fits(page)
    found = NUMBER.search(page.locator("main").inner_text())
    assert found is not None
    paper = _paper(page, tmp_path)
    _upload(page, paper)
    expect(page.get_by_role("status")).to_contain_text("一致")
    expect(page.locator("main")).to_contain_text(name)
    fits(page)
    content = paper.read_bytes()
    half = len(content) // 2
    paper.write_bytes(content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :])
    _upload(page, paper)
    expect(page.get_by_role("status")).to_contain_text("核验未通过")
    page.get_by_label("报告编号").fill(f"{found.group()[:14]} {found.group()[14:].lower()}")
    page.get_by_role("button", name="核验", exact=True).click()
    page.wait_for_url(f"**/verify/{found.group()}")
    expect(page.get_by_role("status")).to_contain_text("一致")


def test_an_enterprise_takes_its_own_and_sees_that_it_was_taken(site: Site, tmp_path: Path) -> None:
    page = site.passer_by()
    enter_own_space(page)
    menu = page.get_by_role("navigation", name="企业空间")
    menu.get_by_role("link", name="信用报告").click()
    fits(page)
    page.get_by_label("授权版").check()
    page.get_by_label("用途").select_option(label="招标投标")
    page.get_by_role("button", name="获取报告").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("授权版")
    fits(page)
    _paper(page, tmp_path)
    page.get_by_role("navigation", name="企业空间").get_by_role("link", name="谁看过我的档案").click()
    expect(page.locator("main")).to_contain_text("获取信用报告")


def test_the_window_makes_one_for_who_comes(site: Site) -> None:
    firm = site.passer_by()
    enter_own_space(firm)
    code = re.search(r"[0-9A-HJ-NP-RTUWXY]{18}", firm.locator("body").inner_text())
    assert code is not None
    page = site.person("sunli")
    page.goto("/office/reports/")
    page.get_by_role("link", name="出具报告").click()
    fits(page)
    page.get_by_label("统一社会信用代码").fill(code.group())
    page.get_by_label("窗口核验营业执照和法定代表人（负责人）身份").check()
    page.get_by_label("授权版").check()
    page.get_by_label("用途").select_option(label="资质审核")
    page.get_by_role("button", name="出具报告").click()
    expect(page.get_by_role("link", name=re.compile("打开 PDF")).first).to_be_visible()
    fits(page)
