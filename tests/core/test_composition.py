"""Models that read each other's grades, and what in a model would burden without a ground."""

from typing import Any

import pytest
from tests.core.examples import ceiling, content, indicator, model

from xinheng.core.composition import composition_causes
from xinheng.core.model_check import model_causes
from xinheng.core.models import ScoringModel


def reads(model_id: str, *others: str, grades: str = "D", **window: Any) -> ScoringModel:
    limits = [
        ceiling(
            f"limit{place}",
            "C",
            facts={"items": ["evaluation"], "grades_of": other, "grades": list(grades)},
            **window,
        )
        for place, other in enumerate(others)
    ]
    return model(
        id=model_id, title=model_id, limits=limits, evidence={"items": ["penalty"], "window_days": 365}
    )


def causes(*models: ScoringModel) -> list[str]:
    return [cause for _, _, cause in composition_causes({each.id: each for each in models})]


def own(**changes: Any) -> str:
    return "\n".join(f"{place}：{cause}" for place, cause in model_causes(model(**changes)))


@pytest.mark.row("M7-01")
def test_models_may_read_each_other_in_one_direction() -> None:
    assert causes(reads("a/one", "b/two"), reads("b/two", "c/three"), reads("c/three")) == []


@pytest.mark.row("M7-01")
def test_a_circle_is_refused_by_the_names_in_it() -> None:
    found = causes(reads("a/one", "b/two"), reads("b/two", "c/three"), reads("c/three", "a/one"))
    assert found == ["模型互相引用等级，成了循环：“a/one” → “b/two” → “c/three” → “a/one”"]


def test_grades_of_days_past_make_no_circle() -> None:
    assert causes(reads("a/one", "b/two"), reads("b/two", "a/one", calendar_years=[1, 1])) == []


def test_an_unknown_model_and_an_unknown_grade_are_named() -> None:
    assert causes(reads("a/one", "b/none")) == ["没有模型“b/none”；已有的模型：a/one"]
    assert causes(reads("a/one", "b/two", grades="X"), reads("b/two")) == ["模型“b/two”没有等级“X”"]


def test_a_model_whose_grades_do_not_fit_into_a_record_cannot_be_read() -> None:
    long = f"a/{'long' * 12}"
    assert "过长" in causes(reads("b/two", long), reads(long))[0]


def test_two_models_with_one_result_word_are_refused() -> None:
    assert "结果词会相同" in causes(reads("a-b/c"), reads("a/b-c"))[0]


@pytest.mark.row("M7-01")
@pytest.mark.parametrize(
    ("window", "sound"),
    [
        ({}, False),
        ({"window_days": 365}, False),
        ({"calendar_years": [1, 0]}, False),
        ({"calendar_years": [2, 1]}, True),
        ({"window_days": 730, "skip_days": 1}, True),
    ],
)
def test_a_model_reads_its_own_grade_of_days_past_alone(window: dict[str, Any], sound: bool) -> None:
    found = model_causes(reads("food/example", "food/example", **window))
    assert (not [cause for _, cause in found if "已过去的日期" in cause]) is sound


def test_an_earlier_grade_is_no_evidence_for_the_next() -> None:
    made = reads("food/example", "food/example", calendar_years=[1, 1])
    assert model_causes(made) == ()
    bare = made.model_copy(update={"evidence": model().evidence})
    assert any("永远不算信息不足" in cause for _, cause in model_causes(bare))


# ---- floors and sums --------------------------------------------------------------------------------

LAWFUL, MERIT = content()["families"]
PENALTY, HONOUR = content()["indicators"]
RISK = {
    "max": 100,
    "start": 0,
    "bands": [{"grade": "A", "label": "低", "start": 0}, {"grade": "B", "label": "高", "start": 50}],
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicators": [PENALTY | {"floor": 5}, HONOUR]}, "不得写保底分"),
        ({"families": [LAWFUL | {"floor": 5}, MERIT]}, "不得写保底分"),
        ({"indicators": [PENALTY, HONOUR | {"floor": 80}]}, "高于封顶分"),
        ({"kind": "warning", "scale": RISK | {"min": 0, "start": 20}, "vetoes": []}, ""),
        ({"kind": "warning", "scale": RISK | {"min": 10, "start": 20}, "vetoes": []}, "不得写最低分"),
        (
            {
                "kind": "warning",
                "scale": RISK,
                "families": [LAWFUL, MERIT | {"floor": 5}],
                "indicators": [PENALTY, HONOUR],
                "vetoes": [],
            },
            "不得写保底分",
        ),
    ],
)
def test_nobody_bears_a_burden_without_a_ground(changes: dict[str, Any], words: str) -> None:
    found = own(**changes)
    assert words in found if words else "最低分" not in found


def test_a_floor_that_helps_is_sound() -> None:
    assert own(families=[LAWFUL, MERIT | {"floor": 5}], indicators=[PENALTY, HONOUR | {"floor": 5}]) == ""


@pytest.mark.parametrize("part", ["vetoes", "limits", "downgrades"])
def test_objecting_never_lowers_a_grade(part: str) -> None:
    rule = ceiling("objected", "E", facts={"items": ["objection"]})
    if part == "downgrades":
        rule = {key: value for key, value in rule.items() if key != "grade"} | {"levels": 1}
    assert "提出异议是主体的权利" in own(**{part: [rule]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"per": "year", "year_cap": 0}, "每年封顶为 0"),
        ({"per": "year", "year_cap": 200}, "高于指标封顶"),
        ({"per": "year", "window_days": 5000}, "至多 10 年"),
        (
            {"points": None, "measure": "amount", "bands": [{"start": 10**13, "points": 3}]},
            "分档起点过大",
        ),
        ({"points": None, "by_result": [{"result": "fine", "points": 0}]}, "分值全是 0"),
    ],
)
def test_years_results_and_sums_are_bounded(changes: dict[str, Any], words: str) -> None:
    assert words in own(indicators=[indicator(**changes), HONOUR])


def test_switches_and_downgrades_must_have_an_effect() -> None:
    switch = {key: value for key, value in ceiling("switch", "E").items() if key != "grade"}
    assert "不起作用" in own(starts=[switch | {"points": 800}])
    assert "之间" in own(starts=[switch | {"points": 1200}])
    assert "标识“switch”重复" in own(starts=[switch | {"points": 700}] * 2)
