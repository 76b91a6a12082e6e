"""Changes what is known of a fact: supersede, annotate, shield, withdraw. Nothing is overwritten.

Every change locks the subject, closes the open version, adds the next one with its reason and ground, and
makes whatever was derived from the file stale (《河南省社会信用条例》第四十一、四十二条).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from xinheng.core.canonical import raw_digest
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, RecordState
from xinheng.core.refusal import Refusal
from xinheng.services.attachments_ended import forget_papers
from xinheng.services.effects_of_records import follow_record
from xinheng.services.ledger import note
from xinheng.services.listings_exits import close_cases, listings_after
from xinheng.services.scores import ask_for_refresh
from xinheng.store.accounts import User
from xinheng.store.batches import ReturnedRow
from xinheng.store.files import destroy_file
from xinheng.store.identities import ever_one_with
from xinheng.store.records import Record, RecordDetail, RecordNote
from xinheng.store.subjects import Subject

_DEEDS = {
    "annotate": RecordState.ANNOTATED,
    "dispute": RecordState.DISPUTED,
    "shield": RecordState.SHIELDED,
    "repair": RecordState.REPAIRED,
    "withdraw": RecordState.WITHDRAWN,
    "exit": RecordState.WITHDRAWN,
    "delete": RecordState.DELETED,
    "restore": RecordState.ACTIVE,
}
_SAID = ("item", "subject_id", "decided_on", "valid_from", "valid_to", "amount_fen", "headcount", "result")
"""Columns that say what the act says. Class and finality are judgements on it; its sender does not send them again."""
_WORDS = ("document_no", "authority", "title", "fields")
FINAL = {RecordState.WITHDRAWN, RecordState.DELETED}
_ON_WHAT_STANDS = {"annotate", "dispute"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why a record changes: ``ground`` names the document or case it rests on."""

    deed: str
    reason: str
    ground: str


def change_state(
    *,
    record_key: int,
    change: Change,
    actor: User | None,
    policy: Policy,
    now: datetime,
    until: date | None = None,
) -> Record:
    """Give the record a new state; effects that rested on it end in the same transaction, or live again.

    ``until``: the day on which an exit ended what the record says. Without an actor a system of the sender did it.
    """
    if change.deed not in _DEEDS:
        raise Refusal("R01", f"不认识的操作“{change.deed}”。", advice="请在列出的做法中选择。")
    if change.deed == "delete":
        raise _alone()
    values: dict[str, object] = {"state": _DEEDS[change.deed]} | ({"valid_to": until} if until else {})
    return _supersede(record_key, change, actor=actor, policy=policy, now=now, values=values, fields={})


def correct(
    *,
    record_key: int,
    change: Change,
    values: Mapping[str, object],
    fields: Mapping[str, str],
    actor: User | None,
    policy: Policy,
    now: datetime,
) -> Record:
    """Replace columns (``values``) and masked detail fields (``fields``) by right ones, as a new version.

    Its publication follows: the terms are computed anew from what is right. The day of the decision belongs to the
    act's identity: corrected here, the right act sent again would stand beside it and weigh twice.
    """
    refuse_values(values)
    return _supersede(
        record_key, change, actor=actor, policy=policy, now=now, values=dict(values), fields=dict(fields)
    )


def refuse_values(values: Mapping[str, object]) -> None:
    """Refusals R07 for the day by which the act is known, R02 for what no correction may change."""
    if "decided_on" in values:
        raise Refusal(
            "R07",
            "决定日期是识别一项行为的依据，不能通过更正修改。",
            advice="请撤回这条记录，由报送单位按正确的日期重新报送。",
        )
    allowed = {"amount_fen", "headcount", "valid_from", "valid_to", "seriousness", "finality", "result"}
    if unknown := set(values) - allowed:
        raise Refusal(
            "R02",
            f"字段{'、'.join(sorted(unknown))}不能通过更正修改。",
            advice="可更正金额、人数、有效期、失信程度、效力和结果；其他有误的，请撤回后由报送单位重新报送。",
        )


