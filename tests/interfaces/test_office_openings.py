"""Auditors see who opened the persons of listings, why and when, and never the person."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import REGISTER, code, name, registration, write
from tests.store.rows import Rows

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, import_file
from xinheng.services.relations import Named, Person, forget_persons, name_person, open_person
from xinheng.store.models import LedgerEvent, Record, Relation, RelationKind, Subject

pytestmark = [
    pytest.mark.usefixtures("office_clock"),
    pytest.mark.row("M1-04"),
    pytest.mark.guard("G11"),
]
PERSON = "欧阳某乙"


@pytest.fixture
def listed(people: People, policy: Policy, home: Path, tmp_path: Path) -> tuple[Relation, Relation]:
    sent = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW - timedelta(days=9))
    rows = [registration(number) for number in (1, 2)]
    import_file(write(tmp_path, *rows, header=REGISTER, called="登记.csv"), sent)
    rows_of = Rows(people)
    return _named(rows_of, people, 1), _named(rows_of, people, 2)


def _named(rows: Rows, people: People, number: int) -> Relation:
    record: Record = rows.record(
        subject=Subject.objects.get(code=code(number)),
        item=Item.SERIOUS_LIST,
        known_at=NOW,
        record_key=9000 + number,
        natural_hash=f"listing {number}".encode(),
    )
    named = Named(
        person=Person(PERSON, "某路 1 号"),
        kind=RelationKind.LEGAL_REPRESENTATIVE,
        source=f"列入决定〔2026〕{number}号",
        from_on=date(2026, 3, 2),
    )
    return name_person(record_key=record.record_key, named=named, actor=people.wang, now=NOW)


def _rows(answer: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.removeprefix("﻿"))))


def test_every_opening_is_listed_with_officer_reason_and_decision_but_without_the_person(
    listed: tuple[Relation, Relation], people: People
) -> None:
    one, other = listed
    open_person(one.public_id, actor=people.wang, reason="送达列入决定书", now=NOW)
    open_person(other.public_id, actor=people.zhao, reason="约谈", now=NOW - timedelta(days=40))
    forget_persons(one.record_key, why="removed", now=NOW)
    auditor = signed_in(people.chen)
    page = text(auditor.get(reverse("office:opened_persons")))
    for words in (
        "送达列入决定书",
        "约谈",
        people.wang.display_name,
        name(1),
        "列入决定〔2026〕1号",
        "已删除",
    ):
        assert words in page
    assert PERSON not in page
    assert "某路" not in page
    narrowed = text(auditor.get(reverse("office:opened_persons"), {"actor": people.zhao.username}))
    assert "约谈" in narrowed
    assert "送达列入决定书" not in narrowed
    late = text(auditor.get(reverse("office:opened_persons"), {"from": "2026-11-01"}))
    assert "送达列入决定书" in late
    assert name(2) not in late


def test_the_table_holds_what_the_filters_leave_and_its_export_is_an_event(
    listed: tuple[Relation, Relation], people: People
) -> None:
    open_person(listed[0].public_id, actor=people.wang, reason="=送达", now=NOW)
    open_person(listed[1].public_id, actor=people.wang, reason="约谈", now=NOW)
    auditor = signed_in(people.chen)
    page = text(auditor.get(reverse("office:opened_persons"), {"subject": code(1)}))
    assert f"{reverse('office:opened_persons_table')}?subject={code(1)}" in page
    rows = _rows(text(auditor.get(reverse("office:opened_persons_table"), {"subject": code(1)})))
    assert [row[5] for row in rows[1:]] == [code(1)]
    assert not rows[1][8].startswith("="), "no cell acts as a formula"
    assert LedgerEvent.objects.get(kind="relation.openings_exported").actor == people.chen


def test_openings_stay_in_sight_after_a_merge_and_over_several_pages(
    listed: tuple[Relation, Relation], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = listed
    for place in range(55):
        open_person(one.public_id, actor=people.wang, reason=f"送达第{place}次", now=NOW)
    Relation.objects.filter(pk=one.pk).update(subject=other.subject)
    Rows(people).merge(absorbed=one.subject, survivor=other.subject)
    auditor = signed_in(people.chen)
    first = text(auditor.get(reverse("office:opened_persons")))
    assert "送达第54次" in first
    assert "送达第0次" not in first
    oldest = LedgerEvent.objects.filter(kind="relation.opened").order_by("-pk")[49].pk
    assert "送达第0次" in text(auditor.get(reverse("office:opened_persons"), {"after": oldest}))


def test_the_overview_is_open_to_auditors_only(people: People) -> None:
    for person in (people.wang, people.zhao, people.li):
        client = signed_in(person)
        assert client.get(reverse("office:opened_persons")).status_code == 403
        assert client.get(reverse("office:opened_persons_table")).status_code == 403
    assert "没有符合条件的查看" in text(signed_in(people.chen).get(reverse("office:opened_persons")))
