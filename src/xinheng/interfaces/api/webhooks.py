"""Addresses at which a system with a reading key is told that something changed: registered, tried, given another secret, ended.

Messages name numbers that the system was given before and nothing else (legal guard G9).
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.responses import Status

from xinheng.core.webhooks import ROTATION, Kind
from xinheng.interfaces.api.keys import key_of
from xinheng.interfaces.api.schemas import ProblemDocument
from xinheng.services.webhooks import end_webhook, register, rotate, send_test, webhook_of
from xinheng.store.webhooks import Webhook

router = Router(tags=["回调通知"])
_OWN = "由业务系统停用"


class WebhookAsked(Schema):
    url: str = Field(min_length=8, max_length=500, description="https 地址；不含用户名、口令和 #")


class WebhookShown(Schema):
    """``failing_since`` is empty while messages arrive."""

    webhook: str = Field(description="编号")
    url: str
    created_at: str
    failing_since: str = Field(description="从何时起没有收下通知；空为正常")
    ended_at: str = Field(description="停用的时间；空为在用")
    ended_reason: str


class WebhookMade(WebhookShown):
    secret: str = Field(description="验证签名的密文（whsec_…），只在这次回答中显示")


class Webhooks(Schema):
    webhooks: list[WebhookShown]


class WebhookSecret(Schema):
    webhook: str
    secret: str = Field(description=f"新的密文，只在这次回答中显示；{ROTATION.days} 天内同时用旧的签名")


class WebhookTried(Schema):
    message: str = Field(description="通知的编号，即请求头 webhook-id")
    kind: Kind


@router.post("", response={201: WebhookMade, 422: ProblemDocument}, summary="登记回调地址")
def register_webhook(request: HttpRequest, asked: WebhookAsked) -> Status[dict[str, Any]]:
    """登记后，核查答复中有内容终止、需要重新核查、采信的报告有更新、密钥有变化时，向这个地址发通知，只含编号。"""
    made, text = register(key_of(request), asked.url, networks=settings.WEBHOOK_NETWORKS, now=timezone.now())
    return Status(201, _shown(made) | {"secret": text})


@router.get("", response=Webhooks, summary="这个密钥的回调地址")
def list_webhooks(request: HttpRequest) -> dict[str, Any]:
    """含已经停用的，新的在前，最多一百个。"""
    rows = Webhook.objects.filter(key=key_of(request)).order_by("-pk")[:100]
    return {"webhooks": [_shown(row) for row in rows]}


@router.post("/{webhook}/secret", response=WebhookSecret, summary="更换密文")
def rotate_webhook(request: HttpRequest, webhook: str) -> dict[str, Any]:
    """新旧密文同时签名一段时间，收到的一方验证其中任何一个即可。"""
    row = webhook_of(key_of(request), webhook)
    return {"webhook": row.public_id, "secret": rotate(row, now=timezone.now())}


@router.post("/{webhook}/test", response=WebhookTried, summary="试发一条通知")
def try_webhook(request: HttpRequest, webhook: str) -> dict[str, Any]:
    """含一个样例核查编号，不涉及任何企业。沙箱密钥只会收到试发的通知。前一条没有送达以前不另发。"""
    made = send_test(webhook_of(key_of(request), webhook), now=timezone.now())
    return {"message": made.public_id, "kind": Kind(made.kind)}


@router.delete("/{webhook}", response=WebhookShown, summary="停用回调地址")
def remove_webhook(request: HttpRequest, webhook: str) -> dict[str, Any]:
    """停用后不再发送，已经停用的拒绝。"""
    row = webhook_of(key_of(request), webhook)
    end_webhook(row, actor=None, reason=_OWN, now=timezone.now())
    row.refresh_from_db()
    return _shown(row)


def _shown(row: Webhook) -> dict[str, Any]:
    return {
        "webhook": row.public_id,
        "url": row.url,
        "created_at": row.created_at.isoformat(),
        "failing_since": row.failing_since.isoformat() if row.failing_since else "",
        "ended_at": row.ended_at.isoformat() if row.ended_at else "",
        "ended_reason": row.ended_reason,
    }
