"""Packages travel by folder and by interface between two platforms, and what goes wrong on the way is made good."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from django.test import Client, RequestFactory
from tests.people import NOW
from tests.refusals import code_of
from tests.sealing import seal_all
from tests.services.deliveries import penalty, write
from tests.services.two_platforms import Pair, Platform, two_platforms

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.api import exchange
from xinheng.interfaces.exchange import peer_calls
from xinheng.interfaces.exchange.peer_folder import folder_of
from xinheng.interfaces.exchange.peers import round_with, something_to_do
from xinheng.services.exchanges import issue_key
from xinheng.services.exchanges_sending import resend
from xinheng.store.connectors import keep_secret
from xinheng.store.models import ExchangeComparison, ExchangePackage, ExchangePeer, PackageState, Record

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def pair(django_db_setup: None, django_db_blocker: Any, tmp_path: Path, policy: Policy) -> Iterator[Pair]:
    with django_db_blocker.unblock(), two_platforms(tmp_path, policy) as found:
        yield found


def deliver(pair: Pair, folder: Path, *numbers: int) -> None:
    """Rows of one file, sealed at the county."""
    with pair.at(pair.county) as county:
        rows = [penalty(number) for number in numbers]
        county.import_rows(write(folder, *rows, called=f"{numbers[0]}.csv"))
        seal_all(NOW)


def turn(pair: Pair, platform: Platform, *, now: Any = NOW) -> int:
    with pair.at(platform):
        return round_with(ExchangePeer.objects.get(), policy=platform.policy, now=now)


def ferry(pair: Pair, *, lose: str = "") -> list[str]:
    """Carry what either side laid out to the other; ``lose`` files of this beginning."""
    moved = []
    for here, there in ((pair.county, pair.city), (pair.city, pair.county)):
        with pair.at(here):
            out = folder_of(ExchangePeer.objects.get(), "out")
        with pair.at(there):
            into = folder_of(ExchangePeer.objects.get(), "in")
        for path in sorted(out.glob("*.json*")):
            if not (lose and path.name.startswith(lose)):
                (into / path.name).write_bytes(path.read_bytes())
                moved.append(path.name)
            path.unlink()
    return moved


@pytest.mark.row("M2-12")
def test_a_folder_carries_packages_up_and_receipts_down(pair: Pair, tmp_path: Path) -> None:
    deliver(pair, tmp_path, 1, 2)
    with pair.at(pair.county):
        assert something_to_do(now=NOW)
    turn(pair, pair.county)
    assert [name[:8] for name in ferry(pair)] == ["package-"]
    turn(pair, pair.city)
    with pair.at(pair.city):
        assert Record.objects.count() == 2
        assert list(folder_of(ExchangePeer.objects.get(), "in").glob("package-*")) == []
    assert [name[:8] for name in ferry(pair)] == ["receipt-"]
    turn(pair, pair.county)
    with pair.at(pair.county):
        assert ExchangePackage.objects.get().state == PackageState.RECEIVED
        assert not something_to_do(now=NOW + timedelta(days=2))


@pytest.mark.row("M2-12")
def test_a_receipt_lost_on_the_way_is_made_good_by_sending_again(pair: Pair, tmp_path: Path) -> None:
    deliver(pair, tmp_path, 1)
    turn(pair, pair.county)
    ferry(pair)
    turn(pair, pair.city)
    assert ferry(pair, lose="receipt-") == []
    turn(pair, pair.county, now=NOW + timedelta(minutes=1))
    assert ferry(pair) == []
    turn(pair, pair.county, now=LATER)
    ferry(pair)
    turn(pair, pair.city, now=LATER)
    ferry(pair)
    turn(pair, pair.county, now=LATER)
    with pair.at(pair.county):
        package = ExchangePackage.objects.get()
        assert (package.state, package.attempts) == (PackageState.RECEIVED, 2)
    with pair.at(pair.city):
        assert Record.objects.count() == 1


@pytest.mark.row("M2-12")
def test_a_package_lost_on_the_way_is_asked_for_again(pair: Pair, tmp_path: Path) -> None:
    deliver(pair, tmp_path, 1)
    turn(pair, pair.county)
    ferry(pair, lose="package-")
    deliver(pair, tmp_path, 2)
    with pair.at(pair.county):
        ExchangePackage.objects.update(next_at=NOW)
    turn(pair, pair.county)
    with pair.at(pair.county):
        (folder_of(ExchangePeer.objects.get(), "out") / _package(1)).unlink()
    ferry(pair)
    turn(pair, pair.city)
    with pair.at(pair.city):
        assert not Record.objects.exists()
    ferry(pair)
    turn(pair, pair.county)
    assert len(ferry(pair)) == 2
    turn(pair, pair.city)
    with pair.at(pair.city):
        assert Record.objects.count() == 2


def _package(number: int) -> str:
    return f"package-{ExchangePeer.objects.get().stream}-{number:08}.jsonl"


@pytest.mark.row("M2-12")
def test_a_file_that_is_no_package_harms_nothing(pair: Pair, tmp_path: Path) -> None:
    deliver(pair, tmp_path, 1)
    turn(pair, pair.county)
    ferry(pair)
    with pair.at(pair.city):
        into = folder_of(ExchangePeer.objects.get(), "in")
        (into / "package-x.jsonl").write_bytes(b"\xff\xfe")
        (into / "receipt-x.json").write_bytes(b"[]")
        (into / "holdings-x.json").write_bytes(b"{")
        (into / "other.txt").write_bytes(b"x")
    turn(pair, pair.city)
    with pair.at(pair.city):
        assert Record.objects.count() == 1
        told = json.loads((folder_of(ExchangePeer.objects.get(), "out") / "receipt-x.json").read_bytes())
        assert told["refused"] == "EX01"


@pytest.fixture
def online(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """The county calls the city's interface; the call is answered in this process."""
    with pair.at(pair.city) as city:
        key = issue_key(city.peer.public_id, actor=city.people.wang, now=NOW)

    def asked(peer: ExchangePeer, method: str, path: str, *, body: bytes | None = None) -> Any:
        with pair.at(pair.city):
            response = Client(enforce_csrf_checks=True).generic(
                method,
                path,
                body or b"",
                content_type="application/jsonl",
                headers={"Authorization": f"Bearer {key}"},
            )
        return peer_calls._read(response.status_code, response.content)

    monkeypatch.setattr(peer_calls, "_asked", asked)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with pair.at(pair.county):
        ExchangePeer.objects.update(transport="http", url="https://city.example", networks=["10.1.1.0/24"])
    return pair


