"""What a view must hand to the pages of attachments and scans; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import NAME, NOW, OFFICE

from xinheng.core.attachments import ACCEPT
from xinheng.interfaces.web.parts import Cell, Column, Crumb, Filter, Option, Paging, Table, Tile

Context = dict[str, Any]


class PaperForm(forms.Form):
    file = forms.FileField(label="文件")
    title = forms.CharField(label="名称", required=False)
    personal = forms.BooleanField(label="含个人信息（签名、证件号、电话、住址）", required=False)
    whole = forms.BooleanField(label="含本批次全部行的材料", required=False)
    material = forms.ChoiceField(label="谁的材料", choices=[("", "本单位的材料"), ("m1", "企业交来：平面图")])


class HandOnForm(forms.Form):
    item = forms.ChoiceField(label="目录项", choices=[("19", "信用承诺信息")])
    month = forms.CharField(label="月份", widget=forms.DateInput(attrs={"type": "month"}))
    organisation = forms.ChoiceField(label="报送单位", choices=[("", "全部单位")])
    reason = forms.CharField(label="接收单位和用途")


PAPER: Context = {
    "title": "关于严格落实食品安全主体责任的信用承诺书（签字盖章扫描件）",
    "kind": "PDF",
    "pages": 12,
    "size": "3.4 MiB",
    "digest": "sha256:" + "5c" * 32,
    "personal": True,
    "whole": True,
    "checked": "未查毒",
    "tone": "clock",
    "added_at": NOW,
    "added_by": "李收集",
    "material": "",
    "url": "#",
    "pictures": [],
    "gone": False,
    "withdrawn_at": None,
    "withdrawn_by": "系统",
    "withdrawn_why": "",
    "withdraw_url": "#",
}


def attachments() -> Context:
    """The part of a page, with one paper of each fate."""
    pictures = [{"number": number, "url": "#"} for number in (1, 2, 3)]
    rows = [
        PAPER,
        {**PAPER, "title": "营业场所照片", "kind": "TIFF", "pictures": pictures, "whole": False},
        {**PAPER, "title": "平面图", "added_by": "企业一方", "material": "平面图", "whole": False},
        {**PAPER, "title": "有毒的", "checked": "发现病毒", "tone": "decide", "url": ""},
        {**PAPER, "title": "旧的", "gone": True, "withdraw_url": ""},
        {**PAPER, "title": "扫错的", "withdrawn_at": NOW, "withdrawn_why": "扫错页", "withdraw_url": ""},
    ]
    return {
        "rows": rows,
        "form": PaperForm(initial={"personal": True}),
        "add_url": "#",
        "limits": "PDF、JPG、PNG、TIFF、OFD、DOCX、XLSX，不超过 50 MiB。按内容识别，不接收压缩包。",
        "accept": ACCEPT,
        "scanner": False,
    }


def _page() -> Context:
    crumbs = [Crumb(NAME, "#"), Crumb("附件")]
    return {**OFFICE, "crumbs": crumbs, "title": f"{NAME} CN-2026-000123", "attachments": attachments()}


def _scans() -> Context:
    return {
        **OFFICE,
        "crumbs": [Crumb("扫描件")],
        "asked": [{"title": "信用承诺信息归集表", "need": "必须附"}],
        "filters": [Filter("organisation", "单位", "select", "", [Option("", "全部")])],
        "reset_url": "#",
        "tiles": [Tile("缺扫描件的记录", "12", url="#", attention=True)],
        "senders": Table(
            "缺扫描件，按单位",
            [Column("单位"), Column("缺", "number")],
            [["示例市市场监督管理局", Cell("12", "#")]],
            empty="没有单位缺扫描件。",
            caption_hidden=True,
        ),
        "rows": Table(
            "缺扫描件的记录",
            [*(Column("文号或编码"), Column("主体"), Column("日期", "day"), Column("单位"), Column("办理"))],
            [["CN-2026-000123", NAME, "2026-11-03", "示例市市场监督管理局", Cell("附上", "#")]],
            empty="没有缺扫描件的记录。",
            paging=Paging(shown=1),
            caption_hidden=True,
        ),
        "bundles_url": "#",
    }


def _bundles() -> Context:
    made: Context = {
        "item": "信用承诺信息",
        "month": "2026-10",
        "unit": "示例市",
        "files": 118,
        "missing": 3,
        "size": "212.4 MiB",
        "receipt": "sha256:" + "ab" * 32,
        "reason": "报送区信用办当月承诺书影像",
        "made_by": "王审核",
        "made_at": NOW,
        "file_url": "#",
        "received_by": "",
        "received_at": None,
        "receive_url": "#",
    }
    received = {
        **made,
        "file_url": "",
        "received_by": "区信用办 档案员",
        "received_at": NOW,
        "receive_url": "",
    }
    return {
        **OFFICE,
        "crumbs": [Crumb("扫描件", "#"), Crumb("移交包")],
        "form": HandOnForm(initial={"month": "2026-10"}),
        "bundles": [made, received],
        "paging": None,
    }


ATTACHMENTS: dict[str, Callable[[], Context]] = {
    "attachments": _page,
    "scans": _scans,
    "scan_bundles": _bundles,
}
