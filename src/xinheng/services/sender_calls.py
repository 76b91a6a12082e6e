"""One delivery by a sender's system: taken once however often it is sent, answered row by row, with the same receipt.

The body walks the way of every delivered file (services.collect). What is kept of the answer is what differs from
"accepted"; a repeated call gets the answer of the first (《河南省社会信用条例》第十七条).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import IntegrityError, transaction

from xinheng.core.canonical import digest_of
from xinheng.core.checks import Defect, outcomes_with
from xinheng.core.policy import Policy
from xinheng.core.refusal import Outcome, Refusal
from xinheng.intake.json_records import check
from xinheng.intake.prepare import Prepared
from xinheng.services.batches import number_of, receipt_of
from xinheng.services.collect import Delivery, confirm_later, import_file, preview
from xinheng.services.ledger import note
from xinheng.store.batches import Batch, BatchState, ReturnedRow
from xinheng.store.records import Record
from xinheng.store.senders import SenderCall, SenderKey

UNDER_WAY = timedelta(minutes=2)
"""After it a call without an answer counts as broken off, and may be made again."""
AT_ONCE = 4 * 1024 * 1024
"""Bytes that are loaded while the caller waits; more are left to the worker."""
ACCEPTED, REPAIRED, FLAGGED, KNOWN = "accepted", "repaired", "flagged", "known"
REFUSED, QUARANTINED = "refused", "quarantined"
_AT_WORK = BoundedSemaphore(2)
"""More deliveries at once in one process would only take the processors from each other, and from the pages."""
WAIT_SECONDS = 5
"""How long a call waits for its turn; then its thread is left to the pages."""
MOST_LISTED = 1_000
"""Rows that differ and are listed in the answer to a file; all of them can be fetched page by page."""
CREATED, TAKEN, AGAIN, UNPROCESSABLE = 201, 202, 200, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A body that came whole. ``records``: it is JSON, each of whose records is answered."""

    key: SenderKey
    feed: str
    body: Path
    digest: str
    name: str
    idempotency_key: str
    records: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """``repeated``: an earlier call with this Idempotency-Key had this answer."""

    status: int
    body: dict[str, Any]
    repeated: bool = False


def take(push: Push, *, policy: Policy, now: datetime) -> Answer:
    """Refusal K07 for a feed that the key is not for, K08 for another body under the same Idempotency-Key, K09 while
    the first call is under way, K10 while too many are, E19 for JSON that is none, B10 as services.collect."""
    if push.feed not in push.key.feeds or push.feed not in policy.feeds:
        raise Refusal(
            "K07",
            f"这个密钥不能报送数据源“{push.feed[:80]}”。",
            advice="可以报送的数据源见 GET /api/v1/feeds；需要增加的，请联系信用办。",
        )
    if push.records:
        check(push.body)
    call = _claim(push, now)
    if call.answer is not None:
        return Answer(call.status or AGAIN, _whole(call.answer), repeated=True)
    try:
        with _turn():
            answer = _carry_out(push, call, policy, now)
    except BaseException:
        SenderCall.objects.filter(pk=call.pk, called_at=now, answer__isnull=True).delete()
        raise
    return answer


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_WORK.acquire(timeout=WAIT_SECONDS):
        raise Refusal(
            "K10",
            "同时报送的较多，这次没有收下。",
            advice="请按 Retry-After 的秒数等待后，用同一个 Idempotency-Key 重发。",
        )
    try:
        yield
    finally:
        _AT_WORK.release()


def _claim(push: Push, now: datetime) -> SenderCall:
    meant = digest_of({"feed": push.feed, "body": push.digest, "name": push.name})
    values = {"body_digest": meant, "called_at": now}
    try:
        with transaction.atomic():
            return SenderCall.objects.create(key=push.key, idempotency_key=push.idempotency_key, **values)
    except IntegrityError:
        known = SenderCall.objects.filter(key=push.key, idempotency_key=push.idempotency_key).first()
    if known is not None and known.body_digest != meant:
        raise other_content()
    if known is not None and known.answer is not None:
        return known
    broken = SenderCall.objects.filter(
        key=push.key,
        idempotency_key=push.idempotency_key,
        answer__isnull=True,
        called_at__lt=now - UNDER_WAY,
    )
    if known is None or not broken.update(called_at=now):
        raise under_way()
    return known


def other_content() -> Refusal:
    return Refusal(
        "K08",
        "同一个 Idempotency-Key 已用于另一次调用，内容不同，这次没有收下。",
        advice="重发同一内容时用原来的值；内容不同时换一个新的值。",
    )


def under_way() -> Refusal:
    return Refusal(
        "K09", "同一次调用正在处理。", advice="请稍候用同一个 Idempotency-Key 重发，取得它的结果。"
    )