@transaction.atomic
def delete(
    *,
    record_key: int,
    change: Change,
    proposed_by: User,
    actor: User,
    policy: Policy,
    now: datetime,
    with_original: bool,
) -> Record:
    """Leave a tombstone, by the word of two persons: that there was a record, by whose authority it went and why; its
    words are emptied in every version and cannot come back. ``with_original`` also destroys the keys of the delivered file and of what was
    returned from it, which hold the row among others.
    """
    if change.deed != "delete":
        raise Refusal("R01", f"不认识的操作“{change.deed}”。", advice="请在列出的做法中选择。")
    if proposed_by.pk == actor.pk:
        raise _alone()
    state: dict[str, object] = {"state": RecordState.DELETED}
    tombstone = _supersede(record_key, change, actor=actor, policy=policy, now=now, values=state, fields={})
    versions = Record.objects.filter(record_key=record_key, subject__in=ever_one_with(tombstone.subject_id))
    RecordDetail.objects.filter(record__in=versions).update(document_no="", title="", fields={})
    batch = tombstone.batch
    forget_papers(
        record_key=record_key,
        batch=batch.pk if batch and with_original else None,
        actor=actor,
        now=now,
    )
    if with_original and batch is not None:
        for kept in (batch.original, batch.workbook):
            if kept is not None and kept.destroyed_at is None:
                destroy_file(kept, now=now)
        ReturnedRow.objects.filter(batch=batch, row_no=tombstone.row_no).update(
            original=None, normalised=None
        )
        note("batch.original_destroyed", now=now, actor=actor, object=f"batch:{batch.public_id}")
    return tombstone


def _alone() -> Refusal:
    return Refusal(
        "R08", "删除记录须由一人提出、另一人确认。", advice="请提出删除意见，由另一名决定人在工作台中确认。"
    )


@transaction.atomic
def _supersede(
    record_key: int,
    change: Change,
    *,
    actor: User | None,
    policy: Policy,
    now: datetime,
    values: Mapping[str, object],
    fields: dict[str, str],
) -> Record:
    if not change.reason.strip() or not change.ground.strip():
        raise Refusal("R03", "改变一条记录必须写明理由和所依据的文书。", advice="请补充理由和文号后重试。")
    current = Record.objects.filter(record_key=record_key, known_until__isnull=True).first()
    if current is None:
        raise Refusal("R04", "没有这条记录，或它刚刚被别人更改。", advice="请刷新页面后重试。")
    subject = Subject.objects.select_for_update().get(pk=current.subject_id)
    current.refresh_from_db()
    if current.known_until is not None:
        raise Refusal("R04", "这条记录刚刚被别人更改。", advice="请刷新页面后重试。")
    if RecordState(current.state) in FINAL:
        raise Refusal("R05", "已撤回或删除的记录不能再改变。", advice="确有错误的，由报送单位重新报送。")
    if change.deed in _ON_WHAT_STANDS and RecordState(current.state) not in STANDING:
        raise Refusal(
            "R06",
            f"{RecordState(current.state).label}的记录不再产生影响，不能标注或列为异议。",
            advice="确需恢复的，请先按依据恢复该记录。",
        )
    moment = max(now, subject.last_known_at + timedelta(microseconds=1))
    Record.objects.filter(pk=current.pk).update(known_until=moment)
    following = _next_version(current, values, fields, moment=moment)
    RecordNote.objects.create(
        record=following, deed=change.deed, reason=change.reason, ground=change.ground, actor=actor
    )
    closing = follow_record(following, deed=change.deed, policy=policy, moment=moment, bumped=(subject.pk,))
    Subject.objects.filter(pk=subject.pk).update(version=F("version") + 1, last_known_at=moment)
    ask_for_refresh()
    note(
        f"record.{change.deed}",
        now=now,
        actor=actor,
        subject=subject.public_id,
        object=f"record:{record_key}",
        payload={"reason": change.reason, "ground": change.ground},
    )
    for key, deed in listings_after(following, closing, deed=change.deed):
        along = Change(deed=deed, reason=f"所依据的记录：{change.reason}"[:500], ground=change.ground)
        change_state(record_key=key, change=along, actor=actor, policy=policy, now=now)
    close_cases(closing, policy=policy, now=now)
    return following


def _next_version(
    current: Record, values: Mapping[str, object], fields: Mapping[str, str], *, moment: datetime
) -> Record:
    columns = {**_columns(current), **values}
    detail = _columns(current.detail)
    detail["fields"] = {**current.detail.fields, **fields}
    if set(values) & set(_SAID) or fields:
        columns["content_hash"] = content_hash(columns, detail)
    following = Record.objects.create(**columns, known_at=moment)
    RecordDetail.objects.create(record=following, **detail)
    return following


def _columns(row: Record | RecordDetail) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in {"id", "record_id", "known_at", "known_until"}
    }


def content_hash(columns: Mapping[str, Any], detail: Mapping[str, Any]) -> bytes:
    """16 bytes over what a corrected version says. A row that intake reads never has this hash: whoever sends the act
    again, right or wrong, is told that it is known otherwise (E08), and a person looks."""
    said = {name: columns[name] for name in _SAID} | {name: detail[name] for name in _WORDS}
    return raw_digest(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode())[:16]
