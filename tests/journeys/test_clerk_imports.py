"""A clerk uploads what a department exported, sees what would happen, confirms, and keeps the receipt."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.services.deliveries import penalty, write

pytestmark = pytest.mark.journey


@pytest.mark.row("M2-04")
def test_a_clerk_uploads_previews_confirms_and_gets_a_receipt(site: Site, tmp_path: Path) -> None:
    page = site.person("chenjie")
    path = write(tmp_path, penalty(701), penalty(702, code="91410202MA00000000"), called="十一月处罚.csv")
    page.goto("/office/upload/")
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", name="预览：十一月处罚.csv")).to_be_visible()
    expect(page.get_by_text("E03").first).to_be_visible()
    page.get_by_role("button", name="确认入库").click()
    expect(page.get_by_text("sha256:").first).to_be_visible()


def test_a_wrong_file_is_explained_and_nothing_is_lost(site: Site, tmp_path: Path) -> None:
    page = site.person("chenjie")
    path = tmp_path / "照片.xlsx"
    path.write_bytes(b"PK\x03\x04 this is no workbook")
    page.goto("/office/upload/")
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.locator("body")).to_contain_text("E19 无法读取")
    expect(page.get_by_role("link", name="上传另一个文件")).to_be_visible()
