"""Attachments in the office: taken, opened, looked at and withdrawn by whoever may, and never able to act in our pages."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.intake import papers
from tests.interfaces.clamd_stub import scanner
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.store.rows import Rows

from xinheng.core.attachments import Checked
from xinheng.core.feeds import ITEMS
from xinheng.core.records import RecordState
from xinheng.interfaces.jobs.clamd import check_waiting, verdict_on
from xinheng.interfaces.office.once import FIELD, new_token
from xinheng.store.models import Attachment, LedgerEvent, Organisation, ScanBundle, StoredFile

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")


@pytest.fixture
def rows(people: People) -> Rows:
    return Rows(people)


@pytest.fixture
def li(people: People) -> Client:
    """Who collects in the department."""
    return signed_in(people.li)


def _address(target: str, key: object) -> str:
    return reverse("office:attachments", kwargs={"target": target, "key": f"{key}"})


def _put(client: Client, address: str, path: Path, **fields: object) -> HttpResponse:
    file = SimpleUploadedFile(fields.pop("called", path.name), path.read_bytes())  # type: ignore[arg-type]
    return post(client, address, {"file": file, "personal": "on", "whole_body": "1", **fields})


def _file(made: Attachment, name: str = "attachment_file", **parts: object) -> str:
    return reverse(f"office:{name}", kwargs={"attachment": made.public_id, **parts})


def _record(rows: Rows, **given: object) -> int:
    batch = rows.batch(state="loaded", loaded_at=NOW)
    record = rows.record(batch=batch, **given)
    rows.detail(record=record)
    return record.record_key


@pytest.mark.row("M2-04")
def test_a_clerk_puts_a_scan_to_a_batch_opens_it_and_withdraws_it(
    li: Client, rows: Rows, tmp_path: Path
) -> None:
    batch, path = rows.batch(state="loaded", loaded_at=NOW), papers.pdf(tmp_path / "a.pdf")
    page = reverse("office:batch", kwargs={"batch": batch.public_id})
    assert "还没有附件" in text(li.get(page))
    answer = _put(li, _address("batch", batch.public_id), path, title="承诺书原件")
    assert answer.status_code == 302, text(answer)
    made = Attachment.objects.get()
    shown = text(li.get(page))
    assert "承诺书原件" in shown and "未查毒" in shown and "没有接入查毒程序" in shown
    response = li.get(_file(made))
    assert b"".join(response.streaming_content) == path.read_bytes()  # type: ignore[attr-defined]
    withdraw = _file(made, "withdraw_attachment")
    assert "请写明理由" in text(post(li, withdraw, {"reason": " "}))
    assert post(li, withdraw, {"reason": "扫错页"}).status_code == 302
    assert "扫错页" in text(li.get(page))
    assert li.get(_file(made)).status_code == 409


@pytest.mark.row("M2-04")
def test_a_file_leaves_as_a_download_that_cannot_act(li: Client, rows: Rows, tmp_path: Path) -> None:
    path = papers.picture(tmp_path / "a.jpg", "JPEG")
    _put(li, _address("batch", rows.batch().public_id), path, title='x"\r\nSet-Cookie: a=b\u202efdp.exe')
    made = Attachment.objects.get()
    for address, disposition in (
        (_file(made), "attachment"),
        (_file(made, "attachment_page", number=1), None),
    ):
        headers = li.get(address).headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-store"
        if disposition:
            assert headers["Content-Disposition"].startswith(disposition)
            assert headers["Content-Disposition"].rstrip('"').endswith(".jpg")
            assert "Set-Cookie" not in headers or "a=b" not in headers["Set-Cookie"]
    picture = li.get(_file(made, "attachment_page", number=1))
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.content != path.read_bytes()
    assert li.get(_file(made, "attachment_page", number=2)).status_code == 409
    assert "script-src 'self'" in li.get("/office/desk/").headers["Content-Security-Policy"]


@pytest.mark.row("M2-04")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (papers.pdf_with_script, "AT05"),
        (papers.bomb, "AT10"),
        (lambda path: path.write_bytes(b"MZ" + b"\0" * 99) and path, "AT02"),
    ],
)
def test_what_is_refused_is_named_at_the_form_and_leaves_nothing(
    make: object, code: str, li: Client, rows: Rows, tmp_path: Path
) -> None:
    path = make(tmp_path / "承诺书.pdf")  # type: ignore[operator]
    page = _put(li, _address("batch", rows.batch().public_id), path)
    assert page.status_code == 200
    assert code in text(page)
    assert not Attachment.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.row("M2-04")
@pytest.mark.parametrize("length", [2 * 2**30, 52 * 2**20])
def test_two_gigabytes_are_refused_before_the_body_is_read(length: int, li: Client, rows: Rows) -> None:
    class Untouched:
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    address = _address("batch", rows.batch().public_id)
    response = li.generic(
        "POST",
        address,
        b"",
        "multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": f"{length}", "wsgi.input": Untouched()},
    )
    assert response.status_code == 413
    page = text(response)
    assert "AT13" in page and "50 MiB" in page and "未核" in page


def test_a_body_without_length_or_cut_off_is_not_taken(li: Client, rows: Rows, tmp_path: Path) -> None:
    address = _address("batch", rows.batch().public_id)
    assert li.generic("POST", address, b"", "multipart/form-data", CONTENT_LENGTH="").status_code == 409
    page = _put(li, address, papers.pdf(tmp_path / "a.pdf"), whole_body="")
    assert "AT23" in text(page)
    assert not Attachment.objects.exists()


def test_a_form_of_another_site_puts_nothing(people: People, rows: Rows, tmp_path: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.li)
    path = papers.pdf(tmp_path / "a.pdf")
    address = _address("batch", rows.batch().public_id)
    given = {FIELD: new_token(), "file": SimpleUploadedFile("a.pdf", path.read_bytes()), "whole_body": "1"}
    assert client.post(address, given).status_code == 403
    assert not Attachment.objects.exists()


@pytest.mark.guard("G13")
def test_papers_of_another_unit_stay_closed_though_its_file_is_open(
    people: People, rows: Rows, tmp_path: Path
) -> None:
    other = Organisation.objects.create(
        key="kaifeng.tax", kind="department", parent=people.city, division_code="410200"
    )
    key = _record(rows)
    _put(signed_in(people.li), _address("record", key), papers.pdf(tmp_path / "a.pdf"))
    made = Attachment.objects.get()
    for person, allowed in ((people.wang, True), (people.chen, True)):
        assert (signed_in(person).get(_file(made)).status_code == 200) is allowed
    people.li.grants.update(organisation=other)  # type: ignore[attr-defined]
    stranger = signed_in(people.li)
    for address in (_file(made), _address("record", key), _file(made, "withdraw_attachment")):
        assert stranger.get(address).status_code == 403
    assert post(stranger, _file(made, "withdraw_attachment"), {"reason": "x"}).status_code == 403
    assert _put(stranger, _address("record", key), papers.pdf(tmp_path / "b.pdf")).status_code == 403


@pytest.mark.guard("G9")
def test_papers_of_an_ended_record_need_a_right_of_their_own_and_a_reason(
    people: People, rows: Rows, tmp_path: Path
) -> None:
    key = _record(rows)
    _put(signed_in(people.li), _address("record", key), papers.pdf(tmp_path / "a.pdf"))
    made = Attachment.objects.get()
    from xinheng.store.models import Record

    open_ = Record.objects.get(record_key=key)
    Record.objects.filter(pk=open_.pk).update(known_until=NOW.replace(year=2027))
    batch = open_.batch
    again = rows.record(
        record_key=key, subject=open_.subject, batch=batch, state=RecordState.REPAIRED, known_at=NOW
    )
    rows.detail(record=again)
    assert signed_in(people.wang).get(_file(made)).status_code == 403
    auditor = signed_in(people.chen)
    assert auditor.get(_file(made)).status_code == 409
    assert auditor.get(f"{_file(made)}?reason=诉讼调卷").status_code == 200
    assert LedgerEvent.objects.get(kind="attachment.read").reason == "诉讼调卷"
    refused = _put(signed_in(people.li), _address("record", key), papers.pdf(tmp_path / "b.pdf"))
    assert refused.status_code == 403
    assert Attachment.objects.count() == 1


def test_a_case_takes_papers_by_the_same_part(people: People, rows: Rows, tmp_path: Path) -> None:
    case = rows.case()
    wang = signed_in(people.wang)
    address = _address("case", case.public_id)
    assert _put(wang, address, papers.pdf(tmp_path / "a.pdf"), title="证据一").status_code == 302
    assert "证据一" in text(wang.get(address))
    assert signed_in(people.li).get(address).status_code == 403
    assert wang.get(_address("case", "a" * 16)).status_code == 404
    assert wang.get(_address("elsewhere", "a")).status_code == 404


@pytest.mark.row("M2-04")
def test_the_list_of_missing_scans_leads_to_each_record(
    people: People, rows: Rows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("xinheng.services.scans.needs", lambda policy: {"xinheng-commitment": "required"})
    batch = rows.batch(state="loaded", loaded_at=NOW, item=ITEMS["commitment"], feed="xinheng-commitment")
    record = rows.record(batch=batch, item=ITEMS["commitment"], decided_on=NOW.date().replace(month=10))
    rows.detail(record=record, document_no="CN2026")
    client = signed_in(people.li)
    page = text(client.get("/office/scans/"))
    address = _address("record", record.record_key)
    assert "CN2026" in page and address in page and "附上" in page
    _put(client, address, papers.pdf(tmp_path / "a.pdf"))
    assert "没有缺扫描件的记录" in text(client.get("/office/scans/"))


@pytest.mark.row("M2-03")
def test_an_officer_makes_a_bundle_takes_it_and_notes_the_receipt(
    people: People, rows: Rows, tmp_path: Path
) -> None:
    key = _record(rows, item=ITEMS["commitment"], decided_on=NOW.date().replace(month=10, day=9))
    _put(signed_in(people.li), _address("record", key), papers.pdf(tmp_path / "a.pdf"))
    wang = signed_in(people.wang)
    address = reverse("office:scan_bundles")
    assert 'value="2026-10"' in text(wang.get(address))
    fields = {"item": ITEMS["commitment"], "month": "2026-10", "organisation": "", "reason": "报送区信用办"}
    assert "请按 2026-11 的样子" in text(post(wang, address, {**fields, "month": "十月"}))
    assert "请写明接收单位" in text(post(wang, address, {**fields, "reason": ""}))
    assert post(wang, address, fields).status_code == 302
    bundle = ScanBundle.objects.get()
    part = {"bundle": bundle.public_id}
    taken = wang.get(reverse("office:scan_bundle_file", kwargs=part))
    assert b"".join(taken.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert taken.headers["Content-Disposition"].startswith("attachment")
    receive = reverse("office:receive_bundle", kwargs=part)
    wrong = text(post(wang, receive, {"receiver": "区信用办甲科", "receipt": "sha256:beef"}))
    assert "回执与移交包不一致" in wrong
    assert 'value="区信用办甲科"' in wrong
    assert 'value="sha256:beef"' in wrong
    nobody = text(post(wang, receive, {"receiver": "", "receipt": bundle.receipt}))
    assert "请填写签收的单位和人员" in nobody
    assert f'value="{bundle.receipt}"' in nobody
    assert post(wang, receive, {"receiver": "区信用办", "receipt": bundle.receipt}).status_code == 302
    assert "区信用办" in text(wang.get(address))
    assert signed_in(people.li).get(address).status_code == 403


@pytest.mark.row("M2-04")
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Checked.CLEAN),
        (b"stream: Eicar-Test-Signature FOUND\0", Checked.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", None),
        (b"", None),
    ],
)
def test_the_scanner_is_asked_over_its_local_socket(
    answer: bytes, verdict: Checked | None, tmp_path: Path
) -> None:
    path = f"{tmp_path}/clamd.sock"
    with scanner(path, answer) as heard:
        assert verdict_on([b"ab", b"", b"cd"], path) is verdict
    assert heard == [b"zINSTREAM\0", b"ab", b"cd"]


@pytest.mark.row("M2-04")
def test_an_attachment_stays_closed_until_the_scanner_has_spoken(
    li: Client, rows: Rows, settings: object, tmp_path: Path
) -> None:
    path = f"{tmp_path}/clamd.sock"
    settings.CLAMD = path  # type: ignore[attr-defined]
    address = _address("batch", rows.batch().public_id)
    _put(li, address, papers.pdf(tmp_path / "a.pdf"))
    made = Attachment.objects.get()
    assert "不能打开" in text(li.get(address))
    assert li.get(_file(made)).status_code == 409
    assert check_waiting(path, now=NOW) == 0
    with scanner(path, b"stream: OK\0"):
        assert check_waiting(path, now=NOW) == 1
    assert li.get(_file(made)).status_code == 200
    assert "未发现病毒" in text(li.get(address))
