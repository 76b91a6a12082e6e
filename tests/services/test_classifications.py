"""The yearly classification: numbers of each grade by county, sole traders without grades, published once by another."""

import pytest
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.refusal import Refusal
from xinheng.services.classifications import counts_of, draw_up, publish
from xinheng.store.models import Classification, EvaluationRun, PublicClassification

MODEL = "food/food-operators"


@pytest.fixture
def run(people: People) -> EvaluationRun:
    rows = Rows(people)
    run = rows.run(current=True, published=True)
    for county, kind, grade in (
        ("410202", "enterprise", "A"),
        ("410202", "enterprise", "A"),
        ("410202", "enterprise", ""),
        ("410202", "sole_trader", "E"),
        ("410203", "enterprise", "D"),
    ):
        subject = rows.subject(kind=kind, division_code=county)
        rows.score(run=run, line=run, subject=subject, grade=grade)
    return run


@pytest.mark.row("M8-07")
@pytest.mark.guard("G1")
def test_grades_are_counted_by_county_and_sole_traders_without_one(run: EvaluationRun) -> None:
    first, second = counts_of(run)
    assert first == {
        "county": "410202",
        "grades": {"A": 2, "B": 0, "C": 0, "D": 0, "E": 0},
        "ungraded": 1,
        "sole_traders": 1,
    }
    assert second["grades"]["D"] == 1


@pytest.mark.row("M8-07")
def test_another_person_publishes_and_only_once_a_year(run: EvaluationRun, people: People) -> None:
    made = draw_up(MODEL, actor=people.wang, now=NOW)
    assert (made.year, made.as_of) == (2026, TODAY)
    assert not PublicClassification.objects.exists()
    with pytest.raises(Refusal) as own:
        publish(made.pk, actor=people.wang, now=NOW)
    assert own.value.code == "CLASS-SECOND"
    second = draw_up(MODEL, actor=people.wang, now=NOW)
    publish(made.pk, actor=people.zhao, now=NOW)
    assert PublicClassification.objects.get().counts[0]["sole_traders"] == 1
    with pytest.raises(Refusal) as twice:
        publish(second.pk, actor=people.zhao, now=NOW)
    assert twice.value.code == "CLASS-TWICE"
    with pytest.raises(Refusal) as anew:
        draw_up(MODEL, actor=people.wang, now=NOW)
    assert anew.value.code == "CLASS-TWICE"


@pytest.mark.guard("G4")
@pytest.mark.parametrize("change", [{"published": False}, {"published": False, "trial": True}])
def test_what_is_not_published_gives_no_public_figure(
    run: EvaluationRun, people: People, change: dict[str, bool]
) -> None:
    EvaluationRun.objects.update(**change)
    with pytest.raises(Refusal) as refused:
        draw_up(MODEL, actor=people.wang, now=NOW)
    assert refused.value.code == "CLASS-RUN"


def test_what_was_counted_before_newer_results_is_not_published(run: EvaluationRun, people: People) -> None:
    made = draw_up(MODEL, actor=people.wang, now=NOW)
    EvaluationRun.objects.update(current=False)
    with pytest.raises(Refusal) as stale:
        publish(made.pk, actor=people.zhao, now=NOW)
    assert stale.value.code == "CLASS-STALE"
    assert Classification.objects.get().published_at is None
