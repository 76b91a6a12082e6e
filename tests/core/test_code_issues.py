"""Wrong codes: whose they are, in which steps they are put right, when they open again, and the rates."""

import pytest

from xinheng.core.code_issues import (
    CodeRates,
    IssueKind,
    IssueState,
    Registrar,
    Standing,
    after_sweep,
    county_in,
    refuse_assignment,
    refuse_fix,
    refuse_verification,
    registrar_of,
)
from xinheng.core.refusal import Refusal

pytestmark = pytest.mark.row("M1-03")
FIXED = Standing(IssueState.FIXED, fixed_by=1)


@pytest.mark.parametrize(
    ("code", "name", "registrar"),
    [
        ("91410202MA0000001X", "", Registrar.MARKET),
        ("92410202MA0000001X", "", Registrar.MARKET),
        ("51410200500000001X", "", Registrar.CIVIL),
        ("12410200500000001X", "", Registrar.ESTABLISHMENT),
        ("11410200500000001X", "", Registrar.ESTABLISHMENT),
        ("31410200500000001X", "某律师事务所", Registrar.OTHER),
        ("410202000000001", "", Registrar.MARKET),
        ("无", "开封某某食品有限公司", Registrar.MARKET),
        ("", "开封市某某行业协会", Registrar.CIVIL),
        ("", "开封市某某局", Registrar.ESTABLISHMENT),
    ],
)
def test_a_code_names_its_registrar_and_a_name_where_there_is_none(
    code: str, name: str, registrar: Registrar
) -> None:
    assert registrar_of(code, name=name) is registrar


def test_the_county_stands_in_the_code_where_it_is_one_of_the_city() -> None:
    assert county_in("91410202MA0000001X", counties=["410202"]) == "410202"
    assert county_in("91110108MA0000001X", counties=["410202"]) == ""
    assert county_in("无", counties=["410202"]) == ""


def test_what_comes_back_opens_again_unless_found_to_be_two_subjects() -> None:
    closed = Standing(IssueState.VERIFIED, fixed_by=1)
    assert after_sweep(closed, members=("a", "b")) is IssueState.OPEN
    distinct = Standing(IssueState.VERIFIED, fixed_by=1, distinct=True, members=("a", "b"))
    assert after_sweep(distinct, members=("b", "a")) is IssueState.VERIFIED
    assert after_sweep(distinct, members=("a", "b", "c")) is IssueState.OPEN
    assert after_sweep(FIXED, members=()) is IssueState.FIXED
    assert after_sweep(Standing(IssueState.ASSIGNED), members=()) is IssueState.ASSIGNED


def test_the_steps_follow_each_other() -> None:
    refuse_assignment(Standing(IssueState.OPEN))
    with pytest.raises(Refusal, match="不能再分派"):
        refuse_assignment(FIXED)
    with pytest.raises(Refusal) as told:
        refuse_fix(Standing(IssueState.OPEN), kind=IssueKind.CHECK, distinct=False, remedy="已更正")
    assert told.value.code == "CI02"
    assigned = Standing(IssueState.ASSIGNED)
    for kind, distinct, remedy, code in (
        (IssueKind.CHECK, False, " ", "CI03"),
        (IssueKind.CHECK, True, "不同主体", "CI04"),
    ):
        with pytest.raises(Refusal) as told:
            refuse_fix(assigned, kind=kind, distinct=distinct, remedy=remedy)
        assert told.value.code == code
    refuse_fix(assigned, kind=IssueKind.MANY_CODES, distinct=True, remedy="两家企业，字号相同")


def test_a_second_person_verifies_what_data_no_longer_show() -> None:
    for standing, actor, there, code in (
        (Standing(IssueState.ASSIGNED), 2, False, "CI05"),
        (FIXED, 1, False, "CI06"),
        (FIXED, 2, True, "CI07"),
    ):
        with pytest.raises(Refusal) as told:
            refuse_verification(standing, actor=actor, still_there=there)
        assert told.value.code == code
    refuse_verification(FIXED, actor=2, still_there=False)
    refuse_verification(Standing(IssueState.FIXED, fixed_by=1, distinct=True), actor=2, still_there=True)


def test_rates_are_of_all_codes_and_of_all_found() -> None:
    rates = CodeRates(codes=990, living=10, found=40, closed=30)
    assert (rates.wrong, rates.corrected) == (10, 750)
    assert CodeRates(codes=0, living=0, found=0, closed=0).wrong is None
