"""Destroys what was kept for a term only: delivered files, by destroying their keys (《个人信息保护法》第十九、四十七条)."""

from datetime import date, datetime

from xinheng.services.ledger import note
from xinheng.store.files import destroy_due


def destroy_expired_files(*, today: date, now: datetime) -> int:
    """Destroy every file whose term is over; returns how many."""
    count = destroy_due(today=today, now=now)
    if count:
        note("files.destroyed", now=now, object=f"day:{today.isoformat()}", payload={"count": count})
    return count
