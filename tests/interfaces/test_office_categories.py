"""One file a subject assembles every category of the national catalogue (KF-8, 河南: 主体、类别全覆盖)."""

import hashlib

import pytest
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import NOW, TODAY, People

from xinheng.core.policy import Policy
from xinheng.store.models import Record, RecordDetail, Subject, SubjectName

pytestmark = pytest.mark.usefixtures("office_clock")


@pytest.fixture
def subject(people: People, policy: Policy) -> Subject:
    """With one record of each item."""
    made = Subject.objects.create(
        code="91410200MA00000011", name="样例全类有限公司", kind="enterprise", last_known_at=NOW
    )
    SubjectName.objects.create(subject=made, name=made.name, normalised=made.name, known_at=NOW)
    for item in policy.catalogue.items.values():
        digest = hashlib.md5(str(item.number).encode()).digest()
        record = Record.objects.create(
            record_key=item.number,
            subject=made,
            item=item.number,
            row_no=1,
            decided_on=TODAY,
            known_at=NOW,
            natural_hash=digest,
            content_hash=digest,
        )
        RecordDetail.objects.create(record=record, document_no=f"样例〔2026〕{item.number}号")
    return made


@pytest.mark.row("M3-01")
def test_the_file_of_a_subject_holds_every_category(subject: Subject, people: People, policy: Policy) -> None:
    officer: Client = signed_in(people.wang)
    address = reverse("office:subject", kwargs={"subject": subject.public_id})
    whole = text(officer.get(address))
    assert len(policy.catalogue.items) == 25
    for item in policy.catalogue.items.values():
        one = text(officer.get(f"{address}?item={item.number}"))
        assert f"样例〔2026〕{item.number}号" in one
        assert item.title in whole
        other = next(other for other in policy.catalogue.items.values() if other.number != item.number)
        assert f"样例〔2026〕{other.number}号" not in one
