"""Files of the sector departments become the words that the sector models ask for; grades of others keep their own scale."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.intake.conftest import Deliver, code

from xinheng.intake.prepared import Prepared

Write = Callable[..., Path]
FIRM = "汴京试验第1商贸有限公司"


def row_of(prepared: Prepared) -> dict[str, Any]:
    (row,) = pq.read_table(prepared.accepted_path).to_pylist()
    return dict(row)


HIGHWAY = [
    "企业名称",
    "统一社会信用代码",
    "从业类别",
    "公路信用等级",
    "评价层级",
    "评价年度",
    "公布日期",
    "公布机关",
]
ROAD = ["企业名称", "统一社会信用代码", "经营类别", "质量信誉等级", "考核年度", "公布日期", "考核机关"]


@pytest.mark.row("M7-01")
@pytest.mark.parametrize("grade", ["AA", "A", "B", "C", "D"])
def test_highway_grades_keep_the_five_levels_of_their_rules(
    deliver: Deliver, write: Write, grade: str
) -> None:
    row = [FIRM, code(1), "施工", f"{grade}级", "省", "2025", "2026-05-20", "河南省交通运输厅"]
    prepared = deliver(write([HIGHWAY, row]))
    assert (prepared.feed, prepared.problems) == ("xinheng-highway-credit", {})
    found = row_of(prepared)
    assert (found["item"], found["result"]) == (17, f"highway_{grade}")
    shown = json.loads(found["details"])
    assert (shown["评价等级"], shown["评价年度"]) == (f"{grade}级", "2025")


@pytest.mark.row("M7-01")
def test_an_a_of_road_transport_is_not_an_a_of_highways(deliver: Deliver, write: Write) -> None:
    prepared = deliver(write([ROAD, [FIRM, code(1), "货运", "A", "2025", "2026-05-20", "开封市交通运输局"]]))
    assert prepared.feed == "xinheng-road-service-grade"
    assert row_of(prepared)["result"] == "road_A"


def test_one_firm_graded_as_builder_and_as_supervisor_has_two_records(deliver: Deliver, write: Write) -> None:
    rows = [
        [FIRM, code(1), kind, grade, "省", "2025", "2026-05-20", "河南省交通运输厅"]
        for kind, grade in (("施工", "AA"), ("监理", "B"))
    ]
    prepared = deliver(write([HIGHWAY, *rows]))
    assert (prepared.accepted, prepared.problems) == (2, {})


@pytest.mark.row("M2-07")
@pytest.mark.row("M7-12")
@pytest.mark.parametrize(
    ("feed", "header", "row", "expected"),
    [
        (
            "xinheng-wage-safeguard",
            ["受检用工单位名称", "统一社会信用代码", "工程项目名称", "工资检查编号", "工资保障检查结果", "检查日期", "涉及人数", "拖欠金额（元）", "检查机关"],
            [FIRM, code(1), "某安置房", "汴建工资〔2026〕1号", "查实拖欠工资", "2026-03-02", "12", "60000", "住房和城乡建设局"],
            {"item": 12, "result": "wages_unpaid", "headcount": 12, "amount_fen": 6_000_000, "seriousness": 2},
        ),
        (
            "xinheng-builder-credit",
            ["企业名称", "统一社会信用代码", "建筑市场评价类别", "建筑市场信用等级", "折算档次", "评价年度", "公布日期", "公布机关"],
            [FIRM, code(1), "施工总承包", "AAA", "最高档", "2025", "2026-05-20", "省住房和城乡建设厅"],
            {"item": 17, "result": "builder_top", "seriousness": 0},
        ),
        (
            "xinheng-training-prepaid",
            ["培训机构名称", "统一社会信用代码", "核查单编号", "核查日期", "预收费核查结果", "涉及金额（元）", "核查单位"],
            [FIRM, code(1), "汴教核〔2026〕1号", "2026-03-02", "逾期未退费", "52000.50", "教育体育局"],
            {"item": 12, "result": "refund_overdue", "amount_fen": 5_200_050, "seriousness": 2},
        ),
        (
            "xinheng-medical-insurance-agreement",
            ["定点医药机构名称", "统一社会信用代码", "医保服务协议编号", "协议处理结果", "处理日期", "退回金额（元）", "经办机构"],
            [FIRM, code(1), "YB2026-1", "退回违规使用的基金", "2026-03-02", "12000", "医疗保障中心"],
            {"item": 15, "result": "agreement_recovered", "amount_fen": 1_200_000, "seriousness": 1},
        ),
        (
            "xinheng-drug-practice-check",
            ["药械企业名称", "统一社会信用代码", "药械许可证编号", "检查类别", "规范检查结论", "检查日期", "检查机关"],
            [FIRM, code(1), "豫CB3780001", "药品经营质量管理规范", "不符合要求", "2026-03-02", "市场监督管理局"],
            {"item": 12, "result": "practice_not_met", "seriousness": 2},
        ),
        (
            "xinheng-local-finance-reporting",
            ["地方金融组织名称", "统一社会信用代码", "报表名称", "报表所属期", "应报日期", "报送情况", "监管机关"],
            [FIRM, code(1), "季度经营报告", "2026年第一季度", "2026-04-20", "逾期报送", "地方金融管理局"],
            {"item": 18, "result": "report_late", "seriousness": 1},
        ),
        (
            "xinheng-safety-accident",
            ["责任单位名称", "统一社会信用代码", "事故调查报告批复文号", "事故等级", "事故类别", "批复日期", "批复机关"],
            [FIRM, code(1), "汴政文〔2026〕8号", "较大事故", "高处坠落", "2026-03-02", "开封市人民政府"],
            {"item": 18, "result": "accident_large", "seriousness": 2},
        ),
        (
            "xinheng-bid-conduct",
            ["交易当事人名称", "统一社会信用代码", "交易项目编号", "交易项目名称", "处理决定文书号", "交易违法行为", "决定日期", "决定机关"],
            [FIRM, code(1), "GC2026-01", "某道路工程", "汴发改罚〔2026〕3号", "串通投标", "2026-03-02", "发展和改革委员会"],
            {"item": 18, "result": "bid_collusion", "seriousness": 2},
        ),
    ],
)  # fmt: skip
def test_sector_files_come_in_with_the_words_that_models_ask_for(
    deliver: Deliver, write: Write, feed: str, header: list[str], row: list[str], expected: dict[str, Any]
) -> None:
    prepared = deliver(write([header, row]))
    assert (prepared.feed, prepared.problems) == (feed, {})
    found = row_of(prepared)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.row("M2-07")
def test_a_sector_file_without_a_word_of_its_own_scale_sends_the_row_back(
    deliver: Deliver, write: Write
) -> None:
    row = [FIRM, code(1), "施工", "AAA", "省", "2025", "2026-05-20", "河南省交通运输厅"]
    prepared = deliver(write([HIGHWAY, row]))
    assert (prepared.accepted, prepared.problems) == (0, {"E02": 1})
