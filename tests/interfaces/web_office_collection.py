"""What a view must hand to the pages of collection in the office; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from tests.interfaces.web_samples import (
    CODE,
    NAME,
    NOW,
    OFFICE,
    TILES,
    TODAY,
    DecisionForm,
    FeedForm,
    TokenForm,
    UploadForm,
    a_batch,
    problems,
    returned_rows,
    running,
    steps,
)

from xinheng.interfaces.office.batches_unnamed import WholeForm
from xinheng.interfaces.web.charts import Bar, bars
from xinheng.interfaces.web.gallery_content import charts
from xinheng.interfaces.web.parts import Cell, Column, Link, Notice, Option, Paging, Table, Tile

Context = dict[str, Any]


_, distribution, quality, coverage, lateness = charts()


def _desk() -> Context:
    return {
        **OFFICE,
        "today": TODAY,
        "notices": [Notice("clock", "每月 5 日前报送上月承诺台账", "还差 1 项。", "#")],
        "tiles": [
            Tile("今天到期", "3", url="#", attention=True),
            Tile("本周到期", "11", url="#"),
            Tile("逾期", "0", url="#"),
        ],
        "tasks": [
            {
                "kind": "异议",
                "title": "对处罚信息的异议",
                "url": "#",
                "subject": NAME,
                "subject_url": "#",
                "clock": running(),
                "state": "待核实",
                "tone": "clock",
            },
            {
                "kind": "批次",
                "title": "批次 2026-1118-3 待审核",
                "url": "#",
                "subject": "",
                "subject_url": "",
                "clock": running(-1),
                "state": "待审核",
                "tone": "decide",
            },
        ],
        "collection": [
            {
                "item": "行政处罚",
                "period": "2026 年 11 月",
                "clock": running(),
                "last_on": TODAY,
                "state": "已报送",
                "tone": "done",
                "url": "#",
            },
            {
                "item": "信用承诺及履行情况",
                "period": "2026 年 10 月",
                "clock": running(-9),
                "last_on": None,
                "state": "迟报",
                "tone": "decide",
                "url": "#",
            },
        ],
        "collection_summary": "本部门 7 项，迟报 1 项。",
    }


def _dashboard() -> Context:
    return {
        **OFFICE,
        "pages": [Link("各项比率", "#", current=True), Link("质量得分", "#")],
        "as_of": TODAY,
        "tiles": TILES,
        "coverage": coverage,
        "quality": quality,
        "grades": distribution,
        "grade_note": "试算，不对外公布。",
        "lateness": lateness,
        "overdue": [
            {
                "unit": "示例市城市管理局",
                "file_name": "处罚.csv",
                "url": "#",
                "records": 12,
                "due_on": TODAY,
                "late": 3,
            }
        ],
        "units": [
            {
                "name": "示例市市场监督管理局",
                "url": "#",
                "due": "19",
                "received": "18",
                "coverage": "94.7%",
                "on_time": "98.1%",
                "rows": "42,801",
                "first_pass": "97.2%",
                "waiting": "214",
                "late": "1",
            }
        ],
    }


def _batches() -> Context:
    return {
        **OFFICE,
        "batches": [a_batch(), {**a_batch(), "feed": "", "state": "未识别", "tone": "decide"}],
    }


def _upload() -> Context:
    return {
        **OFFICE,
        "form": UploadForm({}),
        "limits": "CSV、XLSX、XLS，不超过 200 MB。",
        "stages": steps(0),
    }


def _preview() -> Context:
    return {
        **OFFICE,
        "stages": steps(1),
        "batch": a_batch(),
        "tiles": TILES,
        "columns": [
            {"header": "行政相对人名称", "field": "名称", "sample": NAME, "note": ""},
            {"header": "备注", "field": "", "sample": "", "note": "不收集"},
        ],
        "problems": problems(),
        "notices": [Notice("info", "提示", "另有一张工作表未读入。")],
        "form": TokenForm(),
        "confirm_url": "#",
        "cancel_url": "#",
        "may_confirm": True,
        "may_cancel": True,
        "recognised": True,
        "ways": [
            {"label": "指明各列", "url": "#", "post": False},
            {"label": "重新识别", "url": "#", "post": True},
        ],
        "readable": True,
        "personal": 12,
    }


def _receipt() -> Context:
    return {**OFFICE, "stages": steps(4), "batch": a_batch(), "holds": True, "workbook_url": "#"}


def _batch() -> Context:
    return {
        **OFFICE,
        "batch": a_batch(),
        "why": Notice("decide", "没有读入", "没有数据源与文件的各列相符。"),
        "tiles": TILES,
        "chart": bars(
            [Bar("E03 代码校验不符", 14, "14 行"), Bar("E16 自然人", 5, "5 行", marked=True)],
            title="19 行没有采纳，多数是代码校验不符",
        ),
        "problems": problems(),
        "mended": [{"number": "2026-1117-1", "url": "#", "rows": 3}],
        "rows": returned_rows(),
        "show_batch": False,
        "workbook_url": "#",
        "may_publish": True,
        "publish_url": "#",
        "acts": [
            {"label": "回执", "url": "#", "post": False},
            {"label": "重新识别", "url": "#", "post": True},
        ],
    }


def _batch_records() -> Context:
    columns = [
        Column("行", "number"),
        Column("主体"),
        Column("记录"),
        Column("决定日期", "day"),
        Column("状态"),
    ]
    line = ["7", "示例市某某食品有限公司", Cell("示市监罚〔2026〕7号", "#"), "2026-09-01", "有效"]
    table = Table("入库的记录", columns, [line], empty="没有。")
    return {**OFFICE, "number": "2026-1118-3", "table": table, "paging": Paging(shown=1)}


def _quarantine() -> Context:
    return {**OFFICE, "tiles": TILES, "rows": returned_rows(), "show_batch": True, "of_batch": "2026-1118-3"}


def _quarantine_row() -> Context:
    return {
        **OFFICE,
        "row": {
            **returned_rows()[0],
            "feed": "双公示 行政处罚",
            "decided_by": "",
            "decided_at": None,
            "reason": "",
        },
        "problems": problems()[:1],
        "fields": [
            {
                "label": "统一社会信用代码",
                "original": "9141020OMA00000000",
                "proposed": CODE,
                "changed": True,
                "problem": "E03",
            },
            {
                "label": "决定日期",
                "original": "2026.9.1",
                "proposed": "2026-09-01",
                "changed": True,
                "problem": "",
            },
            {"label": "备注", "original": "", "proposed": "", "changed": False, "problem": ""},
        ],
        "before": {
            "first": {"unit": "示例市市场监督管理局", "batch": "2026-1118-3", "url": "#", "row_no": 7},
            "words": [
                {"label": "金额", "first": "5,000.00 元", "second": "8,000.00 元", "differs": True},
                {"label": "结果", "first": "罚款", "second": "罚款", "differs": False},
            ],
        },
        "conflict_url": "#",
        "candidates": [{"name": NAME, "code": CODE, "url": "#", "why": "名称相同，代码差一位"}],
        "form": DecisionForm({"decision": "accept"}),
        "decide_url": "#",
        "why_not": "",
        "previous_url": "#",
        "next_url": "#",
    }


def _feeds() -> Context:
    return {
        **OFFICE,
        "feeds": [
            {
                "id": "double-publicity-penalty",
                "title": "双公示 行政处罚",
                "item": "行政处罚",
                "url": "#",
                "origin": "随系统",
                "version": 3,
                "columns": 28,
                "batches": 214,
                "last_on": TODAY,
            }
        ],
        "unmapped": [
            {
                "file_name": "台账.xls",
                "unit": "示例市城市管理局",
                "received_at": NOW,
                "rows": 88,
                "why": "没有数据源与文件的各列相符。",
                "url": "#",
            }
        ],
        "map_url": "#",
    }


def _map_feed() -> Context:
    return {
        **OFFICE,
        "file": a_batch(),
        "code_column": "B",
        "name_column": "A",
        "columns": [
            {
                "number": n,
                "header": h,
                "filled": "98.2%",
                "samples": ["甲", "乙"],
                "field": f"c{n}",
                "value": "name",
                "options": [Option("", "不读"), Option("name", "名称")],
                "wrong": "重复" if n == 2 else "",
            }
            for n, h in enumerate(("单位名称", "信用代码", ""), 1)
        ],
        "form": FeedForm(),
        "required": ["决定日期", "作出机关"],
        "tiles": TILES,
        "problems": problems(),
        "cancel_url": "#",
    }


def _feed() -> Context:
    return {
        **OFFICE,
        "feed": {
            "id": "local-abc",
            "title": "示例局台账",
            "item": "行政处罚",
            "origin": "本市新增",
            "columns": 9,
        },
        "known": ["有“当事人名称”或“相对人名称”列", "没有“详情”列"],
        "fields": [("主体名称", "当事人名称、相对人名称", "必填"), ("金额", "罚款（万元）", "单位 万元")],
        "rules": [("来源类别", "公共信用信息"), ("失信程度", "一律：一般失信（建议值，待核）")],
        "text": 'id: "local-abc"\n',
    }


def _list_exits() -> Context:
    entry = {
        "key": 7,
        "chosen": True,
        "name": NAME,
        "code": CODE,
        "url": "#",
        "document_no": "（2026）豫0202执7号",
        "authority": "某市某区人民法院",
        "decided_on": TODAY,
    }
    return {
        **OFFICE,
        "number": "2026-1118-3",
        "unit": "某市中级人民法院",
        "standing": 412,
        "count": 2,
        "too_many": False,
        "entries": [entry, {**entry, "key": 8, "chosen": False}],
        "form": WholeForm(),
        "why_not": "",
        "act_url": "#",
    }


COLLECTION: dict[str, Callable[[], Context]] = {
    "desk": _desk,
    "dashboard": _dashboard,
    "batches": _batches,
    "upload": _upload,
    "preview": _preview,
    "receipt": _receipt,
    "batch": _batch,
    "batch_records": _batch_records,
    "quarantine": _quarantine,
    "quarantine_row": _quarantine_row,
    "feeds": _feeds,
    "map_feed": _map_feed,
    "feed": _feed,
    "list_exits": _list_exits,
}
