"""Only what states a fault is the reason of an interview; the policy says which records do."""

from functools import cache
from pathlib import Path

import pytest
from tests.refusals import code_of

from xinheng.core.catalogue import Nature
from xinheng.core.fault_grounds import demand_ground
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Seriousness


@cache
def policy() -> Policy:
    return load_policy(Path(__file__).parents[2] / "policy", city="kaifeng")


@pytest.mark.row("M11-03")
@pytest.mark.parametrize(
    ("item", "seriousness", "result", "may"),
    [
        (4, Seriousness.NONE, "", True),
        (14, Seriousness.NONE, "", True),
        (12, Seriousness.NONE, "failed", True),
        (12, Seriousness.NONE, "passed", False),
        (16, Seriousness.MINOR, "broken", True),
        (16, Seriousness.NONE, "kept", False),
        (1, Seriousness.NONE, "", False),
        (3, Seriousness.NONE, "", False),
        (19, Seriousness.NONE, "listed", False),
        (22, Seriousness.NONE, "", False),
    ],
)
def test_faults_and_failed_checks_are_reasons_and_plain_facts_are_not(
    item: int, seriousness: Seriousness, result: str, may: bool
) -> None:
    known = policy()
    nature: Nature = known.catalogue.item(item).nature
    asked = {"title": "x", "item": item, "nature": nature, "seriousness": seriousness, "result": result}
    if may:
        demand_ground(known.rectification, deed="约谈", **asked)  # type: ignore[arg-type]
    else:
        assert code_of(demand_ground, known.rectification, deed="约谈", **asked) == "IV11"
