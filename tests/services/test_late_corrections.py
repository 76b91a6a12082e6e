"""A department that tells an act otherwise than before is believed only after a person has compared both."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import penalty, write
from tests.services.letter_cases import draft_of

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, import_file
from xinheng.services.late_corrections import beside, take_correction
from xinheng.services.letters import issue_letter
from xinheng.services.quality import Scope, count_batches, groups, whole
from xinheng.store.models import (
    BatchCount,
    Case,
    Conflict,
    Organisation,
    OrganisationKind,
    Record,
    ReturnedRow,
    Subject,
)

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.row("M3-05"), pytest.mark.row("M2-05")]
LATER = NOW + timedelta(hours=1)
WHY = {"reason": "原报金额录入有误", "ground": "决定书原件汴市监罚〔2026〕7号"}


def _told(people: People, policy: Policy, path: Path, *, unit: Organisation | None = None) -> None:
    actor = None if unit else people.li
    import_file(path, Delivery(policy=policy, organisation=unit or people.market, actor=actor, now=NOW))
    count_batches(now=NOW)


def _twice(people: People, policy: Policy, folder: Path) -> ReturnedRow:
    for number, fine in enumerate(("0.5", "0.9")):
        _told(people, policy, write(folder, penalty(7, fine=fine), called=f"{number}.csv"))
    return ReturnedRow.objects.get()


def _firm() -> Subject:
    return Record.objects.order_by("pk")[0].subject


def test_the_later_content_becomes_a_new_version(people: People, policy: Policy, tmp_path: Path) -> None:
    row = _twice(people, policy, tmp_path)
    sides = beside(row)
    assert sides is not None
    assert "金额" in sides.differs
    assert (sides.first.said["金额"], sides.second.said["金额"]) == ("5,000.00 元", "9,000.00 元")
    subject = Record.objects.get().subject
    take_correction(row.pk, actor=people.zhao, policy=policy, now=LATER, **WHY)
    former, current = Record.objects.order_by("pk")
    assert (former.amount_fen, former.known_until is None) == (500_000, False)
    assert (current.amount_fen, current.record_key) == (900_000, former.record_key)
    note = current.note
    assert (note.deed, note.reason, note.ground, note.actor) == ("correct", *WHY.values(), people.zhao)
    version = subject.version
    subject.refresh_from_db()
    assert subject.version > version, "grades and pages that rest on the record are stale at once"
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("accepted", people.zhao)
    count_batches(now=LATER)
    tally = whole(groups(Scope(organisations=frozenset([people.market.pk]))))
    assert (tally.accepted, tally.adopted, tally.returned) == (2, 1, 0)
    assert BatchCount.objects.count() == 2


@pytest.mark.guard("G17")
def test_a_heavier_later_content_is_told_to_the_enterprise_by_letter(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    row = _twice(people, policy, tmp_path)
    case = take_correction(row.pk, actor=people.zhao, policy=policy, now=LATER, **WHY)
    assert case is not None
    assert (case.kind, case.state, case.subject) == ("correction", "corrected", _firm())
    assert case.details["before"] == {"amount_fen": 500_000} and case.details["heavier"] == ["金额"]
    verbs = list(case.events.order_by("sequence").values_list("verb", "actor"))
    assert verbs == [("bring", None), ("carry", people.zhao.pk)]
    letter = issue_letter(
        case.public_id, draft_of("correction_notice"), actor=people.wang, policy=policy, now=LATER
    )
    assert letter.kind == "correction_notice"


def test_a_lighter_later_content_needs_no_letter(people: People, policy: Policy, tmp_path: Path) -> None:
    for number, fine in enumerate(("0.9", "0.5")):
        _told(people, policy, write(tmp_path, penalty(7, fine=fine), called=f"{number}.csv"))
    row = ReturnedRow.objects.get()
    assert take_correction(row.pk, actor=people.zhao, policy=policy, now=LATER, **WHY) is None
    assert not Case.objects.filter(kind="correction").exists()


def test_who_sent_it_decides_nothing_and_a_document_is_asked(
    people: People, policy: Policy, tmp_path: Path
) -> None:
    row = _twice(people, policy, tmp_path)
    with pytest.raises(Refusal, match="B04"):
        take_correction(row.pk, actor=people.li, policy=policy, now=LATER, **WHY)
    with pytest.raises(Refusal, match="LK2"):
        take_correction(row.pk, actor=people.zhao, policy=policy, now=LATER, reason="有误", ground=" ")
    assert Record.objects.get().amount_fen == 500_000


def test_two_departments_are_decided_as_a_conflict(people: People, policy: Policy, tmp_path: Path) -> None:
    other = Organisation.objects.create(
        key="kaifeng.justice", kind=OrganisationKind.DEPARTMENT, parent=people.city, division_code="410200"
    )
    _told(people, policy, write(tmp_path, penalty(7)))
    _told(people, policy, write(tmp_path, penalty(7, fine="0.9"), called="司法局.csv"), unit=other)
    row = Conflict.objects.get().row
    assert row is not None
    assert beside(row) is None
    with pytest.raises(Refusal, match="LK1"):
        take_correction(row.pk, actor=people.zhao, policy=policy, now=LATER, **WHY)
