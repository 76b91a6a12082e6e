"""Posts the messages that are due to the addresses of systems: each address on its own, over TLS, within a time limit; redirects
are not followed, and of the answer only the status counts."""

import http.client
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xinheng.core.connectors import JSON, parse_source
from xinheng.core.refusal import Refusal
from xinheng.core.webhooks import refuse_destination
from xinheng.interfaces.exchange.addresses import resolved
from xinheng.interfaces.exchange.calls import connected_at

if TYPE_CHECKING:
    from xinheng.services.webhooks_sending import Outgoing

SECONDS = 10
AT_WORK = 8
"""Addresses that are called at the same time."""
_TROUBLE = {
    "X11": "找不到主机",
    "X12": f"{SECONDS} 秒内没有回答",
    "X13": "连接不上",
    "X14": "证书没有通过核对",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one post: ``status`` None where there was no answer."""

    message: int
    status: int | None
    trouble: str = ""

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send_due(*, networks: Sequence[str], now: datetime) -> int:
    """Post what is due; the first that fails stops the others of its address. Returns how many arrived."""
    from xinheng.services.webhooks_sending import due_messages, note_arrived, note_failed

    by_address: dict[int, list[Outgoing]] = defaultdict(list)
    for one in due_messages(now=now):
        by_address[one.webhook].append(one)
    count = 0
    with ThreadPoolExecutor(max_workers=AT_WORK) as pool:
        rounds = pool.map(lambda some: list(_in_order(some, networks)), by_address.values())
        for answered in (one for some in rounds for one in some):
            if answered.arrived:
                note_arrived(answered.message, status=answered.status or 0, now=now)
                count += 1
            else:
                note_failed(answered.message, status=answered.status, trouble=answered.trouble, now=now)
    return count


def _in_order(some: "Sequence[Outgoing]", networks: Sequence[str]) -> Iterator[Answered]:
    for one in some:
        answered = post(one, networks=networks)
        yield answered
        if not answered.arrived:
            return


def post(one: "Outgoing", *, networks: Sequence[str]) -> Answered:
    """Nothing that goes wrong on the way is raised."""
    try:
        source = parse_source(one.url, JSON)
        addresses = resolved(source)
        for address in addresses:
            refuse_destination(address, scheme=source.scheme, networks=networks)
        with connected_at(addresses[0], source, seconds=SECONDS) as connection:
            connection.request("POST", source.path, body=one.body, headers=dict(one.headers))
            status = connection.getresponse().status
    except Refusal as refusal:
        return Answered(one.message, None, _TROUBLE.get(refusal.code, refusal.message))
    except (http.client.HTTPException, ValueError):
        return Answered(one.message, None, "回答读不出来")
    trouble = "" if 200 <= status < 300 else f"回答 {status}"
    return Answered(one.message, status, f"{trouble}，要求转到别处" if 300 <= status < 400 else trouble)


def main() -> None:
    """Ends at once where another process posts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    import structlog
    from django.conf import settings
    from django.db import connection

    from xinheng.store import locks

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [locks.WEBHOOKS])
        if not cursor.fetchone()[0]:
            return
    arrived = send_due(networks=settings.WEBHOOK_NETWORKS, now=datetime.now(UTC))
    structlog.get_logger().info("webhooks_sent", arrived=arrived)


if __name__ == "__main__":
    main()
