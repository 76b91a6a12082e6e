"""What goes upwards stands in the national columns, lacks nothing that must be there, and its receipt is read strictly."""

from pathlib import Path

import pytest

from xinheng.core.policy import load_policy
from xinheng.core.up_reporting import Answer, Known, Told, UpLayout, cells, gaps, read_receipt

SEED = Path(__file__).resolve().parents[2] / "policy"
pytestmark = pytest.mark.row("M5-02")


@pytest.fixture(scope="module")
def penalty() -> UpLayout:
    return load_policy(SEED, city="kaifeng").acts.layouts["penalty"]


def _told(layout: UpLayout) -> Told:
    known = {fact: f"{fact}"[:18] for fact in Known}
    return Told(known, {label: label for column in layout.columns.values() for label in column.fields})


def test_the_row_follows_the_columns_and_those_of_persons_stay_empty(penalty: UpLayout) -> None:
    row = dict(zip(penalty.columns, cells(penalty, _told(penalty)), strict=True))
    assert list(row)[:3] == ["CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM"]
    assert (row["CF_XDR_MC"], row["CF_WFXW"], row["CF_JDRQ"]) == ("name", "违法行为类型", "decided_on")
    assert {row[name] for name in ("CF_FRDB", "CF_FR_ZJHM", "CF_XDR_ZJHM")} == {""}
    assert not penalty.verified


def test_a_column_that_must_be_filled_and_one_that_is_too_long_are_named(penalty: UpLayout) -> None:
    whole = _told(penalty)
    assert gaps(penalty, whole) == ()
    known = dict(whole.known) | {Known.AUTHORITY_CODE: "", Known.NAME: "长" * 201}
    assert gaps(penalty, Told(known, whole.fields)) == (
        "行政相对人名称超过200字",
        "缺少处罚机关统一社会信用代码",
    )


def test_a_receipt_answers_row_by_row_or_for_all() -> None:
    assert read_receipt("1,接受\n2\t退回\t代码不对\n", rows=3) == (
        (Answer(1, ""), Answer(2, "代码不对")),
        (),
    )
    assert [one.row_no for one in read_receipt("全部接受", rows=3)[0]] == [1, 2, 3]
    assert read_receipt("3，退回", rows=3)[0][0].reason == "上级平台没有写明原因"


@pytest.mark.parametrize("line", ["4,接受", "0,接受", "x,接受", "1", "1,也许", "１,接受", "9" * 30])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    assert read_receipt(line, rows=3) == ((), (line,))
    assert read_receipt("2,接受\n2,退回", rows=3)[1] == ("2,退回",)
