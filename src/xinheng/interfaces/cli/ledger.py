"""`xinheng ledger`: seal what is unsealed, and find whatever was changed."""

import sys
from datetime import UTC, datetime

import typer


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="操作账本：封存与核验。", no_args_is_help=True)
    commands.command("verify")(verify)
    commands.command("seal")(seal)
    app.add_typer(commands, name="ledger")


def verify() -> None:
    """核验账本是否被改动。"""
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.services.ledger import unsealed_count, verify_ledger
    from xinheng.store.ledger import LedgerBatch

    problems = list(verify_ledger())
    for problem in problems:
        print(f"✗ {problem}")
    if problems:
        print(f"账本核验未通过：{len(problems)} 处问题。请保全数据库并报告审计管理员。", file=sys.stderr)
        raise typer.Exit(1)
    last = LedgerBatch.objects.order_by("-number").first()
    sealed = f"{last.number} 批，链尾 {last.chain}" if last else "尚无封存批次"
    print(f"✓ 账本完整：{sealed}；未封存事件 {unsealed_count()} 个。")


def seal() -> None:
    """立即封存尚未封存的事件。"""
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.services.ledger import seal_events

    batch = seal_events(now=datetime.now(UTC))
    print(f"已封存第 {batch.number} 批，{batch.size} 个事件。" if batch else "没有待封存的事件。")
