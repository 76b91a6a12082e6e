"""Contexts of the pages on the platforms above and below."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import NOW, OFFICE, crumbs_to

from xinheng.interfaces.web.charts import Stack, stacks

Context = dict[str, Any]
LINE = {
    "name": "河南省信用平台",
    "url": "#",
    "relation": "上级 · 省",
    "sent": 128_311,
    "taken": 0,
    "waiting": 3,
    "late": 1,
    "state": "交换中",
    "tone": "done",
}
PEER = {
    "name": "河南省信用平台",
    "relation": "上级 · 省",
    "unit": "开封市",
    "codes": "本方 410200，对方 410000",
    "transport": "HTTP 接口",
    "url": "https://exchange.example",
    "networks": "10.1.8.0/24",
    "secret": "shengji",
    "secret_state": "已登记",
    "secret_tone": "done",
    "hours": 24,
    "ground": "淮政办发〔2020〕80号第二部分第一项",
    "outgoing": ["行政处罚信息（2026-01-01 起）", "行政许可信息（2026-01-01 起）"],
    "incoming": [],
    "state": "待决定",
    "tone": "decide",
    "proposed": "王审核",
    "proposed_at": NOW,
    "decided": "赵决定",
    "decided_reason": "已与省中心核对",
    "ended_reason": "改用新的信息项",
    "counts": {"out_standing": 128_311, "out_ended": 412, "in_standing": 0, "in_ended": 0, "in_returned": 7},
}
PACKAGE = {
    "number": 27,
    "way": "发出",
    "lines": "130001—135000",
    "items": "行政处罚信息 3120、行政许可信息 1880",
    "retractions": 12,
    "state": "回执逾期",
    "tone": "decide",
    "attempts": 6,
    "returned": 3,
    "at": NOW,
    "trouble": "不能从来源 exchange.example 取得数据（连接被拒绝）。",
    "digest": "sha256:" + "ab" * 32,
}
BLOCK = {
    "item": "penalty",
    "title": "行政处罚信息",
    "first": 1,
    "last": 1000,
    "ours": 988,
    "theirs": 986,
    "returned": 1,
    "same": False,
}
FOUND = {
    **BLOCK,
    "anchor": "penalty-1",
    "listed": True,
    "lines": [
        {
            "n": 17,
            "mark": "abcdefghijklmnop",
            "ours": "有效",
            "theirs": "未收",
            "code": "E17",
            "words": False,
        },
        {
            "n": 31,
            "mark": "bcdefghijklmnopq",
            "url": "",
            "ours": "有效",
            "theirs": "",
            "code": "",
            "words": False,
        },
        {
            "n": 40,
            "mark": "cdefghijklmnopqr",
            "url": "",
            "ours": "有效",
            "theirs": "有效",
            "code": "",
            "words": True,
        },
    ],
}


class PeerForm(forms.Form):
    name = forms.CharField(label="平台名称")
    own_code = forms.CharField(label="本方代号")
    outgoing = forms.MultipleChoiceField(
        label="发给对方的信息项", choices=[("a", "行政处罚信息")], widget=forms.CheckboxSelectMultiple
    )
    incoming = forms.MultipleChoiceField(
        label="接收对方的信息项", choices=[("a", "行政处罚信息")], widget=forms.CheckboxSelectMultiple
    )
    from_on = forms.DateField(label="起始日")
    url = forms.CharField(label="对方接口地址", required=False)
    networks = forms.CharField(label="许可的网络", required=False)
    secret = forms.CharField(label="共同密文名称")
    bearer = forms.CharField(label="接口密钥名称", required=False)
    receipt_hours = forms.IntegerField(label="回执期限（小时）")
    ground = forms.CharField(label="依据")


class HoldingsForm(forms.Form):
    file = forms.FileField(label="对方的对账单")


def _list() -> Context:
    return {**OFFICE, "crumbs": crumbs_to("上下级交换"), "peers": [LINE], "new_url": "#", "paging": None}


def _one() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("上下级交换"),
        "refused": "请写明理由。",
        "key": "xh_k7d2m5q3xa_" + "A" * 43,
        "to_delete": 2,
        "peer": PEER,
        "packages": [PACKAGE],
        **dict.fromkeys(("decide_url", "end_url", "key_url", "compare_url"), "#"),
    }


def _holdings() -> Context:
    chart = stacks(
        [Stack("行政处罚信息", (986, 2)), Stack("行政许可信息", (870, 0))],
        ("对方持有", "对方没有"),
        title="对方少 2 条",
        unit="条",
    )
    return {
        **OFFICE,
        "crumbs": crumbs_to("对账"),
        "name": "河南省信用平台",
        "refused": "对账单的校验码不对。",
        "last": {"at": NOW, "through": 27, "by": "王审核"},
        "chart": chart,
        "blocks": [BLOCK, {**BLOCK, "item": "permit", "title": "行政许可信息", "same": True}],
        "found": [FOUND, {**FOUND, "anchor": "ended-1", "listed": False, "lines": []}],
        "table_url": "#",
        "form": HoldingsForm(),
        "upload_url": "#",
        "ask_url": "#",
        "resend_url": "#",
    }


def _form() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("登记平台"),
        "heading": "登记平台",
        "lead": "登记后由另一人同意才开始交换。",
        "form": PeerForm({"name": "河南省信用平台"}),
        "button": "登记",
    }


EXCHANGES: dict[str, Callable[[], Context]] = {
    "exchanges": _list,
    "exchange": _one,
    "exchange_holdings": _holdings,
    "exchange_form": _form,
}
