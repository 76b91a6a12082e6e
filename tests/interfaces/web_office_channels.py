"""Contexts of the pages on keys and connectors."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import NOW, OFFICE, TODAY, crumbs_to

Context = dict[str, Any]
KEY = {
    "name": "行政执法办案系统",
    "url": "#",
    "unit": "市市场监管局",
    "prefix": "k7d2m5q3xa",
    "feeds": "行政处罚（双公示）、行政许可（双公示）",
    "networks": "10.8.1.0/24、10.9.0.7/32",
    "per_minute": 600,
    "expires_on": TODAY,
    "last_used_at": NOW,
    "last_used_from": "10.8.1.20",
    "state": "可以使用",
    "tone": "done",
    "waiting": "从两处使用，待核对",
    "created_by": "王审核",
    "created_at": NOW,
    "revoke_reason": "更换服务器",
}
PLACE = {
    "place": "203.0.113.0/24",
    "first_at": NOW,
    "last_at": NOW,
    "refused": True,
    "state": "待核对",
    "tone": "decide",
    "reason": "备用机房",
    "settle_url": "#",
}
CALL = {"at": NOW, "status": 201, "number": "2026-1120-ABCD", "url": "#", "rows": 100, "accepted": 98}
CONNECTOR = {
    "name": "许可库视图",
    "url": "#",
    "unit": "市行政审批局",
    "kind": "PostgreSQL 数据库（表或视图）",
    "feed": "行政许可（双公示）",
    "address": "postgresql://reader@db.example:5432/permits",
    "networks": "10.8.2.0/24",
    "source": "public.permit",
    "cursor_field": "id",
    "cursor": "182233",
    "every": "每小时",
    "limits": "100,000 行，60 秒",
    "secret": "permits",
    "secret_state": "已登记",
    "secret_tone": "done",
    "next_at": NOW,
    "last_at": NOW,
    "last_state": "已入库",
    "state": "已暂停，待核对",
    "tone": "decide",
    "note": "来源的列变了：少了“许可类别”，多了“许可种类”。",
    "columns": "行政相对人名称、许可类别、许可决定日期",
}
PULL = {
    "at": NOW,
    "state": "整批未收",
    "tone": "decide",
    "rows": 211,
    "number": "2026-1120-ABCD",
    "url": "#",
    "message": "来源的列变了：少了“许可类别”，多了“许可种类”。",
}


class KeyForm(forms.Form):
    name = forms.CharField(label="系统名称")
    feeds = forms.MultipleChoiceField(
        label="数据源", choices=[("a", "行政处罚（双公示）")], widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(label="许可的网络", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    per_minute = forms.IntegerField(label="每分钟最多调用")


class ConnectorForm(forms.Form):
    url = forms.CharField(label="地址")
    networks = forms.CharField(label="许可的网络")
    secret = forms.CharField(label="密文名称", required=False)
    source = forms.CharField(label="表、视图或位置", required=False)
    cursor_field = forms.CharField(label="游标列", required=False)
    cursor_parameter = forms.CharField(label="游标参数", required=False)


def _senders() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("报送密钥"),
        "keys": [KEY],
        "new_url": "#",
        "api_url": "#",
        "paging": None,
    }


def _sender() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("报送密钥"),
        "refused": "请写明停用的原因。",
        "key": KEY,
        "places": [PLACE, PLACE | {"settle_url": "", "refused": False}],
        "calls": [CALL],
        "revoke_url": "#",
    }


def _made() -> Context:
    text = f"xh_{KEY['prefix']}_{'A' * 43}"
    return {
        **OFFICE,
        "crumbs": crumbs_to("报送密钥"),
        "key": KEY,
        "text": text,
        "url": "#",
        "api_url": "#",
    }


def _connectors() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("连接器"),
        "connectors": [CONNECTOR],
        "new_url": "#",
        "paging": None,
    }


def _connector() -> Context:
    ways = dict.fromkeys(("fetch_url", "release_url", "end_url"), "#")
    return {
        **OFFICE,
        "crumbs": crumbs_to("连接器"),
        "refused": "请写明理由。",
        "connector": CONNECTOR,
        "pulls": [PULL],
        **ways,
    }


WEBHOOK = {
    "name": "招标监管系统",
    "url": "#",
    "unit": "市公共资源交易中心",
    "address": "https://tender.example.gov.cn/notices/xinheng-credit-platform/checks",
    "prefix": KEY["prefix"],
    "created_at": NOW,
    "failing_since": NOW,
    "reason": "",
    "state": "没有收下",
    "tone": "clock",
}
MESSAGE = {
    "at": NOW,
    "number": "k7d2m5q3xak7d2m5",
    "kind": "核查答复中有内容已终止",
    "ids": "k7d2m5q3xak7d2m5、q3xak7d2m5k7d2m5、m5k7d2k7d2m5q3xa 等 12 个",
    "attempts": 3,
    "state": "等待重试",
    "tone": "clock",
    "moment": NOW,
    "trouble": "回答 503",
    "repeat_url": "",
}


def _webhooks() -> Context:
    ended = {"failing_since": None, "reason": "系统下线", "state": "已停用", "tone": ""}
    return {
        **OFFICE,
        "crumbs": crumbs_to("回调通知"),
        "webhooks": [WEBHOOK, WEBHOOK | ended],
        "api_url": "#",
        "paging": None,
    }


def _webhook() -> Context:
    arrived = {"state": "已收下", "tone": "done", "trouble": "", "repeat_url": "#", "kind": "请重新核查"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("回调通知"),
        "refused": "请写明停用的原因。",
        "reason": "",
        "webhook": WEBHOOK,
        "sent": [MESSAGE, MESSAGE | arrived],
        "paging": None,
        "end_url": "#",
        "end_words": "停用",
    }


def _form(form: Any, heading: str) -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to(heading),
        "heading": heading,
        "lead": "为一个单位的一个业务系统办理。",
        "form": form,
        "button": "登记",
    }


CHANNELS: dict[str, Callable[[], Context]] = {
    "senders": _senders,
    "sender": _sender,
    "sender_made": _made,
    "connectors": _connectors,
    "connector": _connector,
    "webhooks": _webhooks,
    "webhook": _webhook,
    "sender_form": lambda: _form(KeyForm({"name": "执法办案系统"}), "办理报送密钥"),
    "connector_form": lambda: _form(ConnectorForm({}), "登记连接器"),
}
