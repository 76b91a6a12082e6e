"""What a view must hand to the pages of commitments; nothing in it exists."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms
from tests.interfaces.web_samples import (
    CODE,
    COMMON,
    DATED,
    DIGEST,
    NAME,
    NOW,
    OFFICE,
    PAGING,
    TODAY,
    crumbs_to,
)

from xinheng.core.commitment_credit import Standing, hint_on
from xinheng.core.commitment_letters import LetterField, PromiseLetter
from xinheng.core.records import Seriousness
from xinheng.interfaces.counter.commitments import PromiseForm
from xinheng.interfaces.office.commitments_taking import ChooseForm
from xinheng.interfaces.office.draft_decisions import DecisionForm
from xinheng.interfaces.web.parts import Cell, Column, Link, Table

Context = dict[str, Any]
LETTER = PromiseLetter(
    key="one",
    title="示例承诺书",
    kind="voluntary",
    content="{subject}承诺依法经营，{more}。",
    liability="没有履行的，情况记入信用记录。",
    sign="盖章",
    fields=(LetterField(key="more", label="另外承诺"),),
)
ITEM = {
    "title": "食品经营许可新办",
    "nature": "许可事项",
    "type": "审批替代性",
    "variant": "一般信用承诺",
    "basis": ["示例文件"],
    "conditions": ["有场所"],
    "materials": ["申请表", "平面图（可后补）"],
    "at_once": ["申请表"],
    "later": ["平面图"],
    "promised": ["场所证明"],
    "check": "20 个工作日内",
    "check_workdays": 20,
    "check_way": "现场核查",
    "acts_first": True,
    "url": "#",
}
LIST = {
    "title": "食品领域",
    "sector": "食品",
    "items": 3,
    "number": 2,
    "from_on": TODAY,
    "url": "#",
    "public_url": "#",
    "again_url": "#",
}
CASE = {
    "number": "CQ-2026-000001",
    "title": "可承诺事项清单：食品领域",
    "state": "草拟",
    "tone": "",
    "url": "#",
}
LINE = {
    "name": NAME,
    "title": "食品经营许可新办",
    "type": "审批替代性",
    "code": "41020020261120000001",
    "on": TODAY,
    "unit": "示例市市场监督管理局",
    "state": "待核查",
    "tone": "clock",
    "case_url": "#",
    "promised": "承诺 2026-11-27 补齐",
    "check_url": "",
    "missing": ["平面图"],
    "promised_on": TODAY,
    "late": True,
    "url": "#",
}
SIGNED = {
    "content": "承诺内容",
    "liability": "违诺责任",
    "digest": DIGEST,
    "unperformed": "一项没有履行",
    "pursued": "责令改正",
}
SPACE = {
    **COMMON,
    "who": "张**",
    "subject": {"name": NAME, "code": CODE},
    "space_menu": [Link("信用承诺", "#", current=True)],
    "switch_url": "#",
    "out_url": "#",
}


class _Members(forms.Form):
    members = forms.MultipleChoiceField(choices=[("a", NAME)], widget=forms.CheckboxSelectMultiple)


def _draft() -> Context:
    return {
        **OFFICE,
        "case": CASE,
        "problem": "",
        "flaws": ["还没有事项"],
        "may_edit": True,
        "items": [ITEM],
        "letter": None,
        "new_url": "#",
        "edit_url": "",
        "submit_url": "#",
        "form": DecisionForm(initial={"seen": 1}),
        "approve_url": "#",
        "return_url": "#",
        "withdraw_url": "",
        "why_not": "",
    }


def _register() -> Context:
    return {
        **OFFICE,
        "lines": [LINE, {**LINE, "case_url": "", "check_url": "#"}],
        "paging": PAGING,
        "take_url": "#",
        "breaches_url": "#",
        "figures_url": "#",
        "lists_url": "#",
        "scans_url": "#",
        "gaps": [{"code": LINE["code"], "columns": "承诺受理单位代码"}],
        "gaps_total": 1,
        "month": "2026-11",
        "export_url": "#",
    }


def _take() -> Context:
    return {
        **OFFICE,
        "subject": {"name": NAME, "code": CODE},
        "matter": ITEM["title"],
        "conditions": ITEM["conditions"],
        "may_wait": ITEM["later"],
        "promised": ITEM["promised"],
        "hint": hint_on([Standing("行政处罚", TODAY, Seriousness.SERIOUS)]),
        "letter": LETTER,
        "form": PromiseForm(LETTER),
        "again_url": "#",
    }


def _form(form: forms.Form) -> Context:
    return {**OFFICE, "title": "示例", "lead": "说明", "form": form, "drop": True, "seen": 3}


def _figures() -> Context:
    rows = [[Cell("示例局"), Cell("审批替代性"), *(Cell("1") for _ in range(4))]]
    columns = [Column(one) for one in ("受理单位", "承诺类型", "登记", "已核查", "全部履行", "未履行")]
    return {
        **OFFICE,
        "year": 2026,
        "previous_url": "#",
        "facts": [("登记的承诺", "1 份")],
        "table": Table("各单位各类承诺", columns, rows, empty="没有。"),
        "four": [("审批替代型", 1)],
    }


def _breaches() -> Context:
    handed = {
        "to": "市信用办",
        "how": "本平台，违诺情况统一表",
        "sent_at": NOW,
        "state": "已收到",
        "tone": "done",
        "received_at": NOW,
        "received_by": "王审核",
    }
    waits = {**handed, "to": "省平台", "how": "交换平台第 3 号包", "state": "待确认", "tone": "clock"}
    line = {
        **LINE,
        **SIGNED,
        "determined_on": TODAY,
        "reported_at": NOW,
        "received_at": None,
        "handed": [handed, {**waits, "received_at": None, "received_by": ""}],
        "receive_url": "#",
    }
    return {
        **OFFICE,
        "crumbs": crumbs_to("违诺情况统一表"),
        "lines": [line, {**line, "handed": [], "case_url": "", "receive_url": ""}],
        "paging": PAGING,
        "export_url": "#",
    }


OFFICE_PAGES: dict[str, Callable[[], Context]] = {
    "breaches": _breaches,
    "commitments": _register,
    "commitment_choose": lambda: {
        **OFFICE,
        "form": ChooseForm([("food/food-shop", "食品")], {"code": ""}),
        "lists_url": "#",
    },
    "commitment_take": _take,
    "commitment_members": lambda: _form(_Members()),
    "commitment_figures": _figures,
    "promise_lists": lambda: {
        **OFFICE,
        "lists": [LIST],
        "letters": [{"title": LETTER.title, "type": "主动公示性", "number": 0, "again_url": "#"}],
        "drafts": [CASE],
        "new_list_url": "#",
        "new_letter_url": "#",
    },
    "promise_form": lambda: _form(PromiseForm(LETTER)),
    "promise_draft": _draft,
}
PORTAL_PAGES: dict[str, Callable[[], Context]] = {
    "commitments": lambda: {
        **COMMON,
        "lists_url": "#",
        "own_url": "#",
        "rows": [
            {
                "name": NAME,
                "subject_url": "#",
                "type": "主动公示性",
                "reason": "作出承诺",
                "url": "#",
                "code": LINE["code"],
                "authority": "示例局",
                "on": TODAY,
                "fulfilment": "未到核查",
            }
        ],
    },
    "commitment_lists": lambda: {**COMMON, **DATED, "crumbs": crumbs_to("可承诺事项清单"), "lists": [LIST]},
    "commitment_list": lambda: {
        **COMMON,
        **DATED,
        **LIST,
        "crumbs": crumbs_to("食品领域"),
        "digest": DIGEST,
        "items": [ITEM],
    },
    "commitment_item": lambda: {
        **COMMON,
        **DATED,
        "crumbs": crumbs_to("事项"),
        "item": SimpleNamespace(**ITEM),
        "letter": LETTER,
        "number": 2,
        "from_on": TODAY,
        "qr": "<svg></svg>",
        "screen": False,
        "screen_url": "#",
        "turn_url": "#",
        "paper_url": "#",
        "own_url": "#",
    },
}
SPACE_PAGES: dict[str, Callable[[], Context]] = {
    "own_commitments": lambda: {
        **SPACE,
        "commitments": [LINE],
        "matters": [{"title": ITEM["title"], "kind": "食品领域", "url": "#"}],
    },
    "own_commitment_new": lambda: {
        **SPACE,
        "title": ITEM["title"],
        "conditions": ITEM["conditions"],
        "wanted": ["申请表", "平面图"],
        "later": ["平面图"],
        "letter": LETTER,
        "form": PromiseForm(LETTER, {"answer_more": ""}),
        "back_url": "#",
    },
    "own_commitment": lambda: {
        **SPACE,
        "commitment": {**LINE, **SIGNED},
        "papers": {"count": 0, "awaited": ["平面图"], "url": "#"},
        "case_url": "#",
        "objection_url": "#",
        "back_url": "#",
    },
}
