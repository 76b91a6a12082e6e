"""Made-up content for the gallery. No enterprise, document or figure in it exists."""

from datetime import date
from typing import Any

from django import forms

from xinheng.interfaces.web.charts import (
    Band,
    Bar,
    Chart,
    GradeCount,
    Stack,
    Step,
    bars,
    grade_distribution,
    stacks,
    waterfall,
)
from xinheng.interfaces.web.figures import percent
from xinheng.interfaces.web.lines import Series, line, sparkline
from xinheng.interfaces.web.parts import (
    Cell,
    Clock,
    Column,
    Crumb,
    Entry,
    Filter,
    Link,
    MenuGroup,
    Notice,
    Option,
    Paging,
    Source,
    Stage,
    Statement,
    Table,
    Tile,
)

BANDS = (Band("E", 0), Band("D", 400_000), Band("C", 550_000), Band("B", 700_000), Band("A", 850_000))
STEPS = (
    Step("起点", 0, 600_000, "start"),
    Step("登记与年报按时", 600_000, 660_000, "plus"),
    Step("信用承诺全部履行", 660_000, 742_500, "plus"),
    Step("获得市级质量荣誉", 742_500, 792_500, "plus"),
    Step("行政处罚（一般）1 件，已过 213 天，按表折减", 792_500, 757_300, "minus"),
    Step("抽查结果：发现问题已责令改正", 757_300, 742_500, "minus"),
    Step("加分合计上限", 742_500, 742_500, "limit"),
    Step("得分", 742_500, 742_500, "total"),
)


class SampleForm(forms.Form):
    name = forms.CharField(label="企业名称")
    reason = forms.CharField(label="申请理由", widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label="事项", choices=[("a", "信息有误"), ("b", "不应公示")])
    agree = forms.BooleanField(label="我已核对以上内容")
    phone = forms.CharField(label="联系电话", required=False)


def statement() -> Statement:
    return Statement(
        kind="行政处罚",
        seriousness="一般",
        ground="未按规定公示年度报告",
        body="当事人未在规定期限内报送并公示上一年度年度报告，经催告后仍未改正。罚款 3,000.00 元。",
        document_no="示市监处罚〔2026〕000号",
        decided_on=date(2026, 9, 1),
        authority="示例市市场监督管理局",
        clause="《示例条例》第十八条第一款",
        finality="救济期限内",
        state="公示中",
        published_on=date(2026, 9, 8),
        stop_on=date(2027, 9, 1),
        repair_from=date(2026, 12, 1),
        repair_url="#",
        objection_url="#",
        source=source(),
    )


def source() -> Source:
    return Source(
        unit="示例市市场监督管理局",
        batch="2026-0908-3",
        batch_url="#",
        file_name="处罚信息9月.xlsx",
        row_no=1204,
        received_on=date(2026, 9, 8),
    )


def clocks() -> list[Clock]:
    rule = "示例市目录：作出决定后 7 个工作日内"
    return [
        Clock(date(2026, 11, 24), 2, rule, rule_url="#"),
        Clock(date(2026, 11, 20), 0, rule),
        Clock(date(2026, 11, 17), -3, rule),
        Clock(date(2027, 1, 6), 31, rule, provisional=True),
        Clock(date(2026, 11, 9), None, rule, done_on=date(2026, 11, 6)),
        Clock(date(2026, 11, 9), None, rule, done_on=date(2026, 11, 12)),
        Clock(None, None, "河北省异议处理期限", verified=False),
    ]


def charts() -> list[Chart]:
    grades = [("A", 1842, 1790), ("B", 6210, 6304), ("C", 3105, 2980), ("D", 890, 905), ("E", 361, 429)]
    return [
        waterfall(STEPS, title="起点 600 分，加 192.5，减 50，得 742.5 分", bands=BANDS, grade="B"),
        grade_distribution(
            [GradeCount(*row) for row in grades], title="A、B 级合计占 64.9%，E 级比上期少 68 户"
        ),
        bars(
            [
                Bar("市场监督管理局", 214, "214 行"),
                Bar("人力资源和社会保障局（含社会保险经办机构）", 96, "96 行", marked=True),
                Bar("生态环境局", 31, "31 行"),
                Bar("交通运输局", 0, "0 行"),
            ],
            title="待处理的行有六成来自市场监督管理局",
            head=("部门", "待处理"),
        ),
        stacks(
            [
                Stack("市场监督管理局", (18, 1, 0, 0)),
                Stack("人力资源和社会保障局", (11, 2, 1, 2)),
                Stack("生态环境局", (7, 0, 3, 1)),
                Stack("城市管理局（综合执法支队）", (3, 3, 0, 6)),
            ],
            ("按时报送", "迟报", "声明无数据", "未报送"),
            title="4 个部门中 1 个按时报送过四分之三",
        ),
        line(
            [f"{month}月" for month in range(1, 12)],
            [
                Series("双公示及时率", (912, 905, 931, 940, 951, 949, 962, 970, 968, 975, 981)),
                Series("合规率", (880, 884, 890, None, 921, 930, 944, 951, 957, 966, 972)),
            ],
            title="双公示及时率由年初 91.2% 升到 98.1%",
            write=lambda value: percent(value, 1000),
            low=800,
        ),
    ]


