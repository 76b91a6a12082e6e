"""Made-up values that the contexts of several pages share."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from xinheng.interfaces.web.charts import waterfall
from xinheng.interfaces.web.gallery_content import BANDS, STEPS, filters, menu
from xinheng.interfaces.web.parts import Clock, Crumb, Paging, Stage, Tile

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
NAME = "示例县绿源农业科技发展股份有限公司第一分公司"
CODE = "91410200MA00000000"
DIGEST = "sha256:" + "9f2c" * 16
RULE = "示例市目录：作出决定后 7 个工作日内"
PAGING = Paging(previous_url="?before=1", next_url="?after=50", shown=50, total=1204)
DATED: dict[str, Any] = {"on": TODAY, "past": True, "now_url": "#", "days": [TODAY, date(2026, 7, 1)]}
COMMON: dict[str, Any] = {
    "filters": filters(),
    "reset_url": "?",
    "export_url": "?format=csv",
    "paging": PAGING,
    "objection_url": "#",
    "repair_url": "#",
    "noindex": True,
    "query": "绿源",
    "too_short": False,
}


class UploadForm(forms.Form):
    file = forms.FileField(label="文件")
    organisation = forms.ChoiceField(label="单位", choices=[("1", "示例市市场监督管理局")])
    feed = forms.ChoiceField(choices=[("", "自动识别")], required=False)


class TokenForm(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput, initial="t")


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        choices=[("accept", "采纳处理后的值"), ("return", "退回报送单位"), ("refuse", "拒收")],
        widget=forms.RadioSelect,
    )
    candidate = forms.ChoiceField(
        choices=[("1", NAME), ("2", "都不是")], widget=forms.RadioSelect, required=False
    )
    reason = forms.CharField(label="理由", widget=forms.Textarea)


class FeedForm(forms.Form):
    title = forms.CharField(label="数据源名称", initial="处罚信息（示例局）")
    item = forms.ChoiceField(label="目录项", choices=[("4", "行政处罚")])
    unit_of_amount = forms.ChoiceField(label="金额单位", choices=[("yuan", "元"), ("wan", "万元")])


class ChangeForm(forms.Form):
    deed = forms.ChoiceField(choices=[("correct", "更正"), ("withdraw", "撤回")], widget=forms.RadioSelect)
    ground = forms.CharField(label="所依据的文书")
    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 3}))
    amount = forms.DecimalField(label="更正金额（元）", required=False)
    decided_on = forms.DateField(label="更正决定日期", required=False)
    headcount = forms.IntegerField(label="更正人数", required=False)
    valid_to = forms.DateField(label="更正有效期至", required=False)
    seriousness = forms.ChoiceField(label="更正失信程度", required=False, choices=[("", "不改")])
    finality = forms.ChoiceField(label="更正效力", required=False, choices=[("", "不改")])


class ApproveForm(forms.Form):
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label="批准意见", widget=forms.Textarea(attrs={"rows": 2}))


class AnnounceForm(forms.Form):
    model = forms.ChoiceField(label="等级来自", choices=[("food", "食品行业信用评价")])
    parties = forms.CharField(label="各单位的承诺值", widget=forms.Textarea(attrs={"rows": 3}))


class PlanForm(forms.Form):
    organisation = forms.ChoiceField(label="检查机关", choices=[("1", "示例市市场监督管理局")])
    title = forms.CharField(label="计划名称")
    year = forms.IntegerField(label="年度")
    kind = forms.ChoiceField(label="检查类型", choices=[("daily", "日常检查")])
    matter = forms.ChoiceField(label="检查事项", choices=[("sample", "食品经营监督检查")])
    districts = forms.MultipleChoiceField(
        label="限于登记在", choices=[("410202", "示例区")], widget=forms.CheckboxSelectMultiple
    )
    sectors = forms.MultipleChoiceField(
        label="限于登记行业属", choices=[("food", "食品安全")], widget=forms.CheckboxSelectMultiple
    )
    batches = forms.CharField(label="批次", widget=forms.Textarea(attrs={"rows": 4}))
    basis = forms.CharField(label="补充依据", widget=forms.Textarea(attrs={"rows": 2}))


class RunForm(forms.Form):
    model = forms.ChoiceField(label="模型", choices=[("food", "食品行业信用评价（可发布）")])
    as_of = forms.DateField(label="评价日期")
    publish = forms.BooleanField(label="结果对外公布", required=False)


class InspectorForm(forms.Form):
    name = forms.CharField(label="姓名")
    certificate_no = forms.CharField(label="执法证件号")
    lines = forms.MultipleChoiceField(
        label="行业", choices=[("food", "食品"), ("drug", "药品")], widget=forms.CheckboxSelectMultiple
    )
    account = forms.ChoiceField(label="账号", choices=[("", "没有账号")], required=False)


class CaseForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput)
    compared = forms.BooleanField(label="已逐日核对", required=False)
    reason = forms.CharField(label="意见", widget=forms.Textarea(attrs={"rows": 3}), required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由")


class YearForm(forms.Form):
    year = forms.IntegerField(label="年份")
    holidays = forms.CharField(label="放假的日子", widget=forms.Textarea(attrs={"rows": 5}))
    make_up = forms.CharField(label="调休上班的周末", required=False)
    source = forms.CharField(label="来源")


class GrantForm(forms.Form):
    role = forms.ChoiceField(choices=[("collector", "报送员")])
    organisation = forms.ChoiceField(label="单位", choices=[("1", "示例市市场监督管理局")])
    to_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)


def running(left: int = 2) -> Clock:
    return Clock(date(2026, 11, 24), left, RULE)


def crumbs_to(last: str) -> list[Crumb]:
    return [Crumb("首页", "/"), Crumb("企业档案", "#"), Crumb(last)]


def a_subject() -> dict[str, Any]:
    return {
        "name": NAME,
        "url": "#",
        "code": CODE,
        "kind": "企业",
        "status": "存续",
        "district": "示例县",
        "registrar": "示例县市场监督管理局",
        "sector": "食品",
        "established_on": date(2016, 3, 1),
        "address": "示例县示例路 1 号",
        "flags": ["国有企业"],
        "former_names": [{"name": "示例县绿源有限公司", "until": date(2020, 1, 5)}],
    }


def a_grade() -> dict[str, Any]:
    return {
        "letter": "B",
        "word": "良好",
        "points_milli": 742_500,
        "trial": True,
        "model": "食品行业信用评价 第 3 版",
        "run_on": date(2026, 11, 1),
        "url": "#",
        "chart": waterfall(STEPS, title="起点 600 分，加 192.5，减 50，得 742.5 分", bands=BANDS, grade="B"),
    }


def explained() -> dict[str, Any]:
    records = [{"title": "未按规定公示年度报告", "url": "#", "decided_on": date(2026, 9, 1)}]
    return {
        "crumbs": crumbs_to("等级说明"),
        "subject": a_subject(),
        "grade": a_grade(),
        "model": {
            "title": "食品行业信用评价",
            "version": 3,
            "issuer": "示例市市场监督管理局",
            "basis": "汴政办〔2020〕46号 第十一项",
            "url": "#",
        },
        "run_on": date(2026, 11, 1),
        "chart": a_grade()["chart"],
        "ground": "《示例条例》第三十条：行业评价结果向社会公开",
        "items": [
            {
                "label": "年报按时",
                "value": "近三年 3 次",
                "points_milli": 60_000,
                "cap_milli": 60_000,
                "clause": "《示例条例》第八条",
                "records": [],
            },
            {
                "label": "行政处罚（一般）",
                "value": "1 件，213 天",
                "points_milli": -35_200,
                "cap_milli": -150_000,
                "clause": "模型第 4 项",
                "records": records,
            },
            {
                "label": "抽查发现问题",
                "value": "1 次",
                "points_milli": -14_800,
                "cap_milli": None,
                "clause": "模型第 6 项",
                "records": records,
            },
        ],
        "improvements": [
            {"text": "处罚记录移出评价窗口，约加 35.2 分", "on": date(2027, 2, 1)},
            {"text": "可以申请修复", "on": None},
        ],
    }


def strata() -> list[dict[str, Any]]:
    rows = [
        ("无事不扰", "A", 1842, 1800, 10, 19),
        ("常规", "B、C", 9315, 9100, 30, 280),
        ("提高", "D、E", 1251, 1100, None, 0),
        ("未评价", "", 300, 300, 30, 9),
    ]
    return [
        {
            "name": n,
            "grades": g,
            "population": p,
            "eligible": e,
            "excluded": [("按分级分类政策免于日常抽查：无投诉举报的不主动入企", p - e)] if p > e else [],
            "ratio": r,
            "drawn": d,
            "source": "汴政办〔2020〕46号 第十二项",
            "verified": r is not None,
        }
        for n, g, p, e, r, d in rows
    ]


def a_draw() -> dict[str, Any]:
    return {
        "title": "2026 年第四批 食品 双随机抽查",
        "number": "CC-2026-0004",
        "organ": "示例市市场监督管理局",
        "matter": "食品经营许可条件保持情况",
        "basis": "年度检查计划第 12 项",
        "drawn_at": NOW,
        "drawn_by": "某某",
        "population": 12_408,
        "drawn": 214,
        "seed": DIGEST,
        "digest": DIGEST,
        "pool_digest": DIGEST,
        "policy_digest": DIGEST,
        "source": "三方承诺值按序连接后取摘要",
        "announcement_digest": DIGEST,
        "announced_at": NOW,
        "public_url": "#",
    }


def a_batch() -> dict[str, Any]:
    return {
        "number": "2026-1118-3",
        "url": "#",
        "unit": "示例市市场监督管理局",
        "file_name": "行政处罚信息公示表（11月上半月）.xlsx",
        "feed": "双公示 行政处罚",
        "why": "",
        "format": "XLSX",
        "encoding": "",
        "size": 120_000,
        "header_row": 3,
        "code_column": "统一社会信用代码",
        "name_column": "行政相对人名称",
        "received_at": NOW,
        "received_by": "某某",
        "loaded_at": NOW,
        "loaded_by": "某某",
        "rows": 1204,
        "accepted": 1180,
        "returned": 19,
        "duplicates": 5,
        "state": "已入库",
        "tone": "done",
        "file_digest": DIGEST,
        "policy_digest": DIGEST,
        "receipt": DIGEST,
        "published_at": None,
        "published_by": "",
    }


def problems() -> list[dict[str, Any]]:
    example = {
        "row_no": 17,
        "field": "统一社会信用代码",
        "value": "9141020OMA00000000",
        "message": "校验位不符",
    }
    return [
        {
            "code": "E03",
            "label": "代码校验不符",
            "outcome": "待处理",
            "tone": "clock",
            "count": 14,
            "url": "#",
            "examples": [example],
            "field": "统一社会信用代码",
            "value": "9141020OMA00000000",
            "message": "末位应为 7",
        },
        {
            "code": "E16",
            "label": "自然人",
            "outcome": "拒收",
            "tone": "decide",
            "count": 5,
            "url": "#",
            "examples": [{**example, "field": "", "value": ""}],
            "field": "",
            "value": "",
            "message": "这一行是自然人的记录",
        },
    ]


def returned_rows() -> list[dict[str, Any]]:
    return [
        {
            "row_no": 17 + n,
            "url": "#",
            "batch": "2026-1118-3",
            "batch_url": "#",
            "unit": "示例市市场监督管理局",
            "subject": NAME,
            "codes": [{"code": "E03", "label": "代码校验不符"}, {"code": "E17", "label": "代码与名称不符"}],
            "message": "代码属于另一家企业",
            "state": "待处理",
            "tone": "clock",
        }
        for n in range(3)
    ]


def steps(now: int) -> list[Stage]:
    names = ("上传", "预览", "确认", "回执")
    return [
        Stage(name, "done" if n < now else "now" if n == now else "ahead", on=TODAY if n < now else None)
        for n, name in enumerate(names)
    ]


TILES = [
    Tile("文件行数", "1,204"),
    Tile("可以入库", "1,180", url="#"),
    Tile("待处理", "14", url="#", attention=True),
    Tile("拒收", "5", url="#"),
    Tile("重复", "5", url="#"),
]

OFFICE: dict[str, Any] = {
    **COMMON,
    "menu": menu(),
    "actor": {"name": "某某", "unit": "示例市市场监督管理局", "role": "报送员"},
    "crumbs": crumbs_to("当前页"),
    "upload_url": "#",
}
