"""What machines call."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Templates of the page on the interface."""

    name = "xinheng.interfaces.api"
    label = "api"
