"""A stand-in (模拟) for the platform of the province, for trying out requests for special reports. It knows nobody.

Run: python examples/province_simulator.py [8200], then start the platform with
XINHENG_PROVINCE="http://127.0.0.1:8200 127.0.0.0/8". A code that ends in 0 is refused, one that ends in 1 takes a while.
"""

import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REQUESTS: dict[str, dict[str, Any]] = {}
"""By number; the number is made of the name under which it was sent."""


def paper(number: str) -> bytes:
    """A page that says what it is, in the letters that every reader of PDF has."""
    words = f"SIMULATION {number} - not a credit report"
    drawn = f"BT /F1 16 Tf 72 720 Td ({words}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number_of, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number_of, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return made + end % (len(parts) + 1, table, len(parts) + 1, len(made))


def answer_of(number: str) -> dict[str, Any]:
    """How a request stands; one that takes a while is done the second time somebody asks."""
    one = REQUESTS[number]
    one["asked"] += 1
    told: dict[str, Any] = {"number": number, "simulated": True}
    if one["code"].endswith("0"):
        return told | {"state": "refused", "detail": "模拟：省平台没有这家企业"}
    if one["code"].endswith("1") and one["asked"] < 3:
        return told | {"state": "working"}
    digest = hashlib.sha256(paper(number)).hexdigest()
    return told | {"state": "done", "report": f"SIM-{number}", "digest": f"sha256:{digest}"}


class Province(BaseHTTPRequestHandler):
    """Takes a request, says how it stands, gives the report."""

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        number = f"MN{hashlib.sha256(said['id'].encode()).hexdigest()[:10]}"
        REQUESTS.setdefault(number, {"code": said["code"], "asked": 0})
        self._say(201, "application/json", json.dumps(answer_of(number)).encode())

    def do_GET(self) -> None:
        number, _, rest = self.path.removeprefix("/requests/").partition("/")
        if number not in REQUESTS:
            return self._say(404, "application/json", b"{}")
        if rest == "report":
            return self._say(200, "application/pdf", paper(number))
        return self._say(200, "application/json", json.dumps(answer_of(number)).encode())

    def log_message(self, *_: object) -> None:
        """Quiet: requests name enterprises."""

    def _say(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    ThreadingHTTPServer(
        ("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8200), Province
    ).serve_forever()
