"""An enterprise gets its repair ready, the window registers it, officers decide, and the record is gone from every surface
that is registered, whoever read it is told so, and the score is made anew."""

import json
import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.intake import papers
from tests.journeys.conftest import Site
from tests.journeys.keys import reading_key
from tests.journeys.pages import enter_own_space, eventually, fits, open_step, score, take_step
from tests.journeys.surfaces import Surfaces, unvisited

from xinheng.interfaces.web.surfaces import About

pytestmark = pytest.mark.journey
DOCUMENT = re.compile(r"汴\S+?罚〔\d{4}〕\d+号")


def _prepare(page: Page) -> tuple[str, str]:
    """Get the first penalty that may be repaired and is shown ready: its document and the number of the case."""
    page.get_by_role("navigation", name="企业空间").get_by_role("link", name="信用修复").click()
    fits(page)
    assert "现在不能申请" in page.locator("main").inner_text()
    ready = page.locator("article", has_text="现在可以申请").filter(has_text="正在公示")
    article = ready.filter(has_text=DOCUMENT).first
    found = DOCUMENT.search(article.inner_text())
    assert found is not None
    article.get_by_role("link", name="准备修复材料").click()
    fits(page)
    page.get_by_label("怎样证明已经改正、履行义务").fill("缴款书 2026 年第 9 号，整改照片 3 张")
    page.get_by_label("作出上述信用修复承诺").check()
    page.get_by_role("button", name="保存材料").click()
    expect(page.locator("h1")).to_contain_text("待提交")
    fits(page)
    number = re.search(r"XF-\d{4}-\d{6}", page.locator("h1").inner_text())
    assert number is not None
    return found.group(), number.group()


def _lodge(clerk: Page, number: str, code: str) -> str:
    clerk.goto("/office/cases/repair/")
    clerk.get_by_label("统一社会信用代码").fill(code)
    clerk.get_by_role("button", name="查看").click()
    fits(clerk)
    clerk.get_by_role("link", name=f"已在办理 {number}").click()
    step = open_step(clerk, "登记修复申请")
    step.get_by_label("网站上的申请编号").fill(f"XYZG{number}")
    for label in ("提出申请的日期", "推送到本单位的日期"):
        step.get_by_label(label).fill("2026-11-20")
    take_step(clerk, "登记修复申请", "协助企业在信用中国提出")
    fits(clerk)
    return clerk.url


def _hand_in(page: Page, own: str, paper: Path) -> None:
    """Too large a file is refused at once and costs nothing; then the proof itself."""
    page.goto(own)
    page.get_by_role("link", name="交材料").click()
    fits(page)
    assert _told_of_two_gigabytes(page) == 413
    proof = page.locator("article", has_text="已改正、已履行义务的证明")
    proof.get_by_label("文件").set_input_files(paper)
    proof.get_by_role("button", name="交这份材料").click()
    expect(page.get_by_role("cell", name="本企业账号")).to_be_visible()
    fits(page)


def _told_of_two_gigabytes(page: Page) -> int:
    """What the server says to the head of such an upload, no byte of whose body is sent."""
    place = urlsplit(page.url)
    assert place.hostname is not None
    line = HTTPConnection(place.hostname, place.port or 80, timeout=20)
    cookies = page.context.cookies()
    line.putrequest("POST", f"{place.path}?for=duty_done")
    line.putheader("Cookie", "; ".join(f"{one['name']}={one['value']}" for one in cookies))
    line.putheader("Content-Type", "multipart/form-data; boundary=x")
    line.putheader("Content-Length", str(2 * 2**30))
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


def _surfaces(site: Site, firm: Page, passer: Page, *, public: str, document: str) -> Surfaces:
    """What the enterprise's public page leads to, and a system that may read penalties."""
    passer.goto(public)
    shown = passer.locator("article.statement", has_text=document).first
    act = shown.locator("h3 a").get_attribute("href") or ""
    assert act.startswith("/act/")
    about = About(
        subject=public.rstrip("/").rpartition("/")[2],
        code=firm.locator("form strong").locator("xpath=..").inner_text().split()[1],
        name=passer.locator("h1").inner_text().split()[0],
        publications=(int(act.rpartition("/")[2]),),
    )
    key = reading_key(site, item="行政处罚信息", fields=("文书号", "机关", "决定日期"))
    return Surfaces(site, about, key=key, firm=firm)


