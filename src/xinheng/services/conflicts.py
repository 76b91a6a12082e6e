"""Two departments disagree on one fact: both are kept, and a person who delivered neither decides with a reason.

The one that does not stand is withdrawn or superseded by the verbs of records, so that whatever rested on it ends in
the same transaction (《河南省社会信用条例》第四十一、四十二条). Finding them is part of counting (services.quality).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from xinheng.core.days import last_day_held
from xinheng.core.policy import Policy
from xinheng.core.records import Finality, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.batches import answers_for
from xinheng.services.ledger import note
from xinheng.services.records import Change, change_state, correct
from xinheng.services.returns import send_back
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, ReturnedRow, ReturnedState
from xinheng.store.quality import Conflict, ConflictState
from xinheng.store.records import open_versions

VERDICTS = (ConflictState.FIRST, ConflictState.SECOND, ConflictState.BOTH)
CODE = "统一社会信用代码"
RESULT = "结果"
"""The word of a side whose value is one of the feed's own words."""
_CORRECTED = ("amount_fen", "headcount", "valid_from", "valid_to", "seriousness", "finality", "result")
_DATES = ("valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Side:
    """What one sender says of the fact, by the word for each part."""

    batch: Batch | None
    row_no: int
    record_key: int | None
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides, and the words on which they differ."""

    first: Side
    second: Side
    differs: tuple[str, ...]


def compared(conflict: Conflict) -> Compared:
    """The two statements beside each other."""
    if conflict.row:
        return row_beside(conflict.record_key, conflict.row)
    return _between(_of_record(conflict.record_key), _of_record(conflict.other_key or 0))


def row_beside(record_key: int, row: ReturnedRow) -> Compared:
    """What stands in a record, and what a row that was set aside says of the same act."""
    return _between(_of_record(record_key), _of_row(row))


def _between(first: Side, second: Side) -> Compared:
    words = dict.fromkeys([*first.said, *second.said])
    return Compared(
        first, second, tuple(word for word in words if first.said.get(word, "") != second.said.get(word, ""))
    )


def _of_record(key: int) -> Side:
    record = open_versions().select_related("batch", "subject").filter(record_key=key).first()
    if record is None:
        return Side(None, 0, key, {})
    detail = record.detail
    said = {
        CODE: record.subject.code or "",
        "文书号": detail.document_no,
        "机关": detail.authority,
        "决定日期": _day(record.decided_on),
        "有效期自": _day(record.valid_from),
        "有效期至": _day(record.last_on),
        RESULT: record.result,
        "金额": _yuan(record.amount_fen),
        "人数": _persons(record.headcount),
        "失信程度": Seriousness(record.seriousness).label,
        "终局状态": Finality(record.finality).label,
        "标题": detail.title,
        **{name: str(value) for name, value in detail.fields.items()},
    }
    return Side(record.batch, record.row_no, key, said)


def _of_row(row: ReturnedRow) -> Side:
    read: dict[str, Any] = row.normalised or {}
    said = {
        CODE: read.get("code"),
        "文书号": read.get("document_no"),
        "机关": read.get("authority"),
        "决定日期": read.get("decided_on"),
        "有效期自": read.get("valid_from"),
        "有效期至": _day(_last_read(read)),
        RESULT: read.get("result"),
        "金额": _yuan(read.get("amount_fen")),
        "人数": _persons(read.get("headcount")),
        "失信程度": Seriousness(read.get("seriousness") or 0).label,
        "终局状态": Finality(read.get("finality") or 0).label,
        "标题": read.get("title"),
        **_details(read),
    }
    return Side(row.batch, row.row_no, None, {name: "" if v is None else str(v) for name, v in said.items()})


def _details(read: Mapping[str, Any]) -> dict[str, str]:
    found = read.get("details") or {}
    parsed = json.loads(found) if isinstance(found, str) else found
    return {name: str(value) for name, value in parsed.items()}


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100:,}.{fen % 100:02} 元"


def _persons(number: int | None) -> str:
    return "" if number is None else f"{number:,} 人"


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _last_read(read: Mapping[str, Any]) -> date | None:
    began = _read_day(read.get("valid_from") or read.get("decided_on"))
    return last_day_held(_read_day(read.get("valid_to")), began=began)


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


@transaction.atomic
def decide_conflict(
    public_id: str, *, verdict: str, reason: str, ground: str, actor: User, policy: Policy, now: datetime
) -> Conflict:
    """Say who is right. Refusals: Q11 it is decided, Q12 the actor delivered one of both, Q13 no reason or ground,
    Q14 both cannot stand."""
    conflict = (
        Conflict.objects.select_for_update(of=("self",)).select_related("row__batch").get(public_id=public_id)
    )
    _refuse(conflict, verdict=verdict, reason=reason, ground=ground, actor=actor)
    why = Change(deed="withdraw", reason=reason.strip(), ground=ground.strip())
    if verdict == ConflictState.FIRST:
        if conflict.row is not None:
            send_back(conflict.row.pk, actor=actor, reason=reason, now=now)
        else:
            _withdraw(conflict.other_key, why, actor=actor, policy=policy, now=now)
    elif verdict == ConflictState.SECOND:
        if conflict.row is not None:
            take_over(conflict.record_key, conflict.row, why, actor=actor, policy=policy, now=now)
        else:
            _withdraw(conflict.record_key, why, actor=actor, policy=policy, now=now)
    conflict.state, conflict.decided_by, conflict.decided_at = verdict, actor, now
    conflict.reason, conflict.ground = reason.strip()[:300], ground.strip()[:200]
    conflict.save(update_fields=["state", "decided_by", "decided_at", "reason", "ground"])
    note(
        "conflict.decided",
        now=now,
        actor=actor,
        object=f"conflict:{conflict.public_id}",
        reason=reason,
        payload={"verdict": verdict, "ground": ground},
    )
    return conflict


def _refuse(conflict: Conflict, *, verdict: str, reason: str, ground: str, actor: User) -> None:
    if conflict.state != ConflictState.OPEN:
        raise Refusal("Q11", "这处不一致已经处理过。", advice="请刷新页面。")
    if not reason.strip() or not ground.strip():
        raise Refusal("Q13", "没有写明理由和所依据的文书。", advice="请补充后重试。")
    if verdict not in VERDICTS:
        raise Refusal("Q15", "没有选择以哪一方为准。", advice="请选择后重试。")
    if verdict == ConflictState.BOTH and conflict.row is not None:
        raise Refusal(
            "Q14", "同一行为的两种内容不能同时成立。", advice="请以其中一方为准；报送有误的退回报送单位。"
        )
    if answers_for_a_side(actor, compared(conflict)):
        raise Refusal(
            "Q12", "报送人不能决定自己报送的内容；系统报送的，本单位的人不能决定。", advice="请由另一人处理。"
        )


def answers_for_a_side(actor: User, sides: Compared) -> bool:
    """Whether the person, or for a machine's delivery the organisation, told one of both."""
    return any(answers_for(actor, side.batch) for side in (sides.first, sides.second) if side.batch)


def _withdraw(key: int | None, why: Change, *, actor: User, policy: Policy, now: datetime) -> None:
    assert key is not None
    change_state(record_key=key, change=why, actor=actor, policy=policy, now=now)


def values_of(row: ReturnedRow) -> dict[str, object]:
    """What the row says of the columns of a record."""
    read: dict[str, Any] = row.normalised or {}
    values: dict[str, object] = {name: read.get(name) for name in _CORRECTED}
    for name in _DATES:
        values[name] = _read_day(read.get(name))
    values["result"] = values["result"] or ""
    values["seriousness"], values["finality"] = values["seriousness"] or 0, values["finality"] or 0
    return values


def take_over(
    record_key: int, row: ReturnedRow, why: Change, *, actor: User, policy: Policy, now: datetime
) -> None:
    """The record says from now on what the row says; the row is thereby adopted."""
    change = Change(deed="correct", reason=why.reason, ground=why.ground)
    correct(
        record_key=record_key,
        change=change,
        values=values_of(row),
        fields=_details(row.normalised or {}),
        actor=actor,
        policy=policy,
        now=now,
    )
    row.state, row.decided_by, row.decided_at = ReturnedState.ACCEPTED, actor, now
    row.reason = why.reason[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    note("row.accepted", now=now, actor=actor, object=f"row:{row.pk}", payload={"reason": row.reason})
