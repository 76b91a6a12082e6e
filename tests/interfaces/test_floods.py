"""Floods from one place are refused with the time to come back, and nobody else notices."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from structlog.testing import CapturingLogger

from xinheng.interfaces.office.sign_in import AccountAdapter
from xinheng.interfaces.web import floods, middleware
from xinheng.interfaces.web.callers import place_of
from xinheng.interfaces.web.floods import Minute

NEAR, FAR = "203.0.113.9", "198.51.100.1"


@pytest.fixture(autouse=True)
def _few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within one minute."""
    settings.REQUESTS_A_MINUTE, settings.FORMS_A_MINUTE = 3, 2
    monkeypatch.setattr(floods, "minute_now", lambda: 7)


def _asked(client: Client, times: int, **sent: Any) -> list[HttpResponse]:
    return [client.get("/robots.txt", **sent) for _ in range(times)]


def test_one_place_is_slowed_down_and_another_is_served(client: Client) -> None:
    *served, refused = _asked(client, 4, REMOTE_ADDR=NEAR)
    assert [answer.status_code for answer in served] == [200] * 3
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "请等几分钟再试" in refused.content.decode()
    assert NEAR not in refused.content.decode()
    assert client.get("/robots.txt", REMOTE_ADDR=FAR).status_code == 200
    assert client.get("/health", REMOTE_ADDR=NEAR).status_code == 200


def test_the_next_minute_begins_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _asked(client, 4, REMOTE_ADDR=NEAR)[-1].status_code == 429
    monkeypatch.setattr(floods, "minute_now", lambda: 8)
    assert client.get("/robots.txt", REMOTE_ADDR=NEAR).status_code == 200


def test_forms_have_a_lower_limit(client: Client) -> None:
    answers = [client.post("/robots.txt", REMOTE_ADDR=NEAR).status_code for _ in range(3)]
    assert answers == [405, 405, 429]


def test_behind_a_proxy_the_address_that_the_proxy_added_counts(client: Client, settings: Any) -> None:
    settings.SECURE_BEHIND_TLS = True
    sent = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": f"{FAR}, {NEAR}"}
    assert _asked(client, 4, **sent)[-1].status_code == 429
    assert client.get("/robots.txt", **(sent | {"HTTP_X_FORWARDED_FOR": FAR})).status_code == 200


def test_whoever_comes_past_the_declared_proxy_neither_evades_nor_blames(
    client: Client, settings: Any
) -> None:
    settings.SECURE_BEHIND_TLS, settings.PROXIES = True, ("10.8.0.2/32",)
    told = [f"{FAR}, 127.0.0.1", FAR, "192.0.2.1", "::1"]
    answers = [client.get("/robots.txt", REMOTE_ADDR=NEAR, HTTP_X_FORWARDED_FOR=one) for one in told]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    behind = {"REMOTE_ADDR": "10.8.0.2", "HTTP_X_FORWARDED_FOR": f"{NEAR}, {FAR}"}
    assert client.get("/robots.txt", **behind).status_code == 200
    request = RequestFactory().get("/", **behind)
    assert AccountAdapter().get_client_ip(request) == FAR


def test_a_flood_writes_a_bounded_number_of_lines(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = CapturingLogger()
    monkeypatch.setattr(middleware, "log", lines)
    monkeypatch.setattr(floods, "log", lines)
    monkeypatch.setattr(middleware, "MOST_REFUSED", 2)
    monkeypatch.setattr(middleware, "minute_now", lambda: 7)
    answers = _asked(client, 20, REMOTE_ADDR=NEAR)
    assert [one.status_code for one in answers].count(429) == 17
    assert [one.args[0] for one in lines.calls].count("flood") == 1
    assert [one.kwargs.get("status") for one in lines.calls].count(429) == 2


def test_this_machine_is_not_counted(client: Client) -> None:
    assert {answer.status_code for answer in _asked(client, 9)} == {200}


def test_a_place_is_an_address_or_the_network_that_one_connection_has() -> None:
    assert place_of(NEAR) == place_of(f"::ffff:{NEAR}") == NEAR
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff:2") != place_of("2001:db8:0:1::1")
    assert place_of("127.0.0.8") is place_of("::1") is None
    assert place_of("") == "unknown"


def test_places_without_number_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "MOST_PLACES", 2)
    minute = Minute()
    assert [minute.count(place, minute=1) for place in ("a", "b", "c", "d", "a")] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("length", [str(3 * 2**20), "9" * 30, "-1", "many"])
def test_a_body_that_no_page_asked_for_is_refused_unread(client: Client, length: str) -> None:
    class Unread:
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    sent: dict[str, Any] = {"CONTENT_LENGTH": length, "wsgi.input": Unread()}
    answer = client.generic("POST", "/cases", content_type="multipart/form-data; boundary=x", **sent)
    assert answer.status_code == 413
    assert "W06" in answer.content.decode()
