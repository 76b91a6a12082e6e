"""An inspector in a cellar: the page opens without network, what is written stays on the phone, goes to the server once
when there is network again, and leaves the phone. Runs after the visit of test_visit, on another one of the same draw."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from tests.interfaces.web_browser import overflow, violations
from tests.journeys.conftest import Site
from tests.journeys.letters import write_letter
from tests.journeys.pages import eventually, take_step

pytestmark = [
    pytest.mark.journey,
    pytest.mark.row("M8-04"),
    pytest.mark.row("X-06"),
]
FIELD = "/office/visits/field/"
CAMERA = """
window.BarcodeDetector = class { async detect() { return window.SEEN ? [{ rawValue: window.SEEN }] : []; } };
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  setInterval(() => pen.fillRect(0, 0, 2, 2), 50);
  return (window.STREAM = canvas.captureStream(10));
};"""
"""A camera that shows nothing, and a browser that reads ``window.SEEN`` from it; Chromium on a desk has neither."""
SEALED = """async () => {
  const open = indexedDB.open("xinheng-field");
  const base = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const rows = base.transaction("sealed").objectStore("sealed").getAll();
  const all = await new Promise((done) => { rows.onsuccess = () => done(rows.result); });
  base.close();
  return all.map((row) => [row.kind, new TextDecoder().decode(row.sealed)]);
}"""
GROUPS = """async ([code, typed]) => {
  const { matched } = await import("/static/web/field/visit.js");
  return matched({ code }, typed);
}"""


@pytest.mark.guard("G7")
def test_a_visit_is_recorded_in_a_cellar_and_sent_once(site: Site, tmp_path: Path) -> None:
    office, inspector, decider = (site.person(one) for one in ("liufang", "sunwei", "liqiang"))
    url, firm = _approved(office, inspector, decider)
    phone = site.contexts["sunwei"].new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.add_init_script(CAMERA)
    context = phone.context
    _open_with_network(phone)
    expect(phone.locator("#field-place")).to_contain_text(firm)
    _fits(phone)

    context.set_offline(True)
    phone.reload()
    expect(phone.locator("#field-state")).to_contain_text("离线")
    _write(phone, firm, _photo(tmp_path / "door.png"))
    sealed = phone.evaluate(SEALED)
    assert {kind for kind, _ in sealed} >= {"visit", "draft", "paper"}
    assert not [kind for kind, words in sealed if firm in words]
    phone.reload()
    expect(phone.locator("#field-state")).to_contain_text("待上传 5 项")
    phone.get_by_role("link", name="返回清单").click()
    expect(phone.locator(".field-visit")).to_contain_text("待上传 5 项")

    _session_over_and_again(site, phone, context)
    expect(phone.locator("#field-place")).to_contain_text("已全部上传，从这台手机上清除")
    assert not [kind for kind, _ in phone.evaluate(SEALED) if kind in ("draft", "paper")]
    phone.get_by_role("button", name="上传并更新").click()
    expect(phone.locator("#field-state")).to_contain_text("没有待上传的内容")

    inspector.goto(url)
    main = inspector.locator("main")
    expect(main.get_by_role("heading", name="现场记录", exact=True)).to_have_count(1)
    expect(main).to_contain_text("冷藏柜温度正常")
    for title in ("现场照片", "企业现场人员签名", "检查人员签名"):
        expect(main).to_contain_text(title)
    _sign_out(phone)


def _approved(office: Page, inspector: Page, decider: Page) -> tuple[str, str]:
    """Another visit of the draw with its notice: the address of its case, and the enterprise."""
    inspector.goto("/office/visits/?kind=mine&state=applied")
    if not inspector.locator("main tbody tr").count():
        _sent_out(office)
        inspector.reload()
    row = inspector.locator("main tbody tr").first
    firm = row.locator("td[data-label=企业]").inner_text()
    row.locator("a").first.click()
    url = inspector.url
    decider.goto(url)
    take_step(decider, "批准入企检查", "计划内，理由成立")
    write_letter(office, url, "行政检查通知书")
    return url, firm


def _sent_out(page: Page) -> None:
    page.goto("/office/plans/")
    page.locator("main table a[href^='/office/plans/']").last.click()
    page.locator("main a[href^='/office/draws/']").first.click()
    page.get_by_role("link", name="派出检查").click()
    page.get_by_label("不能以非现场方式检查的理由").fill("加工场所卫生须当场查看，照片不能代替")
    page.get_by_role("button", name="派出，交另一人审批").click()
    expect(page.locator("body")).to_contain_text("待另一人审批")


def _open_with_network(phone: Page) -> None:
    phone.goto(FIELD)
    expect(phone.locator("#main[data-ready=yes]")).to_be_visible()
    expect(phone.locator("#field-state")).to_contain_text("已联网")
    eventually(
        lambda: bool(phone.evaluate("navigator.serviceWorker.controller !== null")),
        "the worker keeps the page",
    )


def _fits(phone: Page) -> None:
    assert violations(phone) == []
    phone.set_viewport_size({"width": 360, "height": 800})
    assert overflow(phone) == []
    small = phone.evaluate(
        """() => [...document.querySelectorAll('button, .pick, .field-bar a, .field-visit, summary')]
        .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.textContent)"""
    )
    assert small == []
    phone.set_viewport_size({"width": 390, "height": 844})


def _photo(path: Path) -> Path:
    Image.effect_noise((2400, 3200), 60).convert("RGB").save(path)
    return path


def _write(phone: Page, firm: str, photo: Path) -> None:
    phone.get_by_role("link", name=firm).click()
    expect(phone.get_by_role("heading", name=firm)).to_be_visible()
    _fits(phone)
    phone.get_by_label("检查码或者企业的统一社会信用代码").fill("22222ABCDE")
    phone.get_by_role("button", name="核对并登记入企").click()
    expect(phone.locator("#field-place")).to_contain_text("请核对是否走错了企业")
    code = re.search(r"检查码\s*([2-9A-Z]{10})", phone.locator("#field-place").inner_text())
    assert code is not None
    assert phone.evaluate(GROUPS, [code[1], f"{code[1][:5]} {code[1][5:].lower()}"]) == code[1]
    _scan(phone, "https://x.cn/licence?uscc=91410000000000000X")
    expect(phone.locator("#field-place")).to_contain_text("请核对是否走错了企业")
    _scan(phone, f"https://x.cn/visit/{code[1].lower()}")
    expect(phone.locator("#field-place")).to_contain_text("扫码核验")
    expect(phone.locator("#field-place")).to_contain_text("已存在手机上，联网后上传")
    assert phone.evaluate("window.STREAM.getTracks().every((track) => track.readyState === 'ended')")

    phone.get_by_role("button", name="完成记录").click()
    expect(phone.locator("#field-place")).to_contain_text("检查表还有")
    for fit in phone.get_by_label("符合", exact=True).all():
        fit.check()
    phone.locator("#photo").set_input_files(photo)
    expect(phone.get_by_role("img", name="现场照片")).to_be_visible()
    phone.get_by_label("未发现问题", exact=True).check()
    phone.get_by_label("现场检查情况").fill("冷藏柜温度正常，许可证在有效期内")
    for who in ("企业现场人员", "检查人员"):
        _sign(phone, who)
    _fits(phone)
    phone.get_by_role("button", name="完成记录").click()
    expect(phone.get_by_role("heading", name="现场记录")).to_be_visible()


def _scan(phone: Page, words: str) -> None:
    """The camera is pointed at a code with these words, without network."""
    phone.evaluate("words => { window.SEEN = words; }", words)
    phone.get_by_role("button", name="扫码", exact=True).click()
    expect(phone.get_by_role("button", name="停止扫码")).to_have_count(0)


def _sign(phone: Page, who: str) -> None:
    box = phone.locator(".sign", has=phone.get_by_text(who, exact=True))
    canvas = box.locator("canvas")
    canvas.scroll_into_view_if_needed()
    place = canvas.bounding_box()
    assert place is not None
    shift = 20 if who == "检查人员" else 0
    phone.mouse.move(place["x"] + 30, place["y"] + 30 + shift)
    phone.mouse.down()
    for step in range(1, 8):
        phone.mouse.move(place["x"] + 30 + 25 * step, place["y"] + 30 + shift + (step % 2) * 40)
    phone.mouse.up()
    box.get_by_role("button", name="留存签名").click()
    expect(phone.get_by_role("img", name=f"{who}签名", exact=True)).to_be_visible()


def _session_over_and_again(site: Site, phone: Page, context: BrowserContext) -> None:
    """The session ran out meanwhile: the phone says so, keeps everything, and sends it once its owner is back."""
    cookies = context.cookies()
    context.clear_cookies()
    context.set_offline(False)
    phone.get_by_role("button", name="上传并更新").click()
    expect(phone.locator("#field-state")).to_contain_text("登录已过期。填写的内容都在手机上")
    expect(phone.locator("#field-state")).to_contain_text("待上传 5 项")
    context.add_cookies([one for one in cookies if one["name"] == "sessionid"])  # type: ignore[list-item]
    phone.reload()


def _sign_out(phone: Page) -> None:
    """Signing out destroys what the phone kept."""
    phone.goto("/account/logout/")
    phone.wait_for_timeout(500)
    phone.get_by_role("button", name="退出", exact=True).click()
    phone.wait_for_url(lambda url: "logout" not in url)
    assert phone.evaluate(SEALED) == []
    assert phone.evaluate("caches.keys()") == []
