"""The pages of what goes upwards: made, handed over, answered; a department sees only its own."""

import pytest
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.test_up_reports import _penalty

from xinheng.store.models import UpReport

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.row("M5-02")]
PAGE = "/office/up/"


def test_the_credit_office_hands_over_a_file_and_enters_its_receipt(people: People) -> None:
    _penalty(people)
    officer, reporter = signed_in(people.wang), signed_in(people.li)
    assert post(officer, f"{PAGE}make/").status_code == 302
    report = UpReport.objects.get()
    own = f"{PAGE}{report.public_id}/"
    assert own in text(officer.get(PAGE)) and "待交出" in text(officer.get(PAGE))
    assert "下载文件" in text(officer.get(own))
    assert b"".join(officer.get(f"{own}file/").streaming_content).startswith(b"PK")
    post(officer, own)
    assert "再次下载文件" in text(officer.get(own))
    assert b"".join(officer.get(f"{own}file/").streaming_content).startswith(b"PK")
    UpReport.objects.update(answered_at=NOW, answered_by=people.wang, receipt="0")
    assert "部分有回执" in text(officer.get(PAGE)), "a line has no answer yet"
    assert "逐行结果" in text(officer.get(own))
    assert "读不懂" in text(post(officer, own, {"receipt": "1", "rows": "什么"}))
    assert post(officer, own, {"receipt": "1", "rows": "1,退回,机关代码不对"}).status_code == 302
    page = text(reporter.get(PAGE))
    assert "机关代码不对" in page and "待交出" not in page and own not in page
    assert "上级平台退回 1 条" in text(reporter.get("/office/desk/"))
    assert reporter.get(own).status_code == 403
    assert post(reporter, f"{PAGE}rows/{report.lines.get().pk}/again/").status_code == 302
    assert "机关代码不对" not in text(reporter.get(PAGE))
