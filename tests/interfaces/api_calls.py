"""Calls of the interface as a department's system makes them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from tests.people import NOW, TODAY, People
from tests.services.deliveries import HEADER, penalty

from xinheng.core.ids import uscc_check_character
from xinheng.core.policy import Policy
from xinheng.services.exchanges import issue_key
from xinheng.services.senders import KeyOrder, make_key
from xinheng.store.models import ExchangePeer, Organisation, SenderKey

FEED = "penalty-dual-publicity"
DELIVERIES = "/api/v1/deliveries"
AUTHORITY = "11410200MB1886843"


def record(number: int, **changes: str) -> dict[str, str]:
    sent = dict(zip(HEADER.split(","), penalty(number, **changes).split(","), strict=True))
    return sent | {"处罚机关统一社会信用代码": AUTHORITY + uscc_check_character(AUTHORITY)}


@dataclass
class Caller:
    """A system with a key. ``text`` may be changed to what is none."""

    key: SenderKey
    text: str
    address: str = "10.8.1.20"
    number: int = 0

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"} if self.text else {}

    def get(self, url: str) -> HttpResponse:
        return Client(enforce_csrf_checks=True).get(url, headers=self.headers(), REMOTE_ADDR=self.address)

    def send(self, url: str, body: dict[str, Any], idempotency: str = "") -> HttpResponse:
        """JSON to an address, as a call under a name where one is given."""
        named = {"Idempotency-Key": idempotency} if idempotency else {}
        return Client(enforce_csrf_checks=True, raise_request_exception=False).post(
            url,
            data=json.dumps(body),
            content_type="application/json",
            headers=self.headers() | named,
            REMOTE_ADDR=self.address,
        )

    def post(
        self,
        body: bytes,
        *,
        feed: str = FEED,
        kind: str = "application/json",
        idempotency: str | None = None,
        **extra: str,
    ) -> HttpResponse:
        self.number += 1
        number = f"number-{self.number:04}" if idempotency is None else idempotency
        headers = self.headers() | ({"Idempotency-Key": number} if number else {})
        return Client(enforce_csrf_checks=True, raise_request_exception=False).post(
            f"{DELIVERIES}?feed={feed}",
            data=body,
            content_type=kind,
            headers=headers,
            REMOTE_ADDR=self.address,
            **extra,
        )

    def push(self, *records: dict[str, Any], **options: Any) -> HttpResponse:
        return self.post(json.dumps({"records": records}, ensure_ascii=False).encode(), **options)


def caller(
    people: People,
    policy: Policy,
    *,
    organisation: Organisation | None = None,
    feeds: tuple[str, ...] = (FEED,),
    networks: tuple[str, ...] = (),
    per_minute: int = 600,
) -> Caller:
    order = KeyOrder(
        organisation=organisation or people.market,
        name="执法办案系统",
        feeds=feeds,
        networks=networks,
        expires_on=TODAY + timedelta(days=90),
        per_minute=per_minute,
    )
    return Caller(*make_key(order, actor=people.wang, policy=policy, now=NOW))


def peer_key(people: People, relation: str, *, name: str = "省信用平台", peer: str = "410000") -> str:
    """A key of a platform that stands in this relation to the city."""
    peer = ExchangePeer.objects.create(
        name=name,
        relation=relation,
        level="province",
        own_code="410200",
        peer_code=peer,
        organisation=people.city,
        transport="http",
        secret="s",
        receipt_hours=24,
        ground="协议",
        state="standing",
        proposed_by=people.wang,
        proposed_at=NOW,
        decided_by=people.zhao,
        decided_at=NOW,
        decided_reason="同意",
    )
    return issue_key(peer.public_id, actor=people.wang, now=NOW)


def post_json(path: str, body: dict[str, object], key: str) -> HttpResponse:
    return Client(enforce_csrf_checks=True, raise_request_exception=False).post(
        path,
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
        REMOTE_ADDR="10.8.1.20",
    )
