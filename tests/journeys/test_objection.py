"""An enterprise objects to a wrong entry: marked at once on every surface, answered by two persons, gone everywhere; an error
of ours is told to whoever received it and corrected in public; nobody decides on the own decision."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.keys import reading_key
from tests.journeys.letters import serve_letter, write_letter
from tests.journeys.pages import (
    enter_own_space,
    eventually,
    fits,
    forced,
    look_up,
    number_and_code,
    open_step,
    score,
    take_step,
    try_step,
)
from tests.journeys.surfaces import Surfaces

from xinheng.interfaces.web.surfaces import About

pytestmark = pytest.mark.journey
DOCUMENT = re.compile(r"汴\S+?罚〔\d{4}〕\d+号")


def _objects(firm: Page) -> tuple[str, str, str]:
    """To the first entry that is published: its document, the number of the case and its code."""
    fits(firm)
    entry = firm.locator("article.statement", has=firm.get_by_role("link", name="提出异议"))
    entry = entry.filter(has_text="正在公示").filter(has_text=DOCUMENT).first
    found = DOCUMENT.search(entry.inner_text())
    assert found is not None
    entry.get_by_role("link", name="提出异议").click()
    fits(firm)
    firm.get_by_role("button", name="提出异议").click()
    expect(firm.get_by_text("请写明哪里有误。").first).to_be_visible()
    firm.get_by_label("哪里有误").fill("被处罚的不是本企业，是同名的另一家")
    firm.get_by_role("button", name="提出异议").click()
    case, code = number_and_code(firm)
    fits(firm)
    return found.group(), case, code


def _report(office: Page, case: str, said: str) -> None:
    """The source looks into it and proposes to withdraw."""
    office.goto(f"/office/cases/{case}/")
    box = office.locator("details", has=office.locator("summary", has_text=re.compile("^核查"))).first
    step = box.locator("summary").inner_text().strip()
    box.get_by_label("处理意见").select_option(label="撤回有误的信息")
    take_step(office, step, said)
    fits(office)


def _surfaces(site: Site, firm: Page, passer: Page, public: str, document: str) -> Surfaces:
    code = firm.locator("form strong").locator("xpath=..").inner_text().split()[1]
    passer.goto(public)
    expect(passer.locator("main")).to_contain_text(document)
    shown = passer.locator("article.statement", has_text=document).first
    act = shown.locator("h3 a").get_attribute("href") or ""
    about = About(
        subject=public.rstrip("/").rpartition("/")[2],
        code=code,
        name=passer.locator("h1").inner_text().split()[0],
        publications=(int(act.rpartition("/")[2]),),
    )
    key = reading_key(site, item="行政处罚信息", fields=("文书号", "机关", "决定日期"))
    return Surfaces(site, about, key=key, firm=firm)


def _shared(surfaces: Surfaces, document: str) -> list[dict[str, Any]]:
    """What the reading system is told of the record."""
    file = json.loads(surfaces.told(f"/api/v1/shared/subjects/{surfaces.about.code}?purpose=permit").content)
    return [one for one in file["records"] if one["fields"]["文书号"] == document]


@pytest.mark.row("M13-01")
@pytest.mark.row("M13-04")
@pytest.mark.row("X-04")
@pytest.mark.guard("G9")
def test_a_wrong_entry_is_marked_answered_and_gone_everywhere(site: Site) -> None:
    firm, passer = site.passer_by(), site.passer_by()
    enter_own_space(firm)
    public = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    office, decider = site.person("zhangmin"), site.person("liqiang")
    file = public.replace("/subject/", "/office/subjects/").rstrip("/") + "/"
    points = score(office, file)
    document, case, code = _objects(firm)

    surfaces = _surfaces(site, firm, passer, public, document)
    assert surfaces.public(document) >= {"portal:subject", "portal:by_code", "portal:act"}
    assert surfaces.unmarked(document, mark="异议中") == set()
    assert [one["disputed"] for one in _shared(surfaces, document)] == [True]
    look_up(passer, case, code)
    expect(passer.locator("main")).to_contain_text("现在可以交")

    _report(office, case, "核对原件，处罚对象写错")
    refused = forced(office, f"/office/cases/{case}/steps/withdraw/", reason="情况属实")
    assert "已办理" not in refused
    decider.goto(f"/office/cases/{case}/")
    expect(decider.locator("main")).to_contain_text("撤回有误的信息")
    take_step(decider, "撤回有误的信息", "情况属实")
    assert surfaces.public(document, f'/act/{surfaces.about.publications[0]}"') == set()
    assert surfaces.keyed(document) == set()
    assert surfaces.own(document) == set()
    write_letter(office, f"/office/cases/{case}/", "异议处理结果告知书")
    serve_letter(office)
    eventually(lambda: score(office, file) >= points, "the score is restored")

    firm.goto("/own/")
    firm.get_by_role("link", name="办理事项").click()
    fits(firm)
    firm.get_by_role("link", name=case).click()
    expect(firm.locator("main")).to_contain_text("办完")
    fits(firm)
    firm.get_by_role("link", name="谁看过我的档案").click()
    fits(firm)


def _remedied(site: Site, record: str, said: str) -> str:
    """An officer finds the error, another lifts it and publishes the correction; the address of the case."""
    office, decider = site.person("zhangmin"), site.person("hejun")
    office.goto(record)
    office.get_by_role("link", name="这条记录有误，提出纠错").click()
    fits(office)
    office.get_by_label("错在哪里、怎样发现的").fill("核查原件时发现对象写错")
    office.locator("main form.form button[type=submit]").first.click()
    office.wait_for_url("**/office/cases/JC-*/")
    case = office.url
    assert office.get_by_role("button", name="确认有误并解除").count() == 0
    decider.goto(case)
    box = open_step(decider, "确认有误并解除")
    box.get_by_role("textbox", name="更正声明").fill(said)
    box.get_by_label("企业要求公示更正声明").check()
    take_step(decider, "确认有误并解除", "核对属实")
    return case


@pytest.mark.row("M10-10")
@pytest.mark.row("M13-02")
def test_an_error_of_ours_is_lifted_told_corrected_in_public_and_its_scores_stand_right(site: Site) -> None:
    firm, passer, office = site.passer_by(), site.passer_by(), site.person("zhangmin")
    enter_own_space(firm)
    public = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    passer.goto(public)
    statement = passer.locator("article.statement").filter(has_text=DOCUMENT).last
    found = DOCUMENT.search(statement.inner_text())
    assert found is not None
    surfaces = _surfaces(site, firm, passer, public, found.group())
    assert _shared(surfaces, found.group())
    office.goto(public.replace("/subject/", "/office/subjects/").rstrip("/") + "/")
    row = office.locator("main tr", has_text=found.group()).first
    record = row.locator("a[href*='/records/']").first.get_attribute("href") or ""

    case = _remedied(site, record, "这条处罚信息所列对象有误，现已解除")
    passer = site.passer_by()
    passer.goto(public)
    expect(passer.locator("main")).to_contain_text("更正声明")
    expect(passer.locator("main")).to_contain_text("所列对象有误，现已解除")
    fits(passer)
    assert surfaces.public(found.group()) == set()
    assert surfaces.keyed(found.group()) == set()
    office.goto(case)
    expect(office.locator("main")).to_contain_text("当时的评价与应有的评价")

    after = ""

    def confirmed() -> bool:
        """The department is told once the worker has sealed the end, takes the change, and that is its receipt."""
        nonlocal after
        more = True
        while more:
            told = surfaces.told(f"/api/v1/shared/changes?purpose=permit&limit=200&after={after}")
            page = json.loads(told.content)
            after, more = page["next"], page["more"]
        office.goto(case)
        row = office.locator("section", has_text="已通知的单位").locator("tr", has_text="数据共享")
        receipts = row.locator("td[data-label='回执']")
        return receipts.count() > 0 and bool(receipts.first.inner_text().strip("— \n"))

    eventually(confirmed, "the reading department is told and its receipt stands")
    fits(office)


@pytest.mark.row("M13-02")
def test_who_decided_a_listing_does_not_decide_on_the_objection_to_it(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/lists/market_serious")
    row = passer.locator("main tbody tr").first
    firm = row.locator("a[href^='/subject/']").get_attribute("href") or ""
    act = row.locator("a[href^='/act/']").get_attribute("href") or ""
    passer.goto("/lists")
    releases = passer.locator("a[href^='/lists/release/']").evaluate_all("all => all.map(a => a.pathname)")
    passer.goto(firm)
    name = passer.locator("h1").inner_text().split()[0]
    found = re.search(r"\b9[0-9A-HJ-NPQRTUWXY]{17}\b", passer.locator("main").inner_text())
    assert found is not None
    about = About(
        subject=firm.rpartition("/")[2],
        code=found[0],
        name=name,
        publications=(int(act.rpartition("/")[2]),),
        lists=("market_serious",),
        releases=tuple(one.rpartition("/")[2] for one in releases),
    )
    surfaces = Surfaces(site, about)
    assert surfaces.public(f'{act}"') >= {"portal:list", "portal:subject"}
    assert "portal:list_release" in surfaces.public(name)

    window = site.person("sunli")
    window.goto(f"/office/objections/?code={about.code}")
    entry = window.locator("main tr", has_text="市场监督管理严重违法失信名单")
    entry.get_by_role("link", name="提出异议").first.click()
    window.get_by_label("哪里有误").fill("认定的不是本企业")
    window.locator("main form.form button[type=submit]").first.click()
    case, _ = number_and_code(window)
    assert surfaces.unmarked(f'{act}"', mark="异议中") == set()

    _report(site.person("zhangmin"), case, "核对原件，认定的是另一家")
    former, other = site.person("liqiang"), site.person("hejun")
    former.goto(f"/office/cases/{case}/")
    try_step(former, "撤回有误的信息", "情况属实")
    expect(former.locator("main")).to_contain_text("对它的异议不能由您审定")
    assert surfaces.public(f'{act}"')
    other.goto(f"/office/cases/{case}/")
    take_step(other, "撤回有误的信息", "情况属实")
    assert surfaces.public(f'{act}"') == set()
    assert surfaces.public(name) & {"portal:list", "portal:list_release", "portal:lists"} == set()


@pytest.mark.row("M13-03")
def test_anybody_complains_of_misuse_without_an_account(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/misuse")
    fits(passer)
    passer.get_by_label("泄露").check()
    passer.get_by_label("发生了什么").fill("有人把我公司的信用档案告诉了竞争对手")
    passer.get_by_role("button", name="提交投诉").click()
    case, code = number_and_code(passer)
    fits(passer)
    look_up(passer, case, code)
    expect(passer.locator("main")).to_contain_text("待受理")
