"""A person of a listing is kept only while the listing lives, and an entry needs the listing and the decision."""

from datetime import date, timedelta

import pytest
from tests.people import NOW, TODAY, People

from xinheng.core.refusal import Refusal
from xinheng.services.relations import Named, Person, forget_ended, name_person, open_person, relations_of
from xinheng.store.models import LedgerEvent, Record, RecordDetail, Relation, RelationKind, Subject

NAMED = Named(
    person=Person("某某甲", "开封市某街1号"),
    kind=RelationKind.ACTUAL_CONTROLLER,
    source="列入决定书〔2026〕1号",
    from_on=date(2026, 3, 2),
)


def listing(**columns: object) -> Record:
    subject = Subject.objects.create(name="开封某某有限公司", kind="enterprise", last_known_at=NOW)
    given = {"item": 14, "result": "listed", "record_key": 7} | columns
    made = Record.objects.create(
        subject=subject,
        row_no=1,
        known_at=NOW,
        natural_hash=b"n" * 16,
        content_hash=b"c" * 16,
        decided_on=date(2026, 3, 2),
        **given,
    )
    RecordDetail.objects.create(record=made)
    return made


@pytest.mark.row("M1-04")
@pytest.mark.guard("G11")
def test_a_person_goes_with_the_term_of_the_listing(people: People) -> None:
    record = listing(valid_to=TODAY + timedelta(days=1))
    kept = name_person(record_key=7, named=NAMED, actor=people.wang, now=NOW)
    assert open_person(kept.public_id, actor=people.wang, reason="约谈", now=NOW) == NAMED.person
    assert forget_ended(today=TODAY, now=NOW) == 0
    assert forget_ended(today=TODAY + timedelta(days=1), now=NOW) == 1
    assert relations_of(record.subject) == []
    assert Relation.objects.get().sealed is None
    assert "某某甲" not in str(list(LedgerEvent.objects.values_list("reason", "object", "kind")))


@pytest.mark.row("M1-04")
@pytest.mark.parametrize(
    "columns", [{"item": 4}, {"state": 6}, {"finality": 5}, {"valid_to": TODAY}, {"result": "removed"}]
)
def test_what_is_no_living_listing_names_nobody(people: People, columns: dict[str, object]) -> None:
    listing(**columns)
    with pytest.raises(Refusal, match="在列"):
        name_person(record_key=7, named=NAMED, actor=people.wang, now=NOW)


def test_a_person_is_not_opened_without_a_use(people: People) -> None:
    listing()
    kept = name_person(record_key=7, named=NAMED, actor=people.wang, now=NOW)
    with pytest.raises(Refusal, match="用途"):
        open_person(kept.public_id, actor=people.wang, reason=" ", now=NOW)
