"""A system of another department with a credit check in its page: the key stays here, the browser never sees it.

Run: XINHENG_KEY=xh_… python examples/embed_check.py [http://127.0.0.1:8000] [8100]
"""

import json
import os
import sys
import urllib.error
import urllib.request
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

XINHENG = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 8100
KEY = os.environ["XINHENG_KEY"]
PURPOSE, OCCASION = os.environ.get("XINHENG_MATTER", "permit/licensing").split("/")
CLERK = "审批窗口03号"  # a real system takes this from the session of whoever is signed in
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>食品经营许可受理</title><main><h1>食品经营许可受理</h1><p>受理编号 {reference}　申请人代码 {code}</p>
<xinheng-check src="/credit-check" code="{code}" reference="{reference}">
<a href="{xinheng}/office/measures/check/">到信用平台核查</a></xinheng-check></main>
<script type="module" src="{xinheng}/static/embed/xinheng-check.1.js"></script></html>"""


class Desk(BaseHTTPRequestHandler):
    """One page, and the two addresses that the component asks. A real system checks who is signed in, first."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        given = {name: escape(asked.get(name, [""])[0]) for name in ("code", "reference")}
        self._say(200, "text/html; charset=utf-8", PAGE.format(xinheng=XINHENG, **given).encode())

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get_content_type() != "application/json" or not 0 < length < 10_000:
            return self._say(415, "application/json", b"{}")
        try:
            told = dict(json.loads(self.rfile.read(length)))
        except (ValueError, TypeError):
            return self._say(400, "application/json", b"{}")
        if self.path == "/credit-check":
            asked: dict[str, object] = {name: str(told.get(name, "")) for name in ("code", "reference")}
            return self._forward("checks", asked | {"purpose": PURPOSE, "occasion": OCCASION})
        if self.path == "/credit-check/decision" and str(told.get("check", "")).isalnum():
            said: dict[str, object] = {name: told.get(name) for name in ("outcome", "reason", "grounds")}
            return self._forward(f"checks/{told['check']}/decision", said | {"by": CLERK})
        return self._say(404, "application/json", b"{}")

    def _forward(self, path: str, body: dict[str, object]) -> None:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        call = urllib.request.Request(f"{XINHENG}/api/v1/{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(call, timeout=10) as answer:
                self._say(200, "application/json", answer.read())
        except urllib.error.HTTPError as refused:
            self._say(refused.code, "application/json", refused.read())
        except OSError:
            self._say(502, "application/json", b"{}")

    def _say(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Desk).serve_forever()
