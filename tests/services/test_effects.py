"""One verb ends all that rests on a ground, in one transaction, and no table of effects can be forgotten."""

import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from tests.people import NOW, People
from tests.services.test_records import changed
from tests.services.test_records import record as record

from xinheng.core.grounds import EffectKind, EndCause, Ground, GroundKind
from xinheng.core.policy import Policy
from xinheng.services import effects, effects_audit
from xinheng.services.effects import end_effects, revive_effects
from xinheng.services.effects_audit import audit_effects
from xinheng.services.time import day_of
from xinheng.store import effect_kinds
from xinheng.store.effect_kinds import PUBLICATIONS, RESTS_OTHERWISE, STORED_EFFECTS, StoredEffect
from xinheng.store.models import Ending, Publication, Record, Subject

LATER = NOW + timedelta(hours=1)


class Row(models.Model):
    """A stand-in for any table of effects that takes its columns from ``Grounded``."""

    subject = models.ForeignKey(Subject, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    ground_kind = models.CharField(max_length=12)
    ground_key = models.BigIntegerField()
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_cause = models.CharField(max_length=24, default="")
    ended_why = models.CharField(max_length=40, default="")

    class Meta:
        abstract = True


class Entry(Row):
    class Meta:
        app_label = "effects_of_tests"
        managed = False
        db_table = "entry_of_tests"


class Applied(Row):
    class Meta:
        app_label = "effects_of_tests"
        managed = False
        db_table = "applied_of_tests"


ENTRIES = StoredEffect(EffectKind.LIST_ENTRY, Entry, "ground_kind", "ground_key", end_cause="end_cause")
MEASURES = StoredEffect(EffectKind.MEASURE, Applied, "ground_kind", "ground_key", job="tell_lifted")


@pytest.fixture
def kinds(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three kinds of stored effect: publications, entries of lists, measures."""
    all_kinds = (PUBLICATIONS, ENTRIES, MEASURES)
    for module in (effects, effects_audit, effect_kinds):
        monkeypatch.setattr(module, "STORED_EFFECTS", all_kinds)
    with connection.cursor() as cursor:
        for table in ("entry_of_tests", "applied_of_tests"):
            cursor.execute(
                f"CREATE TEMP TABLE {table} (id bigserial PRIMARY KEY, subject_id bigint, ground_kind text,"
                " ground_key bigint, suspended_at timestamptz, ended_at timestamptz, end_cause text, ended_why text)"
                " ON COMMIT DROP"
            )
    yield


def _rested(record: Record) -> tuple[Entry, Applied, Applied]:
    """An entry on the record, a measure on the entry, and a measure on the record itself."""
    subject = record.subject
    entry = Entry.objects.create(subject=subject, ground_kind="record", ground_key=record.record_key)
    on_entry = Applied.objects.create(subject=subject, ground_kind="list_entry", ground_key=entry.pk)
    direct = Applied.objects.create(subject=subject, ground_kind="record", ground_key=record.record_key)
    return entry, on_entry, direct


def _open() -> dict[str, int]:
    return {
        "shown": Publication.objects.filter(stopped_at__isnull=True).count(),
        "entries": Entry.objects.filter(ended_at__isnull=True).count(),
        "measures": Applied.objects.filter(ended_at__isnull=True).count(),
    }


def _jobs(name: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [json.loads(row[0]) for row in cursor.fetchall()]


@pytest.mark.row("M12-04")
@pytest.mark.row("M10-09")
@pytest.mark.row("M5-10")
@pytest.mark.parametrize("deed", ["repair", "withdraw"])
def test_what_rests_on_a_record_ends_with_it_through_the_list_entry(
    kinds: None, record: Record, people: People, policy: Policy, deed: str
) -> None:
    _, on_entry, direct = _rested(record)
    before = Subject.objects.get().version
    changed(people, policy, deed)
    assert _open() == {"shown": 0, "entries": 0, "measures": 0}
    assert Subject.objects.get().version == before + 1
    assert Entry.objects.get().ended_why == deed
    assert _jobs("tell_lifted") == [{"ended": [on_entry.pk, direct.pk]}]
    assert len(_jobs("tell_receivers")) == 1


@pytest.mark.row("M12-04")
@pytest.mark.guard("G9")
def test_an_ending_is_written_with_ids_alone(
    kinds: None, record: Record, people: People, policy: Policy
) -> None:
    _rested(record)
    changed(people, policy, "repair")
    ending = Ending.objects.get()
    assert (ending.ground_kind, ending.ground_key, ending.cause) == ("record", 1, "repaired")
    assert (ending.subjects, ending.records) == ([record.subject_id], [1])
    assert ending.effects == {"publication": 1, "list_entry": 1, "measure": 2}
    assert ending.spread_at is None


@pytest.mark.row("X-03")
def test_a_temporary_lift_rests_and_lives_again(
    kinds: None, record: Record, people: People, policy: Policy
) -> None:
    _rested(record)
    changed(people, policy, "shield")
    assert not Applied.objects.filter(suspended_at__isnull=True).exists()
    assert not Entry.objects.filter(suspended_at__isnull=True).exists()
    assert (_open()["shown"], _open()["measures"]) == (0, 2)
    assert audit_effects(today=day_of(NOW), now=NOW).orphans == ()
    change = {"deed": "restore", "ground": "（2026）豫02破1号之二"}
    assert changed(people, policy, **change).state == 1
    assert not Applied.objects.filter(suspended_at__isnull=False).exists()
    assert not Entry.objects.filter(suspended_at__isnull=False).exists()


@pytest.mark.row("X-03")
def test_what_rested_and_then_ended_for_good_does_not_come_back(
    kinds: None, record: Record, people: People, policy: Policy
) -> None:
    _rested(record)
    changed(people, policy, "shield")
    changed(people, policy, "repair")
    assert _open() == {"shown": 0, "entries": 0, "measures": 0}
    assert revive_effects(Ground(GroundKind.RECORD, 1), subject=record.subject_id) == 0
    assert _open()["measures"] == 0


def test_an_objection_ends_nothing_and_receivers_are_told(
    kinds: None, record: Record, people: People, policy: Policy
) -> None:
    _rested(record)
    changed(people, policy, "dispute")
    assert _open() == {"shown": 0 + 1, "entries": 1, "measures": 2}
    assert Ending.objects.get().cause == "disputed"


def test_effects_of_another_ground_stay(kinds: None, record: Record, people: People, policy: Policy) -> None:
    Applied.objects.create(subject=record.subject, ground_kind="decision", ground_key=1)
    changed(people, policy, "repair")
    assert _open()["measures"] == 1


def test_a_decision_that_ends_takes_many_effects_of_many_subjects_in_few_statements(
    kinds: None, record: Record
) -> None:
    others = [
        Subject.objects.create(code=None, name=f"样例{n}", kind="enterprise", last_known_at=NOW)
        for n in range(30)
    ]
    Applied.objects.bulk_create(
        Applied(subject=one, ground_kind="decision", ground_key=9) for one in others for _ in range(3)
    )
    with CaptureQueriesContext(connection) as seen:
        closing = end_effects(
            Ground(GroundKind.DECISION, 9), EndCause.REVOKED, subject=record.subject_id, now=LATER
        )
    assert len(closing.ended) == 90
    assert set(
        Subject.objects.filter(pk__in=[one.pk for one in others]).values_list("version", flat=True)
    ) == {2}
    assert len(seen) < 20


def test_an_effect_that_ended_before_keeps_its_end(kinds: None, record: Record) -> None:
    earlier = Applied.objects.create(
        subject=record.subject, ground_kind="record", ground_key=1, ended_at=NOW, ended_why="appeal"
    )
    end_effects(Ground(GroundKind.RECORD, 1), EndCause.REPAIRED, subject=record.subject_id, now=LATER)
    earlier.refresh_from_db()
    assert (earlier.ended_at, earlier.ended_why) == (NOW, "appeal")


def test_effects_end_in_a_transaction_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(RuntimeError, match="inside the transaction"):
        end_effects(Ground(GroundKind.RECORD, 1), EndCause.REPAIRED, subject=1, now=NOW)


_SAY_GROUNDS = ("ground", "record_key", "ground_kind", "ground_key", "ground_record", "ground_entry")


@pytest.mark.row("M12-04")
def test_every_table_that_says_on_what_it_rests_is_an_effect_or_says_why_not() -> None:
    """Ending cannot pass over a table that somebody adds."""
    resting = {
        model.__name__
        for model in apps.get_app_config("store").get_models()
        if any(field.name in _SAY_GROUNDS for field in model._meta.get_fields())
    }
    stored = {kind.model.__name__ for kind in STORED_EFFECTS}
    assert resting <= stored | set(RESTS_OTHERWISE)
    assert not stored & set(RESTS_OTHERWISE)


def test_no_kind_of_effect_is_kept_in_two_tables() -> None:
    tables = {(kind.kind, kind.table) for kind in STORED_EFFECTS}
    assert len(tables) == len({kind for kind, _ in tables})
    for kind in STORED_EFFECTS:
        for field in (
            kind.ground_key,
            kind.ended_at,
            kind.ended_why,
            kind.end_cause,
            kind.suspended_at,
            kind.over_on,
        ):
            assert not field or kind.model._meta.get_field(field)
