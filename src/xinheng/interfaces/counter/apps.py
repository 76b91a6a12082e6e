"""The counter interface."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    """Templates and pages."""

    name = "xinheng.interfaces.counter"
    label = "counter"
