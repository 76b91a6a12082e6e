"""A department lists an enterprise lawfully and fails to do it unlawfully: no light fault, no list outside the registry, no
own decision, no entry before both letters were served; every public surface shows who stands, and none who has left."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.letters import serve_letter, write_letter
from tests.journeys.pages import fits, forced, open_penalty, open_step, take_step, try_step
from tests.journeys.surfaces import Surfaces

from xinheng.interfaces.web.surfaces import About

pytestmark = pytest.mark.journey
LIST = "市场监督管理严重违法失信名单"


def _correct(page: Page, decider: Page) -> None:
    """The department classes the fault and says that the decision is final; as that burdens, another decides it."""
    page.get_by_label("更正").first.check()
    page.get_by_label("所依据的文书").fill("复核意见1号")
    page.get_by_label("理由").fill("从重处罚，复议期满")
    page.locator("details", has_text="更正后的内容").locator("summary").click()
    page.get_by_label("更正失信程度").select_option(label="严重")
    page.get_by_label("更正效力").select_option(label="终局")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("由另一名决定人决定")
    number = re.search(r"已提出事项 ([A-Z]+-\d{4}-\d+)", page.locator("main").inner_text())
    assert number is not None
    decider.goto(f"/office/cases/{number[1]}/")
    take_step(decider, "同意更正", "与复核意见一致")


def _propose(page: Page) -> None:
    page.get_by_role("link", name="提出名单认定").click()
    page.get_by_label("名单和列入情形").select_option("market_serious|0")
    page.get_by_label("事实和理由").fill("销售不合格食品造成多人受害，拒不改正")
    page.get_by_role("button", name="提出认定意见").click()


def _prepared(office: Page, lawyer: Page, case: str) -> None:
    """Notice, statement, answer, consent of the upper organ, legal review."""
    take_step(office, "事先告知", "拟列入名单")
    write_letter(office, case, "拟作出不利决定事先告知书")
    serve_letter(office)
    office.goto(case)
    box = open_step(office, "收到陈述申辩")
    box.locator("textarea[name=said]").fill("已经整改")
    take_step(office, "收到陈述申辩", "书面")
    box = open_step(office, "答复陈述申辩")
    box.get_by_label("是否采纳").select_option(label="不采纳")
    take_step(office, "答复陈述申辩", "整改不影响认定")
    lawyer.goto(case)
    try_step(lawyer, "法制审核通过", "事实清楚")
    expect(lawyer.locator("main")).to_contain_text("上级同意，还没有登记")
    office.goto(case)
    box = open_step(office, "登记上级同意")
    box.get_by_label("文号或者纪要编号").fill("省局批复1号")
    told = re.search(r"已送达 (\d{4}-\d\d-\d\d)", office.locator("main").inner_text())
    assert told is not None
    box.get_by_label("日期").fill(told[1])
    take_step(office, "登记上级同意", "同意列入")
    lawyer.goto(case)
    take_step(lawyer, "法制审核通过", "事实清楚，程序合法")


def _entered(office: Page, decider: Page, case: str) -> None:
    """Decided by a further person; entered only when both letters were served."""
    office.goto(case)
    forced(office, f"{case}steps/decide/", reason="自己决定")
    office.goto(case)
    expect(office.locator("h1")).not_to_contain_text("待送达")
    decider.goto(case)
    box = open_step(decider, "决定列入")
    for one in box.locator("textarea").all():
        one.fill("造成多人受害，责令整改后再犯")
    box.get_by_label("期限已与法律原文核对").check()
    fits(decider)
    take_step(decider, "决定列入", "决定列入")
    write_letter(office, case, "决定书")
    expect(office.locator("main")).to_contain_text("《信用修复告知书》")
    decision = office.url
    office.goto(case)
    expect(office.get_by_role("button", name="列入名单", exact=True)).to_have_count(0)
    forced(office, f"{case}steps/enter/", reason="先列入再说")
    office.goto(case)
    expect(office.locator("h1")).not_to_contain_text("在列")
    office.goto(decision)
    serve_letter(office)
    office.goto(case)
    take_step(office, "列入名单", "两书已经送达")
    expect(office.locator("h1")).to_contain_text("在列")
    fits(office)


def _propose_elsewhere(page: Page) -> None:
    """On a list that is in no registry: nothing is opened."""
    page.get_by_role("link", name="提出名单认定").click()
    before = page.url
    page.get_by_label("名单和列入情形").evaluate(
        "(one) => { one.add(new Option('黑名单', 'black|0')); one.value = 'black|0'; }"
    )
    page.get_by_label("事实和理由").fill("列入黑名单")
    page.get_by_role("button", name="提出认定意见").click()
    expect(page.locator("main")).to_contain_text("需要改正")
    assert page.url == before


def _reviewed(site: Site, office: Page, firm: str) -> None:
    """The entry is a record like any other: somebody reviews its batch for secrecy before it is public."""
    office.goto(firm)
    row = office.locator("main tr", has_text=LIST).first
    batch = row.locator("a[href*='/batches/']").first.get_attribute("href") or ""
    reviewer = site.person("zhouyan")
    reviewer.goto(batch)
    reviewer.get_by_role("button", name="已审查，予以公示").click()
    expect(reviewer.locator("main")).to_contain_text("周岩")


def _surfaces(site: Site, office: Page, firm: str) -> Surfaces:
    office.goto(firm)
    name = office.locator("h1").inner_text().strip()
    code = re.search(r"\b9[0-9A-HJ-NPQRTUWXY]{17}\b", office.locator("main").inner_text())
    assert code is not None
    passer = site.passer_by()
    passer.goto(f"/lists/market_serious?q={code[0]}")
    act = passer.locator("main tbody tr a[href^='/act/']").first.get_attribute("href") or ""
    about = About(
        subject=firm.rstrip("/").rpartition("/")[2],
        code=code[0],
        name=name,
        publications=(int(act.rpartition("/")[2]),),
        lists=("market_serious",),
    )
    return Surfaces(site, about)


@pytest.mark.row("M9-01")
@pytest.mark.row("M9-02")
@pytest.mark.row("M9-03")
@pytest.mark.row("M9-04")
@pytest.mark.row("X-02")
@pytest.mark.guard("G17")
def test_a_department_lists_lawfully_and_fails_to_do_it_unlawfully(site: Site) -> None:
    office, lawyer, decider = (site.person(one) for one in ("zhangmin", "fangzheng", "liqiang"))
    office.goto("/office/listings/")
    expect(office.locator("main")).to_contain_text("只同步")
    fits(office)

    open_penalty(office)
    record = office.url
    expect(office.get_by_role("link", name="提出名单认定")).to_have_count(0)
    office.goto(f"/office/cases/listing/?record={record.rstrip('/').rpartition('/')[2]}")
    expect(office.locator("main")).to_contain_text("并且失信程度相当")
    fits(office)
    office.goto(record)
    _correct(office, decider)
    office.goto(record)
    _propose_elsewhere(office)
    office.goto(record)
    _propose(office)
    case = office.url
    assert "/office/cases/MD-" in case
    fits(office)

    _prepared(office, lawyer, case)
    _entered(office, decider, case)

    office.goto("/office/listings/entries/")
    entry = office.locator("main table tbody tr").first
    expect(entry).to_contain_text(LIST)
    fits(office)
    firm = record.partition("/records/")[0] + "/"
    _reviewed(site, office, firm)
    surfaces = _surfaces(site, office, firm)
    act = f'/act/{surfaces.about.publications[0]}"'
    assert surfaces.public(act) >= {"portal:list", "portal:subject"}

    decider.goto(case)
    box = open_step(decider, "撤销列入决定")
    box.get_by_label("撤销决定的文号").fill("撤决1号")
    take_step(decider, "撤销列入决定", "认定有误")
    office.goto("/office/listings/entries/")
    expect(office.locator("main")).not_to_contain_text(surfaces.about.code)
    assert surfaces.public(act) == set()
    assert "portal:list" not in surfaces.public(surfaces.about.name)
