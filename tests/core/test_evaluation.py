from typing import Any

import pytest
from tests.core.examples import AS_OF, PLAIN, ceiling, fact, indicator, model

from xinheng.core.evaluation import Contribution, Evaluation, Fact, evaluate
from xinheng.core.models import ScoringModel

PENALTY, INSPECTION, SERIOUS_LIST, COMMITMENT, HONOUR = 4, 12, 14, 16, 19


def grade(subject: ScoringModel, *facts: Fact) -> Evaluation:
    return evaluate(subject, facts, as_of=AS_OF, treatment=PLAIN)


def only(first: dict[str, Any], *facts: Fact) -> Contribution:
    """The contribution of the one indicator of a model."""
    made = model(
        indicators=[indicator(**first), indicator("honour", family="merit", facts={"items": ["honour"]})]
    )
    return grade(made, *facts).contributions[0]


def test_a_clean_file_keeps_the_starting_points() -> None:
    found = grade(model(), fact(1, item=3))
    assert (found.points_milli, found.grade, found.missing) == (800_000, "B", False)


def test_points_are_taken_for_every_penalty_and_given_for_every_honour() -> None:
    found = grade(model(), fact(1), fact(2), fact(3, item=HONOUR))
    assert found.points_milli == 800_000 - 60_000 + 25_000
    assert found.contributions == (
        Contribution("penalty", -60_000, -60_000, False, ((1, 30_000), (2, 30_000))),
        Contribution("honour", 25_000, 25_000, False, ((3, 25_000),)),
    )


def test_an_indicator_ends_at_its_cap_and_says_so() -> None:
    found = only({}, *(fact(number) for number in range(1, 6)))
    assert (found.points_milli, found.uncapped_milli, found.cap_hit) == (-100_000, -150_000, True)


def test_a_family_ends_at_its_cap() -> None:
    families = [
        {"id": "lawful", "label": "遵纪守法", "effect": "minus", "cap": 50},
        {"id": "merit", "label": "守信激励", "effect": "plus", "cap": 150},
    ]
    found = grade(model(families=families), fact(1), fact(2))
    assert found.points_milli == 750_000
    assert (found.families[0].points_milli, found.families[0].cap_hit) == (-50_000, True)


@pytest.mark.parametrize(("start", "points"), [(20, 0), (990, 1_000_000)])
def test_points_stay_between_nothing_and_the_full_score(start: int, points: int) -> None:
    made = model(scale=model().model_dump(mode="json")["scale"] | {"start": start})
    facts = [fact(1)] if start == 20 else [fact(1, item=HONOUR)]
    assert grade(made, *facts).points_milli == points


@pytest.mark.parametrize(("age", "counted"), [(0, 1), (364, 1), (365, 0)])
def test_a_record_is_in_the_window_for_exactly_its_days(age: int, counted: int) -> None:
    assert len(only({}, fact(1, age=age)).uses) == counted


@pytest.mark.parametrize(("age", "points"), [(0, 30_000), (99, 30_000), (100, 9_990), (200, 0)])
def test_decay_is_read_from_its_table(age: int, points: int) -> None:
    table = [
        {"from_day": 0, "per_mille": 1000},
        {"from_day": 100, "per_mille": 333},
        {"from_day": 200, "per_mille": 0},
    ]
    assert only({"decay": {"table": table}}, fact(1, age=age)).uncapped_milli == -points


@pytest.mark.parametrize(
    ("amount_fen", "points"), [(None, 10_000), (1_999_999, 10_000), (2_000_000, 20_000), (-5, 10_000)]
)
def test_amount_bands_are_in_yuan_and_an_unknown_amount_is_the_lowest(
    amount_fen: int | None, points: int
) -> None:
    bands = [{"start": 0, "points": 10}, {"start": 20000, "points": 20}]
    changes = {"points": None, "by_amount": bands}
    assert only(changes, fact(1, amount_fen=amount_fen)).uncapped_milli == -points


def test_once_takes_the_record_with_the_most_points() -> None:
    bands = [{"start": 0, "points": 10}, {"start": 5, "points": 20}]
    changes = {"points": None, "by_headcount": bands, "measure": "once"}
    found = only(changes, fact(1, headcount=1), fact(2, headcount=9), fact(3, headcount=9, age=5))
    assert (found.points_milli, found.uses) == (-20_000, ((2, 20_000),))


@pytest.mark.parametrize(
    ("count", "points"), [(0, 0), (1, 0), (2, 15_000), (3, 15_000), (4, 40_000), (9, 40_000)]
)
def test_a_number_of_records_is_looked_up_in_bands(count: int, points: int) -> None:
    bands = [{"start": 2, "points": 15}, {"start": 4, "points": 40}]
    changes = {"points": None, "bands": bands, "measure": "count"}
    found = only(changes, *(fact(number) for number in range(count)))
    assert found.points_milli == -points
    assert len(found.uses) == count


