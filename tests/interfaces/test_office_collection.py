"""A clerk uploads, looks, confirms and keeps the receipt; what is not whole or not known never slips in."""

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.interfaces.office_people import post, signed_in, text
from tests.people import NOW, People
from tests.services.deliveries import HEADER, code, name, penalty

from xinheng.core.canonical import digest_of
from xinheng.interfaces.office.once import new_token
from xinheng.services.batches import number_of
from xinheng.services.quality import count_batches
from xinheng.store.models import Batch, BatchState, Publication, Record, ReturnedRow, ReturnedState

pytestmark = pytest.mark.usefixtures("office_clock", "uploads")
UPLOAD = "/office/upload/"


def _content(*rows: str, header: str = HEADER) -> bytes:
    return ("\n".join((header, *rows)) + "\n").encode()


def _upload(client: Client, content: bytes, *, called: str = "处罚.csv", **fields: object) -> HttpResponse:
    given = {"file": SimpleUploadedFile(called, content), "whole": "1", **fields}
    return post(client, UPLOAD, given)


def _organisation(people: People) -> dict[str, object]:
    return {"organisation": people.market.public_id}


@pytest.fixture
def clerk(people: People) -> Client:
    return signed_in(people.li)


def _previewed(client: Client, people: People, *rows: str) -> Batch:
    response = _upload(client, _content(*rows), **_organisation(people))
    assert response.status_code == 302, text(response)
    return Batch.objects.latest("pk")


