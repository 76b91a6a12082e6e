from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from tests.core.examples import AS_OF, PLAIN, ceiling, fact, indicator, model
from tests.scoring.worlds import City, cities, models, numbered, treatments

from xinheng.core.counterfactual import next_grade_hints
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


@settings(max_examples=40, deadline=None, derandomize=True)
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


def test_a_hint_names_the_day_on_which_a_record_leaves_and_the_grade_that_follows() -> None:
    made = model(
        indicators=[indicator(points=60, cap=600), *model().model_dump(mode="json")["indicators"][1:]]
    )
    facts = [fact(1, age=360), fact(2, age=300), fact(3, item=3)]
    first, *others = next_grade_hints(made, facts, as_of=AS_OF, treatment=PLAIN)
    assert (first.on, first.records) == (AS_OF + timedelta(days=5), (1,))
    assert (first.points_milli, first.grade, first.better) == (740_000, "B", True)
    assert others == []
    assert first.sentence.startswith(
        f"记录 1 将于 {first.on.isoformat()} 移出评价窗口，届时得分 740，等级 B 良好"
    )
    now = evaluate(made, facts, as_of=AS_OF, treatment=PLAIN)
    assert now.grade == "C"


def test_hints_go_on_until_the_grade_is_better() -> None:
    facts = [
        fact(1, age=360),
        fact(2, age=300),
        fact(3, item=SERIOUS_LIST, valid_to=AS_OF + timedelta(days=90)),
    ]
    hints = next_grade_hints(model(), facts, as_of=AS_OF, treatment=PLAIN)
    assert [(hint.on, hint.better) for hint in hints] == [
        (AS_OF + timedelta(days=5), False),
        (AS_OF + timedelta(days=65), False),
        (AS_OF + timedelta(days=90), True),
    ]


def test_a_record_in_several_rules_leaves_with_the_last() -> None:
    made = model(vetoes=[ceiling("veto", "E", facts={"items": ["penalty"]}, window_days=500)])
    (hint,) = next_grade_hints(made, [fact(1, age=10), fact(2, item=3)], as_of=AS_OF, treatment=PLAIN)
    assert hint.on == AS_OF + timedelta(days=490)


def test_the_law_may_end_a_record_before_its_window() -> None:
    treatment = Treatment(
        disputed_weighs=False,
        final_items=frozenset(),
        presumed_final_days=None,
        longest_days=((4, (89, 89, 89, 89)),),
        otherwise_days=1825,
        until_removed=frozenset(),
        outlive_validity=frozenset(),
    )
    hints = next_grade_hints(model(), [fact(1), fact(2, item=3)], as_of=AS_OF, treatment=treatment)
    assert hints[0].on == date(2026, 11, 10) + timedelta(days=89)


def test_without_a_grade_there_are_no_hints() -> None:
    assert next_grade_hints(model(), [], as_of=AS_OF, treatment=PLAIN) == ()


def test_a_day_on_which_points_fade_is_named_where_it_lifts_the_grade() -> None:
    decay = {"table": [{"from_day": 0, "per_mille": 1000}, {"from_day": 100, "per_mille": 500}]}
    fading = indicator(points=120, cap=600, decay=decay)
    made = model(indicators=[fading, *model().model_dump(mode="json")["indicators"][1:]])
    (hint,) = next_grade_hints(made, [fact(1, age=60), fact(2, item=3)], as_of=AS_OF, treatment=PLAIN)
    assert (hint.on, hint.better) == (AS_OF + timedelta(days=40), True)
    assert "按时间衰减" in hint.sentence


@settings(max_examples=40, deadline=None, derandomize=True)
@given(made=models(), treatment=treatments, given_city=cities)
def test_a_hint_tells_what_an_evaluation_on_that_day_gives(
    made: ScoringModel, treatment: Treatment, given_city: City
) -> None:
    for _, _, facts in numbered(given_city).values():
        now = evaluate(made, facts, as_of=AS_OF, treatment=treatment)
        hints = next_grade_hints(made, facts, as_of=AS_OF, treatment=treatment)
        assert [hint.on for hint in hints] == sorted(hint.on for hint in hints if hint.on > AS_OF)
        assert not any(hint.better for hint in hints[:-1])
        for hint in hints:
            then = evaluate(made, facts, as_of=hint.on, treatment=treatment)
            assert (hint.points_milli, hint.grade) == (then.points_milli, then.grade)
            if hint.better:
                assert then.grade is not None
                assert now.grade is not None
                assert made.rank(then.grade) < made.rank(now.grade)
