"""What a view must hand to the pages of special campaigns; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_counter_pages import SPACE
from tests.interfaces.web_samples import CODE, NAME, OFFICE, TODAY

from xinheng.core.campaigns import LineState
from xinheng.interfaces.office.campaigns_lines import EndForm, TakeForm
from xinheng.interfaces.web.charts import Stack, stacks
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Table, Tile
from xinheng.services.campaigns_told import HOW_IT_ENDS, NATURE, RIGHTS

Context = dict[str, Any]
CRUMBS = [Crumb("专项治理", "#"), Crumb("食品领域诚信缺失")]
DOCUMENT = "关于开展诚信缺失突出问题专项治理的通知（示信办〔2026〕9号）"
STATES = [state.label for state in LineState]
COUNTS = Table(
    "县区",
    [Column("县区"), Column("合计", "number"), *(Column(state, "number") for state in STATES)],
    [["示例县", "12", "3", "2", "1", "5", "1"]],
    empty="还没有纳入。",
    caption_hidden=True,
)
LINES = Table(
    "台账",
    [Column("企业"), Column("统一社会信用代码", "code"), Column("状态")],
    [[Cell(NAME, "#"), CODE, Cell("", mark="已约谈", tone="clock")]],
    empty="没有符合条件的。",
    caption_hidden=True,
)


class _PlanForm(forms.Form):
    """The fields of a plan without the city's units, items and counties."""

    unit = forms.ChoiceField(label="开展单位", choices=[("a", "示例市信用办")])
    field = forms.ChoiceField(label="领域", choices=[("integrity", "诚信缺失突出问题")])
    title = forms.CharField(label="名称", error_messages={"required": "请写明名称。"})
    document_title = forms.CharField(label="依据文件标题")
    document_no = forms.CharField(label="依据文件文号")
    scope = forms.CharField(label="范围和要求")
    from_on = forms.DateField(label="开始日期")
    until_on = forms.DateField(label="截止日期")
    items = forms.MultipleChoiceField(
        label="提示哪些目录项的记录", choices=[("4", "行政处罚")], widget=forms.CheckboxSelectMultiple
    )
    least = forms.ChoiceField(label="失信程度", choices=[("2", "一般以上")])
    since = forms.DateField(label="从哪一天起作出的")
    counties = forms.MultipleChoiceField(
        label="县区（不选为全市）",
        required=False,
        choices=[("410211", "示例县")],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label="事实和理由")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _board() -> Context:
    kinds = ("已完成", "已退出", "约谈、整改中", "待处置")
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": "食品领域诚信缺失",
        "state": "进行中",
        "tone": "clock",
        "field": "诚信缺失突出问题",
        "unit": "示例市信用办",
        "document": DOCUMENT,
        "scope": "全市食品生产经营企业",
        "from_on": TODAY,
        "until_on": TODAY,
        "case_url": "#",
        "report": "治理 12 项，完成 5 项。",
        "whole": False,
        "tiles": [Tile("待处置", "3", url="#", unit="项", definition="已纳入", attention=True)],
        "chart": stacks([Stack("11-22 止", (5, 1, 3, 3))], kinds, title="12 项中，完成 5 项"),
        "counties": COUNTS,
        "units": COUNTS,
        "filters": [Filter("state", "状态", "select", "", [Option("", "全部")])],
        "reset_url": "#",
        "lines": LINES,
        "lines_url": "#",
        "board_file_url": "#",
        "take_url": "#",
    }


def _take() -> Context:
    row = {
        "key": 7,
        "name": NAME,
        "url": "#",
        "what": "行政处罚",
        "document_no": "示市监罚〔2026〕7号",
        "decided_on": TODAY,
        "seriousness": "一般",
        "unit": "示例市市场监督管理局",
        "ticked": True,
    }
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": "食品领域诚信缺失",
        "running": True,
        "code": "",
        "unknown": False,
        "rows": [row],
        "form": TakeForm([], {"reason": ""}),
        "here": "#",
    }


def _line() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "name": NAME,
        "mark": Cell("", mark="已约谈", tone="clock"),
        "facts": [("企业", NAME, "#"), ("理由", "处罚后未改正", "")],
        "nature": NATURE,
        "cases": LINES,
        "interview_url": "#",
        "order_url": "#",
        "form": EndForm({"how": "done"}),
    }


def _own() -> Context:
    said = {
        "title": "食品领域诚信缺失",
        "field": "诚信缺失突出问题",
        "unit": "示例市信用办",
        "document": DOCUMENT,
        "until_on": TODAY,
        "taken_on": TODAY,
        "ground": "行政处罚　示市监罚〔2026〕7号",
        "reason": "处罚后未改正",
        "state": "待处置",
        "tone": "clock",
        "ended_on": None,
        "why_ended": "",
    }
    over = {
        **said,
        "ground": "",
        "reason": "",
        "state": "已退出",
        "tone": "",
        "ended_on": TODAY,
        "why_ended": "纳入所依据的信息已经终止或者更正，随即退出。",
    }
    return {
        **SPACE,
        "lines": [said, over],
        "nature": NATURE,
        "how_it_ends": HOW_IT_ENDS,
        "rights": RIGHTS,
        "objection_url": "#",
        "repairs_url": "#",
    }


CAMPAIGNS: dict[str, Callable[[], Context]] = {
    "campaign": _board,
    "campaign_plan": lambda: {
        **OFFICE,
        "crumbs": CRUMBS,
        "heading": "拟定专项治理方案",
        "form": _PlanForm({"title": ""}),
    },
    "campaign_take": _take,
    "campaign_line": _line,
}
OWN_CAMPAIGNS: dict[str, Callable[[], Context]] = {"own_campaigns": _own}
