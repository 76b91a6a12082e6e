from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from tests.core.examples import AS_OF, BASIS, PLAIN, content, fact, indicator, model
from tests.scoring.worlds import City, cities, models, numbered, treatments

from xinheng.core.evaluation import Evaluator, Fact, evaluate
from xinheng.core.explanation import Explanation, explain, left_out, points_text
from xinheng.core.models import ScoringModel
from xinheng.core.treatment import Treatment

SERIOUS_LIST, HONOUR = 14, 19


def explained(subject: ScoringModel, *facts: Fact) -> Explanation:
    return explain(subject, evaluate(subject, facts, as_of=AS_OF, treatment=PLAIN))


@pytest.mark.row("M7-11")
def test_every_line_names_points_cap_clause_and_records() -> None:
    line = explained(model(), fact(7), fact(9), fact(3, item=HONOUR)).lines[0]
    assert (line.label, line.family, line.effect, line.value) == ("行政处罚", "遵纪守法", "扣分", "2 条记录")
    assert (line.points_milli, line.cap_milli, line.cap_hit) == (-60_000, 100_000, False)
    assert line.records == ((7, 30_000), (9, 30_000))
    assert line.clauses[0].source == "guobanfa-2019-35"


@pytest.mark.row("M7-11")
def test_the_waterfall_shows_the_cap_of_a_family_and_the_end_of_the_scale() -> None:
    families = [
        {"id": "lawful", "label": "遵纪守法", "effect": "minus", "cap": 50},
        {"id": "merit", "label": "守信激励", "effect": "plus", "cap": 150},
    ]
    scale = model().model_dump(mode="json")["scale"] | {"start": 20}
    steps = explained(model(families=families, scale=scale), fact(1), fact(2)).steps
    assert [(step.label, step.from_milli, step.to_milli, step.kind) for step in steps] == [
        ("起评分", 0, 20_000, "start"),
        ("行政处罚", 20_000, -40_000, "minus"),
        ("“遵纪守法”封顶 50 分", -40_000, -30_000, "limit"),
        ("最低 0 分", -30_000, 0, "limit"),
        ("得分", 0, 0, "total"),
    ]


@settings(max_examples=40, derandomize=True)
@given(made=models(), treatment=treatments, given_city=cities)
def test_the_steps_lead_without_a_gap_from_the_start_to_the_points(
    made: ScoringModel, treatment: Treatment, given_city: City
) -> None:
    evaluator = Evaluator(made, treatment=treatment)
    for _, _, facts in numbered(given_city).values():
        found = evaluator.evaluate(facts, as_of=AS_OF)
        *steps, total = explain(made, found).steps
        assert steps[0].kind == "start"
        for before, after in pairwise(steps):
            assert before.to_milli == after.from_milli
        assert steps[-1].to_milli == found.points_milli == total.to_milli


def test_the_shares_of_the_records_add_up_to_the_line() -> None:
    line = explained(model(), *(fact(number) for number in range(6))).lines[0]
    assert sum(share for _, share in line.records) == -line.uncapped_milli == 180_000
    assert line.cap_hit


def test_the_summary_says_which_rule_made_the_grade() -> None:
    assert explained(model(), fact(1, item=3)).summary == "800 分，等级 B 良好"
    listed = explained(model(), fact(1, item=SERIOUS_LIST))
    assert listed.summary == "800 分，按分数为 B 良好；因“严重失信主体名单”，等级为 E 差"
    assert listed.verdicts[0].sentence == "严重失信主体名单，直接判为 E 差"
    assert listed.verdicts[0].decides


@pytest.mark.guard("G4")
def test_a_trial_result_says_that_it_is_one() -> None:
    assert "试算，不发布" in explained(model(use="trial"), fact(1)).summary


def test_missing_information_is_called_by_its_name() -> None:
    assert explained(model()).summary == "可用信息不足，暂不评级"


@pytest.mark.parametrize(
    ("points", "text"), [(812_500, "812.5"), (0, "0"), (-1, "-0.001"), (1_000_000, "1000"), (10, "0.01")]
)
def test_points_are_written_without_trailing_zeros(points: int, text: str) -> None:
    assert points_text(points) == text


def test_a_record_left_out_comes_with_the_rule() -> None:
    given = [fact(1), fact(2, state=5), fact(3, age=-2)]
    assert left_out(given, treatment=PLAIN, as_of=AS_OF) == (
        (2, "记录状态为已修复"),
        (3, "作出日期在评价日之后"),
    )


def slotted(**changes: Any) -> ScoringModel:
    return model(indicators=[indicator(**changes), *content()["indicators"][1:]])


@pytest.mark.row("M7-11")
def test_a_line_says_what_was_counted() -> None:
    bands = [{"start": 1, "points": 5}]
    values = {
        "count": "2 条记录",
        "amount": "2 条记录的金额合计 1,234.50 元",
        "headcount": "2 条记录的人数合计 7 人",
        "days_since": "最近 1 条记录距今 10 天",
    }
    given = [fact(1, amount_fen=123_400, headcount=7), fact(2, age=20, amount_fen=50)]
    for measure, value in values.items():
        found = explained(slotted(measure=measure, points=None, bands=bands), *given)
        assert found.lines[0].value == value
    assert explained(slotted(measure="exists"), *given).lines[0].value == "有相关记录"


@pytest.mark.row("M7-11")
def test_a_line_shows_its_years_and_what_their_cap_took() -> None:
    made = slotted(per="year", year_cap=50, window_days=800)
    line = explained(made, fact(1), fact(2), fact(3, age=400)).lines[0]
    assert [(slot.label, slot.sentence, slot.records) for slot in line.slots] == [
        ("2025年", "1 条记录，30 分", (3,)),
        ("2026年", "2 条记录，60 分，每年至多 50 分", (1, 2)),
    ]


@pytest.mark.row("M7-11")
def test_the_waterfall_names_switch_and_floors() -> None:
    rule = {"facts": {"items": ["honour"]}, "basis": BASIS, "label": "有非经常性指标"}
    families = [content()["families"][0], content()["families"][1] | {"floor": 40}]
    made = model(
        starts=[rule | {"id": "switch", "points": 110}],
        families=families,
        scale=content()["scale"] | {"min": 100, "start": 100},
    )
    found = explained(made, *(fact(number) for number in range(2, 6)), fact(1, item=HONOUR))
    assert [(step.label, step.to_milli, step.kind) for step in found.steps] == [
        ("起评分（有非经常性指标）", 110_000, "start"),
        ("行政处罚", 10_000, "minus"),
        ("纳税信用A级", 35_000, "plus"),
        ("“守信激励”保底 40 分", 50_000, "limit"),
        ("最低 100 分", 100_000, "limit"),
        ("得分", 100_000, "total"),
    ]


@pytest.mark.row("M7-11")
def test_a_downgrade_is_told_with_its_levels() -> None:
    rule = {"id": "down", "facts": {"items": ["honour"]}, "basis": BASIS, "label": "一般突发事件"}
    found = explained(model(downgrades=[rule | {"levels": 1}]), fact(1, item=HONOUR))
    assert found.summary == "825 分，按分数为 B 良好；因“一般突发事件”，等级为 C 中等"
    assert [(one.sentence, one.decides) for one in found.verdicts] == [("一般突发事件，等级下降 1 级", True)]
