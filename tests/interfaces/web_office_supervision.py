"""What a view must hand to the pages of supervision and administration; nothing in it exists."""

import calendar
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.interfaces.web_samples import (
    CODE,
    DIGEST,
    NAME,
    NOW,
    OFFICE,
    TODAY,
    AnnounceForm,
    ApproveForm,
    CaseForm,
    ChangeForm,
    CommitForm,
    DrawForm,
    GrantForm,
    PlanForm,
    ReasonForm,
    YearForm,
    a_draw,
    a_grade,
    a_subject,
    explained,
    running,
    strata,
)

from xinheng.interfaces.web.gallery_content import source, stages, timeline
from xinheng.interfaces.web.parts import Entry, Filter, Link

Context = dict[str, Any]


RECORD = {
    "item": "行政处罚",
    "title": "未按规定公示年度报告",
    "url": "#",
    "document_no": "示市监处罚〔2026〕000号",
    "authority": "示例市市场监督管理局",
    "decided_on": date(2026, 9, 1),
    "valid_from": date(2026, 9, 1),
    "valid_to": None,
    "amount_fen": 300_000,
    "seriousness": "一般",
    "finality": "救济期限内",
    "state": "有效",
    "tone": "done",
    "public": True,
    "result": "罚款",
    "source": source(),
}


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


VISITS = {"this_year": 1, "limit": 2, "band": "常规", "source": "年度检查计划", "verified": False}


GRANT = {
    "role": "报送员",
    "organisation": "示例市市场监督管理局",
    "from_on": date(2026, 1, 1),
    "to_on": None,
    "by": "系统管理员",
    "end_url": "#",
}


