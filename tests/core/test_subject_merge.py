"""Where a record is filed follows from where it came and the merges in force; a merge undone leaves no trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.refusal import Refusal
from xinheng.core.subject_merge import (
    Filed,
    Merges,
    MergeState,
    Party,
    filed_under,
    keep_of,
    refuse_decision,
    refuse_proposal,
    twins,
)

NONE = Merges({})
pytestmark = pytest.mark.row("M1-02")
subjects = st.integers(min_value=1, max_value=8)
pairs = st.lists(st.tuples(subjects, subjects), max_size=12)


def _carried_out(steps: list[tuple[int, int]]) -> Merges:
    merges = NONE
    for absorbed, survivor in steps:
        try:
            merges = merges.with_merge(absorbed=absorbed, survivor=survivor)
        except Refusal:
            continue
    return merges


@given(pairs)
def test_every_record_is_filed_under_a_subject_that_stands(steps: list[tuple[int, int]]) -> None:
    merges = _carried_out(steps)
    for origin in range(1, 9):
        root = filed_under(origin, merges)
        assert root not in merges.into
        assert origin in merges.members(root)


@given(pairs, subjects, subjects, pairs)
def test_a_merge_undone_later_is_as_if_it_had_never_been(
    before: list[tuple[int, int]], absorbed: int, survivor: int, after: list[tuple[int, int]]
) -> None:
    """Whatever was merged before and meanwhile, provided that it does not concern the two themselves."""
    start = _carried_out(before)
    try:
        merged = start.with_merge(absorbed=absorbed, survivor=survivor)
    except Refusal:
        return
    without = start
    for one, other in after:
        if {one, other} & {absorbed, survivor}:
            continue
        try:
            merged = merged.with_merge(absorbed=one, survivor=other)
        except Refusal:
            continue
        without = without.with_merge(absorbed=one, survivor=other)
    assert merged.without(absorbed) == without
    for origin in range(1, 9):
        assert filed_under(origin, merged.without(absorbed)) == filed_under(origin, without)


def test_a_subject_is_merged_once_and_into_what_stands() -> None:
    merges = NONE.with_merge(absorbed=2, survivor=1)
    for absorbed, survivor, code in ((2, 3, "ME02"), (3, 2, "ME03"), (1, 1, "ME01")):
        with pytest.raises(Refusal) as told:
            merges.with_merge(absorbed=absorbed, survivor=survivor)
        assert told.value.code == code
    with pytest.raises(Refusal) as told:
        merges.without(1)
    assert told.value.code == "ME04"
    assert merges.with_merge(absorbed=1, survivor=3).root(2) == 3
    assert merges.members(1) == {1, 2}


def test_the_one_with_a_credit_code_stays_then_the_living_then_the_fuller() -> None:
    old = Party(1, None, True, 90)
    new = Party(2, "91410202MA0000001A", False, 1)
    assert keep_of(old, new) == new
    living = Party(3, "91410202MA0000002B", True, 0)
    assert keep_of(new, living) == living
    assert keep_of(Party(4, "A", True, 3), Party(5, "B", True, 7)).subject == 5
    assert keep_of(Party(4, "A", True, 3), Party(5, "B", True, 3)).subject == 4


def test_two_persons_decide_and_say_why() -> None:
    with pytest.raises(Refusal, match="理由"):
        refuse_proposal(reason=" ", ground="登记底册")
    for state, proposed, actor, reason, code in (
        (MergeState.MERGED, 1, 2, "对", "ME06"),
        (MergeState.PROPOSED, 1, 1, "对", "ME07"),
        (MergeState.SPLITTING, 1, 2, "", "ME08"),
    ):
        with pytest.raises(Refusal) as told:
            refuse_decision(state, proposed_by=proposed, actor=actor, reason=reason)
        assert told.value.code == code
    refuse_decision(MergeState.SPLITTING, proposed_by=1, actor=2, reason="查明不是同一主体")


def _filed(key: int, origin: int, *, document: str = "汴市监罚〔2026〕1号", said: str = "500") -> Filed:
    return Filed(key, origin, ("4", document, "市市场监管局", "2026-01-02"), (said,))


def test_one_act_told_under_two_codes_is_told_once() -> None:
    assert twins([_filed(7, 2), _filed(5, 1)]) == {7: 5}


def test_acts_of_one_code_without_a_number_or_told_otherwise_are_not_twins() -> None:
    assert twins([_filed(5, 1), _filed(6, 1)]) == {}
    assert twins([_filed(5, 1, document=""), _filed(6, 2, document="")]) == {}
    assert twins([_filed(5, 1), _filed(6, 2, said="900")]) == {}
