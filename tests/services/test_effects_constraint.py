"""The database itself refuses a commit that ends a ground and leaves in force what rests on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.db.utils import InternalError
from tests.people import NOW, TODAY, People
from tests.store import campaign_rows, measure_rows
from tests.store.rows import Rows

from xinheng.core.records import Finality, RecordState
from xinheng.store.models import CampaignLine, ListEntry, MeasureApplied, Record

pytestmark = [pytest.mark.row("M12-04"), pytest.mark.row("M10-09")]


def _entry(rows: Rows, record: Record) -> ListEntry:
    return ListEntry.objects.create(
        subject=record.subject,
        ground_kind="record",
        ground_key=record.record_key,
        list_key="focus.food",
        kind="focus",
        organisation=rows.people.market,
        decision=rows.case(),
        proposed_by=rows.people.wang,
        decided_by=rows.people.zhao,
        from_on=TODAY,
        entered_at=NOW,
    )


def _measure(rows: Rows, record: Record, **given: Any) -> MeasureApplied:
    given = {"ground_key": record.record_key, "subject": record.subject} | given
    return measure_rows.measure(rows, **given)


def _line(rows: Rows, record: Record) -> CampaignLine:
    return campaign_rows.line(rows, ground_key=record.record_key, subject=record.subject)


EFFECTS: dict[str, Callable[[Rows, Record], Model]] = {
    "公示": lambda rows, record: rows.publication(ground=record),
    "名单列入": _entry,
    "措施": _measure,
    "专项治理": _line,
}


def _ends(rows: Rows, record: Record, **given: Any) -> None:
    """A hand that writes past the services."""
    Record.objects.filter(pk=record.pk).update(known_until=NOW + timedelta(days=1))
    values = {"state": RecordState.ACTIVE, "finality": Finality.FINAL, "known_at": NOW + timedelta(days=1)}
    rows.record(
        record_key=record.record_key,
        subject=record.subject,
        natural_hash=record.natural_hash,
        **values | given,
    )


@pytest.mark.parametrize("word", EFFECTS)
@pytest.mark.parametrize(
    "given",
    [{"state": RecordState.REPAIRED}, {"state": RecordState.WITHDRAWN}, {"finality": Finality.REVOKED}],
    ids=["repaired", "withdrawn", "revoked"],
)
def test_an_ended_record_leaves_nothing_in_force(people: People, word: str, given: dict[str, Any]) -> None:
    rows = Rows(people)
    record = rows.record()
    EFFECTS[word](rows, record)
    with pytest.raises(InternalError, match=f"仍有{word}以它为依据"), transaction.atomic():
        _ends(rows, record, **given)
        connection.check_constraints()


@pytest.mark.parametrize("word", EFFECTS)
def test_a_record_that_stands_may_change(people: People, word: str) -> None:
    rows = Rows(people)
    record = rows.record()
    EFFECTS[word](rows, record)
    _ends(rows, record, state=RecordState.ANNOTATED)
    connection.check_constraints()


def test_an_ended_entry_leaves_no_measure(people: People) -> None:
    rows = Rows(people)
    record = rows.record()
    entry = _entry(rows, record)
    _measure(rows, record, ground_kind="list_entry", ground_key=entry.pk)
    with pytest.raises(InternalError, match="仍有措施以它为依据"), transaction.atomic():
        ListEntry.objects.filter(pk=entry.pk).update(ended_at=NOW, end_cause="repaired")
        connection.check_constraints()
