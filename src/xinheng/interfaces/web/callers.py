"""From which address a request comes, and what counts as one place."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from xinheng.core.senders import lies_in

_V6_PLACE = 64


def address_of(request: HttpRequest) -> str:
    """Behind a proxy the address that the proxy adds last; a caller cannot choose it. Where the proxies are declared, what
    others say of themselves is not heard."""
    near = str(request.META.get("REMOTE_ADDR") or "")
    if settings.SECURE_BEHIND_TLS and (not settings.PROXIES or lies_in(near, settings.PROXIES)):
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if told:
            return told
    return near


def place_of(address: str) -> str | None:
    """The address, of IPv6 its /64, which one connection may use as it likes; None for this machine itself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        if mapped is None:
            wide = ip_network(f"{found}/{_V6_PLACE}", strict=False)
            return None if found.is_loopback else str(wide)
        found = mapped
    return None if found.is_loopback else str(found)
