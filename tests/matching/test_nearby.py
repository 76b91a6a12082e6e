"""A slip in a name leads to sets of tokens that the name meant still holds, and it is the most alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.matching.nearby import (
    ALIKE,
    MOST_SETS,
    initials_of_spelled,
    likeness,
    nearby_tokens,
    spelled_tokens,
)
from xinheng.matching.pinyin import cut, sounds
from xinheng.matching.tokens import search_tokens

NAME = "开封市梧桐食品有限公司"
SIGNS = "甲乙丙丁戊己庚辛"


def led_to(sets: list[list[str]], name: str) -> bool:
    tokens = set(search_tokens(name))
    return any(set(one) <= tokens for one in sets)


@given(st.integers(0, 10), st.sampled_from(SIGNS))
def test_any_one_wrong_character_still_leads_to_the_name(place: int, sign: str) -> None:
    query = NAME[:place] + sign + NAME[place + 1 :]
    assert led_to(nearby_tokens(query), NAME)
    assert likeness(query, NAME) > max(ALIKE, likeness(query, "开封市红星机械有限公司"))


@given(st.integers(0, 10))
def test_a_character_left_out_or_exchanged_with_the_next_still_leads_to_the_name(place: int) -> None:
    left_out = NAME[:place] + NAME[place + 1 :]
    exchanged = NAME[:place] + NAME[place : place + 2][::-1] + NAME[place + 2 :]
    assert led_to(nearby_tokens(left_out), NAME)
    assert led_to(nearby_tokens(exchanged), NAME) or place == 10


def test_other_characters_of_the_same_sound_lead_to_the_name() -> None:
    assert led_to(nearby_tokens("开封市吴同食品"), NAME)
    assert likeness("开封市吴同食品", NAME) >= ALIKE


@pytest.mark.parametrize("query", ["梧桐", "梧食品", "abc", "", "有限公司"])
def test_too_little_says_nothing_about_what_was_meant(query: str) -> None:
    assert all(set(one) - set("有限公司") for one in nearby_tokens(query)) or not nearby_tokens(query)
    assert not led_to(nearby_tokens(query), "样例红星机械厂")


@pytest.mark.parametrize(
    ("letters", "ways"),
    [
        ("xian", [["xian"], ["xi", "an"]]),
        ("kaifeng", [["kai", "feng"]]),
        ("kfsp", []),
        ("", []),
        ("lv", [["lv"]]),
    ],
)
def test_letters_are_cut_into_syllables_in_every_way(letters: str, ways: list[list[str]]) -> None:
    assert cut(letters) == ways


@pytest.mark.parametrize("query", ["wutongshipin", "kaifengshi", "开封 wutong", "kaifeng SHIPIN"])
def test_a_spelled_name_is_led_to(query: str) -> None:
    assert led_to(spelled_tokens(query), NAME)


def test_spelled_syllables_are_asked_for_by_their_pairs() -> None:
    assert spelled_tokens("wutongshipin") == [["py:wu'tong", "py:tong'shi", "py:shi'pin"]]
    assert spelled_tokens("开封 wutong") == [["开封", "py:wu'tong"]]
    assert spelled_tokens("xianshi") == [["py:xian'shi"], ["py:xi'an", "py:an'shi"]]
    assert spelled_tokens("wtsp") == spelled_tokens("开封") == spelled_tokens("wu") == []


def test_words_that_can_be_cut_in_many_ways_make_a_bounded_number_of_sets() -> None:
    assert len(spelled_tokens("niaoa " * 10)) <= MOST_SETS


def test_a_name_that_is_seldom_read_so_is_led_to_by_initials() -> None:
    assert sounds("dailian", "大连")
    assert not led_to(spelled_tokens("dailianshipin"), "大连食品")
    assert led_to(initials_of_spelled("dailianshipin"), "大连食品")
    assert initials_of_spelled("wtsp") == []


def test_letters_sound_as_syllables_or_initials_side_by_side() -> None:
    assert sounds("wutongsp", NAME)
    assert sounds("lvyuan", "绿源")
    assert not sounds("wushipin", NAME)
    assert not sounds("wutongshipinyou", "梧桐食品")


def test_what_lies_scattered_over_a_name_is_less_like_it() -> None:
    assert (
        likeness("食品食用", "样例食品有限公司食用油厂")
        < ALIKE
        < likeness("食品有限公司食用", "样例食品有限公司食用油厂")
    )
