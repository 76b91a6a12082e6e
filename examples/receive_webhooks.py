"""A system that is told when something changed: verifies the signature, then asks again for what is named.

Run: XINHENG_WEBHOOK_SECRET=whsec_… python examples/receive_webhooks.py [8101]
Register first: curl -X POST -H "Authorization: Bearer xh_…" -H "Content-Type: application/json" \
    -d '{"url": "https://your.host/xinheng"}' https://xinheng.host/api/v1/webhooks
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OLDEST_SECONDS = 300
SEEN: set[str] = set()
"""Numbers of messages that were taken; a real system keeps them in its database."""


def genuine(headers: Mapping[str, str], body: bytes, secret: str, *, now: float) -> bool:
    """Whether the platform signed these very bytes within the last minutes. Any one of the signatures is enough."""
    number, second = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not second.isascii() or not second.isdigit() or abs(now - int(second)) > OLDEST_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{number}.{second}.".encode() + body, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(made).decode()}".encode()
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(one, wanted) for one in given)


class Desk(BaseHTTPRequestHandler):
    """Answers at once and works afterwards; what came before is taken again and changes nothing."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if 0 < length < 100_000 else b""
        secret = os.environ["XINHENG_WEBHOOK_SECRET"]
        if not genuine(self.headers, body, secret, now=time.time()):
            return self._say(401)
        number = self.headers["webhook-id"]
        if number not in SEEN:
            SEEN.add(number)
            take(json.loads(body))
        return self._say(204)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def take(told: dict[str, object]) -> None:
    """Where a real system looks up its matters by the numbers and checks again, or deletes what it keeps."""
    print(told["type"], json.dumps(told["data"], ensure_ascii=False), flush=True)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8101
    ThreadingHTTPServer(("127.0.0.1", port), Desk).serve_forever()
