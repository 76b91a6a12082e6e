"""What a form and a template ask for one record of a feed."""

from pathlib import Path

import pytest
from tests.feeds import feeds_in

from xinheng.core.catalogue import CatalogueField, CatalogueItem, FieldKind
from xinheng.core.entry import Question, filled_in, may_be_asked, questions
from xinheng.core.feeds import Feed, Kind, Target
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


@pytest.mark.row("M2-04")
def test_what_the_catalogue_requires_counts_as_what_the_feed_does_and_who_is_named() -> None:
    feed = FEEDS["penalty-dual-publicity"]
    kept = CatalogueField(kind=FieldKind.TEXT)
    fields = {
        name: kept.model_copy(update={"required": required})
        for name, required in (("违法事实", True), ("处罚决定日期", True), ("处罚依据", False))
    }
    item = CatalogueItem.model_construct(fields=fields)
    plain, asked = _asked(feed.id), {one.header: one for one in questions(feed, item)}
    assert not plain["违法事实"].required
    assert (asked["违法事实"].required, asked["违法事实"].demanded_by) == (True, "目录")
    assert asked["违法事实"].hint.endswith("目录规定必填")
    assert asked["处罚决定日期"].hint == "格式：2026-01-31；目录和数据源规定必填"
    assert (asked["处罚依据"].required, asked["处罚依据"].hint) == (False, "")
    assert plain["处罚决定日期"].demanded_by == "数据源"


def test_a_subject_that_may_have_another_code_is_not_held_to_the_credit_code() -> None:
    kept = CatalogueField(kind=FieldKind.TEXT, required=True)
    for feed in filter(may_be_asked, FEEDS.values()):
        names = {name for one in (*feed.columns.values(), *feed.details.values()) for name in one.headers}
        item = CatalogueItem.model_construct(fields=dict.fromkeys(names, kept))
        of_party = [one for one in questions(feed, item) if one.of_party]
        others = {Target.REGISTRATION_NO, Target.ORGANISATION_NO, Target.TAX_NO} & set(feed.columns)
        held = feed.columns[Target.CODE].required or not others if of_party else False
        assert [one.required for one in of_party] == [held] * len(of_party), feed.id


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
