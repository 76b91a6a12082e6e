"""Of whom departments read is kept for a term, and longer only where a department must still be told of an ending."""

from datetime import timedelta

import pytest
from django.db import connection
from tests.people import NOW, TODAY, People
from tests.store import sharing_rows
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.services.retention import forget_readings
from xinheng.store.models import LedgerEvent, SharingCall, SharingReading

pytestmark = [pytest.mark.django_db, pytest.mark.row("M2-13")]


def _forget(policy: Policy) -> int:
    return forget_readings(policy=policy, today=TODAY, now=NOW)


def test_readings_end_with_their_term_the_call_stays_as_a_count(people: People, policy: Policy) -> None:
    term = policy.days_kept("sharing_reading", on=TODAY)
    assert term is not None
    assert not policy.parameter("retention.sharing_reading_days", on=TODAY).verified
    rows = Rows(people)
    over, young = TODAY - timedelta(days=term + 1), TODAY - timedelta(days=term)
    ended = sharing_rows.grant(rows, from_on=over, until_on=over)
    old = sharing_rows.reading(rows, call=sharing_rows.call(rows, grant=ended, day=over))
    kept = sharing_rows.reading(rows, call=sharing_rows.call(rows, grant=ended, day=young))
    assert _forget(policy) == 1
    assert list(SharingReading.objects.values_list("pk", flat=True)) == [kept.pk]
    assert SharingCall.objects.filter(pk=old.call_id).exists()
    assert LedgerEvent.objects.get(kind="readings.forgotten")
    assert _forget(policy) == 0


@pytest.mark.guard("G9")
def test_the_last_reading_by_a_living_grant_stays_so_that_it_hears_of_the_ending(
    people: People, policy: Policy
) -> None:
    rows = Rows(people)
    over = TODAY - timedelta(days=(policy.days_kept("sharing_reading", on=TODAY) or 0) + 30)
    living = sharing_rows.grant(rows, from_on=over, until_on=TODAY)
    subject = rows.subject()
    first, last, empty = (
        sharing_rows.reading(
            rows,
            call=sharing_rows.call(rows, grant=living, day=over + timedelta(days=day)),
            subject=subject,
            records=records,
        )
        for day, records in enumerate((1, 2, 0))
    )
    assert _forget(policy) == 1
    assert set(SharingReading.objects.values_list("pk", flat=True)) == {last.pk, empty.pk}
    assert first.pk != last.pk


def test_nobody_else_can_remove_a_reading(people: People) -> None:
    sharing_rows.reading(Rows(people))
    with connection.cursor() as cursor:
        cursor.execute("SELECT store_forget_readings(%s)", [TODAY - timedelta(days=1)])
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT coalesce(current_setting('xinheng.forgetting', true), '')")
        assert cursor.fetchone()[0] == "", "the leave to remove ends with the function"
