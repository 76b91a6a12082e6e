"""Deliveries by key: answered record by record, taken once, refused before they are read where they must be."""

import json
from pathlib import Path
from threading import Semaphore

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.interfaces.api_calls import DELIVERIES, Caller, caller, record
from tests.people import People
from tests.services.deliveries import HEADER, penalty

from xinheng.core.canonical import digest_of
from xinheng.core.policy import Policy
from xinheng.interfaces.api.reference import CODES, document
from xinheng.interfaces.api.schemas import Delivery, DeliveryShown, Feeds, ProblemDocument, RowPage
from xinheng.store.models import Batch, BatchState, LedgerEvent, Record, ReturnedRow, SenderCall


@pytest.fixture
def system(people: People, policy: Policy, home: Path, uploads: Path, office_clock: None) -> Caller:
    return caller(people, policy)


def _problem(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    said = ProblemDocument.model_validate_json(response.content)
    return response.status_code, said.code


def _delivery(response: HttpResponse, *, status: int = 201) -> Delivery:
    assert response.status_code == status, response.content.decode()
    return Delivery.model_validate_json(response.content)


@pytest.mark.row("M2-04")
def test_records_are_answered_one_by_one(system: Caller) -> None:
    told = _delivery(system.push(record(1), record(2, code="91410202MA000003AB"), record(3)))
    assert [(one.record, one.row, one.outcome) for one in told.records] == [
        (1, 2, "accepted"),
        (2, 3, "quarantined"),
        (3, 4, "accepted"),
    ]
    problem = told.records[1].problems[0]
    assert (problem.code, bool(problem.message), bool(problem.advice)) == ("E03", True, True)
    assert (Record.objects.count(), ReturnedRow.objects.count()) == (2, 1)
    kinds = set(LedgerEvent.objects.values_list("kind", flat=True))
    assert {"batch.received", "batch.loaded", "sender.delivered"} <= kinds


@pytest.mark.row("M2-04")
def test_a_receipt_can_be_computed_by_the_sender(system: Caller) -> None:
    told = _delivery(system.push(record(1)))
    shown = DeliveryShown.model_validate_json(system.get(f"{DELIVERIES}/{told.delivery}").content)
    assert shown.receipt_of is not None
    assert shown.receipt == told.receipt == digest_of(shown.receipt_of.model_dump())
    assert shown.receipt_holds
    assert shown.number == told.number


def test_the_same_call_twice_is_one_delivery(system: Caller) -> None:
    first = system.push(record(1), idempotency="once-and-only")
    again = system.push(record(1), idempotency="once-and-only")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert Batch.objects.count() == 1
    other = system.push(record(2), idempotency="once-and-only")
    assert _problem(other) == (422, "K08")


@pytest.mark.parametrize("number", ["", "short", "x" * 101, "有汉字的编号一二三", "a b c d e f"])
def test_a_delivery_without_a_usable_number_is_refused(system: Caller, number: str) -> None:
    try:
        response = system.push(record(1), idempotency=number)
    except UnicodeError:
        pytest.skip("a header of this kind cannot be sent")
    assert _problem(response) == (400, "K20")
    assert not Batch.objects.exists()


def test_a_file_is_taken_as_the_body(system: Caller) -> None:
    rows = [penalty(number) for number in range(1, 4)]
    body = "\n".join((HEADER, *rows, penalty(4, code="91410202MA000003AB"))).encode("gb18030")
    told = _delivery(system.post(body, kind="text/csv"))
    assert (told.rows, told.accepted, told.returned) == (4, 3, 1)
    assert [(one.record, one.row, one.outcome) for one in told.records if one.outcome == "quarantined"] == [
        (None, 5, "quarantined")
    ]


@pytest.mark.parametrize(
    ("body", "kind", "answer"),
    [
        (b'{"records": [', "application/json", (422, "E19")),
        (b"hello", "application/json", (422, "E19")),
        (b'{"records": []}', "application/json", (422, "E19")),
        (
            json.dumps({"records": [record(1)]}, ensure_ascii=False).encode("gb18030"),
            "application/json",
            (422, "E19"),
        ),
        (b"{}", "application/json; charset=gb18030", (415, "K23")),
        (b"<a/>", "application/xml", (415, "K23")),
        (b"a=b", "multipart/form-data; boundary=x", (415, "K23")),
        (b"%PDF-1.7 x", "application/octet-stream", (422, "E19")),
        ("企业,备注\n甲,乙\n".encode(), "text/csv", (422, "E18")),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(
    system: Caller, body: bytes, kind: str, answer: tuple[int, str]
) -> None:
    assert _problem(system.post(body, kind=kind)) == answer
    assert not Record.objects.exists()


def test_broken_json_leaves_nothing_behind(system: Caller) -> None:
    system.post(b'{"records": [')
    assert not Batch.objects.exists()
    assert not SenderCall.objects.exists()


def test_size_is_refused_before_the_body_is_read(system: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> bytes:
        raise AssertionError("the body was read")

    monkeypatch.setattr("django.core.handlers.wsgi.WSGIRequest.read", read)
    assert _problem(system.post(b"{}", CONTENT_LENGTH=str(5 * 1024 * 1024))) == (413, "K22")
    assert _problem(system.post(b"a", kind="text/csv", CONTENT_LENGTH=str(65 * 1024 * 1024))) == (413, "K22")
    assert _problem(system.post(b"{}", CONTENT_LENGTH="")) == (411, "K21")
    assert _problem(system.post(b"{}", HTTP_CONTENT_ENCODING="gzip")) == (415, "K23")


def test_a_body_that_was_cut_off_is_not_taken_for_whole(
    system: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [b"", b'{"records": [{}]}']
    monkeypatch.setattr("django.core.handlers.wsgi.WSGIRequest.read", lambda *_: pieces.pop())
    assert _problem(system.post(b'{"records": [{}]}', CONTENT_LENGTH="4000")) == (400, "K24")
    assert not Batch.objects.exists()


def test_a_feed_of_another_is_closed(system: Caller, people: People, policy: Policy) -> None:
    assert _problem(system.push(record(1), feed="permit-dual-publicity")) == (403, "K07")
    assert _problem(system.push(record(1), feed="nothing")) == (403, "K07")
    assert _problem(system.post(b"{}", feed="")) == (403, "K07")
    assert not Batch.objects.exists()


def test_a_delivery_of_another_organisation_is_as_good_as_none(
    system: Caller, people: People, policy: Policy
) -> None:
    told = _delivery(system.push(record(1, code="91410202MA000003AB")))
    other = caller(people, policy, organisation=people.city)
    for url in (f"{DELIVERIES}/{told.delivery}", f"{DELIVERIES}/{told.delivery}/problems"):
        assert system.get(url).status_code == 200
        assert _problem(other.get(url)) == (404, "404")


def test_rows_sent_back_come_in_pages(system: Caller) -> None:
    told = _delivery(system.push(*(record(n, code="91410202MA000003AB") for n in range(1, 6)), record(9)))
    url, seen = f"{DELIVERIES}/{told.delivery}/problems?limit=2", []
    while url:
        page = RowPage.model_validate_json(system.get(url).content)
        seen += [(one.record, one.state) for one in page.rows]
        url = page.next or ""
    assert seen == [(number, "waiting") for number in range(1, 6)]
    assert LedgerEvent.objects.filter(kind="sender.read").count() == 3
    assert _problem(system.get(f"{DELIVERIES}/{told.delivery}/problems?limit=x")) == (400, "K25")


@pytest.mark.row("M2-04")
def test_a_large_file_is_left_to_the_worker(system: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinheng.services.sender_calls.AT_ONCE", 10)
    body = "\n".join((HEADER, penalty(1))).encode()
    told = _delivery(system.post(body, kind="text/csv"), status=202)
    assert (told.state, told.receipt) == (BatchState.PREVIEW, "")
    shown = DeliveryShown.model_validate_json(system.get(f"{DELIVERIES}/{told.delivery}").content)
    assert shown.receipt_of is None


def test_a_call_beyond_those_at_work_is_asked_to_come_again(
    system: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.services.sender_calls.WAIT_SECONDS", 0.01)
    monkeypatch.setattr("xinheng.services.sender_calls._AT_WORK", Semaphore(0))
    response = system.push(record(1))
    assert _problem(response) == (503, "K10")
    assert int(response.headers["Retry-After"]) > 0
    assert not SenderCall.objects.exists()


def test_a_feed_is_described_by_its_fields(system: Caller) -> None:
    told = Feeds.model_validate_json(system.get("/api/v1/feeds").content)
    assert told.organisation == "市市场监管局"
    fields = {field.name: field for field in told.feeds[0].fields}
    assert fields["行政相对人名称"].must_be_sent
    assert "CF_XDR_MC" in fields["行政相对人名称"].also
    assert fields["罚款金额（万元）"].unit == "wan"
    assert "警告" in fields["处罚类别"].values
    assert len(fields) == len(told.feeds[0].fields)


def test_what_is_described_can_be_sent(system: Caller) -> None:
    told = Feeds.model_validate_json(system.get("/api/v1/feeds").content)
    names = [field.name for field in told.feeds[0].fields if field.must_be_sent]
    sent = {**dict.fromkeys(names), "行政相对人名称": "开封某某食品有限公司"}
    assert _delivery(system.push(sent)).state == BatchState.LOADED


def test_the_document_describes_every_operation_and_code(db: None) -> None:
    told = Client().get("/api/v1/openapi.json")
    assert told.json() == json.loads(json.dumps(document()))
    assert told.json()["openapi"].startswith("3.1")
    paths = told.json()["paths"]
    assert set(paths) >= {
        DELIVERIES,
        f"{DELIVERIES}/{{delivery}}",
        f"{DELIVERIES}/{{delivery}}/problems",
        "/api/v1/feeds",
    }
    posted = paths[DELIVERIES]["post"]
    assert "application/json" in posted["requestBody"]["content"]
    assert {one["name"] for one in posted["parameters"]} == {"feed", "name", "Idempotency-Key"}
    for methods in paths.values():
        for said in methods.values():
            assert said["security"] == [{"KeyBearer": []}]
            assert "application/problem+json" in said["responses"]["default"]["content"]
    names = [said["operationId"] for methods in paths.values() for said in methods.values()]
    assert len(names) == len(set(names)) and "check_one" in names
    page = Client().get("/api/v1/").content.decode()
    assert all(f'id="{code}"' in page for code, *_ in CODES)
    assert "script" not in page.split("<main")[1].split("</main>")[0]
