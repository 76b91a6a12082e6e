"""The office interface."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Templates and pages."""

    name = "xinheng.interfaces.office"
    label = "office"
