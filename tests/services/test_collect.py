"""Deliveries: all of a file or nothing, twice changes nothing, conflicts wait for a person."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People
from tests.services.deliveries import code, penalty, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery, cancel, confirm, import_file, preview, report_of
from xinheng.services.publication import publish_batch, stop_due
from xinheng.services.returns import adopt_row, send_back
from xinheng.store.files import read_file
from xinheng.store.models import (
    Batch,
    BatchState,
    Publication,
    Record,
    ReturnedRow,
    ReturnedState,
    Subject,
    SubjectName,
    SubjectSearch,
)


@pytest.fixture
def delivery(people: People, policy: Policy, home: Path) -> Delivery:
    return Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)


@pytest.mark.row("M2-04")
@pytest.mark.row("M1-01")
def test_a_file_becomes_subjects_and_records_with_their_source(tmp_path: Path, delivery: Delivery) -> None:
    batch = import_file(write(tmp_path, penalty(1), penalty(2)), delivery)
    assert (batch.state, batch.accepted, batch.returned) == (BatchState.LOADED, 2, 0)
    record = Record.objects.get(subject__code=code(2))
    assert (record.batch, record.row_no, record.amount_fen) == (batch, 3, 500_000)
    assert record.detail.document_no == "汴市监罚〔2026〕2号"
    assert batch.receipt.startswith("sha256:")
    assert SubjectSearch.objects.count() == 2


def test_the_same_file_again_changes_nothing(tmp_path: Path, delivery: Delivery) -> None:
    path = write(tmp_path, penalty(1), penalty(2))
    first = import_file(path, delivery)
    again = import_file(path, delivery)
    assert again.pk == first.pk
    assert (again.report["accepted"], again.report["duplicates"]) == (0, 2)
    assert (Batch.objects.count(), Record.objects.count(), Subject.objects.count()) == (1, 2, 2)


def test_known_rows_in_another_file_count_as_duplicates(tmp_path: Path, delivery: Delivery) -> None:
    import_file(write(tmp_path, penalty(1), penalty(2)), delivery)
    batch = import_file(write(tmp_path, penalty(2), penalty(3), called="另一份.csv"), delivery)
    assert (batch.accepted, batch.duplicates) == (1, 1)
    assert Record.objects.count() == 3


@pytest.mark.row("M2-05")
def test_an_act_with_other_content_is_set_aside(tmp_path: Path, delivery: Delivery) -> None:
    import_file(write(tmp_path, penalty(1)), delivery)
    batch = import_file(write(tmp_path, penalty(1, fine="2"), called="另一份.csv"), delivery)
    assert (batch.accepted, batch.returned) == (0, 1)
    assert ReturnedRow.objects.get().codes == ["E08"]
    assert Record.objects.get().amount_fen == 500_000


@pytest.mark.row("M1-02")
def test_a_code_under_another_name_waits_for_a_person(
    tmp_path: Path, delivery: Delivery, people: People
) -> None:
    import_file(write(tmp_path, penalty(1)), delivery)
    other = penalty(1, name="开封改名食品有限公司", document="汴市监罚〔2026〕9号")
    batch = import_file(write(tmp_path, other, called="另一份.csv"), delivery)
    waiting = ReturnedRow.objects.get(batch=batch)
    assert (waiting.codes, waiting.state) == (["E17"], ReturnedState.WAITING)
    with pytest.raises(Refusal, match="自己报送"):
        adopt_row(waiting.pk, actor=people.li, reason="核对登记档案", now=NOW)
    adopt_row(
        waiting.pk, actor=people.zhao, reason="登记机关确认 2026 年更名", now=NOW + timedelta(minutes=1)
    )
    assert Record.objects.filter(subject__code=code(1)).count() == 2
    assert SubjectName.objects.filter(subject__code=code(1)).count() == 2
    with pytest.raises(Refusal, match="已经处理过"):
        send_back(waiting.pk, actor=people.zhao, reason="x", now=NOW)


@pytest.mark.guard("G2")
def test_rows_on_natural_persons_leave_nothing_behind(tmp_path: Path, delivery: Delivery) -> None:
    person = penalty(5, name="王小明", kind="自然人", code="")
    batch = import_file(write(tmp_path, penalty(1), person), delivery)
    refused = ReturnedRow.objects.get()
    assert (refused.state, refused.original, refused.normalised) == (ReturnedState.REFUSED, None, None)
    assert batch.report["problems"]["E16"] == 1
    assert batch.original is not None
    assert batch.original.destroyed_at is not None
    assert "王小明" not in str(batch.report) + str(refused.problems)


def test_personal_numbers_are_masked_before_anything_is_kept(tmp_path: Path, delivery: Delivery) -> None:
    batch = import_file(write(tmp_path, penalty(1, facts="由张三（电话13812345678）经手")), delivery)
    kept = str(Record.objects.get().detail.fields)
    assert "13812345678" not in kept
    assert batch.report["problems"].get("E10") == 1


@pytest.mark.row("M2-04")
def test_preview_loads_nothing_until_confirmed(tmp_path: Path, delivery: Delivery) -> None:
    batch = preview(write(tmp_path, penalty(1)), delivery, name="行政处罚.csv")
    assert (batch.state, Record.objects.count()) == (BatchState.PREVIEW, 0)
    done = confirm(batch.public_id, delivery)
    assert (done.state, done.accepted, Record.objects.count()) == (BatchState.LOADED, 1, 1)
    with pytest.raises(Refusal, match="已经处理过"):
        confirm(batch.public_id, delivery)


def test_a_cancelled_preview_cannot_be_loaded(tmp_path: Path, delivery: Delivery, people: People) -> None:
    batch = preview(write(tmp_path, penalty(1)), delivery, name="行政处罚.csv")
    cancel(batch.public_id, actor=people.li, reason="报错文件", now=NOW)
    with pytest.raises(Refusal):
        confirm(batch.public_id, delivery)


def test_an_unknown_file_is_kept_encrypted_and_profiled(tmp_path: Path, delivery: Delivery) -> None:
    path = tmp_path / "奇怪.csv"
    path.write_text("设备名称,采购数量\n水泵,2\n电机,4\n", encoding="utf-8")
    batch = import_file(path, delivery)
    assert (batch.state, batch.report["rows"]) == (BatchState.UNMAPPED, 2)
    assert batch.original is not None
    assert b"".join(read_file(batch.original)) == path.read_bytes()


def test_the_error_workbook_goes_back(tmp_path: Path, delivery: Delivery) -> None:
    batch = import_file(write(tmp_path, penalty(1), penalty(2, code="91410202MA00000000")), delivery)
    assert batch.workbook is not None
    content = b"".join(read_file(batch.workbook))
    assert content.startswith(b"PK")


def test_totals_add_up(tmp_path: Path, delivery: Delivery) -> None:
    batches = [
        import_file(write(tmp_path, penalty(1), penalty(1), penalty(2, code="91410202MA00000000")), delivery)
    ]
    totals = report_of(batches)["totals"]
    assert totals["rows"] == totals["accepted"] + totals["quarantined"] + totals["duplicates"] == 3


@pytest.mark.row("M5-02")
@pytest.mark.guard("G8")
def test_publication_has_a_due_day_an_end_and_a_named_reviewer(
    tmp_path: Path, delivery: Delivery, people: People
) -> None:
    batch = import_file(write(tmp_path, penalty(1, decided="2026-10-12")), delivery)
    with pytest.raises(Refusal, match="不能审查自己"):
        publish_batch(batch.public_id, reviewer=people.li, policy=delivery.policy, now=NOW)
    assert publish_batch(batch.public_id, reviewer=people.zhou, policy=delivery.policy, now=NOW) == 1
    shown = Publication.objects.get()
    assert shown.due_on is not None
    assert shown.due_on.isoformat() == "2026-10-21"
    assert shown.reviewed_by == people.zhou
    assert shown.stop_on is not None
    assert stop_due(today=shown.stop_on - timedelta(days=1), now=NOW) == 0
    assert stop_due(today=shown.stop_on, now=NOW) == 1
    assert Publication.objects.get().stop_reason == "expired"
