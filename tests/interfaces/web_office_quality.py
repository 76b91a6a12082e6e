"""What a view must hand to the pages of quality; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import NAME, NOW, OFFICE, TILES, TODAY

from xinheng.interfaces.office.quality_cycle import ReasonForm, SignForm
from xinheng.interfaces.web.charts import Bar, Stack, bars, stacks
from xinheng.interfaces.web.lines import Series, line
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Notice, Option, Table

Context = dict[str, Any]
PAGES = [Link("各项比率", "#", current=True), Link("质量得分", "#"), Link("归集覆盖", "#")]
EXPORTS = [Link("导出 CSV", "#"), Link("导出 XLSX", "#")]
CRUMBS = [Crumb("数据质量", "#"), Crumb("这一页")]
FILTERS = [Filter("by", "分组", "select", "unit", [Option("unit", "单位"), Option("county", "县区")])]


class _VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label="以谁为准", choices=[("first", "以先报的为准")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 3}))
    ground = forms.CharField(label="所依据的文书")


class _CheckForm(forms.Form):
    organisation = forms.ChoiceField(label="单位", choices=[("a", "示例局")])
    item = forms.ChoiceField(label="目录项", choices=[("4", "行政处罚")])
    checked_on = forms.DateField(label="核对日期")
    place = forms.CharField(label="核对的来源")
    sampled = forms.IntegerField(label="抽查行数")
    concealed = forms.CharField(label="应报未报的文书号", widget=forms.Textarea)
    wrong = forms.CharField(label="报送有误的文书号", widget=forms.Textarea)


def _table(*labels: str) -> Table:
    columns = [Column(labels[0]), *(Column(label, "number") for label in labels[1:])]
    row: list[Cell | str] = [
        Cell("示例市市场监督管理局", "#", mark="逾期未报", tone="decide"),
        *("98.25%" for _ in labels[1:]),
    ]
    return Table("明细", columns, [row], empty="没有。", caption_hidden=True)


def _quality() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "exports": EXPORTS,
        "as_of": TODAY,
        "filters": FILTERS,
        "reset_url": "#",
        "tiles": TILES,
        "named": Notice("decide", "迟报率高于 50%，列入通报整改，依据待核", "示例县（61.20%）"),
        "chart": bars(
            [Bar("示例市市场监督管理局", 360, "3.60%（332/9,220）")], title="1 个单位中，1 个有迟报"
        ),
        "table": _table("单位", "报送行", "入库行", "数据合规率", "迟报行", "迟报率", "及时率", "一次合格率"),
    }


def _rows() -> Context:
    table = _table("批次", "行")
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": "迟报的记录",
        "filters": FILTERS,
        "reset_url": "#",
        "table": table,
    }


def _scores() -> Context:
    months = ["2026-09", "2026-10", "2026-11"]
    return {
        **OFFICE,
        "pages": PAGES,
        "exports": EXPORTS,
        "month": "2026年11月",
        "filters": FILTERS,
        "reset_url": "#",
        "chart": bars([Bar("示例局", 942, "94.2 分，第 1 名")], title="示例局最高"),
        "trend": line(months, [Series("总得分", (900, None, 942))], title="上升 4.2 分"),
        "table": _table("名称", "得分", "完整性", "规范性", "准确性", "一致性", "唯一性", "及时性", "覆盖性"),
        "problems": _table("代码", "问题", "没有入库的行", "已整改", "整改率"),
        "weights": [
            {"label": "完整性", "meaning": "没有缺必填项的行", "weight": "15%", "verified": False},
            {"label": "规范性", "meaning": "取值合规的行", "weight": "15%", "verified": True},
        ],
    }


def _coverage() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "exports": EXPORTS,
        "month": "2026年11月",
        "counted_at": NOW,
        "filters": FILTERS,
        "reset_url": "#",
        "tiles": TILES,
        "chart": stacks([Stack("示例区", (9, 3))], ("已覆盖", "未覆盖"), title="1 个地方中，0 个全部覆盖"),
        "counties": _table("县区", "主体", "已覆盖", "应覆盖", "覆盖率"),
        "unlisted": 3,
        "duties_url": "#",
        "table": _table("单位", "目录项", "应报依据", "情况", "全市"),
    }


def _cycle() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "exports": EXPORTS,
        "filters": FILTERS,
        "reset_url": "#",
        "tiles": TILES,
        "table": _table("单位", "目录项", "情况"),
        "register": {
            "title": "当月信用承诺登记表",
            "month": "2026年11月",
            "due_on": TODAY,
            "left": 3,
            "missing": 2,
            "table": _table("单位", "登记表", "承诺"),
        },
    }


def _statement() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "unit": "示例局",
        "item": "行政处罚信息",
        "month": "2026年10月",
        "due_on": TODAY,
        "words": "经核实，本单位2026年10月没有应当报送的“行政处罚信息”。",
        "form": ReasonForm({}),
        "statement": {
            "signed_by": "李某",
            "signed_at": NOW,
            "digest": "sha256:" + "0" * 64,
            "withdrawn_at": None,
            "withdrawn_by": "",
            "batch": "",
            "reason": "",
        },
        "withdraw_url": "#",
    }


def unsigned() -> Context:
    """The page before signing."""
    return {**_statement(), "statement": None, "form": SignForm({}), "withdraw_url": ""}


def _conflicts() -> Context:
    table = _table("企业", "目录项", "不一致")
    return {**OFFICE, "pages": PAGES, "filters": FILTERS, "reset_url": "#", "table": table}


def _conflict() -> Context:
    side = {"unit": "示例局", "batch": "2026-1120-AB12", "url": "#", "row_no": 7}
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "subject": NAME,
        "subject_url": "#",
        "item": "行政处罚信息",
        "kind": "同一行为，内容不同",
        "state": "待处理",
        "tone": "decide",
        "first": side,
        "second": {**side, "url": ""},
        "words": [
            {"label": "金额", "first": "5,000.00 元", "second": "9,000.00 元", "differs": True},
            {"label": "标题", "first": "", "second": "", "differs": False},
        ],
        "form": _VerdictForm({}),
        "decide_url": "#",
        "why_not": "",
        "decided_by": "",
        "decided_at": None,
        "reason": "",
        "ground": "",
    }


def _checks() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "exports": EXPORTS,
        "tiles": TILES,
        "table": _table("单位", "抽查", "瞒报率"),
        "form": _CheckForm({}),
        "add_url": "#",
    }


QUALITY: dict[str, Callable[[], Context]] = {
    "quality": _quality,
    "quality_rows": _rows,
    "quality_scores": _scores,
    "quality_coverage": _coverage,
    "quality_cycle": _cycle,
    "statement": _statement,
    "conflicts": _conflicts,
    "conflict": _conflict,
    "spot_checks": _checks,
}
