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
from xinheng.services import webhooks, webhooks_sending, webhooks_told
from xinheng.services.connectors import due

log = structlog.get_logger()
ROUND = ("-m", "xinheng.interfaces.exchange")
POST = ("-m", "xinheng.interfaces.exchange.webhook_round")


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


@app.periodic(cron="* * * * *")
@app.task(name="send_webhooks", queueing_lock="send_webhooks")
def send_webhooks(timestamp: int = 0) -> None:
    """Ask systems to check again where something is new, name reports that are old, and post what is due in a process of its
    own."""
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    asked = webhooks_told.tell_news(policy=policy_in_force(on=day_of(now)), now=now)
    if webhooks_sending.something_due(now=now):
        child = subprocess.Popen([sys.executable, *POST], env=dict(os.environ), stdin=subprocess.DEVNULL)
        log.info("webhooks_started", pid=child.pid, news=asked)


@app.periodic(cron="5 16 * * *")
@app.task(name="warn_of_keys", queueing_lock="warn_of_keys")
def warn_of_keys(timestamp: int) -> None:
    """Tell systems whose key ends soon; five past midnight in China."""
    told = webhooks.tell_of_expiring(now=datetime.now(UTC))
    if told:
        log.info("keys_warned", count=told)
