"""The browser's verifier says of every record what `xinheng draw verify` says, and meets the vectors of docs/draw.md."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.core.test_draw import (
    OCCASION,
    RECORD,
    announced,
    another_rule,
    as_file,
    change_reveal,
    changed_at,
    choose_seed,
    drawn,
    drop_friend_from_pool,
    drop_last,
    forged,
    lower_ratio,
    paths,
    smaller_size,
    stratum,
    swap_object,
    swap_order,
    swap_team,
)
from tests.core.test_draw import STRATA as BANDS
from tests.core.test_draw_document import VECTORS
from tests.interfaces.web_browser import browser_page

import xinheng.interfaces.web
from xinheng.core.draw_rule import blind, blind_key
from xinheng.core.draw_verify import remarks, verify

pytestmark = pytest.mark.row("M8-03")
STATIC = Path(xinheng.interfaces.web.__file__).parent / "static" / "web" / "draw"
VERIFY = """async ([text, announced]) => {
  const { read } = await import("/reading.js");
  const { verify, remarks } = await import("/verify.js");
  const record = read(text);
  const wrong = verify(record, announced);
  return [wrong, wrong.length ? [] : remarks(record)];
}"""
READ = """async (text) => {
  const { read } = await import("/reading.js");
  try { return [read(text)] } catch (error) { return error.name }
}"""
RULE = """async (given) => {
  const rule = await import("/rule.js");
  const { hex, unhex } = await import("/sha256.js");
  const { canonical } = await import("/reading.js");
  const { commitment: c, seed: s, select: o, deal: d, blind: b, pool, size } = given;
  return {
    canonical: hex(new TextEncoder().encode(canonical(given.canonical.of))),
    commitment: rule.commitment(c.draw, c.party, c.reveal),
    pool: rule.poolDigest(pool.strata),
    size: size.map((one) => rule.sampleSize(one.population, one.ratio, one.eligible)),
    seed: hex(rule.seedOf(s.announcement, s.reveals, s.public_values)),
    select: rule.select(unhex(o.seed), o.stratum, o.keys, o.count),
    deal: rule.deal(unhex(d.seed), d.objects, d.inspectors, d.team).teams,
    key: rule.blindKey(b.opening, b.identity),
  };
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a server that gives nothing but the verifier's own files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with browser_page(1280) as opened:
            opened.goto(f"http://127.0.0.1:{server.server_port}/page.js")
            yield opened
    finally:
        server.shutdown()
        server.server_close()


def in_browser(page: Page, record: Any, announced: str = "") -> list[tuple[str, ...]]:
    text = json.dumps(record, ensure_ascii=False)
    return [tuple(found) for found in page.evaluate(VERIFY, [text, announced])]


def test_the_vectors_of_the_document_come_out(page: Page) -> None:
    found = page.evaluate(RULE, VECTORS)
    assert found == {
        "canonical": VECTORS["canonical"]["bytes_hex"],
        "commitment": VECTORS["commitment"]["is"],
        "pool": VECTORS["pool"]["is"],
        "size": [one["is"] for one in VECTORS["size"]],
        "seed": VECTORS["seed"]["is"],
        "select": VECTORS["select"]["is"],
        "deal": VECTORS["deal"]["is"],
        "key": VECTORS["blind"]["key"],
    }


def test_a_right_record_is_found_right_with_the_same_remarks(page: Page) -> None:
    few = stratum("strict", 40, 600, objects=BANDS[2].objects[:20], excluded={"本年度检查已达上限": 20})
    for record in (
        RECORD,
        as_file(drawn(strata=(few,))),
        as_file(drawn(occasion=replace(OCCASION, pool_rules=()))),
        as_file(drawn(sources=["甲"], public_values=["7"])),
    ):
        assert in_browser(page, record) == [(), remarks(record)]


def test_every_changed_value_is_named_alike(page: Page) -> None:
    for path in paths(RECORD):
        record = changed_at(RECORD, path)
        theirs, ours = in_browser(page, record)[0], verify(record)
        assert theirs
        assert theirs == ours or all(words.startswith("记录格式") for words in (*theirs, *ours)), path


@pytest.mark.parametrize(
    "change",
    [
        another_rule,
        swap_object,
        swap_team,
        swap_order,
        drop_last,
        choose_seed,
        lower_ratio,
        smaller_size,
        drop_friend_from_pool,
        change_reveal,
    ],
)
def test_a_forgery_that_recomputes_the_digests_is_named_alike(page: Page, change: Any) -> None:
    record = forged(change)
    assert in_browser(page, record)[0] == verify(record) != ()


def test_a_record_made_up_as_a_whole_is_found_by_the_published_announcement(page: Page) -> None:
    honest = announced().digest
    other = as_file(drawn(strata=(BANDS[0], BANDS[1], stratum("strict", 39, 500))))
    assert in_browser(page, other, honest)[0] == ("公告：摘要与抽取前公布的摘要不一致",)
    assert in_browser(page, RECORD, honest)[0] == ()


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a":1,"a":2}', '{"a":{"b":[{"c":1,"\\u0063":2}]}}', "[1.0]", "[1e3]", "[12345678901234567]"],
)
def test_what_two_readers_would_read_in_two_ways_is_refused(page: Page, text: str) -> None:
    assert page.evaluate(READ, text) == "SyntaxError"


def test_texts_that_look_like_fields_are_texts(page: Page) -> None:
    value = {"a": ['{"x":1.5,"x":2}', "\\", '"', "：1.0"], "b": {"a": -3, "": None, "x": True}}
    assert page.evaluate(READ, json.dumps(value)) == [value]


def test_an_opening_leads_to_the_same_key(page: Page) -> None:
    one = blind(b"s" * 32, draw="示例", identity="9100000000EXAMPLE0")
    script = 'async ([o, i]) => (await import("/rule.js")).blindKey(o, i)'
    key = page.evaluate(script, [one.opening, "9100000000EXAMPLE0"])
    assert key == one.key == blind_key(one.opening, identity="9100000000EXAMPLE0")


FORM = """async () => {
  document.body.innerHTML = `<form data-draw-verify="" data-worker="/worker.js"><input type="file" name="file"><button>go</button></form>
    <div id="draw-verdict"></div>`;
  await import("/page.js");
}"""


def test_what_is_no_record_is_neither_no_file_nor_called_wrong(page: Page) -> None:
    page.evaluate(FORM)
    verdict, check = page.locator("#draw-verdict"), page.get_by_role("button", name="go")
    check.click()
    expect(verdict).to_contain_text("还没有选文件")
    others = {b"": "没有核对成", **dict.fromkeys((b'{"title": "1"}', b'{"format": 2}', b"[]"), "format 1")}
    for content, words in others.items():
        file = {"name": "draw.json", "mimeType": "application/json", "buffer": content}
        page.locator("input").set_input_files(file)
        check.click()
        expect(verdict).to_contain_text(words)
        expect(verdict).not_to_contain_text("记录有误")
