"""Starts a round of exchange where there is something to do: in a process of its own, so that no source that hangs and
no large file keeps the worker from its other jobs."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import structlog
from procrastinate.contrib.django import app

from xinheng.interfaces.exchange.folders import dropped
from xinheng.services.connectors import due

log = structlog.get_logger()
ROUND = ("-m", "xinheng.interfaces.exchange")


@app.periodic(cron="* * * * *")
@app.task(name="exchange_round", queueing_lock="exchange_round")
def exchange_round(timestamp: int) -> None:
    """A round that is under way is not joined by a second one."""
    now = datetime.now(UTC)
    if not due(now=now) and next(dropped(now=now), None) is None:
        return
    child = subprocess.Popen([sys.executable, *ROUND], env=dict(os.environ), stdin=subprocess.DEVNULL)
    log.info("exchange_started", pid=child.pid)
