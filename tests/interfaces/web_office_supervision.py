"""What a view must hand to the pages of supervision and administration; nothing in it exists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from tests.interfaces.web_inspections import OBJECTS, SPEAKING, ordered
from tests.interfaces.web_samples import (
    CODE,
    DIGEST,
    NAME,
    NOW,
    OFFICE,
    TODAY,
    AnnounceForm,
    ApproveForm,
    ChangeForm,
    InspectorForm,
    PlanForm,
    RunForm,
    a_draw,
    a_grade,
    a_subject,
    crumbs_to,
    explained,
    running,
    strata,
)

from xinheng.interfaces.web.gallery_content import source, stages, timeline
from xinheng.interfaces.web.parts import Entry, Filter, Link, Notice

Context = dict[str, Any]


RECORD = {
    "item": "行政处罚",
    "title": "未按规定公示年度报告",
    "url": "#",
    "document_no": "示市监处罚〔2026〕000号",
    "authority": "示例市市场监督管理局",
    "decided_on": date(2026, 9, 1),
    "valid_from": date(2026, 9, 1),
    "last_on": None,
    "amount_fen": 300_000,
    "seriousness": "一般",
    "finality": "救济期限内",
    "state": "有效",
    "tone": "done",
    "public": True,
    "result": "罚款",
    "source": source(),
}


VISITS = {"this_year": 1, "limit": 2, "band": "常规", "source": "年度检查计划", "verified": False}


PLAN = {
    "title": "2026 年食品双随机抽查",
    "number": "JH-2026-012",
    "url": "#",
    "year": 2026,
    "organ": "示例市市场监督管理局",
    "sector": "食品",
    "kind": "日常检查",
    "matter": "食品经营许可条件保持情况",
    "matter_url": "#",
    "basis": "年度检查计划第 12 项",
    "state": "已批准",
    "tone": "done",
    "draws": 3,
    "drawn": 640,
    "approved_by": "某某",
    "approved_at": NOW,
}


def _subjects() -> Context:
    return {
        **OFFICE,
        "asked": True,
        "subjects": [
            {**a_subject(), "grade": "B", "trial": True, "records": 14, "last_on": TODAY},
            {
                **a_subject(),
                "name": "示例食品有限公司",
                "grade": "",
                "trial": False,
                "records": 2,
                "last_on": None,
            },
        ],
    }


def _subject() -> Context:
    return {
        **OFFICE,
        "subject": a_subject(),
        "former_names": [
            {"name": "示例县绿源有限公司", "from_on": None, "until": date(2020, 1, 5), "source": ""}
        ],
        "other_codes": [{"kind": "注册号", "value": "410200000000000"}],
        "absorbed": [{"name": "开封某某面粉厂", "names": ["某某面粉"], "codes": ["91410202MA0000001X"]}],
        "merges_url": "#",
        "as_of": TODAY,
        "known_on": TODAY,
        "time_machine": [Filter("as_of", "情况日", "date"), Filter("known_on", "所知日", "date")],
        "now_url": "",
        "grade": a_grade(),
        "visits": VISITS,
        "categories": [Link("全部", "#", count=14, current=True), Link("行政处罚", "#", count=1)],
        "entries": [*timeline(), Entry(None, "没有日期的记录")],
        "government": {
            "superior": "示例市国资委",
            "letters_url": "#",
            "marks_url": "",
            "lines": [
                {
                    "title": "拖欠工程款",
                    "url": "#",
                    "kind": "拖欠中小企业账款",
                    "document_no": "示清欠〔2026〕1号",
                    "authority": "示例市工业和信息化局",
                    "decided_on": TODAY,
                    "amount": "120,000.50 元",
                    "finality": "终局",
                    "state": "在列",
                    "tone": "decide",
                    "letters": 2,
                }
            ],
        },
        "matters": [
            {
                "number": "YT-2026-000001",
                "url": "#",
                "title": "警示约谈",
                "unit": "市市场监管局",
                "opened_on": TODAY,
                "state": "待约谈",
            }
        ],
        "reads_url": "#",
        "reads": [{"at": NOW, "unit": "示例市司法局", "reason": "监督检查"}],
        "ended": 2,
        "ended_shown": False,
        "acts": [Link("生成核查函", "#")],
        "records": [RECORD],
    }


def _record() -> Context:
    return {
        **OFFICE,
        "subject": a_subject(),
        "record": RECORD,
        "fields": [{"label": "处罚内容", "value": "罚款 3,000.00 元"}],
        "source": source(),
        "handling": [
            {
                "title": "事故处理结果",
                "url": "#",
                "document_no": "某质处〔2026〕8号",
                "authority": "某市某局",
                "decided_on": TODAY,
            }
        ],
        "original_until": date(2031, 11, 19),
        "form": ChangeForm({}),
        "change_url": "#",
        "effects": [
            {"label": "公示", "url": "#", "ended_on": None},
            {"label": "重点关注", "url": "", "ended_on": TODAY},
        ],
        "versions": [
            {
                "number": 1,
                "known_at": NOW,
                "until": None,
                "deed": "收到",
                "reason": "批次 2026-1118-3",
                "ground": "",
                "actor": "某某",
                "current": True,
            }
        ],
        "publication": {"clock": running(), "stop_on": date(2027, 9, 1), "repair_from": date(2026, 12, 1)},
    }


def _shown_record() -> list[dict[str, Any]]:
    return next(item["records"] for item in explained()["items"] if item["records"])


def _grade() -> Context:
    shown = explained()
    records = _shown_record()
    return {
        **OFFICE,
        **shown,
        "items": [
            {**item, "family": "守法", "limit": "封顶：原为 80 分，计 60 分", "slots": ["2026年：2 条记录"]}
            for item in shown["items"]
        ],
        "unmoved": ["行政许可"],
        "summary": "742.5 分，等级 B 良好",
        "vetoes": [
            {
                "label": "列入严重失信主体名单，直接定为 E",
                "clause": "模型第 9 项",
                "decides": True,
                "records": records,
            }
        ],
        "left_out": [{**records[0], "reason": "公示期满，移出评价窗口"}],
        "ways": [
            {
                "kind": "信用修复",
                "what": "可以申请信用修复（以准予为准）",
                "on": date(2026, 12, 1),
                "now": False,
                "records": records,
                "letter": "A",
                "word": "优秀",
                "points_milli": 871_000,
            }
        ],
        "best": False,
        "what_if_url": "#",
        "results_url": "#",
        "stale": True,
        "snapshot_digest": DIGEST,
        "model_digest": DIGEST,
        "result_digest": DIGEST,
        "rebuilt": True,
        "history": [
            {
                "run_on": date(2025, 11, 1),
                "letter": "C",
                "points_milli": 690_000,
                "model": "第 2 版",
                "url": "#",
            }
        ],
        "reads": [{"at": NOW, "unit": "示例市司法局", "reason": "监督检查"}],
    }


def _what_if() -> Context:
    record = _shown_record()[0]
    option = {"value": "repaired", "label": "准予修复", "chosen": True}
    return {
        **OFFICE,
        "crumbs": crumbs_to("假设试算"),
        "subject": {"name": "示例食品有限公司", "url": "#"},
        "model": "食品行业信用评价",
        "run_on": TODAY,
        "refused": "",
        "reset_url": "#",
        "answer": {
            "before": {"letter": "B", "word": "良好", "points_milli": 742_500},
            "after": {"letter": "A", "word": "优秀", "points_milli": 871_000},
            "finding": "等级将由 B 变为 A",
            "moved": [
                {"label": "行政处罚", "before_milli": -60_000, "after_milli": 0, "gained_milli": 60_000}
            ],
        },
        "records": [{**record, "item": "行政处罚", "field": "record-1", "options": [option]}],
    }


def _plans() -> Context:
    return {
        **OFFICE,
        "new_url": "#",
        "checks_url": "#",
        "promised": {"url": "#", "count": 12, "late": 2},
        "matters_url": "#",
        "plans": [
            PLAN,
            {**PLAN, "approved_at": None, "approved_by": "", "state": "待批准", "tone": "clock"},
        ],
        "bands": [
            {
                "name": "无事不扰",
                "grades": ["A"],
                "ratio": 10,
                "visits": 1,
                "items": "非现场为主",
                "waivers": "",
                "source": "汴政办〔2020〕46号 第十二项",
                "verified": False,
            },
            {
                "name": "未评价",
                "grades": [],
                "ratio": None,
                "visits": None,
                "items": "常规",
                "waivers": "",
                "source": "待确认",
                "verified": False,
            },
        ],
        "ceiling": {"value": None, "source": "国办发〔2024〕54号", "verified": False},
        "policy_title": "示例市分级分类监管",
        "policy_digest": DIGEST,
    }


def _plan() -> Context:
    return {
        **OFFICE,
        "plan": PLAN,
        "stages": stages(),
        "batches": [{"scope": "全市食品经营者", "planned": 200, "from_on": TODAY, "until_on": TODAY}],
        "filing": {"filed_on": TODAY, "filed_with": "示例省局", "number": "示备〔2026〕9号"},
        "filing_form": None,
        **OBJECTS,
        "unrated": 12,
        "unrated_url": "#",
        "filing_url": "#",
        "strata": strata(),
        "inspectors": 46,
        "run": {"model": "食品行业信用评价", "run_on": date(2026, 11, 1)},
        "blocked": [],
        "edit_url": "#",
        "approve_form": ApproveForm(),
        "approve_url": "#",
        "return_url": "#",
        "announce_form": AnnounceForm(),
        "announce_url": "#",
        "secret_url": "#",
        "undrawn": "“市场监管部门”还没有提交秘密文字，不能抽取。",
        "draw_url": "#",
        "announcement": {
            "at": NOW,
            "by": "某某",
            "digest": DIGEST,
            "url": "#",
            "complete": False,
            "parties": SPEAKING,
        },
        "failures": [
            {
                "attempt": 1,
                "url": "#",
                "cause": "承诺方没有公开原值",
                "party": "示例市人民政府",
                "reason": "原值保管不善，已经遗失",
                "proposed_by": "某某",
                "agreed_by": "",
                "agreed_at": NOW,
            }
        ],
        "failure_form": ApproveForm(),
        "failure_url": "#",
        "agree_failure_url": "#",
        "draws": [{"number": "CC-2026-0003", "url": "#", "drawn_at": NOW, "drawn": 201, "by": "某某"}],
    }


def _plan_form() -> Context:
    return {**OFFICE, "heading": "拟定计划", "matters_url": "#", "form": PlanForm({})}


class AbsentForm(forms.Form):
    who = forms.ChoiceField(label="哪一户、哪名检查人员", choices=[("1:1", f"3 {NAME}　豫检0001")])
    cause = forms.ChoiceField(label="原因", choices=[("recused", "依法回避")], widget=forms.RadioSelect)
    reason = forms.CharField(label="公开的理由", widget=forms.Textarea(attrs={"rows": 2}))


def _draw_officers() -> Context:
    change = {
        "position": 3,
        "subject": NAME,
        "absent": "豫检0001",
        "substitute": "豫检0003",
        "cause": "依法回避",
        "reason": "与该企业有利害关系，本人申请回避",
        "passed": ["执法证件失效或者已离开名录"],
        "proposed_by": "某某",
        "proposed_at": NOW,
        "agreed_by": "某某",
        "agreed_at": NOW,
        "agree_url": "",
    }
    return {
        **OFFICE,
        "crumbs": crumbs_to("更换检查人员"),
        "title": "2026 年第四批 食品 双随机抽查",
        "changes": [change, {**change, "substitute": "", "passed": [], "agreed_by": "", "agree_url": "#"}],
        "form": AbsentForm(),
        "propose_url": "#",
    }


def _draw() -> Context:
    return {
        **OFFICE,
        "draw": a_draw(),
        "agrees": True,
        "faults": ["示例：摘要不一致"],
        "remarks": ["示例：可抽对象不足"],
        "checked_at": NOW,
        "send_url": "#",
        "officers_url": "#",
        "figures_url": "#",
        "file_url": "#",
        "file_name": "CC-2026-0004.json",
        "strata": strata(),
        "objects": [
            {
                "position": 1,
                "name": NAME,
                "code": CODE,
                "url": "#",
                "band": "常规",
                "inspectors": ["豫检0001", "豫检0002"],
                "state": "待入企",
                "tone": "clock",
                "visit_url": "#",
            }
        ],
        "unassigned": [{"name": "示例食品有限公司", "why": "可派人员均须回避"}],
    }


def _evaluations() -> Context:
    run = {
        "number": "A1B2C3",
        "url": "#",
        "model": "食品行业信用评价",
        "version": 3,
        "as_of": date(2026, 11, 1),
        "known_at": NOW,
        "by": "某某",
        "subjects": 12_408,
        "grades": "A 2,001　B 6,200　C 3,100　D 900　E 207",
        "digest": DIGEST,
        "state": "现行，已公布",
        "tone": "done",
    }
    return {
        **OFFICE,
        "form": RunForm({}),
        "run_url": "#",
        "notices": [Notice("clock", "正在运行“食品行业信用评价”", "由后台办理。")],
        "runs": [run, {**run, "state": "留存，试算", "tone": "", "by": "命令行"}],
    }


def _inspectors() -> Context:
    one = {
        "name": "某某",
        "url": "#",
        "certificate_no": "16020012345",
        "certified_until": TODAY,
        "unit": "示例市市场监督管理局",
        "lines": "食品、药品、特种设备",
        "account": "moumou",
        "state": "参加抽取",
        "tone": "done",
        "end_url": "#",
    }
    ended = {**one, "lines": "", "account": "", "state": "已停用", "tone": "", "end_url": ""}
    return {**OFFICE, "new_url": "#", "inspectors": [one, ended]}


def _inspector_form() -> Context:
    return {
        **OFFICE,
        "heading": "登记执法检查人员",
        "lead": "只登记抽取所需的内容。",
        "form": InspectorForm({}),
        "button": "登记",
    }


SUPERVISION: dict[str, Callable[[], Context]] = {
    "subjects": _subjects,
    "subject": _subject,
    "record": _record,
    "grade": _grade,
    "what_if": _what_if,
    "evaluations": _evaluations,
    "inspectors": _inspectors,
    "inspector_form": _inspector_form,
    "plans": _plans,
    "plan": _plan,
    "plan_form": _plan_form,
    "draw": lambda: ordered(_draw()),
    "draw_officers": _draw_officers,
}
