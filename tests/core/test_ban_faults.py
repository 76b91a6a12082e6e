"""A ban answers the faults that its statute names: unrelated grounds are refused, the rest is found by a person."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.refusals import code_of

from xinheng.core.ban_faults import Finding, Fit, demand_finding, fit_of, refuse_other_field, refuse_unrelated
from xinheng.core.measure_basis import Basis
from xinheng.core.measure_rows import BanRule, Target
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Seriousness
from xinheng.core.refusal import Refusal

PENALTY = Basis(
    target=Target.FAILING,
    seriousness=Seriousness.SERIOUS,
    sectors=frozenset({"market_regulation", "food"}),
    until_on=date(2029, 1, 1),
    item=4,
    words="销售超过保质期的食品　市市场监管局",
    says_cause=True,
)
FOUND = Finding(fault="collusion", clause="第七十七条第一款第（三）项", fits="投标文件异常一致")


@cache
def policy() -> Policy:
    return load_policy(Path(__file__).parents[2] / "policy", city="kaifeng")


def ban(key: str = "procurement") -> BanRule:
    return policy().measures.bans[key]


@pytest.mark.row("M10-08")
@pytest.mark.parametrize(
    ("changes", "fit"),
    [
        ({}, Fit.UNRELATED),
        ({"words": ""}, Fit.UNRELATED),
        ({"item": 13, "words": "政府采购"}, Fit.UNRELATED),
        ({"item": 14, "listed": "wages"}, Fit.UNRELATED),
        ({"item": 14, "listed": "procurement"}, Fit.NAMED),
        ({"words": "政府采购中恶意串通"}, Fit.TO_FIND),
        ({"sectors": frozenset({"finance"})}, Fit.TO_FIND),
        ({"sectors": frozenset(), "words": "", "says_cause": False}, Fit.TO_FIND),
        ({"sectors": frozenset(), "words": "污水直排"}, Fit.UNRELATED),
    ],
)
def test_kind_body_and_matter_say_whether_a_ground_fits(changes: dict[str, object], fit: Fit) -> None:
    assert fit_of(ban(), replace(PENALTY, **changes)) is fit  # type: ignore[arg-type]


@pytest.mark.row("M10-08")
def test_a_ban_whose_faults_bodies_of_every_field_decide_is_compared_by_the_words() -> None:
    deceit = ban("licence_deceit")
    assert fit_of(deceit, PENALTY) is Fit.UNRELATED
    assert fit_of(deceit, replace(PENALTY, words="以欺骗手段取得食品经营许可")) is Fit.TO_FIND
    assert fit_of(deceit, replace(PENALTY, words="", says_cause=False)) is Fit.TO_FIND


@pytest.mark.row("M10-08")
def test_an_unrelated_ground_is_refused_with_the_clause_and_a_way_on() -> None:
    assert code_of(refuse_unrelated, ban(), PENALTY, cited="某法第一条") == "BAN-UNRELATED"
    refuse_unrelated(ban(), replace(PENALTY, words="政府采购"), cited="某法第一条")


@pytest.mark.row("M10-08")
def test_a_ban_is_decided_by_a_body_of_its_field() -> None:
    market, finance, unknown = PENALTY.sectors, frozenset({"finance"}), replace(PENALTY, sectors=frozenset())
    assert code_of(refuse_other_field, ban(), PENALTY, market, cited="某法") == "BAN-BODY"
    refuse_other_field(ban(), PENALTY, finance, cited="某法")
    deceit = ban("licence_deceit")
    assert code_of(refuse_other_field, deceit, PENALTY, finance, cited="某法") == "BAN-BODY"
    refuse_other_field(deceit, PENALTY, market, cited="某法")
    refuse_other_field(deceit, unknown, finance, cited="某法")


@pytest.mark.row("M10-08")
def test_a_finding_names_a_fault_of_this_statute_its_clause_and_why() -> None:
    related = replace(PENALTY, words="政府采购中恶意串通")
    for said, code in (
        (Finding(), "BAN-FAULT"),
        (replace(FOUND, fault="deceit"), "BAN-FAULT"),
        (replace(FOUND, clause=" "), "BAN-CLAUSE"),
        (replace(FOUND, fits=" "), "BAN-FINDING"),
    ):
        assert code_of(demand_finding, ban(), related, said, cited="某法") == code
    assert demand_finding(ban(), related, FOUND, cited="某法") == FOUND
    listed = replace(PENALTY, item=14, listed="procurement")
    assert demand_finding(ban(), listed, Finding(), cited="某法") == Finding()


@pytest.mark.row("M10-08")
@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (Finding(), ["BAN-FAULT", "BAN-FINDING"]),
        (Finding(fault="collusion"), ["BAN-CLAUSE", "BAN-FINDING"]),
        (replace(FOUND, fits=" "), ["BAN-FINDING"]),
    ],
)
def test_everything_that_a_finding_lacks_is_told_at_once(said: Finding, codes: list[str]) -> None:
    related = replace(PENALTY, words="政府采购中恶意串通")
    with pytest.raises(Refusal) as refused:
        demand_finding(ban(), related, said, cited="某法")
    assert [one.code for one in refused.value.every] == codes
    assert all(one.message in str(refused.value) for one in refused.value.every)


@pytest.mark.row("M10-08")
def test_no_ban_on_enterprises_is_without_the_faults_of_its_statute() -> None:
    rules = policy().measures.bans
    assert all(rule.persons_only or (rule.faults and rule.rests_on) for rule in rules.values())
    with pytest.raises(ValueError, match="faults"):
        BanRule.model_validate(ban().model_dump() | {"faults": {}})
