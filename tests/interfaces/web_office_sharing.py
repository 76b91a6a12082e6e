"""Contexts of the pages on sharing and on the register of consent."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import NAME, NOW, OFFICE, TODAY, crumbs_to

from xinheng.core.sharing import COLUMNS
from xinheng.interfaces.web.charts import Bar, bars
from xinheng.interfaces.web.parts import Column, Filter, Link, Table

Context = dict[str, Any]
CASE = {
    "number": "GX-2026-000012",
    "url": "#",
    "unit": "市行政审批局",
    "items": "行政处罚信息、严重失信主体名单信息",
    "purpose": "行政许可等审批中的核查",
    "until_on": TODAY,
    "state": "待审批",
    "tone": "decide",
}
CONSENT = {
    "subject": NAME,
    "subject_code": "91410202MA9F00001E",
    "url": "#",
    "items": "经营主体自愿提供的信用信息、公用事业缴费信息",
    "purpose": "企业申请的融资信用服务",
    "receiver": "市地方金融工作局",
    "from_on": TODAY,
    "until_on": TODAY,
    "state": "有效",
    "tone": "done",
}
EVENT = {"at": NOW, "verb": "申请", "actor": "孙申请", "reason": "审批所必需"}


class ApplyForm(forms.Form):
    organisation = forms.ChoiceField(label="申请单位", choices=[("1", "市行政审批局")])
    matter = forms.CharField(label="具体业务")
    legal_basis = forms.CharField(label="依据")
    until_on = forms.DateField(label="止")
    fields_penalty = forms.MultipleChoiceField(
        label="行政处罚信息的字段",
        choices=[(name, name) for name in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
    )


class StepForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=1)
    reason = forms.CharField(label="意见", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ConsentForm(forms.Form):
    confirmed = forms.BooleanField(label="本企业确认")
    code = forms.CharField(label="统一社会信用代码")
    items = forms.MultipleChoiceField(
        label="可以使用的信息", choices=[("utility", "公用事业缴费信息")], widget=forms.CheckboxSelectMultiple
    )
    feeds = forms.MultipleChoiceField(
        label="可以归集的来源",
        choices=[("authorised-tax", "纳税申报缴纳情况（经授权）")],
        widget=forms.CheckboxSelectMultiple,
    )
    purpose = forms.ChoiceField(label="用途", choices=[("finance", "企业申请的融资信用服务")])
    receiver = forms.ChoiceField(label="使用单位", choices=[("", "不限单位")])
    fields_only = forms.CharField(label="只限这些字段", required=False)
    from_on = forms.DateField(label="起")
    until_on = forms.DateField(label="止")
    way = forms.ChoiceField(label="方式", choices=[("paper", "书面")])
    scan = forms.FileField(label="授权书扫描件", required=False)


def _sharing() -> Context:
    closed = {
        "code": "complaint",
        "title": "投诉举报信息",
        "words": "不予共享",
        "choosable": False,
    }
    given = {
        "code": "penalty",
        "title": "行政处罚信息",
        "words": "目录未定，按有条件共享办理，须有主体的授权",
        "choosable": True,
        "fields": "、".join(COLUMNS),
    }
    return {
        **OFFICE,
        "crumbs": crumbs_to("数据共享"),
        "offers": [given, {**closed, "fields": ""}],
        "apply_url": "#",
        "use_url": "#",
        "api_url": "#",
        "cases": [CASE],
        "paging": None,
    }


def _apply() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("申请"),
        "heading": "申请共享",
        "lead": "行政处罚信息。只申请业务所必需的字段。",
        "form": ApplyForm({"matter": "食品经营许可审批"}),
        "button": "提交申请",
    }


def _case() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("GX-2026-000012"),
        "case": CASE,
        "facts": [("用途", "行政许可等审批中的核查"), ("每日最多", "500 次")],
        "fields": [("行政处罚信息", "、".join(COLUMNS))],
        "granted": True,
        "keys": [{"name": "审批系统", "url": "#", "last_used_at": NOW, "state": "可以使用", "tone": "done"}],
        "key_url": "#",
        "events": [EVENT],
        "form": StepForm(),
        "buttons": [
            {"deed": "approve", "label": "批准", "decides": True},
            {"deed": "refuse", "label": "不予共享", "decides": False},
        ],
        "step_url": "#",
    }


def _use() -> Context:
    heads = ("月份", "单位", "信息项", "调用次数", "其中被拒", "涉及主体", "记录数")
    return {
        **OFFICE,
        "crumbs": crumbs_to("使用统计"),
        "exports": [Link("导出表格", "#")],
        "filters": [
            Filter("from_on", "起", "date", "2026-01-01"),
            Filter("until_on", "止", "date", "2026-11-20"),
        ],
        "reset_url": "#",
        "chart": bars(
            [Bar("市行政审批局", 1204, "1,204 次"), Bar("市财政局", 88, "88 次")],
            title="市行政审批局调用最多",
            head=("单位", "调用次数"),
        ),
        "table": Table(
            caption="按月份、单位和信息项",
            columns=[Column(label, "text" if place < 3 else "number") for place, label in enumerate(heads)],
            rows=[["2026-11", "市行政审批局", "行政处罚信息", "1,204", "3", "611", "2,019"]],
            caption_hidden=True,
        ),
    }


def _asked() -> Context:
    heads = ("日期", "单位", "用途", "信息项", "次数", "授权")
    return {
        **OFFICE,
        "crumbs": crumbs_to("谁查询过"),
        "subject": NAME,
        "table": Table(
            caption="谁查询过",
            columns=[Column(label) for label in heads],
            rows=[
                [
                    "2026-11-20",
                    "市行政审批局",
                    "行政许可等审批中的核查：食品经营许可",
                    "行政处罚信息",
                    "2",
                    "—",
                ]
            ],
            caption_hidden=True,
        ),
    }


def _consents() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to("授权登记"),
        "new_url": "#",
        "consents": [CONSENT],
        "paging": None,
    }


def _consent() -> Context:
    return {
        **OFFICE,
        "crumbs": crumbs_to(NAME),
        "refused": "请写明撤销的原因。",
        "consent": CONSENT,
        "facts": [("用途", "企业申请的融资信用服务"), ("方式", "书面")],
        "scan_url": "#",
        "revoke_url": "#",
        "uses": [{"at": NOW, "unit": "市地方金融工作局", "matter": "融资服务", "records": 3}],
    }


def _consent_form() -> Context:
    return {**OFFICE, "crumbs": crumbs_to("登记授权"), "form": ConsentForm({"code": "91410202MA9F00001E"})}


SHARING: dict[str, Callable[[], Context]] = {
    "sharing": _sharing,
    "sharing_apply": _apply,
    "sharing_case": _case,
    "sharing_use": _use,
    "asked": _asked,
    "consents": _consents,
    "consent": _consent,
    "consent_form": _consent_form,
}
