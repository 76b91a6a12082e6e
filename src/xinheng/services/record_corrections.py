"""Corrects a record by hand: alone where it weighs no more than before, by a second person where it does.

What burdens waits as a case with the values that were proposed; the decider carries them over or declines, and a letter
tells the enterprise (《河南省社会信用条例》第四十一条; legal guard G17).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.grounds import Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.record_corrections import Weight, heavier
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.cases import Opening, open_case, take_on_ground
from xinheng.services.objections_effects import typed
from xinheng.services.organisations import city
from xinheng.services.records import FINAL, Change, change_state, correct, refuse_values
from xinheng.store.accounts import User
from xinheng.store.casework import Case
from xinheng.store.records import Record, open_versions

KIND = "correction"
SERIES = "GZ"
RESTORE = "restore"
_PARTS = {
    "amount_fen": "amount",
    "headcount": "headcount",
    "valid_from": "start",
    "valid_to": "end",
    "result": "result",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who wants what changed: ``values`` are columns of the record, empty for a deed that only changes its state."""

    change: Change
    values: Mapping[str, object]
    actor: User
    policy: Policy
    now: datetime


@transaction.atomic
def change_by_hand(record_key: int, asked: Asked) -> Case | None:
    """The case that now waits for another person, or None where the change was made at once.

    Refusals: those of ``services.records``, RH1 for a change that changes nothing, C03 where such a case runs.
    """
    if asked.change.deed not in ("correct", RESTORE):
        _make(record_key, asked.change, {}, asked.actor, asked.policy, asked.now)
        return None
    record = _open_version(record_key)
    refuse_values(asked.values)
    if (
        RecordState(record.state) in FINAL
        or not asked.change.reason.strip()
        or not asked.change.ground.strip()
    ):
        words: tuple[str, ...] = ()  # refused by the verb itself
    else:
        words = heavier_in(record, asked.change.deed, asked.values, policy=asked.policy)
    if not words:
        _make(record_key, asked.change, asked.values, asked.actor, asked.policy, asked.now)
        return None
    return _propose(record, words, asked)


def heavier_in(record: Record, deed: str, values: Mapping[str, object], *, policy: Policy) -> tuple[str, ...]:
    """In which respects the record would weigh more on its subject."""
    item = next((one for one in policy.catalogue.items.values() if one.number == record.item), None)
    before = _weight(record)
    given: dict[str, Any] = {part: values[name] for name, part in _PARTS.items() if name in values}
    if "seriousness" in values:
        given["seriousness"] = Seriousness(int(str(values["seriousness"])))
    if "finality" in values:
        given["finality"] = Finality(int(str(values["finality"])))
    if deed == RESTORE:
        given["state"] = RecordState.ACTIVE
    return heavier(before, replace(before, **given), burdens=item is None or item.burdens)


def _weight(record: Record) -> Weight:
    return Weight(
        subject=record.subject_id,
        state=RecordState(record.state),
        seriousness=Seriousness(record.seriousness),
        finality=Finality(record.finality),
        amount=record.amount_fen,
        headcount=record.headcount,
        decided_on=record.decided_on,
        start=record.valid_from,
        end=record.valid_to,
        result=record.result,
    )


def _open_version(record_key: int) -> Record:
    kept = open_versions().select_related("subject", "batch__organisation")
    record = kept.select_for_update(of=("self",)).filter(record_key=record_key).first()
    if record is None:
        raise Refusal("RH1", "没有这条记录，或它刚刚被别人更改。", advice="请刷新页面后重试。")
    return record


def _propose(record: Record, words: tuple[str, ...], asked: Asked) -> Case:
    reason = asked.change.reason
    return open_case(
        _opening(record, words, asked),
        verb="propose",
        actor=asked.actor,
        policy=asked.policy,
        now=asked.now,
        reason=reason,
    )


@transaction.atomic
def tell_as_carried(record_key: int, asked: Asked) -> Case | None:
    """The decided case in which the enterprise is told of a correction that a decider takes over from a later delivery of
    another person; None where nothing becomes heavier. The caller changes the record. Refusal C03 where a case on it runs."""
    record = _open_version(record_key)
    values = {name: value for name, value in asked.values.items() if getattr(record, name) != value}
    words = heavier_in(record, "correct", values, policy=asked.policy)
    if not words:
        return None
    opening = _opening(record, words, replace(asked, values=values))
    case = open_case(opening, verb="bring", actor=None, policy=asked.policy, now=asked.now)
    return take_on_ground(
        case, "carry", actor=asked.actor, policy=asked.policy, now=asked.now, reason=asked.change.reason
    )


def _opening(record: Record, words: tuple[str, ...], asked: Asked) -> Opening:
    return Opening(
        flow=KIND,
        kind=KIND,
        series=SERIES,
        title=f"{record.subject.name}：{record.detail.document_no or record.detail.title or '记录'}加重更正",
        organisation=record.batch.organisation if record.batch else city(),
        subject=record.subject,
        ground=Ground(GroundKind.RECORD, record.record_key),
        details={
            "deed": asked.change.deed,
            "values": {name: _plain(value) for name, value in asked.values.items()},
            "before": {name: _plain(getattr(record, name)) for name in asked.values},
            "heavier": list(words),
            "document": asked.change.ground.strip()[:200],
            "reason": asked.change.reason.strip()[:500],
            "version": record.pk,
        },
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@transaction.atomic
def carry(
    case: Case, *, reason: str, actor: User, policy: Policy, now: datetime, seen: int | None = None
) -> Case:
    """Another person's yes: the record says from now on what was proposed. Refusal RH2 where it changed in between."""
    taken = take_on_ground(case, "carry", actor=actor, policy=policy, now=now, reason=reason, seen=seen)
    key = int(case.ground.partition(":")[2])
    if _open_version(key).pk != case.details["version"]:
        raise Refusal(
            "RH2",
            "提出之后这条记录又变过，不能照原来的意见更正。",
            advice="请不予更正，由提出人按现在的内容重新提出。",
        )
    change = Change(
        deed=str(case.details["deed"]),
        reason=str(case.details["reason"]),
        ground=str(case.details["document"]),
    )
    _make(key, change, typed(case.details["values"]), actor, policy, now)
    return taken


def _make(
    key: int, change: Change, values: Mapping[str, object], actor: User, policy: Policy, now: datetime
) -> None:
    if change.deed == "correct":
        correct(record_key=key, change=change, values=values, fields={}, actor=actor, policy=policy, now=now)
    else:
        change_state(record_key=key, change=change, actor=actor, policy=policy, now=now)


def waiting_correction(record_key: int) -> Case | None:
    """The case in which a heavier content of this record waits for a second person."""
    ground = f"{GroundKind.RECORD}:{record_key}"
    return Case.objects.filter(kind=KIND, ground=ground, closed_at__isnull=True).first()