@pytest.mark.row("M2-04")
@pytest.mark.row("M2-05")
def test_a_clerk_uploads_previews_confirms_and_gets_a_receipt(clerk: Client, people: People) -> None:
    wrong = penalty(3, code="91410202MA000003AA")
    batch = _previewed(clerk, people, penalty(1), penalty(2), wrong)
    page = text(clerk.get(reverse("office:preview", kwargs={"batch": batch.public_id})))
    assert "还没有入库" in page
    assert "E03" in page
    assert "第 4 行" in page
    assert Record.objects.count() == 0
    response = post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    receipt = text(clerk.get(response.headers["Location"]))
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.returned) == (BatchState.LOADED, 2, 1)
    assert batch.receipt in receipt
    assert "与入库时的回执摘要一致" in receipt
    kept = json.loads(clerk.get(f"{response.headers['Location']}?format=json").content)
    assert (kept["receipt"], digest_of(kept["receipt_of"])) == (batch.receipt, batch.receipt)
    assert "preview" not in batch.report
    workbook = clerk.get(reverse("office:workbook", kwargs={"batch": batch.public_id}))
    assert b"".join(workbook.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_second_press_of_the_button_shows_the_first_result(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    url, token = reverse("office:confirm_batch", kwargs={"batch": batch.public_id}), new_token()
    first, again = post(clerk, url, token=token), post(clerk, url, token=token)
    assert first.headers["Location"] == again.headers["Location"]
    assert Record.objects.count() == 1


def test_a_form_without_its_token_is_refused(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    response = clerk.post(reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    assert response.status_code == 409
    assert Record.objects.count() == 0


def test_the_same_file_again_leads_to_its_receipt(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    response = _upload(clerk, _content(penalty(1)), **_organisation(people))
    assert response.headers["Location"] == reverse("office:receipt", kwargs={"batch": batch.public_id})
    assert Batch.objects.count() == 1


def test_a_cancelled_file_leaves_no_record(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    post(clerk, reverse("office:cancel_batch", kwargs={"batch": batch.public_id}))
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED
    again = post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    assert again.headers["Location"] == reverse("office:batch", kwargs={"batch": batch.public_id})
    assert "已经取消，没有入库" in text(clerk.get(again.headers["Location"]))
    assert Record.objects.count() == 0


def test_an_upload_that_was_cut_off_is_not_taken_for_a_file(clerk: Client, people: People) -> None:
    given = {"file": SimpleUploadedFile("处罚.csv", _content(penalty(1))), **_organisation(people)}
    response = post(clerk, UPLOAD, given)
    assert response.status_code == 409
    assert "不完整" in text(response)
    assert Batch.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    clerk: Client, people: People, settings: object, uploads: Path
) -> None:
    settings.UPLOAD_BYTES = -1024 * 1024  # type: ignore[attr-defined]
    response = _upload(clerk, _content(penalty(1)), **_organisation(people))
    assert response.status_code == 413
    assert "未接收" in text(response)
    assert not uploads.exists()


def test_nothing_chosen_is_said_at_the_field(clerk: Client, people: People) -> None:
    response = post(clerk, UPLOAD, {"whole": "1", **_organisation(people)})
    assert response.status_code == 200
    assert "请选择一个文件" in text(response)


def test_a_clerk_cannot_deliver_for_another_department(clerk: Client, people: People) -> None:
    response = _upload(clerk, _content(penalty(1)), organisation=people.city.public_id)
    assert response.status_code == 200
    assert Batch.objects.count() == 0


def test_an_unreadable_file_says_why(clerk: Client, people: People) -> None:
    _upload(clerk, b"PK\x03\x04" + b"\x07" * 500, called="坏.xlsx", **_organisation(people))
    batch = Batch.objects.get()
    assert batch.state == BatchState.UNREADABLE
    page = text(clerk.get(reverse("office:preview", kwargs={"batch": batch.public_id})))
    assert "E19 无法读取" in page
    assert "重新上传" in page
    assert 'href="/office/upload/">上传另一个文件' in page
    assert 'href="/office/batches/">返回批次列表' in page
    assert "确认入库" not in page


def _preview_page(client: Client, batch: Batch) -> str:
    return text(client.get(reverse("office:preview", kwargs={"batch": batch.public_id})))


def _tile(page: str, label: str) -> str:
    return page.split(f'tile-label">{label}<')[1].split('tile-value">')[1].split("<")[0]


def test_a_preview_promises_no_row_that_is_known_already(clerk: Client, people: People) -> None:
    first = _previewed(clerk, people, *map(penalty, range(1, 6)))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": first.public_id}))
    page = _preview_page(clerk, _previewed(clerk, people, *map(penalty, range(5, 0, -1))))
    assert (_tile(page, "可以入库"), _tile(page, "已在库中")) == ("0", "5")
    assert "可以采纳的行都已在库中" in page


def test_a_preview_shows_the_conflicts_with_what_is_known(clerk: Client, people: People) -> None:
    first = _previewed(clerk, people, penalty(1), penalty(2))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": first.public_id}))
    page = _preview_page(clerk, _previewed(clerk, people, penalty(1, fine="3"), penalty(3)))
    assert (_tile(page, "可以入库"), _tile(page, "退回与待处理")) == ("1", "1")
    assert "E08" in page
    assert "内容不同" in page


def test_a_file_read_by_one_feed_is_not_taken_by_another(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    again = _upload(clerk, _content(penalty(1)), feed="penalty-tax", **_organisation(people))
    assert again.status_code == 200
    assert number_of(batch) in text(again)
    assert "没有再按" in text(again)


def test_a_file_that_does_not_fit_its_feed_says_so_and_offers_a_way_on(clerk: Client, people: People) -> None:
    _upload(clerk, _content(penalty(1)), feed="penalty-tax", **_organisation(people))
    batch = Batch.objects.get()
    for page in (
        _preview_page(clerk, batch),
        text(clerk.get(reverse("office:batch", kwargs={"batch": batch.public_id}))),
    ):
        assert "E18 文件与所选数据源不符" in page
        assert "缺少：" in page
        assert reverse("office:read_again", kwargs={"batch": batch.public_id}) in page
        assert 'href="/office/upload/"' in page
        assert "确认入库" not in page
    post(clerk, reverse("office:read_again", kwargs={"batch": batch.public_id}))
    assert "确认入库" in _preview_page(clerk, batch)


def test_an_unknown_file_says_why_it_waits_wherever_it_stands(clerk: Client, people: People) -> None:
    _upload(clerk, "设备名称,采购数量\n水泵,2\n".encode(), called="未知.csv", **_organisation(people))
    batch = Batch.objects.get()
    for page in (
        _preview_page(clerk, batch),
        text(clerk.get(reverse("office:batch", kwargs={"batch": batch.public_id}))),
        text(clerk.get("/office/batches/")),
        text(signed_in(people.wang).get("/office/feeds/")),
    ):
        assert "没有数据源与文件的各列相符" in page


def test_a_table_with_nothing_below_its_header_says_so(clerk: Client, people: People) -> None:
    _upload(clerk, _content(), **_organisation(people))
    page = _preview_page(clerk, Batch.objects.get())
    assert "只有表头，没有数据行" in page
    assert "在“报送情况”中签署无数据说明" in page
    assert "上传另一个文件" in page
    assert "确认入库" not in page


def test_a_second_window_that_confirms_is_led_to_the_receipt(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    confirm = reverse("office:confirm_batch", kwargs={"batch": batch.public_id})
    post(clerk, confirm)
    again = post(clerk, confirm)
    assert again.headers["Location"] == reverse("office:receipt", kwargs={"batch": batch.public_id})
    page = text(clerk.get(again.headers["Location"]))
    assert "已经入库" in page
    assert "没有入库" not in page


@pytest.mark.guard("G2")
def test_a_preview_shows_nothing_of_a_row_on_a_natural_person(clerk: Client, people: People) -> None:
    person = penalty(5, name="王小明", kind="自然人", code="")
    batch = _previewed(clerk, people, person, penalty(1))
    page = text(clerk.get(reverse("office:preview", kwargs={"batch": batch.public_id})))
    assert "E16" in page
    assert "王小明" not in page
    assert "王小明" not in str(batch.report)


@pytest.mark.guard("G8")
def test_a_batch_is_published_by_a_secrecy_reviewer_who_did_not_deliver_it(
    clerk: Client, people: People
) -> None:
    batch = _previewed(clerk, people, penalty(1))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    here = reverse("office:batch", kwargs={"batch": batch.public_id})
    publish = reverse("office:publish_batch", kwargs={"batch": batch.public_id})
    assert post(clerk, publish).status_code == 403
    reviewer = signed_in(people.zhou)
    assert "已审查，予以公示" in text(reviewer.get(here))
    assert post(reviewer, publish).headers["Location"] == here
    assert Publication.objects.count() == 1
    assert post(reviewer, publish).status_code == 409


def test_the_list_is_narrowed_by_the_address_and_exported(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    assert batch.public_id in text(clerk.get("/office/batches/?state=preview"))
    assert "没有符合条件的批次" in text(clerk.get("/office/batches/?state=loaded&from=2026-01-01&item=4"))
    assert clerk.get("/office/batches/?state=nonsense&from=31&item=x&after=zz").status_code == 200
    table = clerk.get("/office/batches/?format=csv").content.decode()
    assert "处罚.csv" in table


def test_the_desk_shows_the_clerk_what_to_confirm(clerk: Client, people: People) -> None:
    batch = _previewed(clerk, people, penalty(1))
    desk = text(clerk.get("/office/desk/"))
    assert reverse("office:preview", kwargs={"batch": batch.public_id}) in desk
    assert "本部门" in desk


@pytest.fixture
def waiting(clerk: Client, people: People) -> ReturnedRow:
    first = _previewed(clerk, people, penalty(1))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": first.public_id}))
    other = _previewed(clerk, people, penalty(1, name="开封改名食品有限公司", document="汴市监罚〔2026〕9号"))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": other.public_id}))
    return ReturnedRow.objects.get()


def test_waiting_rows_come_in_short_pages(clerk: Client, people: People) -> None:
    rows = [penalty(number, code="91410202MA000003AA") for number in range(1, 24)]
    batch = _previewed(clerk, people, *rows)
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    decider = signed_in(people.zhao)
    first = text(decider.get("/office/quarantine/"))
    assert first.count('data-label="行"') == 20
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert text(decider.get(following)).count('data-label="行"') == 3


@pytest.mark.row("M2-05")
def test_a_decider_adopts_a_row_with_a_reason(waiting: ReturnedRow, people: People) -> None:
    decider = signed_in(people.zhao)
    assert f"organisation={people.market.public_id}" in text(decider.get("/office/desk/"))
    page = text(decider.get(reverse("office:quarantined", kwargs={"row": waiting.pk})))
    assert "E17" in page
    assert name(1) in page
    decide = reverse("office:decide_row", kwargs={"row": waiting.pk})
    silent = post(decider, decide, {"decision": "adopt", "reason": " "})
    assert "请写明理由" in text(silent)
    post(decider, decide, {"decision": "adopt", "reason": "登记机关确认更名"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == (ReturnedState.ACCEPTED, people.zhao)
    assert Record.objects.filter(subject__code=code(1)).count() == 2


@pytest.mark.row("M2-05")
def test_a_row_sent_again_leads_to_its_first_attempt_and_back(clerk: Client, people: People) -> None:
    first = _previewed(clerk, people, penalty(1), penalty(2, code="91410202MA000003AA"))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": first.public_id}))
    second = _previewed(clerk, people, penalty(2))
    post(clerk, reverse("office:confirm_batch", kwargs={"batch": second.public_id}))
    count_batches(now=NOW)
    before = reverse("office:batch", kwargs={"batch": first.public_id})
    after = reverse("office:batch", kwargs={"batch": second.public_id})
    page = text(clerk.get(before))
    assert "更正重报" in page
    assert f'href="{after}"' in page
    page = text(clerk.get(after))
    assert "退回的 1 行" in page
    assert f'href="{before}"' in page


@pytest.mark.row("M3-05")
def test_a_decider_sees_what_was_told_before_and_takes_the_correction(clerk: Client, people: People) -> None:
    for fine in ("0.5", "0.9"):
        batch = _previewed(clerk, people, penalty(1, fine=fine))
        post(clerk, reverse("office:confirm_batch", kwargs={"batch": batch.public_id}))
    row = ReturnedRow.objects.get()
    decider = signed_in(people.zhao)
    page = text(decider.get(reverse("office:quarantined", kwargs={"row": row.pk})))
    assert "先前报送的内容" in page
    assert "5,000.00 元" in page
    assert "9,000.00 元" in page
    decide = reverse("office:decide_row", kwargs={"row": row.pk})
    answer = {"decision": "correct", "reason": "原报金额录入有误", "ground": ""}
    assert "更正记录须写明理由和所依据的文书" in text(post(decider, decide, answer))
    post(decider, decide, {**answer, "ground": "决定书原件"})
    assert Record.objects.get(known_until__isnull=True).amount_fen == 900_000


def test_nothing_typed_is_lost_when_a_decision_is_refused(waiting: ReturnedRow, people: People) -> None:
    ReturnedRow.objects.filter(pk=waiting.pk).update(normalised=None)
    answer = post(
        signed_in(people.zhao),
        reverse("office:decide_row", kwargs={"row": waiting.pk}),
        {"decision": "adopt", "reason": "登记机关确认更名"},
    )
    assert answer.status_code == 200
    assert "登记机关确认更名" in text(answer)
    waiting.refresh_from_db()
    assert waiting.state == ReturnedState.WAITING


def test_a_row_leads_to_no_page_that_its_reader_may_not_open(waiting: ReturnedRow, people: People) -> None:
    for person, opens in ((people.li, False), (people.zhao, True)):
        reader = signed_in(person)
        page = text(reader.get(reverse("office:quarantined", kwargs={"row": waiting.pk})))
        assert "代码相同" in page
        links = {link for link in re.findall(r'href="(/office/[^"#?]+)', page) if "logout" not in link}
        assert (
            any(link.startswith("/office/subjects/") and link != "/office/subjects/" for link in links)
            is opens
        )
        assert {
            link: reader.get(link).status_code for link in links if reader.get(link).status_code >= 400
        } == {}


def test_the_sender_decides_nothing(waiting: ReturnedRow, people: People) -> None:
    from datetime import date

    from xinheng.core.roles import Role
    from xinheng.store.models import RoleGrant

    RoleGrant.objects.create(
        user=people.li, role=Role.DECIDER, organisation=people.city, from_on=date(2026, 1, 1)
    )
    sender = signed_in(people.li)
    assert "须由另一人决定" in text(sender.get(reverse("office:quarantined", kwargs={"row": waiting.pk})))
    answer = post(
        sender,
        reverse("office:decide_row", kwargs={"row": waiting.pk}),
        {"decision": "return", "reason": "代码有误"},
    )
    assert "不能决定自己报送" in text(answer)


def test_a_sign_that_no_database_keeps_does_not_break_the_search_for_accounts(people: People) -> None:
    from datetime import date

    from xinheng.core.roles import Role
    from xinheng.store.models import RoleGrant

    RoleGrant.objects.create(
        user=people.li, role=Role.WINDOW_CLERK, organisation=people.city, from_on=date(2026, 1, 1)
    )
    answer = signed_in(people.li).get("/office/mandates/", {"q": "\0某"})
    assert answer.status_code == 200
