"""Makes Django and the database ready for a command: settings, migrations, and the role that may not rewrite."""

import os
import sys


def ready(*, city: str | None = None) -> None:
    """Set Django up, bring the database to the newest migration, then act as the application's role.

    Settings refuse a city without a pack before they make any folder or start the database.
    """
    if city:
        os.environ["XINHENG_CITY"] = city
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.config.settings")
    import django

    django.setup()
    _migrate()
    from xinheng.services.organisations import refuse_another_city
    from xinheng.services.policies import policy_in_force

    refuse_another_city(policy_in_force())


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from xinheng.store import roles

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("数据库：正在应用迁移 …", file=sys.stderr)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        with connection.cursor() as cursor:
            roles.grant(cursor)
    roles.act_as(connection, roles.APP)
