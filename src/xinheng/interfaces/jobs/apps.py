"""Background jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Handlers are found by procrastinate in ``tasks``."""

    name = "xinheng.interfaces.jobs"
    label = "jobs"
