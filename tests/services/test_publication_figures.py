"""All ten kinds of act wait for a second person, are public after the review, and count as late after their day."""

from datetime import timedelta

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People
from tests.store.rows import Rows

from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy, load_policy
from xinheng.core.records import Seriousness
from xinheng.services.publication import publish_batch
from xinheng.services.publication_figures import punctuality, waiting_acts
from xinheng.store.models import Batch, BatchState, Publication, RecordDetail

pytestmark = [pytest.mark.row("M5-01"), pytest.mark.guard("G8")]


@pytest.fixture
def nanyang() -> Policy:
    return load_policy(settings.POLICY_ROOT, city="nanyang")


def _batch(rows: Rows, kind: str, days: int, **columns: object) -> Batch:
    batch = rows.batch(item=ITEMS[kind], state=BatchState.LOADED, loaded_at=NOW)
    record = rows.record(
        batch=batch, item=ITEMS[kind], decided_on=TODAY - timedelta(days=days), known_at=NOW, **columns
    )
    RecordDetail.objects.create(record=record, document_no="南〔2026〕1号")
    return batch


def test_what_waits_is_told_with_its_day_and_who_was_late_is_counted(
    people: People, nanyang: Policy, policy: Policy
) -> None:
    rows = Rows(people)
    late, soon = _batch(rows, "levy", 40), _batch(rows, "confirmation", 1)
    reach = [people.market.pk]
    waiting = waiting_acts(reach, policy=nanyang, today=TODAY)
    assert [(one.batch, one.records) for one in waiting] == [(late, 1), (soon, 1)]
    assert waiting[0].due_on is not None and waiting[0].due_on < TODAY
    assert waiting_acts(reach, policy=policy, today=TODAY) == (), "not public in a city that says nothing"
    for batch in (late, soon):
        assert publish_batch(batch.public_id, reviewer=people.zhou, policy=nanyang, now=NOW) == 1
    assert waiting_acts(reach, policy=nanyang, today=TODAY) == ()
    (told,) = punctuality(reach, policy=nanyang, since=TODAY - timedelta(days=90))
    assert punctuality(reach, policy=nanyang, since=TODAY)[0].published == 1, (
        "what was due long ago is no news"
    )
    assert (told.organisation, told.published, told.late) == (people.market.pk, 2, 1)


@pytest.mark.guard("G15")
def test_what_no_text_gives_a_day_waits_without_one(people: People, policy: Policy) -> None:
    batch = _batch(Rows(people), "reward", 400)
    (told,) = waiting_acts([people.market.pk], policy=policy, today=TODAY)
    assert (told.batch, told.due_on) == (batch, None)
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    assert punctuality([people.market.pk], policy=policy, since=TODAY - timedelta(days=90)) == ()


@pytest.mark.guard("G1")
def test_a_payment_to_a_sole_trader_and_a_compulsion_without_class_stay_unpublished(
    people: People, nanyang: Policy
) -> None:
    rows = Rows(people)
    trader, firm = rows.subject(kind="sole_trader"), rows.subject(kind="enterprise")
    batches = [
        _batch(rows, "payment", 1, subject=trader),
        _batch(rows, "payment", 1, subject=firm),
        _batch(rows, "compulsion", 1, subject=firm),
        _batch(rows, "compulsion", 1, subject=firm, seriousness=Seriousness.GENERAL),
    ]
    shown = [publish_batch(one.public_id, reviewer=people.zhou, policy=nanyang, now=NOW) for one in batches]
    assert shown == [0, 1, 0, 1]
    assert not Publication.objects.filter(subject=trader).exists()
