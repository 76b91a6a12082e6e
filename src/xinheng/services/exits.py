"""Lets a delivery of exits end what it names: who leaves a list of the courts bears nothing of it any more.

A row of such a feed (``Feed.ends``) ends the standing records of the same subject and document in the same
transaction as it is loaded (《最高人民法院关于公布失信被执行人名单信息的若干规定》第十条; legal guard G9).
"""

from dataclasses import dataclass
from datetime import datetime

from xinheng.core.feeds import Feed
from xinheng.core.policy import Policy
from xinheng.core.records import STANDING
from xinheng.services.records import Change, change_state
from xinheng.store.accounts import User
from xinheng.store.batches import Batch
from xinheng.store.records import Record, open_versions

EXITS = "exits"
"""In the report of a batch: how many records its rows ended, and how many rows named none that stands."""


@dataclass(frozen=True, slots=True)
class Exits:
    ended: int
    unmatched: int


def end_by(batch: Batch, *, feed: Feed, actor: User | None, policy: Policy, now: datetime) -> Exits:
    """End what the rows of a loaded batch say is over. A row about what was never reported changes nothing."""
    ended = unmatched = 0
    for row in open_versions().filter(batch=batch).order_by("pk"):
        found = list(_ended_by(row, feed))
        unmatched += not found
        for record in found:
            day = row.decided_on
            until = day if day and (record.valid_from is None or record.valid_from <= day) else None
            change = Change(
                deed="exit",
                reason=f"{feed.title}：{row.detail.title or '移出名单'}"[:500],
                ground=f"{row.detail.authority} {row.detail.document_no}"[:200],
            )
            change_state(
                record_key=record.record_key, change=change, actor=actor, policy=policy, now=now, until=until
            )
            ended += 1
    return Exits(ended, unmatched)


def _ended_by(row: Record, feed: Feed) -> list[Record]:
    standing = Record.objects.filter(
        subject=row.subject_id,
        item=row.item,
        known_until__isnull=True,
        state__in=list(STANDING),
        batch__feed__in=feed.ends,
        detail__document_no=row.detail.document_no,
    ).exclude(batch=row.batch_id)
    entered = [
        one for one in standing if not (one.decided_on and row.decided_on and one.decided_on > row.decided_on)
    ]
    return sorted(entered, key=lambda one: one.record_key)
