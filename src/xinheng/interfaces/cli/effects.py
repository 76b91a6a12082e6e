"""`xinheng effects audit`: prove that no effect lives without its ground, and name the rows where one does.

Exit code 0: every open effect has its living ground; 1: some have not, each is named.
"""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from xinheng.interfaces.cli.options import CityOption

ORPHANED = 1


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="影响：依据终止的，影响是否都已终止。", no_args_is_help=True)
    commands.command("audit")(audit)
    app.add_typer(commands, name="effects")


def audit(
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="最多列出多少行")] = 200,
    city: CityOption = None,
) -> None:
    """查找没有存续依据的公示、名单、措施，以及没有告知接收方的终止。

    退出码：0 每项影响都有存续的依据；1 有影响没有依据，逐行列明。
    """
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services.effects_audit import audit_effects
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    found = audit_effects(today=day_of(now), now=now)
    for number in found.waiting[:most]:
        print(f"· 事项 {number} 所依据的记录已终止，请办理人员撤回或者办结。")
    for orphan in found.orphans[:most]:
        print(f"✗ {orphan}")
    if found.orphans:
        print(f"共 {len(found.orphans)} 项影响没有存续的依据。请立即终止并报告审计管理员。", file=sys.stderr)
        raise typer.Exit(ORPHANED)
    counted = "，".join(f"{label} {count:,} 项" for label, count in found.open.items())
    print(f"✓ 每项影响都有存续的依据：{counted}。")
