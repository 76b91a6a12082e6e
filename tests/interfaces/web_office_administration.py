"""What a view must hand to the pages of approval and administration; nothing in it exists."""

import calendar
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.interfaces.web_samples import (
    DIGEST,
    NAME,
    NOW,
    OFFICE,
    TODAY,
    CaseForm,
    GrantForm,
    ReasonForm,
    YearForm,
)

from xinheng.interfaces.web.gallery_content import stages
from xinheng.interfaces.web.parts import Link

Context = dict[str, Any]


SEAL = {
    "ok": True,
    "batches": 3120,
    "events": 84_201,
    "sealed_until": NOW,
    "tail": 3,
    "chain": DIGEST,
    "checked_at": NOW,
    "faults": [],
}


GRANT = {
    "role": "报送员",
    "organisation": "示例市市场监督管理局",
    "from_on": date(2026, 1, 1),
    "to_on": None,
    "by": "系统管理员",
    "end_url": "#",
}


def _month(year: int, month: int) -> dict[str, Any]:
    def cell(number: int, weekday: int) -> dict[str, Any] | None:
        if not number:
            return None
        kind = "rest" if weekday > 4 else "work"
        if month == 10 and number <= 7:
            kind = "holiday"
        if (month, number) == (10, 10):
            kind = "makeup"
        return {
            "number": number,
            "kind": kind,
            "label": "国庆节" if kind == "holiday" else "",
            "today": (month, number) == (11, 20),
        }

    weeks = calendar.Calendar().monthdayscalendar(year, month)
    return {
        "name": f"{month} 月",
        "weeks": [[cell(number, day) for day, number in enumerate(week)] for week in weeks],
    }


def _approvals() -> Context:
    return {**OFFICE, "approvals": [APPROVAL, {**APPROVAL, "kind": "工作日历", "title": "2027年工作日历"}]}


def _approval() -> Context:
    return {
        **OFFICE,
        "case": APPROVAL,
        "stages": stages(),
        "facts": [("类别", "数据源", ""), ("来自文件", "台账.xls", "#")],
        "columns": [("商户", "主体名称", "必填"), ("说明", "记录内容", "")],
        "text": 'id: "local-abc"\ntitle: "示例局台账"\n',
        "days": [("放假", ["2027-01-01", "2027-01-02"]), ("调休上班", [])],
        "events": [{"at": NOW, "verb": "草拟", "actor": "某某", "reason": ""}],
        "form": CaseForm({}),
        "approve_url": "#",
        "return_url": "#",
        "withdraw_url": "#",
        "edit_url": "#",
        "why_not": "您办理过本事项的前序环节，须由另一人批准。",
    }


def _user_form() -> Context:
    return {
        **OFFICE,
        "heading": "停用：某某",
        "lead": "停用后不能登录。",
        "form": ReasonForm({}),
        "button": "停用",
    }


APPROVAL = {
    "number": "GS-2026-000001",
    "title": "数据源：示例局台账",
    "url": "#",
    "kind": "数据源",
    "opened_by": "某某",
    "opened_at": NOW,
    "state": "待批准",
    "tone": "decide",
}


def _ledger() -> Context:
    return {
        **OFFICE,
        "seal": SEAL,
        "verify_url": "#",
        "events": [
            {
                "at": NOW,
                "kind": "打开档案",
                "actor": "某某",
                "unit": "示例市司法局",
                "subject": NAME,
                "subject_url": "#",
                "object": "",
                "object_url": "",
                "reason": "监督检查",
                "batch": 3119,
                "position": 4,
                "digest": DIGEST,
            },
            {
                "at": NOW,
                "kind": "批次入库",
                "actor": "",
                "unit": "",
                "subject": "",
                "subject_url": "",
                "object": "批次 2026-1118-3",
                "object_url": "#",
                "reason": "",
                "batch": None,
                "position": None,
                "digest": "",
            },
        ],
    }


def _calendar() -> Context:
    return {
        **OFFICE,
        "year": 2026,
        "years": [Link("2025", "#"), Link("2026", "#", current=True), Link("2027（暂定）", "#")],
        "workdays": 248,
        "source": "国务院办公厅放假安排",
        "version": DIGEST,
        "provisional": True,
        "today": TODAY,
        "months": [_month(2026, month) for month in range(1, 13)],
        "changes": [
            {
                "title": "2027年工作日历",
                "url": "#",
                "source": "放假安排",
                "by": "某某",
                "at": NOW,
                "state": "待批准",
                "tone": "decide",
            }
        ],
        "form": YearForm(),
        "add_url": "#",
        "affected": 31,
    }


def _users() -> Context:
    return {
        **OFFICE,
        "new_url": "#",
        "users": [
            {
                "name": "某某",
                "url": "#",
                "username": "shili",
                "unit": "示例市市场监督管理局",
                "roles": ["报送员", "审核员"],
                "second_factor": False,
                "must_have_second_factor": True,
                "locked_until": None,
                "active": True,
            },
            {
                "name": "某某",
                "url": "#",
                "username": "shili2",
                "unit": "示例市信用办",
                "roles": [],
                "second_factor": True,
                "must_have_second_factor": False,
                "locked_until": NOW,
                "active": True,
            },
        ],
        "duties": [
            {"role": "报送员", "may": "上传和确认本单位的文件", "apart_from": ""},
            {"role": "审计员", "may": "看账本，不能改任何内容", "apart_from": "系统管理员、安全管理员"},
        ],
    }


def _user() -> Context:
    return {
        **OFFICE,
        "person": {
            "name": "某某",
            "username": "shili",
            "unit": "示例市信用办",
            "active": True,
            "second_factor": True,
            "locked_until": None,
            "last_sign_in": NOW,
        },
        "grants": [GRANT, {**GRANT, "end_url": ""}],
        "form": GrantForm(),
        "grant_url": "#",
        "acts": [Link("停用", "#"), Link("重设密码", "#")],
        "events_url": "#",
    }


def _refused() -> Context:
    return {
        **OFFICE,
        "title": "未能办理",
        "code": "B01",
        "sentence": "这个批次已经处理过，不能再次确认。",
        "citation": "《河南省社会信用条例》第十七条",
        "advice": "请在批次列表中查看它的结果。",
        "unchanged": True,
        "back_url": "#",
        "home_url": "#",
    }


ADMINISTRATION: dict[str, Callable[[], Context]] = {
    "refused": _refused,
    "approvals": _approvals,
    "approval": _approval,
    "ledger": _ledger,
    "calendar": _calendar,
    "users": _users,
    "user": _user,
    "user_form": _user_form,
}
