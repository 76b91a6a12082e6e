"""Personal data in free text is found and masked; codes and document numbers beside it are not touched."""

import re
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core import masking
from xinheng.core.credit_code import organisation_check_character, uscc_check_character
from xinheng.core.masking import (
    PersonalKind,
    find_personal,
    looks_like_person_name,
    mask_person_name,
    mask_personal,
)
from xinheng.core.person_names import PERSON_NAME_RE2
from xinheng.core.resident_id import resident_id_check_character

FIRST17 = "41020219850312001"
PERSON = FIRST17 + resident_id_check_character(FIRST17)
COVERED = "410202************"


def numeric_credit_code() -> str:
    """A valid code of 18 digits, as many real ones are."""
    for number in range(10**6):
        eight = f"{60000000 + number}"
        first17 = "91410202" + eight + organisation_check_character(eight)
        if (first17 + uscc_check_character(first17)).isdecimal():
            return first17 + uscc_check_character(first17)
    raise AssertionError


def luhn_number(head: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(head)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return head + str(-total % 10)


def kinds(text: str) -> list[PersonalKind]:
    return [found.kind for found in find_personal(text)]


@pytest.mark.guard("G13")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"当事人（身份证号：{PERSON}）", f"当事人（身份证号：{COVERED}）"),
        (f"证件{PERSON.lower()}。", f"证件{COVERED}。"),
        ("".join(chr(ord(sign) + 0xFEE0) for sign in PERSON), COVERED),
        (f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}", COVERED),
        (f"{PERSON}N0", f"{COVERED}N0"),
        (f"ID{PERSON}", f"ID{COVERED}"),
        ("证件号410202850312001", "证件号410202*********"),
        ("13812345678", "138********"),
        ("手机号13812345678、19912345678", "手机号138********、199********"),
        ("电话+86 138-1234-5678", "电话138********"),
        ("１３８１２３４５６７８", "138********"),
        ("卡号" + luhn_number("622202020011223344"), "卡号622202*************"),
        ("豫B12345号货车", "豫B*****号货车"),
        ("新能源车豫BD12345", "新能源车豫B******"),
        ("护照E12345678", "护照E********"),
    ],
)
def test_an_open_number_is_masked(text: str, expected: str) -> None:
    masked = mask_personal(text)
    assert masked.text == expected
    assert masked.found >= 1
    assert mask_personal(masked.text).text == masked.text
    assert mask_personal(masked.text).found == 0


@pytest.mark.guard("G13")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("410202********0012", "410202************"),
        ("410****0012", "410********"),
        ("138****5678", "138********"),
    ],
)
def test_a_number_the_sender_half_covered_is_covered_further_but_not_counted(
    text: str, expected: str
) -> None:
    assert mask_personal(text) == masking.Masked(expected, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        numeric_credit_code(),
        "91410202MA3X00018P",
        "注册号330200400065251",
        "汴怀罚字【2020】140023号",
        "第13812345678号",
        "〔2020〕13812345678",
        "文书编号：13812345678",
        "案号：13812345678",
        "罚款13800000000元",
        "国药准字H20150123",
        "7b0e2c4d-13812345678",
        "0f9593-893209354051",
        "2020-11-20 13:00:00",
        "豫ICP备12345678号",
        "111111111111111",
        "开封市",
        "",
    ],
)
def test_codes_documents_and_amounts_are_left_as_they_are(text: str) -> None:
    assert mask_personal(text) == masking.Masked(text, 0, 0)


def test_a_wrong_check_character_does_not_hide_an_adult_from_masking() -> None:
    wrong = PERSON[:17] + ("1" if PERSON[17] != "1" else "2")
    assert kinds(f"身份证{wrong}") == [PersonalKind.RESIDENT_ID]
    assert kinds(f"编号：{wrong}") == []


