"""One round of exchange: every connector that is due, every whole file in the folders of senders, then the platforms
above and below."""

import os
from datetime import UTC, datetime


def main() -> None:
    """Ends at once where a round is under way."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    import structlog
    from django.db import connection

    from xinheng.interfaces.exchange.folders import take_folders
    from xinheng.interfaces.exchange.peers import round_with_peers
    from xinheng.interfaces.exchange.pulling import pull
    from xinheng.services.connectors import due
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of
    from xinheng.store import locks

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [locks.ROUND])
        if not cursor.fetchone()[0]:
            return
    log = structlog.get_logger()
    for connector in due(now=datetime.now(UTC)):
        now = datetime.now(UTC)
        try:
            pull(connector, policy=policy_in_force(on=day_of(now)), now=now)
        except Exception as error:
            log.exception("fetch_broken", connector=connector, exc_info=error)
    now = datetime.now(UTC)
    taken = take_folders(policy=policy_in_force(on=day_of(now)), now=now)
    if taken:
        log.info("folders_taken", files=taken)
    now = datetime.now(UTC)
    moved = round_with_peers(policy=policy_in_force(on=day_of(now)), now=now)
    if moved:
        log.info("exchanged", files=moved)


if __name__ == "__main__":
    main()
