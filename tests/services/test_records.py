"""Records change by new versions only; what was known on a day stays readable."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.records import Change, change_state, correct
from xinheng.services.subjects import open_file
from xinheng.store.models import LedgerEvent, Publication, Record, RecordDetail, Subject, SubjectName

CODE = "91410200MA00000011"
BEFORE = NOW - timedelta(days=30)


@pytest.fixture
def record(people: People) -> Record:
    subject = Subject.objects.create(
        code=CODE, name="开封甲乙食品有限公司", kind="enterprise", last_known_at=BEFORE
    )
    SubjectName.objects.create(subject=subject, name=subject.name, normalised=subject.name, known_at=BEFORE)
    created = Record.objects.create(
        record_key=1,
        subject=subject,
        item=4,
        row_no=2,
        amount_fen=500_000,
        decided_on=date(2026, 9, 1),
        known_at=BEFORE,
        natural_hash=b"n" * 16,
        content_hash=b"c" * 16,
    )
    RecordDetail.objects.create(record=created, document_no="汴市监罚〔2026〕1号", fields={"违法事实": "甲"})
    Publication.objects.create(
        record_key=1,
        ground=created,
        subject=subject,
        item=4,
        reviewed_by=people.zhou,
        published_at=BEFORE,
        calendar_version="v1",
    )
    return created


def corrected(people: People, policy: Policy, **values: object) -> None:
    change = Change(deed="correct", reason="录入错误", ground="更正函〔2026〕1号")
    correct(record_key=1, change=change, values=values, fields={}, actor=people.zhao, policy=policy, now=NOW)


def changed(people: People, policy: Policy, deed: str, *, ground: str = "（2026）豫02破1号") -> Record:
    change = Change(deed=deed, reason="重整", ground=ground)
    return change_state(record_key=1, change=change, actor=people.zhao, policy=policy, now=NOW)


WITHDRAWN = Change(deed="withdraw", reason="处罚决定被撤销", ground="汴政复决〔2026〕3号")


@pytest.mark.row("M5-10")
@pytest.mark.row("M3-05")
def test_a_withdrawn_record_leaves_every_surface_in_the_same_transaction(
    record: Record, people: People, policy: Policy
) -> None:
    following = change_state(record_key=1, change=WITHDRAWN, actor=people.zhao, policy=policy, now=NOW)
    record.refresh_from_db()
    assert (record.known_until, following.known_at) == (NOW, NOW)
    assert following.state == RecordState.WITHDRAWN
    publication = Publication.objects.get()
    assert (publication.stopped_at, publication.stop_reason) == (NOW, "withdraw")
    assert Subject.objects.get().version == 2
    assert LedgerEvent.objects.filter(kind="record.withdraw", object="record:1").exists()


@pytest.mark.row("M3-02")
def test_the_file_shows_what_was_known_on_a_day(record: Record, people: People, policy: Policy) -> None:
    corrected(people, policy, amount_fen=50_000)
    public_id = Subject.objects.get().public_id
    seen = {
        day: [
            r.amount_fen
            for r in open_file(public_id, actor=people.wang, reason="核对", now=NOW, known_on=day).records
        ]
        for day in (TODAY - timedelta(days=31), TODAY - timedelta(days=1), TODAY)
    }
    assert list(seen.values()) == [[], [500_000], [50_000]]
    assert LedgerEvent.objects.filter(kind="subject.read", subject=public_id).count() == 3


@pytest.mark.row("M3-05")
def test_a_change_without_ground_is_refused_and_changes_nothing(
    record: Record, people: People, policy: Policy
) -> None:
    with pytest.raises(Refusal, match="理由和所依据的文书"):
        changed(people, policy, "shield", ground=" ")
    assert Record.objects.count() == 1


@pytest.mark.row("M3-05")
def test_a_withdrawn_record_cannot_be_brought_back(record: Record, people: People, policy: Policy) -> None:
    change_state(record_key=1, change=WITHDRAWN, actor=people.zhao, policy=policy, now=NOW)
    with pytest.raises(Refusal, match="不能再改变"):
        changed(people, policy, "restore")


def test_a_revoked_decision_ends_its_publication(record: Record, people: People, policy: Policy) -> None:
    corrected(people, policy, finality=Finality.REVOKED)
    assert Publication.objects.get().stopped_at == NOW


@pytest.mark.row("X-01")
@pytest.mark.guard("G8")
def test_a_corrected_class_moves_the_end_of_the_publication(
    record: Record, people: People, policy: Policy
) -> None:
    corrected(people, policy, seriousness=Seriousness.SERIOUS)
    serious = Publication.objects.get()
    corrected(people, policy, seriousness=Seriousness.GENERAL)
    general = Publication.objects.get()
    assert serious.stop_on is not None and general.stop_on is not None
    assert general.stop_on < serious.stop_on
    assert general.ground == Record.objects.get(known_until__isnull=True)
    assert general.stopped_at is None


def test_the_day_of_a_decision_is_withdrawn_and_sent_anew_not_corrected(
    record: Record, people: People, policy: Policy
) -> None:
    with pytest.raises(Refusal, match="R07"):
        corrected(people, policy, decided_on=date(2026, 8, 1))
    assert Record.objects.count() == 1


@pytest.mark.guard("G8")
def test_a_record_corrected_to_a_class_that_is_not_published_leaves_the_public_page(
    record: Record, people: People, policy: Policy
) -> None:
    corrected(people, policy, seriousness=Seriousness.MINOR)
    publication = Publication.objects.get()
    assert (publication.stopped_at, publication.stop_reason) == (NOW, "correct")


def test_a_corrected_version_says_something_else_and_a_restored_one_the_same(
    record: Record, people: People, policy: Policy
) -> None:
    corrected(people, policy, amount_fen=50_000)
    once = bytes(Record.objects.get(known_until__isnull=True).content_hash)
    assert (once != bytes(record.content_hash), len(once)) == (True, 16)
    changed(people, policy, "shield")
    restored = changed(people, policy, "restore")
    assert bytes(restored.content_hash) == once
    corrected(people, policy, amount_fen=60_000)
    corrected(people, policy, amount_fen=50_000, finality=Finality.UPHELD)
    assert bytes(Record.objects.get(known_until__isnull=True).content_hash) == once


@pytest.fixture
def classed(record: Record, people: People, policy: Policy) -> Publication:
    """The publication of the record once its class and with it the term are known."""
    corrected(people, policy, seriousness=Seriousness.GENERAL)
    return Publication.objects.get()


@pytest.mark.guard("G3")
@pytest.mark.parametrize("finality", [Finality.UNDER_REVIEW, Finality.IN_COURT])
def test_an_appeal_alone_takes_nothing_from_the_public_page(
    classed: Publication, finality: Finality, people: People, policy: Policy
) -> None:
    corrected(people, policy, finality=finality)
    classed.refresh_from_db()
    assert (classed.stopped_at, Publication.objects.count()) == (None, 1)


@pytest.mark.row("M3-05")
@pytest.mark.guard("G8")
@pytest.mark.parametrize("deed", ["shield", "repair"])
def test_a_restored_record_is_public_again_by_the_review_it_had(
    classed: Publication, people: People, policy: Policy, deed: str
) -> None:
    changed(people, policy, deed)
    assert not Publication.objects.filter(stopped_at__isnull=True).exists()
    restored = changed(people, policy, "restore")
    again = Publication.objects.get(stopped_at__isnull=True)
    assert again.ground == restored
    assert again.published_at == restored.known_at
    assert (again.reviewed_by, again.stop_on) == (people.zhou, classed.stop_on)


def test_a_decision_upheld_after_its_revocation_is_public_again(
    classed: Publication, people: People, policy: Policy
) -> None:
    corrected(people, policy, finality=Finality.REVOKED)
    corrected(people, policy, finality=Finality.UPHELD)
    assert Publication.objects.get(stopped_at__isnull=True).reviewed_by == people.zhou


@pytest.mark.guard("G9")
def test_what_has_run_out_is_not_public_again(classed: Publication, people: People, policy: Policy) -> None:
    changed(people, policy, "shield")
    assert classed.stop_on is not None
    later = NOW + (classed.stop_on - TODAY)
    change = Change(deed="restore", reason="重整终结", ground="（2026）豫02破1号之二")
    change_state(record_key=1, change=change, actor=people.zhao, policy=policy, now=later)
    assert not Publication.objects.filter(stopped_at__isnull=True).exists()


@pytest.mark.guard("G9")
def test_a_publication_that_ended_in_time_is_not_begun_again_by_a_correction(
    classed: Publication, people: People, policy: Policy
) -> None:
    Publication.objects.update(stopped_at=NOW, stop_reason="expired")
    corrected(people, policy, seriousness=Seriousness.SERIOUS)
    assert not Publication.objects.filter(stopped_at__isnull=True).exists()


@pytest.mark.row("M3-05")
def test_a_note_on_what_is_public_leaves_it_public(
    classed: Publication, people: People, policy: Policy
) -> None:
    changed(people, policy, "annotate")
    changed(people, policy, "restore")
    assert Publication.objects.get() == classed
    assert Publication.objects.get().stopped_at is None


@pytest.mark.guard("G8")
def test_a_record_that_its_provider_closes_by_a_correction_leaves_the_public_page(
    classed: Publication, people: People, policy: Policy
) -> None:
    change = Change(deed="correct", reason="误标", ground="更正函〔2026〕1号")
    fields = {"公开类型": "不可公开"}
    correct(record_key=1, change=change, values={}, fields=fields, actor=people.zhao, policy=policy, now=NOW)
    assert Publication.objects.get().stop_reason == "correct"


@pytest.mark.row("M3-05")
@pytest.mark.parametrize("deed", ["annotate", "dispute"])
def test_a_note_does_not_bring_a_shielded_record_back(
    record: Record, people: People, policy: Policy, deed: str
) -> None:
    changed(people, policy, "shield")
    with pytest.raises(Refusal, match="不再产生影响"):
        changed(people, policy, deed)
    assert Record.objects.get(known_until__isnull=True).state == RecordState.SHIELDED


def test_known_time_never_runs_backwards(record: Record, people: People, policy: Policy) -> None:
    later = change_state(
        record_key=1, change=WITHDRAWN, actor=people.zhao, policy=policy, now=BEFORE - timedelta(days=5)
    )
    assert later.known_at > BEFORE


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_record SET amount_fen = 1",
        "DELETE FROM store_record",
        "UPDATE store_recorddetail SET document_no = ''",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE store_record CASCADE",
    ],
)
def test_the_database_itself_refuses_to_rewrite(record: Record, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"只增不改|不能修改"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_two_open_versions_of_one_act_are_impossible(record: Record) -> None:
    with pytest.raises(DatabaseError, match="record_one_open_version"), transaction.atomic():
        Record.objects.create(
            record_key=2,
            subject=record.subject,
            item=4,
            row_no=1,
            known_at=NOW,
            natural_hash=b"n" * 16,
            content_hash=b"d" * 16,
        )
