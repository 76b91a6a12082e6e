"""The components in a real browser: WCAG 2.2 AA, no sideways scrolling, no label over another."""

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from tests.interfaces.web_browser import (
    CHROMIUM,
    NARROW,
    STATIC,
    WIDE,
    browser_page,
    label_collisions,
    overflow,
    violations,
    write_page,
)

from xinheng.interfaces.web.gallery_content import components, letter_content

pytestmark = pytest.mark.urls("tests.interfaces.web_urls")
needs_browser = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="没有安装 chromium")


def _gallery(base: str) -> str:
    context = {**components(), "base": base, "request": RequestFactory().get("/")}
    return render_to_string("web/gallery.html", context)


PAGES: dict[str, Any] = {
    "portal": lambda: _gallery("web/portal.html"),
    "office": lambda: _gallery("web/office.html"),
    "letter": lambda: render_to_string("web/gallery_letter.html", letter_content()),
    "lost": lambda: render_to_string("404.html"),
}


@needs_browser
@pytest.mark.journey
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_components_are_accessible_and_fit_the_window(tmp_path: Path, width: int) -> None:
    with browser_page(width) as page:
        for name, render in PAGES.items():
            page.goto(write_page(tmp_path, name, render()))
            assert overflow(page) == [], name
            assert label_collisions(page) == [], name
            assert violations(page) == [], name


@needs_browser
@pytest.mark.journey
def test_the_focus_ring_is_ink_with_amber_around_it(tmp_path: Path) -> None:
    with browser_page(WIDE) as page:
        page.goto(write_page(tmp_path, "portal", _gallery("web/portal.html")))
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineWidth, s.boxShadow] })()"
        )
        assert style[0] == "2px"
        assert "rgb(255, 176, 0)" in style[1]


def test_pages_hold_no_script_and_no_inline_style() -> None:
    for name, render in PAGES.items():
        html = render()
        assert " style=" not in html, name
        assert "<script" not in html, name


def test_all_styles_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.css")) < 30_000
