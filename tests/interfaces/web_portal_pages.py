"""What a view must hand to each page of the portal; nothing in it exists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.interfaces.web_samples import (
    CODE,
    COMMON,
    DIGEST,
    NAME,
    NOW,
    RULE,
    TODAY,
    a_draw,
    a_grade,
    a_subject,
    crumbs_to,
    explained,
    running,
    strata,
)

from xinheng.interfaces.web.gallery_content import statement, timeline
from xinheng.interfaces.web.parts import Clock, Filter, Link, Option, Tile

Context = dict[str, Any]


DRAWS = [{**a_draw(), "url": "#", "drawn_on": TODAY}] * 2


ACTS = [
    {
        "kind": "行政处罚",
        "name": NAME,
        "subject_url": "#",
        "url": "#",
        "title": "未按规定公示年度报告",
        "document_no": "示市监处罚〔2026〕000号",
        "authority": "示例市市场监督管理局",
        "decided_on": date(2026, 9, 1),
        "published_on": date(2026, 9, 8),
        "clock": Clock(date(2026, 9, 10), None, RULE, done_on=date(2026, 9, 8)),
        "state": "异议中",
    },
    {
        "kind": "行政许可",
        "name": "示例食品有限公司",
        "subject_url": "#",
        "url": "",
        "title": "食品经营许可",
        "document_no": "",
        "authority": "示例市行政审批局",
        "decided_on": date(2026, 11, 17),
        "published_on": None,
        "clock": running(),
    },
]


WAYS = [
    Link("信用修复", "#", "公示满最短期限并履行义务后可以申请"),
    Link("提出异议", "#", "信息有误、遗漏或不应公示"),
    Link("办理进度", "#", "用编号和查询码查"),
]


def _home() -> Context:
    return {
        **COMMON,
        "search_url": "/search/",
        "services": [*WAYS, Link("信用承诺", "#", "可以承诺办理的事项和格式文本")],
        "recent": ACTS,
        "acts_url": "#",
        "draws": DRAWS,
        "draws_url": "#",
        "datasets": [{"label": "行政许可公示", "url": "#", "rows": 42_801, "as_of": TODAY}],
        "data_url": "#",
        "structured": "",
        "counties": [Link("信用示例县", "#")],
        "tiles": [
            Tile("公示中的许可", "42,801", url="#"),
            Tile("公示中的处罚", "3,120", url="#"),
            Tile("按时公示", "98.1%", url="#", definition="决定后七个工作日内公示的 ÷ 应公示的"),
        ],
        "as_of": TODAY,
    }


def _search() -> Context:
    return {
        **COMMON,
        "results": [
            {**a_subject(), "former_name": "示例县绿源有限公司", "public_count": 7},
            {**a_subject(), "name": "示例食品有限公司", "former_name": "", "public_count": 0},
        ],
        "filters": [Filter("kind", "类型", "select", "", [Option("", "全部"), Option("enterprise", "企业")])],
        "hidden": [Option("q", "示例食品")],
        "reset_url": "?q=示例食品",
        "narrowed": False,
        "nearly": False,
        "help_url": "#",
    }


def _subject() -> Context:
    return {
        **COMMON,
        "crumbs": crumbs_to(NAME),
        "subject": a_subject(),
        "as_of": TODAY,
        "report_url": "#",
        "summary": [
            {"label": "许可", "text": "4", "url": "#timeline"},
            {"label": "处罚", "text": "1（公示中，至 2027-09）", "url": "#timeline"},
            {"label": "承诺", "text": "2", "url": "#commitments"},
        ],
        "entries": timeline(),
        "commitments": [
            {
                "title": "食品经营许可告知承诺",
                "kind": "审批替代型",
                "made_on": date(2026, 3, 2),
                "state": "已履行",
                "url": "#",
            }
        ],
        "listings": [statement()],
        "inspections": [
            {
                "title": "食品经营许可条件",
                "organ": "示例市市场监督管理局",
                "on": TODAY,
                "result": "未发现问题",
                "mark": "异议中",
                "url": "#",
            }
        ],
        "grade": a_grade() | {"disputed": True},
        "good_lists": [LISTED],
        "rules": [
            {
                "label": "公开范围",
                "text": "依法公开的许可、处罚等十类行政行为",
                "source": "示例市公示目录",
                "verified": True,
            },
            {
                "label": "公示期限",
                "text": "一般失信信息三个月至一年",
                "source": "国家发展改革委令第36号",
                "verified": False,
            },
        ],
    }


LISTED = {
    "name": NAME,
    "code": CODE,
    "subject_url": "#",
    "title": "守信激励对象",
    "authority": "示例市市场监督管理局",
    "from_on": date(2026, 3, 2),
    "until_on": date(2027, 3, 1),
    "act_url": "#",
    "disputed": True,
}
LIST = {
    "title": "守信激励对象",
    "kind": "守信激励对象",
    "good": True,
    "authority": "各行业主管部门",
    "elsewhere": False,
    "exit": "不再符合条件的移出；期满重新认定",
    "basis": "示例文件",
    "verified": False,
    "standing": 12,
    "url": "#",
}
RELEASE = {
    "title": "守信激励对象",
    "good": True,
    "period": "2026-11",
    "authority": "示例市市场监督管理局",
    "released_at": NOW,
    "digest": DIGEST,
    "url": "#",
}


def _lists() -> Context:
    notice = {
        "name": NAME,
        "subject_url": "#",
        "title": "守信激励对象",
        "matter": "按行业规定认定的守信主体",
        "authority": "示例市市场监督管理局",
        "since": date(2026, 11, 17),
        "due_on": date(2026, 11, 24),
        "provisional": True,
        "objected": False,
    }
    return {
        **COMMON,
        "notices": [notice, {**notice, "objected": True}, {**notice, "due_on": None}],
        "publicity": {"length": "5 个工作日", "source": "本平台的建议", "verified": False},
        "lists": [LIST, {**LIST, "elsewhere": True}],
        "releases": [RELEASE],
        "acts_url": "#",
    }


def _list() -> Context:
    return {**COMMON, "crumbs": crumbs_to("守信激励对象"), "list": LIST, "rows": [LISTED] * 2}


def _release() -> Context:
    return {
        **COMMON,
        "crumbs": crumbs_to("2026-11"),
        "release": RELEASE,
        "rows": [LISTED, {**LISTED, "act_url": "", "until_on": None, "disputed": False}],
        "as_of": TODAY,
    }


def _acts() -> Context:
    return {**COMMON, "acts": ACTS, "tiles": []}


def _act() -> Context:
    return {
        **COMMON,
        "crumbs": crumbs_to("行政处罚"),
        "kind": "行政处罚",
        "statement": statement(),
        "entry": None,
        "subject": a_subject(),
        "clock": ACTS[0]["clock"],
        "fields": [{"label": "违法行为类型", "value": "未按规定公示年度报告"}],
    }


def _grade() -> Context:
    return {**COMMON, **explained()}


def _draws() -> Context:
    return {
        **COMMON,
        "draws": DRAWS,
        "section": WAYS,
        "verify_url": "#",
        "given_up": [
            {
                "title": "2026 年第四批",
                "organ": "示例市民政局",
                "at": NOW,
                "cause": "分派不出检查组",
                "url": "#",
            }
        ],
        "announced": [
            {"title": "2026 年第五批 养老", "organ": "示例市民政局", "at": NOW, "place": "市民之家"}
        ],
    }


def _draw() -> Context:
    return {
        **COMMON,
        "crumbs": crumbs_to("抽取"),
        "draw": a_draw(),
        "changes": [
            {
                "position": 3,
                "absent": "kqZ_r8hfmGG1TuOBX4y5IQ",
                "substitute": "yzZ_r8hfmGG1TuOBX4y5IQ",
                "cause": "依法回避",
                "reason": "与该企业有利害关系，本人申请回避",
                "passed": ["执法证件失效或者已离开名录"],
                "at": NOW,
            }
        ],
        "changes_url": "#",
        "changes_file": "substitutes-0004.json",
        "pool_rules": [{"name": "事项的对象规则", "words": "登记行业属食品安全", "version": DIGEST}],
        "strata": strata(),
        "commitments": [{"party": "示例市司法局", "digest": DIGEST, "at": NOW, "revealed": True}],
        "objects": [{"position": 1, "name": NAME, "code": CODE, "url": "#", "band": "常规"}],
        "show_bands": False,
        "file_url": "#",
        "file_name": "CC-2026-0004.json",
        "specification_url": "#",
        "verify_url": "#",
        "agrees": True,
        "checked_at": NOW,
    }


def _about() -> Context:
    return {
        **COMMON,
        "documents": [
            {
                "title": "示例市加快推进社会信用体系建设实施方案",
                "number": "汴政办〔2020〕46号",
                "issuer": "示例市人民政府办公室",
                "rank": "市政府规范性文件",
                "in_force_on": date(2020, 8, 27),
                "repealed_on": None,
                "url": "#",
            }
        ],
        "clocks": [
            {
                "label": "许可、处罚公示",
                "value": "7 个工作日",
                "source": "示例",
                "verified": True,
                "from_on": date(2018, 1, 1),
            },
            {"label": "异议处理", "value": "", "source": "待确认", "verified": False, "from_on": None},
        ],
        "public_items": [
            {"label": "行政处罚", "published": "决定书摘要", "until": "三个月至三年", "source": "示例"}
        ],
        "ways": WAYS,
        "licence": ["再使用本站数据的，应当在本站停止公示后删除。"],
    }


PORTAL: dict[str, Callable[[], Context]] = {
    "home": _home,
    "search": _search,
    "subject": _subject,
    "lists": _lists,
    "list": _list,
    "release": _release,
    "acts": _acts,
    "act": _act,
    "grade": _grade,
    "draws": _draws,
    "draw_verify": lambda: {**COMMON, "crumbs": crumbs_to("核对"), "specification_url": "#"},
    "draw": _draw,
    "about": _about,
}
