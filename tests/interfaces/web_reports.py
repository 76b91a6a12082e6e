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
from xinheng.interfaces.counter.province_reports import ProvinceForm
from xinheng.interfaces.counter.reports import OrderForm
from xinheng.interfaces.counter.reports_verify import FileForm, NumberForm
from xinheng.interfaces.office.agency_reports import CopyForm, FilingForm, ShownForm
from xinheng.interfaces.office.reports import WindowReportForm
from xinheng.interfaces.office.review_reports import Desk, TenderForm
from xinheng.interfaces.web.parts import Column, Table
from xinheng.interfaces.web.report_forms import PurposeForm, SpecialForm
from xinheng.store.models import AgencyAnswer

Context = dict[str, Any]
NUMBER = "20261120100000ABCDEFGH"
AGENCY = {
    "public_id": "a",
    "name": "样例信用服务有限公司",
    "code": CODE,
    "filing_no": "示信备1号",
    "filed_with": "示例机关",
    "filed_on": NOW.date(),
    "struck_at": None,
    "struck_reason": "",
}
AGENCY_REPORT = {
    "agency": AGENCY,
    "subject": {"name": NAME},
    "number": "R-1",
    "digest": f"sha256:{'9f2c' * 16}",
    "purpose": "评标",
    "made_on": NOW.date(),
    "valid_until": NOW.date(),
    "answer": "confirmed",
    "get_answer_display": "确认为其出具",
    "answer_said": "来函确认",
    "withdrawn_at": NOW,
    "withdrawn_reason": "企业要求退回",
}
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
        "ofd_url": "#",
        "json_url": "#",
        "zip_url": "#",
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
        "search_url": "/search",
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
        "province_url": "#",
        "agency_reports": [
            {"unit": "市市场监督管理局", "one": one}
            for one in (AGENCY_REPORT, {**AGENCY_REPORT, "agency": None, "number": ""})
        ],
    }


def _province() -> Context:
    line = {
        "at": NOW,
        "period": "2022-01-01 至 2026-11-20",
        "purpose": "招标投标",
        "state": "已取得",
        "tone": "done",
        "says": "",
        "number": "SIM-MN0123456789",
        "simulated": True,
        "url": "#",
    }
    waits = {**line, "state": "待发往省平台", "tone": "clock", "number": "", "url": "", "simulated": False}
    return {
        **SPACE,
        "form": ProvinceForm({}, policy=_policy(), today=NOW.date()),
        "declared": True,
        "requests": [
            line,
            {**waits, "says": "省平台暂时不能办理（503）。申请已保留，会自动再试。已试 2 次。"},
        ],
        "local": {"title": "专项信用报告（限本平台归集范围）", "url": "#"},
        "back_url": "#",
    }


REVIEW = {
    "number": NUMBER,
    "project": "招2026-1 学校食堂设备",
    "purpose": "评标",
    "asked_no": "示文函〔2026〕1号",
    "as_of": NOW.date(),
    "at": NOW,
    "by": {"display_name": "某某"},
    "confirmed_at": NOW,
    "confirmed_by": {"display_name": "某某某"},
    "earlier": {"number": NUMBER},
    "used": "评标时参考",
    "used_at": NOW,
}
REVIEWED = Table(
    NAME,
    [
        *(Column(label) for label in ("种类", "内容", "依据", "所依据的记录", "单位")),
        Column("起", "day"),
        Column("止", "day"),
    ],
    [
        [
            "惩戒措施",
            "限制参加评先评优",
            "《示例条例》第三十二条",
            "示市监罚〔2026〕7号",
            "示例市市场监督管理局",
            "2026-06-01",
            "随依据终止",
        ]
    ],
    caption_hidden=True,
)


def _review() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("投标人核查和核查函"),
        "title": "投标人信用核查报告（定标前再核查）",
        "one": REVIEW,
        "unit": "示例市文化局",
        "state": "一致",
        "current": True,
        "told": {"persons": "未核查自然人任职资格（登记机关核查）", "unknown": [CODE, CODE]},
        "tables": [(NAME, "", REVIEWED), (NAME, "没有适用的内容。", REVIEWED)],
        "added": REVIEWED,
        "waits": True,
        **dict.fromkeys(("confirm_url", "again_url", "use_url", "pdf_url", "ofd_url", "json_url"), "#"),
    }


def _review_new() -> Context:
    wrong = Table(
        "不能核查的行", [Column("行", "number"), Column("内容"), Column("原因")], [["3", CODE, "校验位不符"]]
    )
    return {
        **OFFICE,
        "crumbs": crumbs_to("核查一个项目的投标人"),
        "heading": "核查一个项目的投标人",
        "lead": "一次核查一个项目的全部投标人。",
        "form": TenderForm(Desk({"food": "食品", "fire": "消防"}), {"codes": CODE}),
        "most": 500,
        "most_mib": 2,
        "good": 12,
        "lines": wrong,
    }


def _agency_reports() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("第三方信用报告"),
        "form": ShownForm([("a", "样例信用服务有限公司（示信备1号）")], {}),
        "copy": CopyForm(auto_id="copy_%s"),
        "compared": True,
        "found": [AGENCY_REPORT],
        "table": REVIEWED,
        "agencies_url": "#",
    }


def _agency_report() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("第三方信用报告"),
        "one": AGENCY_REPORT,
        "state": "有效",
        "wrong": "没有写明撤回的理由。",
        "open": True,
        "may_answer": True,
        "answers": AgencyAnswer.choices,
    }


def _credit_agencies() -> Context:
    struck = {**AGENCY, "struck_at": NOW, "struck_reason": "备案已注销"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("机构名册"),
        "form": FilingForm({}),
        "wrong": "没有写明移出的理由。",
        "agencies": [AGENCY, struck],
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
    "own_province_reports": _province,
    "verify": _outcome,
}
OFFICE_REPORTS: dict[str, Callable[[], Context]] = {
    "review": _review,
    "review_new": _review_new,
    "agency_reports": _agency_reports,
    "agency_report": _agency_report,
    "credit_agencies": _credit_agencies,
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