PLAN = {
    "title": "2026 年食品双随机抽查",
    "number": "JH-2026-012",
    "url": "#",
    "year": 2026,
    "organ": "示例市市场监督管理局",
    "sector": "食品",
    "matter": "食品经营许可条件保持情况",
    "basis": "年度检查计划第 12 项",
    "state": "已批准",
    "tone": "done",
    "draws": 3,
    "drawn": 640,
    "approved_by": "某某",
    "approved_at": NOW,
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


def _subjects() -> Context:
    return {
        **OFFICE,
        "asked": True,
        "subjects": [
            {**a_subject(), "grade": "B", "trial": True, "records": 14, "last_on": TODAY},
            {
                **a_subject(),
                "name": "示例食品有限公司",
                "grade": "",
                "trial": False,
                "records": 2,
                "last_on": None,
            },
        ],
    }


def _subject() -> Context:
    return {
        **OFFICE,
        "subject": a_subject(),
        "former_names": [
            {"name": "示例县绿源有限公司", "from_on": None, "until": date(2020, 1, 5), "source": ""}
        ],
        "other_codes": [{"kind": "注册号", "value": "410200000000000"}],
        "as_of": TODAY,
        "known_on": TODAY,
        "time_machine": [Filter("as_of", "情况日", "date"), Filter("known_on", "所知日", "date")],
        "now_url": "",
        "grade": a_grade(),
        "visits": VISITS,
        "categories": [Link("全部", "#", count=14, current=True), Link("行政处罚", "#", count=1)],
        "entries": [*timeline(), Entry(None, "没有日期的记录")],
        "reads_url": "#",
        "reads": [{"at": NOW, "unit": "示例市司法局", "reason": "监督检查"}],
        "ended": 2,
        "ended_shown": False,
        "acts": [Link("生成核查函", "#")],
        "records": [RECORD],
    }


def _record() -> Context:
    return {
        **OFFICE,
        "subject": a_subject(),
        "record": RECORD,
        "fields": [{"label": "处罚内容", "value": "罚款 3,000.00 元"}],
        "source": source(),
        "original_until": date(2031, 11, 19),
        "form": ChangeForm({}),
        "change_url": "#",
        "effects": [
            {"label": "公示", "url": "#", "ended_on": None},
            {"label": "重点关注", "url": "", "ended_on": TODAY},
        ],
        "versions": [
            {
                "number": 1,
                "known_at": NOW,
                "until": None,
                "deed": "收到",
                "reason": "批次 2026-1118-3",
                "ground": "",
                "actor": "某某",
                "current": True,
            }
        ],
        "publication": {"clock": running(), "stop_on": date(2027, 9, 1), "repair_from": date(2026, 12, 1)},
    }


def _grade() -> Context:
    return {
        **OFFICE,
        **explained(),
        "vetoes": [
            {
                "label": "列入严重失信主体名单，直接定为 E",
                "clause": "模型第 9 项",
                "record_title": "决定书",
                "record_url": "#",
            }
        ],
        "stale": True,
        "snapshot_digest": DIGEST,
        "model_digest": DIGEST,
        "result_digest": DIGEST,
        "rebuilt": True,
        "history": [
            {
                "run_on": date(2025, 11, 1),
                "letter": "C",
                "points_milli": 690_000,
                "model": "第 2 版",
                "url": "#",
            }
        ],
        "reads": [{"at": NOW, "unit": "示例市司法局", "reason": "监督检查"}],
    }


def _plans() -> Context:
    return {
        **OFFICE,
        "new_url": "#",
        "plans": [
            PLAN,
            {**PLAN, "approved_at": None, "approved_by": "", "state": "待批准", "tone": "clock"},
        ],
        "bands": [
            {
                "name": "无事不扰",
                "grades": ["A"],
                "ratio": 10,
                "visits": 1,
                "items": "非现场为主",
                "waivers": "",
                "source": "汴政办〔2020〕46号 第十二项",
                "verified": False,
            },
            {
                "name": "未评价",
                "grades": [],
                "ratio": None,
                "visits": None,
                "items": "常规",
                "waivers": "",
                "source": "待确认",
                "verified": False,
            },
        ],
        "ceiling": {"value": None, "source": "国办发〔2024〕54号", "verified": False},
        "policy_title": "示例市分级分类监管",
        "policy_digest": DIGEST,
    }


def _plan() -> Context:
    return {
        **OFFICE,
        "plan": PLAN,
        "stages": stages(),
        "strata": strata(),
        "inspectors": 46,
        "run": {"model": "食品行业信用评价", "run_on": date(2026, 11, 1)},
        "blocked": [],
        "edit_url": "#",
        "approve_form": ApproveForm(),
        "approve_url": "#",
        "return_url": "#",
        "announce_form": AnnounceForm(),
        "announce_url": "#",
        "commit_form": CommitForm({"party": "示例市人民政府"}),
        "commit_url": "#",
        "committed": DIGEST,
        "announcement": {
            "at": NOW,
            "by": "某某",
            "digest": DIGEST,
            "url": "#",
            "parties": [{"name": "示例市人民政府", "commitment": DIGEST}],
        },
        "form": DrawForm(),
        "draw_url": "#",
        "draws": [{"number": "CC-2026-0003", "url": "#", "drawn_at": NOW, "drawn": 201, "by": "某某"}],
    }


def _plan_form() -> Context:
    return {**OFFICE, "heading": "拟定计划", "form": PlanForm({})}


def _approvals() -> Context:
    return {**OFFICE, "approvals": [APPROVAL, {**APPROVAL, "kind": "工作日历", "title": "2027年工作日历"}]}


def _approval() -> Context:
    return {
        **OFFICE,
        "case": APPROVAL,
        "stages": stages(),
        "facts": [("类别", "数据格式", ""), ("来自文件", "台账.xls", "#")],
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
    "title": "数据格式：示例局台账",
    "url": "#",
    "kind": "数据格式",
    "opened_by": "某某",
    "opened_at": NOW,
    "state": "待批准",
    "tone": "decide",
}


def _draw() -> Context:
    return {
        **OFFICE,
        "draw": a_draw(),
        "agrees": True,
        "faults": ["示例：摘要不一致"],
        "remarks": ["示例：可抽对象不足"],
        "checked_at": NOW,
        "file_url": "#",
        "file_name": "CC-2026-0004.json",
        "strata": strata(),
        "objects": [
            {
                "position": 1,
                "name": NAME,
                "code": CODE,
                "url": "#",
                "band": "常规",
                "inspectors": ["豫检0001", "豫检0002"],
                "state": "待检查",
                "tone": "clock",
            }
        ],
        "unassigned": [{"name": "示例食品有限公司", "why": "可派人员均须回避"}],
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


SUPERVISION: dict[str, Callable[[], Context]] = {
    "subjects": _subjects,
    "subject": _subject,
    "record": _record,
    "grade": _grade,
    "plans": _plans,
    "plan": _plan,
    "plan_form": _plan_form,
    "approvals": _approvals,
    "approval": _approval,
    "user_form": _user_form,
    "draw": _draw,
    "ledger": _ledger,
    "calendar": _calendar,
    "users": _users,
    "user": _user,
}
