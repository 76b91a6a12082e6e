"""What a model can do at most is told from the model alone, and no subject ever passes it."""

from decimal import Decimal

import pytest
from tests.core.examples import ceiling, content, indicator

from xinheng.core.model_reach import most_of, one_gives, reach, weights
from xinheng.core.model_report import model_report
from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.policy import Policy

FOOD = "food/food-operators"


def _model(**changes: object) -> ScoringModel:
    return parse_model(content(**changes), file="x")


def test_repeated_facts_reach_the_cap_and_single_ones_their_points() -> None:
    each = _model(indicators=[indicator(points=30, cap=90)]).indicators[0]
    once = _model(indicators=[indicator(points=30, cap=90, measure="once")]).indicators[0]
    assert (int(one_gives(each)), int(most_of(each))) == (30, 90)
    assert (int(one_gives(once)), int(most_of(once))) == (30, 30)


def test_the_cap_of_a_family_holds_for_what_an_indicator_moves() -> None:
    model = _model(
        families=[{"id": "failing", "label": "失信", "effect": "minus", "cap": 50}],
        indicators=[indicator(family="failing", points=30, cap=90)],
    )
    assert weights(model)[0].most == 50
    found = reach(model)
    assert found.plain - found.lowest == 50
    assert found.highest == found.plain == model.scale.start


@pytest.mark.row("M7-03")
def test_a_grade_to_which_nothing_leads_is_named(policy: Policy) -> None:
    small = {
        "families": [{"id": "failing", "label": "失信", "effect": "minus", "cap": 50}],
        "indicators": [indicator(family="failing", points=30, cap=50)],
        "vetoes": [],
        "limits": [],
    }
    model = _model(**small)
    states = {each.band.grade: each.reachable for each in reach(model).bands}
    assert states["E"] is False
    assert states[model.grade_of(int(model.scale.start * 1000))] is True
    rows = model_report(model, policy=policy).sections[1].tables[0].rows
    assert any("达不到" in str(row[-1]) for row in rows)
    ruled = reach(_model(**{**small, "vetoes": [ceiling("worst", "E")]})).bands[-1]
    assert (ruled.by_points, ruled.by_rule) == (False, True)


def test_every_model_of_the_city_reaches_each_of_its_grades(policy: Policy) -> None:
    unreached = {
        (key, each.band.grade)
        for key, model in policy.models.items()
        for each in reach(model).bands
        if not each.reachable
    }
    assert not unreached


def test_shares_of_one_effect_add_up(policy: Policy) -> None:
    model = policy.models[FOOD]
    found = weights(model)
    assert [weight.most for weight in found] == sorted((weight.most for weight in found), reverse=True)
    assert all(Decimal(0) < weight.one <= weight.most <= weight.indicator.cap for weight in found)
