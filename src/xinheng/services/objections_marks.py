"""The mark “异议中”: set with the objection in one transaction, taken away with its answer, never twice.

A record bears it as a state of its own, which every surface shows and every evaluation treats by rule; a list entry, a
measure and a grade bear it as an open objection, and the version of the subject rises with both.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from xinheng.core.objections import Answer
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.services.records import Change, change_state
from xinheng.services.scores import ask_for_refresh
from xinheng.store.accounts import User
from xinheng.store.objections import Objection
from xinheng.store.records import Record
from xinheng.store.subjects import Subject


def mark(objection: Objection, *, actor: User | None, policy: Policy, now: datetime) -> None:
    """Mark what the objection is aimed at; a record that is marked already stays as it is."""
    record = current(objection)
    if record is not None and RecordState(record.state) in STANDING:
        if RecordState(record.state) is not RecordState.DISPUTED:
            _set(record, "dispute", objection, "提出异议，核查期间标注", actor, policy, now)
        return
    _touch(objection.subject_id)


def unmark(
    objection: Objection, answer: Answer, *, actor: User | None, policy: Policy, now: datetime
) -> None:
    """Take the mark away; what ended meanwhile, or was marked by others before, stays as it is."""
    objection.mark_removed_at, objection.answer = now, answer.value
    objection.save(update_fields=["mark_removed_at", "answer"])
    record = current(objection)
    before = objection.state_before
    if record is None or record.state != RecordState.DISPUTED:
        _touch(objection.subject_id)
    elif before is not None and RecordState(before) is not RecordState.DISPUTED:
        deed = "annotate" if RecordState(before) is RecordState.ANNOTATED else "restore"
        _set(record, deed, objection, f"异议处理完毕：{answer.label}", actor, policy, now)
    else:
        _touch(objection.subject_id)


def current(objection: Objection) -> Record | None:
    """The open version of the record that the objection concerns."""
    if objection.record_key is None:
        return None
    return Record.objects.filter(record_key=objection.record_key, known_until__isnull=True).first()


def _set(
    record: Record,
    deed: str,
    objection: Objection,
    reason: str,
    actor: User | None,
    policy: Policy,
    now: datetime,
) -> None:
    change = Change(deed=deed, reason=reason, ground=f"异议处理 {objection.case.number}")
    change_state(record_key=record.record_key, change=change, actor=actor, policy=policy, now=now)


def _touch(subject: int) -> None:
    Subject.objects.filter(pk=subject).update(version=F("version") + 1)
    ask_for_refresh()


def marked(subjects: Iterable[int]) -> dict[tuple[int, str], Objection]:
    """Open objections by subject and thing, for pages that show list entries, measures and grades."""
    rows = Objection.objects.filter(subject__in=list(subjects), mark_removed_at__isnull=True)
    return {(one.subject_id, one.reference): one for one in rows.select_related("case")}
