"""A department's reporter fills in one record by hand, then many in a template, and mends what came back."""

from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from tests.journeys.conftest import Site
from tests.journeys.pages import fits
from tests.services.deliveries import code, name

pytestmark = pytest.mark.journey
AUTHORITY = "开封市市场监督管理局"


def _to_penalties(page: Page) -> None:
    """From the menu to the catalogue item that the reporter must supply."""
    page.goto("/office/catalogue/")
    page.get_by_role("link", name="行政处罚信息", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("行政处罚信息")


@pytest.mark.row("M2-04")
def test_a_reporter_fills_in_one_record_and_gets_a_receipt(site: Site) -> None:
    page = site.person("chenjie")
    _to_penalties(page)
    fits(page)
    page.locator("a[href='/office/feeds/penalty-dual-publicity/enter/']").click()
    fits(page)
    page.get_by_label("行政相对人名称").fill(name(811))
    page.get_by_label("行政相对人代码_1(统一社会信用代码)").fill("91410202MA000811AA")
    page.get_by_label("行政处罚决定书文号").fill("汴市监罚〔2026〕811号")
    page.get_by_label("违法行为类型").fill("未按规定建立进货查验记录")
    page.get_by_label("罚款", exact=True).check()
    page.get_by_label("罚款金额（万元）").fill("0.5")
    page.get_by_label("处罚决定日期").fill("2026-11-17")
    page.get_by_label("处罚机关", exact=True).fill(AUTHORITY)
    page.get_by_role("button", name="核对并预览").click()
    expect(page.locator("main")).to_contain_text("请填写违法事实（目录规定必填）")
    page.get_by_label("行政相对人类别").select_option("法人及非法人组织")
    page.get_by_label("违法事实").fill("检查时未能出示进货查验记录")
    page.get_by_label("处罚依据").fill("《食品安全法》第一百二十六条")
    page.get_by_label("处罚内容").fill("罚款五千元")
    page.get_by_label("处罚机关统一社会信用代码").fill("11410200MB18868439")
    page.get_by_label("数据来源单位").fill(AUTHORITY)
    page.get_by_role("button", name="核对并预览").click()
    expect(page.locator("main")).to_contain_text("E03")
    page.get_by_label("行政相对人代码_1(统一社会信用代码)").fill(code(811))
    page.get_by_role("button", name="核对并预览").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("预览")
    page.get_by_role("button", name="确认入库").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("回执")
    expect(page.locator("main .digest").first).to_contain_text("sha256:")


def _filled(template: Path, out: Path, *rows: dict[str, str]) -> Path:
    """The template with rows below its header."""
    book = CalamineWorkbook.from_path(template)
    sheet = book.sheet_names[0]
    header = [str(cell) for cell in book.get_sheet_by_name(sheet).to_python()[0]]
    with xlsxwriter.Workbook(str(out)) as written:
        page = written.add_worksheet(sheet)
        page.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            page.write_row(number, 0, [row.get(cell, "") for cell in header])
    return out


def _row(number: int, **changes: str) -> dict[str, str]:
    return {
        "行政相对人名称": name(number),
        "行政相对人代码_1(统一社会信用代码)": code(number),
        "行政相对人类别": "法人及非法人组织",
        "行政处罚决定书文号": f"汴市监罚〔2026〕{number}号",
        "违法行为类型": "未按规定建立进货查验记录",
        "处罚类别": "罚款",
        "罚款金额（万元）": "0.5",
        "处罚决定日期": "2026-11-17",
        "处罚机关": AUTHORITY,
        **changes,
    }


def _upload(page: Page, path: Path) -> None:
    page.goto("/office/upload/")
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(path.name)


def _saved(page: Page, link: str, out: Path) -> Path:
    with page.expect_download() as download:
        page.locator(link).first.click()
    download.value.save_as(out)
    return out


@pytest.mark.row("M2-04")
@pytest.mark.row("M2-05")
def test_a_reporter_fills_in_a_template_and_mends_what_came_back(site: Site, tmp_path: Path) -> None:
    page = site.person("chenjie")
    _to_penalties(page)
    template = _saved(
        page, "a[href='/office/feeds/penalty-dual-publicity/template/']", tmp_path / "模板.xlsx"
    )
    wrong = {"行政相对人代码_1(统一社会信用代码)": "91410202MA000822AA"}
    _upload(page, _filled(template, tmp_path / "十一月处罚台账.xlsx", _row(821), _row(822, **wrong)))
    expect(page.locator("main")).to_contain_text("E03")
    page.get_by_role("button", name="确认入库").click()
    expect(page.locator("main")).to_contain_text("有 1 行没有采纳")
    fits(page)
    back = _saved(page, "main a[href$='/workbook/']", tmp_path / "退回表.xlsx")
    told = CalamineWorkbook.from_path(back).get_sheet_by_index(0).to_python()
    assert "E03" in " ".join(str(cell) for row in told for cell in row)
    _upload(page, _filled(template, tmp_path / "更正.xlsx", _row(822)))
    page.get_by_role("button", name="确认入库").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("回执")
    expect(page.locator("main")).not_to_contain_text("没有采纳")


@pytest.mark.row("X-10")
def test_a_file_with_what_must_not_be_collected_is_refused_with_the_clause(
    site: Site, tmp_path: Path
) -> None:
    page = site.person("chenjie")
    path = tmp_path / "台账.csv"
    path.write_text(
        "行政相对人名称,行政处罚决定书文号,经营者宗教信仰\n某甲公司,甲1号,某教\n", encoding="utf-8"
    )
    page.goto("/office/upload/")
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.locator("main")).to_contain_text("“宗教信仰”在信用信息目录之外，不得归集")
    expect(page.locator("main")).to_contain_text("第四十五条")
