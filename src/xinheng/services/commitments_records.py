"""Enters commitments in the register: each gets its code and its record, by the way that every delivered file goes.

The record can so be published after review, objected to and repaired like any other (M3-03). Who registers delivers in the name
of the unit that accepts; several commitments are one delivery.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from xinheng.core.commitment_register import (
    CATEGORIES,
    Outcome,
    RegisterRow,
    cells,
    code_of,
    lacking,
    too_long,
)
from xinheng.core.feeds import ITEMS
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.services.collect import Delivery
from xinheng.services.entry import import_rows
from xinheng.services.ledger import note
from xinheng.services.letters import organ_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.casework import next_in
from xinheng.store.commitments import Commitment
from xinheng.store.organisations import Organisation
from xinheng.store.records import Record

FEED = "xinheng-commitment"
MOST = 2000
"""Commitments in one delivery."""


def row_of(commitment: Commitment, *, policy: Policy) -> RegisterRow:
    """The commitment in the columns of the register."""
    subject, unit, decided = commitment.subject, commitment.organisation, commitment.determined_by
    return RegisterRow(
        code=commitment.code or "",
        subject_name=subject.name,
        subject_category=CATEGORIES.get(subject.kind, CATEGORIES["enterprise"]),
        subject_code=subject.code or "",
        type=commitment.kind,
        reason=commitment.reason,
        content=commitment.content,
        liability=commitment.liability,
        committed_on=commitment.committed_on,
        valid_until=commitment.valid_until,
        outcome=Outcome(commitment.outcome) if commitment.outcome else None,
        unperformed=commitment.unperformed,
        pursued=commitment.pursued,
        determined_on=commitment.determined_on,
        determined_by=organ_of(decided, policy=policy) if decided else "",
        determined_by_code=decided.credit_code if decided else "",
        accepted_by=organ_of(unit, policy=policy),
        accepted_by_code=unit.credit_code,
    )


@transaction.atomic
def register(
    commitments: Sequence[Commitment], *, actor: User | None, policy: Policy, now: datetime
) -> list[Commitment]:
    """Give codes and records to commitments of one unit. Refusals CM6, CM7 a column lacks something, CM13 the record was
    not taken, CM14 they are too many."""
    if not commitments or len(commitments) > MOST:
        raise Refusal("CM14", f"一次最多登记 {MOST} 份承诺，至少 1 份。", advice="请分批登记。")
    unit = commitments[0].organisation
    coded = [
        _coded(one, code) for one, code in zip(commitments, _codes(unit, commitments, policy), strict=True)
    ]
    rows = [row_of(one, policy=policy) for one in coded]
    for row in rows:
        _check(row, policy)
    batch = _delivered(rows, unit, actor=actor, policy=policy, now=now)
    keys = dict(
        Record.objects.filter(batch=batch, known_until__isnull=True).values_list(
            "detail__document_no", "record_key"
        )
    )
    if len(keys) != len(rows):
        told = "；".join(str(code) for code in batch.report.get("problems", {}))
        raise Refusal(
            "CM13",
            f"有 {len(rows) - len(keys)} 份承诺没有能够记入信用记录{f'（{told}）' if told else ''}。",
            advice="请核对主体的名称和统一社会信用代码后重试；没有登记任何一份。",
        )
    for one in coded:
        one.record_key, one.registered_at = keys[one.code or ""], now
        one.save(update_fields=["code", "record_key", "registered_at"])
        note(
            "commitment.registered",
            now=now,
            actor=actor,
            subject=one.subject.public_id,
            object=f"commitment:{one.code}",
            payload={"digest": one.digest},
        )
    return coded


def _coded(commitment: Commitment, code: str) -> Commitment:
    if commitment.registered_at is not None:
        raise Refusal("CM15", "这份承诺已经登记过。", advice="请刷新页面查看。")
    commitment.code = code
    return commitment


def _codes(unit: Organisation, commitments: Iterable[Commitment], policy: Policy) -> list[str]:
    """The next codes of the area for the days of these commitments."""
    area = unit.division_code or policy.city.code
    found = []
    for one in commitments:
        series = f"C{area}{one.committed_on:%m%d}"
        serial = next_in(series, year=one.committed_on.year)
        found.append(code_of(area, on=one.committed_on, serial=serial))
    return found


def _check(row: RegisterRow, policy: Policy) -> None:
    """The code of the unit may be still unknown; the register says that it lacks."""
    rules = policy.commitments
    unit = rules.register_columns["accepted_by_code"].title
    wrong = [title for title in lacking(row, rules) if title != unit] + list(too_long(row, rules))
    if wrong:
        raise Refusal(
            "CM7", f"登记表的“{'、'.join(wrong)}”没有填写或超出长度。", advice="请补充或缩短后再登记。"
        )


def _delivered(
    rows: Sequence[RegisterRow], unit: Organisation, *, actor: User | None, policy: Policy, now: datetime
) -> Batch:
    columns = [column.title for _, column in policy.commitments.columns()]
    lines = [_flat(cells(row, policy.commitments).values()) for row in rows]
    delivery = Delivery(policy=policy, organisation=unit, actor=actor, now=now)
    return import_rows([columns, *lines], delivery, feed=FEED, name=f"信用承诺登记 {rows[0].code}.csv")


def _flat(texts: Iterable[str]) -> list[str]:
    return [" ".join(text.split()) for text in texts]


def record_of(commitment: Commitment) -> Record | None:
    """The open version of its record."""
    if commitment.record_key is None:
        return None
    found = Record.objects.select_related("batch").filter(
        record_key=commitment.record_key, known_until__isnull=True, item=ITEMS["commitment"]
    )
    return found.first()
