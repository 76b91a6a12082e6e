"""Decisions that were delivered stand beside the checks before them, organ by organ; what is not collected says so."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.catalogue import Item
from xinheng.core.measures import Occasion
from xinheng.core.policy import Policy
from xinheng.services.check_duties import DutyDone, duties_done
from xinheng.services.check_register import entry_of

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M6-03")]
YEAR = {"start": date(TODAY.year, 1, 1), "end": date(TODAY.year + 1, 1, 1)}


def test_a_decision_counts_as_checked_by_a_check_of_the_same_organ_before_it(
    people: People, policy: Policy
) -> None:
    rows = Rows(people)
    batch = rows.batch(state="loaded", item=Item.PERMIT, loaded_at=NOW)
    checked = rows.record(item=Item.PERMIT, decided_on=TODAY, batch=batch)
    rows.record(item=Item.PERMIT, decided_on=TODAY - timedelta(days=1), batch=batch)
    for occasion in (Occasion.LICENSING, Occasion.TENDER):
        entry_of(
            checked.subject_id,
            occasion,
            organisation=batch.organisation,
            field="",
            reference="受理1号",
            by=people.li,
            now=NOW,
        ).save()
    unit = batch.organisation_id
    assert duties_done([unit], policy=policy, **YEAR) == [
        DutyDone(organisation=unit, matter="licensing", decisions=2, before=1, desk=1, desk_open=1),
        DutyDone(organisation=unit, matter="tender", desk=1, desk_open=1),
    ]
    assert not duties_done([unit], policy=policy, start=date(2025, 1, 1), end=date(2026, 1, 1))
    assert not duties_done([people.city.pk], policy=policy, **YEAR)
