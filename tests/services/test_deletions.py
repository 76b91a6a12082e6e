"""Deletion takes two persons: a proposal changes nothing, and neither the verb nor the table lets one do both."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from tests.people import NOW, People
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.core.records import RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.deletions import decide_deletion, propose_deletion
from xinheng.services.records import Change, change_state, delete
from xinheng.store.models import (
    DeletionProposal,
    DeletionState,
    LedgerEvent,
    Record,
    RecordDetail,
    RecordNote,
)

DELETE = Change(deed="delete", reason="含个人信息", ground="汴信函〔2026〕9号")


@pytest.fixture
def record(people: People) -> Record:
    rows = Rows(people)
    made = rows.record(decided_on=date(2026, 9, 1), known_at=NOW - timedelta(days=3))
    RecordDetail.objects.create(record=made, document_no="汴市监罚〔2026〕1号", fields={"违法事实": "甲"})
    return made


def proposed(record: Record, people: People, **given: object) -> DeletionProposal:
    wanted = {"reason": DELETE.reason, "ground": DELETE.ground, "with_original": False} | given
    return propose_deletion(record.record_key, actor=people.zhao, now=NOW, **wanted)  # type: ignore[arg-type]


def state_of(record: Record) -> int:
    return Record.objects.get(record_key=record.record_key, known_until__isnull=True).state


@pytest.mark.row("M3-05")
def test_a_single_person_is_refused_whichever_way_the_deletion_is_asked(
    record: Record, people: People, policy: Policy
) -> None:
    given = {"record_key": record.record_key, "change": DELETE, "policy": policy, "now": NOW}
    with pytest.raises(Refusal, match="R08"):
        change_state(**given, actor=people.zhao)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="R08"):
        delete(**given, actor=people.zhao, proposed_by=people.zhao, with_original=False)  # type: ignore[arg-type]
    waiting = proposed(record, people)
    with pytest.raises(Refusal, match="RD05"):
        decide_deletion(
            waiting.public_id, agree=True, reason="核对", actor=people.zhao, policy=policy, now=NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DeletionProposal.objects.filter(pk=waiting.pk).update(
            state="confirmed", decided_by=people.zhao, decided_at=NOW, decision="核对"
        )
    assert state_of(record) == RecordState.ACTIVE
    assert not RecordNote.objects.exists()


@pytest.mark.row("M3-05")
def test_another_persons_yes_deletes_and_names_both(record: Record, people: People, policy: Policy) -> None:
    waiting = proposed(record, people)
    assert state_of(record) == RecordState.ACTIVE
    decide_deletion(waiting.public_id, agree=True, reason="核对", actor=people.wang, policy=policy, now=NOW)
    assert state_of(record) == RecordState.DELETED
    done = DeletionProposal.objects.get()
    assert (done.state, done.proposed_by, done.decided_by) == (
        DeletionState.CONFIRMED,
        people.zhao,
        people.wang,
    )
    kinds = set(LedgerEvent.objects.values_list("kind", flat=True))
    assert {"record.deletion_proposed", "record.deletion_confirmed", "record.delete"} <= kinds
    with pytest.raises(Refusal, match="RD04"):
        decide_deletion(
            waiting.public_id, agree=False, reason="核对", actor=people.wang, policy=policy, now=NOW
        )


@pytest.mark.row("M3-05")
def test_a_no_leaves_the_record_and_it_may_be_proposed_again(
    record: Record, people: People, policy: Policy
) -> None:
    waiting = proposed(record, people)
    with pytest.raises(Refusal, match="RD03"):
        proposed(record, people)
    with pytest.raises(Refusal, match="RD06"):
        decide_deletion(waiting.public_id, agree=False, reason=" ", actor=people.wang, policy=policy, now=NOW)
    decide_deletion(
        waiting.public_id, agree=False, reason="应当更正", actor=people.wang, policy=policy, now=NOW
    )
    assert state_of(record) == RecordState.ACTIVE
    assert proposed(record, people).state == DeletionState.PROPOSED


def test_a_proposal_without_ground_or_for_what_is_gone_is_refused(
    record: Record, people: People, policy: Policy
) -> None:
    with pytest.raises(Refusal, match="RD01"):
        proposed(record, people, ground=" ")
    withdrawn = Change(deed="withdraw", reason="撤销", ground="甲")
    change_state(record_key=record.record_key, change=withdrawn, actor=people.zhao, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="RD02"):
        proposed(record, people)
    assert not DeletionProposal.objects.exists()
