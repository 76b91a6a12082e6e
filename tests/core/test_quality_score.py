"""Rates of deliveries as cities are rated by them, and the score of seven dimensions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.catalogue import Item
from xinheng.core.quality_score import (
    CODES_OF,
    Dimension,
    Rate,
    Sample,
    Tally,
    lateness_of,
    ranking,
    score_of,
)

EVEN = dict.fromkeys(Dimension, 100)
PERMIT, PENALTY = Item.PERMIT.value, Item.PENALTY.value


@pytest.mark.row("M2-06")
def test_the_published_figures_of_qinghai_come_out() -> None:
    """February 2024: 128,854 rows reported and stored; 3.6 % of 9,220 permits and 0.08 % of 119,634 penalties late."""
    permits = Tally(accepted=9_220, timed=9_220, late=332)
    penalties = Tally(accepted=119_634, timed=119_634, late=96)
    assert (permits + penalties).reported == 128_854
    assert (permits + penalties).compliance.written == "100.00%"
    late = lateness_of({PERMIT: permits, PENALTY: penalties})
    assert (late.permit.written, late.penalty.written) == ("3.60%", "0.08%")
    assert late.whole.written == "0.33%"
    assert (permits + penalties).punctuality.written == "99.67%"


def test_lateness_of_other_items_counts_in_the_whole_alone() -> None:
    late = lateness_of({PERMIT: Tally(accepted=1, timed=1), 12: Tally(accepted=1, timed=1, late=1)})
    assert (late.permit.part, late.penalty.known, late.whole.per_mille) == (0, False, 500)


def test_what_was_known_already_is_no_new_report() -> None:
    tally = Tally(accepted=10, returned=10, repeated=980)
    assert tally.reported == 20
    assert tally.compliance.written == "50.00%"


@pytest.mark.row("M2-05")
def test_a_row_adopted_by_a_person_did_not_pass_at_first() -> None:
    tally = Tally(accepted=9, adopted=2, returned=1)
    assert tally.first_pass.per_mille == 700
    assert tally.compliance.per_mille == 900


def test_wrong_codes_and_how_many_were_put_right() -> None:
    tally = Tally(accepted=190, returned=10, wrong_codes=8, corrected_codes=6)
    assert (tally.code_errors.written, tally.code_corrections.written) == ("4.00%", "75.00%")


def test_look_ups_give_the_rates_of_concealment_and_error() -> None:
    sample = Sample(100, 3, 0) + Sample(100, 0, 5)
    assert (sample.concealment.written, sample.error.written) == ("1.50%", "2.50%")


def test_without_a_whole_there_is_no_rate() -> None:
    assert Rate(0, 0).written == "—"
    assert Rate(0, 0).per_mille is None
    assert not Rate(0, 0).above(0)


def test_the_threshold_itself_is_not_above_it() -> None:
    assert not Rate(500, 1000).above(500)
    assert Rate(501, 1000).above(500)
    assert Rate(50_001, 100_000).above(500)


@pytest.mark.row("X-11")
def test_a_score_has_seven_dimensions_and_its_weights() -> None:
    assert len(Dimension) == 7
    tally = Tally(accepted=80, returned=20, timed=100, late=10, incomplete=20, repeated=100)
    score = score_of(tally, Rate(1, 2), weights=EVEN)
    shares = {part.dimension: part.rate.per_mille for part in score.parts}
    assert shares[Dimension.COMPLETE] == 800
    assert shares[Dimension.UNIQUE] == 500
    assert shares[Dimension.TIMELY] == 900
    assert shares[Dimension.COVERING] == 500
    assert score.tenths == round((800 + 1000 * 3 + 500 + 900 + 500) / 7)
    assert score.written == "81.4"
    weakest = score.weakest
    assert weakest is not None
    assert weakest.dimension is Dimension.UNIQUE


@pytest.mark.row("X-11")
def test_a_dimension_that_was_not_measured_weighs_nothing() -> None:
    score = score_of(Tally(accepted=10), Rate(0, 0), weights=EVEN)
    assert score.tenths == 1000
    assert [part.dimension for part in score.parts if part.points is None] == [
        Dimension.TIMELY,
        Dimension.COVERING,
    ]
    assert score_of(Tally(), Rate(0, 0), weights=EVEN).tenths is None
    assert score_of(Tally(), Rate(0, 4), weights=EVEN).tenths == 0


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 5_000))
def test_more_defects_never_raise_a_score(accepted: int, returned: int, more: int) -> None:
    before = Tally(accepted=accepted + 1, returned=returned + more, inaccurate=returned)
    after = Tally(accepted=accepted + 1, returned=returned + more, inaccurate=returned + more)
    best, worse = (score_of(tally, Rate(1, 1), weights=EVEN).tenths for tally in (before, after))
    assert best is not None
    assert worse is not None
    assert 0 <= worse <= best <= 1000


@pytest.mark.row("X-11")
def test_equal_scores_share_a_place() -> None:
    good, poor = (
        score_of(Tally(accepted=n, returned=r, inaccurate=r), Rate(1, 1), weights=EVEN)
        for n, r in ((9, 0), (5, 5))
    )
    none = score_of(Tally(), Rate(0, 0), weights=EVEN)
    found = ranking({"a": poor, "b": good, "c": good, "d": none})
    assert [(one.key, one.place) for one in found] == [("b", 1), ("c", 1), ("a", 3), ("d", None)]


@pytest.mark.row("X-11")
def test_a_defect_counts_in_one_dimension_alone() -> None:
    named = [code for codes in CODES_OF.values() for code in codes]
    assert len(named) == len(set(named))
