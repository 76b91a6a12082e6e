"""A list of bidders as somebody pasted it: codes wherever they stand, wrong lines named, no person repeated."""

import pytest

from xinheng.core.bidders import bidders_of, lines_of

ONE, OTHER = "91410200MA00000013", "91410200MA00000026"
pytestmark = pytest.mark.row("M6-07")


def test_codes_are_found_in_any_column_below_a_head() -> None:
    text = f"序号\t投标人\t代码\n1\t甲公司\t{ONE.lower()}\n\n2\t乙公司\t {OTHER} \n"
    assert bidders_of(lines_of(text)).codes == (ONE, OTHER)
    assert not bidders_of(lines_of(text)).wrong
    assert bidders_of([["投标人", "代码"], ["甲公司", ONE]]).codes == (ONE,)
    assert not bidders_of(lines_of(f"序号 投标人 统一社会信用代码\n1 甲公司 {ONE}")).wrong


def test_wrong_lines_are_named_with_their_cause() -> None:
    text = f"{ONE}\n甲公司,{ONE[:-1]}4\n{ONE}\n丙公司"
    told = [(one.line, one.cause) for one in bidders_of(lines_of(text)).wrong]
    assert told == [(2, "校验位不符"), (3, "与第 1 行重复"), (4, "没有统一社会信用代码")]


@pytest.mark.parametrize(
    "line",
    [
        f"甲公司 {ONE}",
        f"1. 甲公司（{ONE}）",
        f"1、{ONE}",
        f"1 {ONE} 甲公司",
        f"甲公司{ONE}",
        f"甲公司\u3000{ONE.lower()}",
        f"{ONE[:4]} {ONE[4:8]} {ONE[8:]}",
        f"{ONE} {ONE}",
    ],
)
def test_a_code_is_found_beside_a_number_or_a_name_in_one_cell(line: str) -> None:
    found = bidders_of(lines_of(line))
    assert (found.codes, found.wrong) == ((ONE,), ())


def test_a_second_code_of_a_line_is_named_and_not_dropped_in_silence() -> None:
    found = bidders_of(lines_of(f"联合体：{ONE}、{OTHER}"))
    assert found.codes == (ONE,) and "几个代码" in found.wrong[0].cause


@pytest.mark.guard("G2")
def test_the_number_of_a_person_is_refused_and_not_repeated() -> None:
    found = bidders_of(lines_of("张三,410202199001011237"))
    assert not found.codes and "不核查自然人" in found.wrong[0].cause
    assert "19900101" not in found.wrong[0].text
