"""`xinheng open-data`: takes the snapshot of everything public, and verifies one without any server."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xinheng.interfaces.cli.options import CityOption


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="开放数据：写出快照、核验。", no_args_is_help=True)
    commands.command("snapshot")(snapshot)
    commands.command("verify")(verify)
    app.add_typer(commands, name="open-data")


def snapshot(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="文件夹", help="写到还没有的文件夹；不写的，发布到本站的开放数据页"),
    ] = None,
    city: CityOption = None,
) -> None:
    """把正在公示的信息写成 CSV 和 Parquet，附签名的清单。

    不写 --out 的发布到网站，与每天夜里所做的相同；以前的文件随之撤下。
    """
    from xinheng.interfaces.cli.ready import ready

    ready(city=city)
    from xinheng.services import open_tables
    from xinheng.services.policies import policy_in_force
    from xinheng.services.time import day_of

    now = datetime.now(UTC)
    policy = policy_in_force(on=day_of(now))
    if out is not None:
        written = open_tables.write_snapshot(out, policy=policy, now=now)
        print(f"快照已写到 {written.folder}：{written.rows:,} 行，含编号 {written.last} 及以前的变动。")
        return
    release = open_tables.publish_snapshot(policy=policy, now=now)
    rows = sum(one["rows"] for one in release.manifest["content"]["datasets"])
    print(
        f"已发布 {release.day} 第 {release.edition} 次快照：{rows:,} 行，含编号 {release.last} 及以前的变动。"
    )


def verify(
    folder: Annotated[Path, typer.Argument(help="下载或者写出的文件夹，含 manifest.json", metavar="文件夹")],
    certificates: Annotated[
        Path | None,
        typer.Option(help="从平台核验页面下载的证书（PEM）；给出时不连接数据库，离线核验", metavar="证书"),
    ] = None,
) -> None:
    """核验快照是否由平台签发、文件有没有缺失或者改动。"""
    from xinheng.documents.open_tables import what_is_wrong

    if certificates is not None:
        from xinheng.interfaces.cli.reports import trusted_in

        trusted = trusted_in(certificates)
    else:
        from xinheng.interfaces.cli.ready import ready

        ready()
        from xinheng.services.signing_keys import certificates as known

        trusted = known()
    wrong = list(what_is_wrong(folder, trusted))
    for cause in wrong:
        print(f"✗ {cause}")
    if wrong:
        print(f"核验未通过：{folder}。", file=sys.stderr)
        raise typer.Exit(1)
    print(f"✓ 由证书所属平台签发，文件齐全，未被改动：{folder}。")
    print("  核验不能知道其中的信息现在是否还在公示，请读取变动记录。")
