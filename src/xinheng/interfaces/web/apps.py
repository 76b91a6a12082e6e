"""The look shared by all interfaces, registered as a Django application for its templates and styles."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "xinheng.interfaces.web"
    label = "web"
