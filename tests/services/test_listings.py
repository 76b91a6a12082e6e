"""Nobody comes on a list by one person, without notice, answer, proportion and both letters; who leaves, leaves everywhere."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from tests.people import NOW, TODAY, People
from tests.refusals import code_of
from tests.services.letter_cases import draft_of
from tests.services.listing_cases import HEADS, LIST, Listers, make_listers

from xinheng.core.days import add_months
from xinheng.core.grounds import EndCause, Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.effects import end_effects
from xinheng.services.letters import issue_letter
from xinheng.services.listings import answer_statement, decide, hear_statement, longest_term, notify, review
from xinheng.services.listings_entries import end_due, enter, follow_ended, revoke
from xinheng.services.records import Change, change_state
from xinheng.services.relations import Named, Person, name_person, relations_of
from xinheng.store.models import Batch, Case, ListEntry, Publication, Record, RelationKind, Subject

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def listers(people: People, policy: Policy) -> Listers:
    return make_listers(people, policy)


def _record(entry: ListEntry) -> Record:
    assert entry.record_key is not None
    return Record.objects.get(record_key=entry.record_key, known_until__isnull=True)


@pytest.mark.row("M9-02")
@pytest.mark.guard("G17")
def test_a_recognition_runs_from_final_evidence_to_an_entry_in_the_file(listers: Listers) -> None:
    entry = listers.listed()
    assert (entry.from_on, entry.until_on) == (TODAY, add_months(TODAY, 36))
    assert (entry.proposed_by, entry.decided_by) == (listers.people.wang, listers.people.zhao)
    record = _record(entry)
    assert (record.item, record.result, record.valid_to) == (14, "listed", entry.until_on)
    assert record.detail.title == "市场监督管理严重违法失信名单"
    case = Case.objects.get(pk=entry.decision_id)
    assert (case.state, case.closed_at) == ("listed", NOW)
    assert Subject.objects.get(pk=entry.subject_id).version > 1


@pytest.mark.row("M9-01")
def test_lists_outside_the_registry_and_those_of_others_are_refused(listers: Listers) -> None:
    assert code_of(listers.propose, key="city_blacklist") == "LIST-UNREGISTERED"
    assert code_of(listers.propose, key="黑名单") == "LIST-UNREGISTERED"
    assert code_of(listers.propose, key="dishonest_debtor") == "LIST-ELSEWHERE"
    assert not Case.objects.exists()


@pytest.mark.row("M9-01")
@pytest.mark.guard("G15")
def test_a_list_whose_term_nobody_knows_lists_nobody(listers: Listers) -> None:
    customs = listers.policy.lists.require("customs")
    assert code_of(longest_term, customs, policy=listers.policy, on=TODAY) == "POLICY-UNCONFIRMED"
    assert (
        code_of(longest_term, listers.policy.lists.require("charity"), policy=listers.policy, on=TODAY)
        == "LG13"
    )


@pytest.mark.row("M9-02")
@pytest.mark.guard("G3")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"finality": Finality.WITHIN_TERM}, "ground_not_final"),
        ({"finality": Finality.UNDER_REVIEW}, "ground_not_final"),
        ({"finality": Finality.UNKNOWN}, "ground_not_final"),
        ({"finality": Finality.REVOKED}, "ground_ended"),
        ({"state": RecordState.REPAIRED}, "ground_ended"),
        ({"state": RecordState.SHIELDED}, "ground_ended"),
        ({"item": 12}, "LG1"),
        ({"seriousness": Seriousness.GENERAL}, "LG2"),
        ({"known_until": NOW + timedelta(days=1)}, "LG8"),
    ],
)
def test_evidence_that_is_not_final_living_and_serious_grounds_nothing(
    listers: Listers, given: dict[str, object], code: str
) -> None:
    assert code_of(listers.propose, listers.evidence(**given)) == code


@pytest.mark.row("M9-02")
def test_information_that_is_no_public_credit_information_grounds_nothing(listers: Listers) -> None:
    record = listers.evidence()
    assert record.batch is not None
    Batch.objects.filter(pk=record.batch.pk).update(provenance=2)
    with pytest.raises(Refusal):
        listers.propose(record)
    assert not Case.objects.exists()


@pytest.mark.row("M9-02")
def test_only_the_body_that_holds_the_sector_recognises(listers: Listers) -> None:
    assert code_of(listers.propose, listers.evidence(), key="wages") == "LG10"


@pytest.mark.row("M9-02")
def test_the_same_recognition_is_not_opened_twice(listers: Listers) -> None:
    record = listers.evidence()
    first = listers.propose(record)
    with pytest.raises(Refusal, match=first.number):
        listers.propose(record)


@pytest.mark.row("M9-02")
@pytest.mark.guard("G17")
def test_without_a_served_notice_nobody_reviews(listers: Listers) -> None:
    case = listers.propose()
    notify(case, listers.by(listers.people.wang), reason="拟列入")
    Case.objects.filter(pk=case.pk).update(state="prepared")
    assert code_of(review, case, listers.by(listers.sun), reason="x") == "LG11"


@pytest.mark.row("M9-02")
def test_a_statement_is_answered_before_the_review(listers: Listers) -> None:
    early, case = NOW - timedelta(days=3), listers.propose(on=NOW - timedelta(days=3))
    notify(case, listers.by(listers.people.wang, on=early), reason="拟列入")
    listers.letter(case, "prior_notice", on=early)
    assert code_of(hear_statement, case, listers.by(listers.people.wang), said=" ", how="书面") == "LG14"
    said = "王小明的证件11010519491231002X，已经整改"
    case = hear_statement(case, listers.by(listers.people.wang), said=said, how="书面")
    kept = case.events.get(verb="state").details["said"]
    assert "19491231" not in kept and "整改" in kept
    assert code_of(review, case, listers.by(listers.sun), reason="x") in {"LG4", "flow_state"}
    case = answer_statement(case, listers.by(listers.people.wang), adopted=False, answer="整改不影响认定")
    assert case.state == "prepared"


@pytest.mark.row("M9-02")
@pytest.mark.guard("G11")
def test_consent_of_the_upper_organ_is_asked_where_the_list_asks_for_it(listers: Listers) -> None:
    case = listers.heard()
    assert code_of(review, case, listers.by(listers.sun), reason="x") == "LG4"


@pytest.mark.row("M9-03")
def test_the_decision_needs_another_person_every_head_and_a_compared_term(listers: Listers) -> None:
    case = listers.reviewed()
    zhao = listers.by(listers.people.zhao)
    short = HEADS | {"harm": "大"}
    assert code_of(decide, case, zhao, heads=short, term_confirmed=True, reason="x") == "LG5"
    assert code_of(decide, case, zhao, heads=HEADS, reason="x") == "LG17"
    assert code_of(decide, case, zhao, heads=HEADS, months=48, term_confirmed=True, reason="x") == "LG6"
    with pytest.raises(Refusal, match="决定人"):
        decide(case, listers.by(listers.people.wang), heads=HEADS, term_confirmed=True, reason="x")
    taken = decide(case, zhao, heads=HEADS, months=12, term_confirmed=True, reason="x")
    assert taken.events.get(verb="decide").details["heads"] == HEADS


@pytest.mark.row("M9-02")
@pytest.mark.guard("G3")
def test_evidence_that_falls_before_the_decision_stops_it(listers: Listers) -> None:
    record = listers.evidence()
    case = listers.reviewed(record)
    _befall(listers, record.record_key, "withdraw")
    zhao = listers.by(listers.people.zhao)
    assert code_of(decide, case, zhao, heads=HEADS, term_confirmed=True, reason="x") == "ground_ended"


@pytest.mark.row("M9-02")
@pytest.mark.guard("G17")
def test_without_both_letters_served_nobody_is_entered(listers: Listers) -> None:
    case = listers.decided()
    wang = listers.by(listers.people.wang)
    assert code_of(enter, case, wang, reason="x") == "LG12"
    words = {"actor": wang.actor, "policy": listers.policy, "now": NOW}
    issue_letter(case.public_id, draft_of("decision"), **words)  # type: ignore[arg-type]
    assert code_of(enter, case, wang, reason="x") == "LG12"
    assert not ListEntry.objects.exists()
    assert not Record.objects.filter(item=14).exists()


def _befall(listers: Listers, key: int, deed: str) -> None:
    change = Change(deed=deed, reason="法院判决撤销", ground="（2026）豫02行终1号")
    change_state(record_key=key, change=change, actor=listers.people.wang, policy=listers.policy, now=NOW)


def _gone(entry: ListEntry, state: RecordState) -> None:
    entry.refresh_from_db()
    record = _record(entry)
    assert (entry.ended_at is not None, record.state) == (True, state)
    assert Case.objects.get(pk=entry.decision_id).state in {"ended", "revoked"}
    assert not Publication.objects.filter(record_key=record.record_key, stopped_at__isnull=True).exists()


@pytest.mark.row("M9-04")
@pytest.mark.row("X-01")
@pytest.mark.parametrize(
    ("deed", "state"),
    [
        ("withdraw", RecordState.WITHDRAWN),
        ("repair", RecordState.REPAIRED),
        ("exit", RecordState.WITHDRAWN),
    ],
)
def test_when_the_ground_ends_the_entry_ends_with_its_record(
    listers: Listers, deed: str, state: RecordState
) -> None:
    entry = listers.listed()
    before = Subject.objects.get(pk=entry.subject_id).version
    _befall(listers, entry.ground_key, deed)
    _gone(entry, state)
    assert Subject.objects.get(pk=entry.subject_id).version > before


@pytest.mark.row("M9-04")
@pytest.mark.parametrize("deed", ["withdraw", "repair", "exit"])
def test_when_the_listing_itself_is_repaired_or_withdrawn_the_entry_ends(listers: Listers, deed: str) -> None:
    entry = listers.listed()
    assert entry.record_key is not None
    _befall(listers, entry.record_key, deed)
    _gone(entry, RecordState.REPAIRED if deed == "repair" else RecordState.WITHDRAWN)


@pytest.mark.row("M9-04")
def test_a_shield_on_the_ground_rests_the_entry_and_lifts_with_it(listers: Listers) -> None:
    entry = listers.listed()
    _befall(listers, entry.ground_key, "shield")
    entry.refresh_from_db()
    state = _record(entry).state
    assert (entry.ended_at, entry.suspended_at is not None, state) == (None, True, RecordState.SHIELDED)
    _befall(listers, entry.ground_key, "restore")
    entry.refresh_from_db()
    state = _record(entry).state
    assert (entry.ended_at, entry.suspended_at, state) == (None, None, RecordState.ACTIVE)


@pytest.mark.row("M9-04")
def test_a_term_that_is_over_ends_the_entry(listers: Listers) -> None:
    entry = listers.listed()
    assert entry.until_on is not None
    last = entry.until_on - timedelta(days=1)
    assert end_due(policy=listers.policy, today=last, now=NOW) == 0
    over = NOW + (entry.until_on - TODAY)
    assert end_due(policy=listers.policy, today=entry.until_on, now=over) == 1
    _gone(entry, RecordState.WITHDRAWN)
    assert entry.end_cause == "term_expired"
    assert end_due(policy=listers.policy, today=entry.until_on, now=over) == 0


@pytest.mark.row("M9-04")
def test_a_decision_that_is_taken_back_ends_the_entry(listers: Listers) -> None:
    entry = listers.listed()
    case = Case.objects.get(pk=entry.decision_id)
    revoke(case, listers.by(listers.people.zhao), reason="认定有误", document="撤决1号")
    _gone(entry, RecordState.WITHDRAWN)
    assert entry.end_cause == "revoked"


@pytest.mark.row("M9-04")
def test_an_entry_that_another_verb_ended_takes_its_record_along(listers: Listers) -> None:
    entry = listers.listed()
    ground = Ground(GroundKind.LIST_ENTRY, entry.pk)
    with transaction.atomic():
        end_effects(ground, EndCause.WITHDRAWN, subject=entry.subject_id, now=NOW, why="objection")
    assert follow_ended([entry.pk], policy=listers.policy, now=NOW) == 1
    _gone(entry, RecordState.WITHDRAWN)
    assert follow_ended([entry.pk], policy=listers.policy, now=NOW) == 0


@pytest.mark.guard("G11")
def test_persons_of_a_listing_are_sealed_and_forgotten_at_its_exit(listers: Listers) -> None:
    entry = listers.listed()
    assert entry.record_key is not None
    named = Named(
        person=Person("某某甲", "开封市某街1号"),
        kind=RelationKind.ACTUAL_CONTROLLER,
        source="列入决定书",
        from_on=date(2026, 11, 1),
    )
    name_person(record_key=entry.record_key, named=named, actor=listers.people.wang, now=NOW)
    subject = Subject.objects.get(pk=entry.subject_id)
    assert len(relations_of(subject)) == 1
    _befall(listers, entry.ground_key, "withdraw")
    assert relations_of(subject) == []


@pytest.mark.row("M9-02")
def test_who_stands_on_the_list_is_not_entered_again(listers: Listers) -> None:
    entry = listers.listed()
    other = listers.evidence(subject=Subject.objects.get(pk=entry.subject_id))
    assert code_of(listers.propose, other, key=LIST) == "LG18"


def test_an_entry_that_has_ended_stays_as_it_ended(listers: Listers) -> None:
    entry = listers.listed()
    _befall(listers, entry.ground_key, "withdraw")
    with pytest.raises(DatabaseError), transaction.atomic():
        ListEntry.objects.filter(pk=entry.pk).update(ended_at=None, end_cause="", ended_why="")
    with pytest.raises(DatabaseError), transaction.atomic():
        ListEntry.objects.filter(pk=entry.pk).delete()
