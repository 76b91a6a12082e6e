"""Which days and which repairs lead to a better grade, and what a supposition changes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from tests.core.examples import AS_OF, PLAIN, ceiling, content, fact, indicator, model
from tests.scoring.worlds import City, cities, models, numbered, treatments

from xinheng.core.counterfactual import Way, WayKind, next_grade_hints, ways_up
from xinheng.core.evaluation import Fact, evaluate
from xinheng.core.models import ScoringModel
from xinheng.core.refusal import Refusal
from xinheng.core.treatment import Treatment
from xinheng.core.what_if import Supposition, what_if

SERIOUS_LIST, HONOUR, UTILITY = 14, 19, 24


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


@settings(max_examples=40, derandomize=True)
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


def ways(made: ScoringModel, *facts: Fact, repair: dict[int, date] | None = None) -> tuple[Way, ...]:
    days = repair or {}
    return ways_up(
        made, facts, as_of=AS_OF, treatment=PLAIN, repair_from=lambda each: days.get(each.record_id)
    )


def costly(**changes: Any) -> ScoringModel:
    return model(indicators=[indicator(points=60, cap=600, **changes), *content()["indicators"][1:]])


IN_TEN, IN_TWENTY = AS_OF + timedelta(days=10), AS_OF + timedelta(days=20)


@pytest.mark.row("M7-11")
def test_time_alone_and_one_repair_are_told_with_their_days() -> None:
    later, sooner = ways(costly(), fact(1, age=100), fact(2, age=200), repair={1: IN_TEN})[::-1]
    assert (sooner.kind, sooner.on, sooner.records, sooner.grade) == (WayKind.REPAIR, IN_TEN, (1,), "B")
    assert sooner.sentence == (
        f"记录 1 自 {IN_TEN} 起可以依法申请信用修复；全部准予修复的，届时得分 740，等级 B 良好（按现有记录推算）"
    )
    assert (later.kind, later.on, later.records) == (WayKind.TIME, AS_OF + timedelta(days=165), (2,))


@pytest.mark.row("M7-11")
def test_without_a_right_to_repair_none_is_named() -> None:
    assert {way.kind for way in ways(costly(), fact(1), fact(2))} == {WayKind.TIME}


def test_a_repair_that_may_be_applied_for_already_counts_from_today() -> None:
    (way, *_) = ways(costly(), fact(1), fact(2), repair={1: date(2026, 1, 1)})
    assert (way.on, way.repairs) == (AS_OF, ((1, AS_OF),))


def test_a_repair_later_than_the_end_of_the_window_is_no_way() -> None:
    late = {1: AS_OF + timedelta(days=300), 2: AS_OF + timedelta(days=300)}
    assert [way.kind for way in ways(costly(), fact(1, age=360), fact(2), repair=late)] == [WayKind.TIME]


@pytest.mark.row("M7-11")
def test_where_one_repair_does_not_suffice_the_fewest_are_named() -> None:
    facts = [fact(number, age=10 + number) for number in range(1, 4)]
    repair = {1: IN_TEN, 2: IN_TWENTY, 3: AS_OF + timedelta(days=30)}
    (way, *_) = ways(costly(), *facts, repair=repair)
    assert (way.records, way.on, way.grade) == ((1, 2), IN_TWENTY, "B")


def test_a_veto_is_no_way_while_its_list_lasts_without_repair() -> None:
    assert ways(model(), fact(1, item=SERIOUS_LIST)) == ()
    (way,) = ways(model(), fact(1, item=SERIOUS_LIST), fact(2, item=3), repair={1: IN_TEN})
    assert (way.records, way.grade) == ((1,), "B")


def test_a_year_that_ends_is_a_way() -> None:
    made = costly(window_days=None, calendar_years=[0, 0])
    (way,) = ways(made, fact(1), fact(2))
    assert (way.on, way.records) == (date(2027, 1, 1), (1, 2))


def test_the_best_grade_and_no_grade_have_no_ways() -> None:
    assert ways(model()) == ()
    assert ways(model(scale=content()["scale"] | {"start": 1000}), fact(1)) == ()


def test_in_a_warning_model_points_that_rise_are_the_burden() -> None:
    risk = [{"grade": "A", "label": "低", "start": 0}, {"grade": "B", "label": "高", "start": 50}]
    made = model(
        kind="warning",
        scale={"max": 100, "start": 0, "bands": risk},
        families=[{"id": "lawful", "label": "风险", "effect": "plus", "cap": 60}],
        indicators=[indicator(points=50, cap=60)],
        vetoes=[],
    )
    (way,) = ways(made, fact(1), fact(2, item=3))
    assert (way.on, way.grade) == (AS_OF + timedelta(days=355), "A")


@settings(max_examples=30, derandomize=True)
@given(made=models(), treatment=treatments, given_city=cities)
def test_every_way_gives_what_it_says(made: ScoringModel, treatment: Treatment, given_city: City) -> None:
    for _, _, facts in list(numbered(given_city).values())[:10]:
        now = evaluate(made, facts, as_of=AS_OF, treatment=treatment)
        found = ways_up(made, facts, as_of=AS_OF, treatment=treatment, repair_from=lambda each: IN_TEN)
        for way in found:
            repaired = {record for record, _ in way.repairs}
            then_facts = [replace(each, state=5) if each.record_id in repaired else each for each in facts]
            then = evaluate(made, then_facts, as_of=way.on, treatment=treatment)
            assert (way.points_milli, way.grade) == (then.points_milli, then.grade)
            assert now.grade is not None
            assert made.rank(way.grade) < made.rank(now.grade)
            assert way.on > AS_OF or way.kind is WayKind.REPAIR


# ---- what if ----------------------------------------------------------------------------------------


@pytest.mark.row("M7-11")
@pytest.mark.parametrize("supposed", [Supposition.REPAIRED, Supposition.WITHDRAWN])
def test_a_record_repaired_or_withdrawn_gives_its_points_back(supposed: Supposition) -> None:
    facts = (fact(1), fact(2))
    found = what_if(costly(), facts, {1: supposed}, as_of=AS_OF, treatment=PLAIN)
    assert (found.before.grade, found.after.grade, found.gained_milli) == ("C", "B", 60_000)
    assert [(one.indicator, one.before_milli, one.after_milli) for one in found.moved] == [
        ("penalty", -120_000, -60_000)
    ]
    assert facts[0].state == 1


@pytest.mark.row("M7-11")
def test_a_debt_that_is_paid_was_paid_late() -> None:
    steps = [{"result": "unpaid", "points": 60}, {"result": "paid_late", "points": 20}]
    made = model(
        indicators=[
            indicator(facts={"items": ["utility"]}, points=None, by_result=steps),
            content()["indicators"][1],
        ]
    )
    debt = fact(1, item=UTILITY, result="unpaid")
    found = what_if(made, [debt], {1: Supposition.PAID}, as_of=AS_OF, treatment=PLAIN)
    assert found.gained_milli == 40_000
    with pytest.raises(Refusal, match="没有尚未缴清的款项"):
        what_if(made, [fact(1)], {1: Supposition.PAID}, as_of=AS_OF, treatment=PLAIN)


def test_a_record_that_is_not_on_file_is_named() -> None:
    with pytest.raises(Refusal, match="没有记录 7"):
        what_if(model(), [fact(1)], {7: Supposition.REPAIRED}, as_of=AS_OF, treatment=PLAIN)
