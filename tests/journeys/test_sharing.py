"""A department applies for records, the credit office says yes, a system reads, and the file says who asked."""

import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

pytestmark = pytest.mark.journey


def _read(site: Site, key: str, path: str) -> tuple[int, dict[str, Any]]:
    address = f"{site.url}/api/v1/shared/{quote(path, safe='/?=&')}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.row("M2-13")
def test_a_department_applies_reads_and_is_shown_to_the_subject(site: Site) -> None:
    applicant = site.person("liufang")
    applicant.goto("/office/sharing/")
    fits(applicant)
    applicant.get_by_label("登记注册基本信息", exact=True).check()
    applicant.get_by_role("button", name="申请所选的信息项").click()
    fits(applicant)
    applicant.get_by_label("具体业务").fill("食品经营许可审批")
    applicant.get_by_label("依据").fill("《中华人民共和国食品安全法》第三十五条")
    applicant.get_by_label("机关", exact=True).check()
    applicant.get_by_label("决定日期", exact=True).check()
    applicant.get_by_role("button", name="提交申请").click()
    expect(applicant.locator("main")).to_contain_text("待审批")
    number = re.search(r"GX-\d{4}-\d{6}", applicant.inner_text("main"))
    assert number is not None
    decider = site.person("liqiang")
    decider.goto("/office/sharing/")
    decider.get_by_role("link", name=number[0]).click()
    fits(decider)
    decider.get_by_role("button", name="批准", exact=True).click()
    expect(decider.locator("main")).to_contain_text("已批准")
    clerk = site.person("zhangmin")
    clerk.goto(decider.url.removeprefix(site.url))
    clerk.get_by_role("link", name="办理读取密钥").click()
    clerk.get_by_label("系统名称").fill("许可审批系统")
    clerk.get_by_role("button", name="办理", exact=True).click()
    key = clerk.locator("pre").inner_text().strip()
    clerk.goto("/office/subjects/?q=开封")
    clerk.locator("main table a").first.click()
    file = clerk.url.removeprefix(site.url)
    code = re.search(r"\b9[0-9A-Z]{17}\b", clerk.inner_text("main"))
    assert code is not None
    status, told = _read(site, key, f"subjects/{code[0]}?purpose=permit")
    assert (status, told["subject"]["code"]) == (200, code[0])
    assert _read(site, key, f"subjects/{code[0]}?purpose=tender")[0] == 403
    clerk.goto(file)
    clerk.get_by_role("link", name="谁查询过").click()
    expect(clerk.locator("main")).to_contain_text("行政许可等审批中的核查：食品经营许可审批")
    fits(clerk)
    clerk.goto("/office/sharing/use/")
    expect(clerk.locator("main")).to_contain_text("没有读到或被拒绝")
    fits(clerk)
    decider.get_by_label("意见").fill("业务结束")
    decider.get_by_role("button", name="撤销授权").click()
    expect(decider.locator("main")).to_contain_text("撤销授权")
    assert _read(site, key, f"subjects/{code[0]}?purpose=permit")[0] == 403


@pytest.mark.row("M2-08")
@pytest.mark.row("M2-14")
def test_the_credit_office_enters_a_consent_with_its_paper_and_takes_it_back(site: Site) -> None:
    clerk = site.person("zhangmin")
    clerk.goto("/office/subjects/?q=开封")
    clerk.locator("main table a").first.click()
    code = re.search(r"\b9[0-9A-Z]{17}\b", clerk.inner_text("main"))
    assert code is not None
    clerk.goto("/office/consents/new/")
    fits(clerk)
    clerk.get_by_label("统一社会信用代码").fill(code[0])
    clerk.get_by_label("经营主体自愿提供的信用信息").check()
    clerk.get_by_label("纳税申报缴纳情况（经授权）").check()
    clerk.get_by_label("用途").select_option("finance")
    clerk.get_by_label("使用单位").select_option("any")
    clerk.get_by_label("止", exact=True).fill("2099-12-31")
    clerk.get_by_role("button", name="登记", exact=True).click()
    expect(clerk.locator("main")).to_contain_text("须附授权书的扫描件")
    clerk.get_by_label("授权书扫描件").set_input_files(
        {"name": "授权书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 consent"}
    )
    clerk.get_by_role("button", name="登记", exact=True).click()
    expect(clerk.locator("main")).to_contain_text("还没有单位凭这项授权使用过信息")
    fits(clerk)
    clerk.get_by_label("原因").fill("企业书面撤回")
    clerk.get_by_role("button", name="撤回授权").click()
    expect(clerk.locator("main")).to_contain_text("已撤回")
    clerk.goto("/office/consents/")
    fits(clerk)
