"""The index finds a name in a long list by what is left of it."""

import random

import pytest

from xinheng.matching.index import NameIndex

CHANCE = random.Random(7)
SIGNS = "沅湄笙榆筠芃岑溆漪棠樾栎桁珩璟瑗琮珂玥琬砚硕祺祎稔穗竺筱簌篁绮绾缇翊翎翙聆芷苒茗"
TRADES = ("食品", "商贸", "物流", "建筑工程", "文化传媒", "信息技术", "农业开发", "机械制造")
PLACES = ("开封市", "河南", "兰考县", "开封市尉氏县")
FORMS = ("有限公司", "有限责任公司", "股份有限公司")
NAMES = sorted(
    {
        CHANCE.choice(PLACES)
        + "".join(CHANCE.sample(SIGNS, 3))
        + CHANCE.choice(TRADES)
        + CHANCE.choice(FORMS)
        for _ in range(3000)
    }
)
INDEX = NameIndex.build(NAMES)
PLACE = 1234


def without(name: str, words: tuple[str, ...]) -> str:
    for word in sorted(words, key=len, reverse=True):
        name = name.replace(word, "", 1)
    return name


@pytest.mark.row("M1-02")
@pytest.mark.parametrize("place", range(0, len(NAMES), 97))
@pytest.mark.parametrize("change", ["none", "region", "form", "character", "brackets"])
def test_a_name_is_among_the_first_five_after_one_change(change: str, place: int) -> None:
    name = NAMES[place]
    asked = {
        "none": name,
        "region": without(name, PLACES),
        "form": without(name, FORMS),
        "character": name[:5] + "甲" + name[6:],
        "brackets": f"【{name[:2]}】{name[2:]}",
    }[change]
    assert place in [one.place for one in INDEX.nearest(asked)]


def test_traditional_characters_are_found() -> None:
    index = NameIndex.build(["开封样例贸易有限公司", "开封别家贸易有限公司"])
    found = index.nearest("開封樣例貿易有限公司")
    assert (found[0].place, found[0].verdict.same, found[0].likeness) == (0, True, 1.0)


def test_many_at_once_answer_as_one_by_one() -> None:
    asked = [name[3:] for name in NAMES[:600]]
    many = list(INDEX.nearest_many(asked, 3, threads=2))
    assert len(many) == len(asked)
    assert many[::50] == [INDEX.nearest(name, 3) for name in asked[::50]]


def test_those_that_are_the_same_stand_before_those_that_look_alike() -> None:
    index = NameIndex.build(["开封样沅食品有限公司", "开封样湄食品有限公司（样例食品店-某微店）"])
    assert [one.place for one in index.nearest("开封样湄食品有限公司")] == [1, 0]


def test_a_former_name_in_brackets_leads_to_the_enterprise_once() -> None:
    index = NameIndex.build(
        ["开封样沅食品有限公司", "开封样湄食品有限公司（曾用名：开封样沅食品厂有限公司）"]
    )
    found = index.nearest("开封样沅食品厂有限公司")
    assert (found[0].place, found[0].verdict.same) == (1, True)
    assert sorted(one.place for one in found) == [0, 1]


@pytest.mark.guard("G2")
def test_names_of_natural_persons_neither_enter_nor_are_asked() -> None:
    index = NameIndex.build(["王样甲", "开封样例食品有限公司"])
    assert index.nearest("王样甲") == []
    assert 0 not in [one.place for one in index.nearest("王样甲食品")]


@pytest.mark.parametrize("names", [[], [""], ["", "开封样例食品有限公司", ""]])
def test_an_empty_list_and_empty_names_answer_nothing(names: list[str]) -> None:
    index = NameIndex.build(names)
    assert len(index) == len(names)
    assert index.nearest("") == []
    assert len(index.nearest("开封样例食品有限公司")) == sum(map(bool, names))


def test_what_shares_no_two_characters_is_not_found() -> None:
    assert INDEX.nearest("XYZ") == []


def test_a_very_long_name_is_read_to_its_end_without_harm() -> None:
    index = NameIndex.build(["开封" + "样例" * 200 + "有限公司", "开封样例食品有限公司"])
    assert index.nearest("样例" * 300)
    assert index.size > 0
