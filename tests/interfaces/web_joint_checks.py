"""What a view must hand to the page of joint checks; nothing in it exists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.interfaces.web_samples import NAME, NOW, OFFICE, crumbs_to

from xinheng.interfaces.office.joint_checks import HEAD, AgreeForm, DeclineForm
from xinheng.interfaces.web.charts import Bar, bars
from xinheng.interfaces.web.parts import Link

Context = dict[str, Any]
DAY = date(2026, 11, 27)


def _joint_checks() -> Context:
    member = {
        "organ": "示例市市场监督管理局",
        "matter": "食品经营监督检查",
        "number": "JC-2026-000001",
        "url": "#",
        "visit_state": "待入企",
        "answer": "已同意",
        "tone": "done",
        "by": "何某",
        "at": NOW,
        "reason": "",
    }
    other = {**member, "organ": "示例市应急管理局", "url": "", "answer": "待答复", "tone": "clock", "by": ""}
    given = {"organisation": 1, "seen": 1, "day": DAY}
    answer = {
        "organ": "示例市应急管理局",
        "agree": AgreeForm(initial=given, auto_id="x-a-%s"),
        "decline": DeclineForm(initial=given, auto_id="x-d-%s"),
        "agree_url": "#",
        "decline_url": "#",
        "hint": "2026-11-23 至 2026-11-27 之间的工作日。",
    }
    joint = {
        "subject": NAME,
        "subject_url": "#",
        "place": "金明大道1号",
        "first_on": date(2026, 11, 23),
        "last_on": DAY,
        "day": DAY,
        "chosen": True,
        "leading": "示例市市场监督管理局",
        "state": "还有 1 项待答复",
        "tone": "clock",
        "why": "",
        "members": [member, other],
        "forms": [answer],
    }
    shown = [Bar("2026-10", 4, "4 次"), Bar("2026-11", 7, "7 次")]
    return {
        **OFFICE,
        "crumbs": crumbs_to("联合检查"),
        "filters": [],
        "reset_url": "#",
        "joints": [joint, {**joint, "forms": [], "why": "只剩一项检查", "state": "已结束", "tone": ""}],
        "paging": None,
        "chart": bars(shown, title="联合检查节省的入企次数", head=HEAD),
        "exports": [Link("导出表格", "#")],
        "propose_url": "#",
        "maximum": "一次联合检查最多几个机关同时到场：未核",
    }


OFFICE_JOINT_CHECKS: dict[str, Callable[[], Context]] = {"joint_checks": _joint_checks}
