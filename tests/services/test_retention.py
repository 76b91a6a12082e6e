"""What went back is kept for its term and then emptied; what nobody decides in time goes back."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from tests.people import NOW, TODAY, People
from tests.services.deliveries import HEADER, name, penalty, write
from tests.store.rows import Rows

from xinheng.core.policy import Policy
from xinheng.services.collect import Delivery, cancel, confirm, import_file, preview
from xinheng.services.previews import PREVIEW
from xinheng.services.retention import (
    UNCONFIRMED,
    UNDECIDED,
    decide_by,
    destroy_expired_files,
    forget_answers,
    forget_pulls,
    forget_returned_rows,
    give_up_previews,
    return_overdue_rows,
)
from xinheng.services.returns import send_back
from xinheng.store.files import read_file
from xinheng.store.models import (
    Batch,
    LedgerEvent,
    ReturnedRow,
    ReturnedState,
    SenderCall,
    StoredFile,
)


def row(people: People, *, received: datetime, state: str = "refused") -> ReturnedRow:
    batch = Batch.objects.create(
        organisation=people.market,
        received_at=received,
        file_name="a.csv",
        file_digest=f"sha256:{received}{state}",
        policy_digest="sha256:0",
        state="loaded",
        loaded_at=received,
    )
    return ReturnedRow.objects.create(
        batch=batch, row_no=7, codes=["E11"], problems=[{"code": "E11"}], original={"备注": "甲"}, state=state
    )


@pytest.mark.guard("G2")
def test_a_refused_row_is_emptied_when_its_term_is_over(people: People, policy: Policy) -> None:
    term = policy.days_kept("refused", on=TODAY)
    assert term is not None
    over = row(people, received=NOW - timedelta(days=term))
    kept = row(people, received=NOW - timedelta(days=term - 1))
    waiting = row(people, received=NOW - timedelta(days=term), state="waiting")
    assert forget_returned_rows(policy=policy, today=TODAY, now=NOW) == 1
    for one in (over, kept, waiting):
        one.refresh_from_db()
    assert (over.original, over.row_no, over.codes) == (None, 7, ["E11"])
    assert kept.original == waiting.original == {"备注": "甲"}
    assert LedgerEvent.objects.get().kind == "rows.emptied"


def test_a_second_run_finds_nothing_more(people: People, policy: Policy) -> None:
    row(people, received=NOW - timedelta(days=400))
    runs = [forget_returned_rows(policy=policy, today=TODAY, now=NOW) for _ in range(2)]
    assert runs == [1, 0]


@pytest.fixture
def delivered(people: People, policy: Policy, home: Path, tmp_path: Path) -> Batch:
    """A loaded batch with one good row and two set aside."""
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    rows = [penalty(1), penalty(2, code=""), penalty(3, decided="2099-01-01")]
    return import_file(write(tmp_path, *rows), delivery)


def sheet(stored: StoredFile) -> list[list[Any]]:
    content = b"".join(read_file(stored))
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def days_after(days: int) -> dict[str, Any]:
    return {"today": TODAY + timedelta(days=days), "now": NOW + timedelta(days=days)}


def test_rows_that_nobody_decides_in_time_go_back_in_a_workbook(
    delivered: Batch, people: People, policy: Policy
) -> None:
    due = decide_by(TODAY, policy=policy)
    assert due is not None
    until = (due.on - TODAY).days
    assert return_overdue_rows(policy=policy, **days_after(until)) == 0
    assert return_overdue_rows(policy=policy, **days_after(until + 1)) == 2
    rows = ReturnedRow.objects.order_by("row_no")
    assert {(row.state, row.reason, row.decided_by) for row in rows} == {
        (ReturnedState.RETURNED, UNDECIDED, None)
    }
    first = delivered.workbook
    delivered.refresh_from_db()
    assert delivered.workbook is not None and delivered.workbook != first
    head, *lines = sheet(delivered.workbook)
    assert head[:6] == ["行号", "处理", "问题代码", "问题栏目", "原因", "怎么改"]
    assert set(HEADER.split(",")) - {"法定代表人"} <= set(head[6:])
    assert [(line[0], line[1]) for line in lines] == [(str(row.row_no), "退回，待更正") for row in rows]
    assert [line[head.index("行政相对人名称")] for line in lines] == [name(2), name(3)]
    assert LedgerEvent.objects.get(kind="rows.returned").object == f"batch:{delivered.public_id}"
    assert return_overdue_rows(policy=policy, **days_after(until + 2)) == 0


def test_the_workbook_is_recognised_when_it_comes_back(
    delivered: Batch, people: People, policy: Policy, tmp_path: Path
) -> None:
    return_overdue_rows(policy=policy, **days_after(90))
    delivered.refresh_from_db()
    assert delivered.workbook is not None
    path = tmp_path / "退回.xlsx"
    path.write_bytes(b"".join(read_file(delivered.workbook)))
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    again = import_file(path, delivery)
    assert (again.feed, again.rows, again.returned) == (delivered.feed, 2, 2)


def test_a_row_decided_in_time_stays_as_decided(delivered: Batch, people: People, policy: Policy) -> None:
    one = ReturnedRow.objects.order_by("row_no")[0]
    send_back(one.pk, actor=people.zhao, reason="代码缺失", now=NOW)
    assert return_overdue_rows(policy=policy, **days_after(90)) == 1
    one.refresh_from_db()
    assert (one.decided_by, one.reason) == (people.zhao, "代码缺失")


def test_what_went_back_is_emptied_and_its_workbooks_are_destroyed_when_their_term_is_over(
    delivered: Batch, policy: Policy
) -> None:
    rows, workbook = policy.days_kept("refused", on=TODAY), policy.days_kept("workbook", on=TODAY)
    assert rows is not None and workbook is not None
    assert delivered.workbook is not None
    assert delivered.workbook.destroy_on == TODAY + timedelta(days=workbook)
    assert destroy_expired_files(**days_after(workbook)) == 1
    return_overdue_rows(policy=policy, **days_after(60))
    delivered.refresh_from_db()
    assert delivered.workbook.destroy_on == TODAY + timedelta(days=60 + workbook)
    assert forget_returned_rows(policy=policy, **days_after(60 + rows - 1)) == 0
    assert forget_returned_rows(policy=policy, **days_after(60 + rows)) == 2
    assert not ReturnedRow.objects.exclude(original=None).exists()


@pytest.fixture
def previewed(people: People, policy: Policy, home: Path, tmp_path: Path) -> Batch:
    """A file with a row on a natural person that nobody has confirmed."""
    rows = [penalty(1), penalty(2, kind="自然人", name="赵某某", code="")]
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    return preview(write(tmp_path, *rows), delivery, name="行政处罚.csv")


@pytest.mark.guard("G2")
def test_a_preview_that_nobody_confirms_is_given_up_and_its_file_destroyed(
    previewed: Batch, policy: Policy
) -> None:
    term = policy.days_kept("preview", on=TODAY)
    assert term is not None and previewed.original is not None
    assert previewed.original.destroy_on == TODAY + timedelta(days=term)
    assert give_up_previews(policy=policy, **days_after(term - 1)) == 0
    assert give_up_previews(policy=policy, **days_after(term)) == 1
    previewed.refresh_from_db()
    previewed.original.refresh_from_db()
    assert previewed.state == "cancelled" and PREVIEW not in previewed.report
    assert previewed.original.wrapped_key is None
    assert LedgerEvent.objects.get(kind="batch.cancelled").reason == UNCONFIRMED
    assert give_up_previews(policy=policy, **days_after(term + 1)) == 0


def test_a_confirmed_file_is_kept_for_its_own_term(
    people: People, policy: Policy, home: Path, tmp_path: Path
) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    batch = preview(write(tmp_path, penalty(1)), delivery, name="行政处罚.csv")
    confirm(batch.public_id, delivery)
    batch.refresh_from_db()
    delivered, term = policy.days_kept("delivered", on=TODAY), policy.days_kept("preview", on=TODAY)
    assert delivered is not None and term is not None and batch.original is not None
    assert batch.original.destroy_on == TODAY + timedelta(days=delivered)
    assert give_up_previews(policy=policy, **days_after(term)) == 0


@pytest.mark.guard("G2")
def test_what_an_earlier_rule_kept_for_longer_is_kept_for_one_more_term(
    people: People, previewed: Batch, policy: Policy, home: Path, tmp_path: Path
) -> None:
    delivery = Delivery(policy=policy, organisation=people.market, actor=people.li, now=NOW)
    given_up = preview(write(tmp_path, penalty(5)), delivery, name="行政处罚.csv")
    cancel(given_up.public_id, actor=people.li, reason="传错了", now=NOW)
    StoredFile.objects.update(destroy_on=TODAY + timedelta(days=1825))
    term = policy.days_kept("preview", on=TODAY)
    assert term is not None
    assert give_up_previews(policy=policy, **days_after(30)) == 0
    assert give_up_previews(policy=policy, **days_after(30 + term)) == 1
    assert destroy_expired_files(**days_after(30 + term)) == 1


@pytest.mark.row("M2-04")
def test_an_old_answer_to_a_system_keeps_its_batch_and_loses_its_records(
    people: People, policy: Policy
) -> None:
    term = policy.days_kept("call_answer", on=TODAY)
    assert term is not None
    key = Rows(people).sender_key()
    told = {"receipt": "sha256:1", "accepted": 1, "records": [{"row": 2, "message": "甲"}], "whole": True}
    for number, days in enumerate((term, term - 1)):
        SenderCall.objects.create(
            key=key,
            idempotency_key=str(number),
            body_digest="sha256:0",
            called_at=NOW - timedelta(days=days),
            status=201,
            answer=told,
        )
    assert forget_answers(policy=policy, today=TODAY, now=NOW) == 1
    assert forget_answers(policy=policy, today=TODAY, now=NOW) == 0
    old, fresh = SenderCall.objects.order_by("called_at")
    assert old.answer == {"receipt": "sha256:1", "accepted": 1, "records": [], "whole": False}
    assert fresh.answer == told


@pytest.mark.row("M2-04")
def test_what_a_source_answered_to_old_fetches_goes_but_for_the_last_of_each(
    people: People, policy: Policy
) -> None:
    term = policy.days_kept("connector_pull", on=TODAY)
    assert term is not None
    rows = Rows(people)
    one, other = rows.connector(name="甲"), rows.connector(name="乙")
    for connector, days in ((one, term + 9), (one, term - 1), (one, 1), (other, term + 9)):
        moment = NOW - timedelta(days=days)
        rows.pull(connector=connector, started_at=moment, ended_at=moment, state="failed", message="连不上")
    assert forget_pulls(policy=policy, today=TODAY, now=NOW) == 1
    assert forget_pulls(policy=policy, today=TODAY, now=NOW) == 0
    assert list(one.pulls.order_by("pk").values_list("message", flat=True)) == ["", "连不上", "连不上"]
    assert other.pulls.get().message == "连不上"
