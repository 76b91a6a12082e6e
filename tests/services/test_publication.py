"""Only what may be public is published, and what a correction changes is published as corrected."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People

from xinheng.core.days import CalendarYear
from xinheng.core.policy import Policy, overlaid
from xinheng.core.records import Finality, RecordState, Seriousness
from xinheng.services.publication import publish_batch, recompute_due_dates, stop_due, term_of
from xinheng.services.records import Change, change_state
from xinheng.store.models import Batch, BatchState, Publication, Record, RecordDetail, Subject

PENALTY = 4


@pytest.fixture
def batch(people: People) -> Batch:
    return Batch.objects.create(
        organisation=people.market,
        received_by=people.li,
        received_at=NOW,
        file_name="行政处罚.csv",
        file_digest="sha256:0",
        policy_digest="sha256:0",
        item=PENALTY,
        state=BatchState.LOADED,
        loaded_at=NOW,
    )


def penalised(batch: Batch, number: int, **columns: object) -> Record:
    subject = Subject.objects.create(
        name=f"开封某某{number}号食品有限公司", kind="enterprise", last_known_at=NOW
    )
    given = {"seriousness": Seriousness.GENERAL, "decided_on": TODAY - timedelta(days=9), "known_at": NOW}
    return Record.objects.create(
        record_key=number,
        subject=subject,
        batch=batch,
        item=PENALTY,
        row_no=number,
        natural_hash=bytes([number]) * 16,
        content_hash=bytes([number]) * 16,
        **given | columns,
    )


@pytest.mark.guard("G3")
def test_a_revoked_decision_is_not_published(batch: Batch, people: People, policy: Policy) -> None:
    penalised(batch, 1)
    penalised(batch, 2, finality=Finality.REVOKED)
    penalised(batch, 3, finality=Finality.IN_COURT)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 2
    assert set(Publication.objects.values_list("record_key", flat=True)) == {1, 3}


@pytest.mark.guard("G8")
def test_minor_shielded_and_outlived_records_are_not_published(
    batch: Batch, people: People, policy: Policy
) -> None:
    penalised(batch, 1, seriousness=Seriousness.MINOR)
    penalised(batch, 2, state=RecordState.SHIELDED)
    penalised(batch, 3, decided_on=date(2015, 1, 1))
    penalised(batch, 4, seriousness=Seriousness.NONE)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 0
    batch.refresh_from_db()
    assert batch.published_by == people.zhou


@pytest.mark.guard("G8")
def test_what_its_provider_does_not_open_to_everybody_is_not_published(
    batch: Batch, people: People, policy: Policy
) -> None:
    marks = ["可向社会公开", "特定范围内公开", "不可公开", "依申请公开", " "]
    for number, mark in enumerate(marks, start=1):
        RecordDetail.objects.create(record=penalised(batch, number), fields={"公开类型": mark})
    penalised(batch, 9)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW) == 3
    assert set(Publication.objects.values_list("record_key", flat=True)) == {1, 5, 9}


def test_a_record_shielded_while_its_batch_was_reviewed_is_public_once_restored(
    batch: Batch, people: People, policy: Policy
) -> None:
    RecordDetail.objects.create(record=penalised(batch, 1, state=RecordState.SHIELDED))
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    late = penalised(batch, 2, state=RecordState.SHIELDED, known_at=NOW + timedelta(hours=1))
    RecordDetail.objects.create(record=late)
    change = Change(deed="restore", reason="重整终结", ground="（2026）豫02破1号之二")
    for key in (1, 2):
        later = NOW + timedelta(hours=2)
        change_state(record_key=key, change=change, actor=people.zhao, policy=policy, now=later)
    shown = Publication.objects.get()
    assert (shown.record_key, shown.reviewed_by) == (1, people.zhou)


@pytest.mark.row("M5-10")
def test_the_end_of_a_publication_makes_what_is_derived_from_the_file_stale(
    batch: Batch, people: People, policy: Policy
) -> None:
    record = penalised(batch, 1)
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    last = Publication.objects.get().stop_on
    assert last is not None
    later = NOW + (last - TODAY)
    assert stop_due(today=last, now=later) == 1
    record.subject.refresh_from_db()
    assert record.subject.version == 2


def test_a_new_calendar_moves_the_due_day_of_what_is_shown(
    batch: Batch, people: People, policy: Policy
) -> None:
    penalised(batch, 1)
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    before = Publication.objects.get()
    assert before.due_on is not None
    year = CalendarYear(
        year=before.due_on.year,
        source="gwy-holidays",
        verified=False,
        holidays=(before.due_on,),
        make_up_workdays=(),
    )
    assert recompute_due_dates(policy=overlaid(policy, feeds=[], years=[year])) == 1
    after = Publication.objects.get()
    assert after.due_on is not None and after.due_on > before.due_on
    assert after.calendar_version != before.calendar_version


@pytest.mark.guard("G6")
def test_the_periods_of_the_senders_sector_hold(policy: Policy) -> None:
    words = {
        "item": 4,
        "seriousness": Seriousness.GENERAL,
        "decided_on": date(2026, 1, 10),
        "today": date(2026, 2, 1),
    }
    general = term_of(policy, **words)  # type: ignore[arg-type]
    market = term_of(policy, **words, sector="market_regulation")  # type: ignore[arg-type]
    assert general is not None and general.stop_on == date(2029, 1, 10)
    assert market is not None and market.stop_on == date(2027, 1, 10)
