"""Lets a record here follow what another platform says of it: corrected, disputed, ended, standing again.

What has ended there is shielded here, so that no effect of it stays and nothing is lost if it stands again. Words that
were deleted there are deleted here by two persons, as any record is (《河南省社会信用条例》第四十一、四十二条; legal guards G5, G9).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xinheng.core.days import first_day_off
from xinheng.core.exchange_package import Line, Said
from xinheng.core.policy import Policy
from xinheng.core.reconciliation import Flag
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.records import Change, change_state, correct
from xinheng.store.accounts import User
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.exchanges import ExchangeEntry, ExchangePeer, Way
from xinheng.store.records import Record, RecordNote, open_versions

_DEEDS = {"active": "restore", "annotated": "annotate", "disputed": "dispute"}
_STATES = {
    "active": RecordState.ACTIVE,
    "annotated": RecordState.ANNOTATED,
    "disputed": RecordState.DISPUTED,
}
TO_DELETE = "EX22"
"""Code of an entry whose words were deleted there and still stand here, shielded."""
ENDED_THERE = "报送方已终止"
"""Reason of a version by which a record rests here because it ended there."""


def end_here(
    entry: ExchangeEntry, *, erase: bool, ground: str, actor: User | None, policy: Policy, now: datetime
) -> str:
    """End the record of an entry, or give up the row that waits for a person. Whoever ended it before is not undone.
    Returns EX22 where its words have to be deleted here by two persons (services.deletions), else nothing."""
    if entry.record_key is None:
        _give_up(entry, now=now)
        return ""
    record = Record.objects.filter(record_key=entry.record_key, known_until__isnull=True).first()
    if record is None or RecordState(record.state) is RecordState.DELETED:
        return ""
    if RecordState(record.state) in STANDING:
        change = Change(deed="shield", reason=ENDED_THERE, ground=ground)
        change_state(record_key=entry.record_key, change=change, actor=actor, policy=policy, now=now)
    return TO_DELETE if erase else ""


def _give_up(entry: ExchangeEntry, *, now: datetime) -> None:
    """Nobody may accept any more what has ended where it came from."""
    if entry.batch_id is not None and entry.row_no is not None:
        ReturnedRow.objects.filter(
            batch=entry.batch_id, row_no=entry.row_no, state=ReturnedState.WAITING
        ).update(
            state=ReturnedState.RETURNED,
            original=None,
            normalised=None,
            reason="报送方已终止这条记录",
            decided_at=now,
        )


def take_accepted(peer: ExchangePeer) -> None:
    """Rows of this platform that a person has accepted since stand here, and end with what they came from."""
    waiting = peer.entries.filter(way=Way.IN, flag=Flag.RETURNED, batch__isnull=False)
    batches = waiting.values("batch")
    accepted = ReturnedRow.objects.filter(state=ReturnedState.ACCEPTED, batch__in=batches)
    places = set(accepted.values_list("batch", "row_no"))
    for entry in waiting if places else ():
        if (entry.batch_id, entry.row_no) not in places:
            continue
        found = Record.objects.filter(batch=entry.batch_id, row_no=entry.row_no or 0)
        entry.record_key = found.values_list("record_key", flat=True).first()
        if entry.record_key is not None:
            entry.flag, entry.code = Flag.STANDING.value, ""
            entry.save(update_fields=["record_key", "flag", "code"])


def ended_by_us(record: Record) -> bool:
    """Whether a record that does not stand was ended by a decision of this side."""
    if RecordState(record.state) in STANDING:
        return False
    return RecordNote.objects.filter(record=record).exclude(reason=ENDED_THERE).exists()


def follow(entry: ExchangeEntry, line: Line, *, why: Mapping[str, Any]) -> bool:
    """Make the record say what the line says; False where it is another act, so that the line is loaded as a row of its
    own. Refusal EX21 where this side ended it."""
    said, current = line.say, _current(entry)
    if said is None or current is None:
        return False
    _refuse_undoing(current)
    if not _same_act(current, said):
        end_here(entry, erase=False, **why)
        return False
    if RecordState(current.state) not in STANDING:
        _set_state(current, "active", why)
    values, fields = _changed(current, said)
    if values or fields:
        change = Change(deed="correct", reason="报送方更正", ground=why["ground"])
        given = {key: why[key] for key in ("actor", "policy", "now")}
        correct(record_key=current.record_key, change=change, values=values, fields=fields, **given)
    _set_state(current, said.state, why)
    return True


def take_state(entry: ExchangeEntry, line: Line, *, why: Mapping[str, Any]) -> None:
    """A record that has just come is annotated or disputed as it is there; one that rested because it had ended there
    stands again. Refusal EX21 where this side ended it."""
    current = _current(entry)
    if line.say is None or current is None:
        return
    _refuse_undoing(current)
    if RecordState(current.state) not in STANDING:
        _set_state(current, "active", why)
    _set_state(current, line.say.state, why)


def _refuse_undoing(record: Record) -> None:
    if ended_by_us(record):
        raise Refusal("EX21", "这条记录已由本级终止，没有随报送方恢复。", advice="请双方核对依据。")


def _current(entry: ExchangeEntry) -> Record | None:
    if entry.record_key is None:
        return None
    return open_versions().filter(record_key=entry.record_key).select_related("subject").first()


def _set_state(record: Record, state: str, why: Mapping[str, Any]) -> None:
    current = Record.objects.get(record_key=record.record_key, known_until__isnull=True)
    if RecordState(current.state) is _STATES[state]:
        return
    change = Change(deed=_DEEDS[state], reason="随报送方的状态", ground=why["ground"])
    given = {key: why[key] for key in ("actor", "policy", "now")}
    change_state(record_key=record.record_key, change=change, **given)


def _same_act(record: Record, said: Said) -> bool:
    """Whether subject, document and day are those of the record."""
    if (record.subject.code or "") != said.code and said.code:
        return False
    return (record.detail.document_no, _text(record.decided_on)) == (said.document_no, said.decided_on)


def _changed(record: Record, said: Said) -> tuple[dict[str, object], dict[str, str]]:
    told: dict[str, object] = {
        "amount_fen": said.amount_fen,
        "headcount": said.headcount,
        "valid_from": _day(said.valid_from),
        "valid_to": first_day_off(date.fromisoformat(said.valid_to)) if said.valid_to else None,
        "seriousness": said.seriousness,
        "finality": said.finality,
        "result": said.result,
    }
    values = {name: value for name, value in told.items() if getattr(record, name) != value}
    kept = record.detail.fields
    return values, {label: text for label, text in said.fields.items() if kept.get(label) != text}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