@pytest.mark.row("M2-12")
@pytest.mark.row("M17-02")
def test_the_interface_takes_packages_and_tells_what_it_holds(online: Pair, tmp_path: Path) -> None:
    deliver(online, tmp_path, 1, 2)
    assert turn(online, online.county) == 2
    with online.at(online.county) as county:
        assert ExchangePackage.objects.get().state == PackageState.RECEIVED
        found = peer_calls.compare_now(ExchangePeer.objects.get(), actor=county.people.wang, now=NOW)
        assert (found.found, found.through) == ([], 1)
        assert ExchangeComparison.objects.count() == 1
    with online.at(online.city):
        assert Record.objects.count() == 2


@pytest.mark.row("M2-12")
def test_the_interface_refuses_what_does_not_follow(online: Pair, tmp_path: Path) -> None:
    deliver(online, tmp_path, 1)
    with online.at(online.county) as county:
        county.make()
        ExchangePackage.objects.update(state="received", receipt={}, next_at=None)
    deliver(online, tmp_path, 2)
    turn(online, online.county)
    with online.at(online.county):
        states = dict(ExchangePackage.objects.values_list("number", "trouble"))
        assert "缺少第 1 号" in states[2]
    turn(online, online.county)
    with online.at(online.city):
        assert Record.objects.count() == 2


