"""Every constraint of the tables is named here, with a row that it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.utils import IntegrityError
from tests.people import NOW, TODAY, People
from tests.store import (
    arrears_rows,
    article_rows,
    campaign_rows,
    case_rows,
    check_rows,
    commitment_rows,
    ending_rows,
    enterprise_rows,
    exchange_rows,
    joint_rows,
    lead_rows,
    letter_rows,
    listing_rows,
    measure_rows,
    objection_rows,
    open_rows,
    paper_rows,
    plan_rows,
    repair_rows,
    report_rows,
    sharing_rows,
    up_rows,
    visit_rows,
    webhook_rows,
)
from tests.store.rows import DIGEST, YESTERDAY, Rows

from xinheng.store.models import NoticeRound, Organisation, Subject, User

CODE = "91410200MA00000011"
BEFORE = NOW.replace(year=2025)


def _twice(make: Callable[[], object]) -> None:
    make()
    make()


def _flagged_twice(rows: Rows) -> None:
    subject = rows.subject()
    _twice(lambda: rows.flag(subject=subject))


def _called_twice(rows: Rows) -> None:
    first = sharing_rows.call(rows, idempotency_key="name-0001")
    sharing_rows.call(rows, grant=first.grant, key=first.key, idempotency_key="name-0001")


def _member_twice(rows: Rows) -> None:
    subject = rows.subject()
    _twice(lambda: rows.member(subject=subject))


def _letter_twice(rows: Rows) -> None:
    flag = rows.flag()
    _twice(lambda: rows.letter(flag=flag, record_key=7))


def _decided(rows: Rows, *, by: User | None = None) -> dict[str, object]:
    return {"decided_by": by or rows.people.zhao, "decided_at": NOW, "decision": "核对"}


def _same_attempt(rows: Rows) -> None:
    first = rows.announcement()
    rows.announcement(plan=first.plan, run=first.run)


def _drawn_again(rows: Rows) -> None:
    draw = rows.draw()
    subject = rows.drawn(draw).subject
    rows.drawn(draw, subject=subject, position=2)


def _same_place(rows: Rows) -> None:
    draw = rows.draw()
    _twice(lambda: rows.drawn(draw))


def _same_leaf(rows: Rows) -> None:
    batch = rows.ledger_batch()
    _twice(lambda: rows.leaf(batch=batch))


def _own_parent(rows: Rows) -> None:
    unit = rows.organisation()
    Organisation.objects.filter(pk=unit.pk).update(parent=unit)


def _two_names(rows: Rows) -> None:
    unit = rows.organisation()
    _twice(lambda: rows.called(unit))


def _same_returned(rows: Rows) -> None:
    batch = rows.batch()
    _twice(lambda: rows.returned(batch=batch, row_no=1))


def _same_event(rows: Rows) -> None:
    case = rows.case()
    _twice(lambda: rows.event(case))


def _two_terms(rows: Rows) -> None:
    case = rows.case()
    _twice(lambda: rows.deadline(case))


def _ended_before(rows: Rows) -> None:
    earlier = rows.run()
    rows.score(run=rows.run(), subject=rows.subject(), until=earlier)


def _two_in_a_cycle(rows: Rows) -> None:
    first = rows.given_grade()
    rows.given_grade(subject=first.subject)


def _same_score(rows: Rows) -> None:
    first = rows.score()
    rows.score(run=first.run, subject=first.subject)


def _same_step(rows: Rows) -> None:
    notice = rows.notice()
    _twice(lambda: rows.notice_step(notice=notice))


def _same_place_of_key(rows: Rows) -> None:
    key = rows.sender_key()
    _twice(lambda: rows.sender_place(key=key))


def _same_call(rows: Rows) -> None:
    key = rows.sender_key()
    _twice(lambda: rows.sender_call(key=key))


def _two_pulls(rows: Rows) -> None:
    connector = rows.connector()
    _twice(lambda: rows.pull(connector=connector))


def _mandate_twice(rows: Rows) -> None:
    held = enterprise_rows.mandate(rows)
    enterprise_rows.mandate(rows, account=held.account, subject=held.subject)


def _same_name(rows: Rows) -> None:
    subject = rows.subject()
    _twice(lambda: rows.name(subject))


def _published_twice(rows: Rows) -> None:
    case = rows.case()
    _twice(lambda: rows.version(case=case))


def _same_finding(rows: Rows) -> None:
    made = rows.spot_check()
    _twice(lambda: rows.finding(made))


def _same_merge(rows: Rows) -> None:
    absorbed = rows.subject()
    _twice(lambda: rows.merge(absorbed=absorbed))


def _with_oneself(rows: Rows) -> None:
    subject = rows.subject()
    rows.merge(absorbed=subject, survivor=subject)


def _into_itself(rows: Rows) -> None:
    subject = rows.subject()
    Subject.objects.filter(pk=subject.pk).update(merged_into=subject)


def _same_identity(rows: Rows) -> None:
    row = rows.returned()
    _twice(lambda: rows.identity(row=row))


def _one_person_fixes_and_verifies(rows: Rows) -> None:
    zhao = rows.people.zhao
    rows.code_issue(state="verified", fixed_by=zhao, verified_by=zhao, remedy="已更正")


def _same_paper(rows: Rows, **target: Any) -> None:
    file = rows.file()
    _twice(lambda: paper_rows.attachment(rows, file=file, **target))


REFUSED: dict[str, Callable[[Rows], object]] = {
    "attachment_one_target": lambda rows: paper_rows.attachment(rows, record_key=1, batch=rows.batch()),
    "attachment_kind_known": lambda rows: paper_rows.attachment(rows, kind="exe"),
    "attachment_checked_known": lambda rows: paper_rows.attachment(rows, checked="maybe"),
    "attachment_withdrawn_says_why": lambda rows: paper_rows.attachment(rows, withdrawn_at=NOW),
    "attachment_whole_of_a_batch": lambda rows: paper_rows.attachment(rows, whole=True, record_key=1),
    "attachment_of_account_in_a_case": lambda rows: paper_rows.attachment(
        rows, case=rows.case(), account=enterprise_rows.account(rows)
    ),
    "attachment_once_a_batch": lambda rows: _same_paper(rows, batch=rows.batch()),
    "attachment_once_a_record_key": lambda rows: _same_paper(rows, record_key=1),
    "attachment_once_a_statement": lambda rows: _same_paper(rows, statement=rows.nothing()),
    "attachment_once_a_case": lambda rows: _same_paper(rows, case=rows.case()),
    "scan_bundle_has_reason": lambda rows: paper_rows.bundle(rows, reason=""),
    "scan_bundle_receiver_named": lambda rows: paper_rows.bundle(rows, received_at=NOW),
    "role_grant_one_open": lambda rows: _twice(rows.grant),
    "role_grant_period": lambda rows: rows.grant(to_on=YESTERDAY),
    "stored_file_key_until_destroyed": lambda rows: rows.file(wrapped_key=None),
    "stored_file_no_key_once_destroyed": lambda rows: rows.file(destroyed_at=NOW),
    "batch_state_known": lambda rows: rows.batch(state="somewhere"),
    "batch_loaded_has_moment": lambda rows: rows.batch(state="loaded"),
    "batch_published_by_somebody": lambda rows: rows.batch(published_at=NOW),
    "batch_file_loaded_once": lambda rows: _twice(
        lambda: rows.batch(state="loaded", loaded_at=NOW, file_digest="sha256:same", feed="f")
    ),
    "returned_row_once": _same_returned,
    "returned_state_known": lambda rows: rows.returned(state="somewhere"),
    "returned_accepted_by_a_person": lambda rows: rows.returned(state="accepted", reason="对"),
    "case_event_sequence": _same_event,
    "case_deadline_one_running": _two_terms,
    "case_deadline_period": lambda rows: rows.deadline(rows.case(), ended_on=YESTERDAY),
    **campaign_rows.REFUSED,
    **plan_rows.REFUSED,
    **visit_rows.REFUSED,
    **joint_rows.REFUSED,
    **lead_rows.REFUSED,
    **check_rows.REFUSED,
    **webhook_rows.REFUSED,
    **case_rows.REFUSED,
    **commitment_rows.REFUSED,
    **letter_rows.REFUSED,
    **listing_rows.REFUSED,
    **measure_rows.REFUSED,
    **objection_rows.REFUSED,
    **repair_rows.REFUSED,
    **report_rows.REFUSED,
    **up_rows.REFUSED,
    **article_rows.REFUSED,
    **arrears_rows.REFUSED,
    **open_rows.REFUSED,
    **exchange_rows.REFUSED,
    "number_series_once": lambda rows: _twice(rows.series),
    "publication_one_open": lambda rows: _twice(lambda: rows.publication(record_key=7)),
    "publication_end_has_reason": lambda rows: rows.publication(stopped_at=NOW),
    "publication_period": lambda rows: rows.publication(stopped_at=BEFORE, stop_reason="expired"),
    "plan_approved_by_somebody": lambda rows: rows.plan(approved_at=NOW),
    "announcement_attempt_once": _same_attempt,
    "drawn_once_a_draw": _drawn_again,
    "drawn_position_once": _same_place,
    "ledger_batch_one_successor": lambda rows: _twice(lambda: rows.ledger_batch(previous="sha256:one")),
    "ledger_leaf_position": _same_leaf,
    "organisation_kind_known": lambda rows: rows.organisation(kind="somebody"),
    "organisation_not_its_own_parent": _own_parent,
    "organisation_one_current_name": _two_names,
    "organisation_name_period": lambda rows: rows.called(rows.organisation(), from_on=TODAY, to_on=TODAY),
    "model_trial_state_known": lambda rows: rows.trial(state="lost"),
    "model_trial_has_report": lambda rows: rows.trial(state="done"),
    "model_feedback_verdict_known": lambda rows: rows.feedback(verdict="hm"),
    "model_feedback_says_something": lambda rows: rows.feedback(text=""),
    "result_notice_one_ground": lambda rows: rows.notice(run=rows.run(), record=rows.record()),
    "result_notice_says_something": lambda rows: rows.notice(text=""),
    "notice_step_once": lambda rows: _same_step(rows),
    "notice_step_known": lambda rows: rows.notice_step(kind="lost"),
    "notice_step_served_by_a_method": lambda rows: rows.notice_step(method=""),
    "notice_round_one_cause": lambda rows: NoticeRound.objects.create(written=0, at=NOW),
    "subscription_one_open": lambda rows: _twice(rows.subscription),
    "subscription_kind_known": lambda rows: rows.subscription(kind="anybody"),
    "subscription_has_purpose": lambda rows: rows.subscription(purpose=""),
    "subscription_period": lambda rows: rows.subscription(to_on=YESTERDAY),
    "push_receipt_says_something": lambda rows: rows.push(received_at=NOW),
    "policy_version_one_a_case": _published_twice,
    "policy_version_has_digest": lambda rows: rows.version(digest=""),
    "policy_version_two_persons": lambda rows: rows.version(drafted_by=rows.people.zhao),
    "batch_count_once": lambda rows: _twice(lambda: rows.count_of(batch=rows.loaded)),
    "batch_count_parts": lambda rows: rows.count_of(late=1),
    "conflict_kind_known": lambda rows: rows.conflict(kind="quarrel"),
    "conflict_state_known": lambda rows: rows.conflict(
        state="lost", decided_by=rows.people.zhao, reason="对"
    ),
    "conflict_of_two": lambda rows: rows.conflict(other_key=None),
    "conflict_decided_by_a_person": lambda rows: rows.conflict(state="first", reason="对"),
    "conflict_once": lambda rows: _twice(lambda: rows.conflict(record_key=7, other_key=8)),
    "nothing_statement_once": lambda rows: _twice(rows.nothing),
    "nothing_statement_period": lambda rows: rows.nothing(end_on=YESTERDAY),
    "nothing_statement_end_has_reason": lambda rows: rows.nothing(withdrawn_at=NOW),
    "spot_check_has_sample": lambda rows: rows.spot_check(sampled=0),
    "spot_finding_once": lambda rows: _same_finding(rows),
    "spot_finding_kind_known": lambda rows: rows.finding(rows.spot_check(), kind="odd"),
    "subject_count_once": lambda rows: _twice(rows.subject_count),
    "record_one_open_version": lambda rows: _twice(lambda: rows.record(natural_hash=b"n" * 16)),
    "record_one_open_key": lambda rows: _twice(lambda: rows.record(record_key=7)),
    "record_known_period": lambda rows: rows.record(known_until=NOW),
    "record_valid_period": lambda rows: rows.record(valid_from=TODAY, valid_to=YESTERDAY),
    "record_state_known": lambda rows: rows.record(state=9),
    "record_seriousness_known": lambda rows: rows.record(seriousness=9),
    "record_finality_known": lambda rows: rows.record(finality=9),
    "record_note_says_why": lambda rows: rows.note(ground=""),
    "run_one_current": lambda rows: _twice(lambda: rows.run(current=True)),
    "run_trial_not_published": lambda rows: rows.run(trial=True, published=True),
    "run_in_force_not_forgotten": lambda rows: rows.run(current=True, forgotten_at=NOW),
    "given_grade_one_a_cycle": _two_in_a_cycle,
    "given_grade_order": lambda rows: rows.given_grade(until=0),
    "given_grade_says_one": lambda rows: rows.given_grade(grade=""),
    "given_grade_cycle": lambda rows: rows.given_grade(cycle_to=BEFORE.date().replace(month=1, day=1)),
    "score_one_in_force": _same_score,
    "score_order_of_runs": _ended_before,
    "score_scale": lambda rows: rows.score(points_milli=1_000_001),
    "subject_code_once": lambda rows: _twice(lambda: rows.subject(code=CODE)),
    "subject_kind_known": lambda rows: rows.subject(kind="person"),
    "subject_status_known": lambda rows: rows.subject(status="gone"),
    "subject_size_known": lambda rows: rows.subject(size="很大"),
    "subject_code_form": lambda rows: rows.subject(code="9141020OMA00000011"),
    "subject_name_once": _same_name,
    "subject_not_into_itself": _into_itself,
    "subject_code_period": lambda rows: rows.code(from_on=TODAY, to_on=YESTERDAY),
    "code_issue_once": lambda rows: _twice(lambda: rows.code_issue(key="甲")),
    "code_issue_kind_known": lambda rows: rows.code_issue(kind="odd"),
    "code_issue_state_known": lambda rows: rows.code_issue(state="lost"),
    "code_issue_fixed_by_a_person": lambda rows: rows.code_issue(state="fixed", remedy="已更正"),
    "code_issue_two_persons": _one_person_fixes_and_verifies,
    "batch_provenance_known": lambda rows: rows.batch(provenance=9),
    "subject_flag_kind_known": lambda rows: rows.flag(kind="rich"),
    "subject_flag_says_whence": lambda rows: rows.flag(source=""),
    "subject_flag_period": lambda rows: rows.flag(to_on=YESTERDAY),
    "subject_flag_end_says_why": lambda rows: rows.flag(ended_at=NOW, to_on=TODAY, ended_by=rows.people.wang),
    "subject_flag_one_open": _flagged_twice,
    "deletion_state_known": lambda rows: rows.deletion(state="gone", **_decided(rows)),
    "deletion_says_why": lambda rows: rows.deletion(ground=""),
    "deletion_two_persons": lambda rows: rows.deletion(
        state="confirmed", **_decided(rows, by=rows.people.wang)
    ),
    "deletion_one_open": lambda rows: _twice(lambda: rows.deletion(record_key=7)),
    "member_says_whence": lambda rows: rows.member(source=""),
    "member_period": lambda rows: rows.member(to_on=YESTERDAY),
    "member_end_says_why": lambda rows: rows.member(ended_at=NOW, to_on=TODAY, ended_by=rows.people.wang),
    "member_once": _member_twice,
    "letter_addressee_known": lambda rows: rows.letter(addressee="press"),
    "letter_says_why": lambda rows: rows.letter(reason=""),
    "letter_two_persons": lambda rows: rows.letter(released_at=NOW, released_by=rows.people.wang),
    "letter_withdrawn_why": lambda rows: rows.letter(withdrawn_at=NOW),
    "letter_once_a_ground": _letter_twice,
    "superior_letter_served_with_proof": lambda rows: rows.letter(
        served_on=TODAY, served_at=NOW, served_by=rows.people.wang, served_way="exchange", served_proof="收1"
    ),
    "superior_letter_void_told_with_proof": lambda rows: rows.letter(
        void_told_on=TODAY,
        void_told_at=NOW,
        void_told_by=rows.people.wang,
        void_told_to="市国资委",
        void_told_way="exchange",
        void_told_proof="收2",
    ),
    "relation_kind_known": lambda rows: rows.relation(kind="spouse"),
    "relation_says_whence": lambda rows: rows.relation(source=""),
    "relation_period": lambda rows: rows.relation(to_on=YESTERDAY),
    "relation_sealed_until_forgotten": lambda rows: rows.relation(forgotten_at=NOW, forgotten_why="exit"),
    "subject_merge_state_known": lambda rows: rows.merge(state="lost", decided_by=rows.people.zhao),
    "subject_merge_of_two": _with_oneself,
    "subject_merge_one_open": _same_merge,
    "subject_merge_two_persons": lambda rows: rows.merge(state="merged", decided_by=rows.people.wang),
    "subject_split_two_persons": lambda rows: rows.merge(
        state="undone", decided_by=rows.people.zhao, split_by=rows.people.zhao, undone_by=rows.people.zhao
    ),
    "name_alias_one_living": lambda rows: _twice(lambda: rows.alias(normalised="甲公司")),
    "name_alias_end_says_why": lambda rows: rows.alias(revoked_at=NOW, revoked_by=rows.people.zhao),
    "row_identity_one_standing": _same_identity,
    "row_identity_verdict_known": lambda rows: rows.identity(verdict="perhaps"),
    "row_identity_yes_names_one": lambda rows: rows.identity(verdict="yes"),
    "row_identity_says_why": lambda rows: rows.identity(reason=""),
    "row_identity_end_says_why": lambda rows: rows.identity(reversed_at=NOW, reversed_by=rows.people.zhao),
    "subject_name_period": lambda rows: rows.name(rows.subject(), from_on=TODAY, to_on=YESTERDAY),
    "enterprise_activation_has_term": lambda rows: enterprise_rows.account(rows, activation_digest=DIGEST),
    "enterprise_account_closed_with_reason": lambda rows: enterprise_rows.account(rows, closed_at=NOW),
    "mandate_one_open": _mandate_twice,
    "mandate_role_known": lambda rows: enterprise_rows.mandate(rows, role="decider"),
    "mandate_proof_known": lambda rows: enterprise_rows.mandate(rows, proof="hearsay"),
    "mandate_matters_known": lambda rows: enterprise_rows.mandate(rows, matters=["everything"]),
    "mandate_period": lambda rows: enterprise_rows.mandate(rows, to_on=None),
    "mandate_ended_with_reason": lambda rows: enterprise_rows.mandate(rows, ended_at=NOW),
    "sender_key_delivers_or_reads": lambda rows: rows.sender_key(feeds=[]),
    "sharing_call_idempotent": _called_twice,
    "sender_key_tries_by_a_grant": lambda rows: rows.sender_key(sandbox=True),
    "consent_has_items": lambda rows: sharing_rows.consent(rows, items=[]),
    "consent_period": lambda rows: sharing_rows.consent(rows, until_on=YESTERDAY),
    "consent_way_known": lambda rows: sharing_rows.consent(rows, way="spoken"),
    "consent_paper_has_scan": lambda rows: sharing_rows.consent(rows, way="paper"),
    "consent_entered_by_one": lambda rows: sharing_rows.consent(rows, entered_by=None),
    "consent_revoked_with_reason": lambda rows: sharing_rows.consent(rows, revoked_by=rows.people.wang),
    "sharing_grant_has_items": lambda rows: sharing_rows.grant(rows, items={}),
    "sharing_grant_period": lambda rows: sharing_rows.grant(rows, until_on=YESTERDAY),
    "sharing_grant_quota": lambda rows: sharing_rows.grant(rows, daily_quota=0),
    "sharing_grant_says_what_for": lambda rows: sharing_rows.grant(rows, matter=""),
    "sharing_grant_revoked_with_reason": lambda rows: sharing_rows.grant(rows, revoked_at=NOW),
    "sharing_reading_once": sharing_rows.reading_twice,
    "sender_key_revoked_with_reason": lambda rows: rows.sender_key(revoked_at=NOW),
    "sender_place_once": _same_place_of_key,
    "sender_place_settled_with_reason": lambda rows: rows.sender_place(settled_at=NOW),
    "sender_call_once": _same_call,
    "sender_call_answer_has_status": lambda rows: rows.sender_call(answer={}),
    "connector_name_once": lambda rows: _twice(rows.connector),
    "connector_kind_known": lambda rows: rows.connector(kind="ftp"),
    "connector_has_networks": lambda rows: rows.connector(networks=[]),
    "connector_held_has_reason": lambda rows: rows.connector(held_at=NOW),
    "connector_pull_state_known": lambda rows: rows.pull(state="lost"),
    "connector_pull_one_running": _two_pulls,
    "subject_code_kind_value": lambda rows: _twice(rows.code),
    "ending_cause_known": lambda rows: ending_rows.ending(rows, cause="forgotten"),
    "ending_ground_whole": lambda rows: ending_rows.ending(rows, ground_key=None),
    "telling_once": ending_rows.telling_twice,
    "telling_channel_known": lambda rows: ending_rows.telling(rows, channel="rumour"),
    "telling_receipt_says_something": lambda rows: ending_rows.telling(rows, received_at=NOW),
    "telling_received_after_told": lambda rows: ending_rows.telling(
        rows, told_at=NOW, received_at=BEFORE, receipt="收"
    ),
}


@pytest.fixture
def rows(people: People) -> Rows:
    return Rows(people)


def test_every_constraint_has_a_row_that_it_refuses() -> None:
    named = {
        constraint.name
        for model in apps.get_app_config("store").get_models()
        for constraint in model._meta.constraints
    }
    assert named == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_a_row_that_breaks_a_constraint_is_refused_by_that_constraint(rows: Rows, name: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        REFUSED[name](rows)
    assert refused.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def test_a_closed_version_makes_room_for_the_next(rows: Rows) -> None:
    first = rows.record(known_at=BEFORE, known_until=NOW)
    rows.record(record_key=first.record_key, natural_hash=first.natural_hash, subject=first.subject)


def test_a_stopped_publication_makes_room_for_the_next(rows: Rows) -> None:
    rows.publication(record_key=7, stopped_at=NOW, stop_reason="correct")
    rows.publication(record_key=7)


def test_an_earlier_content_of_a_policy_may_come_back(rows: Rows) -> None:
    rows.version(case=rows.case())
    rows.version(case=rows.case())
