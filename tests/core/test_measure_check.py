"""A measure lies on an enterprise only by a row in force that fits target, body, matter, fault, basis and term."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.refusals import code_of

from xinheng.core.measure_basis import Basis
from xinheng.core.measure_check import Wanted, check_measure, term_of
from xinheng.core.measures import Measure, MeasureGroup, Target
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal

TODAY = date(2026, 11, 20)
MARKET = frozenset({"market_regulation", "food"})
LISTED = Basis(
    target=Target.LISTED,
    seriousness=Seriousness.SERIOUS,
    sectors=MARKET,
    decided_by="kaifeng.market_regulation",
    until_on=date(2029, 1, 1),
    item=14,
    listed="procurement",
)
FAILING = replace(LISTED, target=Target.FAILING, seriousness=Seriousness.GENERAL)
HONOURS = Wanted(
    measure="limit_honours",
    body="kaifeng.market_regulation",
    body_sectors=MARKET,
    source="henan-credit-regulation",
    clause="第三十二条",
)
BAN = Wanted(
    measure="bar_entry",
    body="kaifeng.finance",
    body_sectors=frozenset({"finance"}),
    ban="procurement",
    months=24,
)


@cache
def policy() -> Policy:
    return load_policy(Path(__file__).parents[2] / "policy", city="kaifeng")


def check(wanted: Wanted, basis: Basis = FAILING, on: date = TODAY, row: Measure | None = None) -> Measure:
    measures = policy().measures
    if row is not None:
        measures = measures.model_copy(update={"measures": {**measures.measures, wanted.measure: row}})
    return check_measure(measures, wanted, basis, sources=policy().sources, area=policy().city.area, on=on)


def refused(wanted: Wanted, basis: Basis = FAILING, on: date = TODAY, row: Measure | None = None) -> str:
    return code_of(check, wanted, basis, on, row)


@pytest.mark.row("M10-01")
def test_a_lawful_measure_passes() -> None:
    assert check(HONOURS).title == "限制参加评先评优"


@pytest.mark.row("M10-01")
@pytest.mark.parametrize(
    ("changes", "basis", "code"),
    [
        ({"measure": "no_parks"}, FAILING, "MEASURE-UNLISTED"),
        ({"measure": "limit_public_funds"}, FAILING, "MEASURE-TARGET"),
        ({"measure": "limit_consumption"}, LISTED, "MEASURE-ELSEWHERE"),
        ({"measure": "bar_office"}, LISTED, "MEASURE-ELSEWHERE"),
        ({"measure": "prudent_lending"}, FAILING, "MEASURE-ELSEWHERE"),
        ({"measure": "push_to_departments"}, FAILING, "MEASURE-BODY"),
        ({"measure": "publish_failing", "body": "kaifeng.tax"}, FAILING, "MEASURE-BODY-OTHER"),
        (
            {"measure": "henan_key_supervision", "body_sectors": frozenset({"tax"})},
            FAILING,
            "MEASURE-UNRELATED",
        ),
        ({}, replace(FAILING, seriousness=Seriousness.MINOR), "MEASURE-PROPORTION"),
        ({}, replace(FAILING, seriousness=Seriousness.NONE), "MEASURE-PROPORTION"),
        ({"clause": " "}, FAILING, "MEASURE-BASIS"),
        ({"source": "bianzhengban-2020-46"}, FAILING, "MEASURE-BASIS"),
        ({"source": "shanghai-credit-regulation"}, FAILING, "MEASURE-BASIS-ELSEWHERE"),
        ({"permanent": True}, FAILING, "MEASURE-TERM"),
    ],
)
def test_each_missing_precondition_is_refused_by_name(
    changes: dict[str, object], basis: Basis, code: str
) -> None:
    assert refused(replace(HONOURS, **changes), basis) == code  # type: ignore[arg-type]


@pytest.mark.row("M10-01")
def test_a_row_counts_only_in_its_own_days() -> None:
    row = policy().measures.measures["limit_honours"]
    later = row.model_copy(update={"from_on": date(2026, 11, 21)})
    over = row.model_copy(update={"to_on": TODAY})
    assert refused(HONOURS, row=later) == "MEASURE-NOT-IN-FORCE"
    assert refused(HONOURS, row=over) == "MEASURE-NOT-IN-FORCE"
    assert check(HONOURS, row=row.model_copy(update={"from_on": TODAY}))


@pytest.mark.row("M10-08")
def test_a_ban_needs_its_statute_and_the_term_of_the_statute() -> None:
    assert check(BAN, LISTED).ban
    assert refused(replace(BAN, ban=""), LISTED) == "BAN-UNLISTED"
    assert refused(replace(BAN, ban="parks"), LISTED) == "BAN-UNLISTED"
    for months in (None, 11, 37):
        assert refused(replace(BAN, months=months), LISTED) == "BAN-TERM"
    assert refused(replace(BAN, permanent=True, months=None), LISTED) == "BAN-TERM"
    with pytest.raises(Refusal) as caught:
        check(replace(BAN, months=48), LISTED)
    assert caught.value.citation == "《中华人民共和国政府采购法》第七十七条"
    assert refused(BAN, FAILING) == "MEASURE-PROPORTION"


@pytest.mark.row("M10-08")
def test_no_ban_rests_on_a_statute_that_no_longer_holds() -> None:
    known = policy()
    statute = known.measures.bans["procurement"].basis[0].source
    over = known.sources[statute].model_copy(update={"repealed_on": TODAY})
    given = {"sources": {**known.sources, statute: over}, "area": known.city.area, "on": TODAY}
    assert code_of(check_measure, known.measures, BAN, LISTED, **given) == "MEASURE-BASIS-OVER"


@pytest.mark.row("M10-08")
@pytest.mark.guard("G14")
def test_a_ban_on_persons_is_left_to_the_registrar() -> None:
    assert refused(replace(BAN, ban="safety_head", months=60), LISTED) == "BAN-PERSONS"


@pytest.mark.row("M10-09")
def test_a_burden_lasts_no_longer_than_its_ground_may_be_used() -> None:
    row = policy().measures.measures["limit_honours"]
    assert term_of(row, HONOURS, FAILING, from_on=TODAY) == FAILING.until_on
    assert term_of(row, replace(HONOURS, months=6), FAILING, from_on=TODAY) == date(2027, 5, 20)
    assert term_of(row, replace(HONOURS, months=60), FAILING, from_on=TODAY) == FAILING.until_on
    assert term_of(row, HONOURS, replace(FAILING, until_on=None), from_on=TODAY) is None
    with pytest.raises(Refusal, match="不再公示和使用"):
        term_of(row, HONOURS, replace(FAILING, until_on=TODAY), from_on=TODAY)


@pytest.mark.row("M10-08")
def test_a_ban_has_the_term_of_its_statute_and_not_of_the_publication() -> None:
    row = policy().measures.measures["bar_entry"]
    short = replace(LISTED, until_on=date(2027, 1, 1))
    assert term_of(row, BAN, short, from_on=TODAY) == date(2028, 11, 20)


@pytest.mark.row("M10-01")
def test_the_digest_of_the_list_names_this_very_list() -> None:
    measures = policy().measures
    row = measures.measures["limit_honours"].model_copy(update={"note": "改"})
    changed = measures.model_copy(update={"measures": {**measures.measures, "limit_honours": row}})
    assert changed.digest != measures.digest
    assert measures.editions["2024"].title.endswith("（2024年版）")


@pytest.mark.row("M10-01")
def test_every_measure_of_rights_asks_for_a_serious_fault_and_a_prior_notice() -> None:
    rights = [row for row in policy().measures.measures.values() if row.group is MeasureGroup.RIGHTS]
    assert rights
    assert all(row.prior_notice and row.least.value == "serious" for row in rights)
    assert not any(row.executed_here and row.persons_only for row in policy().measures.measures.values())
