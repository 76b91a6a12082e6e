"""A paper bears the time of an authority where one answers; a stamp counts by whom the verifier trusts, and none stops a paper."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto.tsp import TimeStampReq
from tests.documents.letters import NOW, letter_of
from tests.documents.stamps import AT, Stamps

from xinheng.config.time_stamps import Caller, authority_of
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.documents.letters import set_letter
from xinheng.documents.signing import Signer, new_signer, sign_pdf, verify_letter
from xinheng.documents.time_stamps import Authority

pytestmark = pytest.mark.row("M6-04")


@pytest.fixture(scope="module")
def stamps() -> Stamps:
    return Stamps("时间戳机构")


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer(organ="开封市", now=NOW)


@pytest.fixture(scope="module")
def pdf(policy: Policy) -> bytes:
    return set_letter(letter_of("receipt", policy), development=True)


def signed(
    pdf: bytes, signer: Signer, post: Callable[[bytes], bytes], trusted: bytes, told: list[str]
) -> bytes:
    authority = Authority(post=post, certificates=(trusted,), tell=told.append)
    return sign_pdf(pdf, replace(signer, authority=authority), organ="开封市", reason="签发")


def test_a_stamped_paper_tells_its_time_to_who_trusts_the_authority(
    pdf: bytes, signer: Signer, stamps: Stamps
) -> None:
    told: list[str] = []
    paper = signed(pdf, signer, stamps.post, stamps.certificate, told)
    seen = verify_letter(paper, [signer.certificate], [stamps.certificate])
    assert seen.genuine and seen.stamp is not None and not told
    assert (seen.stamp.at, seen.stamp.trusted) == (AT.replace(microsecond=0), True)
    for others in ((), (Stamps("别的机构").certificate,)):
        doubted = verify_letter(paper, [signer.certificate], others)
        assert doubted.genuine and doubted.stamp is not None and not doubted.stamp.trusted
        assert "不予采信" in doubted.stamp.label
    assert not verify_letter(paper, [stamps.certificate], [stamps.certificate]).genuine


def _silent(_: bytes) -> bytes:
    raise TimeoutError


def _foreign(asked: bytes) -> bytes:
    return Stamps("别的机构").post(asked)


def _of_another(asked: bytes) -> bytes:
    """Over another digest, with the nonce that was asked for."""
    request = TimeStampReq.load(asked)
    request["message_imprint"]["hashed_message"] = bytes(32)
    return Stamps("时间戳机构").post(request.dump())


@pytest.mark.parametrize(
    ("post", "cause"),
    [
        (_silent, "TimeoutError"),
        (lambda _: b"<html>503</html>", "ValueError"),
        (lambda _: b"", "ValueError"),
        (_foreign, "untrusted"),
        (_of_another, "untrusted"),
    ],
)
def test_a_paper_goes_out_without_a_stamp_where_none_holds(
    pdf: bytes, signer: Signer, stamps: Stamps, post: Callable[[bytes], bytes], cause: str
) -> None:
    told: list[str] = []
    seen = verify_letter(
        signed(pdf, signer, post, stamps.certificate, told), [signer.certificate], [stamps.certificate]
    )
    assert (seen.genuine, seen.stamp, told) == (True, None, [cause])


@pytest.fixture
def address(stamps: Stamps) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = stamps.post(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if self.headers["Content-Type"] == "application/timestamp-query" else 415)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_configured_authority_is_asked_over_http_and_left_alone_when_silent(
    pdf: bytes, signer: Signer, stamps: Stamps, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "tsa.pem"
    file.write_bytes(stamps.pem)
    found = authority_of({"XINHENG_TSA": address, "XINHENG_TSA_CERTIFICATES": str(file)})
    assert found is not None and authority_of({}) is None
    paper = sign_pdf(pdf, replace(signer, authority=found), organ="开封市", reason="签发")
    stamp = verify_letter(paper, [signer.certificate], found.certificates).stamp
    assert stamp is not None and stamp.trusted
    silent = Caller("http://127.0.0.1:1/")
    for words in ("URLError", "within the last minute"):
        with pytest.raises(OSError, match=words):
            silent(b"asked")


@pytest.mark.parametrize("address", ["ftp://tsa.example", "https://tsa.example"])
def test_half_a_configuration_is_refused(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        authority_of({"XINHENG_TSA": address})
    assert refused.value.code == "TSA1"


def test_a_moment_is_told_in_the_time_of_china(stamps: Stamps, pdf: bytes, signer: Signer) -> None:
    paper = signed(pdf, signer, stamps.post, stamps.certificate, [])
    stamp = verify_letter(paper, [signer.certificate], [stamps.certificate]).stamp
    assert stamp is not None and isinstance(stamp.at, datetime)
    assert f"{AT + timedelta(hours=8):%Y-%m-%d %H:}" in stamp.label
