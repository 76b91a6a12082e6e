"""What makes a record heavier: every respect alone, and nothing where nothing weighs."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.record_corrections import Weight, heavier
from xinheng.core.records import Finality, RecordState, Seriousness

DAY, LATER = date(2026, 1, 1), date(2026, 6, 1)
BEFORE = Weight(
    subject=1,
    seriousness=Seriousness.GENERAL,
    finality=Finality.WITHIN_TERM,
    amount=500_000,
    headcount=3,
    decided_on=DAY,
    start=DAY,
    end=LATER,
)
pytestmark = pytest.mark.row("M3-05")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"subject": 2}, "主体"),
        ({"seriousness": Seriousness.SERIOUS}, "失信程度"),
        ({"finality": Finality.FINAL}, "效力"),
        ({"amount": 500_001}, "金额"),
        ({"headcount": 4}, "人数"),
        ({"decided_on": LATER}, "决定日期"),
        ({"end": date(2026, 6, 2)}, "有效期"),
        ({"end": None}, "有效期"),
        ({"start": date(2025, 12, 31)}, "有效期"),
        ({"result": "不合格"}, "结果"),
    ],
)
def test_each_respect_is_named(change: dict[str, object], word: str) -> None:
    assert heavier(BEFORE, replace(BEFORE, **change), burdens=True) == (word,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"seriousness": Seriousness.MINOR},
        {"finality": Finality.REVOKED},
        {"finality": Finality.IN_COURT},
        {"finality": Finality.UNKNOWN},
        {"amount": 499_999},
        {"headcount": 2},
        {"decided_on": date(2025, 12, 1)},
        {"end": date(2026, 5, 1)},
        {"start": date(2026, 2, 1)},
        {"state": RecordState.DISPUTED},
    ],
)
def test_what_lightens_or_is_neutral_is_not_heavier(change: dict[str, object]) -> None:
    assert heavier(BEFORE, replace(BEFORE, **change), burdens=True) == ()  # type: ignore[arg-type]


def test_what_was_unknown_and_becomes_known_weighs_and_an_open_end_does_not_hide_it() -> None:
    bare = Weight(subject=1)
    said = replace(bare, amount=1, decided_on=DAY, start=DAY)
    assert heavier(bare, said, burdens=True) == ("金额", "决定日期", "有效期")
    standing = replace(bare, start=DAY)
    assert heavier(standing, replace(standing, start=LATER), burdens=True) == ("有效期",)


def test_a_record_that_ended_and_is_restored_weighs_again() -> None:
    for ended in (RecordState.SHIELDED, RecordState.REPAIRED):
        assert heavier(replace(BEFORE, state=ended), BEFORE, burdens=True) == ("状态",)
    assert heavier(replace(BEFORE, state=RecordState.ANNOTATED), BEFORE, burdens=True) == ()


def test_a_permit_never_weighs_until_it_is_classed_as_a_failing() -> None:
    permit = Weight(subject=1, amount=1, end=DAY)
    assert heavier(permit, replace(permit, amount=9, end=LATER), burdens=False) == ()
    failing = replace(permit, seriousness=Seriousness.MINOR)
    assert heavier(permit, failing, burdens=False) == ("失信程度",)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_of_two_amounts_at_most_one_is_heavier(one: int, other: int) -> None:
    first, second = replace(BEFORE, amount=one), replace(BEFORE, amount=other)
    up, down = heavier(first, second, burdens=True), heavier(second, first, burdens=True)
    assert (bool(up), bool(down)) == (other > one, one > other)
