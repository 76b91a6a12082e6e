"""Destroys what was kept for a term only: delivered files by destroying their keys, refused rows by emptying them.

Serves 《个人信息保护法》第十九、四十七条 and legal guard G2; the terms are those of ``retention.yml``.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from xinheng.core.policy import Policy
from xinheng.services.ledger import note
from xinheng.services.time import end_of
from xinheng.store.batches import ReturnedRow, ReturnedState
from xinheng.store.files import destroy_file, files_due


def destroy_expired_files(*, today: date, now: datetime) -> int:
    """Destroy every file whose term is over, each with its event; returns how many."""
    count = 0
    for due in files_due(today=today).values_list("pk", flat=True):
        with transaction.atomic():
            stored = files_due(today=today).select_for_update().filter(pk=due).first()
            if stored is not None:
                destroy_file(stored, now=now)
                note("file.destroyed", now=now, object=f"file:{stored.pk}", payload={"file": stored.digest})
                count += 1
    return count


@transaction.atomic
def forget_refused_rows(*, policy: Policy, today: date, now: datetime) -> int:
    """Empty refused rows whose term is over; number and defects stay for the count. Returns how many."""
    term = policy.days_kept("refused", on=today)
    if term is None:
        return 0
    over = ReturnedRow.objects.filter(
        Q(original__isnull=False) | Q(normalised__isnull=False),
        state=ReturnedState.REFUSED,
        batch__received_at__lt=end_of(today - timedelta(days=term)),
    )
    count = over.update(original=None, normalised=None)
    if count:
        note("rows.emptied", now=now, object=f"day:{today.isoformat()}", payload={"count": count})
    return count