@pytest.mark.row("M2-12")
def test_a_key_of_a_department_opens_no_exchange(pair: Pair, tmp_path: Path) -> None:
    from tests.interfaces.api_calls import caller

    with pair.at(pair.city) as city:
        other = caller(city.people, city.policy)
        response = other.get("/api/v1/exchange/holdings")
        assert (response.status_code, json.loads(response.content)["code"]) == (403, "EX15")


@pytest.mark.row("M2-12")
def test_a_package_whose_sender_is_gone_is_refused_as_cut_off() -> None:
    request = RequestFactory().post("/api/v1/exchange/packages", b"{}", "application/jsonl")
    request._stream = _Gone()
    assert code_of(exchange._body, request) == "EX26"


class _Gone:
    def read(self, *_: int) -> bytes:
        raise ConnectionResetError


@pytest.mark.row("M2-12")
def test_what_was_sent_again_says_no_more_than_stands(pair: Pair, tmp_path: Path) -> None:
    deliver(pair, tmp_path, 1)
    turn(pair, pair.county)
    ferry(pair)
    with pair.at(pair.county) as county:
        peer = ExchangePeer.objects.get()
        assert resend(peer.public_id, first=1, last=1, actor=county.people.wang, reason="对账", now=NOW) == [
            1
        ]
        with pytest.raises(Refusal):
            resend(peer.public_id, first=2, last=9, actor=county.people.wang, reason="对账", now=NOW)


class _Other(BaseHTTPRequestHandler):
    """The other platform's server: answers what a test laid down, and remembers what it was asked."""

    answer: tuple[int, bytes] = (200, b"{}")
    asked: ClassVar[list[tuple[str, str, str, bytes]]] = []

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        told = (self.command, self.path, self.headers.get("Authorization", ""), self.rfile.read(size))
        self.asked.append(told)
        status, content = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def other(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExchangePeer]:
    server = HTTPServer(("127.0.0.1", 0), _Other)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(_Other, "asked", [])
    keep_secret("yaoshi", "xh_key")
    yield ExchangePeer(
        url=f"http://127.0.0.1:{server.server_port}", networks=["127.0.0.1/32"], bearer="yaoshi"
    )
    server.shutdown()
    server.server_close()


@pytest.mark.row("M2-12")
def test_a_call_goes_to_the_declared_host_with_the_key(other: ExchangePeer) -> None:
    assert peer_calls._asked(other, "POST", "/api/v1/exchange/packages", body=b"x") == {}
    assert _Other.asked == [("POST", "/api/v1/exchange/packages", "Bearer xh_key", b"x")]
    other.networks = ["10.0.0.0/24"]
    with pytest.raises(Refusal) as caught:
        peer_calls._asked(other, "GET", "/")
    assert caught.value.code == "X03"
    assert len(_Other.asked) == 1


@pytest.mark.row("M2-12")
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((409, b'{"code": "EX03", "detail": "\\u7f3a"}'), "EX03"),
        ((500, b"<html>"), "EX24"),
        ((302, b"{}"), "EX24"),
        ((200, b"no json"), "EX24"),
    ],
)
def test_an_answer_that_is_no_receipt_is_said(
    other: ExchangePeer, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, bytes], code: str
) -> None:
    monkeypatch.setattr(_Other, "answer", answer)
    with pytest.raises(Refusal) as caught:
        peer_calls._asked(other, "GET", "/api/v1/exchange/holdings")
    assert caught.value.code == code


@pytest.mark.row("M2-12")
def test_a_host_that_does_not_answer_is_said(home: Path) -> None:
    silent = ExchangePeer(url="http://127.0.0.1:9", networks=["127.0.0.1/32"])
    with pytest.raises(Refusal) as caught:
        peer_calls._asked(silent, "GET", "/")
    assert caught.value.code == "X13"
