"""An incentive is looked at once a year by one person and confirmed by another; it ends with its ground or with the review."""

from datetime import timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.measure_cases import Measures, make_measures
from tests.services.test_measures import repair

from xinheng.core.policy import Policy
from xinheng.services.incentive_reviews import (
    confirm_incentive_review,
    due_reviews,
    review_incentive,
    waiting_reviews,
)
from xinheng.store.models import (
    FairReview,
    IncentiveReview,
    LedgerEvent,
    MeasureApplied,
    MeasureTask,
    Record,
)

pytestmark = pytest.mark.row("M10-06")
YEAR = timedelta(days=365)


@pytest.fixture
def measures(people: People, policy: Policy, home: object) -> Measures:
    made = make_measures(people, policy)
    made.reviewed()
    return made


@pytest.fixture
def incentive(measures: Measures) -> MeasureApplied:
    return measures.granted()


def due(measures: Measures, *, days: int) -> list[tuple[str, bool]]:
    """What is due so many days after the year is over, and whether it is late."""
    on = TODAY + YEAR + timedelta(days=days)
    found = due_reviews([measures.people.market.pk], policy=measures.policy, on=on)
    return [(one.incentive.public_id, one.late(on)) for one in found]


def by(measures: Measures, **given: object) -> dict[str, object]:
    return {"actor": measures.people.wang, "policy": measures.policy, "now": NOW + YEAR} | given


def reviewed(measures: Measures, incentive: MeasureApplied, *, keep: bool = True) -> IncentiveReview:
    return review_incentive(incentive.public_id, keep=keep, finding="荣誉仍在有效期", **by(measures))  # type: ignore[arg-type]


def test_an_incentive_is_due_before_its_year_is_over_and_late_after_it(
    measures: Measures, incentive: MeasureApplied
) -> None:
    assert due(measures, days=-60) == []
    assert due(measures, days=-10) == [(incentive.public_id, False)]
    assert due(measures, days=1) == [(incentive.public_id, True)]
    assert due_reviews([], policy=measures.policy, on=TODAY + YEAR) == []


def test_who_reviewed_does_not_confirm_and_a_kept_incentive_is_due_in_another_year(
    measures: Measures, incentive: MeasureApplied
) -> None:
    assert code_of(review_incentive, incentive.public_id, keep=True, finding=" ", **by(measures)) == "IR2"
    review = reviewed(measures, incentive)
    assert code_of(reviewed, measures, incentive) == "IR3"
    assert not waiting_reviews([measures.people.market.pk], measures.people.wang).exists()
    assert list(waiting_reviews([measures.people.market.pk], measures.people.zhao)) == [review]
    confirm = {"agree": True, "why": ""}
    assert code_of(confirm_incentive_review, review.public_id, **confirm, **by(measures)) == "IR6"
    zhao = by(measures, actor=measures.people.zhao)
    confirm_incentive_review(review.public_id, **confirm, **zhao)  # type: ignore[arg-type]
    assert code_of(confirm_incentive_review, review.public_id, **confirm, **zhao) == "IR5"
    assert due(measures, days=1) == []
    assert due(measures, days=360) == [(incentive.public_id, False)]
    incentive.refresh_from_db()
    assert incentive.ended_at is None


def test_a_review_that_is_sent_back_leaves_the_incentive_due(
    measures: Measures, incentive: MeasureApplied
) -> None:
    review = reviewed(measures, incentive, keep=False)
    zhao = by(measures, actor=measures.people.zhao)
    assert code_of(confirm_incentive_review, review.public_id, agree=False, why=" ", **zhao) == "IR7"
    confirm_incentive_review(review.public_id, agree=False, why="证据不足", **zhao)  # type: ignore[arg-type]
    assert due(measures, days=1) == [(incentive.public_id, True)]
    assert reviewed(measures, incentive).confirmed is None


def test_an_incentive_found_deserved_no_more_ends_with_the_confirmation_and_everybody_is_told(
    measures: Measures, incentive: MeasureApplied
) -> None:
    review = reviewed(measures, incentive, keep=False)
    incentive.refresh_from_db()
    assert incentive.ended_at is None
    zhao = by(measures, actor=measures.people.zhao)
    confirm_incentive_review(review.public_id, agree=True, why="", **zhao)  # type: ignore[arg-type]
    incentive.refresh_from_db()
    assert (incentive.end_cause, incentive.decision.state) == ("withdrawn", "ended")
    assert MeasureTask.objects.filter(measure=incentive, kind="stop", organisation=measures.housing).exists()
    assert LedgerEvent.objects.filter(kind="incentive.ended").count() == 1
    assert due(measures, days=1) == []


@pytest.mark.guard("G9")
def test_an_incentive_whose_ground_ended_waits_for_no_review(
    measures: Measures, incentive: MeasureApplied
) -> None:
    review = reviewed(measures, incentive)
    honour = Record.objects.get(record_key=incentive.ground_key, known_until__isnull=True)
    repair(honour, measures, "withdraw")
    assert due(measures, days=1) == []
    assert not waiting_reviews([measures.people.market.pk], measures.people.zhao).exists()
    zhao = by(measures, actor=measures.people.zhao)
    assert code_of(confirm_incentive_review, review.public_id, agree=True, why="", **zhao) == "IR5"
    assert code_of(reviewed, measures, incentive) == "IR1"


@pytest.mark.guard("G12")
def test_an_incentive_without_a_fair_competition_review_is_not_kept(
    measures: Measures, incentive: MeasureApplied
) -> None:
    FairReview.objects.update(result="blocked")
    assert code_of(reviewed, measures, incentive) == "FR6"
    assert reviewed(measures, incentive, keep=False).keep is False
