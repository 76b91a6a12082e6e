"""A reporter fills in one record by hand, or a template; both go the way of a delivered file."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.intake import papers
from tests.interfaces.office_people import post, signed_in, text
from tests.people import TODAY, People
from tests.services.deliveries import code, name

from xinheng.core.entry import questions
from xinheng.core.policy import Policy
from xinheng.services.policies import policy_in_force
from xinheng.store.models import Attachment, Batch, BatchState, Record

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")
FEED = "penalty-dual-publicity"
ENTER = f"/office/feeds/{FEED}/enter/"


@pytest.fixture
def reporter(people: People) -> Client:
    return signed_in(people.li)


def _answers(people: People, **changes: object) -> dict[str, object]:
    given: dict[str, object] = {
        "行政相对人名称": name(1),
        "统一社会信用代码": code(1),
        "行政相对人统一社会信用代码": code(1),
        "行政相对人代码_1(统一社会信用代码)": code(1),
        "行政相对人类别": "法人及非法人组织",
        "行政处罚决定书文号": "汴市监罚〔2026〕701号",
        "违法行为类型": "未按规定建立进货查验记录",
        "处罚类别": ["罚款"],
        "罚款金额（万元）": "0.5",
        "处罚决定日期": "2026-11-17",
        "处罚机关": "开封市市场监督管理局",
        "违法事实": "检查时未能出示进货查验记录",
        "处罚依据": "《食品安全法》第一百二十六条",
        "处罚内容": "罚款五千元",
        "处罚机关统一社会信用代码": "11410200MB18868439",
        "数据来源单位": "开封市市场监督管理局",
    } | changes
    policy: Policy = policy_in_force(on=TODAY)
    asked = questions(policy.feeds[FEED])
    answers = {f"q{place}": given.get(one.header, "") for place, one in enumerate(asked)}
    return {**answers, "organisation": people.market.public_id}


@pytest.mark.row("M2-04")
def test_a_record_is_filled_in_previewed_and_confirmed(reporter: Client, people: People) -> None:
    page = text(reporter.get(ENTER))
    assert "行政处罚决定书文号" in page
    assert "单位：万元" in page
    assert "可以选多个" in page
    assert "没有任何代码的不能入库" in page
    response = post(reporter, ENTER, _answers(people))
    assert response.status_code == 302, text(response)
    batch = Batch.objects.get()
    assert (batch.state, batch.rows, batch.feed) == (BatchState.PREVIEW, 1, FEED)
    post(reporter, f"/office/batches/{batch.public_id}/confirm/")
    record = Record.objects.get()
    assert (record.amount_fen, record.detail.document_no) == (500_000, "汴市监罚〔2026〕701号")


def test_faults_stand_beside_their_questions_and_leave_no_batch(reporter: Client, people: People) -> None:
    wrong = {"行政相对人代码_1(统一社会信用代码)": "91410202MA000003AA", "处罚决定日期": "2027-01-01"}
    page = text(post(reporter, ENTER, _answers(people, **wrong)))
    assert "校验位不符。对照营业执照" in page
    assert "E03" in page
    assert "晚于收到之日。核对日期" in page
    assert "E05" in page
    assert "汴市监罚〔2026〕701号" in page
    assert not Batch.objects.exists()


def test_what_must_be_answered_is_named(reporter: Client, people: People) -> None:
    page = text(post(reporter, ENTER, _answers(people, 行政处罚决定书文号="", 违法事实="")))
    assert "请填写行政处罚决定书文号" in page
    assert "请填写违法事实（目录规定必填）" in page
    assert not Batch.objects.exists()


def test_a_natural_person_is_not_taken(reporter: Client, people: People) -> None:
    persons = {"行政相对人名称": "王小明", "行政相对人代码_1(统一社会信用代码)": ""}
    page = text(post(reporter, ENTER, _answers(people, **persons)))
    assert not Batch.objects.exists()
    assert "E13" in page or "E16" in page


def test_a_template_is_downloaded_and_a_feed_without_header_has_none(reporter: Client) -> None:
    workbook = reporter.get(f"/office/feeds/{FEED}/template/")
    assert workbook.content.startswith(b"PK")
    assert "attachment" in workbook.headers["Content-Disposition"]
    refused = reporter.get("/office/feeds/penalty-no-header/template/")
    assert refused.status_code == 409
    assert "没有固定的表头" in text(refused)
    assert reporter.get("/office/feeds/unknown/enter/").status_code == 404


def test_another_unit_cannot_be_delivered_for(reporter: Client, people: People) -> None:
    foreign = _answers(people) | {"organisation": people.city.public_id}
    page = text(post(reporter, ENTER, foreign))
    assert "不是" in page or "有效" in page
    assert not Batch.objects.exists()


@pytest.mark.row("M2-04")
def test_a_scan_comes_with_the_record_that_is_filled_in(
    reporter: Client, people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "扫描件" not in text(reporter.get(ENTER)).split("<main")[1]
    monkeypatch.setattr("xinheng.interfaces.office.entry.needs", lambda policy: {FEED: "required"})
    assert "必须附扫描件" in text(reporter.get(ENTER))
    bad = papers.pdf_with_script(tmp_path / "a.pdf").read_bytes()
    given = {**_answers(people), "whole_body": "1"}
    page = text(post(reporter, ENTER, {**given, "scan": SimpleUploadedFile("决定书.pdf", bad)}))
    assert "PDF 中含有脚本" in page
    assert not Batch.objects.exists()
    good = papers.pdf(tmp_path / "b.pdf").read_bytes()
    answer = post(reporter, ENTER, {**given, "scan": SimpleUploadedFile("决定书.pdf", good)})
    assert answer.status_code == 302, text(answer)
    scan = Attachment.objects.get()
    assert (scan.batch, scan.title, scan.whole) == (Batch.objects.get(), "决定书.pdf", True)
    assert "决定书.pdf" in text(reporter.get(answer.headers["Location"]))
