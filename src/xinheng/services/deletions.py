"""Deletes a record by two persons: one proposes with reason and ground, another confirms or refuses.

What is confirmed leaves a tombstone; the words go from every version, and every effect with them. Nobody deletes alone
(《河南省社会信用条例》第四十一、四十二条; legal guard G13).
"""

from datetime import datetime

from django.db import transaction

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.services.organisations import city
from xinheng.services.records import FINAL, Change, delete
from xinheng.store.accounts import User
from xinheng.store.deletions import DeletionProposal, DeletionState
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record


def open_proposal(record_key: int) -> DeletionProposal | None:
    """The proposal that waits for another person, if there is one."""
    waiting = DeletionProposal.objects.filter(record_key=record_key, state=DeletionState.PROPOSED)
    return waiting.select_related("proposed_by", "subject").first()


@transaction.atomic
def propose_deletion(
    record_key: int, *, reason: str, ground: str, with_original: bool, actor: User, now: datetime
) -> DeletionProposal:
    """Say that a record may not be kept; it stands as it is until another person confirms."""
    if not reason.strip() or not ground.strip():
        raise Refusal("RD01", "提出删除必须写明理由和所依据的文书。", advice="请补充理由和文号后重试。")
    current = (
        Record.objects.select_for_update(of=("self",))
        .select_related("subject", "batch__organisation")
        .filter(record_key=record_key, known_until__isnull=True)
        .first()
    )
    if current is None or RecordState(current.state) in FINAL:
        raise Refusal("RD02", "没有这条记录，或它已经撤回、删除。", advice="请刷新页面后重试。")
    if open_proposal(record_key) is not None:
        raise Refusal("RD03", "这条记录已有待确认的删除意见。", advice="请由另一人在工作台中确认或不予删除。")
    made = DeletionProposal.objects.create(
        record_key=record_key,
        subject=current.subject,
        organisation=_owner(current),
        reason=reason.strip()[:500],
        ground=ground.strip()[:200],
        with_original=with_original,
        proposed_by=actor,
        proposed_at=now,
    )
    _note("record.deletion_proposed", made, reason=made.reason, actor=actor, now=now)
    return made


def _owner(record: Record) -> Organisation:
    """Who delivered the record; the city where it came without a file."""
    if record.batch is not None:
        return record.batch.organisation
    return city()


@transaction.atomic
def decide_deletion(
    public_id: str, *, agree: bool, reason: str, actor: User, policy: Policy, now: datetime
) -> DeletionProposal:
    """Another person's yes deletes at once, a no leaves the record as it is."""
    proposal = DeletionProposal.objects.select_for_update().filter(public_id=public_id).first()
    if proposal is None or proposal.state != DeletionState.PROPOSED:
        raise Refusal("RD04", "没有这项删除意见，或它已经决定。", advice="请刷新页面。")
    if proposal.proposed_by_id == actor.pk:
        raise Refusal(
            "RD05", "删除须由提出人以外的另一人确认。", advice="请由本单位或上级单位的另一名决定人办理。"
        )
    if not reason.strip():
        raise Refusal("RD06", "决定必须写明理由。", advice="请补充后重试。")
    proposal.state = DeletionState.CONFIRMED if agree else DeletionState.REFUSED
    proposal.decided_by, proposal.decided_at, proposal.decision = actor, now, reason.strip()[:300]
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    if agree:
        delete(
            record_key=proposal.record_key,
            change=Change(deed="delete", reason=proposal.reason, ground=proposal.ground),
            proposed_by=proposal.proposed_by,
            actor=actor,
            policy=policy,
            now=now,
            with_original=proposal.with_original,
        )
    kind = "record.deletion_confirmed" if agree else "record.deletion_refused"
    _note(kind, proposal, reason=proposal.decision, actor=actor, now=now)
    return proposal


def _note(kind: str, proposal: DeletionProposal, *, reason: str, actor: User, now: datetime) -> None:
    note(
        kind,
        now=now,
        actor=actor,
        subject=proposal.subject.public_id,
        object=f"record:{proposal.record_key}",
        reason=reason,
        payload={"proposal": proposal.public_id, "ground": proposal.ground},
    )
