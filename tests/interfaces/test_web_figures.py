"""How numbers and days are written."""

from datetime import date

import pytest

from xinheng.interfaces.web.figures import (
    count,
    day,
    long_day,
    per_mille,
    percent,
    points,
    points_full,
    signed_points,
    yuan,
)


def test_points_keep_three_places_or_drop_needless_zeros() -> None:
    assert points_full(742_500) == "742.500"
    assert points(742_500) == "742.5"
    assert points(600_000) == "600"
    assert points(0) == "0"


def test_changes_of_points_carry_their_sign() -> None:
    assert signed_points(12_500) == "+12.5"
    assert signed_points(-30_000) == "−30"
    assert signed_points(-1) == "−0.001"
    assert signed_points(0) == "0"


def test_money_is_exact_for_amounts_beyond_floating_point() -> None:
    assert yuan(9_007_199_254_740_993_01) == "9,007,199,254,740,993.01 元"
    assert yuan(-5) == "−0.05 元"


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(1, 3, "33.3%"), (2, 3, "66.7%"), (1, 2000, "0.1%"), (0, 5, "0.0%"), (5, 5, "100.0%"), (0, 0, "—")],
)
def test_shares_round_half_up_and_need_a_whole(part: int, whole: int, written: str) -> None:
    assert percent(part, whole) == written


def test_an_unknown_ratio_is_not_a_zero() -> None:
    assert per_mille(None) == "待确认"
    assert per_mille(0) == "0.0%"
    assert per_mille(15) == "1.5%"
    assert per_mille(50) == "5.0%"


def test_days_are_short_in_tables_and_long_in_letters() -> None:
    assert day(date(2026, 1, 5)) == "2026-01-05"
    assert long_day(date(2026, 1, 5)) == "2026年1月5日"
    assert day(None) == "—"
    assert count(12_408) == "12,408"
