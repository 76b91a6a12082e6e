"""The portal interface."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Templates and pages."""

    name = "xinheng.interfaces.portal"
    label = "portal"
