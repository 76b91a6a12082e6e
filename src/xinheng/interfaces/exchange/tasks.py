"""Starts a round of exchange where there is something to do: in a process of its own, so that no source that hangs and
no large file keeps the worker from its other jobs."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import structlog
from procrastinate.contrib.django import app

from xinheng.interfaces.exchange.folders import dropped
from xinheng.interfaces.exchange.peers import something_to_do
from xinheng.services.connectors import due

log = structlog.get_logger()
ROUND = ("-m", "xinheng.interfaces.exchange")


@app.periodic(cron="* * * * *")
@app.task(name="exchange_round", queueing_lock="exchange_round")
def exchange_round(timestamp: int) -> None:
    """A round that is under way is not joined by a second one."""
    now = datetime.now(UTC)
    if not due(now=now) and next(dropped(now=now), None) is None and not something_to_do(now=now):
        return
    child = subprocess.Popen([sys.executable, *ROUND], env=dict(os.environ), stdin=subprocess.DEVNULL)
    log.info("exchange_started", pid=child.pid)


@app.periodic(cron="* * * * *")
@app.task(name="province_reports", queueing_lock="province_reports")
def province_reports(timestamp: int) -> None:
    """Carry requests for special reports to the province and fetch what is ready; a second run asks again."""
    from xinheng.interfaces.exchange.province_calls import go_round
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    moved = go_round(policy=policy_in_force(on=day_of(now)), now=now)
    if moved:
        log.info("province_reports_moved", requests=moved)


@app.task(name="compare_holdings")
def compare_holdings(peer: str, actor: int | None) -> None:
    """Ask a platform what it holds of what we sent; a second run asks again."""
    from xinheng.core.refusal import Refusal
    from xinheng.interfaces.exchange.peer_calls import compare_now
    from xinheng.services.exchanges import standing_peer
    from xinheng.store.models import User

    person = User.objects.filter(pk=actor).first() if actor is not None else None
    try:
        found = compare_now(standing_peer(peer), actor=person, now=datetime.now(UTC))
    except Refusal as refusal:
        log.warning("holdings_not_compared", peer=peer, code=refusal.code)
        return
    log.info("holdings_compared", peer=peer, blocks=len(found.found))
