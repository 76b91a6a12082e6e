"""Rates of visits with their intervals, what drawing by grade saved, and comparisons that hide small numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.visit_effect import Tally, compare, equal_share, saving, wilson

pytestmark = pytest.mark.row("M8-09")


@pytest.mark.parametrize(
    ("hits", "visits", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_that_of_wilson(hits: int, visits: int, low: float, high: float) -> None:
    """The last is Newcombe's worked example (1998), table I."""
    assert wilson(hits, visits) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500).flatmap(lambda visits: st.tuples(st.integers(0, visits), st.just(visits))))
def test_the_interval_holds_the_rate_and_stays_within_nought_and_one(counts: tuple[int, int]) -> None:
    hits, visits = counts
    low, high = wilson(hits, visits)
    assert 0 <= low <= high <= 1
    assert not visits or low - 1e-12 <= hits / visits <= high + 1e-12


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_one_rate_would_need_more_visits_to_find_as_much() -> None:
    """1000 good at 2 %, 100 bad at 50 %: one rate meets 6.36 % and needs 220 visits for the 14 found in 56."""
    found = {"a": Tally(50, 1), "e": Tally(26, 13)}
    told = saving(found, {"a": 1000, "e": 100}, minimum=20)
    assert told.base == Fraction(70, 1100)
    assert told.needed == 220
    assert told.saved == 220 - 76


def test_drawing_by_a_grade_that_tells_nothing_saves_nothing() -> None:
    told = saving({"a": Tally(20, 5), "e": Tally(80, 20)}, {"a": 900, "e": 100}, minimum=20)
    assert told.saved == 0


def test_a_band_with_few_visits_leaves_the_saving_unsaid() -> None:
    told = saving({"a": Tally(3, 0), "e": Tally(80, 20)}, {"a": 900, "e": 100}, minimum=20)
    assert (told.needed, told.saved, told.unknown) == (None, None, ("a",))
    assert saving({"a": Tally(30, 0)}, {"a": 900}, minimum=20).saved is None


def test_an_equal_share_spreads_the_same_visits() -> None:
    spread = equal_share(22, {"a": 1000, "e": 100})
    assert spread == {"a": 20, "e": 2}
    assert equal_share(5, {}) == {}


def test_an_officer_is_measured_against_the_strata_visited_and_not_against_all() -> None:
    """Who is sent to the risky finds more and stands apart from nobody."""
    risky = [(("x", "y"), "e", number < 20) for number in range(40)]
    calm = [(("z", "w"), "a", number < 1) for number in range(40)]
    rows = {row.name: row for row in compare([*risky, *calm], minimum=20).rows}
    assert rows["x"].expected == 20
    assert rows["x"].tally == Tally(40, 20)
    assert not any(row.apart for row in rows.values())


def test_who_finds_far_less_in_the_same_stratum_is_marked() -> None:
    blind = [(("x",), "e", False) for _ in range(40)]
    usual = [(("y",), "e", number % 2 == 0) for number in range(80)]
    rows = {row.name: row for row in compare([*blind, *usual], minimum=20).rows}
    assert rows["x"].apart


def test_small_numbers_are_counted_and_not_shown() -> None:
    found = compare([(("x",), "e", True), *[(("y",), "e", False)] * 20], minimum=20)
    assert [row.name for row in found.rows] == ["y"]
    assert found.hidden == 1
