"""Amounts are read as people write them, and not guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.feeds import Unit
from xinheng.intake.amounts import amounts_in, read_amount


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("5,000", Unit.YUAN, 500_000),
        ("0.5", Unit.WAN, 500_000),
        ("0.5万元", Unit.YUAN, 500_000),
        ("５０００元", Unit.WAN, 500_000),
        ("￥5000.00", Unit.YUAN, 500_000),
        ("伍仟元整", Unit.WAN, 500_000),
        ("人民币壹万贰仟元整", Unit.WAN, 1_200_000),
        ("拾贰万元", Unit.WAN, 12_000_000),
        ("伍仟零贰拾元伍角叁分", Unit.YUAN, 502_053),
        ("3万5千元", Unit.YUAN, 3_500_000),
        ("两千", Unit.WAN, 200_000),
        ("0", Unit.YUAN, 0),
    ],
)
def test_an_amount_is_read(text: str, unit: Unit, fen: int) -> None:
    assert read_amount(text, unit=unit) == fen


@pytest.mark.parametrize("text", ["罚*", "若干", "1.5E+3", "二〇二三", "", "-5", "99999999999999999999"])
def test_what_is_no_amount_is_not_read(text: str) -> None:
    assert read_amount(text, unit=Unit.YUAN) is None


@pytest.mark.parametrize(
    ("sentence", "fen"),
    [
        ("责令三日内改正，处五千元罚款。", {500_000}),
        ("罚款17797.93元", {1_779_793}),
        ("给予你单位处以12500.00元的罚款", {1_250_000}),
        ("没收违法所得1000元，罚款5000元", {500_000}),
        ("处以人民币1000元（壹仟元）罚款", {100_000}),
        ("两台机械分别处五千元，共计一万元罚款", {1_000_000}),
        ("责令改正，处五千元以上一万元以下罚款", set()),
        ("给予警告", set()),
        ("甲罚款1万元，乙罚款2万元", {1_000_000, 2_000_000}),
        ("每台机械处五千元罚款", {0, 500_000}),
    ],
)
def test_the_fines_of_a_sentence_are_found(sentence: str, fen: set[int]) -> None:
    assert amounts_in(sentence) == fen


def _written(number: int) -> str:
    """A whole number below ten million in the numerals of contracts."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")

    def section(value: int) -> str:
        text, pending = "", False
        for place in (3, 2, 1, 0):
            digit = value // 10**place % 10
            if digit:
                text += ("零" if pending else "") + digits[digit] + units[place]
                pending = False
            else:
                pending = bool(text)
        return text

    high, low = divmod(number, 10_000)
    return (
        (section(high) + "万" if high else "") + ("零" if high and low and low < 1000 else "") + section(low)
    )


@given(st.integers(1, 9_999_999))
def test_every_number_in_contract_numerals_is_read_back(number: int) -> None:
    assert read_amount(_written(number) + "元整", unit=Unit.WAN) == number * 100
