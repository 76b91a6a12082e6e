"""What a view must hand to the pages of visits; nothing in it exists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from tests.interfaces.web_counter_pages import SPACE
from tests.interfaces.web_inspections import SECTION
from tests.interfaces.web_portal_pages import COMMON
from tests.interfaces.web_samples import CODE, NAME, NOW, OFFICE, TODAY, crumbs_to

from xinheng.interfaces.counter.visits import CodeForm, RatingForm
from xinheng.interfaces.office.visits import OffsiteForm
from xinheng.interfaces.web.charts import Bar, bars
from xinheng.interfaces.web.parts import Column, Table

Context = dict[str, Any]
ORGAN, MATTER = "示例市市场监督管理局", "食品经营监督检查"
CERTIFICATES = ["豫检0001", "豫检0002"]
COUNT = "2026 年第 1 次，上限 1 次"


class _LeadForm(OffsiteForm):
    certificates = forms.MultipleChoiceField(
        label="检查人员", choices=[(one, one) for one in CERTIFICATES], widget=forms.CheckboxSelectMultiple
    )


def _visits() -> Context:
    line = {
        "number": "JC-2026-000001",
        "url": "#",
        "subject": NAME,
        "matter": MATTER,
        "organ": ORGAN,
        "kind": "日常检查",
        "count": "2／1",
        "beyond": True,
        "state": "待入企",
        "tone": "decide",
        "stars": "2 分，投诉",
    }
    return {
        **OFFICE,
        "filters": [],
        "reset_url": "#",
        "paging": None,
        "visits": [line, {**line, "beyond": False, "stars": ""}],
        "field_url": "#",
        "leads": [{"subject": NAME, "title": "个案检查", "url": "#"}],
    }


def _send() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("派出检查"),
        "title": "2026 年食品双随机抽查",
        "waiting": 214,
        "form": _LeadForm(),
        "held": [{"name": NAME, "why": "今年检查已达上限"}],
        "button": "派出，交另一人审批",
    }


def _figures() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("检查情况"),
        "title": "2026 年食品双随机抽查",
        "figures": [("派出", 214), ("已入企", 180)],
        "stars": 4.5,
    }


def _results() -> Context:
    line = {
        "name": NAME,
        "code": CODE,
        "subject_url": "#",
        "matter": MATTER,
        "url": "#",
        "document_no": "JC-2026-000001",
        "organ": ORGAN,
        "on": TODAY,
        "result": "不配合检查情节严重",
        "failing": True,
        "until": date(2027, 11, 20),
        "mark": "异议中",
    }
    return {
        **COMMON,
        "filters": [],
        "reset_url": "#",
        "export_url": "#",
        "results": [line, {**line, "until": None, "mark": ""}],
        "paging": None,
        "section": SECTION,
        "check_url": "#",
    }


def _code() -> Context:
    return {
        **COMMON,
        "code": "ABCDEFGH23",
        "known": True,
        "again_url": "#",
        "organ": ORGAN,
        "matter": MATTER,
        "together": [],
        "basis": "《办法》第九条",
        "subject": NAME,
        "certificates": CERTIFICATES,
        "state": "待入企",
        "kind": "日常检查",
        "urgent": False,
        "count": COUNT,
        "over": "",
    }


def _own_visits() -> Context:
    line = {
        "number": "JC-2026-000001",
        "organ": ORGAN,
        "matter": MATTER,
        "together": ["示例市应急管理局：安全生产监督检查（执法证号 豫检0011）"],
        "kind": "日常检查",
        "certificates": CERTIFICATES,
        "count": COUNT,
        "arrived_at": NOW,
        "state": "已公示",
        "result": "不配合检查情节严重",
        "stars": 4,
        "rate_url": "#",
        "object_url": "#",
    }
    return {
        **SPACE,
        "visits": [line, {**line, "arrived_at": None, "stars": None}],
        "misuse_url": "#",
        "codes_url": "#",
    }


def _own_visit() -> Context:
    return {
        **SPACE,
        "number": "JC-2026-000001",
        "organ": ORGAN,
        "matter": MATTER,
        "form": RatingForm(),
        "rated": False,
        "back_url": "#",
    }


def _effect() -> Context:
    table = Table("各档次", [Column("档次"), Column("实际检查", "number")], [["优秀", "20"]], empty="没有。")
    return {
        **OFFICE,
        "crumbs": crumbs_to("检查效果"),
        "year": "2026",
        "filters": [],
        "reset_url": "#",
        "chart": bars([Bar("优秀", 50, "5.0%")], title="各档次检查的发现率"),
        "few": "",
        "saved": {"figure": "少跑 81 次", "sentence": "要发现同样的 11 个问题，须检查 121 次。"},
        "tables": [("各档次", "不参加比较。", table)],
        "exports": [("各档发现率", "#")],
        "minimum": 20,
    }


_ADDRESSES = ("visits_url", "list_url", "sync_url", "worker_url", "login_url", "leave_url")
OFFICE_VISITS: dict[str, Callable[[], Context]] = {
    "visits_effect": _effect,
    "visits": _visits,
    "field": lambda: {"noindex": True, **dict.fromkeys(_ADDRESSES, "#")},
    "visit_send": _send,
    "visit_figures": _figures,
}
PORTAL_VISITS: dict[str, Callable[[], Context]] = {"inspection_results": _results}
COUNTER_VISITS: dict[str, Callable[[], Context]] = {
    "visit_codes": lambda: {**COMMON, "form": CodeForm()},
    "visit_code": _code,
    "own_visits": _own_visits,
    "own_visit": _own_visit,
}
