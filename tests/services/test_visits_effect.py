"""The effect of visits: what took place is counted, once, and nothing else."""

from fractions import Fraction

import pytest
from tests.people import NOW, TODAY, People
from tests.services.past_visits import PastVisits
from tests.store.visit_rows import rating, visit

from xinheng.core.policy import Policy
from xinheng.core.visit_effect import Tally
from xinheng.services.visits_effect import Effect, Scope, compare_officers, effect_of, years_of
from xinheng.store.models import Record, Subject

pytestmark = [pytest.mark.django_db, pytest.mark.row("M8-09")]


@pytest.fixture
def past(people: People) -> PastVisits:
    return PastVisits(people)


def _effect(past: PastVisits, policy: Policy) -> Effect:
    return effect_of(Scope({past.organ.pk}, 2026), policy=policy, on=TODAY)


def _visits(past: PastVisits) -> None:
    """1000 good, 100 bad: of 20 good one fails, of 20 bad ten do."""
    draw = past.draw(a=1000, e=100)
    for number in range(20):
        past.make(draw, "a", failed=number < 1)
        past.make(draw, "e", failed=number < 10)


def test_findings_are_counted_by_band_against_what_one_rate_would_do(
    past: PastVisits, policy: Policy
) -> None:
    _visits(past)
    found = _effect(past, policy)
    good, bad = found.bands
    assert (good.name, good.population, good.made, good.tally) == ("a档", 1000, 20, Tally(20, 1))
    assert (bad.made, bad.tally) == (20, Tally(20, 10))
    assert good.equal == Fraction(40 * 1000, 1100)
    assert good.equal + bad.equal == found.made == 40
    assert found.saving.base == Fraction(100, 1100)
    assert found.saving.needed == 121
    assert found.saving.saved == 81


def test_a_visit_that_did_not_take_place_is_not_counted(past: PastVisits, policy: Policy) -> None:
    visit(past.rows, organisation=past.organ)
    found = _effect(past, policy)
    assert (found.made, found.bands, found.visited) == (0, (), {})
    assert found.saving.saved is None


def test_a_result_that_waits_or_was_withdrawn_is_no_finding(past: PastVisits, policy: Policy) -> None:
    draw = past.draw(a=10)
    past.make(draw, "a", failed=None)
    gone = past.make(draw, "a", failed=True)
    Record.objects.filter(record_key=gone.record_key).update(known_until=NOW.replace(year=2027))
    (band,) = _effect(past, policy).bands
    assert (band.made, band.tally) == (2, Tally())


def test_few_results_leave_the_saving_unsaid(past: PastVisits, policy: Policy) -> None:
    past.make(past.draw(a=10), "a", failed=True)
    assert _effect(past, policy).saving.unknown == ("a",)


def test_an_enterprise_under_two_codes_was_visited_twice(past: PastVisits, policy: Policy) -> None:
    kept, gone = past.rows.subject(), past.rows.subject()
    Subject.objects.filter(pk=gone.pk).update(merged_into=kept)
    for firm in (kept, gone, past.rows.subject()):
        past.make(past.draw(a=10), "a", failed=False, subject=firm)
    assert _effect(past, policy).visited == {2: 1, 1: 1}


def test_ceilings_are_kept_or_passed_for_a_reason(past: PastVisits, policy: Policy) -> None:
    draw = past.draw(a=10)
    past.make(draw, "a", failed=False)
    past.make(draw, "a", failed=False, number=2, beyond="complaint")
    found = _effect(past, policy)
    assert (found.made, found.within, found.beyond) == (2, 1, {"complaint": 1})


def test_a_mean_of_few_ratings_is_not_given(past: PastVisits, policy: Policy) -> None:
    draw = past.draw(a=10)
    for number in range(4):
        rating(past.rows, visit=past.make(draw, "a", failed=False), stars=number + 1)
    (one,) = _effect(past, policy).ratings
    assert (one.rated, one.stars) == (4, None)
    rating(past.rows, visit=past.make(draw, "a", failed=False), stars=5)
    (one,) = _effect(past, policy).ratings
    assert (one.rated, one.stars) == (5, 3)


def test_officers_are_compared_within_strata_and_few_visits_are_hidden(
    past: PastVisits, policy: Policy
) -> None:
    draw = past.draw(a=1000, e=100)
    for number in range(20):
        past.make(draw, "a", failed=False, team=("C1", "C2"))
        past.make(draw, "e", failed=number < 10, team=("C3", "C4"))
    past.make(draw, "e", failed=True, team=("C5", "C6"))
    found = compare_officers(Scope({past.organ.pk}, 2026), policy=policy, on=TODAY)
    rows = {row.name: row for row in found.rows}
    assert rows["C3"].expected == 20 * Fraction(11, 21)
    assert not rows["C1"].apart and not rows["C3"].apart
    assert found.hidden == 2


def test_another_organ_another_year_and_another_line_are_apart(
    past: PastVisits, people: People, policy: Policy
) -> None:
    _visits(past)
    for scope in (
        Scope({people.city.pk}, 2026),
        Scope({past.organ.pk}, 2025),
        Scope({past.organ.pk}, 2026, "drugs"),
    ):
        assert effect_of(scope, policy=policy, on=TODAY).made == 0
    assert years_of({past.organ.pk}) == [2026]
