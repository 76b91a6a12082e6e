"""The window accepts with missing material: a list is published by two persons, the promise is taken with a day, followed,
completed, registered; a passer-by reads conditions and material at the window's sheet."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Site
from tests.journeys.pages import fits, take_step

pytestmark = pytest.mark.journey
KEY, TITLE = "food-window", "食品窗口"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _drafted(drafter: Page) -> str:
    """A list with one matter, handed in for approval; its address."""
    drafter.goto("/office/commitments/lists/")
    fits(drafter)
    drafter.get_by_role("link", name="起草清单").click()
    drafter.get_by_label("清单编号").fill(KEY)
    drafter.get_by_label("清单名称").fill(TITLE)
    drafter.get_by_label("行业领域").select_option(index=1)
    drafter.get_by_role("button", name="保存").click()
    drafter.get_by_role("link", name="加入事项").click()
    drafter.get_by_label("事项编号").fill("food-shop")
    drafter.get_by_label("事项名称").fill("食品经营许可新办")
    drafter.get_by_label("承诺类型").select_option(label="审批替代性")
    drafter.get_by_label("承诺书", exact=True).select_option(label="办理事项信用承诺书")
    drafter.get_by_label("依据", exact=True).fill("示例文件（待核）")
    drafter.get_by_label("办理条件").fill("有与经营品种相适应的场所")
    drafter.get_by_label("材料清单").fill("申请表\n平面图 | 可后补")
    drafter.get_by_label("受理后多少个工作日内核查").fill("20")
    fits(drafter)
    drafter.get_by_role("button", name="保存").click()
    drafter.get_by_role("button", name="送审").click()
    return drafter.url


def _code(site: Site) -> str:
    """The credit code of some enterprise of the demonstration."""
    reader = site.person("zhangmin")
    reader.goto("/office/subjects/?q=食品")
    found = re.search(r"\b9[0-9A-HJ-NPQRTUWXY]{17}\b", reader.locator("main").inner_text())
    assert found is not None
    return found[0]


def _accepted(window: Page, code: str) -> None:
    """Nothing typed is lost by what is refused on the way: no day, a day that is over, then the nearest work-day."""
    window.goto("/office/commitments/take/")
    fits(window)
    window.get_by_label("统一社会信用代码").fill(code)
    window.get_by_label("承诺事项").select_option(label=f"{TITLE}：食品经营许可新办")
    window.get_by_role("button", name="下一步").click()
    expect(window.locator("main")).to_contain_text("不决定是否受理")
    window.get_by_label("申请事项").fill("食品经营许可")
    window.get_by_label("经营场所").fill("鼓楼区某路 1 号")
    window.get_by_label("申请表").check()
    window.get_by_label("企业已在承诺书上签字盖章").check()
    window.get_by_role("button", name="受理", exact=True).click()
    expect(window.locator("main")).to_contain_text("还缺“平面图”")
    window.get_by_label("企业承诺补齐的日期").fill("2020-01-06")
    window.get_by_label("先行受理的理由").fill("信用记录良好")
    window.get_by_role("button", name="受理", exact=True).click()
    expect(window.locator("main")).to_contain_text("不是今天以后的工作日")
    expect(window.get_by_label("经营场所")).to_have_value("鼓楼区某路 1 号")
    fits(window)
    nearest = DAY.findall(window.locator("main").inner_text().split("例如")[1])[0]
    window.get_by_label("企业承诺补齐的日期").fill(nearest)
    window.get_by_role("button", name="受理", exact=True).click()
    expect(window.locator("main")).to_contain_text("容缺受理，待补材料")
    expect(window.locator("main")).to_contain_text("尚缺材料")
    expect(window.locator("main")).to_contain_text(nearest)
    fits(window)


@pytest.mark.row("M4-05")
@pytest.mark.row("M4-15")
def test_the_window_accepts_with_missing_material_and_follows_it(site: Site) -> None:
    drafter, decider = site.person("zhangmin"), site.person("liqiang")
    url = _drafted(drafter)
    fits(drafter)
    assert drafter.get_by_role("button", name="批准").count() == 0
    decider.goto(url)
    decider.get_by_role("button", name="批准").click()
    expect(decider.get_by_text("已批准")).to_be_visible()

    window = site.person("sunli")
    _accepted(window, _code(site))
    take_step(window, "材料补齐，登记", "平面图已收")
    expect(window.locator("main")).to_contain_text("已受理，待核查")
    window.goto("/office/commitments/")
    expect(window.locator("main")).to_contain_text("食品经营许可新办")
    fits(window)

    passer = site.passer_by()
    passer.goto("/commitments/lists")
    passer.get_by_role("link", name=TITLE, exact=True).click()
    fits(passer)
    passer.get_by_role("link", name="食品经营许可新办").click()
    expect(passer.locator("main")).to_contain_text("可以承诺后补")
    expect(passer.locator("main svg").first).to_be_visible()
    fits(passer)
    passer.goto("/commitments")
    fits(passer)
