"""What a form and a template ask for one record of a feed."""

from pathlib import Path

import pytest
from tests.feeds import feeds_in

from xinheng.core.entry import Question, filled_in, may_be_asked, questions
from xinheng.core.feeds import Feed, Kind
from xinheng.core.refusal import Refusal

FEEDS = feeds_in(Path(__file__).parents[2] / "policy")


def _asked(feed: str) -> dict[str, Question]:
    return {question.header: question for question in questions(FEEDS[feed])}


def test_columns_that_only_name_persons_are_not_asked() -> None:
    asked = _asked("penalty-dual-publicity")
    assert not {"自然人证件类型", "自然人证件号码"} & set(asked)
    assert "自然人" not in asked["行政相对人类别"].choices


def test_two_fields_read_from_one_column_are_one_question() -> None:
    asked = questions(FEEDS["penalty-dual-publicity"])
    assert [question.header for question in asked].count("处罚类别") == 1
    assert "罚款金额（元）" not in _asked("penalty-dual-publicity")


def test_a_question_says_unit_choices_and_whether_it_must_be_answered() -> None:
    asked = _asked("penalty-dual-publicity")
    assert (asked["罚款金额（万元）"].kind, asked["罚款金额（万元）"].unit) == (Kind.AMOUNT, "万元")
    assert asked["处罚类别"].joined_by == "、"
    assert asked["处罚决定日期"].required
    status = _asked("xinheng-commitment")["承诺履行状态"]
    assert (status.choices, status.closed) == (("全部履行", "部分履行", "全部未履行"), True)


def test_a_file_without_header_cannot_be_filled_in_by_hand() -> None:
    headless = next(feed for feed in FEEDS.values() if feed.item and not feed.layout.header)
    assert not may_be_asked(headless)
    with pytest.raises(Refusal, match="没有固定的表头"):
        questions(headless)


@pytest.mark.parametrize(
    "feed", [feed for feed in FEEDS.values() if may_be_asked(feed)], ids=lambda feed: feed.id
)
def test_every_header_by_which_a_feed_is_recognised_is_asked(feed: Feed) -> None:
    headers = {question.header for question in questions(feed)}
    assert all(headers.intersection(group) for group in feed.recognise.headers)
    assert not headers.intersection(feed.recognise.absent)


def test_an_empty_form_is_refused() -> None:
    with pytest.raises(Refusal, match="没有填写任何内容"):
        filled_in(FEEDS["xinheng-commitment"], {"承诺编码": "  "})


def test_answers_outside_the_questions_are_left_out() -> None:
    cells = filled_in(FEEDS["xinheng-commitment"], {"承诺人名称": " 汴京试验商贸有限公司 ", "身份证号": "1"})
    assert ("承诺人名称", "汴京试验商贸有限公司") in cells
    assert "身份证号" not in dict(cells)
