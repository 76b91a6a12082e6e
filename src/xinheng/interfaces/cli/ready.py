"""Makes Django and the database ready for a command: settings, migrations, and the role that may not rewrite."""

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor


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
    from xinheng.services.time import day_of

    refuse_another_city(policy_in_force(on=day_of(datetime.now(UTC))))


def _migrate() -> None:
    """By the owner's login where there is one apart from the application's; no work begins with it,
    and no process that a command starts inherits it."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from xinheng.store import roles

    alias = "owner" if "owner" in connections.settings else "default"
    connection = connections[alias]
    logins = {
        roles.APP: str(connections["default"].settings_dict["USER"]),
        roles.PORTAL: str(connections["portal"].settings_dict["USER"]),
    }
    with connection.cursor() as cursor:
        granted, owner = roles.granted(cursor, logins), roles.owns_tables(cursor)
        if not granted:
            _refuse_without_owner(owner)
        executor = MigrationExecutor(connection)
        _refuse_half_way(executor)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            _refuse_without_owner(owner)
            print("数据库：正在应用迁移 …", file=sys.stderr)
            call_command("migrate", verbosity=0, database=alias)
            call_command("createcachetable", verbosity=0, database=alias)
            granted = False
        if not granted:
            roles.grant(cursor, logins)
    if alias == "owner":
        connection.close()
        del os.environ["XINHENG_OWNER_DATABASE_URL"]
    roles.act_as(connections["default"], roles.APP)


def _refuse_half_way(executor: "MigrationExecutor") -> None:
    """A database that holds some of the migrations which one file stands for now, and not all."""
    done = executor.loader.applied_migrations
    for migration in executor.loader.replacements.values():
        held = [one in done for one in migration.replaces]
        if any(held) and not all(held):
            from xinheng.core.refusal import Refusal

            raise Refusal(
                "DB10",
                "数据库停在合并以前的某次迁移，本版本不能从那里继续；数据没有改动。",
                advice="请先换上迁移合并以前的版本（store/migrations 中还有 0570_article_files.py 的最新一版），"
                "运行一次 xinheng ledger verify，再换回本版本。",
            )


def _refuse_without_owner(is_owner: bool) -> None:
    if is_owner:
        return
    from xinheng.core.refusal import Refusal

    raise Refusal(
        "DB01",
        "数据库需要迁移或授权，而当前登录不是数据库所有者。",
        advice="请设置 XINHENG_OWNER_DATABASE_URL（所有者的登录）后运行任一命令，完成后即可去掉。",
    )
