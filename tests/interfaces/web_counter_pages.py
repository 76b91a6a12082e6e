"""Contexts of the pages of the counter and of the window that opens its accounts."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms
from tests.interfaces.web_samples import CODE, COMMON, NAME, NOW, OFFICE, TODAY, crumbs_to

from xinheng.interfaces.counter.papers import PaperForm
from xinheng.interfaces.counter.space_entry import ActivationForm, SignInForm
from xinheng.interfaces.office.mandates import AccountForm
from xinheng.interfaces.web.parts import Link

Context = dict[str, Any]
SPACE = {
    **COMMON,
    "who": "张**",
    "subject": {"name": NAME, "code": CODE},
    "space_menu": [Link("我的信用信息", "#", current=True), Link("谁看过我的档案", "#")],
    "switch_url": "#",
    "out_url": "#",
}
LINE = {
    "item": "行政处罚",
    "title": "未按规定公示年度报告",
    "document_no": "示市监处罚〔2026〕000号",
    "authority": "示例市市场监督管理局",
    "decided_on": TODAY,
    "seriousness": "一般",
    "finality": "救济期限内",
    "state": "异议处理中",
    "shown": True,
    "shown_until": TODAY,
    "repair": "2027-02-20 起可以申请",
    "object_url": "#",
}
REMINDER = {
    "title": "标签不合格",
    "document_no": "示市监处罚〔2026〕000号",
    "earliest_on": TODAY,
    "open": False,
}
ACCOUNT = {
    "number": "48210077",
    "label": "张**",
    "url": "#",
    "enterprises": NAME,
    "opened_at": NOW,
    "state": "可以使用",
    "close_reason": "",
}
MANDATE = {
    "name": NAME,
    "code": CODE,
    "role": "企业代理人",
    "matters": "作出信用承诺；提出信用修复、异议等申请",
    "proof": "窗口核验营业执照、授权委托书和经办人身份",
    "from_on": TODAY,
    "to_on": TODAY,
    "given_by": "孙窗口",
    "state": "有效",
    "end_reason": "",
    "end_url": "#",
}


def _file() -> Context:
    plain = {**LINE, "seriousness": "", "state": "", "repair": ""}
    return {
        **SPACE,
        "negative": [LINE, {**LINE, "repair": "现在可以申请"}, {**LINE, "repair": "不需要申请"}],
        "others": [plain, {**plain, "shown": False, "shown_until": None, "title": ""}],
        "others_total": 2,
        "apart": {"投诉举报信息": 3},
        "public_url": "#",
    }


def _own() -> Context:
    one = {"name": NAME, "code": CODE, "url": "#", "role": "企业代理人", "to_on": TODAY}
    return {**SPACE, "subject": None, "space_menu": [], "enterprises": [one, {**one, "to_on": None}]}


def _notice() -> Context:
    notice = {
        "title": "信用评价结果提示",
        "text": "贵单位的评价结果为 C。\n\n理由……",
        "on": TODAY,
        "served_on": TODAY,
    }
    return {**SPACE, "notice": notice, "back_url": "#"}


def _readings() -> Context:
    reading = {"on": TODAY, "unit": "市市场监管局", "what": "查看信用档案", "reason": "核对年报"}
    asked = {
        "organisation": "示例市财政局",
        "purpose": "行政管理",
        "matter": "专项资金审核",
        "day": TODAY,
        "calls": 2,
        "records": 5,
    }
    return {
        **SPACE,
        "readings": [reading, {**reading, "reason": ""}],
        "paging": None,
        "asked": [asked],
        "misuse_url": "#",
    }


def _papers() -> Context:
    paper = {
        "material": "已改正、已履行义务的证明",
        "kind": "PDF",
        "size": "3.4 MiB",
        "at": NOW,
        "by": "本企业账号",
        "infected": False,
        "withdrawn_why": "",
        "url": "#",
    }
    wrong = PaperForm({}, {})
    return {
        **SPACE,
        "case": {"number": "XF-2026-000001", "matter": "信用修复", "state": "待补正"},
        "slots": [
            {"title": "已改正、已履行义务的证明", "hint": "缴款凭证等", "url": "#", "form": wrong},
            {"title": "信用修复承诺书", "hint": "", "url": "#", "form": PaperForm(auto_id="two_%s")},
        ],
        "papers": [
            paper,
            {**paper, "by": "窗口代交", "infected": True, "url": ""},
            {**paper, "withdrawn_why": "扫错页", "url": ""},
            {**paper, "url": ""},
        ],
        "refused": {"words": "一个附件最大 50 MiB。", "advice": "请用 300 dpi 扫描。", "code": "AT13"},
        "limits": "PDF、JPG，不超过 50 MiB。",
        "accept": ".pdf",
        "back_url": "#",
    }


def _form(form: forms.Form) -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("企业账号"),
        "heading": "为企业开账号",
        "lead": "核验营业执照和身份后登记。",
        "form": form,
        "hint": "只有法定代表人（负责人）本人到场时可以留空。",
        "button": "开账号并打印办理单",
    }


def _slip() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("企业账号"),
        "number": "48210077",
        "code": "ABCD-EFGH-JKLM-NPQR",
        "until": NOW,
        "address": "http://127.0.0.1:8000/own/activate/",
        "label": "张**",
        "back_url": "#",
    }


def _account() -> Context:
    ended = {**MANDATE, "state": "已终止", "end_reason": "企业撤回授权", "end_url": "", "to_on": None}
    return {
        **OFFICE,
        "crumbs": crumbs_to("企业账号"),
        "refused": "终止授权必须写明理由。",
        "account": ACCOUNT,
        "mandates": [MANDATE, ended],
        **dict.fromkeys(("add_url", "slip_url", "close_url"), "#"),
    }


COUNTER: dict[str, Callable[[], Context]] = {
    "sign_in": lambda: {**COMMON, "form": SignInForm({"number": "", "password": ""}), "activate_url": "#"},
    "activate": lambda: {**COMMON, "form": ActivationForm({"number": "1", "code": "2"})},
    "own": _own,
    "own_file": _file,
    "own_notices": lambda: {
        **SPACE,
        "notices": [{"title": "信用评价结果提示", "on": TODAY, "url": "#"}],
        "reminders": [REMINDER, {**REMINDER, "open": True, "document_no": ""}],
        "repairs_url": "#",
    },
    "own_notice": _notice,
    "own_readings": _readings,
    "own_papers": _papers,
}


def _repair_soon() -> Context:
    line = {"name": NAME, "code": CODE, "item": "行政处罚", "earliest_on": TODAY, "open": True, "url": "#"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("快到修复日的企业"),
        "lines": [line, {**line, "code": "", "open": False, "url": ""}],
        "paging": None,
        "term": SimpleNamespace(value=15, citation="建议值", verified=False),
        "free": "信用修复不收取任何费用。",
    }


WINDOW: dict[str, Callable[[], Context]] = {
    "repair_soon": _repair_soon,
    "mandates": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("企业账号"),
        "query": "91410202",
        "accounts": [ACCOUNT],
        "paging": None,
        "new_url": "#",
    },
    "mandate_form": lambda: _form(AccountForm({"code": ""})),
    "mandate_slip": _slip,
    "mandate_account": _account,
}