@pytest.mark.parametrize(("amounts", "points"), [((50_00, 49_99), 5_000), ((50_00, 50_00), 9_000), ((), 0)])
def test_a_total_amount_is_looked_up_in_yuan(amounts: tuple[int, ...], points: int) -> None:
    bands = [{"start": 0, "points": 5}, {"start": 100, "points": 9}]
    changes = {"points": None, "bands": bands, "measure": "amount"}
    found = only(changes, *(fact(place, amount_fen=amount) for place, amount in enumerate(amounts)))
    assert found.points_milli == -points


def test_days_since_looks_at_the_latest_record_alone() -> None:
    bands = [{"start": 0, "points": 50}, {"start": 100, "points": 20}]
    changes = {"points": None, "bands": bands, "measure": "days_since"}
    assert only(changes, fact(1, age=300), fact(2, age=120)).points_milli == -20_000
    assert only(changes, fact(1, age=300), fact(2, age=99)).uses == ((2, 0),)
    assert only(changes).points_milli == 0


@pytest.mark.parametrize(
    ("result", "counted"), [("fine", 1), ("warning+fine", 1), ("fined", 0), ("", 0), ("warning", 0)]
)
def test_a_result_word_is_a_whole_part_of_the_result(result: str, counted: int) -> None:
    facts = {"items": ["penalty"], "results": ["fine"]}
    assert len(only({"facts": facts}, fact(1, result=result)).uses) == counted


def test_an_unwanted_result_word_excludes_a_record() -> None:
    facts = {"items": ["penalty"], "not_results": ["warning"]}
    found = only({"facts": facts}, fact(1, result="fine+warning"), fact(2, result="fine"), fact(3))
    assert [record for record, _ in found.uses] == [2, 3]


def test_filters_on_class_amount_and_headcount_must_all_hold() -> None:
    facts = {
        "items": ["penalty"],
        "seriousness": ["general"],
        "amount_from_yuan": 1,
        "amount_below_yuan": 2,
        "headcount_from": 3,
        "headcount_below": 5,
    }
    right = {"seriousness": 2, "amount_fen": 150, "headcount": 4}
    wrong = [{"seriousness": 1}, {"amount_fen": 200}, {"amount_fen": 99}, {"headcount": 5}, {"headcount": 2}]
    given = [fact(0, **right), *(fact(place, **(right | each)) for place, each in enumerate(wrong, start=1))]
    assert [record for record, _ in only({"facts": facts}, *given).uses] == [0]


def test_a_veto_fixes_the_grade_and_leaves_the_points() -> None:
    found = grade(model(), fact(7, item=SERIOUS_LIST))
    assert (found.points_milli, found.grade, found.decided_by) == (800_000, "E", "listed")
    assert found.vetoes[0].records == (7,)


def test_a_limit_does_not_lift_a_lower_grade() -> None:
    made = model(
        vetoes=[],
        limits=[ceiling("limit", "C", facts={"items": ["commitment"]})],
        scale=model().model_dump(mode="json")["scale"] | {"start": 410},
    )
    found = grade(made, fact(1, item=COMMITMENT))
    assert (found.grade, found.decided_by) == ("D", None)
    assert [triggered.ceiling for triggered in found.vetoes] == ["limit"]


def test_of_several_limits_the_strictest_decides_and_of_equals_the_first() -> None:
    limits = [
        ceiling("mild", "C", facts={"items": ["commitment"]}),
        ceiling("strict", "D", facts={"items": ["commitment"]}),
        ceiling("equal", "D", facts={"items": ["commitment"]}),
    ]
    found = grade(model(vetoes=[], limits=limits), fact(1, item=COMMITMENT))
    assert (found.grade, found.decided_by) == ("D", "strict")


def test_a_veto_ends_with_its_window() -> None:
    made = model(vetoes=[ceiling("listed", "E", window_days=30)])
    assert grade(made, fact(1, item=SERIOUS_LIST, age=29)).grade == "E"
    assert grade(made, fact(1, item=SERIOUS_LIST, age=30)).grade == "B"


def test_nothing_on_file_is_missing_information_and_not_a_low_grade() -> None:
    found = grade(model())
    assert (found.grade, found.missing, found.points_milli) == (None, True, 800_000)


def test_evidence_must_be_of_the_named_items_and_in_the_window() -> None:
    made = model(evidence={"items": ["penalty"], "window_days": 100})
    assert grade(made, fact(1, item=3)).missing
    assert grade(made, fact(1, age=100)).missing
    assert not grade(made, fact(1, age=99)).missing


def test_a_veto_is_evidence_enough() -> None:
    made = model(evidence={"items": ["penalty"], "window_days": 100})
    assert grade(made, fact(1, item=SERIOUS_LIST)).grade == "E"


def test_a_record_that_does_not_weigh_is_no_evidence() -> None:
    assert grade(model(), fact(1, state=6)).missing


@pytest.mark.parametrize(
    ("start", "letter"),
    [(850, "A"), (849.999, "B"), (700, "B"), (550, "C"), (400, "D"), (399.999, "E"), (0, "E")],
)
def test_bands_begin_at_their_first_point(start: float, letter: str) -> None:
    made = model(scale=model().model_dump(mode="json")["scale"] | {"start": start})
    assert grade(made, fact(1, item=3)).grade == letter
