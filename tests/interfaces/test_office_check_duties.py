"""The page of how far departments check before they decide."""

import pytest
from django.urls import reverse
from tests.interfaces.office_people import signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.people import NOW, People

from xinheng.core.measures import Occasion
from xinheng.services.check_register import entry_of

pytestmark = [pytest.mark.usefixtures("office_clock"), pytest.mark.row("M6-03")]


def test_an_office_reads_and_exports_who_checked_before_deciding(people: People) -> None:
    entry_of(
        a_subject("样例公司").pk,
        Occasion.TENDER,
        organisation=people.market,
        field="",
        reference="招1",
        by=people.li,
        now=NOW,
    ).save()
    wang, url = signed_in(people.wang), reverse("office:check_duties")
    page = text(wang.get(url))
    assert "招标投标和公共资源交易" in page and "未归集" in page and "未与文件核对" in page
    table = wang.get(f"{url}?export=csv")
    assert table.headers["Content-Type"].startswith("text/csv") and "招标投标" in text(table)
    assert "没有登记过核查" in text(wang.get(f"{url}?year=2025"))
    assert wang.get(f"{url}?year=99999").status_code == 200
