"""What a view must hand to the pages of model governance; nothing in it exists."""

from collections.abc import Callable
from typing import Any

from django import forms
from tests.interfaces.web_samples import DIGEST, NAME, NOW, OFFICE, TODAY

from xinheng.core.policy import Policy, load_policy
from xinheng.interfaces.office.draft_decisions import DecisionForm
from xinheng.interfaces.office.model_forms import IndicatorForm, result_words
from xinheng.interfaces.office.models import EndForm, FeedbackForm, UploadForm
from xinheng.interfaces.web.charts import GradeCount, Stack, grade_distribution, stacks
from xinheng.interfaces.web.gallery_content import stages
from xinheng.interfaces.web.lines import Series, line
from xinheng.interfaces.web.parts import Column, Filter, Notice, Option, Table, Tile

Context = dict[str, Any]
FINDINGS = [{"place": "指标第 1 条", "sentence": "缺少必填的键", "url": "#"}]
CHART = grade_distribution([GradeCount("A", 20, 18), GradeCount("B", 60, 70)], title="20 户为 A")
MODEL = {
    "id": "food/food-operators",
    "title": "食品生产经营企业信用评价",
    "url": "#",
    "version": 2,
    "kind": "行业信用评价，可发布",
    "owner": "食品",
    "cycle": "每 6 个月",
    "units": "示例市市场监督管理局",
    "rule": "《示例市办法》第三条",
    "verified": False,
    "run_url": "#",
    "last_on": TODAY,
    "due_on": TODAY,
    "state": "应当评价",
    "tone": "decide",
    "digest": DIGEST,
    "note": "食品经营个体工商户未纳入。",
}
CASE = {
    "number": "MX-2026-000001",
    "title": "模型：食品生产经营企业信用评价",
    "url": "#",
    "by": "某某",
    "at": NOW,
    "state": "草拟",
    "tone": "",
    "version": 2,
    "id": "food/food-operators",
}
RUN = {
    "number": "A1B2C3",
    "url": "#",
    "model": MODEL["title"],
    "model_url": "#",
    "version": 2,
    "as_of": TODAY,
    "known_at": NOW,
    "by": "某某",
    "subjects": 12_408,
    "psi": "0.0123",
    "state": "现行",
    "tone": "done",
    "trial": False,
}
EVENTS = [{"at": NOW, "verb": "草拟", "actor": "某某", "reason": ""}]


def _policy() -> Policy:
    from django.conf import settings

    return load_policy(settings.POLICY_ROOT, city="kaifeng")


class _NewForm(forms.Form):
    title = forms.CharField(label="模型名称")
    owner = forms.ChoiceField(label="主管领域", choices=[("food", "食品")])
    slug = forms.CharField(label="英文短名")


def _models() -> Context:
    return {**OFFICE, "models": [MODEL], "drafts": [CASE], "new_url": "#", "cycles_url": "#"}


def _model() -> Context:
    version = {
        "version": 2,
        "from_on": TODAY,
        "drafted_by": "某某",
        "approved_by": "另一人",
        "digest": DIGEST,
        "what": "发布",
        "url": "#",
        "changes": 3,
    }
    said = {
        "at": NOW,
        "version": 1,
        "unit": "示例市司法局",
        "use": "抽查",
        "verdict": "与实际不符",
        "tone": "decide",
        "text": "两户现场没有问题。",
    }
    return {
        **OFFICE,
        "model": MODEL,
        "text": "id: food",
        "file_url": "#",
        "report_url": "#",
        "history_url": "#",
        "cycles_url": "#",
        "chart": CHART,
        "run_url": "#",
        "draft_url": "#",
        "end_url": "#",
        "end_form": EndForm({}),
        "runs": [RUN],
        "versions": [version, {**version, "url": "", "changes": 0, "what": "停用：改用省统一模型"}],
        "feedback": [said],
        "form": FeedbackForm({}),
        "feedback_url": "#",
    }


def _new() -> Context:
    models = [{"title": MODEL["title"], "url": "#", "version": 2}]
    return {**OFFICE, "form": _NewForm({}), "upload": UploadForm({}), "models": models}


def _draft() -> Context:
    lines = [{"label": "一般行政处罚", "what": "食品安全，3 档，封顶 360", "basis": 2, "url": "#"}]
    names = (("families", "指标类", False), ("indicators", "指标", True), ("limits", "等级上限", True))
    parts = [
        {"section": section, "name": name, "lines": lines, "grounded": grounded, "new_url": "#"}
        for section, name, grounded in names
    ]
    parts.append({"section": "starts", "name": "起评分开关", "lines": [], "grounded": True, "new_url": "#"})
    trial = {
        "at": NOW,
        "by": "某某",
        "state": "已完成",
        "tone": "done",
        "reason": "",
        "fits": "与现在的内容一致",
        "url": "#",
    }
    refused = {**trial, "state": "没有完成", "tone": "decide", "reason": "草稿又改过。", "url": ""}
    return {
        **OFFICE,
        "case": CASE,
        "problem": "这一版内容还没有试算报告，不能送审。",
        "ends": "改用省统一模型",
        "stages": stages(),
        "may_edit": True,
        "findings": FINDINGS,
        "parts": parts,
        "head_url": "#",
        "scale_url": "#",
        "text": "id: food",
        "file_url": "#",
        "upload": UploadForm({}),
        "upload_url": "#",
        "changes": [
            ("指标“一般行政处罚”", "按金额", "起点 0 分值 100", "起点 0 分值 140"),
            ("指标“新”", "", "", "新增"),
        ],
        "trials": [trial, refused],
        "tried": True,
        "preview_url": "#",
        "report_url": "#",
        "try_url": "#",
        "submit_url": "#",
        "feedback": [("2026-11-20　第 1 版　与实际不符（抽查）", "两户现场没有问题。")],
        "events": EVENTS,
        "form": DecisionForm({}),
        "approve_url": "#",
        "return_url": "#",
        "withdraw_url": "#",
        "why_not": "须由另一人批准。",
    }