def test_several_findings_are_reported_in_order_without_overlap() -> None:
    found = find_personal(f"电话13812345678，{PERSON}，豫B12345，138****5678")
    assert [one.kind for one in found] == [
        PersonalKind.MOBILE,
        PersonalKind.RESIDENT_ID,
        PersonalKind.PLATE,
        PersonalKind.COVERED,
    ]
    assert all(left.end <= right.start for left, right in pairwise(found))


def test_a_telephone_and_an_id_written_together_hide_neither() -> None:
    assert COVERED in mask_personal(f"13812345678{PERSON}").text


@pytest.mark.guard("G2")
@pytest.mark.parametrize(
    "name",
    [
        "王小明",
        "李明",
        "王 明",
        "欧阳娜娜",
        "司马光",
        "张*",
        "李**",
        "关某某",
        "冯*裕",
        "张某",
        "李XX",
        "欧阳*",
        "王先生",
        "张三、李四",
        "王小明,赵**",
    ],
)
def test_the_name_of_a_person_is_recognised(name: str) -> None:
    assert looks_like_person_name(name)
    assert re.search(PERSON_NAME_RE2, name)


@pytest.mark.parametrize(
    "name",
    [
        "全聚德",
        "同仁堂",
        "稻香村",
        "荣宝斋",
        "王家村",
        "王记面馆",
        "张记小吃",
        "李庄",
        "马兰拉面馆",
        "开封某某公司",
        "某某",
        "石家庄",
        "王小明个体工商户",
        "方正集团",
        "",
        "、",
        "ABC",
        "北京**有限公司",
        "王麻子剪刀店",
    ],
)
def test_the_name_of_an_organisation_is_not_taken_for_a_person(name: str) -> None:
    assert not looks_like_person_name(name)


def test_a_persons_name_keeps_its_family_name() -> None:
    assert mask_person_name("王小明") == "王**"
    assert mask_person_name("张三") == "张*"
    assert mask_person_name("欧阳娜娜") == "欧阳**"
    assert mask_person_name("关某某") == "关**"
    assert mask_person_name(" ") == ""


WRITTEN = st.lists(
    st.sampled_from(
        [
            PERSON,
            PERSON[:17] + "x",
            "13812345678",
            "豫B12345",
            "E12345678",
            "138****5678",
            "1",
            "号",
            "第",
            " ",
            "-",
            "电话",
            "１３９",
            "00000000",
            "N0",
            "2020",
            "X",
            "6222 0202 0011 2233 445",
        ]
    ),
    max_size=8,
).map("".join)


@given(WRITTEN)
def test_masking_twice_changes_nothing_and_no_checked_id_survives(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once.text).text == once.text
    assert f" {PERSON} " not in f" {once.text} "


@given(WRITTEN)
def test_the_patterns_for_set_wise_engines_miss_nothing(text: str) -> None:
    for found in find_personal(text):
        if found.kind is PersonalKind.RESIDENT_ID:
            assert re.search(masking.RESIDENT_ID_RE2, text)
        if found.kind is PersonalKind.MOBILE:
            assert re.search(f"{masking.MOBILE_RE2}|{masking.RESIDENT_ID_RE2}", text)


def test_the_patterns_mean_the_same_to_re2() -> None:
    texts = [
        f"身份证{PERSON}",
        f"x{PERSON}N0",
        "13812345678",
        "电话１３８１２３４５６７８。",
        "第1381234567号",
        "410202850312001",
    ]
    patterns = (masking.RESIDENT_ID_RE2, masking.MOBILE_RE2, masking.PERSONAL_RE2, PERSON_NAME_RE2)
    with duckdb.connect() as engine:
        for pattern in patterns:
            rows = engine.execute(
                "SELECT regexp_matches(t, ?) FROM (SELECT unnest(?) AS t, unnest(?) AS n) ORDER BY n",
                [pattern, texts, list(range(len(texts)))],
            ).fetchall()
            assert [row[0] for row in rows] == [bool(re.search(pattern, text)) for text in texts]
