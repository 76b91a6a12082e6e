"""Lets all that rests on a record follow its new version: end, rest, move its term, or live again.

Whoever closes a version and writes the next calls this in the same transaction, whatever the deed: a change by hand, an
exit, a repair, a merge, a word of another platform (《河南省社会信用条例》第四十一、四十二条; legal guards G9, G11).
"""

from collections.abc import Collection
from datetime import datetime

from xinheng.core.grounds import Closing, EndCause, Ground, GroundKind, cause_of, lives
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState
from xinheng.services.arrears import end_arrears
from xinheng.services.effects import end_effects, revive_effects
from xinheng.services.publication import follow_correction, show_again
from xinheng.services.relations import forget_persons
from xinheng.services.superiors import withdraw_letters
from xinheng.store.records import Record

_REVIVING = {"restore", "correct"}


def follow_record(
    record: Record, *, deed: str, policy: Policy, moment: datetime, bumped: Collection[int] = ()
) -> Closing | None:
    """``record`` is the new open version. None where nothing befell it as a ground.

    ``bumped``: subjects whose version the caller raises itself.
    """
    state, finality = RecordState(record.state), Finality(record.finality)
    living = lives(state, finality)
    ground = Ground(GroundKind.RECORD, record.record_key)
    cause = EndCause.DISPUTED if deed == "dispute" else cause_of(state, finality, corrected=deed == "correct")
    closing = None
    if cause is not None:
        closing = end_effects(ground, cause, subject=record.subject_id, now=moment, why=deed, bumped=bumped)
        if closing.moved:
            follow_correction(record, policy, moment=moment)
    if deed in _REVIVING and living:
        show_again(record, policy, moment=moment)
        revive_effects(ground, subject=record.subject_id, bumped=bumped)
    if not living:
        forget_persons(record.record_key, why=deed, now=moment)
        end_arrears(record.record_key, why=deed, now=moment)
        withdraw_letters(record.record_key, why=deed, now=moment)
    return closing
