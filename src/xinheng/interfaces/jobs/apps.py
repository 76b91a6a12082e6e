"""Background jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Handlers are found by procrastinate in ``tasks``, and in ``files`` by PROCRASTINATE_IMPORT_PATHS."""

    name = "xinheng.interfaces.jobs"
    label = "jobs"