def _decided(site: Site, url: str) -> None:
    reviewer, examiner, decider = (site.person(one) for one in ("wangjing", "zhangmin", "liqiang"))
    reviewer.goto(url)
    expect(reviewer.get_by_text("企业交来：已改正、已履行义务的证明").first).to_be_visible()
    fits(reviewer)
    take_step(reviewer, "受理", "材料齐全")
    examiner.goto(url)
    take_step(examiner, "提出审核意见", "义务已履行，建议准予修复")
    examiner.goto(url)
    assert examiner.get_by_role("button", name="准予修复").count() == 0
    decider.goto(url)
    take_step(decider, "准予修复", "最短公示期已满，义务已履行")
    fits(decider)


def _read(surfaces: Surfaces, document: str) -> tuple[int, str]:
    """The department reads the record: its number, and the place in the changes from where to go on."""
    file = json.loads(surfaces.told(f"/api/v1/shared/subjects/{surfaces.about.code}?purpose=permit").content)
    number = next(one["record"] for one in file["records"] if one["fields"]["文书号"] == document)
    surfaces.site.run("ledger", "seal")
    after, more = "", True
    while more:
        page = json.loads(
            surfaces.told(f"/api/v1/shared/changes?purpose=permit&limit=200&after={after}").content
        )
        after, more = page["next"], page["more"]
    return number, after


def _told_to_delete(surfaces: Surfaces, number: int, after: str) -> bool:
    """As soon as the worker has sealed the end."""
    page = json.loads(surfaces.told(f"/api/v1/shared/changes?purpose=permit&after={after}").content)
    ended = [one for one in page["records"] if one["record"] == number]
    assert all(one["ended"] and not one.get("fields") for one in ended)
    return bool(ended)


@pytest.mark.row("M12-01")
@pytest.mark.row("M12-02")
@pytest.mark.row("M12-04")
@pytest.mark.row("M10-09")
@pytest.mark.row("X-04")
@pytest.mark.guard("G5")
@pytest.mark.guard("G9")
def test_an_enterprise_repairs_and_disappears_from_every_surface(site: Site, tmp_path: Path) -> None:
    assert unvisited() == set()
    firm, passer = site.passer_by(), site.passer_by()
    enter_own_space(firm)
    public = firm.get_by_role("link", name="看公众看到的页面").get_attribute("href") or ""
    document, number = _prepare(firm)
    own = firm.url
    _hand_in(firm, own, papers.pdf(tmp_path / "缴款书.pdf"))

    surfaces = _surfaces(site, firm, passer, public=public, document=document)
    assert surfaces.public(document) >= {"portal:subject", "portal:by_code", "portal:act"}
    assert "api:shared_subject" in surfaces.keyed(document)
    assert surfaces.own(document) >= {"own_file", "own_repairs", "own_objection"}
    record, after = _read(surfaces, document)
    office = site.person("zhangmin")
    file = public.replace("/subject/", "/office/subjects/").rstrip("/") + "/"
    points = score(office, file)

    url = _lodge(site.person("sunli"), number, surfaces.about.code)
    _decided(site, url)

    firm.goto(own)
    expect(firm.locator("h1")).to_contain_text("已修复")
    fits(firm)
    assert surfaces.public(document, f'/act/{surfaces.about.publications[0]}"') == set()
    assert surfaces.keyed(document) == set()
    assert surfaces.own(document) == set()
    told = passer.goto(f"/act/{surfaces.about.publications[0]}")
    assert told is not None
    assert told.status == 404
    assert document not in passer.content()
    eventually(lambda: _told_to_delete(surfaces, record, after), "the department is told to delete")
    eventually(lambda: score(office, file) >= points, "the score is made anew without the record")
