"""Every surface of the running site on which others could read of an enterprise, and its own space, asked what it says.

The surfaces come from the register that the leak scanner has (interfaces.web.surfaces); a page of the own space that stands
in none of the tables below fails ``unvisited``.
"""

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import quote

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from playwright.sync_api import Page
from tests.journeys.conftest import Site

from xinheng.core.records import RecordState
from xinheng.interfaces.web.surfaces import About, Openness, leaks, registered

OWN_LISTS = (
    "own_file",
    "own_repairs",
    "own_objection",
    "own_measures",
    "own_campaigns",
    "own_commitments",
    "own_cases",
    "own_consents",
    "own_visits",
    "own_reports",
)
"""Pages of the own space that list what stands; the address names the enterprise alone."""
OWN_MATTERS = {
    "own_notices": "本企业收到的提示，按收到的保留",
    "own_readings": "谁看过档案，不含记录内容",
    **dict.fromkeys(("own_notice", "own_case", "own_repair_case"), "本企业自己的事项，办结后仍可查看"),
    **dict.fromkeys(("own_papers", "own_papers_file"), "本企业自己交的材料"),
    **dict.fromkeys(("own_commitment_papers", "own_commitment_papers_file"), "本企业自己交的材料"),
    **dict.fromkeys(("own_commitment", "new_own_commitment"), "本企业自己的承诺"),
    **dict.fromkeys(("own_consent", "new_own_consent"), "本企业自己的授权"),
    **dict.fromkeys(
        (
            *(
                "own_special_report",
                "own_report",
                "own_report_pdf",
                "own_report_json",
                "own_report_ofd",
                "own_report_zip",
            ),
            *("own_province_reports", "own_province_report_pdf"),
        ),
        "本企业自己的报告，有变化以后不再提供",
    ),
    "own_letter": "送达本企业的文书，按送达的保留",
    "own_visit": "本企业自己的一次检查",
    "visit_code": "凭通知书上的检查码，不能按企业查询",
    **dict.fromkeys(("own_repair", "own_repair_sheet"), "一条可以修复的信息；终止后没有这一页，由地址直接查"),
    "sign_out": "只接受提交",
}
"""Pages of the own space that stay the enterprise's own to read after an end, and why."""


def unvisited() -> set[str]:
    """Closed pages of the counter that nobody has sorted: each is a list of what stands, or stays for a reason."""
    closed = {one.route for one in registered()["counter"] if one.openness is Openness.CLOSED}
    return closed ^ {*OWN_LISTS, *OWN_MATTERS}


MARKED = f'"标注": {int(RecordState.DISPUTED)}'


class Surfaces:
    """What a passer-by, a reading system and the enterprise itself are told of ``about``."""

    def __init__(self, site: Site, about: About, *, key: str = "", firm: Page | None = None) -> None:
        self.site, self.about, self.key, self.firm = site, about, key, firm

    def public(self, *words: str) -> set[str]:
        """Names of the public surfaces that say one of the words."""
        return self._said(words, Openness.PUBLIC, self._asker({}))

    def keyed(self, *words: str) -> set[str]:
        return self._said(words, Openness.KEY, self._asker({"Authorization": f"Bearer {self.key}"}))

    def own(self, *words: str) -> set[str]:
        assert self.firm is not None
        found = set()
        for route in OWN_LISTS:
            self.firm.goto(reverse(f"counter:{route}", args=[self.about.subject]))
            said = self.firm.locator("main").inner_text()
            found |= {route for word in words if word in said}
        return found

    def unmarked(self, word: str, *, mark: str) -> set[str]:
        """Addresses of public surfaces that say the word without the mark; tables for machines mark by number."""
        ask, found = self._asker({}), set()
        for leak in leaks(self.about, (word,), ask=ask, openness=Openness.PUBLIC):
            said = ask(leak.address).content.decode()
            if mark not in said and MARKED not in said:
                found.add(leak.address)
        return found

    def told(self, address: str) -> HttpResponse:
        """The answer to a system with the key."""
        return self._asker({"Authorization": f"Bearer {self.key}"})(address)

    def _said(
        self, words: tuple[str, ...], openness: Openness, ask: Callable[[str], HttpResponseBase]
    ) -> set[str]:
        return {leak.surface for leak in leaks(self.about, words, ask=ask, openness=openness)}

    def _asker(self, headers: Mapping[str, str]) -> Callable[[str], HttpResponse]:
        def ask(address: str) -> HttpResponse:
            request = urllib.request.Request(
                self.site.url + quote(address, safe="/?=&%"), headers=dict(headers)
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return HttpResponse(answer.read(), status=answer.status, headers=_plain(answer.headers))
            except urllib.error.HTTPError as error:
                return HttpResponse(error.read(), status=error.code, headers=_plain(error.headers))

        return ask


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """Without what belongs to the connection."""
    return {name: value for name, value in headers.items() if name in ("Location", "ETag", "Link")}
