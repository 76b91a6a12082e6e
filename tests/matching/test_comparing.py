"""Two names are one enterprise, or not, and the reason says which part differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.credit_code import organisation_check_character, uscc_check_character
from xinheng.matching.comparing import compare_names
from xinheng.matching.numerals import as_digits


def code(number: int, *, head: str = "91410202") -> str:
    body = f"MA{number:06d}"
    first = head + body + organisation_check_character(body)
    return first + uscc_check_character(first)


A, B = code(1), code(2)


@pytest.mark.row("M1-02")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("开封样例食品有限公司", "開封樣例食品有限公司"),
        ("样例(开封)食品有限公司", "样例【开封】食品有限公司"),
        ("开封样例食品有限公司", "样例食品有限公司"),
        ("开封样例食品有限公司", "开封市样例食品有限责任公司"),
        ("开封样例食品有限公司", "开封样例食品"),
        ("开封样例食品有限公司", "开封样例食品股份有限公司"),
        ("开封样例图书有限公司", "(白名单)开封样例图书有限公司(样例书店-某微店)"),
        ("开封样例食品有限公司", "开封样例食品有限公司_发票违法"),
        ("样例开封食品有限公司", "样例（开封）食品有限公司"),
        ("开封样例饭店第2分店", "开封样例饭店第二分店"),
        ("开封样例食品有限公司第十分公司", "开封样例食品有限公司第10分公司"),
        ("开封第二十四中学", "开封第24中学"),
        ("样例银行股份有限公司开封分行", "样例银行开封市分行"),
        ("开封样例贸易有限公司（兰考分公司）", "开封样例贸易有限公司兰考分公司"),
    ],
)
def test_one_enterprise_written_in_two_ways(one: str, other: str) -> None:
    verdict = compare_names(one, other)
    assert verdict.same, verdict
    assert compare_names(other, one).score == verdict.score


@pytest.mark.row("M1-02")
@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("开封样沅食品有限公司", "开封样湄食品有限公司", "字号不同（样沅／样湄），一字之差"),
        ("开封样例食品有限公司", "开封样例食品有限公司第一分公司", "分支机构"),
        ("开封样例食品有限公司第一分公司", "开封样例食品有限公司第二分公司", "序号不同"),
        ("开封样例餐饮有限公司鼓楼店", "开封样例餐饮有限公司龙亭店", "分支机构不同"),
        ("开封样例食品有限公司", "洛阳样例食品有限公司", "行政区划不同（开封／洛阳）"),
        ("开封样例食品有限公司", "开封样例物流有限公司", "行业不同（食品／物流）"),
        ("开封样例管理中心（有限合伙）", "开封样例管理有限公司", "组织形式种类不同"),
        ("开封第一中学", "开封第二中学", "序号不同"),
        ("开封样例大学", "样例大学（中国）", "行政区划不同"),
        ("开封人民医院", "开封市鼓楼区人民医院", "没有字号"),
        ("开封样例科技有限公司", "河南样例科技有限公司", "行政区划层级不同"),
        ("开封样例集团有限公司", "开封样例集团物流有限公司", "一方没有行业"),
    ],
)
def test_two_enterprises_and_the_part_that_differs(one: str, other: str, said: str) -> None:
    verdict = compare_names(one, other)
    assert not verdict.same
    assert said in verdict.reason


@pytest.mark.row("M1-02")
def test_a_conflict_of_codes_beats_every_likeness() -> None:
    verdict = compare_names("开封样例食品有限公司", "开封样例食品有限公司", code1=A, code2=B)
    assert (verdict.score, verdict.same) == (0.0, False)
    assert "代码冲突" in verdict.reason


def test_equal_codes_are_one_subject_under_two_names() -> None:
    verdict = compare_names("开封甲乙食品有限公司", "开封丙丁物流有限公司", code1=A, code2=f" {A.lower()} ")
    assert (verdict.score, verdict.same) == (1.0, True)
    assert "请核对" in verdict.reason


def test_an_older_code_is_compared_with_the_part_that_it_became() -> None:
    assert compare_names("甲公司", "乙公司", code1=A, code2=A[8:17]).same
    assert compare_names("甲公司", "甲公司", code1=A, code2=B[8:17]).score == 0.0


@pytest.mark.parametrize("wrong", [A[:17] + ("0" if A[17] != "0" else "1"), "123", "无"])
def test_a_code_that_does_not_hold_decides_nothing(wrong: str) -> None:
    name = "开封样例食品有限公司"
    assert compare_names(name, name, code1=A, code2=wrong).same
    assert not compare_names(name, "开封别家物流有限公司", code1=wrong, code2=wrong).same


def test_a_former_name_leads_to_the_same_enterprise() -> None:
    verdict = compare_names("开封样例餐饮有限公司（曾用名：开封旧名餐饮有限公司）", "开封旧名餐饮有限公司")
    assert verdict.same
    assert "曾用名" in verdict.reason


@pytest.mark.guard("G2")
def test_names_of_natural_persons_are_not_compared() -> None:
    verdict = compare_names("王样甲", "王样甲")
    assert (verdict.score, verdict.same) == (0.0, False)


def test_an_empty_name_is_nobody() -> None:
    assert not compare_names("", "").same
    assert not compare_names("开封样例食品有限公司", " ").same


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("二十四", "24"),
        ("一〇三", "103"),
        ("十", "10"),
        ("二百", "200"),
        ("一百零三", "103"),
        ("百百", "百百"),
        ("24", "24"),
    ],
)
def test_chinese_figures_become_digits(text: str, digits: str) -> None:
    assert as_digits(text) == digits


NAMES = st.text(alphabet="开封市样例第一二店分公司有限食品（）()-_ 中国A1", max_size=24)


@given(NAMES, NAMES)
def test_the_order_of_two_names_does_not_matter_and_the_score_is_a_probability(one: str, other: str) -> None:
    there, back = compare_names(one, other), compare_names(other, one)
    assert 0 <= there.score <= 1
    assert (there.score, there.same) == (back.score, back.same)
