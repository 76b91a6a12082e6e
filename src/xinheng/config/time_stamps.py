"""Asks the time stamping authority of this installation (``XINHENG_TSA``, ``XINHENG_TSA_CERTIFICATES``).

One that does not answer is left alone for a minute, so that nobody waits for it with every paper.
"""

from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from threading import Lock
from time import monotonic
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from xinheng.core.refusal import Refusal
from xinheng.documents.time_stamps import Authority

log = structlog.get_logger()
SECONDS = 5
REST_SECONDS = 60
MOST_BYTES = 64 * 1024


def authority_of(environ: Mapping[str, str]) -> Authority | None:
    """None where none is configured. Refusal TSA1 where its address or the certificates are missing."""
    address = environ.get("XINHENG_TSA", "")
    if not address:
        return None
    file = Path(environ.get("XINHENG_TSA_CERTIFICATES") or "/dev/null")
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        found = []
    if not found or not address.startswith(("http://", "https://")):
        raise Refusal(
            "TSA1",
            "时间戳机构的配置不完整。",
            advice="请设置 XINHENG_TSA（http 或 https 地址）和 XINHENG_TSA_CERTIFICATES（机构证书的 PEM 文件），或者都不设置。",
        )
    certificates = tuple(one.public_bytes(Encoding.DER) for one in found)
    return Authority(post=Caller(address), certificates=certificates, tell=_tell)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Caller:
    """Posts to one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = build_opener(_NoRedirect)
        self._rests_until = 0.0
        self._lock = Lock()

    def __call__(self, asked: bytes) -> bytes:
        """Raises OSError."""
        with self._lock:
            if monotonic() < self._rests_until:
                raise OSError("the authority did not answer within the last minute")
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = Request(self._address, data=asked, headers=headers)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                content: bytes = answer.read(MOST_BYTES)
        except (OSError, HTTPException) as error:
            with self._lock:
                self._rests_until = monotonic() + REST_SECONDS
            raise OSError(type(error).__name__) from error
        return content


def _tell(cause: str) -> None:
    log.warning("signed_without_time_stamp", cause=cause)
