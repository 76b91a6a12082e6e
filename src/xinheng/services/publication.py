"""Shows records to the public once a named person has reviewed their batch, and ends the showing on time.

Permits and penalties are due within the work-days of the city's pack; a failing record stops by itself when its
longest period is over (《行政处罚法》第四十八条, 《信用修复管理办法》国家发展改革委令第36号; legal guard G8).
"""

from datetime import date, datetime

from django.db import transaction

from xinheng.core.policy import Policy
from xinheng.core.records import STANDING, Seriousness
from xinheng.core.refusal import Refusal
from xinheng.services.ledger import note
from xinheng.store.accounts import User
from xinheng.store.batches import Batch, BatchState
from xinheng.store.effects import Publication
from xinheng.store.records import Record

CHUNK = 5_000


@transaction.atomic
def publish_batch(public_id: str, *, reviewer: User, policy: Policy, now: datetime, today: date) -> int:
    """Publish what may be published of a loaded batch after secrecy and privacy review; returns how many."""
    batch = Batch.objects.select_for_update().get(public_id=public_id)
    if batch.state != BatchState.LOADED or batch.published_at is not None:
        raise Refusal("P01", "只有已入库、尚未公示的批次可以公示。", advice="请在批次列表中核对状态。")
    if batch.received_by_id == reviewer.pk:
        raise Refusal(
            "P02",
            "报送人不能审查自己报送的批次。",
            citation="保密审查与报送分离",
            advice="请由保密审查人办理。",
        )
    shown = 0
    if batch.item is not None and policy.is_published(batch.item):
        records = Record.objects.filter(
            batch=batch, known_until__isnull=True, state__in=list(STANDING)
        ).order_by("pk")
        for chunk in _chunks(records):
            publications = [
                publication
                for record in chunk
                if (publication := _publication(record, reviewer, policy, now=now, today=today))
            ]
            Publication.objects.bulk_create(publications, batch_size=CHUNK)
            shown += len(publications)
    batch.published_by, batch.published_at = reviewer, now
    batch.save(update_fields=["published_by", "published_at"])
    note(
        "batch.published",
        now=now,
        actor=reviewer,
        object=f"batch:{batch.public_id}",
        payload={"shown": shown},
    )
    return shown
