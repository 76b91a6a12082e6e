"""Every feed is told from every other by its own header, and the feeds of the model packs give the words models ask for."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.feeds import feeds_in
from tests.intake.conftest import FEEDS, Deliver, code

from xinheng.core.feeds import Feed
from xinheng.intake.recognition import recognise

SHIPPED = feeds_in(FEEDS.parent)
WITH_HEADER = sorted(
    key for key, feed in SHIPPED.items() if feed.recognise.headers and feed.layout.header and feed.columns
)
Write = Callable[..., Path]


def header_of(feed: Feed) -> list[str]:
    """The first alias of every column and of every group by which the feed is known, each once."""
    groups = [group[0] for group in feed.recognise.headers]
    covered = {alias for group in feed.recognise.headers for alias in group}
    parts = [*feed.columns.values(), *feed.details.values()]
    more = [part.headers[0] for part in parts if part.headers and not covered & set(part.headers)]
    return list(dict.fromkeys([*groups, *more]))


@pytest.mark.parametrize("key", WITH_HEADER)
def test_a_feed_is_recognised_by_its_own_header(key: str) -> None:
    feed = SHIPPED[key]
    header = header_of(feed)
    titles = feed.recognise.title[:1] or (feed.title,)
    match = recognise([header], width=len(header), titles=titles, feeds=SHIPPED.values())
    assert match is not None
    assert match.feed.id == key


def rows_of(prepared: Any) -> list[dict[str, Any]]:
    table = pq.read_table(prepared.accepted_path)
    return sorted(table.to_pylist(), key=lambda row: row["row_no"])


PUBLIC = ["企业名称", "统一社会信用代码", "评价等级", "评价层级", "评价周期", "评价日期", "评价单位"]


@pytest.mark.row("M7-01")
@pytest.mark.guard("G4")
def test_comprehensive_results_of_nation_and_province_come_in_with_every_cycle(
    deliver: Deliver, write: Write
) -> None:
    firm = "汴京试验第1商贸有限公司"
    rows = [
        [firm, code(1), "良", "国家", "2025年第四季度", "2026-01-10", "国家公共信用信息中心"],
        [firm, code(1), "优", "国家", "2026年第一季度", "2026-04-10", "国家公共信用信息中心"],
        [firm, code(1), "中等", "省", "2026年第一季度", "2026-04-20", "省信用信息中心"],
        [firm, code(1), "无等级", "省", "2026年第二季度", "2026-07-20", "省信用信息中心"],
    ]
    prepared = deliver(write([PUBLIC, *rows]))
    assert (prepared.status, prepared.feed) == ("mapped", "public-credit-evaluation")
    assert (prepared.accepted, prepared.problems) == (3, {"E02": 1})
    found = rows_of(prepared)
    assert [(row["item"], row["decided_on"], row["result"]) for row in found] == [
        (17, date(2026, 1, 10), "public_good"),
        (17, date(2026, 4, 10), "public_excellent"),
        (17, date(2026, 4, 20), "public_fair"),
    ]
    assert len({row["natural_hash"] for row in found}) == 3
    details = json.loads(found[2]["details"])
    assert {"评价等级": "中等", "评价层级": "省", "评价周期": "2026年第一季度"}.items() <= details.items()


@pytest.mark.row("M7-01")
@pytest.mark.parametrize(
    ("grade", "word"), [("A", "tax_a"), ("B级", "tax_b"), ("M", "tax_m"), ("C", "tax_c"), ("D级", "tax_d")]
)
def test_grades_of_the_tax_bureau_keep_their_own_scale(
    deliver: Deliver, write: Write, grade: str, word: str
) -> None:
    header = ["纳税人名称", "纳税人识别号", "评价年度", "纳税缴费信用级别", "评价日期", "主管税务机关"]
    row = ["汴京试验第1商贸有限公司", code(1), "2025", grade, "2026-04-20", "开封市税务局"]
    prepared = deliver(write([header, row]))
    assert prepared.feed == "tax-credit-grade"
    (found,) = rows_of(prepared)
    assert (found["item"], found["result"]) == (17, word)


@pytest.mark.row("M7-12")
@pytest.mark.parametrize(
    ("feed", "header", "row", "expected"),
    [
        (
            "labour-supervision",
            ["用人单位名称", "统一社会信用代码", "记录类型", "涉及人数（人）", "涉及金额（元）", "认定日期", "认定单位"],
            ["汴京试验第1商贸有限公司", code(1), "违法行为", "12", "60000", "2026-03-02", "人力资源和社会保障局"],
            {"item": 18, "result": "labour_violation", "headcount": 12, "amount_fen": 6_000_000, "seriousness": 1},
        ),
        (
            "tax-credit-deduction",
            ["纳税人名称", "纳税人识别号", "指标代码", "指标名称", "发生日期", "扣分标准", "主管税务机关"],
            ["汴京试验第1商贸有限公司", code(1), "010101", "未按规定期限办理纳税缴费申报", "2026-03-02", "5分", "税务局"],
            {"item": 18, "result": "tax_late_filing", "seriousness": 0},
        ),
        (
            "environment-monitoring",
            ["排污单位名称", "统一社会信用代码", "监测类别", "监测日期", "监测结果", "监测单位"],
            ["汴京试验第1商贸有限公司", code(1), "废水", "2026-03-02", "超标", "生态环境监测中心"],
            {"item": 18, "result": "discharge_exceeded", "seriousness": 1},
        ),
        (
            "real-estate-credit-record",
            ["开发企业名称", "统一社会信用代码", "信用信息事项", "认定日期", "认定单位"],
            ["汴京试验第1置业有限公司", code(1), "项目按期竣工交付", "2026-03-02", "住房和城乡建设局"],
            {"item": 18, "result": "re_delivered", "seriousness": 0},
        ),
        (
            "court-dishonest-list",
            ["被执行人名称", "统一社会信用代码", "案号", "执行法院", "被执行人的履行情况", "发布时间"],
            ["汴京试验第1商贸有限公司", code(1), "（2026）豫02执1号", "开封市中级人民法院", "全部未履行", "2026-03-02"],
            {"item": 2, "result": "unfulfilled", "seriousness": 2},
        ),
    ],
)  # fmt: skip
def test_sector_records_come_in_with_the_words_that_models_ask_for(
    deliver: Deliver, write: Write, feed: str, header: list[str], row: list[str], expected: dict[str, Any]
) -> None:
    prepared = deliver(write([header, row]))
    assert (prepared.feed, prepared.problems) == (feed, {})
    (found,) = rows_of(prepared)
    assert {key: found[key] for key in expected} == expected


def test_two_findings_of_one_day_without_a_number_are_two_records(deliver: Deliver, write: Write) -> None:
    header = ["企业名称", "统一社会信用代码", "环境记录类型", "认定日期", "认定单位"]
    firm = ["汴京试验第1商贸有限公司", code(1)]
    rows = [[*firm, word, "2026-03-02", "生态环境局"] for word in ("噪声超标", "未批先建", "噪声超标")]
    prepared = deliver(write([header, *rows]))
    assert (prepared.accepted, prepared.duplicates) == (2, 1)
    assert [row["result"] for row in rows_of(prepared)] == ["env_noise", "env_unapproved"]


@pytest.mark.guard("G3")
def test_labour_penalties_are_taken_only_when_they_are_final(deliver: Deliver, write: Write) -> None:
    header = ["用人单位名称", "统一社会信用代码", "记录类型", "涉及人数（人）", "认定日期", "认定单位"]
    firm = ["汴京试验第1商贸有限公司", code(1)]
    rows = [[*firm, word, "3", "2026-03-02", "人社局"] for word in ("行政处罚", "行政处罚（终局）")]
    prepared = deliver(write([header, *rows]))
    assert (prepared.accepted, prepared.problems) == (1, {"E02": 1})


@pytest.mark.parametrize("feed", ["labour-supervision", "tax-credit-deduction", "real-estate-credit-record"])
def test_records_kept_for_evaluation_alone_are_not_open_to_the_public(feed: str) -> None:
    openness = SHIPPED[feed].details["公开类型"]
    assert (SHIPPED[feed].item, openness.default) == ("compliance", "政务共享")
