"""Contexts of the pages on letters and their service."""

from collections.abc import Callable
from typing import Any

from tests.interfaces.web_samples import DIGEST, OFFICE, TODAY, crumbs_to

import xinheng.core.letter_kinds  # noqa: F401
from xinheng.core.letters import newest
from xinheng.core.service_proof import Way
from xinheng.interfaces.office.letters import ServeForm
from xinheng.interfaces.office.letters_writing import LetterForm
from xinheng.interfaces.web.parts import Filter, Option

Context = dict[str, Any]
LINE = {
    "number": "市市场监管局信改〔2026〕12号",
    "title": "责令整改通知书",
    "addressee": "示例食品有限公司",
    "issued_on": TODAY,
    "case": "ZG-2026-000001",
    "state": "公告期内",
    "tries": 3,
    "served_on": TODAY,
    "way": "公告送达",
    "url": "#",
}


class _Case:
    subject = None


def _letters() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("文书送达"),
        "filters": [Filter("state", "状态", "select", "waiting", [Option("waiting", "待送达")])],
        "reset_url": "#",
        "letters": [LINE, {**LINE, "way": "", "served_on": None, "state": "待送达"}],
        "paging": None,
    }


def _letter() -> Context:
    tried = {
        "outcome": "未能送达",
        "tone": "decide",
        "way": "邮寄送达",
        "on": TODAY,
        "served_on": None,
        "proof": "",
        "reason": "查无此处",
        "actor": "王审核",
    }
    return {
        **OFFICE,
        "crumbs": crumbs_to("文书送达"),
        "letter": LINE | {"issued_by": "王审核", "digest": DIGEST},
        "together": [{"title": "信用修复告知书", "number": "汴市监信修〔2026〕1号", "url": "#"}],
        "trial": True,
        "confirmed_terms": True,
        "tries": [tried, {**tried, "outcome": "公告期内", "tone": "clock", "served_on": TODAY}],
        "refused": "公告还没有期满。",
        "form": ServeForm({"way": "pigeon"}),
        "ways": [{"label": way.label, "proof": way.proof, "moment": way.moment} for way in Way],
        "serve_url": "#",
        "complete_url": "#",
        "archive_url": "#",
        "files": [("文书（PDF，已签名）", "#")],
    }


def _choose() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("写文书"),
        "case": {"number": "ZG-2026-000001", "title": "责令整改", "subject": "示例食品有限公司"},
        "choices": [{"title": "责令整改通知书", "url": "#", "adverse": True}],
    }


def _write() -> Context:
    kind = newest("rectification_order")
    form = LetterForm(kind, _Case(), loose=True, data={})  # type: ignore[arg-type]
    term = {"title": "申请行政复议", "words": "60日", "citation": "《行政复议法》第二十条", "verified": False}
    return {
        **OFFICE,
        "crumbs": crumbs_to("责令整改通知书"),
        "case": {"number": "ZG-2026-000001", "title": "责令整改", "subject": ""},
        "kind": kind,
        "form": form,
        "fields": [form[name] for name in form.fields if name != "terms_confirmed"],
        "terms": [term],
        "goes_along": [{"title": "信用修复告知书", "fields": [("申请材料", "信用修复承诺书")]}],
        "write_url": "#",
    }


LETTERS: dict[str, Callable[[], Context]] = {
    "letters": _letters,
    "letter": _letter,
    "letter_choose": _choose,
    "letter_write": _write,
}
