"""What statistics of tokens say of names that hold several."""

import pytest

from xinheng.interfaces.portal.often import Often

TOLD = Often.of({"公司": 1000, "有限": 900, "限公": 890, "食品": 100, "品有": 90, "限": 950})


def test_a_pair_that_goes_on_is_as_frequent_as_its_word() -> None:
    assert TOLD.expected(["有限", "限公"]) == pytest.approx(900)
    assert TOLD.expected(["食品", "公司"]) == pytest.approx(100)
    assert TOLD.expected(["食品", "有限"]) == pytest.approx(90)


def test_a_three_that_goes_on_is_as_frequent_as_its_letters() -> None:
    told = Often.of({"公司": 1000, "py:kfs": 600, "py:fsl": 60, "py:fst": 40, "py:slt": 30})
    assert told.expected(["py:kfs", "py:fsl"]) == pytest.approx(360)
    assert told.expected(["py:kfs", "py:slt"]) == pytest.approx(18)


def test_a_pair_of_syllables_that_goes_on_is_as_frequent_as_its_syllable() -> None:
    told = Often.of(
        {"公司": 1000, "py:kai'feng": 800, "py:feng'shi": 300, "py:feng'xin": 100, "py:shi'pin": 200}
    )
    assert told.expected(["py:kai'feng", "py:feng'shi"]) == pytest.approx(600)
    assert told.expected(["py:kai'feng", "py:shi'pin"]) == pytest.approx(160)


def test_nothing_is_expected_of_tokens_that_are_left_out() -> None:
    assert TOLD.expected(["食品", "甲乙"]) == 0
    assert TOLD.at_most(["食品", "甲乙"]) == 0


def test_the_rarest_are_asked_for_until_few_are_left() -> None:
    rarest = TOLD.rarest_first(["公司", "限", "有限", "食品", "甲乙", "甲"])
    assert rarest == ["甲乙", "甲", "食品", "有限", "限", "公司"]
    assert TOLD.enough(rarest, 100) == 1
    assert TOLD.enough(rarest, 10) == 2
    assert TOLD.enough(["公司"], 10) == 1


def test_without_statistics_everything_is_asked_of_the_index() -> None:
    unknown = Often.of({})
    assert unknown.expected(["食品"]) == unknown.at_most(["食品"]) == 0
    assert unknown.enough(["食品", "品有"], 2) == 2
