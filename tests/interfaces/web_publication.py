"""Contexts of the pages on what goes upwards, and of content pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.interfaces.web_samples import COMMON, DIGEST, NAME, OFFICE, TODAY, crumbs_to

from xinheng.core.articles import blocks
from xinheng.interfaces.office.article_files import FileForm
from xinheng.interfaces.office.up_reports import ReceiptForm
from xinheng.interfaces.web.parts import Cell, Column, Filter, Option, Paging, Table

Context = dict[str, Any]
SENT_BACK = Table(
    "上级平台退回的",
    [Column("文号"), Column("企业"), Column("原因")],
    [[Cell("示市监处罚〔2026〕000号", "#"), NAME, "机关代码不对"]],
    caption_hidden=True,
)


def _up_reports() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("双公示上报"),
        "lead": "每天生成一份文件。",
        "may_make": True,
        "make_url": "#",
        "tables": [("上级平台退回的", SENT_BACK)],
        "again": [{"label": "示市监处罚〔2026〕000号 不改动，重新上报", "url": "#"}],
    }


def _up_report() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("双公示上报"),
        "name": "penalty-20261120.zip",
        "rows": 12,
        "digest": DIGEST,
        "handed": "王敏　2026-11-20",
        "discarded": False,
        "file_url": "#",
        "form": ReceiptForm(),
    }


ARTICLE = {
    "title": "《企业信息公示暂行条例》解读",
    "url": "#",
    "section": "政策解读",
    "organ": "市发展改革委",
    "place": "兰考县",
    "day": "6·14 信用记录关爱日",
    "first_on": date(2026, 11, 2),
    "released_on": TODAY,
    "origin": "国务院令第654号",
    "version": 2,
}
BLOCKS = blocks("# 谁要公示\n- 企业\n- [条例全文](https://example.org/)\n其他事项见正文。")


FILE = {
    "title": "办事指南全文",
    "url": "#",
    "kind": "PDF",
    "width": None,
    "height": None,
    "size": 482_113,
    "digest": DIGEST,
    "closed": "",
    "checked": "未发现病毒",
    "tone": "done",
    "remove_url": "#",
}
PICTURE = {
    **FILE,
    "title": "窗口前的宣传展板",
    "kind": "JPG",
    "width": 1600,
    "height": 900,
    "url": "/static/web/x.jpg",
}


def _article() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("文章"),
        "article": ARTICLE,
        "blocks": BLOCKS,
        "state": "待审查",
        "tone": "decide",
        "release_url": "#",
        "endings": [
            {"label": "放弃第 3 版", "says": "这一版没有公布；公众看到的不变。", "version": 3, "url": "#"},
            {"label": "撤下第 2 版", "says": "公众看到的是这一版。", "version": 2, "url": "#"},
        ],
        "edit_url": "#",
        "public_url": "#",
        "versions": SENT_BACK,
        "seen_files": "9f2c9f2c9f2c9f2c",
        "files": [PICTURE, FILE],
        "add_url": "#",
    }


def _public_articles() -> Context:
    return {
        **COMMON,
        "filters": [Filter("section", "栏目", "select", "", [Option("", "全部")])],
        "reset_url": "#",
        "articles": [ARTICLE],
        "days": [{"title": "6·14 信用记录关爱日", "next_on": TODAY}],
        "paging": Paging(previous_url="#", next_url="#", shown=1),
        "noindex": False,
    }


def _public_article() -> Context:
    return {
        **COMMON,
        "crumbs": crumbs_to("政策和动态"),
        "article": ARTICLE,
        "blocks": BLOCKS,
        "pictures": [PICTURE],
        "files": [FILE],
        "structured": "",
        "noindex": False,
    }


def _article_file() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("附上图片或文件"),
        "heading": "附上图片或文件",
        "lead": "与文章一起由另一名保密审查人看过后发布。",
        "form": FileForm({"title": ""}, {}),
        "button": "附上",
    }


PUBLICATION: dict[str, Callable[[], Context]] = {
    "up_reports": _up_reports,
    "up_report": _up_report,
    "article": _article,
    "article_file": _article_file,
}


def _public_arrears() -> Context:
    return {
        **COMMON,
        "opened": True,
        "title": "国有企业拖欠账款",
        "basis": "宛政办〔2020〕17号五（五）",
        "verified": False,
        "bodies": [
            {
                "name": "示例市城投有限公司",
                "code": "91410200MA0000001X",
                "kind": "国有企业",
                "title": "拖欠工程款",
                "amount": "120,000.00 元",
                "document_no": "示工信认〔2026〕1号",
                "authority": "示例市工业和信息化局",
                "found_on": TODAY,
                "decision": "示例市人民政府 示政〔2026〕3号",
                "decided_on": TODAY,
                "disputed": True,
            }
        ],
    }


PORTAL_PUBLICATION: dict[str, Callable[[], Context]] = {
    "articles": _public_articles,
    "article": _public_article,
    "arrears": _public_arrears,
}
