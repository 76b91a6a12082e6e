"""What a view must hand to the pages of cases and flows; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from tests.interfaces.web_office_attachments import attachments
from tests.interfaces.web_samples import DIGEST, NAME, NOW, OFFICE, PAGING, RULE, TODAY

from xinheng.core.rectification import RECTIFICATION
from xinheng.interfaces.office.cases_flows import PlanForm
from xinheng.interfaces.office.cases_interview import InterviewForm
from xinheng.interfaces.office.cases_kinds import StepForm
from xinheng.interfaces.office.cases_picture import picture
from xinheng.interfaces.office.cases_rectification import OrderForm
from xinheng.interfaces.office.cases_shown import MoveForm
from xinheng.interfaces.web.parts import Clock, Crumb
from xinheng.store.models import Case

Context = dict[str, Any]
CRUMBS = [Crumb("办理事项", "#"), Crumb("ZG-2026-000001")]
CLOCK = Clock(TODAY, 0, RULE)
LINE = {
    "number": "ZG-2026-000001",
    "from": "correcting",
    "to": "mending",
    "clocks": "整改期限",
    "waits_for": "审核人",
    "barred": "王静",
    "why_not": "",
}
ROW = {
    "title": "责令整改 1 → 2",
    "url": "#",
    "cases": 1,
    "proposed_at": NOW,
    "state": "待另一人办理",
    "tone": "decide",
}


def _cases() -> Context:
    line = {
        "number": "ZG-2026-000001",
        "url": "#",
        "kind": "责令整改",
        "title": f"责令{NAME}整改",
        "unit": "示例市市场监督管理局",
        "handler": "王静",
        "state": "整改中",
        "tone": "decide",
        "clock": CLOCK,
    }
    return {
        **OFFICE,
        "lines": [line, {**line, "clock": None, "handler": ""}],
        "paging": PAGING,
        "filters": [],
        "reset_url": "#",
        "export_url": "#",
        "mine": False,
        "mine_url": "#",
    }


LETTER = {
    "number": "示例〔2026〕1号",
    "title": "责令整改通知书",
    "addressee": "示例食品有限公司",
    "issued_on": TODAY,
    "state": "已送达",
    "served_on": TODAY,
    "way": "直接送达",
    "url": "#",
}


def _case() -> Context:
    step = next(step for step in RECTIFICATION.steps if step.verb == "hand_in")
    form = StepForm(step, Case(version=3))
    moved = {"on": TODAY, "deed": "中止", "who": "王静", "reason": "等待鉴定", "before": TODAY, "after": None}
    acts = [
        {"title": "延长", "act": "extend", "url": "#", "form": MoveForm(auto_id="extend1_%s"), "open": True}
    ]
    clock = {
        "title": "整改期限",
        "clock": CLOCK,
        "started_on": TODAY,
        "suspended_on": None,
        "asked": "王静申请延长 10：设备未到",
        "moves": [moved],
        "acts": acts,
    }
    still = {**clock, "clock": None, "suspended_on": TODAY, "asked": "", "moves": [], "acts": []}
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "case": {
            "number": "ZG-2026-000001",
            "title": f"责令{NAME}整改",
            "kind": "责令整改",
            "state": "整改中",
            "tone": "decide",
        },
        "meaning": "请在期限内整改。",
        "facts": [("编号", "ZG-2026-000001", ""), ("经营主体", NAME, "#")],
        "part": "office/case_rectification.html",
        "wanted": "改正标签",
        "served_on": TODAY,
        "steps": [{"title": step.title, "url": "#", "form": form, "adverse": False, "open": False}],
        "refused": None,
        "typed": [("理由", "照片三张")],
        "wrong": "没有正在计算的期限。",
        "why_not": "等待决定人办理。",
        "clocks": [clock, still],
        "recusals": [
            {
                "person": "王静",
                "how": "本人申请",
                "reason": "亲属任职",
                "state": "待决定",
                "tone": "clock",
                "answer": "",
                "url": "#",
            }
        ],
        "recusal_form": None,
        "recusal_url": "#",
        "code_url": "#",
        "events": [{"at": NOW, "verb": "拟定整改要求", "actor": "王静", "reason": "标签不合格"}],
        "picture": picture(RECTIFICATION, state="correcting", visited=["drafted", "ordered"]),
        "case_letters": [LETTER],
        "write_url": "#",
        "attachments": attachments(),
    }


def _order() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "subject": NAME,
        "ground": "行政处罚　2026-11-02",
        "record_url": "#",
        "form": OrderForm(),
    }


def _code() -> Context:
    case = {"number": "ZG-2026-000001", "subject": NAME, "unit": "示例市市场监督管理局"}
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "case": case,
        "code": "ABCD-EFGH-JKMN",
        "lookup_url": "http://127.0.0.1/cases",
        "today": TODAY,
    }


def _versions() -> Context:
    old = {"title": "责令整改", "name": "rectification", "version": 1, "running": 12, "form": PlanForm()}
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "versions": [old, {**old, "version": 2, "form": None}],
        "lines": [LINE, {**LINE, "why_not": "状态“整改中”在新版本没有对应"}],
        "migrations": [ROW],
    }


def _migration() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "row": {
            **ROW,
            "reason": "新版本",
            "proposed_by": "王静",
            "done_by": "",
            "done_at": None,
            "digest": DIGEST,
        },
        "lines": [LINE],
        "more": 3,
        "wrong": "",
        "typed": "",
        "may_do": True,
        "may_undo": False,
    }


CASES: dict[str, Callable[[], Context]] = {
    "cases": _cases,
    "case": _case,
    "case_order": _order,
    "case_call": lambda: {**_order(), "form": InterviewForm({})},
    "case_code": _code,
    "flow_versions": _versions,
    "flow_migration": _migration,
}