def table() -> Table:
    return Table(
        caption="行政处罚公示",
        columns=(
            Column("企业"),
            Column("统一社会信用代码", "code"),
            Column("文号"),
            Column("决定日期", "day"),
            Column("金额", "number"),
            Column("状态", "tight"),
        ),
        rows=[
            (
                Cell("示例食品有限公司", url="#"),
                "91410200MA00000000",
                "示市监处罚〔2026〕000号",
                "2026-09-01",
                "3,000.00",
                Cell("", mark="公示中", tone="clock"),
            ),
            (
                Cell("示例县绿源农业科技发展股份有限公司第一分公司", url="#"),
                "91410200MA00000001",
                "示环罚决字〔2026〕00号",
                "2026-08-12",
                "120,000.00",
                Cell("", mark="已停止公示"),
            ),
        ],
        paging=Paging(previous_url="#", next_url="#", shown=2, total=1204),
    )


def timeline() -> list[Entry]:
    return [
        Entry(date(2027, 9, 1), "处罚公示期满，自动停止公示", ahead=True),
        Entry(date(2026, 9, 1), "", statement=statement()),
        Entry(
            date(2026, 5, 18),
            "食品经营许可",
            kind="行政许可",
            document_no="JY14102000000000",
            authority="示例市行政审批局",
            until=date(2031, 5, 17),
            source=source(),
        ),
        Entry(date(2026, 3, 2), "作出审批替代型信用承诺", kind="信用承诺", state="已履行"),
    ]


def tiles() -> list[Tile]:
    spark = sparkline((91, 90, 93, 94, 95, 94, 96, 98), label="近八个月及时率")
    return [
        Tile("今天到期", "3", url="#", unit="件", attention=True),
        Tile("本周到期", "11", url="#", unit="件"),
        Tile("归集覆盖率", "96.4%", url="#", definition="已报送或声明无数据的目录项 ÷ 应报送的目录项"),
        Tile("双公示及时率", "98.1%", url="#", change="比上月 +0.6", spark=spark),
    ]


def filters() -> list[Filter]:
    kinds = (Option("", "全部"), Option("4", "行政处罚"), Option("3", "行政许可"))
    return [
        Filter("q", "企业名称或代码", placeholder="至少两个字"),
        Filter("item", "类别", kind="select", value="4", options=kinds),
        Filter("since", "决定日期自", kind="date", value="2026-09-01"),
    ]


def stages() -> list[Stage]:
    return [
        Stage("受理", "done", on=date(2026, 11, 18)),
        Stage("审核", "now"),
        Stage("决定", "ahead", until=date(2026, 11, 27)),
        Stage("同步", "ahead"),
    ]


def menu() -> list[MenuGroup]:
    return [
        MenuGroup("", [Link("工作台", "#", current=True, count=14), Link("全市情况", "#")]),
        MenuGroup("归集", [Link("上传文件", "#"), Link("批次", "#"), Link("待处理的行", "#", count=341)]),
        MenuGroup("监管", [Link("企业档案", "#"), Link("抽查计划", "#")]),
    ]


def components() -> dict[str, Any]:
    form = SampleForm({"name": "", "reason": "理由写在这里", "kind": "a"})
    kinds = ("info", "done", "clock", "decide")
    titles = ("日历已更新", "批次已入库", "还有 2 个工作日", "需要你决定")
    return {
        "crumbs": [Crumb("首页", "#"), Crumb("企业档案", "#"), Crumb("示例食品有限公司")],
        "letters": ["A", "B", "C", "D", "E", ""],
        "clocks": clocks(),
        "tiles": tiles(),
        "charts": charts(),
        "table": table(),
        "bare": Table(
            "没有内容的表", (Column("企业"),), (), empty="本月没有收到文件。报送截止日是每月 5 日。"
        ),
        "timeline": timeline(),
        "filters": filters(),
        "stages": stages(),
        "notices": [
            Notice(kind, title, "说明写在这里。", "#") for kind, title in zip(kinds, titles, strict=True)
        ],
        "form": form,
        "menu": menu(),
        "actor": {"name": "某某", "unit": "示例市信用办", "role": "信用办业务员"},
        "portal_menu": [
            Link("查企业", "#", current=True),
            Link("行政行为公示", "#"),
            Link("双随机抽查", "#"),
        ],
    }


def letter_content() -> dict[str, Any]:
    return {
        "letter": {
            "organ": "示例市市场监督管理局",
            "title": "行政检查通知书",
            "number": "示市监检通〔2026〕000号",
            "addressee": "示例食品有限公司",
            "issued_on": date(2026, 11, 20),
        }
    }
