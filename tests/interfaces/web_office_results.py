"""Contexts of the pages on results that reach people: notices, imported results, pushes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.interfaces.web_samples import DIGEST, NOW, OFFICE, TODAY, crumbs_to

from xinheng.interfaces.office.notices import ServiceForm
from xinheng.interfaces.office.pushes import SubscriptionForm
from xinheng.interfaces.web.gallery_content import source
from xinheng.interfaces.web.parts import Filter, Option

Context = dict[str, Any]
NOTICE = {
    "id": "a" * 16,
    "title": "关于“食品生产经营企业信用评价”结果的提示信息",
    "name": "示例食品有限公司",
    "url": "#",
    "grade": "D",
    "bad": True,
    "written_at": NOW,
    "state": "待送达",
    "served_on": TODAY,
    "method": "直接送达",
    "chosen": True,
}


class _Models:
    policy = type("Policy", (), {"models": {}})


def _notices() -> Context:
    return {
        **OFFICE,
        "filters": [Filter("state", "状态", "select", "waiting", [Option("waiting", "待送达")])],
        "reset_url": "#",
        "notices": [NOTICE],
        "waiting": True,
        "paging": None,
        "form": ServiceForm({"method": "pigeon"}),
        "serve_url": "#",
        "term": {"days": 5, "source": "本平台建议", "verified": False},
    }


def _notice() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("提示信息"),
        "notice": NOTICE,
        "paragraphs": ["示例食品有限公司：", "主要理由：", "· 行政处罚：扣 60 分。"],
        "steps": [{"label": "已送达", "on": TODAY, "method": "直接送达"}],
        "refused": "还没有登记送达。",
        "acknowledge_url": "#",
    }


def _results() -> Context:
    given = {
        "level": "国家",
        "issuer": "国家公共信用信息中心",
        "words": "良",
        "given_on": date(2026, 3, 1),
        "period": "2025年度",
        "url": "#",
        "source": source(),
    }
    return {
        **OFFICE,
        "crumbs": crumbs_to("外部评价与告知"),
        "subject": {"name": "示例食品有限公司", "url": "#"},
        "systems": [{"title": "公共信用综合评价", "results": [given]}],
        "notices": [NOTICE],
    }


def _late_receipts() -> Context:
    waits = {
        "who": "示例银行",
        "way": "评价结果推送",
        "number": "abcdefgh23456777",
        "cause": "信用修复",
        "at": NOW,
        "told_at": NOW,
        "late_at": NOW,
        "advice": "重新交付原来的文件，再登记。",
        "file_url": "#",
        "again_url": "#",
        "confirm_url": "#",
        "kept": "已电话联系",
    }
    return {
        **OFFICE,
        "crumbs": crumbs_to("终止未确认"),
        "refused": "请写明为什么、怎样再次告知。",
        "term": "1 个工作日",
        "term_source": "本平台的建议",
        "term_verified": False,
        "more": 3,
        "rows": [waits, {**waits, "told_at": None, "file_url": ""}],
    }


def _pushes() -> Context:
    sent = {
        "recipient": "示例银行",
        "model": "食品生产经营企业信用评价",
        "pushed_at": NOW,
        "rows": 1204,
        "withdrawn": 3,
        "digest": DIGEST,
        "file_url": "#",
        "json_url": "#",
        "receipt": "YH-1",
        "received_at": NOW,
        "receive_url": "",
    }
    return {
        **OFFICE,
        "licence": "仅限公开部分。",
        "refused": "请填写回执。",
        "subscriptions": [
            {
                "recipient": "示例银行",
                "kind": "金融机构",
                "model": "食品生产经营企业信用评价",
                "purpose": "贷前参考",
                "from_on": TODAY,
                "end_url": "#",
            }
        ],
        "pushes": [sent, {**sent, "file_url": "", "receive_url": "#"}],
        "paging": None,
        "form": SubscriptionForm(_Models(), {}),  # type: ignore[arg-type]
        "add_url": "#",
    }


RESULTS: dict[str, Callable[[], Context]] = {
    "notices": _notices,
    "notice": _notice,
    "results": _results,
    "pushes": _pushes,
    "late_receipts": _late_receipts,
}
