"""What two platforms may exchange, when it goes again, and in what their holdings differ."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people import NOW

from xinheng.core.policy import Policy
from xinheng.core.reconciliation import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Flag,
    Held,
    blocks_of,
    differences,
    goes_since,
    is_overdue,
    lines_apart,
    next_try,
    refuse_item,
)
from xinheng.core.refusal import Refusal


def held(n: int, *, flag: Flag = Flag.STANDING, item: str = "penalty", body: str = "aa") -> Held:
    return Held(n, f"mark{n:012}", item, flag, body if flag is Flag.STANDING else "")


@pytest.mark.row("M2-12")
@given(st.lists(st.integers(1, 5_000), unique=True), st.randoms())
def test_both_sides_find_the_same_blocks_whatever_the_order(numbers: list[int], chance: object) -> None:
    rows = [held(n, item="penalty" if n % 2 else "permit") for n in numbers]
    shuffled = sorted(rows, key=lambda row: row.mark[::-1])
    assert blocks_of(rows) == blocks_of(shuffled)
    assert differences(blocks_of(rows), blocks_of(shuffled)) == []
    assert sum(block.standing for block in blocks_of(rows)) == len(rows)


@pytest.mark.row("M2-12")
@given(st.integers(1, 3_000), st.sampled_from(["gone", "ended", "words"]))
def test_one_record_that_differs_is_found_in_its_block(wrong: int, how: str) -> None:
    ours = [held(n) for n in range(1, 3_001)]
    theirs = [
        {"gone": None, "ended": held(n, flag=Flag.RETURNED), "words": held(n, body="bb")}[how]
        if n == wrong
        else row
        for n, row in enumerate(ours, start=1)
    ]
    kept = [row for row in theirs if row is not None]
    found = differences(blocks_of(ours), blocks_of(kept))
    assert [(one.first, one.last) for one in found] == [
        ((wrong - 1) // 1000 * 1000 + 1, (wrong + 999) // 1000 * 1000)
    ]
    assert found[0].lacking == (0 if how == "words" else 1)
    apart = lines_apart(ours, kept)
    assert [(line.n, line.other_words) for line in apart] == [(wrong, how == "words")]


@pytest.mark.row("M2-12")
def test_who_holds_what_has_ended_here_is_seen() -> None:
    ours = [held(1, flag=Flag.ENDED, item="")]
    found = lines_apart(ours, [held(1)])
    assert (found[0].ours, found[0].theirs) == (Flag.ENDED, Flag.STANDING)
    assert [one.lacking for one in differences(blocks_of(ours), blocks_of([held(1)]))] == [0, -1]


@pytest.mark.row("M2-12")
def test_each_wait_is_longer_than_the_one_before_up_to_a_day() -> None:
    waits = [next_try(attempt, now=NOW) - NOW for attempt in range(1, 40)]
    assert waits[0] == FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert not is_overdue(NOW, hours=24, now=NOW + timedelta(hours=24))
    assert is_overdue(NOW, hours=24, now=NOW + timedelta(hours=24, seconds=1))


@pytest.mark.row("M2-12")
def test_the_first_day_of_an_item_counts() -> None:
    assert goes_since(date(2026, 1, 1), since=date(2026, 1, 1))
    assert not goes_since(date(2025, 12, 31), since=date(2026, 1, 1))


@pytest.mark.row("M2-12")
def test_what_is_not_shared_or_rests_on_consent_may_not_go(policy: Policy) -> None:
    penalty = policy.catalogue.items["penalty"]
    refuse_item("penalty", penalty)
    for change in ({"sharing": "none"}, {"disclosure": "closed"}, {"consent": True}):
        with pytest.raises(Refusal, match="不能交换"):
            refuse_item(
                "penalty", type(penalty).model_validate({**penalty.model_dump(), **change}, strict=False)
            )
