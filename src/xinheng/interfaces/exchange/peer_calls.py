"""Calls the interface of another platform: packages go, receipts and holdings come back. Only the declared host at a
declared address is called, over TLS, within a time limit; redirects are not followed."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog

from xinheng.core.connectors import JSON, Source, parse_source
from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange.calls import connected
from xinheng.services.exchanges_content import pieces
from xinheng.services.exchanges_holdings import compare
from xinheng.services.exchanges_sending import (
    due_packages,
    note_failed,
    note_sent,
    resend_from,
    take_receipt,
)
from xinheng.store.accounts import User
from xinheng.store.connectors import secret_named
from xinheng.store.exchanges import ExchangeComparison, ExchangePeer

log = structlog.get_logger()
SECONDS = 120
MOST_BYTES = 64 * 1024 * 1024
PACKAGES, HOLDINGS = "/api/v1/exchange/packages", "/api/v1/exchange/holdings"
MOST_BLOCKS = 20
"""Blocks of which a comparison fetches the lines."""


def send_due(peer: ExchangePeer, *, now: datetime) -> int:
    """Send what is due in order and keep the receipts; the first that fails stops the others. Returns how many went."""
    count = 0
    for row in due_packages(peer, now=now):
        try:
            told = _asked(peer, "POST", PACKAGES, body=b"".join(pieces(row)))
        except Refusal as refusal:
            note_failed(row, refusal, now=now)
            if refusal.code == "EX03" and row.number > 1:
                resend_from(peer, _lacking(refusal, row.number), now=now)
            log.warning("exchange_not_sent", number=row.number, code=refusal.code)
            break
        note_sent(row, now=now)
        take_receipt(told, peer=peer, now=now)
        count += 1
    return count


def _lacking(refusal: Refusal, number: int) -> int:
    """The first number that the other side named as missing."""
    digits = "".join(sign if sign.isdecimal() else " " for sign in refusal.message).split()
    return min(int(digits[0]), number) if digits else number


def compare_now(peer: ExchangePeer, *, actor: User | None, now: datetime) -> ExchangeComparison:
    """Ask what the other side holds, of blocks that differ with their lines."""
    found = compare(peer, _asked(peer, "GET", HOLDINGS), actor=actor, now=now)
    silent = [one for one in found.found if not one["listed"]][:MOST_BLOCKS]
    if not silent:
        return found
    first, last = min(one["first"] for one in silent), max(one["last"] for one in silent)
    told = _asked(peer, "GET", f"{HOLDINGS}?first={first}&last={last}")
    return compare(peer, told, actor=actor, now=now)


def _asked(peer: ExchangePeer, method: str, path: str, *, body: bytes | None = None) -> Any:
    """The answer as JSON. Refusal X… where nothing came, with the code of the other side where it refused."""
    source = parse_source(peer.url, JSON)
    bearer = secret_named(peer.bearer) if peer.bearer else None
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if body is not None:
        headers["Content-Type"] = "application/jsonl"
    with _connected(peer, source) as connection:
        connection.request(method, f"{source.path.rstrip('/')}{path}", body=body, headers=headers)
        response = connection.getresponse()
        content = response.read(MOST_BYTES)
    return _read(response.status, content)


@contextmanager
def _connected(peer: ExchangePeer, source: Source) -> Iterator[http.client.HTTPConnection]:
    try:
        with connected(source, tuple(peer.networks), seconds=SECONDS) as connection:
            yield connection
    except http.client.HTTPException as error:
        raise _unreadable() from error


def _read(status: int, content: bytes) -> Any:
    try:
        told = json.loads(content)
    except ValueError as error:
        raise _unreadable() from error
    if status >= 400 and isinstance(told, dict):
        raise Refusal(
            str(told.get("code", "EX24"))[:8],
            f"对方没有收下：{str(told.get('detail', status))[:200]}",
            advice=str(told.get("advice", ""))[:200],
        )
    if status not in (200, 201):
        raise _unreadable()
    return told


def _unreadable() -> Refusal:
    return Refusal("EX24", "对方的回答读不出来。", advice="请核对地址；到点会再发。")
