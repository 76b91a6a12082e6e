"""Decides on the key of a department's system: its form, whether it stands, from where it may be used, and what is one place.

A key is a prefix by which it is found and 256 random bits of which only the digest is kept. Serves
《河南省社会信用条例》第十七条 (the supplier answers for what it delivers) and GB/T 22239-2019 第三级 on identification.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from xinheng.core.refusal import Refusal

_FORM = re.compile(r"xh_([a-z2-7]{10})_([A-Za-z0-9_-]{43})")
_V4_PLACE, _V6_PLACE = 24, 64


@dataclass(frozen=True, slots=True)
class Key:
    """``secret`` is 43 characters of base64url: 32 random bytes."""

    prefix: str
    secret: str

    def text(self) -> str:
        return f"xh_{self.prefix}_{self.secret}"

    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.secret.encode()).hexdigest()}"

    def is_of(self, digest: str) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self.digest(), digest)


def parse_key(text: str) -> Key | None:
    """The key as a caller sends it; None where it has not the form of one."""
    found = _FORM.fullmatch(text)
    return Key(found[1], found[2]) if found else None


def parse_network(text: str) -> str:
    """An address or a network in its usual form; Refusal K01."""
    try:
        return str(ip_network(text.strip()))
    except ValueError as error:
        raise Refusal(
            "K01",
            f"“{text.strip()[:60]}”不是网络地址。",
            advice="请填写一个地址（如 10.8.1.20）或一个网段（如 10.8.1.0/24），每行一个。",
        ) from error


def lies_in(address: str, networks: Iterable[str]) -> str | None:
    """The first of ``networks`` that holds the address."""
    found = _address(address)
    if found is None:
        return None
    return next((one for one in networks if found in ip_network(one)), None)


def place_of(address: str, networks: Iterable[str]) -> str:
    """What counts as one place: a declared network, else the /24 (IPv6: /64) of the address."""
    declared = lies_in(address, networks)
    if declared is not None:
        return declared
    found = _address(address)
    if found is None:
        return "unknown"
    width = _V6_PLACE if isinstance(found, IPv6Address) else _V4_PLACE
    return str(ip_network(f"{found}/{width}", strict=False))


def plain_address(text: str) -> str | None:
    """The address as a network is compared with it; None for what is no address."""
    found = _address(text)
    return str(found) if found else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def is_everywhere(network: str) -> bool:
    """Whether a network is so wide that naming it restricts nothing."""
    found = ip_network(network)
    return found.prefixlen < (32 if isinstance(found, IPv6Network) else 8)


def refuse_fallen(*, expires_on: date, revoked_at: datetime | None, today: date) -> None:
    """Refusal K03 for a revoked key, K04 after its last day."""
    if revoked_at is not None:
        raise Refusal("K03", "这个报送密钥已经停用。", advice="请联系信用办办理新的密钥。")
    if today > expires_on:
        raise Refusal(
            "K04",
            f"这个报送密钥已于 {expires_on} 到期。",
            advice="请联系信用办办理新的密钥，再重发这次报送。",
        )
