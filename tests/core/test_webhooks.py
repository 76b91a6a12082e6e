"""Messages to systems: where they may go, how they are signed, when they are tried again."""

import base64
import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.refusals import code_of

from examples.receive_webhooks import OLDEST_SECONDS, genuine
from xinheng.core.webhooks import (
    DEAD_AFTER,
    WAITS,
    is_dead,
    next_try,
    refuse_destination,
    refuse_url,
    secret_text,
    signatures,
)

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
OWN, BEFORE = b"a" * 32, b"b" * 32
INNER = ("10.8.0.0/16",)


def _headers(body: bytes, *secrets: bytes) -> dict[str, str]:
    signed = signatures(secrets, number="m1", at=NOW, body=body)
    return {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": signed,
    }


@pytest.mark.row("M10-02")
@given(st.binary(max_size=200))
def test_the_example_takes_what_was_signed_and_nothing_else(body: bytes) -> None:
    now, headers = NOW.timestamp(), _headers(body, OWN)
    assert genuine(headers, body, secret_text(OWN), now=now)
    assert not genuine(headers, body + b" ", secret_text(OWN), now=now)
    assert not genuine(headers, body, secret_text(BEFORE), now=now)
    assert not genuine(headers | {"webhook-id": "m2"}, body, secret_text(OWN), now=now)
    assert not genuine(headers, body, secret_text(OWN), now=now + OLDEST_SECONDS + 1)


def test_while_the_secret_is_changed_either_verifies() -> None:
    headers = _headers(b"{}", OWN, BEFORE)
    assert all(genuine(headers, b"{}", secret_text(one), now=NOW.timestamp()) for one in (OWN, BEFORE))


def test_a_signature_is_that_of_the_standard() -> None:
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signatures([secret], number="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/x", "ftp://example.com/", "https://", "https://me:word@example.com/"),
        *("https://me@example.com/", "https://example.com/#part", "https://例.com/", "https://exa mple.com/"),
        *("https://example.com:0/", "https://example.com:99999/", "example.com"),
    ],
)
def test_what_is_no_address_of_a_host_is_refused(url: str) -> None:
    assert code_of(lambda: refuse_url(url, networks=())) == "WH1"


@pytest.mark.row("M17-02")
@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.8.1.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *(
            "224.0.0.1",
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.8.1.1",
            "64:ff9b::a08:101",
        ),
        *("2002:a08:101::1", "198.18.0.1"),
    ],
)
def test_inner_addresses_are_never_reached_unless_configured(address: str) -> None:
    assert code_of(lambda: refuse_destination(address, scheme="https", networks=())) == "WH2"
    host = f"[{address}]" if ":" in address else address
    assert code_of(lambda: refuse_url(f"https://{host}/x", networks=())) == "WH2"


def test_a_configured_network_is_reached_also_in_clear_and_the_internet_by_tls_alone() -> None:
    refuse_url("http://10.8.1.1/x", networks=INNER)
    refuse_destination("10.8.1.1", scheme="http", networks=INNER)
    refuse_destination("8.8.8.8", scheme="https", networks=())
    assert code_of(lambda: refuse_destination("8.8.8.8", scheme="http", networks=INNER)) == "WH2"
    assert (
        code_of(lambda: refuse_destination("169.254.169.254", scheme="http", networks=("169.254.0.0/16",)))
        == "WH2"
    )


def test_waits_grow_and_an_address_dies_after_days_of_silence() -> None:
    waits = [next_try(tries, now=NOW) - NOW for tries in range(1, len(WAITS) + 5)]
    assert waits == sorted(waits) and waits[0] == timedelta(minutes=1) and waits[-1] == timedelta(hours=12)
    assert not is_dead(None, now=NOW)
    assert not is_dead(NOW - DEAD_AFTER + timedelta(seconds=1), now=NOW) and is_dead(
        NOW - DEAD_AFTER, now=NOW
    )


def test_the_guide_shows_the_example_as_it_runs() -> None:
    guide = (ROOT / "docs" / "how-to" / "receive-webhooks.md").read_text(encoding="utf-8")
    assert inspect.getsource(genuine) in guide
