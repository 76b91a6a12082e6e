"""A city states how others get an item of the basic list, on a ground, where nobody above has laid it down."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xinheng.core.catalogue import Sharing
from xinheng.core.catalogue_change import (
    Standing,
    all_differences,
    blank_supplement,
    findings,
    parse_supplement,
    with_supplements,
)
from xinheng.core.catalogue_sharing import open_items, without_choices
from xinheng.core.policy import Policy, load_policy
from xinheng.core.sharing import directory

pytestmark = pytest.mark.row("M2-01")
ROOT = Path(__file__).resolve().parents[2] / "policy"
ON = date(2026, 11, 20)
REGULATION = {"source": "henan-credit-regulation", "clause": "第十一条", "verified": False}
NATIONAL = {"source": "government-data-sharing-regulation", "clause": "第十三条", "verified": False}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ROOT, city="kaifeng")


def standing(policy: Policy, **changes: Any) -> Standing:
    given = {
        "above": policy.catalogue,
        "sources": policy.sources,
        "sectors": frozenset(policy.sectors.sectors),
        "agencies": frozenset(policy.agencies.agencies),
        "area": ("100000", "410000", "410200"),
        "taken": {},
        **changes,
    }
    return Standing(**given)


def tree(code: str, sharing: str, *basis: dict[str, Any]) -> dict[str, Any]:
    choice = {"sharing": sharing, "basis": list(basis)}
    return {**blank_supplement("410200", "开封市补充目录"), "sharing": {code: choice}}


def test_what_the_city_states_stands_in_the_catalogue_and_in_the_directory(policy: Policy) -> None:
    stated = tree("penalty", "open", REGULATION)
    assert findings(stated, standing(policy), on=ON) == ()
    catalogue = with_supplements(policy.catalogue, [parse_supplement(stated)])
    assert catalogue.items["penalty"].sharing is Sharing.OPEN
    assert catalogue.items["penalty"].sharing_basis[0].clause == "第十一条"
    before = {one.code: one.words for one in directory(policy.catalogue)}
    after = {one.code: one.words for one in directory(catalogue)}
    assert (before["penalty"], after["penalty"]) == ("目录未定，按有条件共享办理", "无条件共享")
    assert {code for code in after if after[code] != before[code]} == {"penalty"}


@pytest.mark.parametrize(
    ("code", "sharing", "basis", "sentence"),
    [
        ("penalty", "none", [REGULATION], "不予共享须有法律、行政法规"),
        ("utility", "open", [REGULATION], "不能无条件共享"),
        ("penalty", "open", [{**REGULATION, "clause": " "}], "依据须写明条款"),
        ("penalty", "open", [{**REGULATION, "source": "hebei-credit-regulation"}], "不能作为本地依据"),
        ("penalty", "open", [], "依据：至少要有 1 项"),
        ("penalty", "whatever", [REGULATION], "共享属性："),
        ("park", "open", [REGULATION], "基础目录中没有“park”"),
    ],
)
def test_what_speaks_against_an_attribute_is_said(
    policy: Policy, code: str, sharing: str, basis: list[dict[str, Any]], sentence: str
) -> None:
    told = [one.sentence for one in findings(tree(code, sharing, *basis), standing(policy), on=ON)]
    assert any(sentence in one for one in told), told


def test_an_item_is_withheld_on_a_norm_of_the_nation_and_then_given_to_nobody(policy: Policy) -> None:
    stated = tree("penalty", "none", NATIONAL)
    assert findings(stated, standing(policy), on=ON) == ()
    catalogue = with_supplements(policy.catalogue, [parse_supplement(stated)])
    assert not next(one for one in directory(catalogue) if one.code == "penalty").open


def test_what_is_for_handling_only_stays_closed(policy: Policy) -> None:
    closed = next(code for code, item in policy.catalogue.items.items() if item.disclosure == "closed")
    told = [
        one.sentence for one in findings(tree(closed, "conditional", REGULATION), standing(policy), on=ON)
    ]
    assert told == ["仅供办理、不予披露的信息项不能共享"]


def test_neither_a_county_nor_anybody_against_the_level_above_states_it(policy: Policy) -> None:
    stated = tree("penalty", "open", REGULATION)
    county = findings(stated, standing(policy, of_county=True), on=ON)
    assert [one.sentence for one in county] == [
        "基础目录信息项的共享属性由市里统一确定，县区补充目录不能确定"
    ]
    decided = with_supplements(
        policy.catalogue, [parse_supplement(tree("penalty", "conditional", REGULATION))]
    )
    (again,) = findings(stated, standing(policy, above=decided), on=ON)
    assert "目录已定为“有条件共享”" in again.sentence
    unsaid = without_choices(decided, frozenset({"penalty"}))
    assert unsaid.items["penalty"] == policy.catalogue.items["penalty"]
    assert "penalty" in open_items(unsaid)
    assert "penalty" not in open_items(decided)


def test_two_versions_are_compared_attribute_by_attribute() -> None:
    old = parse_supplement(tree("penalty", "open", REGULATION))
    new = parse_supplement(tree("permit", "conditional", REGULATION))
    told = all_differences(old, new, names={"item:permit": "行政许可信息"})
    assert [(one.kind, one.item, one.field, one.becomes[:5]) for one in told] == [
        ("删除", "penalty", "共享属性", ""),
        ("新增", "行政许可信息", "共享属性", "有条件共享"),
    ]
    assert all_differences(old, old) == ()
