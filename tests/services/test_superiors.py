"""Nothing goes to a superior unit or audit office without a living, final decision and a second person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.people import NOW, People
from tests.refusals import code_of
from tests.store.rows import Rows

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.records import Change, change_state, correct
from xinheng.services.superiors import (
    Receipt,
    VoidTold,
    grounds_for,
    notify_superior,
    release_letter,
    serve_letter,
    tell_void,
    to_be_told,
    withdraw_letters,
)
from xinheng.store.flags import DeliveryWay, VoidWay
from xinheng.store.models import LedgerEvent, Record, RecordDetail, SubjectFlag, SuperiorLetter


@pytest.fixture
def decision(people: People) -> Record:
    return made(people)


def made(people: People, rows: Rows | None = None, **given: object) -> Record:
    values = {
        "item": 4,
        "seriousness": Seriousness.SERIOUS,
        "finality": Finality.FINAL,
        "decided_on": date(2026, 9, 1),
        "known_at": NOW - timedelta(days=3),
    }
    record = (rows or Rows(people)).record(**values | given)
    RecordDetail.objects.create(record=record, document_no="汴市监罚〔2026〕1号", authority="市市场监管局")
    return record


def flagged(people: People, record: Record, **given: object) -> SubjectFlag:
    return Rows(people).flag(subject=record.subject, **given)


def told(flag: SubjectFlag, record: Record, people: People, policy: Policy) -> tuple[SuperiorLetter, ...]:
    key = record.record_key
    return notify_superior(flag, record_key=key, reason="拒不履行", actor=people.wang, policy=policy, now=NOW)


@pytest.mark.row("M1-05")
@pytest.mark.guard("G3")
def test_both_are_told_of_a_decision_that_stands_and_only_by_two_persons(
    decision: Record, people: People, policy: Policy
) -> None:
    letters = told(flagged(people, decision), decision, people, policy)
    assert [one.addressed_to for one in letters] == ["市国资委", "市审计局"]
    assert all("汴市监罚〔2026〕1号" in one.text for one in letters)
    assert not SuperiorLetter.objects.filter(released_at__isnull=False).exists()
    with pytest.raises(Refusal, match="SUP7"):
        release_letter(letters[0].public_id, actor=people.wang, now=NOW)
    assert release_letter(letters[0].public_id, actor=people.zhao, now=NOW).released_by == people.zhao
    with pytest.raises(Refusal, match="SUP4"):
        told(letters[0].flag, decision, people, policy)


@pytest.mark.row("M1-05")
@pytest.mark.guard("G3")
def test_nothing_goes_without_a_living_final_decision(people: People, policy: Policy) -> None:
    rows = Rows(people)
    appealed = made(people, rows, finality=Finality.WITHIN_TERM)
    flag = flagged(people, appealed)
    with pytest.raises(Refusal, match="尚未终局"):
        told(flag, appealed, people, policy)
    honour = made(people, rows, item=Item.HONOUR, seriousness=Seriousness.NONE, subject=appealed.subject)
    with pytest.raises(Refusal, match="SUP5"):
        told(flag, honour, people, policy)
    other = made(people, rows)
    with pytest.raises(Refusal, match="SUP3"):
        told(flag, other, people, policy)
    ended = Change(deed="withdraw", reason="撤销", ground="复议决定")
    change_state(record_key=other.record_key, change=ended, actor=people.zhao, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="ground_ended"):
        told(flagged(people, other), other, people, policy)
    assert not SuperiorLetter.objects.exists()


@pytest.mark.row("M1-05")
def test_a_letter_is_withdrawn_with_its_decision_and_cannot_go_out_any_more(
    decision: Record, people: People, policy: Policy
) -> None:
    letters = told(flagged(people, decision), decision, people, policy)
    change = Change(deed="correct", reason="复议撤销", ground="汴政复决〔2026〕3号")
    correct(
        record_key=decision.record_key,
        change=change,
        values={"finality": Finality.REVOKED},
        fields={},
        actor=people.zhao,
        policy=policy,
        now=NOW,
    )
    assert SuperiorLetter.objects.filter(withdrawn_at__isnull=True).count() == 0
    with pytest.raises(Refusal, match="SUP6"):
        release_letter(letters[0].public_id, actor=people.zhao, now=NOW)


@pytest.mark.row("M1-05")
def test_an_unmarked_subject_has_nobody_to_be_told(decision: Record, people: People, policy: Policy) -> None:
    flag = flagged(
        people, decision, ended_at=NOW, to_on=NOW.date(), ended_by=people.wang, ended_reason="改制"
    )
    with pytest.raises(Refusal, match="SUP2"):
        told(flag, decision, people, policy)


@pytest.mark.row("M1-05")
@pytest.mark.row("M10-11")
@pytest.mark.guard("G17")
def test_the_arrival_of_a_letter_is_registered_once_with_day_way_and_proof(
    decision: Record, people: People, policy: Policy
) -> None:
    letter = told(flagged(people, decision), decision, people, policy)[0]
    today = NOW.date()
    good = Receipt(on=today, way=DeliveryWay.EXCHANGE, proof="公文交换签收单 2026-118")
    with pytest.raises(Refusal, match="SUP8"):
        serve_letter(letter.public_id, good, actor=people.wang, now=NOW)
    release_letter(letter.public_id, actor=people.zhao, now=NOW)
    for wrong, cause in (
        ({"proof": " "}, "SUP10"),
        ({"on": today + timedelta(days=1)}, "SUP11"),
        ({"on": today - timedelta(days=1)}, "SUP11"),
    ):
        with pytest.raises(Refusal, match=cause):
            serve_letter(letter.public_id, replace(good, **wrong), actor=people.wang, now=NOW)  # type: ignore[arg-type]
    served = serve_letter(letter.public_id, good, actor=people.wang, now=NOW)
    assert (served.served_on, served.served_by, served.served_proof) == (today, people.wang, good.proof)
    assert LedgerEvent.objects.filter(kind="superior.served").count() == 1
    with pytest.raises(Refusal, match="SUP8"):
        serve_letter(letter.public_id, good, actor=people.wang, now=NOW)


@pytest.mark.row("M1-05")
def test_a_withdrawn_letter_is_not_served(decision: Record, people: People, policy: Policy) -> None:
    letter = told(flagged(people, decision), decision, people, policy)[0]
    release_letter(letter.public_id, actor=people.zhao, now=NOW)
    assert withdraw_letters(decision.record_key, why="复议撤销", now=NOW) == 2
    receipt = Receipt(on=NOW.date(), way=DeliveryWay.POST, proof="EX123")
    with pytest.raises(Refusal, match="SUP9"):
        serve_letter(letter.public_id, receipt, actor=people.wang, now=NOW)


@pytest.mark.row("M1-05")
@pytest.mark.guard("G3")
def test_only_decisions_that_stand_are_offered_as_ground(people: People, policy: Policy) -> None:
    rows = Rows(people)
    final = made(people, rows)
    made(people, rows, subject=final.subject, finality=Finality.WITHIN_TERM)
    made(people, rows, subject=final.subject, item=Item.HONOUR, seriousness=Seriousness.NONE)
    made(people, rows)
    assert [one.pk for one in grounds_for(final.subject, policy=policy)] == [final.pk]


@pytest.mark.row("M1-05")
@pytest.mark.row("M10-11")
@pytest.mark.guard("G17")
def test_a_receiver_is_told_once_that_the_letter_is_void_with_day_way_and_proof(
    decision: Record, people: People, policy: Policy
) -> None:
    first, second = told(flagged(people, decision), decision, people, policy)
    release_letter(first.public_id, actor=people.zhao, now=NOW)
    today = NOW.date()
    receipt = Receipt(on=today, way=DeliveryWay.POST, proof="EX123")
    serve_letter(first.public_id, receipt, actor=people.wang, now=NOW)
    good = VoidTold(to="市国资委办公室", on=today, way=VoidWay.EXCHANGE, proof="签收单 2026-120")
    call = {"actor": people.wang, "now": NOW}
    assert code_of(tell_void, first.public_id, good, **call) == "SUP12"
    assert not to_be_told([people.city.pk]).exists()
    withdraw_letters(decision.record_key, why="复议撤销", now=NOW)
    assert list(to_be_told([people.city.pk])) == [first]
    for wrong, code in (
        ({"to": " "}, "SUP13"),
        ({"proof": ""}, "SUP13"),
        ({"on": today - timedelta(days=1)}, "SUP14"),
        ({"on": today + timedelta(days=1)}, "SUP14"),
        ({"way": VoidWay.KEPT}, "SUP15"),
    ):
        assert code_of(tell_void, first.public_id, replace(good, **wrong), **call) == code  # type: ignore[arg-type]
    done = tell_void(first.public_id, good, **call)  # type: ignore[arg-type]
    assert (done.void_told_on, done.void_told_by, done.void_told_to) == (today, people.wang, good.to)
    assert not to_be_told([people.city.pk]).exists()
    assert LedgerEvent.objects.filter(kind="superior.void_told").count() == 1
    assert code_of(tell_void, first.public_id, good, **call) == "SUP12"
    assert code_of(tell_void, second.public_id, good, **call) == "SUP12", "it never went out"
