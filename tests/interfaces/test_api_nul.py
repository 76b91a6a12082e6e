"""What a system sends and no database can hold, or what is no JSON, is refused with a problem document, on every operation of the interface."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from tests.interfaces.api_calls import caller, peer_key
from tests.people import People
from tests.services.deliveries import code
from tests.services.sharers import reader

from xinheng.core.policy import Policy
from xinheng.interfaces.api.reference import document

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("X-12")]
NUL = "甲\x00乙"
_CHECK = {"purpose": "permit", "occasion": "licensing", "reference": "SP-1"}
TEXTS: dict[str, dict[str, Any]] = {
    "/api/v1/checks": {**_CHECK, "code": code(1)},
    "/api/v1/checks/batch": {**_CHECK, "codes": [code(1)]},
    "/api/v1/checks/{check}/decision": {"outcome": "unaffected", "reason": "无影响", "by": "01号"},
    "/api/v1/deliveries": {"records": [{"行政相对人名称": NUL}]},
    "/api/v1/exchange/packages": {"package": NUL},
    "/api/v1/leads": {
        "external": "SB-1",
        "code": code(1),
        "device": "iot",
        "what": "冷库温度持续偏高",
        "observed_at": "2026-11-20T01:00:00Z",
    },
    "/api/v1/objections": {
        "external": "SYY-1",
        "code": code(1),
        "document_no": "汴市监罚〔2026〕1号",
        "wrong": "写错了",
        "wanted": "撤回",
    },
    "/api/v1/webhooks": {"url": "https://tender.example.com/x"},
    "/api/v1/webhooks/{webhook}/secret": {},
    "/api/v1/webhooks/{webhook}/test": {},
    "/api/v1/repairs/applications": {
        "source": "province",
        "external": "GS-1",
        "code": code(1),
        "document_no": "汴市监罚〔2026〕1号",
        "lodged_on": "2026-11-19",
        "pushed_on": "2026-11-20",
        "duty_done": "缴款书",
    },
    "/api/v1/repairs/results": {
        "source": "province",
        "external": "GS-1",
        "code": code(1),
        "document_no": "汴市监罚〔2026〕1号",
        "outcome": "repaired",
        "decided_on": "2026-11-20",
    },
}
"""A body of each operation that takes one."""


def _operations(method: str) -> list[tuple[str, dict[str, Any]]]:
    return [(path, one[method]) for path, one in document()["paths"].items() if method in one]


def _bodies(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**body, "more": {"deep": [NUL]}}
    for name, value in body.items():
        if isinstance(value, str):
            yield {**body, name: value + "\x00"}
            yield {**body, name: value[:-1] + "\ud800"}


@pytest.fixture
def keys(people: People, policy: Policy) -> list[str]:
    """Of a sending department, of a platform above, of a reading department."""
    return [caller(people, policy).text, peer_key(people, "above"), reader(people, policy)[2]]


def _fine(answer: HttpResponseBase) -> bool:
    """Refused in the way of the interface, or taken; never broken."""
    kind = answer.headers["Content-Type"]
    return answer.status_code < 400 or (answer.status_code < 500 and kind == "application/problem+json")


def test_every_operation_that_takes_a_body_is_tried() -> None:
    assert {path for method in ("post", "put", "patch") for path, _ in _operations(method)} == set(TEXTS)


@pytest.mark.parametrize("path", TEXTS)
def test_a_nul_in_a_body_is_refused_and_breaks_nothing(path: str, keys: list[str]) -> None:
    for number, body in enumerate(_bodies(TEXTS[path])):
        for key in keys:
            answer = Client(raise_request_exception=False).post(
                f"{path}?feed=penalty-dual-publicity",
                data=json.dumps(body),
                content_type="application/json",
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"number-{number:04}"},
            )
            assert 400 <= answer.status_code < 500, (body, answer.content)
            assert answer.headers["Content-Type"] == "application/problem+json", answer.content


def test_a_nul_in_a_text_is_named_and_says_what_to_do(keys: list[str]) -> None:
    body = TEXTS["/api/v1/objections"] | {"wrong": NUL}
    answer = Client().post(
        "/api/v1/objections",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {keys[1]}"},
    )
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "W05")
    assert "NUL" in told["detail"]
    assert told["advice"]


@pytest.mark.parametrize(
    ("body", "status", "code_"),
    [
        (b"{", 400, "K27"),
        (b"\xff", 400, "K27"),
        (b"[" * 100_000, 400, "K27"),
        (b"7", 400, "K25"),
        (b'"' + b"x" * 3_000_000 + b'"', 413, "K22"),
    ],
    ids=["cut off", "no UTF-8", "deep", "a number", "large"],
)
def test_what_is_no_json_is_refused_in_chinese(body: bytes, status: int, code_: str, keys: list[str]) -> None:
    answer = Client(raise_request_exception=False).post(
        "/api/v1/objections",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {keys[1]}"},
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code_


def test_a_nul_in_an_address_breaks_nothing(keys: list[str]) -> None:
    for path, operation in _operations("get"):
        named = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        plain = re.sub(r"\{\w+\}", "a", path)
        asked = [re.sub(r"\{\w+\}", "a%00b", path), *(f"{plain}?{name}=a%00b" for name in named)]
        for address in asked:
            for key in keys:
                answer = Client(raise_request_exception=False).get(
                    address, headers={"Authorization": f"Bearer {key}"}
                )
                assert _fine(answer), (address, answer.status_code, answer.content)
