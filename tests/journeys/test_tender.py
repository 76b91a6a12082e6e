"""A tender agent reviews all bidders at once, takes the signed report, asks again before the award; each bidder reads who looked."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Site
from tests.journeys.pages import enter_own_space, fits

pytestmark = pytest.mark.journey
PROJECT = "汴交招2026-017 校舍维修"


@pytest.mark.row("M6-07")
@pytest.mark.row("M6-04")
@pytest.mark.guard("G16")
def test_a_tender_agent_reviews_all_bidders_and_each_reads_who_looked(site: Site, tmp_path: Path) -> None:
    firm = site.passer_by()
    enter_own_space(firm)
    code = re.search(r"[0-9A-HJ-NP-RTUWXY]{18}", firm.locator("body").inner_text())
    assert code is not None
    passer = site.passer_by()
    passer.goto("/search?q=91410")
    others = passer.locator("main .results .code").all_inner_texts()[:3]

    agent = site.person("tongbiao")
    agent.goto("/office/reviews/")
    fits(agent)
    agent.get_by_role("link", name="核查一个项目的投标人").click()
    agent.get_by_label("项目编号和名称").fill(PROJECT)
    agent.get_by_label("名单，每行一家").fill("\n".join([code.group(), *others, "写错的代码"]))
    agent.get_by_role("button", name="核查并出具报告").click()
    expect(agent.get_by_role("alert")).to_contain_text("还没有核查")
    expect(agent.locator("main")).to_contain_text("写错的代码")
    fits(agent)
    agent.get_by_label("略过不能核查的行").check()
    agent.get_by_role("button", name="核查并出具报告").click()
    expect(agent.get_by_role("heading", level=1)).to_contain_text("投标人信用核查报告")
    answer = agent.locator("main")
    for bidder in (code.group(), *others):
        expect(answer).to_contain_text(bidder)
    for verdict in ("核查通过", "不予通过", "排名", "等级"):
        expect(answer).not_to_contain_text(verdict)
    fits(agent)

    with agent.expect_download() as waited:
        agent.get_by_role("link", name="下载签名报告").click()
    paper = tmp_path / "review.pdf"
    waited.value.save_as(paper)
    passer.goto("/verify")
    passer.get_by_label("报告文件").set_input_files(paper)
    passer.get_by_role("button", name="上传核验").click()
    expect(passer.get_by_role("status")).to_contain_text("一致")
    expect(passer.locator("main")).not_to_contain_text(code.group())

    agent.get_by_role("button", name="再核查一次").click()
    expect(agent.get_by_role("heading", level=1)).to_contain_text("定标前再核查")
    expect(agent.locator("main")).to_contain_text("没有变化")

    firm.get_by_role("navigation", name="企业空间").get_by_role("link", name="谁看过我的档案").click()
    expect(firm.locator("main")).to_contain_text("汴交招2026-017")
    fits(firm)
