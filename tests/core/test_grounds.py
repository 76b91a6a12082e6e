import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.grounds import (
    CONSEQUENCES,
    DERIVED,
    STORED,
    Effect,
    EffectKind,
    EndCause,
    Ground,
    GroundKind,
    Notice,
    cause_of,
    check_ground,
    ends_effects,
    lives,
    orphans,
)
from xinheng.core.records import Finality, RecordState
from xinheng.core.refusal import Refusal

RECORD = Ground(GroundKind.RECORD, 1)
DECISION = Ground(GroundKind.DECISION, 5)
PUBLISHED = Effect(EffectKind.PUBLICATION, 10, 7, RECORD)
LISTED = Effect(EffectKind.LIST_ENTRY, 20, 7, DECISION)
BANNED = Effect(EffectKind.MEASURE, 30, 7, Ground(GroundKind.LIST_ENTRY, 20))
ENTRY_SHOWN = Effect(EffectKind.PUBLICATION, 11, 7, Ground(GroundKind.LIST_ENTRY, 20))
OTHERS = Effect(EffectKind.MEASURE, 31, 8, Ground(GroundKind.RECORD, 2))
ALL = (BANNED, ENTRY_SHOWN, OTHERS, LISTED, PUBLISHED)
FINAL_CAUSES = [cause for cause in EndCause if CONSEQUENCES[cause].ends == STORED]


@pytest.mark.parametrize("cause", FINAL_CAUSES)
def test_everything_that_rests_on_an_ended_decision_ends_with_it(cause):
    closing = ends_effects(DECISION, cause, subject=7, effects=ALL)
    assert closing.ended == (LISTED, BANNED, ENTRY_SHOWN)
    assert closing.suspended == ()
    assert closing.subjects == {7}
    assert closing.notice is Notice.RETRACT


def test_what_rests_on_something_else_stays():
    assert ends_effects(RECORD, EndCause.REPAIRED, subject=7, effects=ALL).ended == (PUBLISHED,)
    assert ends_effects(Ground(GroundKind.RECORD, 99), EndCause.REPAIRED, subject=3, effects=ALL).ended == ()


def test_the_same_number_of_another_kind_is_another_ground():
    assert ends_effects(Ground(GroundKind.RECORD, 5), EndCause.REVOKED, subject=7, effects=ALL).ended == ()


def test_a_list_entry_whose_term_is_over_ends_itself_and_its_measures():
    entry = Ground(GroundKind.LIST_ENTRY, 20)
    closing = ends_effects(entry, EndCause.TERM_EXPIRED, subject=7, effects=ALL)
    assert closing.ended == (LISTED, BANNED, ENTRY_SHOWN)


def test_when_publication_time_is_over_the_publication_alone_ends():
    measure = Effect(EffectKind.MEASURE, 40, 7, RECORD)
    closing = ends_effects(RECORD, EndCause.PUBLICATION_EXPIRED, subject=7, effects=(measure, PUBLISHED))
    assert closing.ended == (PUBLISHED,)
    assert closing.notice is Notice.RETRACT


def test_a_temporary_lift_suspends_and_ends_nothing():
    closing = ends_effects(DECISION, EndCause.SHIELDED, subject=7, effects=ALL)
    assert closing.ended == ()
    assert set(closing.suspended) == {LISTED, BANNED, ENTRY_SHOWN}
    assert closing.notice is Notice.RETRACT


def test_a_correction_ends_burdens_and_looks_at_the_publication_anew():
    measure = Effect(EffectKind.MEASURE, 40, 7, RECORD)
    closing = ends_effects(RECORD, EndCause.CORRECTED, subject=7, effects=(measure, *ALL))
    assert (closing.ended, closing.moved) == ((measure,), (PUBLISHED,))


@pytest.mark.parametrize(
    ("state", "finality", "corrected", "cause"),
    [
        (RecordState.SHIELDED, Finality.FINAL, False, EndCause.SHIELDED),
        (RecordState.SHIELDED, Finality.FINAL, True, EndCause.SHIELDED),
        (RecordState.REPAIRED, Finality.FINAL, False, EndCause.REPAIRED),
        (RecordState.WITHDRAWN, Finality.UNKNOWN, False, EndCause.WITHDRAWN),
        (RecordState.ACTIVE, Finality.REVOKED, True, EndCause.REVOKED),
        (RecordState.DISPUTED, Finality.FINAL, True, EndCause.CORRECTED),
        (RecordState.ANNOTATED, Finality.FINAL, False, None),
        (RecordState.ACTIVE, Finality.FINAL, False, None),
    ],
)
def test_a_new_version_says_what_befell_the_ground(state, finality, corrected, cause):
    assert cause_of(state, finality, corrected=corrected) is cause


