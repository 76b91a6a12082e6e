"""A measure is proposed on a penalty from the closed list and decided by another; everybody reads the list, and what stands
elsewhere is only shown."""

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits, take_step

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
