"""What a view must hand to the pages of measures; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import DIGEST, NAME, OFFICE, TODAY

from xinheng.core.measures import Occasion
from xinheng.interfaces.office.checks_decided import OutcomeForm
from xinheng.interfaces.office.measures_bans import clause_field, fits_field
from xinheng.interfaces.office.measures_check import CheckForm
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Option, Paging, Table
from xinheng.services.measures_applying import Applies
from xinheng.store.checked_lines import Known

Context = dict[str, Any]
CRUMBS = [Crumb("奖惩措施", "#"), Crumb("限制参加评先评优")]
BASIS = "《示例省社会信用条例》第三十二条"
ROW = {
    "title": "限制参加评先评优",
    "targets": "有失信信息的主体",
    "bodies": "评选组织单位",
    "occasions": "评先评优",
    "least": "一般",
    "term": "随依据终止",
    "elsewhere": False,
    "persons": False,
    "related": True,
    "own_basis": True,
    "note": "检查频次不超过年度上限",
    "basis": BASIS,
    "verified": False,
}
BAN = {
    "title": "一至三年内禁止参加政府采购活动",
    "field": "政府采购",
    "occasions": "政府采购",
    "term": "12至36个月",
    "persons": True,
    "faults": [("提供虚假材料谋取中标、成交", False)],
    "note": "条号待核",
    "basis": "《中华人民共和国政府采购法》第七十七条",
    "verified": False,
}
CATALOGUE: Context = {
    "edition": "2024",
    "digest": DIGEST,
    "editions": [
        {
            "title": "示例清单（2024年版）",
            "from_on": TODAY,
            "note": "现用版本",
            "basis": BASIS,
            "verified": False,
        }
    ],
    "measure_groups": [
        {
            "title": "行政管理措施",
            "rows": [ROW, {**ROW, "title": "限制消费", "elsewhere": True, "persons": True}],
        }
    ],
    "bans": [BAN],
}
TABLE = Table(
    "措施",
    [Column("企业"), Column("措施"), Column("截止", "day"), Column("状态")],
    [[Cell(NAME, "#"), "限制参加评先评优", str(TODAY), Cell("", mark="待反馈", tone="clock")]],
    empty="没有待反馈的措施。",
    caption_hidden=True,
)


class _NewForm(forms.Form):
    """The fields of a proposal without the city's bodies and sources."""

    body = forms.ChoiceField(label="实施单位", choices=[("a", "示例市市场监督管理局")])
    source = forms.ChoiceField(label="法律依据", required=False, choices=[("", "不另写")])
    clause = forms.CharField(label="条款", required=False)
    months = forms.IntegerField(label="期限（月）", required=False)
    ban = forms.ChoiceField(label="市场禁入和法定情形", required=False, choices=[("", "没有")])
    ban_clause = clause_field()
    fits = fits_field()
    reason = forms.CharField(label="事实和理由", error_messages={"required": "请写明事实和理由。"})
    measures = forms.MultipleChoiceField(
        label="措施", choices=[("x", "x")], error_messages={"required": "请选择至少一项措施。"}
    )


def _measures() -> Context:
    return {**OFFICE, "tabs": [Link("执行中的措施", "#")], **CATALOGUE}


def _tables() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "heading": "惩戒和激励措施",
        "lead": "每项措施都写明依据。",
        "links": [("登记审查", "#")],
        "filters": [Filter("state", "状态", "select", "", [Option("", "全部")])],
        "reset_url": "#",
        "tables": [("提供记录", TABLE)],
        "form": CheckForm({"code": ""}),
        "button": "生成文件",
    }


def _measure() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": "限制参加评先评优",
        "name": NAME,
        "state": "执行中",
        "tone": "decide",
        "facts": [("依据", BASIS, ""), ("决定", "CS-2026-000001", "#")],
        "use_url": "#",
        "case_url": "#",
        "asked": TABLE,
        "told": TABLE,
        "uses": TABLE,
    }


def _new() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "name": NAME,
        "ground": "行政处罚　示例罚〔2026〕7号",
        "target": "有失信信息的主体",
        "seriousness": "一般",
        "until_on": TODAY,
        "rows": [
            {
                "key": "limit_honours",
                "title": "限制参加评先评优",
                "group": "行政管理措施",
                "bodies": "评选组织单位",
                "occasions": "评先评优",
                "own_basis": True,
                "notice": True,
                "incentive": True,
                "checked": True,
            }
        ],
        "unfit": [{"title": "一年内不得再次申请该行政许可", "basis": BASIS}],
        "form": _NewForm({"body": "a"}),
    }


def _check() -> Context:
    found = Applies(
        subject=Known(1, "a" * 16, None, NAME, 1),
        occasion=Occasion.PROCUREMENT,
        on=TODAY,
        commitments=(),
        lists=(),
        measures=(),
        bans=(),
        incentives=(),
    )
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "many_url": "#",
        "names_url": "#",
        "form": CheckForm({"food": "食品", "fire": "消防"}, {"code": "", "occasion": "tender", "reason": ""}),
        "found": found,
        "tables": [("市场和行业禁入", TABLE)],
        "result": OutcomeForm(offered=[("示措〔2026〕1号", "限制参加评先评优（示措〔2026〕1号）")]),
        "result_url": "#",
        "waiting": TABLE,
    }


def public_measures() -> Context:
    return {"on": TODAY, "past": True, "now_url": "#", "json_url": "#", "cases_url": "#", **CATALOGUE}


def public_measure_cases() -> Context:
    case = {
        "measure": "纳入重点监管范围",
        "group": "行政管理措施",
        "organ": "示例市市场监督管理局",
        "occasion": "日常监管和检查",
        "year": 2026,
        "outcome": "企业因此履行了义务",
        "text": "某食品公司因标签不合格受到处罚，纳入重点监管后主动改正，复查合格。",
    }
    return {"cases": [case, case], "measures_url": "#", "paging": Paging(shown=2)}


MEASURES: dict[str, Callable[[], Context]] = {
    "measures": _measures,
    "tables": _tables,
    "measure": _measure,
    "measure_new": _new,
    "measure_check": _check,
}
