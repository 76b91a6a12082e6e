"""Who is under supervision without a recent grade: none at all, one too old; sole traders are not asked for (G1)."""

from datetime import timedelta

import pytest
from tests.people import TODAY, People
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.services.result_age import since, without_result
from xinheng.store.models import EvaluationRun, Subject

MODEL = "food/food-operators"


@pytest.fixture
def rows(people: People) -> Rows:
    return Rows(people)


def _operator(rows: Rows, **given: object) -> Subject:
    return rows.subject(**{"sector": "food", "status": "active", **given})


def _graded(rows: Rows, subject: Subject, run: EvaluationRun) -> None:
    rows.score(subject=subject, run=run, line=run)


@pytest.mark.row("M8-01")
def test_who_has_no_grade_younger_than_the_term_is_found(rows: Rows, policy: Policy) -> None:
    run = rows.run(model=MODEL, current=True, trial=False, as_of=TODAY)
    graded, ungraded = _operator(rows), _operator(rows)
    _graded(rows, graded, run)
    _operator(rows, status="cancelled")
    _operator(rows, sector="culture_tourism")
    assert list(without_result("food", policy=policy, on=TODAY)) == [ungraded]
    first = since(policy, on=TODAY)
    assert first is not None
    EvaluationRun.objects.update(as_of=first)
    assert list(without_result("food", policy=policy, on=TODAY)) == [ungraded]
    EvaluationRun.objects.update(as_of=first - timedelta(days=1))
    assert set(without_result("food", policy=policy, on=TODAY)) == {graded, ungraded}


def test_a_trial_and_the_model_of_another_field_count_for_nobody(rows: Rows, policy: Policy) -> None:
    subject = _operator(rows)
    _graded(rows, subject, rows.run(model="general/trial", current=True, trial=True, as_of=TODAY))
    assert list(without_result("food", policy=policy, on=TODAY)) == [subject]


@pytest.mark.guard("G1")
def test_a_sole_trader_needs_no_grade(rows: Rows, policy: Policy) -> None:
    _operator(rows, kind="sole_trader")
    assert not without_result("food", policy=policy, on=TODAY).exists()
