"""Wordings of senders become the words of the feed."""

import pytest

from xinheng.core.feeds import Column
from xinheng.intake.words import word_for

KINDS = Column(
    headers=("处罚类别",),
    separators=";；,，、",
    contains={"警告": "warning", "罚款": "fine", "没收": "confiscation", "吊销": "revocation"},
    unknown="other",
)
RESULT = Column(headers=("结果",), values={"1": "passed"}, contains={"不合格": "failed", "合格": "passed"})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("罚款", "fine"),
        ("罚款；警 告", "warning+fine"),
        ("罚款;没收违法所得、没收非法财物", "fine+confiscation"),
        ("罚款,其他-停业整顿", "other"),
        ("训诫", "other"),
    ],
)
def test_several_kinds_stand_in_statutory_order(text: str, word: str) -> None:
    assert word_for(KINDS, text) == word


@pytest.mark.parametrize(
    ("text", "word"), [("1", "passed"), ("不合格（复查）", "failed"), ("合格", "passed"), ("待定", None)]
)
def test_one_value_is_read_whole_or_by_the_first_fragment(text: str, word: str | None) -> None:
    assert word_for(RESULT, text) == word


def test_a_long_list_keeps_the_graver_kinds() -> None:
    many = Column(
        headers=("x",),
        separators=";",
        contains={"a": "warning", "b": "criticism", "c": "confiscation", "d": "suspension"},
    )
    assert word_for(many, "a;b;c;d") == "criticism+confiscation+suspension"
