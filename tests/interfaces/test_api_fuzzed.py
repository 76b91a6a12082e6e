"""Whatever fits the document of the interface, or nearly does, is answered or refused: nothing sent to it breaks it.

The cases are made by schemathesis from the document itself: each operation, its parameters, headers and body, valid and not.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
import schemathesis
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from tests.interfaces.api_calls import caller, peer_key
from tests.people import People
from tests.services.sharers import reader

from xinheng.core.policy import Policy
from xinheng.interfaces.api.reference import document

pytestmark = [pytest.mark.usefixtures("office_clock", "uploads"), pytest.mark.row("M17-01")]


@schemathesis.serializer("application/jsonl")
def as_lines(_: Any, value: Any) -> bytes:
    """A package is lines of JSON; anything else is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
EXAMPLES = 12
UNHURRIED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def keys(people: People, policy: Policy) -> list[str]:
    """Of nobody, of a sending department, of a platform above, of a reading department."""
    return ["", caller(people, policy).text, peer_key(people, "above"), reader(people, policy)[2]]


def _sent(case: Any, key: str) -> HttpResponse:
    """As a program would send it, through the client of the tests: one transaction, one connection."""
    wanted = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    address = urlsplit(wanted.url or "")
    named = {"Authorization": f"Bearer {key}"} if key else {}
    return Client(raise_request_exception=False).generic(
        wanted.method or "GET",
        unquote(address.path, errors="surrogateescape"),
        wanted.body or b"",
        content_type=wanted.headers.pop("Content-Type", ""),
        QUERY_STRING=address.query,
        headers={**wanted.headers, **named},
    )


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_or_refuses_whatever_it_is_sent(
    label: str, mode: GenerationMode, keys: list[str]
) -> None:
    tried: list[int] = []

    @UNHURRIED
    @seed(1)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode), key=st.sampled_from(keys))
    def ask(case: Any, key: str) -> None:
        cache.clear()
        with transaction.atomic():
            answer = _sent(case, key)
            transaction.set_rollback(True)
        tried.append(answer.status_code)
        assert answer.status_code < 500, case.as_curl_command()
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", case.as_curl_command()

    ask()
    assert tried
