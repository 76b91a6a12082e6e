"""Compares a delivered list with what stands of it: who is named no more is proposed for exit, a person confirms.

A list that is whole says by silence who has left; a list of what is new says nothing. Which it is only a person can
say, and so nothing ends or begins by the comparison itself (《最高人民法院关于公布失信被执行人名单信息的若干规定》第十条).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import QuerySet

from xinheng.core.document_no import document_key
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.core.refusal import Refusal
from xinheng.intake.prepare import Prepared
from xinheng.services.batches import answers_for, number_of
from xinheng.services.ledger import note
from xinheng.services.records import Change, change_state
from xinheng.services.time import day_of
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState, ReturnedRow
from xinheng.store.records import Record

UNNAMED = "unnamed"
"""In the report of a batch of a list: how many entries stood before it, and which of them it does not name."""
MOST = 2_000
"""Entries that are kept for a person to look at; a list that leaves out more is told by number alone."""


@dataclass(frozen=True, slots=True)
class Compared:
    """``entries`` are those that still stand; ``count`` says how many the file left out when it was loaded."""

    standing: int
    count: int
    entries: tuple[Record, ...]

    @property
    def too_many(self) -> bool:
        return self.count > MOST


def is_list(feed: str, policy: Policy) -> bool:
    """Whether another feed brings exits from what this one lists."""
    return any(feed in other.ends for other in policy.feeds.values())


def unnamed_in(batch: Batch, prepared: Prepared) -> dict[str, object]:
    """What the report of a batch says of those whom it does not name; run after its rows were loaded and set aside.

    An entry counts as named where a row that was set aside has its document number: that row may mean it.
    """
    found = pq.read_table(prepared.accepted_path, columns=["natural_hash"]).column("natural_hash")
    named = {bytes(one) for one in found.to_pylist()}
    unsure = {
        document_key(str((row or {}).get("document_no") or ""))
        for row in ReturnedRow.objects.filter(batch=batch).values_list("normalised", flat=True)
    } - {""}
    before = _standing(batch).exclude(batch=batch)
    rows = before.order_by("record_key").values_list("record_key", "natural_hash", "detail__document_no")
    standing, keys = 0, []
    for key, natural, document in rows.iterator():
        standing += 1
        if bytes(natural) not in named and document_key(document) not in unsure:
            keys.append(key)
    return {"standing": standing, "count": len(keys), "keys": keys if len(keys) <= MOST else []}


def compared(batch: Batch) -> Compared | None:
    """What a batch of a list leaves open; None for any other batch."""
    told = batch.report.get(UNNAMED)
    if batch.state != BatchState.LOADED or told is None:
        return None
    entries = _standing(batch).filter(record_key__in=told["keys"]).select_related("subject", "detail")
    return Compared(told["standing"], told["count"], tuple(entries.order_by("record_key")))


def _standing(batch: Batch) -> QuerySet[Record]:
    """Entries of the list that the same sender brought and that stand."""
    return Record.objects.filter(
        known_until__isnull=True,
        state__in=list(STANDING),
        batch__feed=batch.feed,
        batch__organisation=batch.organisation_id,
    )


@transaction.atomic
def confirm_exits(
    public_id: str,
    *,
    keys: Collection[int],
    whole_on: date,
    reason: str,
    actor: User,
    policy: Policy,
    now: datetime,
) -> int:
    """A person says that the list was whole as of a day and that these entries have left it; returns how many ended.

    Refusals: LC01 there is nothing to compare, LC02 the actor delivered it, LC03 nothing chosen or not open any more,
    LC04 no reason, LC05 the day is later than the delivery.
    """
    batch = Batch.objects.select_for_update().filter(public_id=public_id).first()
    found = compared(batch) if batch is not None else None
    if batch is None or found is None:
        raise Refusal("LC01", "这个批次不是可以核对的名单。", advice="请在名单的批次中办理。")
    if answers_for(actor, batch):
        raise Refusal(
            "LC02",
            "报送人不能确认自己报送的名单谁已移出；系统报送的，本单位的人不能确认。",
            advice="请由另一人确认。",
        )
    open_keys = {record.record_key: record for record in found.entries}
    if not keys or not set(keys) <= set(open_keys):
        raise Refusal("LC03", "没有选择，或所选的已经移出。", advice="请刷新页面后重新选择。")
    if not reason.strip():
        raise Refusal("LC04", "请写明怎样核实这是整份名单、所选的确已移出。", advice="请补充后重试。")
    if whole_on > day_of(batch.received_at):
        raise Refusal("LC05", "名单的截止日期晚于收到的日期。", advice="请核对名单上的截止日期。")
    ground = f"整份名单（批次 {number_of(batch)}，截至 {whole_on}）不再载明"
    for key in sorted(keys):
        begun = open_keys[key].valid_from
        change_state(
            record_key=key,
            change=Change(deed="exit", reason=reason.strip()[:500], ground=ground),
            actor=actor,
            policy=policy,
            now=now,
            until=whole_on if begun is None or begun <= whole_on else None,
        )
    note(
        "list.compared",
        now=now,
        actor=actor,
        object=f"batch:{batch.public_id}",
        reason=reason.strip()[:300],
        payload={"whole_on": whole_on.isoformat(), "ended": len(keys)},
    )
    return len(keys)
