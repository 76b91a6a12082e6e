"""Names are found by part and by pinyin initials, with nothing but sets of tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.matching.tokens import name_matches, query_tokens, search_tokens

NAME = "开封市梧桐食品有限公司"


def finds(query: str, name: str) -> bool:
    """What ``tokens @> query_tokens(query)`` answers, an empty query finding nothing."""
    wanted = query_tokens(query)
    return bool(wanted) and set(wanted) <= set(search_tokens(name))


@pytest.mark.parametrize(
    "query",
    [
        "梧桐",
        "梧桐食品",
        "开封市梧桐食品有限公司",
        "食",
        "开封 食品",
        "wtsp",
        "KFS",
        "kfswtspyxgs",
        "梧桐 sp",
        "開封",
        "（梧桐）",
    ],
)
def test_a_name_is_found_by_part_and_by_initials(query: str) -> None:
    assert finds(query, NAME)
    assert name_matches(query=query, name=NAME)


@pytest.mark.parametrize("query", ["南阳", "梧食", "spkf", "桐梧", "开封 商贸", "饮"])
def test_another_name_is_not_found(query: str) -> None:
    assert not finds(query, NAME)
    assert not name_matches(query=query, name=NAME)


@pytest.mark.parametrize(
    ("query", "tokens"),
    [("wts", ["py:wts"]), ("wtsp", ["py:wts", "py:tsp"]), ("sp", ["py:sp"]), ("sp wts", ["py:sp", "py:wts"])],
)
def test_letters_are_asked_for_by_threes_and_two_alone_by_the_pair(query: str, tokens: list[str]) -> None:
    assert query_tokens(query) == tokens
    assert finds(query, NAME)


def test_a_name_whose_characters_are_read_in_two_ways_is_found_by_each_of_the_eight() -> None:
    threes = [one for one in search_tokens("重长乐") if len(one) == len("py:") + 3]
    assert len(threes) == 8
    assert all(finds(one.removeprefix("py:"), "重长乐") for one in threes)


@pytest.mark.parametrize("query", ["", " ", "k", "7", "（）", "-"])
def test_a_query_without_two_letters_or_a_character_has_no_tokens(query: str) -> None:
    assert query_tokens(query) == []


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("ＴＣＬ—梧桐（开封）３Ｃ数码", ["tcl", "TCL梧桐", "tclwt", "3c", "3csm", "开封"]),
        ("開封梧桐飲食", ["开封梧桐饮食", "饮食", "kfwtys"]),
        ("360梧桐科技", ["360", "360wt", "科技"]),
    ],
)
def test_latin_digits_and_traditional_characters_are_found(name: str, queries: list[str]) -> None:
    for query in queries:
        assert finds(query, name), query


@pytest.mark.parametrize(
    ("place", "initials"),
    [
        ("兰考县尉氏县", "lkxwsx"),
        ("杞县通许县祥符区", "qxtxxxfq"),
        ("井陉县藁城区栾城区", "jxxgcqlcq"),
        ("盱眙县涟水县洪泽区", "xyxlsxhzq"),
        ("淅川县泌阳县桐柏县", "xcxbyxtbx"),
        ("郏县舞钢市汝州市", "jxwgsrzs"),
        ("重庆厦门长治", "cqxmcz"),
        ("银行朝阳大厦", "yhcyds"),
    ],
)
def test_names_of_places_are_found_by_the_initials_people_type(place: str, initials: str) -> None:
    assert finds(initials, place)
    assert name_matches(query=initials, name=place)


def test_what_only_holds_the_same_pairs_is_sorted_out() -> None:
    name = "梧桐树下桐树叶"
    assert finds("梧桐树叶", name)
    assert not name_matches(query="梧桐树叶", name=name)


def test_tokens_do_not_repeat_and_keep_their_order() -> None:
    tokens = search_tokens("梧桐梧桐")
    pairs = ["梧", "桐", "梧桐", "桐梧", "py:wu'tong", "py:tong'wu"]
    assert tokens == [*pairs, "py:wt", "py:tw", "py:wtw", "py:twt"]


def test_syllables_are_paired_as_a_character_is_usually_read_and_in_every_way_where_the_word_decides() -> (
    None
):
    said = [one for one in search_tokens("贾行大A石") if "'" in one]
    assert said == ["py:jia'xing", "py:jia'hang", "py:jia'heng", "py:xing'da", "py:hang'da", "py:heng'da"]


@given(st.text(alphabet="开封梧桐食品商贸有限公司行长乐ABC12（）· ", min_size=2, max_size=14), st.data())
def test_every_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    wanted = query_tokens(part)
    assert set(wanted) <= set(search_tokens(name))
    if wanted:
        assert name_matches(query=part, name=name)
