"""Deliveries by key: taken, looked up, and what was sent back of them."""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router
from ninja.params.functions import Query
from ninja.responses import Status

from xinheng.interfaces.api.bodies import Body, received
from xinheng.interfaces.api.keys import key_of
from xinheng.interfaces.api.parsing import call_name
from xinheng.interfaces.api.problems import problem
from xinheng.interfaces.api.reference import POSTED
from xinheng.interfaces.api.schemas import (
    Delivery,
    DeliveryShown,
    ProblemDocument,
    ReceiptOf,
    RowPage,
    RowShown,
)
from xinheng.services.batches import receipt_of
from xinheng.services.ledger import note
from xinheng.services.policies import policy_in_force
from xinheng.services.sender_calls import (
    UNPROCESSABLE,
    Answer,
    Push,
    problems_of,
    receipt_holds,
    summary_of,
    take,
)
from xinheng.services.time import day_of
from xinheng.store.batches import Batch, BatchState, ReturnedRow
from xinheng.store.senders import SenderKey

router = Router(tags=["报送"])
PAGE = 100
MOST_A_PAGE = 1_000


@router.post(
    "",
    response={200: Delivery, 201: Delivery, 202: Delivery, 422: ProblemDocument},
    summary="报送",
    openapi_extra=POSTED,
)
def deliver(
    request: HttpRequest, feed: str = Query(max_length=80), name: str = Query("", max_length=120)
) -> HttpResponse | Status[dict[str, Any]]:
    """报送 JSON 记录，或者把 CSV、XLSX 文件作为请求体。

    同一个 Idempotency-Key 重发同样的内容，得到同样的回答；内容不同则拒绝。
    """
    key, number = key_of(request), call_name(request, required=True)
    now = timezone.now()
    with received(request) as body:
        push = Push(
            key=key,
            feed=feed,
            body=body.path,
            digest=body.digest,
            name=_name(name, feed, body),
            idempotency_key=number,
            records=body.records,
        )
        answer = take(push, policy=policy_in_force(on=day_of(now)), now=now)
    return _answered(request, answer)


def _answered(request: HttpRequest, answer: Answer) -> HttpResponse | Status[dict[str, Any]]:
    told = answer.body
    if answer.status == UNPROCESSABLE:
        code = "E18" if told["state"] == BatchState.UNMAPPED else "E19"
        return problem(
            request, UNPROCESSABLE, code=code, detail=told["message"], advice=told["advice"], delivery=told
        )
    return Status(answer.status, told)


def _name(name: str, feed: str, body: Body) -> str:
    """As the sender calls the file, without a folder."""
    plain = re.sub(r"[\x00-\x1f/\\]+", "_", name).strip()
    return plain or f"{feed}.{body.ending}"


def _batch(request: HttpRequest, delivery: str) -> Batch:
    """A delivery of the key's organisation and feeds, by whatever channel it came; raises Http404."""
    key = key_of(request)
    found = Batch.objects.filter(
        public_id=delivery, organisation=key.organisation_id, feed__in=[*key.feeds, ""]
    ).first()
    if found is None or (not found.feed and not found.sender_calls.filter(key=key).exists()):
        raise Http404
    return found


@router.get("/{delivery}", response=DeliveryShown, summary="查询一次报送和它的回执")
def shown(request: HttpRequest, delivery: str) -> dict[str, Any]:
    """回执可以自己核对：对 receipt_of 按 RFC 8785 写成规范形式，取 SHA-256。"""
    batch = _batch(request, delivery)
    loaded = batch.state == BatchState.LOADED
    return summary_of(batch) | {
        "receipt_of": ReceiptOf(**receipt_of(batch)) if loaded else None,
        "receipt_holds": receipt_holds(batch) if loaded else None,
    }


@router.get("/{delivery}/problems", response=RowPage, summary="退回和待处理的行")
def problems(
    request: HttpRequest,
    delivery: str,
    after: int = Query(0, ge=0, description="上一页最后一行的行号"),
    limit: int = Query(PAGE, ge=1, le=MOST_A_PAGE),
) -> RowPage:
    """按行号排列，每页给出下一页的地址。"""
    batch = _batch(request, delivery)
    found = list(ReturnedRow.objects.filter(batch=batch, row_no__gt=after).order_by("row_no")[: limit + 1])
    rows = found[:limit]
    note(
        "sender.read", now=timezone.now(), object=f"batch:{batch.public_id}", reason=_read_by(key_of(request))
    )
    here = reverse("api:problems", kwargs={"delivery": delivery})
    more = f"{here}?after={rows[-1].row_no}&limit={limit}" if len(found) > limit else None
    json_sent = batch.report.get("format") == "json"
    return RowPage(rows=[_row(row, json_sent) for row in rows], next=more)


def _read_by(key: SenderKey) -> str:
    return f"sender:{key.public_id}"


def _row(row: ReturnedRow, json_sent: bool) -> RowShown:
    told = problems_of(row)
    return RowShown(**told, record=row.row_no - 1 if json_sent else None, state=row.state)
