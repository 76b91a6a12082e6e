"""What waited when records began to keep the first day off waits on with that day, and with no other."""

from importlib import import_module

import pytest
from django.db import connection
from tests.people import NOW, People
from tests.store.rows import Rows

from xinheng.store.models import Case, ReturnedRow

MIGRATION = import_module("xinheng.store.migrations.0605_first_days_off")
REMOVAL = {"columns": {"valid_to": {"headers": ["移出日期"]}}}
LAST_DAY = {"columns": {"valid_to": {"headers": ["有效期至"]}}}


def _made_later(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("feed", "ends", "later"),
    [
        ("penalty-dual-publicity", "2027-02-28", "2027-03-01"),
        ("penalty-dual-publicity", "9999-12-31", "9999-12-31"),
        ("penalty-dual-publicity", None, None),
        ("xinheng-abnormal-operation", "2027-02-28", "2027-02-28"),
        ("local-removals", "2027-02-28", "2027-02-28"),
        ("local-permits", "2027-02-28", "2027-03-01"),
    ],
)
def test_a_row_that_was_set_aside_keeps_the_first_day_off(
    people: People, feed: str, ends: str | None, later: str | None
) -> None:
    rows = Rows(people)
    rows.version(key="local-removals", body=LAST_DAY)
    rows.version(key="local-removals", body=REMOVAL)
    rows.version(key="local-permits", body=LAST_DAY)
    read = {"valid_to": ends, "title": "一件事"}
    row = rows.returned(batch=rows.batch(feed=feed), normalised=read)
    _made_later(MIGRATION.ROWS)
    assert ReturnedRow.objects.get(pk=row.pk).normalised == {**read, "valid_to": later}


def test_a_running_correction_keeps_the_first_day_off(people: People) -> None:
    rows, values = Rows(people), {"valid_to": "2027-02-28", "amount_fen": 5}
    said = {"values": values, "before": {"valid_to": "2026-02-28"}}
    running = rows.case(kind="correction", details=said)
    over = rows.case(kind="correction", details=said, closed_at=NOW)
    other = rows.case(kind="feed", details=said)
    _made_later(MIGRATION.CORRECTIONS)
    kept = {case.pk: case.details for case in Case.objects.all()}
    assert kept[running.pk] == {**said, "values": {**values, "valid_to": "2027-03-01"}}
    assert kept[over.pk] == kept[other.pk] == said
