"""What the platform above or below calls: it brings packages and takes receipts, and asks what is held of its records."""

from typing import Any

from django.http import Http404, HttpRequest, UnreadablePostError
from django.utils import timezone
from ninja import Router
from ninja.params.functions import Query

from xinheng.core.exchange_package import MOST_LINES
from xinheng.core.refusal import Refusal
from xinheng.interfaces.api.keys import key_of
from xinheng.services.exchanges import peer_of_key
from xinheng.services.exchanges_holdings import statement
from xinheng.services.exchanges_in import receive
from xinheng.services.policies import policy_in_force
from xinheng.services.time import day_of
from xinheng.store.exchanges import ExchangePeer, Way

router = Router(tags=["上下级交换"])
MIB = 1024 * 1024
MOST_BYTES = 64 * MIB
POSTED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"交换包（JSON 行，不超过 {MOST_BYTES // MIB} MiB、{MOST_LINES} 行），须有 Content-Length",
        "content": {"application/jsonl": {"schema": {"type": "string"}}},
    }
}


@router.post("/packages", summary="送来一个交换包，取得回执", openapi_extra=POSTED)
def package(request: HttpRequest) -> dict[str, Any]:
    """同一个包重复送来，得到同样的回执；缺号（EX03）、被改动（EX02）的整包不收。"""
    peer = _peer(request)
    rows = _body(request).splitlines(keepends=True)
    now = timezone.now()
    return receive(rows, policy=policy_in_force(on=day_of(now)), now=now, peer=peer)


@router.get("/packages/{number}/receipt", summary="再取一次回执")
def receipt(request: HttpRequest, number: int) -> dict[str, Any]:
    """回执在路上丢失时使用。"""
    found = _peer(request).packages.filter(way=Way.IN, number=number).first()
    if found is None or found.receipt is None:
        raise Http404
    return dict(found.receipt)


@router.get("/holdings", summary="对账单：本平台收下了什么")
def holdings(
    request: HttpRequest,
    first: int | None = Query(None, ge=1, description="逐条列出的起始行号"),
    last: int | None = Query(None, ge=1, description="逐条列出的截止行号"),
) -> dict[str, Any]:
    """按信息项和区间给出数量和摘要；给出起止行号的，逐条列出这一段。"""
    return statement(_peer(request), now=timezone.now(), first=first, last=last)


def _peer(request: HttpRequest) -> ExchangePeer:
    """The platform whose key calls; Refusal EX15 for a key of a department's system."""
    return peer_of_key(key_of(request))


def _body(request: HttpRequest) -> bytes:
    told = str(request.META.get("CONTENT_LENGTH") or "")
    if not told.isdecimal() or not 0 < int(told) <= MOST_BYTES:
        raise Refusal(
            "EX25",
            f"没有注明大小，没有内容，或者超过 {MOST_BYTES // MIB} MiB。",
            advice="请带上 Content-Length，一次只送一个交换包。",
        )
    try:
        body = request.read(int(told))
    except UnreadablePostError:
        body = b""
    if len(body) != int(told):
        raise Refusal("EX26", "内容在中途断开，没有收下。", advice="请重发这个交换包。")
    return body
