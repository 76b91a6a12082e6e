"""The ten kinds of act: which are public in which city, and that each can be filled in by hand."""

from pathlib import Path

import pytest

from xinheng.core.entry import questions
from xinheng.core.open_tables import public_items
from xinheng.core.policy import Policy, load_policy

SEED = Path(__file__).resolve().parents[2] / "policy"
pytestmark = [pytest.mark.row("M5-01"), pytest.mark.guard("G8")]


def _public(policy: Policy) -> set[str]:
    items = set(public_items(policy))
    return {key for key, act in policy.acts.acts.items() if policy.catalogue.items[act.item].number in items}


@pytest.mark.parametrize("city", ["nanyang", "huaian"])
def test_a_city_whose_document_says_so_publishes_all_ten_kinds(city: str) -> None:
    policy = load_policy(SEED, city=city)
    assert _public(policy) == set(policy.acts.acts)


def test_a_city_whose_document_is_silent_publishes_what_the_catalogue_opens() -> None:
    assert _public(load_policy(SEED, city="kaifeng")) == {"permit", "penalty", "reward", "inspection"}


def test_kinds_mostly_upon_persons_are_kept_from_sole_traders() -> None:
    policy = load_policy(SEED, city="nanyang")
    kept = {
        key
        for key, act in policy.acts.acts.items()
        if policy.kept_from_traders(policy.catalogue.items[act.item].number)
    }
    assert kept == {"payment", "compensation"}


def test_the_form_of_each_kind_asks_for_the_day_the_number_and_the_organ() -> None:
    policy = load_policy(SEED, city="nanyang")
    for act in policy.acts.acts.values():
        item = policy.catalogue.items[act.item]
        must = [one.header for one in questions(policy.feeds[act.template], item) if one.required]
        for word in ("名称", "日期", "机关"):
            assert any(word in header for header in must), (act.title, word, must)
