"""What a view must hand to the pages of credit reports; nothing in it exists."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from tests.core.test_reports import a_fact, a_report
from tests.interfaces.web_counter_pages import SPACE
from tests.interfaces.web_samples import CODE, COMMON, NAME, NOW, OFFICE, crumbs_to

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import RecordState, Seriousness
from xinheng.core.reports import About, twin_of
from xinheng.interfaces.counter.reports import OrderForm
from xinheng.interfaces.counter.reports_verify import FileForm, NumberForm
from xinheng.interfaces.office.reports import WindowReportForm
from xinheng.interfaces.web.report_forms import PurposeForm, SpecialForm

Context = dict[str, Any]
NUMBER = "20261120100000ABCDEFGH"
LINE = {
    "number": NUMBER,
    "name": NAME,
    "kind": "公共信用信息报告（授权版）",
    "purpose": "招标投标",
    "proof": "窗口核验营业执照和法定代表人（负责人）身份",
    "at": NOW,
    "who": "企业本人",
    "current": True,
    "state": "一致",
    "url": "#",
    "pdf_url": "#",
}


def _policy() -> Policy:
    return load_policy(Path(settings.POLICY_ROOT), city=settings.CITY)


def _report() -> Context:
    about = About(
        name=NAME,
        code=CODE,
        sole_trader=False,
        facts=(("名称", NAME), ("登记状态", "存续"), ("住所", "示例路 1 号")),
    )
    disputed = a_fact(
        key=2,
        state=RecordState.DISPUTED,
        fields={"违法事实": "销售超过保质期的食品，" * 12, "处罚内容": "罚款"},
    )
    permit = a_fact(
        key=3, item=Item.PERMIT.value, seriousness=Seriousness.NONE, fields={"许可证书名称": "食品经营许可证"}
    )
    return {
        "report": twin_of(a_report(_policy(), a_fact(), disputed, permit, about=about, number=NUMBER)),
        "at": NOW,
        "check": "9f2c 9f2c 9f2c 9f2c",
        "verify_url": f"http://127.0.0.1:8000/verify/{NUMBER}",
        "pdf_url": "#",
        "json_url": "#",
        "back_url": "#",
    }


def _outcome(**changed: Any) -> Context:
    told = {
        "tone": "done",
        "word": "一致",
        "says": "本平台出具过这份报告，报告所载内容与平台现有信息一致。",
        "number": NUMBER,
        "at": NOW,
        "check": "9f2c 9f2c 9f2c 9f2c",
        "name": NAME,
        "code": CODE,
        "signed": True,
    }
    return {
        **COMMON,
        "outcome": told | changed,
        "form": NumberForm({"number": "123"}),
        "file_form": FileForm(auto_id="file_%s"),
        "refused": "",
        "most": 10,
        "here_url": "#",
        "certificates_url": "#",
    }


def _own_reports() -> Context:
    stale = {**LINE, "current": False, "state": "有变化", "url": "", "who": "企业到窗口"}
    return {
        **SPACE,
        "form": OrderForm({}, policy=_policy()),
        "reports": [LINE, stale],
        "free": {"floor": 2, "citation": "《示例条例》第四十条", "used": 3},
        "verify_url": "#",
        "consents_url": "#",
        "special": {"title": "专项信用报告（限本平台归集范围）", "url": "#"},
    }


def _special() -> Context:
    rules = _policy().reports.special
    return {
        **SPACE,
        "title": rules.title,
        "says": rules.says,
        "notes": rules.notes,
        "form": SpecialForm({}, policy=_policy(), today=NOW.date()),
        "back_url": "#",
    }


COUNTER_REPORTS: dict[str, Callable[[], Context]] = {
    "report_new": lambda: {
        **COMMON,
        "name": NAME,
        "code": CODE,
        "says": "只含依法向社会公示的信息",
        "form": PurposeForm({}, policy=_policy()),
        "back_url": "#",
        "verify_url": "#",
    },
    "report": lambda: {**COMMON, **_report()},
    "own_report": lambda: {**SPACE, **_report()},
    "own_reports": _own_reports,
    "own_special_report": _special,
    "verify": _outcome,
}
OFFICE_REPORTS: dict[str, Callable[[], Context]] = {
    "window_reports": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("信用报告"),
        "new_url": "#",
        "special_url": "#",
        "reports": [LINE, {**LINE, "current": False, "state": "有变化", "name": "", "pdf_url": ""}],
        "paging": None,
    },
    "window_report_form": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("出具报告"),
        "heading": "为企业出具信用报告",
        "lead": "核验营业执照和来人身份后出具，不收费。",
        "form": WindowReportForm({}, policy=_policy()),
        "button": "出具报告",
    },
}
