"""What runs by the clock or after a transaction. Every handler may run twice without harm."""

from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate.contrib.django import app

from xinheng.services.ledger import seal_events
from xinheng.services.time import day_of

log = structlog.get_logger()


@app.periodic(cron="* * * * *")
@app.task(name="seal_ledger", queueing_lock="seal_ledger")
def seal_ledger(timestamp: int) -> None:
    """Seal the ledger's new events."""
    batch = seal_events(now=datetime.now(UTC))
    if batch:
        log.info("ledger_sealed", batch=batch.number, events=batch.size)


@app.periodic(cron="5 0 * * *")
@app.task(name="stop_publications", queueing_lock="stop_publications")
def stop_publications(timestamp: int) -> None:
    """End what has reached the last day of its publication."""
    from xinheng.services.publication import stop_due

    now = datetime.now(UTC)
    count = stop_due(today=day_of(now), now=now)
    log.info("publications_stopped", count=count)


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: Any, timestamp: int) -> None:
    """Put jobs of workers that died back into the queue."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
