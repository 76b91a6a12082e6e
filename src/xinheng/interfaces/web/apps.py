"""The look shared by all interfaces, registered as a Django application for its templates and styles."""

from django.apps import AppConfig

from xinheng.interfaces.web.form_words import speak


class WebConfig(AppConfig):
    name = "xinheng.interfaces.web"
    label = "web"

    def ready(self) -> None:
        speak()
