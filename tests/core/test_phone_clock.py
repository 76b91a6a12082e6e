"""A moment of a phone counts as corrected, and not at all where its clock was set anew in between."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.phone_clock import LEEWAY, PhoneTime, check_clock
from xinheng.core.refusal import Refusal

pytestmark = pytest.mark.row("M8-04")
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECONDS = st.integers(min_value=-(10**8), max_value=10**8).map(lambda one: timedelta(seconds=one))


@given(SECONDS)
def test_whatever_the_clock_showed_the_moment_is_the_same(offset: timedelta) -> None:
    time = PhoneTime(at=AT - offset, offset=offset)
    check_clock(time, offset_now=offset)
    assert time.counted == AT


@given(SECONDS, SECONDS)
def test_a_clock_set_anew_is_refused_unless_the_time_was_written_by_hand(
    then: timedelta, now: timedelta
) -> None:
    if abs(then - now) > LEEWAY:
        with pytest.raises(Refusal) as refused:
            check_clock(PhoneTime(at=AT, offset=then), offset_now=now)
        assert refused.value.code == "VC1"
    by_hand = PhoneTime(at=AT, offset=then, by_hand=True)
    check_clock(by_hand, offset_now=now)
    assert by_hand.counted == AT
