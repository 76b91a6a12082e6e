"""Destroys what was kept for a term only: delivered files, by destroying their keys (《个人信息保护法》第十九、四十七条)."""

from datetime import date, datetime

from django.db import transaction

from xinheng.services.ledger import note
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
