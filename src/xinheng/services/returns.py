"""Rows that were not accepted: kept for a person to look at, adopted with a reason, or sent back.

Rows on natural persons are counted and named by their number only; what they said is not kept (legal guard G2).
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from xinheng.core.names import normalise_name
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.intake.handover import rows_as_json
from xinheng.intake.prepare import Prepared, original_rows, returned_rows
from xinheng.services.batches import answers_for
from xinheng.services.ledger import note
from xinheng.services.loading import load_single, refresh_search, take_loader_lock
from xinheng.services.members import refuse_stranger
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, ReturnedRow, ReturnedState, StoredFile
from xinheng.store.files import put_file
from xinheng.store.subjects import Subject, SubjectName

CHUNK = 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def store_returned(batch: Batch, prepared: Prepared) -> None:
    """Keep the rows that intake refused or quarantined."""
    for rows in returned_rows(prepared, chunk=CHUNK):
        ReturnedRow.objects.bulk_create(
            ReturnedRow(
                batch=batch,
                row_no=row.row_no,
                codes=sorted({problem["code"] for problem in row.problems}),
                problems=row.problems,
                original=row.original,
                normalised=row.normalised,
                state=ReturnedState.REFUSED if row.outcome == "refuse" else ReturnedState.WAITING,
            )
            for row in rows
        )


def store_conflicts(batch: Batch, prepared: Prepared, conflicts: Iterable[tuple[int, str, str]]) -> None:
    """Keep the rows that contradict what is known already, with all that is needed to adopt them later."""
    found = {row_no: (code, message) for row_no, code, message in conflicts}
    if not found:
        return
    originals = original_rows(prepared, list(found))
    ReturnedRow.objects.bulk_create(
        (
            ReturnedRow(
                batch=batch,
                row_no=row_no,
                codes=[found[row_no][0]],
                problems=[{"code": found[row_no][0], "field": "", "message": found[row_no][1]}],
                original=originals.get(row_no),
                normalised=json.loads(normalised),
                state=ReturnedState.WAITING,
            )
            for row_no, normalised in rows_as_json(prepared.accepted_path, list(found))
        ),
        batch_size=CHUNK,
    )


def keep_workbook(path: Path, batch: Batch, *, policy: Policy, now: datetime) -> StoredFile:
    """Keep the workbook that goes back to the sender of a batch, for its term."""
    today = day_of(now)
    name = f"退回-{Path(batch.file_name).stem}.xlsx"
    destroy_on = policy.kept_until("workbook", since=today, on=today)
    return put_file(path, name=name, media_type=XLSX, now=now, destroy_on=destroy_on)


@transaction.atomic
def adopt_row(row_id: int, *, actor: User, reason: str, now: datetime) -> None:
    """A person decides that a row with a code and name conflict is right: its name becomes a name of the subject."""
    take_loader_lock()
    row = waiting_row(row_id, actor=actor)
    if row.normalised is None or row.normalised["code"] is None or row.codes != ["E17"]:
        raise Refusal(
            "B03",
            "这一行缺少必要内容，不能直接采纳。",
            advice="请退回报送单位更正后重新报送。",
        )
    subject = Subject.objects.select_for_update().get(code=row.normalised["code"])
    refuse_stranger(subject, row.batch)
    name = row.normalised["name"]
    SubjectName.objects.get_or_create(
        subject=subject,
        normalised=normalise_name(name),
        defaults={"name": name, "batch": row.batch, "known_at": now},
    )
    refresh_search([subject.pk])
    if not load_single(row.normalised, batch=row.batch_id, now=now):
        raise Refusal("B05", "该行与已有记录重复或冲突，没有写入。", advice="请核对主体档案后退回此行。")
    _decide(row, ReturnedState.ACCEPTED, actor=actor, reason=reason, now=now)


@transaction.atomic
def send_back(row_id: int, *, actor: User, reason: str, now: datetime) -> None:
    """A person decides that the sender must correct the row."""
    _decide(waiting_row(row_id, actor=actor), ReturnedState.RETURNED, actor=actor, reason=reason, now=now)


def waiting_row(row_id: int, *, actor: User) -> ReturnedRow:
    """The row, locked, for somebody who may decide on it. Refusals: B06 it is decided, B04 the actor sent it."""
    row = (
        ReturnedRow.objects.select_for_update(of=("self",)).select_related("batch").filter(pk=row_id).first()
    )
    if row is None or row.state != ReturnedState.WAITING:
        raise Refusal("B06", "这一行已经处理过。", advice="请刷新页面。")
    if answers_for(actor, row.batch):
        raise Refusal(
            "B04", "报送人不能决定自己报送的行；系统报送的，本单位的人不能决定。", advice="请由另一人处理。"
        )
    return row


def _decide(row: ReturnedRow, state: ReturnedState, *, actor: User, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Refusal("B07", "请写明处理理由。", advice="请补充后重试。")
    row.state, row.decided_by, row.decided_at, row.reason = state, actor, now, reason.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    note(f"row.{state}", now=now, actor=actor, object=f"row:{row.pk}", payload={"reason": row.reason})
