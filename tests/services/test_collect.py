"""Deliveries: all of a file or nothing, twice changes nothing, conflicts wait for a person."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.people import NOW, People, make_user
from tests.services.deliveries import REGISTER, code, penalty, registration, write

from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.core.roles import Role
from xinheng.services.batches import number_of
from xinheng.services.collect import Delivery, cancel, confirm, import_file, preview, report_of
from xinheng.services.publication import publish_batch, stop_due
from xinheng.services.records import Change, change_state
from xinheng.services.returns import adopt_row, send_back
from xinheng.store.files import read_file
from xinheng.store.models import (
    Batch,
    BatchState,
    Organisation,
    Publication,
    Record,
    ReturnedRow,
    ReturnedState,
    StoredFile,
    Subject,
    SubjectName,
    SubjectSearch,
    User,
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


def _foreseen(batch: Batch) -> dict[str, object]:
    seen: dict[str, object] = batch.report["preview"]["foreseen"]
    return seen


def test_a_preview_counts_what_is_known_already(tmp_path: Path, delivery: Delivery) -> None:
    import_file(write(tmp_path, penalty(1), penalty(2), penalty(4)), delivery)
    other_name = penalty(4, name="开封改名食品有限公司", document="汴市监罚〔2026〕9号")
    rows = (penalty(1), penalty(2, fine="3"), other_name, penalty(3), penalty(3))
    batch = preview(write(tmp_path, *rows, called="另一份.csv"), delivery, name="另一份.csv")
    seen = _foreseen(batch)
    assert seen == {"accepted": 1, "known": 1, "conflicts": {"E08": 1, "E17": 1}}
    assert [one["row_no"] for one in batch.report["preview"]["examples"]["E17"]] == [4]
    done = confirm(batch.public_id, delivery)
    assert (done.accepted, done.duplicates, done.returned) == (1, 2, 2)
    assert done.report["problems"].items() >= {"E08": 1, "E17": 1}.items()


def test_a_preview_of_known_rows_promises_none(tmp_path: Path, delivery: Delivery) -> None:
    import_file(write(tmp_path, *map(penalty, range(1, 6))), delivery)
    again = write(tmp_path, *map(penalty, range(5, 0, -1)), called="倒序.csv")
    batch = preview(again, delivery, name="倒序.csv")
    assert _foreseen(batch) == {"accepted": 0, "known": 5, "conflicts": {}}
    assert (confirm(batch.public_id, delivery).accepted, Record.objects.count()) == (0, 5)


def test_the_registrar_may_rename_and_the_preview_knows_it(tmp_path: Path, delivery: Delivery) -> None:
    import_file(write(tmp_path, registration(1), header=REGISTER, called="登记.csv"), delivery)
    renamed = write(
        tmp_path, registration(1, called="开封新名食品有限公司"), header=REGISTER, called="变更.csv"
    )
    batch = preview(renamed, delivery, name="变更.csv")
    done = confirm(batch.public_id, delivery)
    seen = _foreseen(batch)
    conflicts = seen["conflicts"]
    assert isinstance(conflicts, dict)
    assert (seen["accepted"], sum(conflicts.values())) == (done.accepted, done.returned)


def test_a_loaded_file_is_not_read_by_another_feed_without_a_word(tmp_path: Path, delivery: Delivery) -> None:
    path = write(tmp_path, penalty(1))
    batch = import_file(path, delivery)
    assert import_file(path, delivery, feed="penalty-dual-publicity").pk == batch.pk
    for deliver in (import_file, lambda *given, **more: preview(*given, **more, name="行政处罚.csv")):
        with pytest.raises(Refusal, match="没有再按") as refused:
            deliver(path, delivery, feed="penalty-tax")
        assert refused.value.code == "B10"
        assert number_of(batch) in refused.value.message
        assert "撤回" in refused.value.advice
    assert Batch.objects.count() == 1


def test_a_file_may_be_read_anew_once_nothing_of_it_stands(
    tmp_path: Path, delivery: Delivery, people: People
) -> None:
    path = write(tmp_path, penalty(1))
    import_file(path, delivery)
    change = Change(deed="withdraw", reason="数据源选错", ground="更正通知〔2026〕1号")
    change_state(
        record_key=Record.objects.get().record_key,
        change=change,
        actor=people.wang,
        policy=delivery.policy,
        now=NOW,
    )
    assert import_file(path, delivery, feed="penalty-tax").state == BatchState.UNMAPPED


def test_a_file_that_does_not_fit_the_chosen_feed_says_so_at_its_head(
    tmp_path: Path, delivery: Delivery
) -> None:
    path = write(tmp_path, penalty(1))
    for batch in (
        import_file(path, delivery, feed="penalty-tax"),
        preview(path, delivery, name="行政处罚.csv", feed="penalty-tax"),
    ):
        assert (batch.state, batch.report["problems"]) == (BatchState.UNMAPPED, {"E18": 1})
        assert "纳税人识别号" in batch.report["message"]
        assert "由系统识别" in batch.report["advice"]


def _clerk_of_another_department(people: People) -> User:
    tax = Organisation.objects.create(
        key="kaifeng.tax", kind="department", parent=people.city, division_code="410200"
    )
    return make_user("wu", "吴税务", tax, Role.COLLECTOR)


def test_another_department_gets_a_receipt_of_its_own_for_the_same_file(
    tmp_path: Path, delivery: Delivery, people: People
) -> None:
    path = write(tmp_path, penalty(1))
    first = import_file(path, delivery)
    clerk = _clerk_of_another_department(people)
    other = replace(delivery, organisation=clerk.organisation, actor=clerk)
    shown = preview(path, other, name="行政处罚.csv")
    own = confirm(shown.public_id, other)
    assert (own.organisation, own.accepted, own.duplicates) == (clerk.organisation, 0, 1)
    assert own.receipt not in ("", first.receipt)
    assert number_of(first) not in str(own.report)
    assert import_file(path, other).pk == own.pk
    assert Record.objects.count() == 1


def test_whoever_may_read_the_batch_meets_it(tmp_path: Path, delivery: Delivery, people: People) -> None:
    path = write(tmp_path, penalty(1))
    own = import_file(path, delivery)
    credit_office = replace(delivery, organisation=people.city, actor=people.wang)
    assert import_file(path, credit_office).pk == own.pk


def test_a_file_previewed_twice_is_confirmed_once(tmp_path: Path, delivery: Delivery) -> None:
    path = write(tmp_path, penalty(1))
    first, second = (preview(path, delivery, name="行政处罚.csv") for _ in range(2))
    confirm(first.public_id, delivery)
    with pytest.raises(Refusal, match="不能再确认") as refused:
        confirm(second.public_id, delivery)
    assert number_of(first) in refused.value.message


def test_a_file_with_nothing_below_its_header_is_not_loaded(tmp_path: Path, delivery: Delivery) -> None:
    batch = import_file(write(tmp_path), delivery)
    assert (batch.state, batch.report["status"]) == (BatchState.UNREADABLE, "unreadable")
    assert batch.report["message"] == "只有表头，没有数据行。"


@pytest.mark.parametrize(
    "text",
    [
        "设备名称,采购数量\n水泵,2\n",
        "实施主体,职权编号,职权名称\n某局,C01,对某事的处罚\n",
        "",
        f"{REGISTER}\n",
    ],
    ids=["unknown", "need not be read", "empty", "header only"],
)
def test_a_file_left_unread_is_met_again(tmp_path: Path, delivery: Delivery, text: str) -> None:
    path = tmp_path / "没有读入.csv"
    path.write_text(text, encoding="utf-8")
    first = import_file(path, delivery)
    later = replace(delivery, now=NOW + timedelta(days=1))
    assert import_file(path, later).pk == first.pk
    assert preview(path, later, name=path.name).pk == first.pk
    assert (Batch.objects.count(), StoredFile.objects.count()) == (1, 1)
    assert first.state in (BatchState.UNMAPPED, BatchState.UNREADABLE)
