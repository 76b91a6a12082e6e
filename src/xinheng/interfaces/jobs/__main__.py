"""The worker process: seals the ledger, stops publications, takes jobs until it is told to end."""

import os


def main() -> None:
    """Blocks; SIGTERM and SIGINT end it after the running job."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=True, install_signal_handlers=True, listen_notify=True)


if __name__ == "__main__":
    main()
