"""The credit office registers agencies; an organ registers what an enterprise handed in, and compares a copy."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.intake.papers import pdf
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.people import People, make_user

from xinheng.core.roles import Role
from xinheng.store.models import AgencyReport, CreditAgency

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.row("M6-06")]


def test_an_organ_registers_a_report_of_a_filed_agency(people: People, tmp_path: Path) -> None:
    firm = a_subject("开封样例食品有限公司")
    office = signed_in(make_user("yuan", "袁信用", people.city, Role.CREDIT_OFFICE_OPERATOR))
    desk = signed_in(make_user("sun", "孙办件", people.market, Role.WINDOW_CLERK))
    agencies, reports = reverse("office:credit_agencies"), reverse("office:agency_reports")
    assert desk.get(agencies).status_code == 403
    filing = {"name": "样例信用服务", "code": "91410200MA00000013", "filing_no": "豫信备1号",
              "filed_with": "人民银行", "filed_on": "2026-01-01"}  # fmt: skip
    assert post(office, agencies, {**filing, "code": "1"}).status_code == 200
    assert post(office, agencies, filing).status_code == 302
    assert "豫信备1号" in text(office.get(agencies))
    content = pdf(tmp_path / "r.pdf").read_bytes()
    given = {"code": firm.code, "agency": CreditAgency.objects.get().public_id, "number": "R-1", "purpose": "评标",
             "made_on": "2026-11-01", "valid_until": "2026-12-31", "whole_body": "1"}  # fmt: skip
    assert "请选择出具机构" in text(post(desk, reports, {**given, "agency": ""}))
    sent = post(desk, reports, {**given, "file": SimpleUploadedFile("r.pdf", content)})
    assert sent.status_code == 302
    made = AgencyReport.objects.get()
    copy = {"act": "copy", "whole_body": "1", "file": SimpleUploadedFile("r.pdf", content)}
    assert "一致：与登记的文件相同" in text(post(desk, reports, copy))
    page = reverse("office:agency_report", args=[made.public_id])
    assert made.digest in text(desk.get(page))
    assert post(desk, page, {"act": "denied", "said": ""}).status_code == 409
    assert post(desk, page, {"act": "denied", "said": "来函否认"}).status_code == 302
    assert "否认为其出具" in text(desk.get(reports))
    assert post(desk, page, {"act": "withdraw", "said": "机构否认"}).status_code == 302
    assert "已撤回" in text(desk.get(page))
    post(
        office, agencies, {"act": "strike", "agency": CreditAgency.objects.get().public_id, "reason": "注销"}
    )
    assert "已移出：注销" in text(office.get(agencies))