def test_whatever_stands_no_more_has_a_cause():
    for state in RecordState:
        for finality in Finality:
            if not lives(state, finality):
                assert cause_of(state, finality, corrected=False) is not None


def test_an_objection_marks_and_ends_nothing_but_everyone_is_told():
    closing = ends_effects(RECORD, EndCause.DISPUTED, subject=7, effects=ALL)
    assert (closing.ended, closing.suspended, closing.notice) == ((), (), Notice.UPDATE)
    assert closing.subjects == {7}


@pytest.mark.guard("G11")
def test_persons_named_in_a_listing_are_forgotten_when_it_ends():
    assert ends_effects(DECISION, EndCause.REPAIRED, subject=7, effects=ALL).forget_persons == (20,)
    assert ends_effects(DECISION, EndCause.SHIELDED, subject=7, effects=ALL).forget_persons == ()


def test_every_cause_and_kind_has_its_rule_and_word():
    assert set(CONSEQUENCES) == set(EndCause)
    assert all(cause.label for cause in EndCause)
    assert all(kind.label for kind in EffectKind)
    assert not STORED & DERIVED


effects_of_one = st.lists(
    st.builds(
        Effect,
        st.sampled_from(sorted(STORED)),
        st.integers(1, 8),
        st.just(7),
        st.builds(Ground, st.sampled_from(GroundKind), st.integers(1, 8)),
    ),
    max_size=12,
    unique_by=lambda effect: (effect.kind, effect.id),
)


@given(effects_of_one, st.integers(1, 8), st.sampled_from(FINAL_CAUSES), st.randoms())
def test_no_burden_outlives_its_ground(effects, number, cause, random):
    ground = Ground(GroundKind.RECORD, number)
    closing = ends_effects(ground, cause, subject=7, effects=effects)
    rest = [effect for effect in effects if effect not in closing.ended]
    gone = {Ground(GroundKind.LIST_ENTRY, entry) for entry in closing.forget_persons} | {ground}
    grounds = {effect.ground for effect in effects}
    assert orphans(rest, living=frozenset(grounds - gone)) == ()
    assert set(orphans(effects, living=frozenset(grounds - {ground}))) == set(closing.ended)
    shuffled = random.sample(effects, len(effects))
    assert set(ends_effects(ground, cause, subject=7, effects=shuffled).ended) == set(closing.ended)


def test_effects_without_a_living_ground_are_found():
    living = frozenset({RECORD, Ground(GroundKind.LIST_ENTRY, 20)})
    assert set(orphans(ALL, living=living)) == {LISTED, BANNED, ENTRY_SHOWN, OTHERS}


@pytest.mark.parametrize("state", RecordState)
def test_only_a_standing_record_is_a_ground(state):
    standing = state in (RecordState.ACTIVE, RecordState.ANNOTATED, RecordState.DISPUTED)
    assert lives(state, Finality.FINAL) == standing
    assert not lives(state, Finality.REVOKED)


@pytest.mark.guard("G3")
@pytest.mark.parametrize("kind", [EffectKind.LIST_ENTRY, EffectKind.MEASURE, EffectKind.CAMPAIGN_LINE])
@pytest.mark.parametrize(
    "finality", [Finality.UNKNOWN, Finality.WITHIN_TERM, Finality.UNDER_REVIEW, Finality.IN_COURT]
)
def test_a_decision_that_is_not_final_grounds_no_burden_where_the_province_says_so(kind, finality):
    with pytest.raises(Refusal) as refused:
        check_ground(kind, state=RecordState.ACTIVE, finality=finality, needs_final=True)
    assert refused.value.code == "ground_not_final"
    check_ground(kind, state=RecordState.ACTIVE, finality=finality, needs_final=False)
    check_ground(EffectKind.PUBLICATION, state=RecordState.ACTIVE, finality=finality, needs_final=True)


@pytest.mark.parametrize("finality", [Finality.FINAL, Finality.UPHELD])
def test_a_final_decision_grounds_everything(finality):
    for kind in EffectKind:
        check_ground(kind, state=RecordState.ACTIVE, finality=finality, needs_final=True)


@pytest.mark.parametrize("state", [RecordState.REPAIRED, RecordState.WITHDRAWN, RecordState.SHIELDED])
def test_an_ended_record_grounds_nothing_new(state):
    with pytest.raises(Refusal) as refused:
        check_ground(EffectKind.PUBLICATION, state=state, finality=Finality.FINAL, needs_final=False)
    assert state.label in refused.value.message
