"""A decider settles a row that waits; a plan becomes a draw that an outsider verifies and a forgery is found."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits

from xinheng.core.draw_rule import commitment

pytestmark = pytest.mark.journey

PARTIES = {
    "开封市人民政府": "words that the government chose",
    "市场监管部门": "words that the regulator chose",
}


@pytest.mark.row("M2-05")
def test_a_decider_sends_a_row_back_with_a_reason(site: Site) -> None:
    page = site.person("liqiang")
    page.goto("/office/quarantine/")
    page.locator("main table a[href^='/office/quarantine/']").first.click()
    row = page.url
    page.get_by_label("退回", exact=False).first.check()
    page.get_by_label("理由").fill("代码校验不通过，请核对营业执照后重新报送")
    page.get_by_role("button", name="作出决定").click()
    page.goto(row)
    expect(page.locator("main")).to_contain_text("已退回")


@pytest.mark.row("M8-03")
def test_a_draw_is_planned_approved_made_and_verified(site: Site, tmp_path: Path) -> None:
    page = site.person("liufang")
    page.goto("/office/plans/")
    page.get_by_role("link", name="拟定计划").click()
    page.get_by_label("计划名称").fill("2026年第五批食品抽查")
    page.get_by_label("检查事项").select_option("food_operation")
    year = page.get_by_label("年度").input_value()
    page.get_by_label("批次").fill(f"全市食品经营者，200，{year}-01-01，{year}-12-31")
    page.get_by_role("button", name="送批").click()
    page.wait_for_url(re.compile(r"/office/plans/[a-z2-7]{16}/"))
    plan = page.url
    identity = re.findall(r"plans/([a-z2-7]{16})/", plan)[0]

    decider = site.person("liqiang")
    decider.goto(plan)
    decider.get_by_role("button", name="批准计划").click()
    expect(decider.locator("main")).to_contain_text("批准")

    page.goto(plan)
    words = [f"{name} {commitment(draw=identity, party=name, reveal=text)}" for name, text in PARTIES.items()]
    page.get_by_label("各单位的承诺值").fill("\n".join(words))
    page.locator("form", has=page.get_by_label("各单位的承诺值")).get_by_role("button").first.click()
    page.get_by_role("button", name="现在抽取").click()
    expect(page.locator("main")).to_contain_text("还没有提交秘密文字，不能抽取")
    for person, (name, text) in zip((decider, page), PARTIES.items(), strict=True):
        person.goto(f"{plan}secret/")
        person.get_by_label("单位").select_option(name)
        person.get_by_label("秘密文字").fill(text)
        person.get_by_role("button", name="提交").click()
        expect(person.locator("main")).to_contain_text("已收下")
        fits(person)
    page.goto(plan)
    page.get_by_role("button", name="现在抽取").click()
    record = _record_of(page, plan, tmp_path)

    good = site.run("draw", "verify", str(record))
    assert good.returncode == 0, good.stdout + good.stderr
    content = json.loads(record.read_text(encoding="utf-8"))
    content["drawn"][0], content["drawn"][1] = content["drawn"][1], content["drawn"][0]
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert site.run("draw", "verify", str(forged)).returncode == 1
    _an_outsider_verifies(site, forged)


def _an_outsider_verifies(site: Site, forged: Path) -> None:
    """In the browser, which asks the server for nothing but the record: the published one is right, the forged one not."""
    page = site.passer_by()
    page.goto("/draws")
    page.locator("main a[href^='/draw/']").first.click()
    page.get_by_role("button", name="在这台电脑上重新计算").click()
    expect(page.locator("#draw-verdict")).to_contain_text("重新计算一致")
    expect(page.locator("#draw-verdict")).not_to_contain_text("没有填写公告摘要")
    fits(page)
    page.get_by_role("link", name="选文件核对").click()
    page.get_by_role("button", name="在这台电脑上重新计算").click()
    expect(page.locator("#draw-verdict")).to_contain_text("还没有选文件")
    page.context.set_offline(True)
    page.get_by_label("记录文件").set_input_files(forged)
    page.get_by_role("button", name="在这台电脑上重新计算").click()
    expect(page.locator("#draw-verdict")).to_contain_text("记录有误，请不要采信")
    expect(page.locator("#draw-verdict")).to_contain_text("先后顺序与算法不符")
    fits(page)


def _record_of(page: Page, plan: str, folder: Path) -> Path:
    """The record file, downloaded from the page of the draw."""
    link = page.get_by_role("link", name="下载记录文件")
    if not link.count():
        page.goto(plan)
        page.locator("main a[href*='/office/draws/'], main a[href*='/draw/']").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载记录文件").click()
    path = folder / "record.json"
    waiting.value.save_as(path)
    return path
