"""The list of matters that may be checked: what a file of it must say, and what a city may not add to it."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from xinheng.core.inspection_matters import MatterKind, OrganLevel, Way
from xinheng.core.policy import Policy, load_policy
from xinheng.core.policy_file import PolicyError
from xinheng.core.refusal import Refusal

DAY = date(2026, 11, 20)
CITY = "city/410200/inspection_matters.yml"
PROPOSAL = {"source": "xinheng-proposal", "verified": False}
RULE = {"source": "samr-order-49", "verified": False}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(settings.POLICY_ROOT, tmp_path / "policy"))


def edit(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = root / "national" / "inspection_matters.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def lay(root: Path, **matters: Any) -> None:
    text = yaml.safe_dump({"matters": matters}, allow_unicode=True)
    (root / CITY).write_text(text, encoding="utf-8")


def cause(root: Path) -> str:
    with pytest.raises(PolicyError) as refused:
        load_policy(root, city="kaifeng")
    return "\n".join(refused.value.causes)


@pytest.mark.row("X-06")
@pytest.mark.guard("G7")
def test_every_listed_matter_says_who_checks_what_and_why_there(policy: Policy) -> None:
    standing = policy.inspection_matters.standing(on=DAY)
    assert len(standing) >= 6
    for matter in standing.values():
        assert matter.points and matter.basis and matter.bodies
        assert bool(matter.why_on_site) is (Way.SITE in matter.ways)
    assert {matter.kind for matter in standing.values()} == set(MatterKind)


def test_nothing_is_said_to_be_compared_that_nobody_compared(policy: Policy) -> None:
    """The sources of these grounds were not at hand; a reader sees 依据待核."""
    assert not any(matter.verified for matter in policy.inspection_matters.matters.values())


@pytest.mark.guard("G7")
def test_an_unlisted_matter_and_one_whose_time_is_over_are_refused(policy: Policy) -> None:
    matters = policy.inspection_matters
    with pytest.raises(Refusal) as unlisted:
        matters.require("customers", on=DAY)
    assert unlisted.value.code == "MATTER-UNLISTED" and "54号" in unlisted.value.citation
    with pytest.raises(Refusal, match="食品经营监督检查"):
        matters.require("food_operation", on=date(2025, 12, 31))
    assert matters.require("food_operation", on=DAY).title == "食品经营监督检查"


def test_only_the_organs_of_the_list_check(policy: Policy) -> None:
    matters = policy.inspection_matters

    def ask(sectors: set[str], level: OrganLevel = OrganLevel.CITY) -> None:
        matters.require_for("food_operation", sectors=sectors, level=level, organ="某局", on=DAY)

    ask({"market_regulation", "food"})
    ask(set(), OrganLevel.COUNTY)
    with pytest.raises(Refusal) as refused:
        ask({"culture_tourism"})
    assert refused.value.code == "MATTER-BODY" and "某局" in refused.value.message


def test_results_of_a_matter_are_of_the_nation_s_codes(policy: Policy) -> None:
    found = policy.inspection_matters.results_of("product_quality")
    assert found["failed"].failing and not found["passed"].failing
    assert "ordered_to_correct" not in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.update(why_on_site=""), "非现场"),
        (lambda m: m.update(ways=["documents"]), "不写 why_on_site"),
        (lambda m: m.update(results=["no_problem", "no_such_business"]), "发现问题的"),
        (lambda m: m.update(results=["no_problem", "unheard_of"]), "不在 results"),
        (lambda m: m.update(bodies=["fishing"]), "没有领域"),
        (lambda m: m.update(points={}), "至少"),
        (lambda m: m.update(delisted_on=m["listed_on"]), "晚于"),
        (lambda m: m.update(levels=["city", "city"]), "重复"),
        (lambda m: m.update(fee=3), "未知的键"),
        (lambda m: m["points"]["permit"]["basis"][0].update(source="nowhere"), "nowhere"),
    ],
)
def test_a_broken_entry_is_refused_by_name(
    root: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    edit(root, lambda content: change(content["matters"]["food_production"]))
    assert words in cause(root)


@pytest.mark.guard("G7")
def test_a_city_adds_no_matter_of_its_own_word(root: Path) -> None:
    edit(root, lambda content: content["matters"].pop("food_production"))
    seed = yaml.safe_load((settings.POLICY_ROOT / "national/inspection_matters.yml").read_text("utf-8"))
    own = seed["matters"]["food_production"]
    lay(root, food_production={**own, "basis": [PROPOSAL]})
    assert "法律、法规或者规章依据" in cause(root)
    lay(root, food_production={**own, "basis": [RULE]})
    assert "food_production" in load_policy(root, city="kaifeng").inspection_matters.matters


@pytest.mark.row("M8-03")
@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ({"kinds": ["enterprise", "social_organisation"]}, "扩大检查对象"),
        ({"sectors": ["food"]}, "扩大检查对象"),
        ({"kinds": ["enterprise"], "sectors": ["unheard_of"]}, "没有领域“unheard_of”"),
        ({"kinds": ["enterprise"], "commitments": ["unheard_of"]}, "没有承诺类型"),
        ({"kinds": ["enterprise", "enterprise"]}, "重复"),
        ({"kinds": ["enterprise"], "size": ["微型"]}, "未知的键"),
        ({"kinds": ["enterprise"], "districts": ["龙亭区"]}, "410200"),
    ],
)
def test_a_rule_of_objects_that_is_wider_or_names_nothing_is_refused(
    root: Path, objects: dict[str, Any], words: str
) -> None:
    lay(root, registered_matters={"objects": {**objects, "basis": [PROPOSAL]}, "basis": [PROPOSAL]})
    assert words in cause(root)


@pytest.mark.row("M8-03")
def test_a_city_narrows_the_rule_of_objects(root: Path) -> None:
    rule = {"kinds": ["enterprise"], "districts": ["410202"], "basis": [PROPOSAL]}
    lay(root, registered_matters={"objects": rule, "basis": [PROPOSAL]})
    narrowed = load_policy(root, city="kaifeng").inspection_matters.matters["registered_matters"]
    assert narrowed.rule.parts() == {"kinds": ["enterprise"], "districts": ["410202"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "key"}, "重点检查事项"),
        ({"bodies": ["market_regulation", "food"]}, "检查机关"),
        ({"ways": ["documents", "off_site", "site"]}, "检查方式"),
        ({"listed_on": "2025-01-01"}, "列入清单的时间"),
    ],
)
def test_a_city_does_not_widen_what_stands_above(root: Path, change: dict[str, Any], words: str) -> None:
    lay(root, registered_matters={**change, "basis": [PROPOSAL]})
    assert words in cause(root)


def test_a_city_narrows_and_drops(root: Path) -> None:
    lay(
        root,
        registered_matters={
            "ways": ["documents"],
            "why_on_site": "",
            "delisted_on": "2026-06-01",
            "basis": [PROPOSAL],
        },
    )
    matters = load_policy(root, city="kaifeng").inspection_matters
    assert matters.matters["registered_matters"].ways == (Way.DOCUMENTS,)
    assert "registered_matters" not in matters.standing(on=DAY)


def test_results_are_the_nation_s_alone(root: Path) -> None:
    seed = {"results": {"own": {"title": "自设的结果", "failing": True, "basis": [RULE]}}}
    (root / CITY).write_text(yaml.safe_dump(seed, allow_unicode=True), encoding="utf-8")
    assert "全国统一" in cause(root)
