"""Decides what a system that registered an address is told, how a message is signed, where it may go and when it is tried again.

A message names numbers and nothing else: no enterprise, no ground, no word of what it was (legal guard G9). It is signed as
Standard Webhooks 1.0 says, so that whoever receives it verifies it with any library of that standard.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from xinheng.core.refusal import Refusal
from xinheng.core.senders import lies_in

DEAD_AFTER = timedelta(days=5)
"""From the first failure on: an address that took nothing for so long is given up."""
WAITS = (1, 5, 15, 60, 180, 360, 720)
"""Minutes until a message is tried again; the last one for every further try."""
ROTATION = timedelta(days=7)
"""How long messages also carry a signature by the secret before."""
EXPIRING_DAYS = 14
"""Days before the end of a key on which its system is told."""
MOST_IDS = 500
"""Numbers in one message; more go in further ones."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_SECRET = "whsec_"
_CARRIED = IPv6Network("64:ff9b::/96")
"""Addresses that stand for others behind a translator (RFC 6052)."""


class Kind(StrEnum):
    """What has happened. ``ENDED`` and ``AGAIN`` name checks, ``REPLACED`` reports, ``KEY`` the key itself."""

    ENDED = "check.ended"
    AGAIN = "check.again"
    REPLACED = "report.replaced"
    KEY = "key.changed"
    TEST = "test"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.ENDED: "核查答复中有内容已终止",
    Kind.AGAIN: "请重新核查",
    Kind.REPLACED: "采信的报告已有更新",
    Kind.KEY: "密钥有变化",
    Kind.TEST: "试发",
}


class KeyChange(StrEnum):
    """What befell a key."""

    REVOKED = "revoked"
    EXPIRING = "expiring"
    SECOND_PLACE = "second_place"


def refuse_url(url: str, *, networks: Sequence[str]) -> None:
    """Refusal WH1 for what is no https address of a host, or names an address that ``refuse_destination`` refuses."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unfit() from error
    plain = parts.hostname or ""
    if (
        parts.scheme not in ("https", "http")
        or port == 0
        or not (_HOST.fullmatch(plain) or _is_address(plain))
        or parts.username is not None
        or parts.password is not None
        or parts.fragment
        or not url.isascii()
        or any(sign.isspace() for sign in url)
    ):
        raise _unfit()
    if parts.scheme == "http" and not networks:
        raise _unfit()
    if _is_address(plain):
        refuse_destination(plain, scheme=parts.scheme, networks=networks)


def refuse_destination(address: str, *, scheme: str, networks: Sequence[str]) -> None:
    """What a host has resolved to. Refusal WH2: neither an address of the internet nor one that this installation was
    configured to reach; in clear only to a configured one."""
    found = ip_address(address.partition("%")[0])
    plain = found.ipv4_mapped if isinstance(found, IPv6Address) and found.ipv4_mapped else found
    allowed = lies_in(str(plain), networks) is not None
    never = plain.is_link_local or plain.is_multicast or plain.is_unspecified
    if never or not (allowed or (_is_of_the_internet(plain) and scheme == "https")):
        raise Refusal(
            "WH2",
            "回调地址不在允许的范围内，没有连接。",
            advice="请使用 https 的公网地址；政务外网内的地址，请信用办在配置中登记其网段（XINHENG_WEBHOOK_NETWORKS）。",
        )


def _is_of_the_internet(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.sixtofour or address.teredo or address in _CARRIED):
        return False
    return address.is_global


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unfit() -> Refusal:
    return Refusal(
        "WH1",
        "回调地址的写法不对。",
        advice="请写成 https://主机/路径，不含用户名、口令和 #；http 只在配置了内网网段时可用。",
    )


def secret_text(secret: bytes) -> str:
    """As the receiver is told it, once."""
    return _SECRET + base64.b64encode(secret).decode()


def signatures(secrets: Sequence[bytes], *, number: str, at: datetime, body: bytes) -> str:
    """The value of ``webhook-signature``: one signature a secret, over number, second and body."""
    signed = f"{number}.{int(at.timestamp())}.".encode() + body
    made = (hmac.new(one, signed, hashlib.sha256).digest() for one in secrets)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)


def next_try(attempts: int, *, now: datetime) -> datetime:
    """``attempts`` have failed so far."""
    return now + timedelta(minutes=WAITS[min(max(attempts, 1), len(WAITS)) - 1])


def is_dead(failing_since: datetime | None, *, now: datetime) -> bool:
    """Whether an address is given up."""
    return failing_since is not None and now - failing_since >= DEAD_AFTER
