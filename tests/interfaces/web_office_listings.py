"""What a view must hand to the pages of lists; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import NAME, NOW, OFFICE, PAGING, TODAY

from xinheng.interfaces.office.listings_rules import AssessForm, RuleForm
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Link, Table

Context = dict[str, Any]
CRUMBS = [Crumb("名单", "#"), Crumb("在列主体")]
LIST = {
    "title": "安全生产严重失信主体名单",
    "kind": "严重失信主体名单",
    "authority": "应急管理部门",
    "grounds": ("发生生产安全事故且负有责任",),
    "basis": [("《安全生产严重失信主体名单管理办法》", False)],
    "steps": "事先告知、陈述申辩、法制审核、另一人决定、两书同达、列入",
    "term": "36个月",
    "term_verified": False,
    "early": "12个月",
    "exit": "期满移出",
    "published": True,
    "here": True,
    "note": "施行日待核对",
    "standing": 3,
    "url": "#",
}
RULE = {
    "title": "诚信红黑榜办法",
    "document": "某办　〔2019〕3号",
    "rank": "地方规范性文件",
    "about": "设立名单",
    "sets": "不诚信商户榜",
    "hints": ("不在国家设列的名单范围内",),
    "state": "待评估",
    "tone": "clock",
    "finding": "没有上位法依据",
    "url": "#",
    "issued_on": TODAY,
    "entered_by": "王静",
    "assessed_by": "孙法审",
    "assessed_at": NOW,
}
RELEASE = {
    "title": LIST["title"],
    "period": "2026-11",
    "unit": "示例市应急管理局",
    "made_by": "王静",
    "state": "待另一人发布",
    "tone": "clock",
    "released_at": None,
    "all": 0,
    "standing": None,
    "url": "#",
    "reason": "",
    "discard_url": "#",
}


class _Proposal(forms.Form):
    """Stands for the form that needs the policy of a city."""

    choice = forms.ChoiceField(label="名单和列入情形", choices=[(LIST["title"], [("a|0", "事故")])])
    reason = forms.CharField(label="事实和理由", widget=forms.Textarea)


def _table(*columns: Column) -> Table:
    row = [Cell(NAME, url="#"), *("1" for _ in columns[1:])]
    return Table(
        caption="名单", columns=columns, rows=[row], empty="没有。", paging=PAGING, caption_hidden=True
    )


def _listings() -> Context:
    other = {**LIST, "here": False, "published": False, "term": "没有核定", "early": "", "note": ""}
    return {**OFFICE, "links": [Link("在列主体", "#")], "lists": [LIST, other]}


def _entries() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "filters": [],
        "reset_url": "#",
        "export_url": "#",
        "entries": _table(Column("主体"), Column("列入", "day"), Column("状态")),
    }


def _watch() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "months": "12个月",
        "fell": "20.0%",
        "beyond": ["示例市应急管理局"],
        "lines": _table(Column("单位"), Column("列入", "number")),
    }


def _releases() -> Context:
    done = {
        **RELEASE,
        "state": "已发布",
        "tone": "done",
        "released_at": NOW,
        "standing": 2,
        "url": "",
        "discard_url": "",
    }
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "releases": [RELEASE, done],
        "paging": PAGING,
        "make_url": "#",
        "form": None,
    }


def _rules() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "filters": [],
        "reset_url": "#",
        "rules": [RULE, {**RULE, "hints": (), "finding": ""}],
        "paging": PAGING,
        "add_url": "#",
        "form": RuleForm(),
    }


def _rule() -> Context:
    return {**OFFICE, "crumbs": CRUMBS, "rule": RULE, "form": AssessForm()}


def _new() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "subject": NAME,
        "ground": "行政处罚　2026-11-02",
        "record_url": "#",
        "form": _Proposal(),
    }


LISTINGS: dict[str, Callable[[], Context]] = {
    "listings": _listings,
    "list_entries": _entries,
    "list_watch": _watch,
    "list_releases": _releases,
    "local_rules": _rules,
    "local_rule": _rule,
    "case_listing_new": _new,
}
