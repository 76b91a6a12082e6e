"""Every page of portal and office: complete with its context, plain when empty, accessible at both widths."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory
from playwright.sync_api import Page
from tests.interfaces.web_browser import (
    CHROMIUM,
    NARROW,
    WIDE,
    browser_page,
    label_collisions,
    overflow,
    show,
    violations,
    write_page,
)
from tests.interfaces.web_pages import PAGES, empty

import xinheng.interfaces

pytestmark = pytest.mark.urls("tests.interfaces.web_urls")
ROOT = Path(xinheng.interfaces.__file__).parent
MISSING = "‼"
PARTS = 4
"""So many tests look at all pages, so that no process is left alone with them."""
FAULTY = '<!DOCTYPE html><img src="x.png"><p style="width:2000px">太宽</p>'
SCRIPTED = '<!DOCTYPE html><script type="module" src="/static/web/own.js"></script>'
NEVER_SAID = ("成功", "！", "黑名单", "红名单", "自然移出")


@cache
def _engine() -> DjangoTemplates:
    given = settings.TEMPLATES[0]
    options = {**given["OPTIONS"], "string_if_invalid": MISSING}
    return DjangoTemplates({"NAME": "pages", "DIRS": given["DIRS"], "APP_DIRS": True, "OPTIONS": options})


def _render(name: str, context: dict[str, Any]) -> str:
    request = RequestFactory().get("/")
    request.COOKIES = {}
    return str(_engine().get_template(name).render(context, request))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_says_everything_that_its_context_names(name: str) -> None:
    html = _render(name, PAGES[name]())
    places = [html[max(0, at - 80) : at] for at in range(len(html)) if html[at] == MISSING]
    assert places == []


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_with_nothing_to_show_still_stands(name: str) -> None:
    html = _render(name, empty(PAGES[name]()))
    assert "<h1>" in html
    assert MISSING not in html


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_begins_with_what_it_is_about_and_has_one_main_heading(name: str) -> None:
    html = _render(name, PAGES[name]())
    assert html.count("<h1>") == 1
    assert '<html lang="zh-CN"' in html
    assert html.index("<h1>") < html.index("</main>")


@pytest.mark.parametrize("name", list(PAGES))
def test_words_are_plain_and_in_use_today(name: str) -> None:
    html = _render(name, PAGES[name]())
    assert [word for word in NEVER_SAID if word in html] == []


@pytest.mark.guard("G9")
def test_a_page_with_adverse_statements_is_kept_out_of_search_engines() -> None:
    context = PAGES["portal/subject.html"]()
    assert 'content="noindex, noarchive"' in _render("portal/subject.html", context)
    context["noindex"] = False
    assert "noindex" not in _render("portal/subject.html", context)


@pytest.mark.guard("G1")
@pytest.mark.guard("G4")
def test_a_subject_without_a_public_grade_shows_no_trace_of_one() -> None:
    context = PAGES["portal/subject.html"]()
    context["grade"] = None
    html = _render("portal/subject.html", context)
    assert "grade-shape" not in html
    assert "等级" not in html


@pytest.mark.guard("G4")
def test_a_public_draw_does_not_tell_grades_through_bands() -> None:
    context = PAGES["portal/draw.html"]()
    drawn = _render("portal/draw.html", context).split("抽中的对象")[-1]
    assert 'data-label="档次"' not in drawn


@pytest.mark.guard("G15")
def test_an_unknown_ratio_or_ceiling_is_shown_as_unconfirmed() -> None:
    html = _render("office/plans.html", PAGES["office/plans.html"]())
    assert html.count("待确认") >= 2
    assert "依据待核" in html


def test_templates_stay_short_and_name_their_context() -> None:
    for path in [*ROOT.glob("portal/templates/portal/*.html"), *ROOT.glob("office/templates/office/*.html")]:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("{# context: "), path
        assert len(text.splitlines()) < 150, path
        assert " style=" not in text, path
        assert "<script" not in text, path


def test_every_column_of_a_table_has_a_name_on_narrow_screens() -> None:
    for path in [*ROOT.glob("portal/templates/portal/*.html"), *ROOT.glob("office/templates/office/*.html")]:
        cells = path.read_text(encoding="utf-8").split("<td")[1:]
        unnamed = [
            cell[:40] for cell in cells if "data-label" not in cell.split(">")[0] and "day.kind" not in cell
        ]
        assert [cell for cell in unnamed if not cell.startswith("></td>")] == [], path


def test_a_form_that_asks_for_something_leaves_the_checking_to_us() -> None:
    """A browser would speak of an empty field in its own language."""
    for name, make in PAGES.items():
        for form in re.findall(r"<form.*?</form>", _render(name, make()), flags=re.S):
            assert " required" not in form or " novalidate" in form.split(">")[0], (name, form[:120])


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="没有安装 chromium")
@pytest.mark.journey
def test_a_row_to_work_through_is_short_on_a_telephone(tmp_path: Path) -> None:
    with browser_page(NARROW) as page:
        html = _render("office/quarantine.html", PAGES["office/quarantine.html"]())
        page.goto(write_page(tmp_path, "quarantine", html))
        heights = page.evaluate(
            "() => [...document.querySelectorAll('.rows-brief tbody tr')].map(e => e.offsetHeight)"
        )
        assert heights
        assert max(heights) <= 170


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="没有安装 chromium")
@pytest.mark.journey
def test_what_has_to_be_corrected_is_in_sight_when_the_page_comes_back(tmp_path: Path) -> None:
    """A form at the end of a long page was refused: without this the top of the page looks as if nothing happened."""
    problems = _render("web/parts/errors.html", {"general": ["没有写明理由。"], "found": [], "total": 1})
    with browser_page(NARROW) as page:
        page.goto(write_page(tmp_path, "long", f'<main style="padding:3000px 0 900px">{problems}</main>'))
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        assert page.evaluate("() => scrollY") > 0


@pytest.mark.row("M5-09")
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="没有安装 chromium")
@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_pages_are_accessible_and_fit_the_window(tmp_path: Path, part: int) -> None:
    with browser_page(WIDE) as page:
        page.goto(write_page(tmp_path, "first", "<!DOCTYPE html>"))
        for width in (WIDE, NARROW):
            _show_at(width, page, tmp_path, FAULTY)
            assert violations(page) and overflow(page), "what is wrong is found at this width"
        (tmp_path / "web" / "own.js").write_text("let once = 1; document.title = 'run';")
        for _ in range(2):
            show(page, tmp_path, SCRIPTED)
            assert page.title() == "run", "a script runs on every page that has it"
        found = {name: _faults(page, tmp_path, name) for name in list(PAGES)[part::PARTS]}
    assert {name: faults for name, faults in found.items() if faults} == {}


def _show_at(width: int, page: Page, folder: Path, html: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    show(page, folder, html)


def _faults(page: Page, folder: Path, name: str) -> list[str]:
    """At both widths, opened at each; on the narrow one with large letters too."""
    html = _render(name, PAGES[name]())
    _show_at(WIDE, page, folder, html)
    wide = [*overflow(page), *label_collisions(page), *violations(page)]
    _show_at(NARROW, page, folder, html)
    narrow = [*overflow(page), *label_collisions(page)]
    page.evaluate("document.documentElement.classList.add('large')")
    narrow += overflow(page)
    return [*wide, *narrow, *(violations(page) if name.startswith("portal/") else [])]
