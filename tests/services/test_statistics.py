"""Figures of collection: what is due and came, what was in order, what should be public and is not."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.people import NOW, TODAY, People
from tests.services.deliveries import penalty, write
from tests.store.rows import Rows

from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy, load_policy
from xinheng.core.publication import OPENNESS
from xinheng.core.roles import Verb
from xinheng.services.accounts import actor_of
from xinheng.services.collect import Delivery, import_file
from xinheng.services.desk import Kind, Seat, tasks
from xinheng.services.publication import publish_batch
from xinheng.services.reach import reached, tree
from xinheng.services.statistics import (
    Period,
    delivered,
    due_items,
    overdue_publications,
    publication_days,
)
from xinheng.store.models import Batch, Organisation, User


@pytest.fixture
def batch(people: People, policy: Policy, home: Path, tmp_path: Path) -> Batch:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    wrong = penalty(9, code="91410202MA000009AA")
    rows = [penalty(1, decided="2026-11-03"), penalty(2, decided="2026-11-19"), wrong]
    return import_file(write(tmp_path, *rows), delivery)


def _units() -> list[Organisation]:
    return list(Organisation.objects.order_by("pk"))


@pytest.mark.row("M2-06")
def test_a_department_is_measured_by_what_it_should_and_did_deliver(
    batch: Batch, people: People, policy: Policy
) -> None:
    city, market = delivered(_units(), period=Period(), policy=policy)
    assert (city.batches, city.rows, city.due) == (0, 0, frozenset())
    named = due_items("kaifeng.market_regulation", policy)
    assert {1, 13, 22} <= named
    assert market.due == named | {4}
    assert market.received == {4}
    assert (market.rows, market.in_order, market.waiting) == (3, 2, 1)
    assert market.problems["E03"] == 1
    later = Period(start=NOW + timedelta(days=1))
    assert delivered(_units(), period=later, policy=policy)[1].rows == 0


@pytest.mark.guard("G8")
def test_records_past_their_day_are_overdue_until_reviewed(
    batch: Batch, people: People, policy: Policy
) -> None:
    reach = [people.market.pk]
    late = overdue_publications(reach, policy=policy, today=TODAY)
    assert [(one.batch, one.records) for one in late] == [(batch, 1)]
    assert late[0].due_on < TODAY
    assert overdue_publications([people.city.pk], policy=policy, today=TODAY) == ()
    publish_batch(batch.public_id, reviewer=people.zhou, policy=policy, now=NOW)
    assert overdue_publications(reach, policy=policy, today=TODAY) == ()


@pytest.mark.guard("G8")
def test_what_its_provider_does_not_open_is_never_overdue(people: People) -> None:
    rows, nanyang = Rows(people), load_policy(settings.POLICY_ROOT, city="nanyang")
    batch = rows.batch()
    for words in ({}, {OPENNESS: "主动公开"}, {OPENNESS: " "}, {OPENNESS: "政务共享"}):
        record = rows.record(batch=batch, item=ITEMS["reward"], decided_on=TODAY)
        rows.detail(record=record, fields=words)
    found = publication_days([batch.pk], policy=nanyang, today=TODAY)
    assert [number for _, _, number in found] == [3]


def _seat(user: User, policy: Policy) -> Seat:
    actor, among = actor_of(user), tree()
    return Seat(user, lambda verb: reached(actor, verb, on=TODAY, among=among), policy, TODAY)


def test_a_desk_holds_what_its_officer_may_do(batch: Batch, people: People, policy: Policy) -> None:
    assert [(task.kind, task.count) for task in tasks(_seat(people.zhou, policy))] == [(Kind.REVIEW, 2)]
    waiting = [(task.kind, task.count) for task in tasks(_seat(people.zhao, policy))]
    assert waiting == [(Kind.IDENTITY, 1)], "a row without a code stands in one line, not in two"
    term = tasks(_seat(people.zhao, policy))[0].term
    assert term is not None and term.due is not None, "the day on which it goes back undecided"
    assert tasks(_seat(people.li, policy)) == []
    review = tasks(_seat(people.zhou, policy))[0].term
    assert review is not None
    assert review.workdays_left is not None
    assert review.workdays_left < 0


def test_a_role_reaches_its_organisation_and_all_below(people: People) -> None:
    among = tree()
    whole = {people.city.pk, people.market.pk}
    assert reached(actor_of(people.zhao), Verb.DECIDE_QUARANTINE, on=TODAY, among=among) == whole
    assert reached(actor_of(people.li), Verb.IMPORT_FILE, on=TODAY, among=among) == {people.market.pk}
    assert reached(actor_of(people.chen), Verb.READ_LEDGER, on=TODAY, among=among) == whole
    assert reached(actor_of(people.li), Verb.DECIDE_CASE, on=TODAY, among=among) == frozenset()
