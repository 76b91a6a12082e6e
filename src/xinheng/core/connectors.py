"""Decides from where a connector may fetch: only from the declared host, at a declared address, over TLS.

A name that leads elsewhere is refused whatever it resolves to, so that no declaration opens a way into the own network.
Serves GB/T 22239-2019 第三级 on boundaries and 《河南省社会信用条例》第十七条.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import unquote, urlsplit

from xinheng.core.refusal import Refusal
from xinheng.core.senders import is_everywhere, lies_in, parse_network

DATABASE, JSON, CSV = "database", "json", "csv"
_SCHEMES = {DATABASE: ("postgresql",), JSON: ("https", "http"), CSV: ("https", "http")}
_PORTS = {"postgresql": 5432, "https": 443, "http": 80}
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|[0-9a-fA-F:.]+")
SHORTEST, LONGEST = 5, 7 * 24 * 60
"""Minutes between two fetches."""
MOST_ROWS, MOST_SECONDS = 500_000, 600


@dataclass(frozen=True, slots=True)
class Source:
    """Where a connector leads. ``path`` is the path with its query, or the name of the database."""

    scheme: str
    host: str
    port: int
    user: str
    path: str


def parse_source(url: str, kind: str) -> Source:
    """Refusal X01 for an address of another kind, one without a host, or one that holds a password."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _unfit(kind) from error
    if parts.scheme not in _SCHEMES[kind] or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise _unfit(kind)
    if parts.password or (kind != DATABASE and parts.username):
        raise Refusal("X01", "地址中不能写口令。", advice="口令或令牌登记在密文文件中，这里只写它的名称。")
    database = unquote(parts.path.lstrip("/"))
    if kind == DATABASE and (not parts.username or not database or "/" in database or parts.query):
        raise _unfit(kind)
    query = f"?{parts.query}" if parts.query else ""
    return Source(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        path=database if kind == DATABASE else (parts.path or "/") + query,
    )


def _unfit(kind: str) -> Refusal:
    form = "postgresql://用户名@主机:5432/数据库名" if kind == DATABASE else "https://主机/路径"
    return Refusal("X01", "来源地址的写法不对。", advice=f"请写成 {form}。")


def parse_networks(written: Sequence[str]) -> list[str]:
    """Refusal X02 without any, or with one that is too wide to declare anything."""
    networks = sorted({parse_network(one) for one in written if one.strip()})
    if not networks or any(is_everywhere(one) for one in networks):
        raise Refusal(
            "X02",
            "没有声明来源的网络地址，或者网段过大。",
            advice="请填写来源主机的地址或所在网段，每行一个；连接时只允许这些地址。",
        )
    return networks


def refuse_address(address: str, *, source: Source, networks: Sequence[str]) -> None:
    """Refusal X03 for an address that is not declared, or never to be reached; X04 in clear over a network."""
    found = ip_address(address.partition("%")[0])
    plain = found.ipv4_mapped if isinstance(found, IPv6Address) and found.ipv4_mapped else found
    never = plain.is_link_local or plain.is_multicast or plain.is_unspecified
    if never or lies_in(str(plain), networks) is None:
        raise Refusal(
            "X03",
            f"主机 {source.host} 的地址不在声明的范围内，没有连接。",
            advice="核对来源主机；确有变动的，请停用这个连接器，按新地址重新登记。",
        )
    if source.scheme == "http" and not plain.is_loopback:
        raise Refusal("X04", "来源没有使用加密连接（https），没有连接。", advice="请来源单位启用 https。")


def changed_columns(known: Sequence[str], found: Sequence[str]) -> str:
    """What has changed, as a sentence; empty where the same columns came, or none were known."""
    if not known or set(known) == set(found):
        return ""
    return _told(_missing(known, found), _missing(found, known))


def changed_fields(
    known: Sequence[str], found: Sequence[str], *, read: Collection[str], required: Collection[str]
) -> str:
    """As ``changed_columns`` for records in which a field without a value may be left out.

    Only fields that are ``read`` may have changed: where a ``required`` one is gone, or any of them while a new name
    came, which may be its new one.
    """
    gone = [name for name in _missing(known, found) if name in read]
    new = _missing(found, known)
    return _told(gone, new) if known and gone and (new or set(gone) & set(required)) else ""


def _missing(names: Sequence[str], among: Sequence[str]) -> list[str]:
    return [name for name in names if name not in among]


def _told(gone: Sequence[str], new: Sequence[str]) -> str:
    parts = [f"少了“{'、'.join(gone)}”" if gone else "", f"多了“{'、'.join(new)}”" if new else ""]
    return f"来源的列变了：{'，'.join(part for part in parts if part)}。"


def is_later(one: str, other: str) -> bool:
    """Whether the value of a cursor comes after another: whole numbers by size, all else by its text."""
    if one.isdecimal() and other.isdecimal():
        return int(one) > int(other)
    return one > other
