"""Letters in the browser: one is written from the page of its case, and its service is registered on the letter."""

from playwright.sync_api import Page, expect


def write_letter(page: Page, case: str, letter: str) -> None:
    page.goto(case)
    page.get_by_role("link", name="制作文书").click()
    page.get_by_role("link", name=letter, exact=True).click()
    for one in page.locator("main form.form textarea:visible, main form.form input[type=text]:visible").all():
        if not one.input_value():
            one.fill("销售不合格食品造成多人受害")
    confirmed = page.get_by_label("我已对照法律原文核对上述期限")
    if confirmed.count():
        confirmed.check()
    page.get_by_role("button", name="签发").click()
    expect(page.get_by_text(f"已签发《{letter}》")).to_be_visible()


def serve_letter(page: Page) -> None:
    page.get_by_label("送达凭证").fill("送达回证1号")
    page.get_by_role("button", name="登记").click()
