"""A feed file says exactly what it means, or is refused with file, key and cause."""

from pathlib import Path

import pytest
from tests.feeds import feeds_in

from xinheng.core.feeds import Column, Feed, Target, Unit, dump_feed, feed_schema
from xinheng.core.policy_file import PolicyError, parse, read_strict

GOOD = """
id: sample-penalty
title: 行政处罚
item: penalty
recognise:
  headers: [[行政相对人名称, 当事人], [行政处罚决定书文号]]
columns:
  name: {headers: [行政相对人名称, 当事人], required: true}
  code: {headers: [统一社会信用代码]}
  document_no: {headers: [行政处罚决定书文号], required: true}
  decided_on: {headers: [处罚决定日期], required: true}
  amount: {headers: [罚款金额（万元）, 罚款金额（元）], unit: wan, units: {罚款金额（元）: yuan}}
  result: {headers: [处罚类别], values: {罚款: fine, 警告: warning}, unknown: other, separators: ";；"}
details:
  违法事实: {headers: [违法事实]}
  法定代表人: {headers: [法定代表人], person: true, public: false}
seriousness: {source: ndrc-order-36, verified: false, otherwise: general}
lateness: {workdays: 7, source: ndrc-finance-2018-424, verified: false}
"""


def write(folder: Path, text: str, name: str = "sample-penalty.yml") -> Path:
    (folder / "feeds").mkdir()
    (folder / "feeds" / name).write_text(text, encoding="utf-8")
    return folder


def test_a_feed_file_is_read(tmp_path: Path) -> None:
    feed = feeds_in(write(tmp_path, GOOD))["sample-penalty"]
    assert feed.item_number == 4
    assert feed.columns[Target.AMOUNT].units == {"罚款金额（元）": Unit.YUAN}
    assert feed.columns[Target.RESULT].words == {"fine", "warning", "other"}


def test_a_feed_survives_being_written_and_read(tmp_path: Path) -> None:
    feed = feeds_in(write(tmp_path, GOOD))["sample-penalty"]
    again = tmp_path / "again.yml"
    again.write_text(dump_feed(feed), encoding="utf-8")
    assert parse(Feed, read_strict(again), file=again) == feed


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("item: penalty", "item: penality", "不在目录中"),
        ("item: penalty", "item: null", "须写 reason"),
        ("unit: wan, units", "units", "金额须写 unit"),
        ("{headers: [统一社会信用代码]}", "{required: true}", "headers（表头及其别名）"),
        ("  headers: [[行政相对人名称, 当事人], [行政处罚决定书文号]]", "  title: [处罚]", "必备表头"),
        ("id: sample-penalty", "id: another", "应与文件名一致"),
        ("title: 行政处罚", "titel: 行政处罚", "titel"),
        ("处罚决定日期]", "处罚决定日期, 处罚决定日期]", "重复的别名"),
        ("verified: false, otherwise: general", "otherwise: general", "seriousness.verified"),
        ("罚款金额（元）: yuan}", "处罚: yuan}", "另定单位"),
        ("{headers: [处罚决定日期],", "{headers: [处罚决定日期], first_day_off: true,", "只用于 valid_to"),
        ("{headers: [违法事实]}", "{headers: [违法事实], first_day_off: true}", "只用于 columns"),
        (
            "details:",
            "  party_category: {headers: [类别], values: {自然人: human}}\ndetails:",
            "person、organisation",
        ),
    ],
)
def test_a_mistake_in_a_feed_file_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(PolicyError) as caught:
        feeds_in(write(tmp_path, GOOD.replace(before, after)))
    assert said in str(caught.value)
    assert "sample-penalty.yml" in str(caught.value)


def test_a_feed_without_header_needs_positions(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="position"):
        feeds_in(write(tmp_path, GOOD + "layout: {header: false}\n"))


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ({"headers": ["移出日期"]}, True),
        ({"headers": ["终止日"], "first_day_off": True}, True),
        ({"headers": ["有效期至"]}, False),
        ({"headers": ["移出日期", "有效期至"]}, False),
        ({"position": 5}, False),
    ],
)
def test_a_column_of_days_of_removal_needs_no_mark(column: dict[str, object], says: bool) -> None:
    assert Column.model_validate(column).says_first_day_off is says


def test_the_schema_is_published() -> None:
    assert {"id", "title", "item", "recognise"} <= set(feed_schema()["required"])
