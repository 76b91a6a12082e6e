"""A dirty row finds its subject in a list, or is left to a person."""

import pytest

from xinheng.core.credit_code import organisation_check_character, uscc_check_character
from xinheng.core.resident_id import resident_id_check_character
from xinheng.matching.listing import Asked, Match, SubjectList


def code(number: int) -> str:
    body = f"MA{number:06d}"
    first = "91410202" + body + organisation_check_character(body)
    return first + uscc_check_character(first)


A, B, C = code(1), code(2), code(3)
ROWS = [
    ("开封样例食品有限公司", A),
    ("开封样例食品有限公司", A.lower()),
    ("开封样沅物流有限公司", B),
    ("开封样湄商贸有限公司", C),
    ("洛阳样湄商贸有限公司", code(4)),
    ("开封无码建材有限公司", "无"),
    ("老号登记有限公司", "330200400065251"),
    ("老码机构有限公司", code(5)[8:17]),
    ("开封同名饭店", code(6)),
    ("开封同名饭店", code(7)),
]
SUBJECTS = SubjectList(ROWS)


def found(name: str = "", number: str = "") -> Match:
    return next(SUBJECTS.match([Asked(name, number)]))


def code_of(match: Match) -> str:
    return match.listed.code if match.listed else ""


@pytest.mark.row("M1-02")
@pytest.mark.parametrize(
    "written",
    [A, f" {A.lower()} ", "".join(chr(ord(sign) + 0xFEE0) for sign in A), f"{A[:8]} {A[8:]}", f"代码：{A}"],
)
@pytest.mark.parametrize("column", ["name", "code"])
def test_a_row_that_is_a_code_matches_by_code(written: str, column: str) -> None:
    match = found(written) if column == "name" else found(number=written)
    assert (code_of(match), match.score, match.same) == (A, 1.0, True)


@pytest.mark.row("M1-02")
@pytest.mark.parametrize(
    "name",
    ["开封样例食品有限公司", "样例食品有限公司", "開封樣例食品", "(白名单)开封样例食品有限公司_发票违法"],
)
def test_a_name_matches_whatever_stands_around_it(name: str) -> None:
    match = found(name)
    assert (code_of(match), match.same) == (A, True)


@pytest.mark.row("M1-02")
def test_exchanged_columns_are_put_right() -> None:
    match = found(A, "开封样例食品有限公司")
    assert (code_of(match), match.same) == (A, True)
    only = found(number="开封样沅物流有限公司")
    assert (code_of(only), only.same) == (B, True)
    assert found(number="不详") == Match(None, 0.0, False)
    exchanged = SubjectList([(number, name) for name, number in ROWS])
    for asked in (Asked("开封样沅物流有限公司"), Asked(code=B)):
        answer = next(exchanged.match([asked]))
        assert (answer.listed and answer.listed.code, answer.same) == (B, True)


def test_older_codes_lead_to_the_same_subject() -> None:
    assert found(number="330200400065251").same is True
    assert found(number=code(5)).same is True
    assert code_of(found(number=A[8:17])) == A


def test_several_that_fit_equally_are_left_to_a_person() -> None:
    match = found("样湄商贸有限公司")
    assert match.same is None
    assert match.score < 0.6
    assert found("开封同名饭店").same is None


def test_one_that_agrees_in_all_parts_stands_out_among_those_that_fit() -> None:
    assert code_of(found("开封样湄商贸有限公司")) == C
    assert found("开封样湄商贸有限公司").same is True


def test_one_wrong_character_is_left_to_a_person() -> None:
    match = found("开封样沆物流有限公司")
    assert (code_of(match), match.same) == (B, None)


def test_a_code_in_conflict_is_not_outvoted_by_the_name() -> None:
    match = found("开封样沅物流有限公司", code(99))
    assert match.same is False
    assert match.score == 0.0


def test_a_code_with_one_wrong_character_is_left_to_a_person() -> None:
    wrong = A[:17] + ("0" if A[17] != "0" else "1")
    match = found(number=wrong)
    assert (code_of(match), match.same) == (A, None)
    assert found(number="911").listed is None


@pytest.mark.parametrize("name", ["", " ", "无", "/", "完全不在册的一家医院"])
def test_nothing_is_found_for_nothing(name: str) -> None:
    match = found(name)
    assert (match.listed, match.same) == (None, False)


def test_a_subject_without_a_code_is_found_by_name() -> None:
    match = found("开封无码建材有限公司")
    assert match.same is True
    assert code_of(match) == ""


@pytest.mark.guard("G2")
def test_a_natural_person_is_nobody_in_the_list() -> None:
    person = "41020219850312001" + resident_id_check_character("41020219850312001")
    assert found(number=person) == found("王样甲") == Match(None, 0.0, False)


def test_answers_keep_the_order_of_the_rows() -> None:
    asked = [Asked(name) for name, _ in ROWS] * 500
    codes = [code_of(match) for match in SUBJECTS.match(asked)]
    assert codes[: len(ROWS)] * 500 == codes
