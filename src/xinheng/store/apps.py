"""The one app of ours that has tables."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Label ``store``: tables are named ``store_…``."""

    name = "xinheng.store"
    label = "store"
    verbose_name = "信衡"
