"""Contexts of the pages on objections, errors and misuse, for the enterprise, the window and officers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.interfaces.web_counter_pages import SPACE
from tests.interfaces.web_office_sharing import ConsentForm
from tests.interfaces.web_samples import COMMON, NAME, NOW, OFFICE, RULE, TODAY, crumbs_to

from xinheng.interfaces.counter.consents import RevokeForm
from xinheng.interfaces.counter.objections import ClaimForm, ReasonForm
from xinheng.interfaces.counter.objections_misuse import MisuseForm
from xinheng.interfaces.office.objections import LodgeForm
from xinheng.interfaces.office.objections_misuse import ExtractForm
from xinheng.interfaces.office.objections_remedy import WrongForm
from xinheng.interfaces.web.parts import Clock
from xinheng.services.case_lookup import Progress
from xinheng.services.measures_own import OwnMeasure
from xinheng.store.casework import Case

Context = dict[str, Any]
THING = {"kind": "信用记录", "words": "行政处罚　未按规定公示年度报告　示市监处罚〔2026〕000号"}
CLOCK = Clock(TODAY, 3, RULE)
PROGRESS = Progress(
    number="YY-2026-000001",
    matter="异议处理",
    unit="示例市市场监督管理局",
    subject=NAME,
    state="维持并已告知",
    meaning="没有改变信息，理由已经告知。",
    opened_on=TODAY,
    closed_on=TODAY,
    terms=(),
    passed=((TODAY, "提出异议"), (TODAY, "核查并回复")),
    next_steps=(),
)


def _objections() -> Context:
    things = [
        {**THING, "number": "", "url": "#"},
        {**THING, "number": "YY-2026-000001", "url": ""},
    ]
    return {**SPACE, "things": things}


def _objection() -> Context:
    return {**SPACE, "form": ClaimForm({"wrong": ""}), "thing": THING, "source": True, "back_url": "#"}


def _receipt() -> Context:
    return {
        **SPACE,
        "number": "YY-2026-000001",
        "code": "ABCD-EFGH-JKMN",
        "today": TODAY,
        "case_url": "#",
        "papers_url": "#",
    }


def _cases() -> Context:
    case = {
        "number": "YY-2026-000001",
        "matter": "异议处理",
        "unit": "示例市市场监督管理局",
        "state": "提供单位核查中",
        "over": False,
        "opened_on": TODAY,
        "clocks": [
            {"title": "提供单位核查并回复", "clock": CLOCK, "suspended_on": None},
            {"title": "办结并告知", "clock": None, "suspended_on": TODAY},
        ],
        "url": "#",
    }
    return {**SPACE, "cases": [case, {**case, "over": True, "clocks": []}], "object_url": "#"}


def _case() -> Context:
    return {
        **SPACE,
        "case": PROGRESS,
        "clocks": [
            {"title": "提供单位核查", "clock": CLOCK, "suspended_on": None},
            {"title": "办结并告知", "clock": None, "suspended_on": TODAY},
        ],
        "objection": {"words": THING["words"], "wrong": "金额写错", "wanted": "更正金额"},
        "answer": {"reason": "原件金额与记录一致"},
        "form": ReasonForm(Case(version=3)),
        "papers": {"count": 2, "awaited": ["信息有误的证据"], "url": "#"},
        "acts": [{"deed": "ask_review", "title": "提请复核"}, {"deed": "retract", "title": "撤回异议"}],
        "back_url": "#",
    }


MEASURE = OwnMeasure(
    relation="",
    title="限制参加评优评先",
    kind="减损权益或增加义务",
    occasions=("评优评先",),
    basis="《示例条例》第三十二条",
    ground=THING["words"],
    reason="与失信行为相当",
    body="示例市市场监督管理局",
    number="CS-2026-000001",
    from_on=TODAY,
    until_on=None,
    permanent=False,
    resting=True,
    reference="measure:1",
    objection="YY-2026-000001",
)


def _measures() -> Context:
    ended = replace(MEASURE, ended_on=TODAY, why_ended="信用修复", told=("示例局：已通知停止，还没有反馈",))
    return {
        **SPACE,
        "standing": [{"measure": MEASURE, "object_url": "#"}, {"measure": MEASURE, "object_url": ""}],
        "ended": [{"measure": ended, "object_url": ""}],
        "catalogue_url": "#",
        "misuse_url": "#",
    }


CONSENT = {
    "items": "纳税信息",
    "purpose": "融资",
    "receiver": "不限单位",
    "from_on": TODAY,
    "until_on": TODAY,
    "holds": True,
    "state": "有效",
    "url": "#",
}


def _consent() -> Context:
    return {
        **SPACE,
        "consent": CONSENT,
        "fields": "不限",
        "feeds": "纳税信息（授权）",
        "way": "网上",
        "revoke_reason": "贷款已经还清",
        "uses": [{"at": NOW, "unit": "示例局", "matter": "贷款审批"}],
        "form": RevokeForm({}),
    }


OBJECTIONS: dict[str, Callable[[], Context]] = {
    "own_consents": lambda: {**SPACE, "consents": [CONSENT, {**CONSENT, "holds": False}], "new_url": "#"},
    "own_consent_new": lambda: {**SPACE, "form": ConsentForm({"confirmed": "on"}), "back_url": "#"},
    "own_consent": _consent,
    "own_measures": _measures,
    "own_objections": _objections,
    "own_objection": _objection,
    "own_objection_receipt": _receipt,
    "own_cases": _cases,
    "own_case": _case,
    "misuse": lambda: {**COMMON, "form": MisuseForm({"fault": "leak"})},
    "misuse_receipt": lambda: {
        **COMMON,
        "number": "TS-2026-000001",
        "code": "ABCD-EFGH-JKMN",
        "today": TODAY,
        "cases_url": "#",
    },
}
OFFICE_OBJECTIONS: dict[str, Callable[[], Context]] = {
    "objection_desk": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("代提异议"),
        "code": "91410200MA0000000X",
        "subject": NAME,
        "unknown": True,
        "things": [{**THING, "url": "#"}],
    },
    "objection_form": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("代提异议"),
        "subject": NAME,
        "thing": THING,
        "form": LodgeForm({"wrong": ""}),
    },
    "remedy_form": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("纠错"),
        "subject": NAME,
        "thing": THING,
        "form": WrongForm({"reason": ""}),
    },
    "misuse_extract": lambda: {
        **OFFICE,
        "crumbs": crumbs_to("提取账本摘录"),
        "form": ExtractForm({"code": ""}),
    },
}
