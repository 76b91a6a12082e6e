"""One fetch of a connector, from its beginning to what became of it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from xinheng.core.connectors import DATABASE
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.interfaces.exchange import database_source, web_source
from xinheng.services.collect import workshop
from xinheng.services.connectors import Errand, Fetched, begin, fail, take_in
from xinheng.store.connectors import ConnectorPull

log = structlog.get_logger()
Fetch = Callable[[Errand, Path], Fetched | None]


def pull(public_id: str, *, policy: Policy, now: datetime) -> ConnectorPull | None:
    """None where it was not due. Whatever goes wrong stands in the pull, and nothing else is changed."""
    try:
        errand = begin(public_id, now=now)
    except Refusal as refusal:
        log.warning("source_held", connector=public_id, code=refusal.code)
        return ConnectorPull.objects.filter(connector__public_id=public_id).latest("pk")
    if errand is None:
        return None
    fetch: Fetch = database_source.fetch if errand.kind == DATABASE else web_source.fetch
    with workshop() as work:
        try:
            done = take_in(errand, fetch(errand, work), policy=policy, now=now)
        except Refusal as refusal:
            done = fail(errand, refusal, now=now)
        except Exception:
            fail(errand, Refusal("X16", "系统出错，没有取到。", advice="请查看日志。"), now=now)
            raise
    log.info("source_fetched", connector=public_id, state=done.state, rows=done.rows, code=done.code)
    return done
