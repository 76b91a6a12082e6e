"""A back-test says what would have been found, and whether what was learnt still holds."""

from datetime import date

import numpy as np
import pytest
from tests.planning.histories import FIRST, FREEZE, history

from xinheng.core.refusal import Refusal
from xinheng.planning.backtest import backtest
from xinheng.planning.drift import Limits, Verdict
from xinheng.planning.figures import area_under_curve, found_in_first, precision_at, shift_index

LIMITS = Limits(
    shift_watch=100, shift_alarm=250, rate_watch=200, rate_alarm=500, order_watch=40, order_alarm=80
)


@pytest.mark.row("M8-09")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_city_that_stays_as_it_is_is_called_stable(seed: int) -> None:
    found = backtest(history(seed=seed), freeze=FREEZE, limits=LIMITS)
    assert found.drift.verdict is Verdict.STABLE, found.drift.reasons
    assert found.half["model"] > 0.65
    assert found.half["random"] == pytest.approx(0.5)
    assert abs(found.half["as_it_was"] - 0.5) < 0.1
    assert found.half["model"] > max(found.half["last_result"], found.half["as_it_was"])
    assert found.first[0].lift > 1.5
    assert found.earlier > 5


@pytest.mark.row("M8-09")
def test_bands_hold_every_visit_and_what_is_expected_grows_with_points() -> None:
    found = backtest(history(), freeze=FREEZE, limits=LIMITS)
    assert sum(band.visits for band in found.bands) == found.visits
    expected = [band.expected for band in found.bands]
    assert expected == sorted(expected)
    assert abs(found.bands[-1].expected - found.bands[-1].found) < 0.15


@pytest.mark.row("M8-09")
def test_many_more_failures_after_the_freeze_are_an_alarm() -> None:
    found = backtest(history(more_from=FREEZE), freeze=FREEZE, limits=LIMITS)
    assert found.drift.verdict is Verdict.DRIFT
    assert found.drift.rate_change > 0.5
    assert "不合格率由" in found.drift.reasons[0]


@pytest.mark.row("M8-09")
def test_causes_turned_round_after_the_freeze_are_an_alarm() -> None:
    found = backtest(history(turned_from=FREEZE), freeze=FREEZE, limits=LIMITS)
    assert found.drift.verdict is Verdict.DRIFT
    assert any("业态" in title for title in found.drift.broken)
    assert any("AUC" in reason for reason in found.drift.reasons)


def test_another_mix_of_enterprises_is_watched() -> None:
    found = history()
    keep = (found.days < FREEZE) | np.array([kind == "餐饮" for kind in found.columns["业态"]])
    drift = backtest(found.only(keep), freeze=FREEZE, limits=LIMITS).drift
    assert drift.verdict is not Verdict.STABLE
    assert drift.moved[0][0] == "业态"


def test_results_after_the_freeze_do_not_change_what_was_learnt() -> None:
    whole = history()
    turned = backtest(history(turned_from=FREEZE), freeze=FREEZE, limits=LIMITS).table
    assert turned.learnt.last_day < date.fromordinal(FREEZE).isoformat()
    assert turned.learnt.visits == int((whole.days < FREEZE).sum())


@pytest.mark.parametrize(("freeze", "code"), [(FIRST - 5, "PLN40"), (FIRST + 5000, "PLN40")])
def test_a_freeze_outside_the_history_is_refused(freeze: int, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        backtest(history(enterprises=60), freeze=freeze, limits=LIMITS)
    assert refusal.value.code == code


def test_one_result_after_the_freeze_is_refused() -> None:
    found = history()
    keep = (found.days < FREEZE) | (found.results == 0)
    with pytest.raises(Refusal) as refusal:
        backtest(found.only(keep), freeze=FREEZE, limits=LIMITS)
    assert refusal.value.code == "PLN41"


def test_figures_by_hand() -> None:
    failed, scores = np.array([1, 0, 1, 0]), np.array([9, 8, 7, 7])
    assert area_under_curve(failed, scores) == pytest.approx((2 + 0.5) / 4)
    assert found_in_first(failed, scores, 0.5) == pytest.approx(0.5)
    assert found_in_first(failed, np.zeros(4), 0.25) == pytest.approx(0.25)
    assert precision_at(failed, scores, 1) == pytest.approx(1.0)
    assert shift_index(np.array([50.0, 50.0]), np.array([50.0, 50.0])) == pytest.approx(0.0)
    assert area_under_curve(np.array([1, 1]), np.array([1, 2])) == 0.5
