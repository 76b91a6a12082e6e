"""Background jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Handlers are found by procrastinate in ``tasks``, and where the settings say (``PROCRASTINATE_IMPORT_PATHS``)."""

    name = "xinheng.interfaces.jobs"
    label = "jobs"
