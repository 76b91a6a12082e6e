"""The failures of government bodies in the office: on the file of the body, and unit by unit with an export."""

from pathlib import Path

import pytest
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import penalty, write
from tests.services.test_government import bureau as bureau
from tests.services.test_government import marked

from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, import_file
from xinheng.store.flags import FlagKind
from xinheng.store.models import Subject

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M3-06")]


def test_the_file_of_a_body_shows_its_failures_and_leads_to_the_letters(
    bureau: Subject, people: People
) -> None:
    own = {"subject": bureau.public_id}
    address = reverse("office:subject", kwargs=own)
    page = text(signed_in(people.wang).get(address))
    assert all(word in page for word in ("政务失信", "拖欠中小企业账款", "汴清欠〔2026〕1号", "120,000.50"))
    assert "还没有登记上级单位" in page
    marked(bureau, people, FlagKind.STATE_BODY)
    page = text(signed_in(people.wang).get(address))
    assert "上级单位：市国资委" in page
    assert reverse("office:superior_letters", kwargs=own) in page


def test_every_other_file_is_without_that_part(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    import_file(write(tmp_path, penalty(1)), delivery)
    subject = Subject.objects.get()
    page = text(signed_in(people.wang).get(reverse("office:subject", kwargs={"subject": subject.public_id})))
    assert "政务失信" not in page


def test_units_are_counted_by_themselves_and_by_superior_and_exported(
    bureau: Subject, people: People
) -> None:
    marked(bureau, people, FlagKind.STATE_BODY)
    client, address = signed_in(people.wang), reverse("office:government")
    page = text(client.get(address))
    assert bureau.name in page
    assert "市国资委" in page
    table = client.get(address, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("单位,统一社会信用代码,性质,上级单位,在列失信")
    assert f"{bureau.name},{bureau.code},机关事业单位,市国资委,2,120000.50,2026-05-06,0,0" in table
    assert signed_in(people.li).get(address).status_code == 403
