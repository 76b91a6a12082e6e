"""The worker process: seals the ledger, stops publications, takes jobs until it is told to end."""

import os
from contextlib import suppress
from typing import cast


def main() -> None:
    """Blocks; SIGTERM and SIGINT end it after the running job."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.exceptions import AlreadyEnqueued

    with suppress(AlreadyEnqueued):
        app.configure_task("cut_names_again").defer(timestamp=0)
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector) as working:
        working.run_worker(wait=True, install_signal_handlers=True, listen_notify=True)


if __name__ == "__main__":
    main()
