"""A measure is proposed on a penalty from the closed list and decided by another; everybody reads the list, and what stands
elsewhere is only shown."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import enter_own_space, fits, take_step

pytestmark = pytest.mark.journey


def _proposable(page: Page) -> None:
    """The form on the first final penalty of a general or serious class among the published ones."""
    page.goto("/acts?kind=penalty")
    subjects = page.locator("main a[href^='/subject/']").evaluate_all("all => all.map(a => a.pathname)")
    for path in dict.fromkeys(subjects):
        page.goto(path.replace("/subject/", "/office/subjects/") + "/")
        links = page.locator("main a[href*='/records/']").evaluate_all("all => all.map(a => a.pathname)")
        for link in dict.fromkeys(links):
            page.goto(link)
            offer = page.get_by_role("link", name="提出措施")
            if offer.count():
                offer.click()
                if page.get_by_label("纳入重点监管范围").count():
                    return
    pytest.fail("no record of the demonstration grounds a measure")


@pytest.mark.row("M10-01")
@pytest.mark.row("M10-03")
def test_a_measure_is_proposed_from_the_list_and_decided_by_another(site: Site) -> None:
    passer = site.passer_by()
    passer.goto("/measures")
    expect(passer.locator("main")).to_contain_text("不在本系统执行（涉及自然人）")
    fits(passer)

    passer.goto("/measures/cases")
    expect(passer.locator("article")).to_contain_text("纳入重点监管范围")
    fits(passer)

    office, decider = site.person("zhangmin"), site.person("liqiang")
    office.goto("/office/measures/applied/")
    lying = office.locator("main tbody tr").count()
    assert lying == 1, "the demonstration leaves one measure"
    fits(office)
    office.goto("/office/measures/")
    fits(office)
    _proposable(office)
    fits(office)
    office.get_by_label("纳入重点监管范围").check()
    office.get_by_label("事实和理由").fill("一般失信，纳入重点监管，与失信程度相当")
    office.get_by_role("button", name="提出，交另一人").click()
    expect(office.locator("main")).to_contain_text("还没有生效；送达以前不执行")
    url = office.url
    fits(office)

    decider.goto(url)
    take_step(decider, "决定采取措施", "事实清楚，过惩相当")
    expect(decider.locator("main")).to_contain_text("待送达")
    office.goto("/office/measures/applied/")
    expect(office.locator("main tbody tr")).to_have_count(lying)


@pytest.mark.row("M6-07")
@pytest.mark.guard("G16")
def test_a_tender_agent_checks_all_bidders_and_each_reads_who_looked(site: Site) -> None:
    firm = site.passer_by()
    enter_own_space(firm)
    code = re.search(r"[0-9A-HJ-NP-RTUWXY]{18}", firm.locator("body").inner_text())
    assert code is not None
    passer = site.passer_by()
    passer.goto("/search?q=91410")
    others = passer.locator("main .results .code").all_inner_texts()[:3]

    agent = site.person("tongbiao")
    agent.goto("/office/measures/check/many/")
    fits(agent)
    agent.get_by_label("事项").select_option(label="招标投标")
    agent.get_by_label("项目编号").fill("汴交招2026-017")
    agent.get_by_label("统一社会信用代码，每行一个").fill("\n".join([code.group(), *others, "写错的代码"]))
    agent.get_by_role("button", name="核查", exact=True).click()
    answer = agent.locator("main")
    expect(answer).to_contain_text("摘要值：sha256:")
    expect(answer).to_contain_text("写错的代码")
    for verdict in ("核查通过", "不予通过", "排名", "等级"):
        expect(answer).not_to_contain_text(verdict)
    fits(agent)

    firm.get_by_role("navigation", name="企业空间").get_by_role("link", name="谁看过我的档案").click()
    expect(firm.locator("main")).to_contain_text("汴交招2026-017")
    fits(firm)
