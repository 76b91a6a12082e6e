"""The audit names every effect without a living ground, by kind and row, and nothing else."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.services.test_effects import Applied, Entry
from tests.services.test_effects import kinds as kinds
from tests.services.test_records import changed
from tests.services.test_records import record as record
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.services.effects_audit import audit_and_note, audit_effects
from xinheng.store.models import Case, Ending, LedgerEvent, Publication, Record


def _found() -> list[tuple[str, int]]:
    return [(one.what, one.id) for one in audit_effects(today=TODAY, now=NOW).orphans]


@pytest.mark.row("M12-04")
@pytest.mark.row("M10-09")
def test_a_sound_store_has_no_orphan(kinds: None, record: Record, people: People, policy: Policy) -> None:
    Applied.objects.create(subject=record.subject, ground_kind="record", ground_key=1)
    assert _found() == []
    changed(people, policy, "withdraw")
    assert _found() == []


def test_each_kind_of_effect_on_each_kind_of_ground_is_looked_at(
    kinds: None, record: Record, people: People, policy: Policy
) -> None:
    changed(people, policy, "withdraw")
    case = Rows(people).case(state="revoked")
    entry = Entry.objects.create(subject=record.subject, ground_kind="record", ground_key=1)
    over = Entry.objects.create(
        subject=record.subject, ground_kind="decision", ground_key=case.pk, ended_at=NOW
    )
    on_entry = Applied.objects.create(subject=record.subject, ground_kind="list_entry", ground_key=over.pk)
    on_case = Applied.objects.create(subject=record.subject, ground_kind="decision", ground_key=case.pk)
    nowhere = Applied.objects.create(subject=record.subject, ground_kind="record", ground_key=404)
    Publication.objects.update(stopped_at=None, stop_reason="")
    assert set(_found()) == {
        ("公示", Publication.objects.get().pk),
        ("列入名单", entry.pk),
        ("惩戒措施", on_entry.pk),
        ("惩戒措施", on_case.pk),
        ("惩戒措施", nowhere.pk),
    }
    Publication.objects.update(stopped_at=NOW, stop_reason="withdraw")


def test_what_rests_for_a_while_is_no_orphan_until_its_ground_ends(
    kinds: None, record: Record, people: People, policy: Policy
) -> None:
    one = Applied.objects.create(subject=record.subject, ground_kind="record", ground_key=1)
    changed(people, policy, "shield")
    assert _found() == []
    Applied.objects.update(suspended_at=None)
    assert _found() == [("惩戒措施", one.pk)]


def test_an_effect_that_rests_while_its_ground_stands_is_named(kinds: None, record: Record) -> None:
    one = Applied.objects.create(subject=record.subject, ground_kind="record", ground_key=1, suspended_at=NOW)
    assert _found() == [("惩戒措施", one.pk)]


def test_a_publication_that_outlived_its_last_day_is_named(record: Record) -> None:
    Publication.objects.update(stop_on=date(2026, 11, 20))
    assert _found() == [("公示", Publication.objects.get().pk)]


def test_an_ending_that_nobody_was_told_of_within_a_minute_is_named(
    record: Record, people: People, policy: Policy
) -> None:
    changed(people, policy, "repair")
    assert _found() == []
    late = audit_effects(today=TODAY, now=NOW + timedelta(seconds=90)).orphans
    assert [one.what for one in late] == ["终止告知"]
    Ending.objects.update(spread_at=NOW)
    assert audit_effects(today=TODAY, now=NOW + timedelta(seconds=90)).orphans == ()


def test_a_case_that_runs_on_an_ended_record_waits_for_a_person(
    record: Record, people: People, policy: Policy
) -> None:
    case = Rows(people).case(ground="record:1")
    assert audit_effects(today=TODAY, now=NOW).waiting == ()
    changed(people, policy, "repair")
    assert audit_effects(today=TODAY, now=NOW).waiting == (case.number,)
    Case.objects.update(closed_at=NOW)
    assert audit_effects(today=TODAY, now=NOW).waiting == ()


def test_what_the_night_finds_stands_in_the_ledger(record: Record) -> None:
    audit_and_note(today=TODAY, now=NOW)
    assert not LedgerEvent.objects.filter(kind="effects.orphans").exists()
    Publication.objects.update(stop_on=date(2026, 11, 20))
    audit_and_note(today=TODAY, now=NOW)
    assert LedgerEvent.objects.get(kind="effects.orphans").object == "day:2026-11-20"
