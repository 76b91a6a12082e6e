"""What a view must hand to the pages of matters, ceilings, plans and case checks; nothing in it exists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from tests.interfaces.web_portal_pages import COMMON
from tests.interfaces.web_samples import CODE, DIGEST, NAME, NOW, OFFICE, TODAY, ApproveForm, crumbs_to

from xinheng.core.policy import Policy, load_policy
from xinheng.interfaces.office.draft_decisions import DecisionForm
from xinheng.interfaces.office.draw_secrets import CommitForm, RevealForm
from xinheng.interfaces.office.grading_forms import BandForm, HeadForm
from xinheng.interfaces.office.risk_order import TableForm
from xinheng.interfaces.web.parts import Link
from xinheng.services.draw_secrets import Speaking
from xinheng.store.accounts import User

Context = dict[str, Any]

SECTION = [Link("抽取记录", "#"), Link("抽查事项清单", "#")]
_MATTERS: Context = {
    "matters": [
        {
            "key": "sample",
            "title": "食品经营监督检查",
            "kind": "重点检查事项",
            "object": "场所",
            "rule": "登记行业属食品安全；已歇业、吊销、注销、迁出的不在内",
            "rule_version": DIGEST,
            "rule_basis": "信衡项目建议值",
            "fitting": 1_204,
            "organs": "示例市市场监督管理局、县（区）食品安全主管部门",
            "levels": "市级、县级",
            "ways": "现场检查",
            "why_on_site": "贮存温度须当场测量",
            "points": [{"text": "许可是否在有效期内", "basis": "《办法》第九条", "verified": False}],
            "results": "未发现问题、发现问题已责令改正",
            "basis": "《办法》",
            "verified": False,
            "listed_on": date(2026, 1, 1),
            "note": "",
        }
    ],
    "results": [
        {
            "title": "发现问题待后续处理",
            "failing": True,
            "pending": True,
            "note": "名称待核",
            "basis": "国发〔2019〕5号",
            "verified": False,
        }
    ],
}
OBJECTS: Context = {
    "rules": [
        {"name": "事项“食品经营监督检查”的对象规则", "words": "登记行业属食品安全", "version": DIGEST},
        {"name": "本计划的范围", "words": "登记在示例区", "version": DIGEST},
    ],
    "fitting": 12_034,
    "rule_changed": True,
}
_CEILINGS: Context = {
    "year": 2026,
    "ceilings": [
        {
            "organ": "示例市市场监督管理局",
            "matters": "食品经营监督检查",
            "value": None,
            "source": "国办发〔2024〕54号",
            "verified": False,
            "note": "由行政执法主体公布",
        }
    ],
}
_REASONS = [{"name": "投诉举报", "tell": "司法行政部门（行政执法监督）"}]
_CHECK: Context = {
    "title": "个案检查：食品经营监督检查",
    "number": "JH-2026-013",
    "url": "#",
    "organ": "示例市市场监督管理局",
    "subject": NAME,
    "code": CODE,
    "reason": "投诉举报",
    "explanation": "12315 转来的投诉，反映销售过期食品",
    "emergency": True,
    "begun_at": NOW,
    "begun_by": "某某",
    "due_on": TODAY,
    "late": True,
    "state": "先行检查，待补审批",
    "tone": "clock",
}


class _CaseCheckForm(forms.Form):
    organisation = forms.ChoiceField(label="检查机关", choices=[("1", "示例市市场监督管理局")])
    year = forms.IntegerField(label="年度")
    matter = forms.ChoiceField(label="检查事项", choices=[("sample", "食品经营监督检查")])
    code = forms.CharField(label="企业的统一社会信用代码")
    reason = forms.ChoiceField(label="事由", choices=[("complaint", "投诉举报")])
    explanation = forms.CharField(label="具体情况", widget=forms.Textarea(attrs={"rows": 3}))
    emergency = forms.BooleanField(label="情况紧急", required=False)


def _matters() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("抽查事项清单"),
        "policy_digest": DIGEST,
        "public_url": "#",
        **_MATTERS,
        **_CEILINGS,
    }


def _case_checks() -> Context:
    notice = {"occasion": "紧急检查已开始", "told_at": NOW, "told_to": "司法行政部门", "seen_url": "#"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("个案检查"),
        "new_url": "#",
        "paging": None,
        "reasons": _REASONS,
        "checks": [_CHECK, {**_CHECK, "begun_at": None, "late": False}],
        "notices": [{**_CHECK, **notice}],
    }


def _case_check() -> Context:
    told = {"occasion": "紧急检查已开始", "told_to": "司法行政部门", "told_at": NOW}
    return {
        **OFFICE,
        "crumbs": crumbs_to("个案检查"),
        "check": _CHECK,
        "plan": {"year": 2026, "matter": "食品经营监督检查", "basis": "《办法》", "approved_at": None},
        "approved_by": "",
        "notices": [
            {**told, "seen_by": "某某", "seen_at": NOW},
            {**told, "seen_by": "", "seen_at": None},
        ],
        "begin_url": "#",
        "edit_url": "#",
        "approve_form": ApproveForm(),
        "approve_url": "#",
        "return_url": "#",
    }


def _public_matters() -> Context:
    return {
        **COMMON,
        "section": SECTION,
        "crumbs": crumbs_to("抽查事项清单"),
        "on": TODAY,
        "past": True,
        "now_url": "#",
        "csv_url": "#",
        **_MATTERS,
    }


def _ceilings() -> Context:
    return {
        **COMMON,
        "section": SECTION,
        "crumbs": crumbs_to("频次上限"),
        "reset_url": "#",
        "reasons": _REASONS,
        **_CEILINGS,
    }


def _public_plans() -> Context:
    batch = {"scope": "全市食品经营者", "planned": 200, "from_on": TODAY, "until_on": TODAY}
    plan = {
        "title": "2026 年食品双随机抽查",
        "kind": "日常检查",
        "organ": "示例市市场监督管理局",
        "year": 2026,
        "matter": "食品经营监督检查",
        "matter_url": "#",
        "objects": ["登记行业属食品安全", "登记在示例区"],
        "basis": "《办法》",
        "approved_at": NOW,
        "filed_with": "示例省市场监督管理局",
        "filing_number": "示备〔2026〕9号",
        "filed_on": TODAY,
        "batches": [batch, batch],
    }
    bare = {**plan, "matter_url": "", "objects": [], "filed_on": None, "batches": []}
    return {
        **COMMON,
        "section": SECTION,
        "crumbs": crumbs_to("抽查计划"),
        "reset_url": "#",
        "plans": [plan, bare],
    }


def _grading() -> Context:
    band = {
        "name": "优秀",
        "grades": ["A"],
        "ratio": 10,
        "visits": 1,
        "items": "只查法定必查事项",
        "waivers": "无事不扰",
        "eased": 5,
        "depth": "查到法定必查项为止",
        "exempt": True,
        "source": "示例文件",
        "verified": False,
    }
    return {
        **COMMON,
        "section": SECTION,
        "crumbs": crumbs_to("分级分类监管政策"),
        "on": TODAY,
        "past": False,
        "now_url": "#",
        "title": "示例市信用分级分类监管政策",
        "sector": "各监管领域",
        "filters": [],
        "reset_url": "#",
        "followed": "商务",
        "scope": "食品经营者",
        "standard": "按食品经营评价模型",
        "cycle_months": 12,
        "eased_by": ["优化检查频次"],
        "watch": "检查内容不按等级减免",
        "named": ["房产", "住建"],
        "digest": DIGEST,
        "bands": [band, {**band, "name": "未评价", "grades": [], "ratio": None, "visits": None}],
        "ceiling": {"value": None, "source": "国办发〔2024〕54号", "verified": False, "note": "待公布"},
        "sole_traders": False,
        "basis": "示例文件",
        "verified": True,
        "versions": [
            {"on": TODAY, "url": "#", "shown": True, "number": 2, "digest": DIGEST},
            {"on": TODAY, "url": "#", "shown": False, "number": 0, "digest": ""},
        ],
    }


def _policy() -> Policy:
    return load_policy(settings.POLICY_ROOT, city="kaifeng")


def ordered(page: Context) -> Context:
    """A draw on which somebody asked for the order by risk."""
    order = {
        "on": True,
        "url": "#",
        "off_url": "#",
        "compared": "回测：先查一半，按积分查出全部问题的 62.0%，随机为 50.0%。",
        "drifted": False,
        "first": 200,
        "count": 12,
    }
    place = {"rank": 1, "points": 420, "parts": ["档次 +420"]}
    return {**page, "order": order, "objects": [{**one, "place": place} for one in page["objects"]]}


_CASE: Context = {
    "number": "FJ-2026-000001",
    "title": "分级分类政策：食品安全",
    "url": "#",
    "by": "某某",
    "at": NOW,
    "state": "草拟",
    "tone": "",
}
_FINDINGS = [{"place": "优秀", "url": "#", "sentence": "抽查比例高于“良好”"}]


def _gradings() -> Context:
    field = {
        "key": "food",
        "name": "食品安全",
        "own": False,
        "holding": "适用全市的政策",
        "url": "#",
        "named": "《实施意见》第10项",
        "draft": None,
        "units": [("u1", "示例市市场监督管理局"), ("u2", "示例县人民政府")],
    }
    version = {
        "title": "食品安全 第 1 版",
        "url": "#",
        "from_on": TODAY,
        "digest": DIGEST,
        "by": "某某、某某某",
    }
    return {
        **OFFICE,
        "problem": "已有草稿",
        "fields": [field, {**field, "own": True, "named": "", "draft": _CASE, "units": []}],
        "versions": [{**version, "state": "现行", "tone": "done"}],
        "start_url": "#",
        "public_url": "#",
    }


def _grading_draft() -> Context:
    band = {
        "name": "优秀",
        "url": "#",
        "grades": ["A"],
        "ratio": "1.0%",
        "eased": "0.5%",
        "visits": "1 次",
        "depth": "查到重点项",
        "items": "常规检查事项中的重点项",
        "exempt": True,
        "waivers": "无投诉举报的不主动入企",
    }
    change = {"kind": "修改", "place": "优秀", "what": "抽查比例", "was": "1.0%", "becomes": "0.8%"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("FJ-2026-000001"),
        "case": _CASE,
        "field": "食品安全",
        "problem": "还没有写适用对象",
        "findings": _FINDINGS,
        "checked": True,
        "bands": [band, {**band, "grades": [], "eased": "", "exempt": False, "waivers": ""}],
        "changes": [change],
        "may_edit": True,
        "head": HeadForm(_policy(), _policy().grading.model_dump(mode="json"), TODAY),
        "head_url": "#",
        "submit_url": "#",
        "form": DecisionForm(),
        "approve_url": "#",
        "return_url": "#",
        "withdraw_url": "#",
        "why_not": "由另一人批准",
    }


def _grading_band() -> Context:
    tree = _policy().grading.model_dump(mode="json")["bands"][0]
    return {
        **OFFICE,
        "crumbs": crumbs_to("优秀"),
        "heading": "优秀",
        "form": BandForm(_policy(), tree, TODAY),
        "findings": _FINDINGS,
        "may_save": True,
        "draft_url": "#",
    }


_TABLE: Context = {
    "learnt": "2024-01-01 至 2025-08-22，600 次检查，发现问题 180 次",
    "doubling": 1000,
    "rows": [{"title": "档次", "cells": [{"label": "e", "points": 420, "visits": 200, "failed": 130}]}],
    "left_out": [("检查人员", "指向检查人员，不得作为特征")],
}
_TRIAL: Context = {
    "why": "",
    "on": TODAY,
    "about": "这张表用它学到的最后一天以后的 300 次检查检验。",
    "area": "0.780",
    "half": [{"order": "按积分", "share": "62.0%"}, {"order": "随机", "share": "50.0%"}],
    "verdict": "漂移",
    "tone": "decide",
    "reasons": ("不合格率由20%变为40%",),
}


def _risk_order() -> Context:
    held = {"from_on": TODAY, "by": "某某、某某某", "digest": DIGEST, **_TABLE}
    return {
        **OFFICE,
        "held": held,
        "trial": _TRIAL,
        "watched": False,
        "nights": [{key: _TRIAL[key] for key in ("verdict", "tone", "reasons", "why")} | {"on": TODAY}],
        "drafts": [_CASE],
        "versions": [{"from_on": TODAY, "by": "某某、某某某", "learnt": "2024 至 2025", "digest": DIGEST}],
        "form": TableForm(),
        "upload_url": "#",
    }


def _risk_draft() -> Context:
    page = _grading_draft()
    kept = ("crumbs", "case", "problem", "form", "approve_url", "return_url", "withdraw_url", "why_not")
    return {**OFFICE, **{key: page[key] for key in kept}, "table": _TABLE, "trial": {**_TRIAL, "why": "太少"}}


SPEAKING = [
    Speaking("示例市人民政府", DIGEST, User(display_name="某某"), NOW),
    Speaking("市场监管部门", DIGEST),
]


def _draw_secret() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("各单位的秘密文字"),
        "title": "2026年第四批食品抽查",
        "organ": "示例市市场监督管理局",
        "own_unit": "示例市市场监督管理局",
        "parties": SPEAKING,
        "announced": {"at": NOW, "url": "#"},
        "commit_form": CommitForm({"party": "示例市人民政府"}),
        "commit_url": "#",
        "committed": DIGEST,
        "reveal_form": RevealForm(SPEAKING),
        "reveal_url": "#",
    }


def _unrated() -> Context:
    one = {"name": NAME, "code": CODE, "county": "龙亭区", "url": "#"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("没有近期评价结果的企业"),
        "sector": "食品安全",
        "since": TODAY,
        "total": 2,
        "paging": None,
        "subjects": [one, {**one, "url": "", "county": ""}],
    }


_CLASSIFIED: Context = {
    "title": "食品行业信用评价　2026 年",
    "as_of": TODAY,
    "digest": DIGEST,
    "published_at": NOW,
    "rows": [{"place": "龙亭区", "cells": [2, 40, 9, 1, 0, 3, 200], "sum": 255}],
    "total": {"place": "合计", "cells": [2, 40, 9, 1, 0, 3, 200], "sum": 255},
}


class _ClassifyForm(forms.Form):
    model = forms.ChoiceField(label="评价结果", choices=[("food", "食品行业信用评价　2026-11-01")])


def _classifications() -> Context:
    done = {"made_by": "某某", "made_at": NOW, "published_by": "另一人", "publish_url": ""}
    waiting = {"published_at": None, "published_by": "", "publish_url": "#"}
    return {
        **OFFICE,
        "crumbs": crumbs_to("年度分类结果"),
        "form": _ClassifyForm(),
        "form_url": "#",
        "public_url": "#",
        "results": [{**_CLASSIFIED, **done}, {**_CLASSIFIED, **done, **waiting}],
    }


def _classification() -> Context:
    return {
        **COMMON,
        "section": SECTION,
        "crumbs": crumbs_to("年度分类结果"),
        "reset_url": "#",
        "results": [_CLASSIFIED],
    }


OFFICE_INSPECTIONS: dict[str, Callable[[], Context]] = {
    "gradings": _gradings,
    "grading_draft": _grading_draft,
    "grading_band": _grading_band,
    "risk_order": _risk_order,
    "risk_draft": _risk_draft,
    "draw_secret": _draw_secret,
    "matters": _matters,
    "case_checks": _case_checks,
    "case_check": _case_check,
    "unrated": _unrated,
    "classifications": _classifications,
    "case_check_form": lambda: {**OFFICE, "crumbs": crumbs_to("个案检查"), "form": _CaseCheckForm({})},
}
PORTAL_INSPECTIONS: dict[str, Callable[[], Context]] = {
    "matters": _public_matters,
    "ceilings": _ceilings,
    "inspection_plans": _public_plans,
    "grading": _grading,
    "classification": _classification,
}
