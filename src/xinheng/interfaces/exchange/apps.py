"""Feeds to and from other platforms."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Its job is found by procrastinate in ``tasks``."""

    name = "xinheng.interfaces.exchange"
    label = "exchange"
