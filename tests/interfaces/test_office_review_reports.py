"""The desk of tenders: a list pasted or uploaded, wrong lines named, a page with its report, asked again before the award."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.interfaces.portal_city import a_subject
from tests.people import People, make_user

from xinheng.core.roles import Role
from xinheng.documents.reports import check_file
from xinheng.services.signing_keys import certificates
from xinheng.store.models import ReviewReport, Subject

pytestmark = [pytest.mark.usefixtures("office_clock", "home"), pytest.mark.row("M6-07")]


@pytest.fixture
def firm(people: People) -> Subject:
    return a_subject("开封样例食品有限公司")


def _given(codes: str, **changed: object) -> dict[str, object]:
    return {
        "occasion": "tender",
        "project": "招2026-1",
        "purpose": "评标",
        "as_of": "2026-11-20",
        "codes": codes,
        "whole_body": "1",
    } | changed


@pytest.mark.guard("G14")
def test_a_tender_desk_gets_a_signed_report_and_asks_again(firm: Subject, people: People) -> None:
    desk = signed_in(make_user("tan", "谭交易", people.city, Role.TENDER_OPERATOR))
    url = reverse("office:new_review")
    page = text(post(desk, url, _given(f"{firm.code}\n91410200MA00000030")))
    assert "不能核查的行" in page and "校验位不符" in page and not ReviewReport.objects.exists()
    page = text(post(desk, url, _given("91410200MA00000030")))
    assert "没有一行可以核查" in page and "leave_out" not in page
    sent = post(desk, url, _given(f"{firm.code}\n91410200MA00000030", leave_out="1"))
    made = ReviewReport.objects.get()
    assert sent.headers["Location"] == reverse("office:review", args=[made.number])
    page = text(desk.get(sent.headers["Location"]))
    assert firm.name in page and "未核查自然人任职资格" in page and "定标前再核查" in page
    assert desk.get(reverse("office:review_pdf", args=[made.number])).content.startswith(b"%PDF-")
    ofd = desk.get(reverse("office:review_ofd", args=[made.number])).content
    assert check_file(ofd, certificates()).number == made.number
    again = post(desk, reverse("office:review_again", args=[made.number]))
    assert "没有变化" in text(desk.get(again.headers["Location"]))
    used = reverse("office:review_use", args=[made.number])
    post(desk, used, {"used": "评标时参考"})
    assert "评标时参考" in text(desk.get(reverse("office:review", args=[made.number])))
    assert made.number in text(desk.get(reverse("office:reviews")))
    answer = text(desk.get(reverse("counter:verify_report", args=[made.number])))
    assert "一致" in answer and firm.name not in answer
    stranger = signed_in(make_user("sun", "孙办件", people.market, Role.WINDOW_CLERK))
    assert stranger.get(reverse("office:review", args=[made.number])).status_code == 404
    assert signed_in(people.zhou).get(reverse("office:reviews")).status_code == 403
    measures = reverse("office:measures")
    assert desk.get(measures).status_code == 403
    assert f'href="{measures}"' not in text(desk.get(reverse("office:measure_check"))), (
        "no way leads to a closed page"
    )


def test_a_letter_is_answered_from_a_file_and_confirmed_by_another(firm: Subject, people: People) -> None:
    desk = signed_in(make_user("tan", "谭交易", people.city, Role.TENDER_OPERATOR))
    other = signed_in(make_user("dou", "窦核对", people.city, Role.TENDER_OPERATOR))
    file = SimpleUploadedFile("名单.csv", f"名称,代码\n某某,{firm.code}\n".encode())
    asked = {"asked_by": people.market.public_id, "asked_no": "汴文函〔2026〕1号", "occasion": "honours"}
    post(desk, reverse("office:new_inquiry"), _given("", file=file, **asked))
    made = ReviewReport.objects.get()
    page, confirm = (
        reverse("office:review", args=[made.number]),
        reverse("office:confirm_review", args=[made.number]),
    )
    assert "待另一人核对确认" in text(desk.get(page)) and confirm not in text(desk.get(page))
    assert post(desk, confirm).status_code == 409
    assert confirm in text(other.get(page))
    assert post(other, confirm).status_code == 302
    assert "下载签名报告" in text(desk.get(page))
