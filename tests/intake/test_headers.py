"""The header is found and its cells are compared by what they say."""

import pytest
from tests.intake.conftest import PENALTY, code

from xinheng.core.feeds import Feed
from xinheng.intake.headers import column_names, guess_header, normal_header, title_lines
from xinheng.intake.recognition import recognise


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" 统一社会\n信用代码* ", "统一社会信用代码"),
        ("处罚决定日期(短日期类型(YYYY-MM-DD))", "处罚决定日期"),
        ("信息标题(文字类型 *必填项)", "信息标题"),
        ("罚款金额（万元）", "罚款金额(万元)"),
        ("Unnamed: 12", ""),
        ("/", ""),
    ],
)
def test_a_header_cell_is_read_without_its_notes(written: str, meant: str) -> None:
    assert normal_header(written) == meant


def test_nameless_columns_count_on_below_a_merged_header() -> None:
    assert column_names(["序号", "详情", "", "Unnamed: 3", "日期", "日期"], 7) == (
        "序号",
        "详情",
        "详情#2",
        "详情#3",
        "日期",
        "日期#2",
        "日期#3",
    )


def test_titles_are_rows_with_few_words() -> None:
    assert title_lines([["2026年名单", "", ""], ["a", "b", "c"], ["规则", "/", "/"]]) == "2026年名单 规则"


def test_a_header_is_guessed_where_no_feed_knows_the_file() -> None:
    assert guess_header([["某区名单", "", ""], ["序号", "企业名称", "证书编号"], ["1", "甲公司", "2"]]) == 1
    assert guess_header([["甲公司", "9141", "2026-01-01"]]) is None


def test_a_feed_is_recognised_by_most_columns(feeds: dict[str, Feed]) -> None:
    match = recognise([["开封市"], PENALTY], width=len(PENALTY), titles=("表",), feeds=feeds.values())
    assert match is not None and (match.feed.id, match.header) == ("penalty-dual-publicity", 1)


@pytest.mark.parametrize(
    ("title", "feed"),
    [
        ("瞪羚企业名单.csv", "honour-gazelle"),
        ("经营异常企业.csv", "abnormal-operation-list"),
        ("名单.csv", None),
    ],
)
def test_general_columns_need_a_telling_title(feeds: dict[str, Feed], title: str, feed: str | None) -> None:
    match = recognise([["企业名称"], ["甲公司"]], width=1, titles=(title,), feeds=feeds.values())
    assert (match.feed.id if match else None) == feed


def test_a_file_without_header_is_recognised_by_the_look_of_its_columns(feeds: dict[str, Feed]) -> None:
    row = ["开封市住房和城乡建设局", "汴京试验建筑有限公司", code(1), "汴建罚〔2026〕1号", "2026/02/22"]
    rows = [[*row, "是", "是", "", "", "", "2026-02-24"] for _ in range(5)]
    match = recognise(rows, width=11, titles=("台账",), feeds=feeds.values())
    assert match is not None and (match.feed.id, match.header) == ("penalty-no-header", None)
    other = [[*row[::-1], "是", "是", "", "", "", "2026-02-24"] for _ in range(5)]
    assert recognise(other, width=11, titles=("台账",), feeds=feeds.values()) is None
