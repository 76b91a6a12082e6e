"""What was known before a day: never that day, never later."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.planning.past import Past

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(700_000, 700_040), st.integers(0, 1)), min_size=1, max_size=40
)


def past(rows: list[tuple[int, int, int]], *, half_lives: tuple[int, ...] = (0, 10)) -> Past:
    keys, days, failed = (np.array(side, dtype=np.int64) for side in zip(*rows, strict=True))
    return Past(keys, days, failed, half_lives=half_lives)


@pytest.mark.row("M8-02")
@given(ROWS, st.integers(0, 4), st.integers(699_999, 700_042))
def test_answers_agree_with_counting_the_earlier_rows_one_by_one(
    rows: list[tuple[int, int, int]], key: int, day: int
) -> None:
    known = past(rows).at(np.array([key]), np.array([day]))
    before = sorted((on, bad) for who, on, bad in rows if who == key and on < day)
    failures = [on for on, bad in before if bad]
    assert known.visits()[0] == len(before)
    assert known.failures()[0] == len(failures)
    since = known.days_since(np.array([day]))[0]
    assert since == day - before[-1][0] if before else np.isnan(since)
    bad_since = known.days_since_failure(np.array([day]))[0]
    assert bad_since == day - failures[-1] if failures else np.isnan(bad_since)
    later = [on for on, _ in before if not failures or on > failures[-1]]
    assert known.clean_since_failure()[0] == len(later)
    weights = [0.5 ** ((day - on) / 10) for on, _ in before]
    bad = sum(weight for weight, (_, one) in zip(weights, before, strict=True) if one)
    rate = known.rate(np.array([day]), half_life=10, base=0.2, weight=2.0)[0]
    assert rate == pytest.approx((bad + 0.4) / (sum(weights) + 2.0))


def test_nothing_is_known_of_an_empty_history() -> None:
    none = np.zeros(0, dtype=np.int64)
    known = Past(none, none, none).at(np.array([0]), np.array([700_000]))
    assert known.visits()[0] == 0
    assert np.isnan(known.days_since_failure(np.array([700_000]))[0])
    assert known.rate(np.array([700_000]), half_life=0, base=0.3, weight=1.0)[0] == pytest.approx(0.3)
