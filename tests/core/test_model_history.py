"""Drafts say where they are wrong, files read back as they were, versions differ in words, cycles fall due."""

from datetime import date

import pytest

from xinheng.core.model_draft import dump_draft, findings, plain_tree, read_draft
from xinheng.core.model_history import differences, due_on, written
from xinheng.core.models import ScoringModel, parse_model
from xinheng.core.policy import Policy
from xinheng.core.policy_file import PolicyError

MODEL = "food/food-operators"
DAY = date(2026, 11, 20)


@pytest.fixture
def model(policy: Policy) -> ScoringModel:
    return policy.models[MODEL]


def _changed(model: ScoringModel, **changes: object) -> ScoringModel:
    return parse_model({**plain_tree(model), **changes}, file="x")


def test_every_model_reads_back_from_its_text_as_it_was(policy: Policy) -> None:
    for model in policy.models.values():
        assert parse_model(read_draft(dump_draft(plain_tree(model))), file="x").digest == model.digest


def test_a_text_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(PolicyError, match="键: 值"):
        read_draft("- a\n- b")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [("window_days", 0, "不得小于"), ("basis", [], "至少要有 1 项"), ("family", "nowhere", "没有名为")],
)
def test_a_finding_names_the_part_where_it_is_mended(
    model: ScoringModel, policy: Policy, field: str, value: object, sentence: str
) -> None:
    tree = plain_tree(model)
    tree["indicators"][2][field] = value
    found = findings(
        tree,
        others=policy.models,
        sources=policy.sources,
        sectors=frozenset(policy.sectors.sectors),
        treatment=policy.treatment(on=DAY),
    )
    mine = [one for one in found if one.section == "indicators"]
    assert [(one.place, one.field) for one in mine] == [(2, field)]
    assert sentence in mine[0].sentence


def test_what_changed_is_told_with_both_values(model: ScoringModel) -> None:
    tree = plain_tree(model)
    first = {**tree["indicators"][0], "cap": "90"}
    new = _changed(
        model,
        scale={**tree["scale"], "start": "790"},
        indicators=[first, *tree["indicators"][1:]],
        limits=tree["limits"][1:],
    )
    told = [(one.part, one.field, one.was, one.becomes) for one in differences(model, new)]
    gone, kept = tree["limits"][0]["label"], tree["indicators"][0]
    assert told == [
        ("分制", "起评分", "780", "790"),
        (f"指标“{kept['label']}”", "封顶分", kept["cap"], "90"),
        (f"等级上限“{gone}”", "", "有", "取消"),
    ]


def test_steps_are_written_as_a_table_of_points() -> None:
    assert written([{"start": 0, "points": "140"}, {"start": 10000, "points": "170"}]) == (
        "起点 0 分值 140；起点 10000 分值 170"
    )


def test_equal_models_do_not_differ(model: ScoringModel) -> None:
    assert differences(model, _changed(model, version=9)) == ()


@pytest.mark.row("M7-07")
def test_results_fall_due_a_cycle_after_the_last() -> None:
    assert due_on(last_as_of=date(2026, 8, 31), in_force_on=DAY, months=6) == date(2027, 2, 28)
    assert due_on(last_as_of=None, in_force_on=DAY, months=12) == DAY
