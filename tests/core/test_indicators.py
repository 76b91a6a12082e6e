"""Windows, years, kinds, results and grades: what the measures of a model mean for one subject."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.core.examples import AS_OF, PLAIN, ceiling, content, fact, indicator, model

from xinheng.core.evaluation import Contribution, Evaluation, Fact, evaluate, rebuilt
from xinheng.core.explanation import explain
from xinheng.core.models import ScoringModel, Window, grade_word, parse_model
from xinheng.core.policy_file import PolicyError

HONOUR, SERIOUS_LIST, COMMITMENT, EVALUATION, INSPECTION = 19, 14, 16, 17, 12
OWN = "food/example"


def grade(made: ScoringModel, *facts: Fact, as_of: date = AS_OF) -> Evaluation:
    return evaluate(made, facts, as_of=as_of, treatment=PLAIN)


def with_one(**changes: Any) -> ScoringModel:
    others = content()["indicators"][1:]
    return model(indicators=[indicator(**changes), *others])


def only(changes: dict[str, Any], *facts: Fact, as_of: date = AS_OF) -> Contribution:
    return grade(with_one(**changes), *facts, as_of=as_of).contributions[0]


def refused(**changes: Any) -> str:
    with pytest.raises(PolicyError) as caught:
        parse_model(content(indicators=[indicator(**changes)]), file="example.yml")
    return str(caught.value)


def scale(**changes: Any) -> dict[str, Any]:
    return content()["scale"] | changes


# ---- windows ----------------------------------------------------------------------------------------


@pytest.mark.row("M7-01")
@pytest.mark.parametrize(
    ("window", "on", "ages"),
    [
        ({"window_days": 30}, AS_OF, (0, 30)),
        ({"window_days": 30, "skip_days": 7}, AS_OF, (7, 30)),
        ({"calendar_years": [0, 0]}, date(2026, 1, 1), (0, 1)),
        ({"calendar_years": [1, 1]}, date(2026, 1, 1), (1, 366)),
        ({"calendar_years": [1, 1]}, date(2025, 12, 31), (365, 731)),
        ({"calendar_years": [2, 0]}, date(2026, 12, 31), (0, 1096)),
        ({}, AS_OF, (0, None)),
    ],
)
def test_a_window_is_an_age_or_calendar_years(
    window: dict[str, Any], on: date, ages: tuple[int, int | None]
) -> None:
    assert Window.model_validate(window).ages(as_of=on) == ages


def test_last_year_holds_its_first_and_last_day_and_no_other() -> None:
    days = {date(2025, 1, 1): 1, date(2025, 12, 31): 1, date(2024, 12, 31): 0, date(2026, 1, 1): 0}
    for day, counted in days.items():
        changes = {"window_days": None, "calendar_years": [1, 1]}
        assert len(only(changes, Fact(record_id=1, item=4, decided_on=day)).uses) == counted


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"calendar_years": [1, 1]}, "只能写一种"),
        ({"window_days": None}, "须写评价窗口"),
        ({"window_days": 0}, "不得小于 1"),
        ({"skip_days": 365}, "没有一天在窗口内"),
        ({"window_days": None, "calendar_years": [0, 1]}, "先写较早的一年"),
    ],
)
def test_a_window_that_holds_no_day_or_two_windows_are_refused(changes: dict[str, Any], words: str) -> None:
    assert words in refused(**changes)


# ---- measures ---------------------------------------------------------------------------------------


@pytest.mark.row("M7-01")
def test_latest_takes_the_points_of_the_last_day_alone_and_there_the_highest() -> None:
    steps = [{"start": 0, "points": 10}, {"start": 5, "points": 20}]
    changes = {"points": None, "by_headcount": steps, "measure": "latest"}
    assert only(changes, fact(1, age=3), fact(2, age=2)).uses == ((2, 10_000),)
    assert only(changes, fact(1, age=2, headcount=9), fact(2, age=2)).uses == ((1, 20_000),)
    assert only(changes, fact(1, age=3, headcount=9), fact(2, age=2)).points_milli == -10_000


@pytest.mark.row("M7-01")
@pytest.mark.parametrize(("count", "points"), [(0, 0), (1, 30_000), (5, 30_000)])
def test_exists_gives_its_points_once(count: int, points: int) -> None:
    found = only({"measure": "exists"}, *(fact(number) for number in range(count)))
    assert found.points_milli == -points


@pytest.mark.row("M7-01")
def test_distinct_counts_kinds_and_not_facts() -> None:
    bands = [{"start": 1, "points": 5}, {"start": 2, "points": 12}]
    base = {"points": None, "bands": bands, "measure": "distinct"}
    items = {"items": ["penalty", "inspection"]}
    by_item = base | {"of": "item", "facts": items}
    assert only(by_item, fact(1), fact(2)).points_milli == -5_000
    found = only(by_item, fact(1), fact(2), fact(3, item=INSPECTION))
    assert (found.points_milli, found.value, len(found.slots)) == (-12_000, 2, 2)
    by_year = base | {"of": "year", "window_days": 800}
    assert only(by_year, fact(1), fact(2, age=20)).value == 1
    assert only(by_year, fact(1), fact(2, age=400)).value == 2
    by_result = base | {"of": "result", "facts": {"items": ["penalty"], "results": ["fine", "warning"]}}
    assert only(by_result, fact(1, result="fine+warning")).value == 2
    assert only(by_result, fact(1, result="fine"), fact(2, result="other")).value == 1


@pytest.mark.row("M7-01")
def test_each_calendar_year_is_capped_apart() -> None:
    changes = {"per": "year", "year_cap": 50, "window_days": 800}
    this_year = [fact(1), fact(2), fact(3)]
    found = only(changes, *this_year, fact(4, age=400))
    assert (found.uncapped_milli, found.points_milli) == (-80_000, -80_000)
    assert [(slot.slot, slot.reduced, slot.capped) for slot in found.slots] == [
        (2025, 30_000, 30_000),
        (2026, 90_000, 50_000),
    ]
    once = only({"per": "year", "measure": "once", "window_days": 800}, *this_year, fact(4, age=400))
    assert once.points_milli == -60_000
    bands = [{"start": 1, "points": 10}, {"start": 3, "points": 40}]
    counted = {"measure": "count", "points": None, "bands": bands, "per": "year", "year_cap": 2}
    assert only(counted, *this_year).points_milli == -10_000
    assert only(counted | {"window_days": 800}, *this_year, fact(4, age=400)).points_milli == -40_000


@pytest.mark.row("M7-01")
def test_points_by_result_take_the_gravest_word_and_decay() -> None:
    steps = [{"result": "fine", "points": 20}, {"result": "stoppage", "points": 50}]
    decay = {"table": [{"from_day": 0, "per_mille": 1000}, {"from_day": 100, "per_mille": 333}]}
    changes = {"points": None, "by_result": steps, "decay": decay}
    assert only(changes, fact(1, result="fine+stoppage")).points_milli == -50_000
    assert only(changes, fact(1, result="stoppage", age=100)).points_milli == -16_650
    assert only(changes, fact(1, result="other")).points_milli == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"measure": "exists", "points": None, "by_amount": [{"start": 0, "points": 1}]}, "分数用 points 写"),
        ({"measure": "distinct", "points": None, "bands": [{"start": 1, "points": 1}]}, "用 of 写明"),
        (
            {"measure": "distinct", "of": "item", "points": None, "bands": [{"start": 1, "points": 1}]},
            "至少要列出两种",
        ),
        ({"of": "year"}, "其余度量不写 of"),
        ({"per": "year", "measure": "latest"}, "只用于 each、once 和 count"),
        ({"year_cap": 3}, "须与 per: year 同时写"),
        (
            {"per": "year", "measure": "count", "points": None, "bands": [{"start": 1, "points": 1}]},
            "每年至多计几条",
        ),
        ({"points": None, "by_result": [{"result": "fine", "points": 1}] * 2}, "同一结果只能写一次"),
        ({"facts": {"items": ["evaluation"], "grades_of": OWN}}, "须同时写"),
        ({"facts": {"items": ["penalty"], "grades_of": OWN, "grades": ["D"]}}, "items 只写 evaluation"),
    ],
)
def test_a_measure_that_makes_no_sense_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    assert words in refused(**changes)


# ---- floors, starts, downgrades ---------------------------------------------------------------------


@pytest.mark.row("M7-01")
def test_floors_hold_for_indicator_family_and_model() -> None:
    merit = content()["indicators"][1]
    floored = model(indicators=[indicator(), merit | {"floor": 10}])
    assert grade(floored, fact(1)).contributions[1].points_milli == 10_000
    assert grade(floored, fact(1)).contributions[1].floor_hit
    assert grade(floored, fact(1, item=HONOUR)).contributions[1].points_milli == 25_000
    families = [content()["families"][0], content()["families"][1] | {"floor": 40}]
    assert grade(model(families=families), fact(1)).points_milli == 810_000
    least = model(scale=scale(min=300, start=310))
    assert grade(least, *(fact(number) for number in range(9))).points_milli == 300_000


@pytest.mark.row("M7-01")
def test_the_first_switch_whose_facts_are_there_fixes_the_start() -> None:
    base = {"facts": {"items": ["honour"]}, "basis": ceiling("x", "E")["basis"], "label": "有非经常性指标"}
    starts = [
        base | {"id": "young", "points": 900, "window_days": 30},
        base | {"id": "known", "points": 850},
    ]
    made = model(starts=starts, indicators=[indicator()], families=content()["families"][:1])
    assert grade(made, fact(1)).points_milli == 770_000
    found = grade(made, fact(1), fact(2, item=HONOUR, age=40))
    assert (found.points_milli, found.start and found.start.switch) == (820_000, "known")
    assert grade(made, fact(2, item=HONOUR, age=3)).points_milli == 900_000


def downgrade(key: str, levels: int, **changes: Any) -> dict[str, Any]:
    made = ceiling(key, "E", facts={"items": ["commitment"]}) | {"levels": levels} | changes
    del made["grade"]
    return made


@pytest.mark.row("M7-01")
def test_a_downgrade_lowers_the_grade_once_and_leaves_the_points() -> None:
    found = grade(
        model(downgrades=[downgrade("down", 1)]), fact(1, item=COMMITMENT), fact(2, item=COMMITMENT)
    )
    assert (found.points_milli, found.grade, found.decided_by) == (800_000, "C", "down")
    assert found.downgrades[0].records == (1, 2)


def test_downgrades_add_up_to_the_worst_grade_at_most() -> None:
    made = model(downgrades=[downgrade("first", 2), downgrade("second", 3)])
    assert grade(made, fact(1, item=COMMITMENT)).grade == "E"
    low = model(downgrades=[downgrade("first", 2)], scale=scale(start=10))
    found = grade(low, fact(1, item=COMMITMENT))
    assert (found.grade, found.decided_by) == ("E", None)


def test_a_ceiling_decides_only_where_it_is_stricter_than_the_downgrades() -> None:
    limit = ceiling("limit", "D", facts={"items": ["commitment"]})
    facts = fact(1, item=COMMITMENT)
    mild = grade(model(limits=[limit], downgrades=[downgrade("down", 1)]), facts)
    assert (mild.grade, mild.decided_by) == ("D", "limit")
    hard = grade(model(limits=[limit], downgrades=[downgrade("down", 3)]), facts)
    assert (hard.grade, hard.decided_by) == ("E", "down")


def test_a_downgrade_is_no_evidence() -> None:
    made = model(downgrades=[downgrade("down", 1)], evidence={"items": ["penalty"], "window_days": 30})
    found = grade(made, fact(1, item=COMMITMENT))
    assert (found.grade, found.decided_by, found.missing) == (None, None, True)


# ---- grades as facts --------------------------------------------------------------------------------


@pytest.mark.row("M7-01")
def test_a_grade_of_last_year_limits_this_year() -> None:
    carried = {"items": ["evaluation"], "grades_of": OWN, "grades": ["D", "E"]}
    limit = ceiling("carried", "C", facts=carried, calendar_years=[1, 1])
    made = model(limits=[limit], evidence={"items": ["penalty"], "window_days": 1825})
    given = Fact(record_id=9, item=EVALUATION, decided_on=date(2025, 4, 1), result=grade_word(OWN, "D"))
    assert grade(made, fact(1), given).grade == "C"
    assert grade(made, fact(1)).grade == "B"
    assert grade(made, fact(1, age=-30), given, as_of=date(2027, 1, 1)).grade == "B"


def test_the_grade_of_another_model_gives_points() -> None:
    facts = {"items": ["evaluation"], "grades_of": "credit/city-wide", "grades": ["A", "D"]}
    steps = [{"result": "A", "points": 0}, {"result": "D", "points": 60}]
    changes = {"points": None, "by_result": steps, "facts": facts, "measure": "latest"}
    word = grade_word("credit/city-wide", "D")
    assert word == "credit__city__wide__D"
    assert only(changes, fact(1, item=EVALUATION, result=word)).points_milli == -60_000
    assert only(changes, fact(1, item=EVALUATION, result="D")).uses == ()


def test_what_is_not_used_leaves_the_dump_and_the_digest_as_they_were() -> None:
    dumped = model().model_dump(mode="json")
    assert not {"starts", "downgrades"} & set(dumped)
    assert "min" not in dumped["scale"]
    assert not {"floor", "per", "of", "year_cap", "by_result", "skip_days"} & set(dumped["indicators"][0])
    assert model().digest == "sha256:3fff4f3c2e448d5f47f633f8efbdddb49f0b889794163e8e2a4f5d5d59b2940d"
    assert Decimal(model().indicators[0].floor) == 0


def test_a_window_is_told_in_words() -> None:
    words = {
        "30 天（最近 7 天不计）": {"window_days": 30, "skip_days": 7},
        "当年": {"calendar_years": [0, 0]},
        "上一年": {"calendar_years": [1, 1]},
        "当年和前 2 年": {"calendar_years": [2, 0]},
        "前第 3 年至前第 1 年": {"calendar_years": [3, 1]},
        "不限": {},
    }
    assert [Window.model_validate(each).span for each in words.values()] == list(words)


def test_a_stored_result_can_be_explained_without_its_records() -> None:
    base = {"facts": {"items": ["honour"]}, "basis": ceiling("x", "E")["basis"], "label": "有非经常性指标"}
    made = model(
        starts=[base | {"id": "switch", "points": 850}], downgrades=[downgrade("down", 1)], vetoes=[]
    )
    for facts in ([fact(1)], [fact(1), fact(2, item=HONOUR)], [fact(1, item=COMMITMENT)]):
        found = grade(made, *facts)
        again = rebuilt(
            made,
            points_milli=found.points_milli,
            grade=found.grade or "",
            decided_by=found.decided_by or "",
            contributions=[each.points_milli for each in found.contributions],
        )
        assert explain(made, again).steps == explain(made, found).steps
        assert explain(made, again).summary == explain(made, found).summary
