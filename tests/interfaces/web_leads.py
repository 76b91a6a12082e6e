"""What a view must hand to the pages of leads; nothing in it exists."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django import forms
from tests.interfaces.web_samples import NAME, NOW, OFFICE, crumbs_to

from xinheng.interfaces.office.leads import ReasonForm
from xinheng.interfaces.office.leads_handed import AnswerForm

Context = dict[str, Any]
LINE = {
    "what": "冷库温度持续偏高",
    "url": "#",
    "subject": NAME,
    "organ": "示例市市场监督管理局",
    "device": "物联网",
    "observed_at": NOW,
    "outcome": "待处理",
    "tone": "decide",
}


class _CheckForm(ReasonForm):
    organisation = forms.ChoiceField(label="检查机关", choices=[("a", "示例市市场监督管理局")])
    year = forms.IntegerField(label="年度")
    matter = forms.ChoiceField(label="检查事项", choices=[("a", "食品经营监督检查")])


class _HandForm(forms.Form):
    to = forms.ChoiceField(label="接收机关", choices=[("a", "示例市应急管理局")])
    why = forms.CharField(label="转交的理由", widget=forms.Textarea(attrs={"rows": 2}))


def _leads() -> Context:
    done = {**LINE, "outcome": "未发现问题，已关闭", "tone": "done"}
    kept = "设备线索的内容自收到起保存多少天：180 天"
    return {
        **OFFICE,
        "crumbs": crumbs_to("设备线索"),
        "filters": [],
        "reset_url": "#",
        "leads": [LINE, done],
        "paging": None,
        "kept": kept,
    }


def _lead() -> Context:
    lead = SimpleNamespace(
        what=LINE["what"],
        device_no="LK-07",
        observed_at=NOW,
        received_at=NOW,
        said="连续 3 小时高于 8 度",
        attachments=["sha256:" + "a" * 64],
        closed_at=NOW,
        reason="现场视频显示正在除霜",
        emptied_at=None,
    )
    return {
        **OFFICE,
        "crumbs": crumbs_to("冷库温度持续偏高"),
        "lead": lead,
        "line": LINE,
        "subject_url": "#",
        "case_url": "#",
        "check_url": "#",
        "closed_by": "何某",
        "handovers": [
            {
                "from": "示例市市场监督管理局",
                "to": "示例市应急管理局",
                "by": "何某",
                "at": NOW,
                "reason": "属于安全生产监督职责",
                "answer": "已退回",
                "tone": "decide",
                "answered_by": "刘某",
                "answered_at": NOW,
                "answer_reason": "食品冷库由市场监管部门负责",
            }
        ],
        "answer_form": AnswerForm(auto_id="answer-%s"),
        "answer_url": "#",
        "hand_form": _HandForm(),
        "hand_url": "#",
        "reason_form": ReasonForm(),
        "check_form": _CheckForm(auto_id="check-%s"),
    }


OFFICE_LEADS: dict[str, Callable[[], Context]] = {"leads": _leads, "lead": _lead}
