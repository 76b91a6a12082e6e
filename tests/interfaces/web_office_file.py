"""What a view must hand to the pages around the file of a subject; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from tests.interfaces.web_samples import NAME, NOW, OFFICE, TODAY

from xinheng.interfaces.office.identities_merges import DecisionForm
from xinheng.interfaces.office.members import MemberForm
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Link, Paging, Table, Tile

Context = dict[str, Any]
CRUMBS = [Crumb("企业档案", "#"), Crumb(NAME, "#"), Crumb("这一页")]


def _marks() -> Context:
    mark = {
        "kind": "国有企业",
        "superior": "示例市人民政府国有资产监督管理委员会",
        "audit_contact": "示例市审计局 0371-00000000",
        "source": "国有企业名录（2026年版）",
        "from_on": TODAY,
        "to_on": None,
        "by": "王审核",
        "ended": "",
        "end_url": "#",
    }
    ended = {**mark, "to_on": TODAY, "ended": "改制", "end_url": ""}
    letter = {
        "addressee": "上级单位",
        "to": "示例市国资委",
        "title": "关于失信情况的通报",
        "written_at": NOW,
        "state": "待签发",
    }
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "subject": NAME,
        "add_url": "#",
        "marks": [mark, ended],
        "letters": [letter],
        "letters_url": "#",
    }


def _persons() -> Context:
    one = {
        "kind": "法定代表人",
        "source": "限制消费令（2026）豫0202执1号",
        "from_on": TODAY,
        "to_on": None,
        "url": "#",
    }
    return {**OFFICE, "crumbs": CRUMBS, "subject": NAME, "add_url": "#", "persons": [one]}


def _census() -> Context:
    kinds = ("企业", "分支机构", "个体工商户", "农民专业合作社", "社会组织", "事业单位", "机关")
    table = Table(
        "按县区和主体类型",
        [Column("县区"), *(Column(kind, "number") for kind in kinds), Column("合计", "number")],
        [["示例区", *("12,345" for _ in kinds), "86,415"]],
        empty="没有。",
    )
    return {
        **OFFICE,
        "crumbs": [Crumb("主体统计", "#")],
        "total": "86,415",
        "exports": [Link("导出表格", "#")],
        "counties": table,
        "sectors": table,
        "marks": table,
    }


def _government() -> Context:
    body = {
        "name": NAME,
        "url": "#",
        "code": "11410202MB000001AX",
        "kind": "机关事业单位",
        "superior": "示例市人民政府",
        "standing": 2,
        "amount": "120,000.50 元",
        "oldest_on": TODAY,
        "over": 1,
        "letters": 1,
        "letters_url": "#",
        "marks_url": "#",
    }
    return {
        **OFFICE,
        "crumbs": [Crumb("政务诚信", "#")],
        "tiles": [Tile("在列失信", "2", unit="条"), Tile("涉及金额", "120,000.50 元")],
        "superiors": [("示例市人民政府", "12", "1", "2")],
        "bodies": [body, {**body, "kind": "未标注", "superior": "", "amount": "", "oldest_on": None}],
        "paging": Paging(shown=2),
        "exports": [Link("导出表格", "#")],
    }


def _associations() -> Context:
    table = Table(
        "行业协会",
        [Column("协会"), Column("统一社会信用代码", "code"), Column("现有会员", "number")],
        [[Cell("示例市食品行业协会", "#"), "51410200MJ00000001", "128"]],
        empty="还没有登记行业协会。",
    )
    return {**OFFICE, "crumbs": [Crumb("协会与会员")], "new_url": "#", "table": table}


def _members() -> Context:
    table = Table(
        "会员名册",
        [Column("会员"), Column("统一社会信用代码", "code"), Column("入会", "day"), Column("退会", "day")],
        [[NAME, "91410200MA00000011", "2020-01-01", Cell("登记退会", "#")]],
        empty="名册还是空的。",
    )
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "name": "示例市食品行业协会",
        "form": MemberForm(),
        "promise_url": "#",
        "add_url": "#",
        "batches_url": "#",
        "upload_url": "#",
        "table": table,
    }


def _deletion() -> Context:
    proposal = {
        "by": "李收集",
        "at": NOW,
        "reason": "含不得归集的信息",
        "ground": "示信函〔2026〕9号",
        "with_original": True,
    }
    return {
        **OFFICE,
        "crumbs": CRUMBS,
        "title": "行政处罚 示市监罚〔2026〕1号",
        "proposal": proposal,
        "form": None,
        "decision": DecisionForm(),
        "decide_url": "#",
        "why_not": "由报送单位或其上级单位的决定人确认。",
    }


FILE: dict[str, Callable[[], Context]] = {
    "associations": _associations,
    "members": _members,
    "deletion": _deletion,
    "marks": _marks,
    "persons": _persons,
    "census": _census,
    "government": _government,
}
