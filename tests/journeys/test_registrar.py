"""The registrar puts codes right: a row without a code finds its subject, a wrong code its end, two files become one
and two again."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.services.deliveries import REGISTER, code, name, penalty, registration, write

pytestmark = pytest.mark.journey


def _deliver(page: Page, path: Path) -> None:
    page.goto("/office/upload/")
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name="确认入库").click()
    expect(page.get_by_text("sha256:").first).to_be_visible()


def _open_matter(page: Page) -> None:
    page.goto("/office/codes/?kind=placeholder&state=")
    page.get_by_role("link", name=name(801)).first.click()


@pytest.mark.row("M1-02")
@pytest.mark.row("M1-03")
def test_a_code_that_is_missing_is_found_given_out_put_right_and_verified(site: Site, tmp_path: Path) -> None:
    clerk, office, decider = (site.person(one) for one in ("chenjie", "zhangmin", "liqiang"))
    registrar = site.person("dengji")
    registrar.goto("/office/desk/")
    expect(registrar.get_by_text("个问题待整改", exact=False)).to_be_visible()
    register = [registration(801), registration(802, called="开封某某旧字号食品有限公司")]
    _deliver(clerk, write(tmp_path, *register, header=REGISTER, called="登记八百.csv"))
    row = penalty(801, code="无", document="汴市监罚〔2026〕801号")
    _deliver(
        clerk, write(tmp_path, row, penalty(802, name="开封某某旧字号食品有限公司"), called="处罚八百.csv")
    )

    office.goto("/office/codes/")
    office.get_by_role("button", name="现在核查").click()
    expect(office.get_by_text("已核查", exact=False)).to_be_visible()
    _open_matter(office)
    office.get_by_role("button", name="分派给登记机关").click()
    expect(office.get_by_text("已分派 1 个重错码。")).to_be_visible()

    decider.goto("/office/identities/")
    for _ in range(20):
        if decider.get_by_role("link", name=name(801)).count():
            break
        decider.get_by_role("link", name="下一页").click()
    decider.get_by_role("link", name=name(801)).first.click()
    expect(decider.locator("main")).to_contain_text("名称相同")
    decider.get_by_label(code(801), exact=False).check()
    decider.get_by_label("理由").fill("已与登记底册核对")
    decider.get_by_role("button", name="作出认定").click()
    expect(decider.get_by_text("行已认定", exact=False)).to_be_visible()

    _open_matter(registrar)
    registrar.get_by_label("怎样核实").fill("核对底册，代码已由人认定")
    registrar.get_by_role("button", name="登记整改").click()
    expect(registrar.get_by_text("等待另一人复核").first).to_be_visible()
    _open_matter(decider)
    decider.get_by_label("已改正").check()
    decider.get_by_role("button", name="作出复核").click()
    expect(decider.locator("h1")).to_contain_text("已销号")


@pytest.mark.row("M1-02")
def test_two_files_become_one_and_two_again(site: Site, tmp_path: Path) -> None:
    register = [registration(803), registration(804, called="开封某某旧字号商贸有限公司")]
    _deliver(site.person("chenjie"), write(tmp_path, *register, header=REGISTER, called="登记八百零三.csv"))
    office, decider, public = site.person("zhangmin"), site.person("liqiang"), site.passer_by()
    office.goto("/office/merges/")
    office.get_by_label("保留的主体").fill(code(803))
    office.get_by_label("并入的主体").fill(code(804))
    office.get_by_label("为什么是同一主体").fill("换发营业执照，实为同一企业")
    office.get_by_label("所依据的登记材料").fill("登记底册第3页")
    office.get_by_role("button", name="提出合并").click()
    expect(office.get_by_text("须由另一人决定", exact=False)).to_be_visible()
    merge = office.url

    _decide(decider, merge, "已核对底册")
    expect(decider.locator("h1")).to_contain_text("已合并")
    public.goto(f"/code/{code(804)}")
    expect(public.locator("h1")).to_contain_text(name(803))

    office.goto(merge)
    office.get_by_label("为什么要拆分").fill("底册登记有误，是两家企业")
    office.get_by_role("button", name="提出拆分").click()
    _decide(decider, merge, "已重新核对")
    expect(decider.locator("h1")).to_contain_text("已拆分")
    public.goto(f"/code/{code(804)}")
    expect(public.locator("h1")).to_contain_text("旧字号")


def _decide(page: Page, url: str, reason: str) -> None:
    page.goto(url)
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("理由").fill(reason)
    page.get_by_role("button", name="作出决定").click()
