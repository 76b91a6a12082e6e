"""What a view must hand to the pages of subjects and codes; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from tests.interfaces.web_samples import NAME, NOW, OFFICE, TILES

from xinheng.interfaces.office.code_issues import AssignForm, VerifyForm
from xinheng.interfaces.office.identities import IdentityForm
from xinheng.interfaces.office.identities_merges import DecisionForm, ProposalForm
from xinheng.interfaces.web.lines import Series, line
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Link, Option, Table
from xinheng.services.subject_merge import Beside

Context = dict[str, Any]
PAGES = [Link("重错码", "#", current=True), Link("无代码的行", "#"), Link("主体合并", "#")]
FILTERS = [Filter("state", "状态", "select", "", [Option("", "未销号"), Option("verified", "已销号")])]
CRUMBS = [Crumb("重错码", "#"), Crumb("91410200MA00000000")]
CODE = "91410200MA00000000"


def _table(*labels: str) -> Table:
    columns = [Column(label) for label in labels]
    row: list[Cell | str] = [Cell(NAME, "#"), *("示例" for _ in labels[2:])]
    return Table(
        "明细",
        columns,
        [[*row, Cell("", mark="待分派", tone="decide")]],
        empty="没有。",
        caption_hidden=True,
    )


def _code_issues() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "exports": [Link("导出 CSV", "#"), Link("导出 XLSX", "#")],
        "filters": FILTERS,
        "reset_url": "#",
        "tiles": TILES,
        "trend": line(["2026-10", "2026-11"], [Series("未销号", (9, 4))], title="本月底未销号 4 个"),
        "table": _table("种类", "代码或名称", "登记机关", "状态"),
        "assign": AssignForm(),
        "assignable": ["a" * 16],
        "assign_url": "#",
        "sweep_url": "#",
    }


def _code_issue() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": CODE,
        "kind": "校验位错",
        "advice": "对照登记底册核对代码。",
        "state": "已整改，待复核",
        "tone": "clock",
        "facts": [("登记机关", "市场监管（示例局）"), ("数据中", "仍存在")],
        "members": [NAME, "另一家公司"],
        "subjects": [{"name": NAME, "code": CODE, "url": "#"}],
        "rows": [{"label": "批次 7 第 3 行", "unit": "示例局", "name": NAME, "url": "#"}],
        "course": [{"on": NOW, "deed": "发现", "who": "系统", "remark": ""}],
        "step": "verify",
        "form": VerifyForm(),
        "issue": "a" * 16,
        "act_url": "#",
        "why_not": "",
    }


def _identities() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "filters": FILTERS,
        "reset_url": "#",
        "table": _table("名称", "所填代码", "单位", "批次"),
    }


def _identity() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "name": NAME,
        "code": "",
        "unit": "示例局",
        "feed": "行政处罚",
        "where": "批次 7 第 3 行",
        "cells": [("处罚机关", "示例局")],
        "candidates": [
            {
                "name": NAME,
                "code": CODE,
                "kind": "企业",
                "status": "存续",
                "district": "示例县",
                "score": "97%",
                "reasons": ("行政区划省略", "与曾用名“旧名”比较：名称相同"),
                "url": "#",
            }
        ],
        "form": IdentityForm(()),
        "decide_url": "#",
        "said": None,
        "back": None,
        "back_url": "#",
        "why_not": "由决定人认定。",
    }


def _merges() -> Context:
    return {
        **OFFICE,
        "pages": PAGES,
        "filters": FILTERS,
        "reset_url": "#",
        "table": _table("并入", "保留", "提出", "状态"),
        "form": ProposalForm(),
        "propose_url": "#",
    }


def _merge() -> Context:
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": NAME,
        "kept": {"name": NAME, "url": "#"},
        "gone": {"name": "旧名公司", "url": "#"},
        "state": "待决定",
        "tone": "decide",
        "lines": [Beside("名称", NAME, "旧名公司"), Beside("登记状态", "存续", "存续")],
        "course": [{"deed": "提出合并", "who": "王静", "at": NOW, "said": "换发代码（登记底册）"}],
        "form": DecisionForm(),
        "splitting": False,
        "act_url": "#",
        "why_not": "",
    }


IDENTITIES: dict[str, Callable[[], Context]] = {
    "code_issues": _code_issues,
    "code_issue": _code_issue,
    "identities": _identities,
    "identity": _identity,
    "merges": _merges,
    "merge": _merge,
}