def _carry_out(push: Push, call: SenderCall, policy: Policy, now: datetime) -> Answer:
    delivery = Delivery(
        policy=policy, organisation=push.key.organisation, actor=None, now=now, by_machine=True
    )
    flags: dict[int, list[str]] = {}
    if push.body.stat().st_size > AT_ONCE:
        batch = preview(push.body, delivery, name=push.name, feed=push.feed)
    else:
        batch = import_file(
            push.body,
            delivery,
            feed=push.feed,
            name=push.name,
            look=lambda prepared: flags.update(_flags_of(prepared)),
        )
    with transaction.atomic():
        again = batch.received_at != now and batch.state == BatchState.LOADED
        batch.refresh_from_db()
        if batch.state == BatchState.PREVIEW:
            confirm_later(batch.public_id, delivery)
        answer = _answer(push, batch, flags, policy, again=again)
        call.status, call.answer, call.batch = answer.status, answer.body, batch
        call.save(update_fields=["status", "answer", "batch"])
        note(
            "sender.delivered",
            now=now,
            object=f"sender:{push.key.public_id}",
            payload={"batch": batch.public_id, "file": push.digest, "receipt": batch.receipt},
        )
    return Answer(answer.status, _whole(answer.body))


def _flags_of(prepared: Prepared) -> dict[int, list[str]]:
    """Codes of what was repaired or noted in accepted rows."""
    if prepared.status != "mapped":
        return {}
    table = pq.read_table(prepared.accepted_path, columns=["row_no", "flags"])
    found = table.filter(pc.not_equal(table["flags"], "")).to_pylist()
    return {row["row_no"]: row["flags"].split(",") for row in found}


def _answer(
    push: Push, batch: Batch, flags: Mapping[int, list[str]], policy: Policy, *, again: bool
) -> Answer:
    body = summary_of(batch) | {"whole": push.records and batch.state == BatchState.LOADED}
    if batch.state != BatchState.LOADED:
        return Answer(TAKEN if batch.state == BatchState.PREVIEW else UNPROCESSABLE, body)
    if again:
        return Answer(AGAIN, body | {"repeated": True, "whole": False})
    told = sorted(_told(push, batch, flags, policy), key=lambda row: row["row"])
    if push.records:
        return Answer(CREATED, body | {"records": [{"record": row["row"] - 1, **row} for row in told]})
    return Answer(CREATED, body | {"records": told[:MOST_LISTED]})


def summary_of(batch: Batch) -> dict[str, Any]:
    """What is told of a delivery, whenever it is asked for."""
    return {
        "delivery": batch.public_id,
        "number": number_of(batch),
        "feed": batch.feed,
        "state": batch.state,
        "received_at": batch.received_at.isoformat(),
        "rows": batch.rows,
        "accepted": batch.accepted,
        "known": batch.duplicates,
        "returned": batch.returned,
        "file_digest": batch.file_digest,
        "receipt": batch.receipt,
        "message": batch.report.get("message") or "",
        "advice": batch.report.get("advice") or "",
        "repeated": False,
        "records": [],
    }


def _told(
    push: Push, batch: Batch, flags: Mapping[int, list[str]], policy: Policy
) -> Iterator[dict[str, Any]]:
    """Every row that is not simply accepted; of a file, without those that were known before."""
    back = set()
    for row in ReturnedRow.objects.filter(batch=batch).order_by("row_no"):
        back.add(row.row_no)
        yield problems_of(row)
    loaded = set(Record.objects.filter(batch=batch).values_list("row_no", flat=True))
    outcomes = outcomes_with({code: one.outcome for code, one in policy.quality.problems.items()})
    for number, codes in flags.items():
        if number in loaded:
            repaired = any(outcomes[Defect(code)] is Outcome.REPAIR for code in codes)
            problems = [_with_advice({"code": code}) for code in codes]
            yield _row(number, REPAIRED if repaired else FLAGGED, problems)
    if push.records and batch.duplicates:
        rows = set(range(2, batch.rows + 2))
        yield from (_row(number, KNOWN, []) for number in rows - back - loaded)


def problems_of(row: ReturnedRow) -> dict[str, Any]:
    """A row that was sent back, or waits for a person, as a caller is told."""
    outcome = REFUSED if row.state == "refused" else QUARANTINED
    return _row(row.row_no, outcome, [_with_advice(problem) for problem in row.problems])


def _with_advice(problem: Mapping[str, str]) -> dict[str, str]:
    code = problem["code"]
    return {
        "code": code,
        "field": problem.get("field") or "",
        "message": problem.get("message") or Defect(code).label,
        "advice": Defect(code).advice,
    }


def _row(number: int, outcome: str, problems: list[dict[str, str]]) -> dict[str, Any]:
    return {"row": number, "outcome": outcome, "problems": problems}


def _whole(kept: dict[str, Any]) -> dict[str, Any]:
    """The answer with every record of a JSON body in its place."""
    body = {name: value for name, value in kept.items() if name != "whole"}
    if not kept.get("whole"):
        return body
    told = {row["record"]: row for row in kept["records"]}
    plain = (
        {"record": n, "row": n + 1, "outcome": ACCEPTED, "problems": []} for n in range(1, kept["rows"] + 1)
    )
    return body | {"records": [told.get(row["record"], row) for row in plain]}


def receipt_holds(batch: Batch) -> bool:
    """Whether the receipt is the digest over what the batch says now."""
    return batch.receipt == digest_of(receipt_of(batch))
