"""Pages in a real browser without a server: rendered here, opened from a folder with the style sheets beside them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page, sync_playwright

import xinheng.interfaces.web

CHROMIUM = "/usr/bin/chromium"
STATIC = Path(xinheng.interfaces.web.__file__).parent / "static" / "web"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = 1280, 360
OWN_FILES = "--allow-file-access-from-files"
"""Without it no module of a page in a folder is read."""


@contextmanager
def browser_page(width: int) -> Iterator[Page]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", OWN_FILES]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser.new_page(viewport={"width": width, "height": 800})
        browser.close()


def write_page(folder: Path, name: str, html: str) -> str:
    """Writes ``html`` into ``folder``, which holds the styles from its first page on; returns its address."""
    if not (folder / "web").exists():
        shutil.copytree(STATIC, folder / "web")
    path = folder / f"{name}.html"
    path.write_text(html.replace("/static/web/", "web/"), encoding="utf-8")
    return path.as_uri()


def show(page: Page, folder: Path, html: str) -> None:
    """Opens ``html`` in place of the page of ``folder`` that is open: what was learnt for that one, such as how to look for
    violations, is not learnt again. A page with scripts is loaded, for they run once and would find what others left."""
    if "<script" in html:
        page.goto(write_page(folder, "shown", html))
        return
    page.evaluate(
        """html => new Promise(shown => {
          document.open();
          addEventListener('load', shown, {once: true});
          document.write(html);
          document.close();
        })""",
        html.replace("/static/web/", "web/"),
    )


def overflow(page: Page) -> list[str]:
    """Elements that reach beyond the right edge of the window."""
    page.wait_for_load_state("load")
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.unseen,.skip,thead'))
        .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
    )
    return found


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    page.wait_for_load_state()
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']}))
        .violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)}`))""",
        RULES,
    )
    return found


def label_collisions(page: Page) -> list[str]:
    """Pairs of words in one chart whose boxes meet."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart')].filter(s => s.getClientRects().length).flatMap(svg => {
          const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
          return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
            .filter(([b, q]) => p.left < q.right - 1 && q.left < p.right - 1 &&
                                p.top < q.bottom - 4 && q.top < p.bottom - 4)
            .map(([b]) => a + ' / ' + b));
        })"""
    )
    return found