def _part() -> Context:
    policy = _policy()
    model = policy.models["food/food-operators"]
    families = [family.model_dump(mode="json") for family in model.families]
    part = model.indicators[1].model_dump(mode="json", exclude_defaults=True)
    return {
        **OFFICE,
        "heading": "指标：一般行政处罚",
        "section": "indicators",
        "form": IndicatorForm(policy, initial=IndicatorForm.initial_of(part), families=families),
        "findings": FINDINGS,
        "words": result_words(policy),
        "may_save": True,
        "listed": True,
        "draft_url": "#",
    }


def _preview() -> Context:
    seen = {
        "name": NAME,
        "url": "#",
        "old_points": "742.5",
        "old_grade": "B",
        "new_points": "690",
        "new_grade": "C",
        "changed": True,
    }
    return {
        **OFFICE,
        "who": "示例",
        "named": [seen],
        "unknown": ["没有这家"],
        "sample": [seen, {**seen, "old_points": "—", "old_grade": "不在评价范围", "changed": False}],
        "changed": 1,
        "base": True,
    }


def _trial() -> Context:
    heads = ["A 优秀", "B 良好", "信息不足"]
    named = {"id": "food/x", "version": 2, "title": MODEL["title"], "digest": DIGEST}
    return {
        **OFFICE,
        "report": {
            "model": named,
            "base": {**named, "version": 1},
            "as_of": "2026-11-20",
            "whole": {"subjects": 12_408},
            "points_changed": 300,
            "snapshot_digest": DIGEST,
            "policy_digest": DIGEST,
            "history": {"as_of": "2025-11-20", "until": "2026-11-20"},
        },
        "known_at": NOW,
        "psi": "0.0123",
        "chart": CHART,
        "heads": heads,
        "matrix": [("A 优秀", list(zip(heads, ["20", "1", "0"], strict=True)))],
        "charts": [
            stacks(
                [Stack("龙亭区", (90, 2, 8))],
                ("等级不变", "上升", "下降"),
                title="按县区：谁升谁降",
                unit="户",
            )
        ],
        "curves": [
            ("现行版本", "11,000", "12", "0.812", "0.520"),
            ("草稿", "11,000", "12", "0.840", "0.566"),
        ],
        "movers": [{"name": NAME, "url": "#", "was": "B　742.5", "becomes": "C　690"}],
    }


def _report() -> Context:
    table = Table(
        "影响最大的指标",
        [Column("指标"), Column("封顶", "number")],
        [["一般行政处罚", "360"], ["守信激励", "60"]],
        caption_hidden=True,
    )
    empty = {"title": "否决、限制、降档和起评分", "sentences": ["没有。"], "charts": [], "tables": []}
    return {
        **OFFICE,
        "title": f"模型说明：{MODEL['title']}",
        "state": "现行",
        "lead": ["food/food-operators 第 2 版，行业信用评价，可发布", f"模型摘要 {DIGEST}"],
        "sections": [
            {"title": "影响最大的指标", "sentences": ["列前 10 个。"], "charts": [CHART], "tables": [table]},
            empty,
        ],
    }


def _history() -> Context:
    periods = ["2026-05-20", "2026-08-20", "2026-11-20"]
    shares = [Series(letter, (4000, 4100, 4200)) for letter in "ABCDE"]
    drifts = [Series("PSI", (None, 12, 123))]
    return {
        **OFFICE,
        "title": MODEL["title"],
        "retired": True,
        "filters": [
            Filter("version", "模型版本", "select", "", [Option("", "全部"), Option("1", "第 1 版")])
        ],
        "reset_url": "#",
        "charts": [line(periods, shares, title="A 级占 42.0%"), line(periods, drifts, title="PSI 0.0123")],
        "letters": [Column("A", "number"), Column("B", "number")],
        "runs": [{**RUN, "shares": [("A", "42.0%"), ("B", "—"), ("信息不足", "3.1%")]}],
        "paging": None,
    }


def _cycles() -> Context:
    unknown = {**MODEL, "units": "", "rule": "", "last_on": None, "due_on": None, "run_url": ""}
    return {
        **OFFICE,
        "tiles": [Tile("已过周期", "1", url="#", attention=True), Tile("在周期内", "3", url="#")],
        "chosen": "已过周期",
        "may_run": True,
        "all_url": "#",
        "models": [MODEL, unknown],
    }


def _run() -> Context:
    return {
        **OFFICE,
        "run": RUN,
        "chart": CHART,
        "digests": [("模型", DIGEST), ("评价对象", "")],
        "rebuild_url": "#",
        "proof": Notice("done", "重算结果一致", f"结果摘要 {DIGEST}。"),
    }


MODELS: dict[str, Callable[[], Context]] = {
    "models": _models,
    "model": _model,
    "model_new": _new,
    "model_draft": _draft,
    "model_part": _part,
    "model_preview": _preview,
    "model_trial": _trial,
    "evaluation_run": _run,
    "model_report": _report,
    "model_history": _history,
    "evaluation_cycles": _cycles,
}
