"""Every operation asks for a key, and is tried without one, with a wrong, an expired, a revoked one, and from elsewhere."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from tests.interfaces.api_calls import Caller, caller
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.api import urls
from xinheng.interfaces.api.keys import KeyBearer
from xinheng.interfaces.api.problems import refused
from xinheng.interfaces.api.schemas import ProblemDocument
from xinheng.services.senders import revoke_key
from xinheng.store.models import LedgerEvent, SenderKey, SenderPlace

OPEN = {"reference", "openapi", "nowhere"}
"""Addresses without an operation: the description, and what is nowhere."""
POSTED = {
    "package": "application/jsonl",
    "push_application": "application/json",
    "push_result": "application/json",
    "push_objection": "application/json",
    "push_lead": "application/json",
    **dict.fromkeys(("check_one", "check_many", "check_decided"), "application/json"),
    **dict.fromkeys(("register_webhook", "rotate_webhook", "try_webhook"), "application/json"),
}
"""Operations that are posted to, beside deliveries, with the kind of body."""


@pytest.fixture
def system(people: People, policy: Policy, home: Path, uploads: Path, office_clock: None) -> Caller:
    return caller(people, policy)


def _routes() -> list[URLPattern]:
    return [route for route in urls.urlpatterns if route.name not in OPEN]


def _url(route: URLPattern) -> str:
    return reverse(f"api:{route.name}", kwargs=dict.fromkeys(route.pattern.converters, "a" * 16))


def _called(system: Caller, route: URLPattern) -> HttpResponse:
    if kind := POSTED.get(str(route.name)):
        sent = {"headers": system.headers(), "REMOTE_ADDR": system.address}
        return Client(enforce_csrf_checks=True).post(_url(route), b"{}", kind, **sent)
    if route.name == "remove_webhook":
        return Client().delete(_url(route), headers=system.headers(), REMOTE_ADDR=system.address)
    return system.push({"a": "b"}) if route.name == "deliver" else system.get(_url(route))


def _said(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    said = ProblemDocument.model_validate_json(response.content)
    assert said.detail
    assert said.advice
    assert said.status == response.status_code
    return response.status_code, said.code


def test_a_no_names_its_clause_and_everything_else_that_is_refused() -> None:
    request, first = (
        RequestFactory().get("/api/v1/checks"),
        Refusal("K05", "甲。", citation="《办法》第一条", advice="乙。"),
    )
    assert not {"citation", "others"} & set(
        json.loads(refused(request, Refusal("K05", "甲。", advice="乙。")).content)
    )
    first.others = (Refusal("K07", "丙。", advice="丁。"),)
    said = ProblemDocument.model_validate_json(refused(request, first).content)
    assert said.citation == "《办法》第一条"
    assert [(one.code, one.detail, one.advice, one.citation) for one in said.others or ()] == [
        ("K07", "丙。", "丁。", None)
    ]


def _other(text: str) -> str:
    """A key that differs in one sign."""
    middle = len(text) // 2
    return text[:middle] + ("B" if text[middle] == "A" else "A") + text[middle + 1 :]


def test_every_operation_asks_for_a_key() -> None:
    named = set()
    for _, router in urls.api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                callbacks = operation.auth_callbacks or urls.api.auth
                assert [type(one) for one in callbacks] == [KeyBearer]
                named.add(operation.view_func.__name__)
    assert named == {route.name for route in _routes()}


def test_guessing_keys_is_answered_with_waiting_and_does_not_shut_out_the_right_one(
    system: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.interfaces.api.keys.MOST_WRONG", 3)
    monkeypatch.setattr("xinheng.interfaces.api.keys.minute_now", lambda: 7)
    right, system.address = system.text, "198.51.100.77"
    system.text = _other(right)
    assert [_said(system.get("/api/v1/feeds")) for _ in range(5)] == [(401, "K02")] * 3 + [(429, "K28")] * 2
    assert 0 < int(system.get("/api/v1/feeds").headers["Retry-After"]) <= 60
    system.text = right
    assert system.get("/api/v1/feeds").status_code == 200


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("route", _routes(), ids=lambda route: str(route.name))
def test_an_operation_is_closed_to_whoever_has_no_key_that_stands(
    route: URLPattern, system: Caller, people: People
) -> None:
    text = system.text
    for wrong in ("", "abc", _other(text), text.upper()):
        system.text = wrong
        response = _called(system, route)
        assert _said(response) == (401, "K02")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    system.text = text
    SenderKey.objects.update(expires_on=TODAY - timedelta(days=1))
    assert _said(_called(system, route)) == (401, "K04")
    SenderKey.objects.update(expires_on=TODAY)
    revoke_key(system.key.public_id, actor=people.wang, reason="更换", now=NOW)
    assert _said(_called(system, route)) == (401, "K03")


@pytest.mark.parametrize("route", _routes(), ids=lambda route: str(route.name))
def test_an_operation_is_closed_outside_the_declared_networks(
    route: URLPattern, people: People, policy: Policy, home: Path, uploads: Path, office_clock: None
) -> None:
    system = caller(people, policy, networks=("10.8.1.0/24",))
    system.address = "203.0.113.9"
    assert _said(_called(system, route)) == (403, "K05")
    assert SenderPlace.objects.get().refused


@pytest.mark.parametrize("route", _routes(), ids=lambda route: str(route.name))
def test_an_operation_is_closed_for_the_rest_of_the_minute(
    route: URLPattern, people: People, policy: Policy, home: Path, uploads: Path, office_clock: None
) -> None:
    system = caller(people, policy, per_minute=1)
    assert _called(system, route).status_code != 429
    response = _called(system, route)
    assert _said(response) == (429, "K06")
    assert 0 < int(response.headers["Retry-After"]) <= 60


def test_a_caller_cannot_choose_its_address(system: Caller, settings: object) -> None:
    url = reverse("api:feeds")
    told = {"X-Forwarded-For": "192.0.2.77"}
    Client().get(url, headers=system.headers() | told, REMOTE_ADDR="10.8.1.20")
    assert SenderPlace.objects.get().place == "10.8.1.0/24"
    settings.SECURE_BEHIND_TLS = True  # type: ignore[attr-defined]
    told = {"X-Forwarded-For": "198.51.100.1, 192.0.2.77"}
    Client().get(url, headers=system.headers() | told, REMOTE_ADDR="10.8.1.20")
    assert set(SenderPlace.objects.values_list("place", flat=True)) == {"10.8.1.0/24", "192.0.2.0/24"}


def test_signing_in_opens_no_operation(people: People, office_clock: None) -> None:
    client = Client()
    client.force_login(people.wang)
    assert _said(client.get(reverse("api:feeds"))) == (401, "K02")


def test_strangers_leave_nothing_in_the_ledger(system: Caller) -> None:
    before = LedgerEvent.objects.count()
    system.text = "abc"
    for route in _routes():
        _called(system, route)
    assert LedgerEvent.objects.count() == before


@pytest.mark.parametrize(
    ("method", "url", "status", "code"),
    [
        ("get", "/api/v1/deliveries", 405, "405"),
        ("delete", "/api/v1/feeds", 405, "405"),
        ("get", "/api/v1/nothing", 404, "404"),
        ("post", "/api/v1/deliveries/aaaa/more", 404, "404"),
    ],
)
def test_an_address_that_is_no_operation_is_answered_in_the_same_form(
    db: None, method: str, url: str, status: int, code: str
) -> None:
    response = Client(enforce_csrf_checks=True).generic(method.upper(), url)
    assert _said(response) == (status, code)


def test_the_database_out_of_reach_is_said_with_a_time_to_come_back(
    system: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("lock timeout")

    monkeypatch.setattr("xinheng.interfaces.api.deliveries.take", locked)
    response = system.push({"a": "b"})
    assert _said(response) == (503, "503")
    assert response.headers["Retry-After"] == "10"


def test_a_defect_of_ours_is_said_without_its_cause(system: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("内部细节")

    monkeypatch.setattr("xinheng.interfaces.api.deliveries.take", broken)
    response = system.push({"a": "b"})
    assert _said(response) == (500, "500")
    assert "内部细节" not in response.content.decode()
