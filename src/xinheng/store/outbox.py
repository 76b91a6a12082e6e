"""Work to be done after a transaction, written inside it: a job exists exactly when its cause was committed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app


def enqueue(name: str, *, run_at: datetime | None = None, once: str | None = None, **payload: Any) -> None:
    """Queue job ``name`` of ``interfaces.jobs`` with JSON values. ``once``: one waiting job of this key at a time."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a job is queued inside the transaction that causes it")
    options: dict[str, object] = {}
    if run_at is not None:
        options["schedule_at"] = run_at
    if once is not None:
        options["queueing_lock"] = once
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' LIMIT 1",
                [once],
            )
            if cursor.fetchone():
                return
    app.configure_task(name, allow_unknown=True, **options).defer(**payload)
